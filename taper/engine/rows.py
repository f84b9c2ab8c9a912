"""The rows of a taper, laid out on dates without gap or overlap (contract 4.7)."""

from __future__ import annotations

from copy import copy
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from taper.engine.choice import NOTHING, Reason
from taper.engine.steps import BASELINE, BEFORE_A_HOLD, CHANGE, HOLD, REDUCE, STAYS, STEP_BACK
from taper.errors import InputError, Problem
from taper.formulary.holidays import is_holiday

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.engine.steps import Step
    from taper.quantities import Interval
    from taper.regimen.table import Regimen
    from taper.request.model import Calendar, Hold

LONGEST_SEARCH = timedelta(weeks=8)  # for a day on which a reduction may begin
_DAY = timedelta(days=1)


class Row(NamedTuple):
    """A step without its number: see :class:`Step`."""

    kind: str
    start: date
    end: date | None
    regimen: Regimen
    original: int
    before: int
    reason: Reason
    words: str = ""  # why, of a row that a change has begun or cut


def patch_days(regimen: Regimen) -> int:
    """The days that a patch is worn; 1 for what is taken every day."""
    return regimen.interval // 24 if regimen.product.is_patch else 1


def aligned(day: date, anchor: date, period: int) -> date:
    """The first day from ``day`` that is a whole number of periods after ``anchor``."""
    return day + timedelta(days=-(day - anchor).days % period)


class Rows:
    """The rows of one product's taper, laid out on dates without gap or overlap."""

    def __init__(self, calendar: Calendar, regimen: Regimen, start: date) -> None:
        """Open the first row, a baseline until something changes."""
        self.calendar = calendar
        self.period = patch_days(regimen)
        self.anchor = calendar.start
        self.original = regimen.daily
        self.rows: list[Row] = []
        self.reductions = 0
        self.pending: Interval | None = None
        self.fired: set[int] = set()
        self.is_free = not (calendar.holds or calendar.depends_on_dates)
        self.regimen = regimen
        self.take(start, NOTHING)
        self.open(BASELINE, start, regimen, regimen.daily, NOTHING)

    def recall(self, steps: Iterable[Step]) -> None:
        """Count the reductions and the holds of rows that lie behind."""
        for step in steps:
            assert step.start is not None
            if step.kind == REDUCE:
                self.reductions += 1
                self.pending = None
                self.start, self.regimen, self.original = step.start, step.regimen, step.original
                self._meet_holds()
            elif step.kind in {HOLD, CHANGE, STEP_BACK}:
                self.pending = None
                self.reductions -= step.kind == STEP_BACK  # it takes a cut back

    def copy(self) -> Rows:
        """The same rows, to go on from in another way."""
        other = copy(self)
        other.rows, other.fired = self.rows.copy(), self.fired.copy()
        return other

    def open(self, kind: str, start: date, regimen: Regimen, before: int, reason: Reason) -> None:
        """Begin a row; it ends where the next begins."""
        if regimen is not self.regimen:
            self.take(start, reason)
        self.kind, self.start, self.regimen = kind, start, regimen
        self.before, self.reason, self.words = before, reason, ""

    def take(self, since: date, cause: Reason) -> None:
        """Count a dose from its first day: a hold or a change may split it into several rows."""
        self.since, self.cause = since, cause

    def after(self, interval: Interval, day: date, day_of_month: int = 0) -> date:
        """The day an interval later; of a patch, in whole patch periods.

        Months of what is taken every day are counted to ``day_of_month``, if it is given.
        """
        if self.period == 1:
            return interval.after(day, day_of_month)
        days = (interval.after(day) - day).days
        return day + timedelta(days=-(-days // self.period) * self.period)

    def turn(
        self,
        kind: str,
        due: date,
        regimen: Regimen,
        reason: Reason,
        not_before: date | None = None,
    ) -> date:
        """Close the open row and begin one of ``kind`` as soon after ``due`` as may be."""
        not_before = not_before or due
        day = max(due, not_before) if self.is_free else self._begin(due, not_before)
        before = self.regimen.daily
        self.close(day)
        self.open(kind, day, regimen, before, reason)
        if kind == REDUCE:
            self.reductions += 1
            if not self.is_free:
                self._meet_holds()
        return day

    def hold(self, day: date) -> None:
        """Begin a planned hold."""
        if self.kind == BASELINE and not self.words:
            self.words = BEFORE_A_HOLD
        self.stay(HOLD, day)

    def stay(self, kind: str, day: date, why: str = "") -> None:
        """Begin a row of ``kind`` at the same dose: a hold, or the days after one."""
        self.close(day)
        self.open(kind, day, self.regimen, self.regimen.daily, NOTHING)
        self.words = why

    def cut(self, kind: str, day: date, why: str = "", *, is_cut: bool) -> None:
        """End the open row before the day of a change; one of ``kind`` begins.

        A baseline that ``is_cut`` says no more when the first lower dose begins. One that would
        have ended that day anyway lies behind, and stays as it was in words too.
        """
        if self.kind == BASELINE and is_cut:
            self.words = STAYS
        self.stay(kind, day, why)

    def set_to(
        self, regimen: Regimen, day: date, reason: Reason, why: str, *, is_cut: bool
    ) -> None:
        """Begin a row with another dose on the day of a change, whatever the calendar avoids.

        It counts as a reduction. A hold that was to come before the next one is over with it.
        """
        before = self.regimen.daily
        if self.kind == BASELINE and is_cut:
            self.words = STAYS
        self.close(day)
        self.open(REDUCE, day, regimen, before, reason)
        self.words, self.pending = why, None
        self.reductions += 1
        self._meet_holds()

    def held(self, length: Interval, planned: date) -> date:
        """When a reduction begins after a hold: this is the one place where a hold delays one.

        It counts from the planned date, of a hold that was planned and of one that was asked for
        on the way: to hold for four weeks gives the patient four weeks more than was planned. And
        it delays dates and never moves the curve: the patient stays on the dose for longer, and
        goes on as was agreed, with the same next dose. If the curve fell on in the meantime, the
        cut after a hold, which was made because the taper was hard, would be a double one.
        """
        return self.after(length, planned)

    def finish(self, end: date | None) -> None:
        """Close the last row: at ``end``, or open for a stop."""
        self.rows.append(
            Row(
                self.kind,
                self.start,
                end,
                self.regimen,
                self.original,
                self.before,
                self.reason,
                self.words,
            )
        )

    def rescale(self, top: int, bottom: int, before: int) -> None:
        """Count the open row, and those after it, in another salt."""
        self.original = self.original * top // bottom
        self.before = before

    def close(self, day: date) -> None:
        """End the open row before ``day``; a row of no days is left out."""
        if day > self.start:
            self.finish(day - _DAY)

    def earliest(self, due: date) -> date:
        """The first day from ``due`` on which a reduction may begin, apart from hold rows."""
        if self.is_free:
            return due
        return self._allowed(due)

    def _begin(self, due: date, not_before: date) -> date:
        """The first day from ``due`` on which a reduction begins; a hold that was met comes first.

        The hold's row begins when the reduction would have begun without it.
        """
        if self.pending is None:
            return self._allowed(max(due, not_before))
        length, self.pending = self.pending, None
        planned = self._allowed(due, but_for_holds=True)
        if planned > self.start and self.kind != HOLD:
            self.hold(planned)
        return self._allowed(max(self.held(length, planned), not_before))

    def _allowed(self, day: date, *, but_for_holds: bool = False) -> date:
        """The first day on which a reduction may begin; the days of dated holds count for none."""
        searched_from = day
        while day - searched_from <= LONGEST_SEARCH:
            later = day if but_for_holds else self._after_dated_holds(day)
            if later > day:
                day = searched_from = aligned(later, self.anchor, self.period)
            elif self._is_avoided(day):
                day += timedelta(days=self.period)
            else:
                return day
        calendar = self.calendar
        message = "no day is left on which a reduction may begin"
        hint = "fewer days to avoid, or another first day: patches change every "
        name = "reduce_on" if calendar.weekdays else "avoid"
        raise InputError(Problem(name, message, f"{hint}{self.period} days"))

    def _after_dated_holds(self, day: date) -> date:
        for hold in self.calendar.holds:
            if hold.first is not None and hold.last is not None and hold.first <= day <= hold.last:
                return hold.last + timedelta(days=1)
        return day

    def _is_avoided(self, day: date) -> bool:
        calendar = self.calendar
        weekday = day.weekday()
        if calendar.weekdays and weekday not in calendar.weekdays:
            return True
        if calendar.avoid_weekends and weekday >= 5:  # noqa: PLR2004 - Saturday
            return True
        return bool(calendar.holidays) and is_holiday(day, calendar.holidays)

    def _meet_holds(self) -> None:
        """Note the longest hold that the new row has met."""
        for place, hold in enumerate(self.calendar.holds):
            if hold.length is None or not self._meets(place, hold):
                continue
            pending = self.pending
            if pending is None or self.after(hold.length, self.start) > self.after(
                pending, self.start
            ):
                self.pending = hold.length

    def _meets(self, place: int, hold: Hold) -> bool:
        if hold.every:
            return self.reductions % hold.every == 0
        daily = self.regimen.daily
        if hold.share is not None:
            reached = daily * hold.share[1] <= self.original * hold.share[0]
        else:
            reached = daily <= hold.dose
        if not reached or place in self.fired:
            return False
        self.fired.add(place)
        return True
