"""What to reduce to at one opportunity: the curve against what can be made (contract 4.3)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from taper.engine.curve import Point
    from taper.engine.falls import Division, Falls

LEAST_CUT = share("least-cut")  # limit c
SAME_STRENGTHS = share("fewer-strengths-within")


class Reason(NamedTuple):
    """Why a dose was chosen: the curve's point, and what rounding did.

    ``kind`` is ``exact``, ``nearest``, ``limited`` (the ideal would be too large a cut),
    ``unavoidable``, ``last`` (the stop) or empty if nothing changes.
    """

    kind: str
    point: Point | None = None


NOTHING = Reason("")


class Choice(NamedTuple):
    """The dose to reduce to, and why."""

    division: Division
    reason: Reason


class Bounds(NamedTuple):
    """What bounds the doses that count at one opportunity, in thousandths a day.

    ``lowest`` is what limit a allows, ``floor`` the goal or the smallest dose; ``may_wait`` is
    false at the last opportunity at which an unavoidable cut can still wait. ``leads_on`` tells
    whether the goal can still be reached from a dose.
    """

    lowest: int
    floor: int
    may_wait: bool = True
    leads_on: Callable[[Division], bool] | None = None


def choose(falls: Falls, point: Point, bounds: Bounds) -> Choice | None:
    """The dose to reduce to at one opportunity, or None to stay."""
    ways = _Ways(falls, point, bounds)
    highest = ways.highest()
    if highest is None:
        return None
    ways.evenly = highest.is_even
    lowest = max(bounds.lowest, falls.half, bounds.floor)
    first, last = ways.between(lowest)
    found = ways.nearest(first, last)
    if found is None:  # then the least cut is dropped
        last = falls.end
        found = ways.nearest(first, last)
    if found is None:
        return _waited_for(highest, falls, point, bounds)
    found = ways.of_fewest_strengths(found, first, last)
    scale = point.denominator
    away = abs(found.daily * scale - point.ideal)
    if abs(falls.daily * scale - point.ideal) <= away:
        return None
    return Choice(found, Reason(_rounding(point, found, lowest), point))


def choose_nearest(falls: Falls, point: Point, floor: int) -> Choice | None:
    """The dose nearest to the curve, without any limit on the cut, or None to stay."""
    ways = _Ways(falls, point, Bounds(floor, floor))
    ways.evenly = False
    first, _ = ways.between(floor)
    found = ways.nearest(first, falls.end)
    scale = point.denominator
    if found is None or abs(falls.daily * scale - point.ideal) <= abs(
        found.daily * scale - point.ideal
    ):
        return None
    return Choice(found, Reason(_rounding(point, found, floor), point))


def is_unavoidable(falls: Falls, bounds: Bounds) -> bool:
    """Whether limit a leaves no cut at all, though lower doses can be made."""
    highest = falls.highest(bounds.floor)
    return highest is not None and highest.daily < bounds.lowest


def _waited_for(highest: Division, falls: Falls, point: Point, bounds: Bounds) -> Choice | None:
    """The next lower dose, once the curve is below the midpoint, or time is up."""
    is_below = 2 * point.ideal < (highest.daily + falls.daily) * point.denominator
    if bounds.may_wait and not is_below:
        return None
    return Choice(highest, Reason("unavoidable", point))


def _rounding(point: Point, found: Division, lowest: int) -> str:
    """What rounding did: nothing, to the nearest dose, or to the largest cut allowed."""
    if found.daily * point.denominator == point.ideal:
        return "exact"
    if point.ideal < lowest * point.denominator:
        return "limited"
    return "nearest"


class _Ways:
    """The doses that count at one opportunity, and their distance from the curve."""

    def __init__(self, falls: Falls, point: Point, bounds: Bounds) -> None:
        self.falls = falls
        self.totals = falls.made.totals
        self.point = point
        self.bounds = bounds
        self.evenly = True

    def highest(self) -> Division | None:
        """The highest dose that counts, within half of the current one."""
        floor, leads_on = self.bounds.floor, self.bounds.leads_on
        if leads_on is None:
            return self.falls.highest(floor)
        ways = [division for division in self.falls.downward(floor) if leads_on(division)]
        return next((way for way in ways if way.is_even), ways[0] if ways else None)

    def between(self, lowest: int) -> tuple[int, int]:
        """The places of the totals from ``lowest`` up to the least cut (limit c)."""
        point, top, bottom = self.point, *LEAST_CUT
        daily = self.falls.daily * point.denominator
        highest = (daily * bottom - point.asked * top) // (point.denominator * bottom)
        end = min(bisect_right(self.totals, highest), self.falls.end)
        return bisect_left(self.totals, lowest), end

    def to(self, total: int) -> Division | None:
        """The division of a daily dose if it counts."""
        division = self.falls.to(total)
        if division is None or (self.evenly and not division.is_even):
            return None
        if self.bounds.leads_on is not None and not self.bounds.leads_on(division):
            return None
        return division

    def nearest(self, first: int, end: int) -> Division | None:
        """The nearest to the curve among ``totals[first:end]``, the higher at a tie."""
        return next(self._outward(first, end), None)

    def of_fewest_strengths(self, found: Division, first: int, end: int) -> Division:
        """Of ``totals[first:end]`` near ``found``, the one needing fewest strengths."""
        made = self.falls.made
        if len(made.strengths) == 1:
            return found
        fewest = made.strengths_of(found.ranks)
        if fewest == 1:
            return found
        point, top, bottom = self.point, *SAME_STRENGTHS
        reach = point.asked * top // (point.denominator * bottom)
        first = bisect_left(self.totals, found.daily - reach, first, end)
        end = bisect_right(self.totals, found.daily + reach, first, end)
        for division in self._outward(first, end):
            needed = made.strengths_of(division.ranks)
            if needed < fewest:
                found, fewest = division, needed
        return found

    def _outward(self, first: int, end: int) -> Iterator[Division]:
        """The doses of ``totals[first:end]`` that count, in order of their distance."""
        for total in _outward(self.totals, self.point, first, end):
            division = self.to(total)
            if division is not None:
                yield division


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
