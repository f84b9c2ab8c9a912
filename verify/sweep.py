"""Plan every start with every rule, and hold every law against every plan."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from taper import TaperError
from verify.asking import planned, rules_of, wanted
from verify.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from verify.starts import Start

    Planned = Callable[[dict[str, Any]], dict[str, Any]]


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


def sweep(starts: Iterable[Start], make: Planned = planned) -> Tally:
    """Plan and check these starts; ``make`` gives the document of a request."""
    tally = Tally()
    for start in starts:
        tally.add("starts", start.product)
        for rule in rules_of(start):
            fields = {**start.fields, **rule.fields}
            rows = wanted(fields)
            try:
                document = make(fields)
            except TaperError as error:
                tally.refused(fields, str(error), expected=rows is None)
                continue
            if rows is None:
                tally.fault("refused-where-nothing-is-left", fields, "a plan was made")
            tally.planned(fields, document, rows)
    return tally
