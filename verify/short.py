"""``cdc-2022-short``: continuous use of under a month (SPEC 5). No limits; the nearest doses."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from verify.planner import Row
from verify.times import divide, ranks

if TYPE_CHECKING:
    from verify.asked import Asked
    from verify.shelf import Amounts, Shelf

TWO_DAYS = 2
A_WEEK, THREE_DAYS = 7, 3
LONG, BRIEF = Fraction(1, 5), Fraction(1, 2)  # a week to a month; over three days to a week


def share_of(days: int) -> Fraction:
    """The cut every two days, by how long the opioid was taken."""
    if not days > THREE_DAYS:
        message = "up to three days need no taper"
        raise ValueError(message)
    return BRIEF if days < A_WEEK else LONG


def short(asked: Asked, share: Fraction) -> list[Row]:
    """The rows: at each opportunity the dose nearest to the curve, zero among them."""
    row = Row("baseline", asked.start, None, asked.now, asked.shelf)
    rows: list[Row] = []
    place = 0
    while row.kind != "stop":
        day = asked.start + TWO_DAYS * place
        place += 1
        ideal = max(Fraction(0), 1 - place * share) * asked.original
        amounts = _nearest(asked.shelf, ranks(row.taken), ideal)
        if amounts == ranks(row.taken):
            continue
        if day > row.first:
            rows.append(row._replace(end=day))
        kind = "reduce" if amounts else "stop"
        taken = divide(amounts, row.taken, asked.favor) if amounts else ()
        row = Row(kind, day, None, taken, asked.shelf)
    return [*rows, row]


def _nearest(shelf: Shelf, now: Amounts, ideal: Fraction) -> Amounts:
    """Among what is taken now, everything below and nothing at all; at a tie the higher."""
    every: list[Amounts] = [now, *shelf.divisions(now, None), ()]
    return min(every, key=lambda amounts: (abs(sum(amounts) - ideal), -sum(amounts)))
