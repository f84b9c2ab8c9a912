"""Contract 4 once more: the curve, the choice at each opportunity, the stop, and the dates.

:func:`taper` gives what is taken from opportunity to opportunity. It knows no dates: how long an
interval is, and holds, do not change which doses are chosen. :func:`lay_out` dates it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.shelf import Amounts, Shelf

ORIGINAL, CURRENT, MIXED = "original", "current", "mixed"
# contract 4.6c, mixed: of the original as long as more than 30% of it is left and the cut is at
# most 25% of what is left
LEFT, CUT = Fraction(30, 100), Fraction(25, 100)
LONGEST_DAYS = 7305  # twenty years
LONGEST = LONGEST_DAYS // 7 + 2  # opportunities


class Asked(NamedTuple):
    """The curve at one opportunity, for a starting dose of 1: numerators over ``scale``."""

    ideal: int
    reduction: int
    scale: int
    of_current: bool


@lru_cache(maxsize=64)
def curve(percent: int, of: str) -> tuple[Asked, ...]:
    """The ideal curve from a dose of 1; it falls at each opportunity, and never resets."""
    return tuple(_fall(Fraction(percent, 100), of))


def _fall(share: Fraction, of: str) -> Iterator[Asked]:
    left, slow = Fraction(1), of == CURRENT
    for _ in range(LONGEST):
        if of == MIXED and (left <= LEFT or share > CUT * left):
            slow = True
        reduction = share * left if slow else share
        left = max(left - reduction, Fraction(0))
        scale = left.denominator * reduction.denominator
        yield Asked(int(left * scale), int(reduction * scale), scale, slow)


@dataclass(frozen=True)
class Taper:
    """What is taken: (opportunity, amounts, whether the cut was unavoidable) of each reduction.

    ``stop`` is the first opportunity at which the curve allows zero, None where the taper never
    gets there. ``most_other`` is the most of a combination's second ingredient in a day.
    """

    now: Amounts
    most_other: int
    reductions: tuple[tuple[int, Amounts, bool], ...]
    stop: int | None
    slows_down: bool


def taper(shelf: Shelf, now: Amounts, most_other: int, percent: int, of: str) -> Taper:
    """The whole taper, opportunity by opportunity."""
    original = sum(now)
    reductions: list[tuple[int, Amounts, bool]] = []
    current, started = now, now
    linear = curve(percent, ORIGINAL)
    for place, asked in enumerate(curve(percent, of)):
        if sum(current) == shelf.smallest:  # contract 4.4
            if 2 * original * linear[place].ideal < shelf.smallest * linear[place].scale:
                return Taper(started, most_other, tuple(reductions), place, of != ORIGINAL)
            continue
        choice = choose(shelf, current, asked, original, most_other)
        if choice is not None:
            current = choice[0]
            reductions.append((place, *choice))
    return Taper(started, most_other, tuple(reductions), None, of != ORIGINAL)


def choose(
    shelf: Shelf, now: Amounts, asked: Asked, original: int, most_other: int
) -> tuple[Amounts, bool] | None:
    """What to reduce to (contract 4.3), and whether the cut is unavoidable; None to stay.

    Of a combination, what gives more of the second ingredient than at the start is no candidate.
    """
    current = sum(now)
    ideal, scale = original * asked.ideal, asked.scale
    every = shelf.totals(now)
    if 2 * ideal >= (every[1] + current) * scale:
        return None  # staying is at least as near to the curve as anything lower
    every = every[1:-1]  # neither the current dose nor zero
    if shelf.product.is_combination:
        every = [t for t in every if shelf.other(_at(shelf, t, now)) <= most_other]
    if not every or 2 * ideal >= (every[0] + current) * scale:
        return None
    within = allowed(every, current, current if asked.of_current else original)
    if not within:
        return _at(shelf, every[0], now), True
    reduction = original * asked.reduction
    left = [t for t in within if 2 * (current - t) * scale >= reduction] or within
    chosen = _nearest(shelf, now, left, ideal, scale, reduction)
    if abs(current * scale - ideal) <= abs(chosen * scale - ideal):
        return None
    return _at(shelf, chosen, now), False


def allowed(totals: list[int], current: int, reference: int) -> list[int]:
    """Of falling totals, those within 25% of the reference dose and half of the current one."""
    most = min(reference // 4, current // 2)
    lowest = current - most
    return list(takewhile(lambda total: total >= lowest, totals))


def _nearest(
    shelf: Shelf, now: Amounts, left: list[int], ideal: int, scale: int, reduction: int
) -> int:
    """The nearest to the curve, even ones first; of those close to it, the fewest strengths."""
    nearest_first = sorted(left, key=lambda t: (abs(t * scale - ideal), -t))
    even = [t for t in nearest_first if shelf.is_even(_at(shelf, t, now))][:1]
    nearest = (even or nearest_first)[0]
    if shelf.product.is_liquid or len(shelf.strengths) == 1:
        return nearest
    near = [t for t in nearest_first if 4 * abs(t - nearest) * scale <= reduction]
    if even:
        near = [t for t in near if shelf.is_even(_at(shelf, t, now))]
    return min(
        near,
        key=lambda t: (
            shelf.needs(_at(shelf, t, now)),
            t != nearest and abs(t * scale - ideal),
            -t,
        ),
    )


def _at(shelf: Shelf, total: int, caps: Amounts) -> Amounts:
    amounts = shelf.divided(total, caps)
    assert amounts is not None, (total, caps)
    return amounts


class Row(NamedTuple):
    """A row as it is to be; days are counted from the start, the last one inclusive."""

    kind: str
    first: int
    last: int | None
    amounts: Amounts


@dataclass(frozen=True)
class Pauses:
    """The holds of a plan, in days: after every nth reduction, and at a share of the original."""

    every: int = 0
    days: int = 0
    share: int = 0  # percent
    share_days: int = 0


NO_PAUSES = Pauses()


def lay_out(plan: Taper, every: int, period: int, pauses: Pauses) -> list[Row] | None:
    """Date a taper (contract 4.7 and 4.8); ``period`` is that of a patch, else 1.

    None where it does not end, or an opportunity is more than twenty years after the start.
    """
    if plan.stop is None:
        return None
    every = whole(every, period)
    lengths = [whole(pauses.days, period), whole(pauses.share_days, period)]
    rows: list[Row] = []
    kind, first, amounts = "baseline", 0, plan.now
    due, opportunity, pending, at_share = 0, 0, 0, False
    zero, original = (0,) * len(plan.now), sum(plan.now)
    turns = [("reduce", o, a) for o, a, _ in plan.reductions] + [("stop", plan.stop, zero)]
    for number, (new, place, following) in enumerate(turns, 1):
        due += (place - opportunity) * every
        if due > LONGEST_DAYS:
            return None
        if new == "stop" and plan.slows_down:
            due = max(due, first + 2 * every)  # the smallest dose is kept for two intervals
        if due > first:
            rows.append(Row(kind, first, due - 1, amounts))
        if pending:
            rows.append(Row("hold", due, due + pending - 1, amounts))
        due += pending
        kind, first, amounts, pending = new, due, following, 0
        due, opportunity = due + every, place + 1
        if pauses.every and number % pauses.every == 0:
            pending = lengths[0]
        if pauses.share and not at_share and 100 * sum(following) <= pauses.share * original:
            at_share, pending = True, max(pending, lengths[1])
    return [*rows, Row("stop", first, None, zero)]


def whole(days: int, period: int) -> int:
    """Days as whole periods of a patch."""
    return -(-days // period) * period
