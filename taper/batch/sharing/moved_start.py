"""Which plans are the same, shifted, when they begin on another day; and the shifting.

Rows are laid out in days from the start. What else a plan takes from the calendar decides how
far it can be shared: nothing but the working days of its checks (any start, checks made anew),
days of the week (starts on the same weekday), the lengths of months (the same weekday of the
same month), or dates and public holidays (one start).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from taper.batch.sharing.days import day_of, starts
from taper.planning.make import moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from taper.planning.plan import Plan
    from taper.quantities import Interval
    from taper.request.model import Request

ANY_DAY, SAME_WEEKDAY, SAME_MONTH, ONE_DAY = "any day", "weekday", "month and weekday", "one day"
_LAST_OF_ALL_MONTHS = 28


def shared_by(request: Request) -> str:
    """Which starts give the same plan, shifted."""
    calendar = request.calendar
    dated = any(hold.first for hold in calendar.holds)
    if dated or calendar.holidays or request.text.get("by"):
        return ONE_DAY
    moved = bool(calendar.avoid_weekends or calendar.weekdays or calendar.depends_on_dates)
    months = [interval.calendar for interval in _intervals(request)]
    if any(months):
        # the day of the month stays what it was at the start, and every month has one
        plain = not (moved or request.also or request.product.is_patch or request.text.get("over"))
        return SAME_MONTH if plain and all(months) else ONE_DAY
    return SAME_WEEKDAY if moved else ANY_DAY


class _Months(dict[int, int]):
    """The month of a day that every month has, by its number; one of its own for the others."""

    def __missing__(self, number: int) -> int:
        day = day_of(number)
        month = -number if day.day > _LAST_OF_ALL_MONTHS else day.year * 12 + day.month
        self[number] = month
        return month


class _Weekdays(dict[int, int]):
    """The same by the weekday too."""

    def __missing__(self, number: int) -> int:
        months = groups(SAME_MONTH)
        assert months is not None
        month = months[number]
        self[number] = month if month < 0 else month * 7 + number % 7
        return self[number]


@lru_cache(maxsize=8)
def groups(scope: str) -> Sequence[int] | Mapping[int, int] | None:
    """For every start by its number, the starts among which a plan may be moved; None: none."""
    if scope == ANY_DAY:
        return [0] * len(starts())
    return _Months() if scope == SAME_MONTH else None


@lru_cache(maxsize=8)
def keys(scope: str) -> Sequence[int] | Mapping[int, int]:
    """For every start by its number, what it has in common with the starts of the same plan."""
    if scope == SAME_MONTH:
        return _Weekdays()
    days = range(len(starts()))
    return days if scope == ONE_DAY else [number % 7 for number in days]


def _intervals(request: Request) -> Iterator[Interval]:
    """Every length of time that lays out the rows."""
    yield from (part.every for part in request.rule.parts)
    yield request.rule.last_dose_for
    yield from (hold.length for hold in request.calendar.holds if hold.length is not None)
    if request.calendar.baseline is not None:
        yield request.calendar.baseline
    over = request.text.get("over")
    if over:
        from taper.quantities import parse_interval  # noqa: PLC0415 - rarely asked for

        yield parse_interval(str(over), "over", "d w mo y")


def shifted(plan: Plan, start: date) -> Plan:
    """A plan as it was made, begun on another day that it may be shared with."""
    by = start - plan.start
    request = replace(
        plan.request,
        calendar=replace(plan.request.calendar, start=start),
        text={**plan.request.text, "start": start.isoformat()},
    )
    steps = tuple(
        step
        if step.start is None
        else step._replace(start=step.start + by, end=None if step.end is None else step.end + by)
        for step in plan.steps
    )
    return moved(request, steps)
