"""Plan every start with every rule, and hold every law against every plan."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from zlib import crc32

from taper.errors import InputError
from verify.case import Case, Group, every_rule, planned
from verify.rules import taper
from verify.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from verify.case import Asked
    from verify.rules import Taper
    from verify.shelf import Shelf
    from verify.starts import Start

RULES = tuple(every_rule())
LOOKED_INTO = 8  # the document of one plan of about so many starts


def rules_of(start: Start) -> list[Asked]:
    """The rules with which a start is planned.

    Of one with only the strengths at hand it is half of them: every rate, base and interval, some
    with holds and some without, as its name falls.
    """
    if not start.stock:
        return list(RULES)
    turn = crc32(repr(start.fields).encode())
    return [asked for asked in RULES if (asked.weeks // 2 + len(asked.holds) // 2 + turn) % 2 == 0]


def plans_of(starts: Iterable[Start]) -> int:
    """How many plans there are of some starts."""
    return sum(len(rules_of(start)) for start in starts)


def parts_of(starts: list[Start], parts: int) -> list[list[Start]]:
    """Cut into parts of about the same size, starts with the same strengths in the same part."""
    made: list[list[Start]] = [[] for _ in range(parts)]
    done = 0
    for _, group in groupby(starts, key=lambda start: start.group):
        alike = list(group)
        made[min(done * parts // len(starts), parts - 1)] += alike
        done += len(alike)
    return made


def sweep(starts: Iterable[Start]) -> Tally:
    """Plan and check these starts."""
    tally = Tally()
    for _, alike in groupby(starts, key=lambda start: start.group):
        shared: dict[int, Group] = {}
        for start in alike:
            shelf = start.shelf()
            tally.add("starts", start.product.id)
            _sweep_one(tally, start, shelf, shared.setdefault(id(shelf), Group()))
    return tally


def _sweep_one(tally: Tally, start: Start, shelf: Shelf, group: Group) -> None:
    """One start with every rule; of some starts the document of a plan is looked into."""
    rules = rules_of(start)
    looked_into = crc32(repr(start.fields).encode()) % (LOOKED_INTO * len(rules))
    tapers: dict[tuple[int, str], Taper] = {}
    for number, asked in enumerate(rules):
        key = asked.percent, asked.of
        if key not in tapers:  # what is taken depends neither on the interval nor on holds
            tapers[key] = taper(shelf, start.amounts, start.other, *key)
        try:
            plan = planned(start, asked)
        except InputError as error:
            _refused(tally, start, asked, tapers[key], error)
            continue
        case = Case(plan, start, asked, shelf, tapers[key], group, number == looked_into)
        tally.check(case)
        tally.planned(case)


def _refused(tally: Tally, start: Start, asked: Asked, expected: Taper, error: InputError) -> None:
    """A request that cannot be planned: only where the rules lead nowhere."""
    message = error.problems[0].message
    tally.refused(start, asked, message)
    if expected.stop is not None or "can be made" not in message:
        tally.fault("refused-only-where-nothing-is-left", start, asked, message)
