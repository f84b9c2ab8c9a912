"""The grammar of a dose and its directions.

Each rule reads one kind of clause, and the clauses may stand in any order: ``Take 1 tablet
(50 mg) by mouth as needed twice daily``. A word that no rule reads is an error with a caret
under it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from taper.reading.dose.directions import Directions
from taper.reading.dose.often import (
    TIMES,
    clock,
    daily,
    every_days,
    every_hours,
    latin,
    time,
    times_a_day,
    times_a_week,
)
from taper.reading.dose.parts import NUMBERS, amounts, series
from taper.reading.dose.tokens import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

_HINT = "an amount and how often: 10 mg q6h, 1 tablet twice a day, 30/15/30 mg"
_KEPT = ("acetaminophen", "duration", "dispensed")
_UNKEPT = ("route", "verb", "advice", "pain", "reason", "warning")
_COMMA = re.compile(r"\d+,\d")


def parse(source: str, words: Callable[[], frozenset[str]] = frozenset) -> Directions:
    """Read the clauses of a dose. Raises :class:`~taper.InputError` for what is not understood."""
    text = Tokenizer(source, words)
    found = Directions(source)
    while not text.at_end:
        name = text.which(_STARTS)
        if name == "mark":
            text.take(name)
        elif not (name is not None and CLAUSES[name](text, found)) and not _own_name(text):
            _not_understood(text, found)
    if found.times and not found.entries:
        raise text.wrong("there is no amount", _HINT)
    return found


def _not_understood(text: Tokenizer, found: Directions) -> None:
    start = text.place
    end = start + 1
    while end < len(text.text) and not text.text[end].isspace() and text.text[end] not in ",;()":
        end += 1
    rest = text.text[start:]
    word = text.written(start, end)
    if rest.startswith("-") and rest[1:2].isdigit():
        raise text.wrong(f"'{word}' is negative", "an amount above 0", (start, end))
    if rest.startswith(".") and rest[1:2].isdigit():
        zero = f"{text.source[:start]}0{text.source[start:]}".strip()
        raise text.wrong(f"'{word}' has no leading zero", f"write {zero}", (start, end))
    if _COMMA.match(rest):
        hint = "a decimal point, and no comma between thousands"
        raise text.wrong(f"'{word}' has a comma", hint, (start, end))
    last = found.entries[-1].amount if found.entries else None
    if last is not None and last.bare is not None and last.span[1] == text.end:
        if any(sign.isdigit() for sign in word) and start == last.span[1]:
            whole = text.written(last.span[0], end)
            raise text.wrong(
                f"'{whole}' is not an amount", "a number and mg: 15 mg", (last.span[0], end)
            )
        raise text.wrong(f"'{word}' is not a unit", "mg, mcg/h, mL or tablets", (start, end))
    raise text.wrong(f"'{word}' is not understood", _HINT, (start, end))


def _as_needed(text: Tokenizer, found: Directions) -> bool:
    if text.take("as needed") is None:
        return False
    found.prn = True
    return True


def _most(text: Tokenizer, found: Directions) -> bool:
    end, start = text.end, text.place
    match = text.take("most")
    if match is None:
        return False
    listed = series(text)
    doses = text.take("doses")
    said = match.group()
    a_day = text.take("a day") or text.take("daily") or "daily" in said or said.startswith("mdd")
    if listed is None or not a_day or len(listed.items) > 2:  # noqa: PLR2004 - a pair
        if match.group().startswith("up to"):  # two tablets at once
            text.go_to(end)
            return amounts(text, found)
        span = (start, max(match.end(), listed.span[1] if listed else 0))
        raise text.wrong(f"'{text.written(*span)}' is not understood", "max 8 tablets a day", span)
    if found.most is not None or found.most_doses:
        raise text.wrong("the most a day stands twice", "one of the two", (start, text.end))
    if doses is not None:
        found.most_doses = listed.items[0].value // THOUSAND
    else:
        found.most = listed
    return True


def _kept(text: Tokenizer, found: Directions) -> bool:
    """Durations and quantities are passed over, and kept so that this can be told."""
    taken = text.take_any(_KEPT)
    if taken is None:
        return False
    found.passed_over.append(text.written(*taken[1].span()))
    return True


def _passed_over(text: Tokenizer, _: Directions) -> bool:
    taken = text.take_any(_UNKEPT)
    if taken is None:
        return False
    if taken[0] in {"pain", "reason"} or taken[1].group().endswith("pain"):  # severe pain (7-10)
        text.take("score")
    return True


def _own_name(text: Tokenizer) -> bool:
    """A word of the product's own name."""
    end = text.place
    while end < len(text.text) and text.text[end].isalpha():
        end += 1
    if text.text[text.place : end] not in text.words():
        return False
    text.go_to(end)
    return True


# The rules by the pattern with which their clause begins; what comes first wins.
CLAUSES: dict[str, Callable[[Tokenizer, Directions], bool]] = {
    "as needed": _as_needed,
    **dict.fromkeys(("every hours", "hourly"), every_hours),
    **dict.fromkeys(("every days", "every weeks"), every_days),
    **dict.fromkeys(("times a day", "times x day"), times_a_day),
    "times a week": times_a_week,
    "latin": latin,
    "acetaminophen": _kept,
    "most": _most,
    "daily": daily,
    **dict.fromkeys(TIMES, time),
    "clock": clock,
    "duration": _kept,
    "dispensed": _kept,
    **dict.fromkeys(("concentration", "times", *NUMBERS), amounts),
    **dict.fromkeys(_UNKEPT, _passed_over),
}
_STARTS = ("mark", *CLAUSES)
