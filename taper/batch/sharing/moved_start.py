"""Plans that begin on another day: which are the same but for their dates, and moving them.

The engine lays rows out in days from the start, so the same request begun on another day has
the same rows, moved. That holds as long as the plan takes nothing else from the calendar. What
it does take decides between which starts it may be moved:

- checks fall on working days, and so do the days before which a fill is not made: the plan may
  be moved between any two starts, but these dates are found anew for each start;
- steps begin on days of the week: between starts on the same weekday;
- steps last months, which have different lengths: between starts in one month;
- holds with dates, public holidays, a date to be reached, a history of fills: from no start to
  another.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from taper.batch.sharing.days import day_of, starts
from taper.formulary.working_days import calendar_from
from taper.planning.make import moved
from taper.safety.check_dates import days_of_checks
from taper.safety.withdrawal_checks import looked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from taper.planning.plan import Plan
    from taper.quantities import Interval
    from taper.request.model import Request

ANY_DAY, SAME_WEEKDAY, SAME_MONTH, ONE_DAY = "any day", "weekday", "month and weekday", "one day"
_LAST_OF_ALL_MONTHS = 28


def shared_by(request: Request) -> str:
    """Between which starts the plan of a request may be moved."""
    calendar = request.calendar
    dated = any(hold.first for hold in calendar.holds)
    if dated or calendar.holidays or request.text.get("by") or _has_dated_fills(request):
        return ONE_DAY
    weekly = bool(calendar.avoid_weekends or calendar.weekdays or calendar.depends_on_dates)
    months = [interval.calendar for interval in _intervals(request)]
    if any(months):
        # the steps of such a plan all begin on the day of the month of its start, if every
        # month has that day; what counts in days beside them would move against them
        plain = not (weekly or request.also or request.product.is_patch or request.text.get("over"))
        return SAME_MONTH if plain and all(months) else ONE_DAY
    return SAME_WEEKDAY if weekly else ANY_DAY


def _has_dated_fills(request: Request) -> bool:
    """Whether what is taken was worked out from fills before this start."""
    fills = request.text.get("history") or ()
    assert isinstance(fills, (list, tuple))
    return any(str(fill)[:1].isdigit() for fill in fills)


class _Months(dict[int, int]):
    """By the number of a day, its month; the 29th and later have a month of their own each."""

    def __missing__(self, number: int) -> int:
        day = day_of(number)
        month = -number if day.day > _LAST_OF_ALL_MONTHS else day.year * 12 + day.month
        self[number] = month
        return month


@lru_cache(maxsize=8)
def groups(scope: str) -> Sequence[int] | Mapping[int, int] | None:
    """By the number of a start, the group of starts between which a plan may be moved, if any."""
    if scope == ANY_DAY:
        return [0] * len(starts())
    return _Months() if scope == SAME_MONTH else None


def _intervals(request: Request) -> Iterator[Interval]:
    """Every length of time that decides where rows begin."""
    yield from (part.every for part in request.rule.parts)
    yield request.rule.last_dose_for
    yield from (hold.length for hold in request.calendar.holds if hold.length is not None)
    if request.calendar.baseline is not None:
        yield request.calendar.baseline
    over = request.text.get("over")
    if over:
        from taper.quantities import parse_interval  # noqa: PLC0415 - rarely asked for

        yield parse_interval(str(over), "over", "d w mo y")


class Movable:
    """A plan that may begin on another day of its group, and its rendering."""

    __slots__ = ("days", "looked", "market", "plan", "rendering", "rows")

    def __init__(self, plan: Plan, rendering: Any) -> None:
        """Everything about its days that stays as it is, in days from its first."""
        self.plan = plan
        self.rendering = rendering
        self.market = plan.request.formulary.market
        self.looked = None
        if plan.request.checks != "none":
            self.looked = looked(plan.request, plan.steps)
        self.rows = [step.start and (step.start - plan.start).days for step in plan.steps]
        self.days = max(row or 0 for row in self.rows)


class Restarted:
    """A plan begun on another day of its group; it is made whole only if that is asked for."""

    def __init__(self, of: Movable, start: int) -> None:
        """``start`` is the number of the other day."""
        self.of = of
        self.start = day_of(start)

    @property
    def next_checks(self) -> list[int | None]:
        """For each row the first check in or after it, in days from the start."""
        if self.of.looked is None:
            return [None] * len(self.of.rows)
        days = days_of_checks(self.of.looked, calendar_from(self.of.market, self.start))
        places = (len(days) if row is None else bisect_left(days, row) for row in self.of.rows)
        return [days[place] if place < len(days) else None for place in places]

    @cached_property
    def whole(self) -> Plan:
        """The plan with all its dates."""
        plan, start = self.of.plan, self.start
        by = start - plan.start
        request = replace(
            plan.request,
            calendar=replace(plan.request.calendar, start=start),
            text={**plan.request.text, "start": start.isoformat()},
        )
        steps = tuple(
            step
            if step.start is None
            else step._replace(
                start=step.start + by, end=None if step.end is None else step.end + by
            )
            for step in plan.steps
        )
        return moved(request, steps)
