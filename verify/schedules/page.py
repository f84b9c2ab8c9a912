"""The page of the documentation on what `taper check` finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verify.schedules.faultless import WAYS
from verify.schedules.faults import KINDS

if TYPE_CHECKING:
    import argparse

    from verify.schedules.measure import Measured

_HEAD = """\
# What `taper check` finds

Plans of all markets, drawn at random, are written in three ways: as the tool's own JSON, as its
schedule CSV without its column `findings`, and as a table such as a person keeps, with dates,
doses in words, totals, quantities and directions. One fault is put into each. It counts as found
if `taper check` names it with the right id in the right row. The command that made this page:

```
{command}
```

| fault | ids that are right | {ways} |
|---|---|{lines}|
"""
_TAIL = """
Of {faults:,} faults {found:,} were found ({share}). In {faultless:,} schedules without a fault,
{false} had anything said of them that the plan does not say itself (a large cut may be called asked
for or forced: a table does not tell which).

No kind is excepted for tables that give the last day, or the days, of each row. A table of first
days alone cannot show two of them, `a gap` and `a missing day`: there a row lasts until the next
one begins, whatever was meant. Faults that leave no trace were not put in: a total is compared only
if the doses stand beside it.

`right row` means the row that was changed; where dates are missing, the row after the gap; of a
pace, one of the rows that go too fast; of a quantity in JSON, the plan's supply, which is no row.
The tests run a small part of this; `--seed` gives other schedules.
"""
IDS = {
    "a rise": "`dose-rises`",
    "twice the dose": "`dose-rises`",
    "a cut ER tablet": "`needs-splitting`",
    "a wrong total": "`dose-not-makeable`",
    "a strength that does not exist": "`dose-not-makeable`",
    "a unit lost": "`unreadable`",
    "a wrong release": "`unreadable`, or `dose-not-makeable` if it has no such strength",
    "a gap": "`gap`",
    "a missing day": "`gap`",
    "an overlap": "`overlap`",
    "a date swapped": "`gap`, `overlap` or `days-do-not-fit`",
    "an end before a start": "`days-do-not-fit`",
    "too fast": "`rate-over-band`",
    "a quantity short": "`quantity-does-not-fit`",
    "a quantity too large": "`quantity-does-not-fit`",
}


def rows(measured: Measured) -> list[tuple[str, ...]]:
    """A row a kind: how many were found of how many, in each way."""
    return [
        (name, *(f"{measured.found[name, way]} of {measured.tried[name, way]}" for way in WAYS))
        for name in KINDS
    ]


def table(measured: Measured) -> str:
    """The counts for a terminal."""
    lines = [
        f"{name:32}" + "".join(f"{cell:>14}" for cell in cells) for name, *cells in rows(measured)
    ]
    false, faultless = sum(measured.false.values()), sum(measured.faultless.values())
    return "\n".join([*lines, f"{false} of {faultless} faultless ones had something said", ""])


def whole(measured: Measured, options: argparse.Namespace) -> str:
    """The page."""
    command = (
        f"python -m verify.schedules --faults {options.faults} --faultless {options.faultless}"
    )
    command += f" --seed {options.seed} --jobs {options.jobs} --page"
    text = _HEAD.format(command=command, ways=" | ".join(WAYS), lines="|".join("---" for _ in WAYS))
    for name, *cells in rows(measured):
        text += f"| {name} | {IDS[name]} | {' | '.join(cells)} |\n"
    tried, found = sum(measured.tried.values()), sum(measured.found.values())
    false = sum(measured.false.values())
    return text + _TAIL.format(
        faults=tried,
        found=found,
        share=f"{100 * found / max(tried, 1):.2f}%",
        faultless=sum(measured.faultless.values()),
        false=false or "none",
    )
