"""docs/verification/mutants.md, from what became of the faults and why some are not found."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mutating import Mutant

    Found = dict[str, list[tuple[Mutant, str | None]]]

LEAST = 90  # percent of the faults of all modules together
HEAD = """\
# Mutation testing

Do the tests find a fault in the code that a dose depends on? The program behind this page puts
small faults into that code, one at a time. For each it runs the tests that reach the fault until
one fails. Then it writes this page.

| module | faults | found | not found | share found |
|---|---:|---:|---:|---:|
"""
HOW = """
A fault counts as found if a test fails, or if the program no longer ends
({timeout:,} of them). The faults are those of [mutmut](https://mutmut.readthedocs.io): another
operator, number, text or argument, an assignment of nothing, a branch that is always taken; and
two of our own: a reversed condition, and a word before the text of a message. Types, docstrings,
imports, assertions and decorators are not changed. The tests that run are those of single
functions, of the specification, of the laws (with {examples} examples each), of the golden files
and of bad input. Tests that start a program, print paper or need over three seconds do not run.

```
pip install -e '.[dev,verify]'
make mutants                           # all modules, each test that may find a fault: hours
python scripts/mutants.py curve rows   # some of them
python scripts/mutants.py --report     # this page from what is known
```

`build/mutants` keeps the result of each fault. If a function was edited, all its faults are tried
again. If it was not, only those that no test found are (`--again` tries all).

## What no test finds, and why

`tests/mutants.toml` holds the reasons. The command fails if a fault that no test finds has no
reason, or if a reason is left for a fault that a test now finds.
"""
EXAMPLES = 12


class _Reason(NamedTuple):
    module: str
    function: str
    why: str
    changes: tuple[str, ...]


def write(root: Path, found: Found) -> int:
    """Write the page, and say what is missing; the status of the run."""
    reasons = _reasons(root / "tests" / "mutants.toml")
    missing = list(_missing(found, reasons))
    page = root / "docs" / "verification" / "mutants.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text("".join(_page(found, reasons)), encoding="utf-8")
    for line in missing:
        print(line)
    return 1 if missing else 0


def _reasons(path: Path) -> list[_Reason]:
    data = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return [
        _Reason(module, each["function"], each["why"], tuple(each["changes"]))
        for module, entries in data.items()
        for each in entries
    ]


def _survivors(found: Found) -> dict[tuple[str, str, str], Mutant]:
    return {
        (mutant.module, mutant.function, mutant.change): mutant
        for tried in found.values()
        for mutant, outcome in tried
        if outcome == "survived"
    }


def _missing(found: Found, reasons: list[_Reason]) -> Iterator[str]:
    """What keeps the run from being good."""
    for module, tried in found.items():
        untried = sum(outcome is None for _, outcome in tried)
        if untried:
            yield f"{module}: {untried} faults were not tried"
    total = [outcome for tried in found.values() for _, outcome in tried]
    share = _share(total)
    if share < LEAST * 10:
        yield f"{share / 10:.1f}% of the faults are found, less than {LEAST}%"
    survivors = _survivors(found)
    explained = {(r.module, r.function, change) for r in reasons for change in r.changes}
    for module, function, change in survivors.keys() - explained:
        yield f"no reason: {module} | {function} | {change}"
    for module, function, change in explained - survivors.keys():
        yield f"a reason for what is found: {module} | {function} | {change}"


def _share(outcomes: list[str | None]) -> int:
    """Thousandths that were found, rounded down."""
    return sum(o in {"killed", "timeout"} for o in outcomes) * 1000 // max(len(outcomes), 1)


def _page(found: Found, reasons: list[_Reason]) -> Iterator[str]:
    yield HEAD
    everything: list[str | None] = []
    for module, tried in found.items():
        outcomes = [outcome for _, outcome in tried]
        everything += outcomes
        yield _row(f"`{module}`", outcomes)
    yield _row("**all**", everything)
    yield HOW.format(timeout=everything.count("timeout"), examples=EXAMPLES)
    left = _survivors(found)
    for module in found:
        if any(key[0] == module for key in left):
            yield f"\n### {module}\n"
        for reason in reasons:
            changes = [
                change
                for change in reason.changes
                if reason.module == module and left.pop((module, reason.function, change), None)
            ]
            if changes:
                yield f"\n`{reason.function}`: {reason.why}\n"
                yield from _diff(changes)
        others = [key for key in left if key[0] == module]
        for key in others:
            del left[key]
        if others:
            yield "\nNot explained:\n"
            yield from _diff([change for _, _, change in others])


def _row(name: str, outcomes: list[str | None]) -> str:
    share = _share(outcomes)
    lost = outcomes.count("survived")
    found = sum(outcome in {"killed", "timeout"} for outcome in outcomes)
    text = f"{share // 10}.{share % 10}%"
    return f"| {name} | {len(outcomes):,} | {found:,} | {lost:,} | {text} |\n"


def _diff(changes: list[str]) -> Iterator[str]:
    yield "\n```diff\n"
    for change in changes:
        before, _, after = change.partition(" → ")
        yield f"- {before}\n+ {after}\n"
    yield "```\n"
