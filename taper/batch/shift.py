"""Which plans are the same, shifted, when they begin on another day; and the shifting.

Rows are laid out in days from the start. What else a plan takes from the calendar decides how
far it can be shared: nothing but the working days of its checks (any start, checks made anew),
days of the week (starts on the same weekday), or dates, months and public holidays (one start).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.planning import Plan
    from taper.quantities import Interval
    from taper.request import Request

ANY_DAY, SAME_WEEKDAY, ONE_DAY = "any day", "same weekday", "one day"


def shared_by(request: Request) -> str:
    """Which starts give the same plan, shifted."""
    calendar = request.calendar
    dated = any(hold.first for hold in calendar.holds)
    if dated or calendar.holidays or request.text.get("by"):
        return ONE_DAY
    if any(interval.calendar for interval in _intervals(request)):
        return ONE_DAY
    if calendar.avoid_weekends or calendar.weekdays or calendar.depends_on_dates:
        return SAME_WEEKDAY
    return ANY_DAY


def _intervals(request: Request) -> Iterator[Interval]:
    """Every length of time that lays out the rows or the fills."""
    yield from (part.every for part in request.rule.parts)
    yield request.rule.last_dose_for
    yield from (hold.length for hold in request.calendar.holds if hold.length is not None)
    for interval in (request.calendar.baseline, request.fill):
        if interval is not None:
            yield interval
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
        else replace(step, start=step.start + by, end=None if step.end is None else step.end + by)
        for step in plan.steps
    )
    return replace(plan, request=request, steps=steps)
