"""What to reduce to at one opportunity: the curve against what can be made (contract 4.3)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.engine.curve import Point
    from taper.regimen.table import Regimen, Regimens

# The limits on a cut, as ratios.
CUT_LIMIT = (1, 4)  # of the reference dose
HALVING_LIMIT = (1, 2)  # of the current dose
LEAST_CUT = (1, 2)  # of the reduction asked for
SAME_STRENGTHS = (1, 4)  # of the reduction asked for: within it fewer strengths win


class Reason(NamedTuple):
    """Why a dose was chosen: the curve's point, and what rounding did.

    ``kind`` is ``exact``, ``nearest``, ``limited`` (the ideal would be too large a cut),
    ``unavoidable``, ``last`` (the stop) or empty where nothing changes.
    """

    kind: str
    point: Point | None = None


NOTHING = Reason("")


class Choice(NamedTuple):
    """The regimen to reduce to, and why."""

    regimen: Regimen
    reason: Reason


class _Ways(NamedTuple):
    """The regimens to which ``current`` may fall on the way to ``goal``."""

    made: Regimens
    current: Regimen
    goal: int
    most_other: int | None

    def to(self, total: int) -> Regimen | None:
        """The regimen of a daily dose, or None.

        A division from which the goal could no longer be made without a rise is not a way to
        it, and neither is one with more of a combination's other ingredient than at the start.
        """
        made, goal = self.made, self.goal
        regimen = made.under(total, self.current.amounts)
        if regimen is None or (
            self.most_other is not None and regimen.other_daily > self.most_other
        ):
            return None
        if goal and total != goal and made.can_make(goal):
            return None if made.under(goal, regimen.amounts) is None else regimen
        return regimen


def choose(
    made: Regimens,
    current: Regimen,
    point: Point,
    original: int,
    goal: int,
    *,
    override: bool,
    most_other: int | None = None,
) -> Choice | None:
    """The regimen to reduce to at one opportunity, or None to stay.

    ``original`` and ``goal`` are daily doses in thousandths. With ``override`` a cut may be as
    large as the reduction asked for (of the dose itself) instead of 25% of the reference dose.
    ``most_other`` is the most of a combination's other ingredient a day.
    """
    totals = made.totals
    floor = max(goal, made.smallest)
    scale = point.denominator  # everything is compared over the curve's denominator
    end = bisect_left(totals, current.daily)
    ways = _Ways(made, current, goal, most_other)
    lowest = max(_lowest(current, point, original, override=override), floor)
    highest = (current.daily * scale * LEAST_CUT[1] - point.asked * LEAST_CUT[0]) // (
        scale * LEAST_CUT[1]
    )
    first = bisect_left(totals, lowest)
    last = min(bisect_right(totals, highest), end)
    found = _nearest(ways, point, first, last)
    if found is None:  # then the least cut is dropped
        last = end
        found = _nearest(ways, point, first, last)
    if found is None:
        return _unavoidable(ways, point, floor, end)
    if found.daily != goal:
        found = _fewest_strengths(ways, point, found, first, last)
    away = abs(found.daily * scale - point.ideal)
    if abs(current.daily * scale - point.ideal) <= away:
        return None
    return Choice(found, Reason(_rounding(point, found, lowest), point))


def _lowest(current: Regimen, point: Point, original: int, *, override: bool) -> int:
    """The lowest dose that the limits on one cut allow, rounded up."""
    reference = current.daily if point.of_current else original
    if not override:
        lowest = current.daily - reference * CUT_LIMIT[0] // CUT_LIMIT[1]
    elif isinstance(point.rule, int):
        lowest = current.daily - point.rule
    else:
        lowest = current.daily - reference * point.rule.numerator // point.rule.denominator
    return max(lowest, -(-current.daily * HALVING_LIMIT[0] // HALVING_LIMIT[1]))


def _rounding(point: Point, found: Regimen, lowest: int) -> str:
    """What rounding did: nothing, to the nearest dose, or to the largest cut allowed."""
    if found.daily * point.denominator == point.ideal:
        return "exact"
    if point.ideal < lowest * point.denominator:
        return "limited"
    return "nearest"


def _nearest(ways: _Ways, point: Point, first: int, end: int) -> Regimen | None:
    """The nearest to the curve among ``totals[first:end]``; an even one if there is one."""
    uneven = None
    for total in _outward(ways.made.totals, point, first, end):
        regimen = ways.to(total)
        if regimen is None:
            continue
        if regimen.even:
            return regimen
        uneven = uneven or regimen
    return uneven


def _outward(totals: list[int], point: Point, first: int, end: int) -> Iterator[int]:
    """The totals in order of their distance from the curve, the higher first at a tie."""
    high = bisect_left(totals, -(-point.ideal // point.denominator), first, end)
    low = high - 1
    while low >= first or high < end:
        if low < first:
            above = True
        elif high >= end:
            above = False
        else:
            up = totals[high] * point.denominator - point.ideal
            above = up <= point.ideal - totals[low] * point.denominator
        if above:
            yield totals[high]
            high += 1
        else:
            yield totals[low]
            low -= 1


def _fewest_strengths(ways: _Ways, point: Point, found: Regimen, first: int, end: int) -> Regimen:
    """Of ``totals[first:end]`` near ``found``, the one needing fewest strengths."""
    made = ways.made
    if found.strengths == 1 or len(made.strengths) == 1:
        return found
    reach = point.asked * SAME_STRENGTHS[0] // (point.denominator * SAME_STRENGTHS[1])
    first = bisect_left(made.totals, found.daily - reach, first, end)
    end = bisect_right(made.totals, found.daily + reach, first, end)
    best = found
    for total in _outward(made.totals, point, first, end):
        regimen = ways.to(total)
        if regimen is None or regimen.even < found.even:
            continue
        if regimen.strengths < best.strengths:
            best = regimen
    return best


def _unavoidable(ways: _Ways, point: Point, floor: int, end: int) -> Choice | None:
    """The next lower dose, once the curve is below the midpoint between it and the current."""
    for place in range(end - 1, -1, -1):
        total = ways.made.totals[place]
        if total < floor:
            break
        regimen = ways.to(total)
        if regimen is not None:
            if 2 * point.ideal < (total + ways.current.daily) * point.denominator:
                return Choice(regimen, Reason("unavoidable", point))
            return None
    return None


def next_is_unavoidable(
    made: Regimens, current: Regimen, point: Point, original: int, *, override: bool
) -> bool:
    """Whether the limits leave no cut at all: where ``finish_with`` changes the product."""
    far = point._replace(ideal=0)
    choice = choose(made, current, far, original, 0, override=override)
    return choice is not None and choice.reason.kind == "unavoidable"
