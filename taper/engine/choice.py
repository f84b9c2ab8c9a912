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

    ``lowest`` is what limit a allows, ``floor`` the goal or the smallest dose. ``leads_on``
    tells whether the goal can still be reached from a dose.
    """

    lowest: int
    floor: int
    leads_on: Callable[[Division], bool] | None = None


def choose(falls: Falls, point: Point, bounds: Bounds, *, may_wait: bool) -> Choice | None:
    """The dose to reduce to at one opportunity, or None to stay.

    ``may_wait`` is false at the last opportunity at which an unavoidable cut can still wait.
    """
    highest = _highest(falls, bounds)
    if highest is None:
        return None
    lowest = max(bounds.lowest, falls.half, bounds.floor)
    if highest.daily < lowest:
        return _waited_for(highest, falls, point, may_wait=may_wait)
    ways = _Ways(falls, point, bounds.leads_on, evenly=highest.is_even)
    first, end = bisect_left(falls.totals, lowest), ways.end_of_least_cut()
    found = ways.nearest(first, end)
    if found is None:  # then the least cut is dropped
        end = falls.end
        found = ways.nearest(first, end)
        assert found is not None  # the highest is among them
    if found.strengths > 1:
        found = ways.of_fewest_strengths(found, first, end)
    return _unless_staying_is_as_near(falls, point, found, lowest)


def choose_nearest(falls: Falls, point: Point, floor: int) -> Choice | None:
    """The dose nearest to the curve, without any limit on the cut, or None to stay."""
    ways = _Ways(falls, point, None, evenly=False)
    found = ways.nearest(bisect_left(falls.totals, floor), falls.end)
    return None if found is None else _unless_staying_is_as_near(falls, point, found, floor)


def is_unavoidable(falls: Falls, bounds: Bounds) -> bool:
    """Whether limit a leaves no cut at all, though lower doses can be made."""
    highest = _highest(falls, bounds)
    return highest is not None and highest.daily < bounds.lowest


def _highest(falls: Falls, bounds: Bounds) -> Division | None:
    """The highest dose that counts within half of the current one."""
    if bounds.leads_on is None:
        return falls.highest(bounds.floor)
    ways = [division for division in falls.downward(bounds.floor) if bounds.leads_on(division)]
    return next((way for way in ways if way.is_even), ways[0] if ways else None)


def _waited_for(highest: Division, falls: Falls, point: Point, *, may_wait: bool) -> Choice | None:
    """The next lower dose, once the curve is below the midpoint, or time is up."""
    if may_wait and 2 * point.ideal >= (highest.daily + falls.daily) * point.denominator:
        return None
    return Choice(highest, Reason("unavoidable", point))


def _unless_staying_is_as_near(
    falls: Falls, point: Point, found: Division, lowest: int
) -> Choice | None:
    ideal, scale = point.ideal, point.denominator
    away = abs(found.daily * scale - ideal)
    if abs(falls.daily * scale - ideal) <= away:
        return None
    inexact = "limited" if ideal < lowest * scale else "nearest"
    return Choice(found, Reason(inexact if away else "exact", point))


class _Ways:
    """The doses that count at one opportunity, and their distance from the curve."""

    def __init__(
        self,
        falls: Falls,
        point: Point,
        leads_on: Callable[[Division], bool] | None,
        *,
        evenly: bool,
    ) -> None:
        self.falls = falls
        self.point = point
        self.leads_on = leads_on
        self.evenly = evenly

    def end_of_least_cut(self) -> int:
        """The place after the highest dose that is at least the least cut away (limit c)."""
        falls, point, (top, bottom) = self.falls, self.point, LEAST_CUT
        daily = falls.daily * point.denominator
        highest = (daily * bottom - point.asked * top) // (point.denominator * bottom)
        return min(bisect_right(falls.totals, highest), falls.end)

    def to(self, total: int) -> Division | None:
        """The division of a daily dose if it counts."""
        division = self.falls.to(total)
        if division is None or (self.evenly and not division.is_even):
            return None
        if self.leads_on is not None and not self.leads_on(division):
            return None
        return division

    def nearest(self, first: int, end: int) -> Division | None:
        """The nearest to the curve among ``totals[first:end]``, the higher at a tie."""
        for total in self._outward(first, end):
            division = self.to(total)
            if division is not None:
                return division
        return None

    def of_fewest_strengths(self, found: Division, first: int, end: int) -> Division:
        """Of ``totals[first:end]`` near ``found``, the one needing fewest strengths.

        Among as few the nearest to the curve, then the higher.
        """
        point, totals, (top, bottom) = self.point, self.falls.totals, SAME_STRENGTHS
        reach = point.asked * top // (point.denominator * bottom)
        first = bisect_left(totals, found.daily - reach, first, end)
        end = bisect_right(totals, found.daily + reach, first, end)
        near = [way for way in map(self.to, totals[first:end]) if way is not None]
        fewest = min(way.strengths for way in near)
        if found.strengths == fewest:
            return found
        ideal, scale = point.ideal, point.denominator
        return min(
            (way for way in near if way.strengths == fewest),
            key=lambda way: (abs(way.daily * scale - ideal), -way.daily),
        )

    def _outward(self, first: int, end: int) -> Iterator[int]:
        """The totals in order of their distance from the curve, the higher first at a tie."""
        totals, point = self.falls.totals, self.point
        high = bisect_left(totals, -(-point.ideal // point.denominator), first, end)
        low = high - 1
        while low >= first or high < end:
            if low < first:
                above = True
            elif high >= end:
                above = False
            else:
                above = (totals[high] + totals[low]) * point.denominator <= 2 * point.ideal
            if above:
                yield totals[high]
                high += 1
            else:
                yield totals[low]
                low -= 1
