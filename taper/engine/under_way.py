"""A taper that meets changes on its way: a hold, another rate or goal, a dose by hand, a step back.

The taper goes on to the last opportunity before the day of the change, as if nothing were to
happen; there the change is met, and the taper goes on from what it has become. So nothing before
the day can change, and everything after it follows from one course.

How much later a reduction comes after a hold, and why a hold never moves the curve, stands in
:meth:`Rows.held <taper.engine.rows.Rows.held>`, for planned holds and for these.
"""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from taper.engine.choice import Reason
from taper.engine.course import Course
from taper.engine.faster import faster
from taper.engine.rows import aligned
from taper.engine.steps import (
    BASELINE,
    CHANGE,
    HOLD,
    MAINTAIN,
    REDUCE,
    STAYS,
    STEP_BACK,
    STOP,
    is_as_low,
)
from taper.errors import InputError, Problem
from taper.request.rule import ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from taper.engine.steps import Step
    from taper.quantities import Interval
    from taper.regimen.table import Regimen, Regimens
    from taper.request.changes import Change
    from taper.request.model import Rule
    from taper.request.rule import Part

FALLS = frozenset({REDUCE, CHANGE, STOP})
BY_HAND, TAKEN = Reason("by-hand"), Reason("taken")


class UnderWay(Course):
    """One opioid's taper that meets changes.

    :meth:`reached` and :meth:`met` look ahead on a copy: they leave this course as it is and
    return the one to go on with.
    """

    would: tuple[Step, ...] = ()  # the rows that no reduction may come before
    back_on: date | None = None  # the day of the last step back
    unheld: date | None = None  # the day of the next reduction without the hold
    before: UnderWay | None = None  # the last opportunity
    before_cut: UnderWay | None = None  # the last cut of the product in force

    @property
    def has_ended(self) -> bool:
        """Whether the stop or the goal is reached."""
        return self.rows.kind == STOP or self.is_at_goal

    def has_ended_before(self, day: date) -> bool:
        """Whether the stop, or the row at the goal, began before the day."""
        return self.rows.kind == STOP or (self.is_at_goal and self.due < day)

    def on(self, day: date) -> date:
        """The day itself; of a patch the first day from then on when it is changed."""
        return aligned(day, self.rows.anchor, self.rows.period)

    def reached(self, day: date) -> UnderWay:
        """The course at the first opportunity that may still change; all rows begin before."""
        course = self.copy()
        while not course.has_ended and course.due < day:
            course.next_opportunity()
            if course.rows.start >= day:
                return course.put_off(day)
        return course

    def met(self, change: Change, day: date, before: tuple[Step, ...]) -> UnderWay:
        """The course from a change on, which it has reached; ``before`` are the rows without it.

        A hold comes first: it counts from the date that was planned.
        """
        course = self.copy()
        is_cut = all(step.start != day for step in before)
        hold = change.hold or self._hold_of_what_ran_out(change, day, before)
        if course.due <= day:  # a hold that is over by then is none
            course.unheld = None
        if course.is_at_goal and course.due < day:
            course.wait_at_goal(day)
        if hold is not None:
            course = course.held(hold, day)
        if change.resumes and course.unheld is not None:
            course.due, course.unheld = max(day, course.unheld), None
        if change.step_back:
            course = course.stepped_back(change, day, is_cut=is_cut)
        may_be_earlier = change.resumes
        if change.rate is not None:
            may_be_earlier = course.take_rate(change.rate, day) or may_be_earlier
        if change.goal is not None:
            course.take_goal(change.goal, day)
        course.would = () if may_be_earlier else course.those_of(before, day)
        course.begin(change, day, before, is_held=hold is not None, is_cut=is_cut)
        return course

    def begin(
        self, change: Change, day: date, before: Iterable[Step], *, is_held: bool, is_cut: bool
    ) -> None:
        """Begin the row of the day: with another dose if one was set or is taken."""
        if change.dose_of(self.made.product) is not None:
            self.set_by_hand(change, day, is_cut=is_cut)
        elif self._takes_less(change):
            self.take_as_taken(change, day, before, is_cut=is_cut)
        elif self.back_on != day:  # else its row stands, whatever else changes that day
            self.begin_row(day, is_held=is_held, is_cut=is_cut)

    def copy(self) -> UnderWay:
        """The same course, to go on from in another way."""
        other = copy(self)
        other.curve, other.linear = copy(self.curve), copy(self.linear)
        other.rows = self.rows.copy()
        return other

    # --- on the way to a change ----------------------------------------------------------------

    def next_opportunity(self) -> bool:
        """As of a course; what was before it is kept, and so is the last cut."""
        self.before = None
        before = self.copy()
        product, dose = self.made.product, self.rows.regimen
        has_ended = super().next_opportunity()
        self.before, self.unheld = before, None
        if self.rows.regimen is not dose:
            self.before_cut = before if self.made.product is product else None
        return has_ended

    def put_off(self, day: date) -> UnderWay:
        """The course before its last opportunity, which is due on the day that its row began.

        Of a planned hold that put it off the row stands if it began before ``day``.
        """
        assert self.before is not None
        course, begins = self.before, self.rows.start
        if self.rows.rows and self.rows.rows[-1].kind == HOLD:
            hold, rows = self.rows.rows[-1], course.rows
            course.unheld = course.unheld or course.due
            if rows.start < hold.start < day:
                rows.hold(hold.start)
        course.due = begins
        course.rows.pending = None
        return course

    def _turn(self, kind: str, regimen: Regimen, reason: Reason) -> None:
        """Begin a row; no earlier than the plan before a change would have come to the dose.

        The curve cannot see to that alone: from another rate or another goal follow other doses,
        and one of them may lie just under a dose that took longer to be reached.
        """
        as_low = (step.start for step in self.would if is_as_low(step.regimen, regimen))
        not_before = next(as_low, None)
        self._begun(self.rows.turn(kind, self.due, regimen, reason, not_before))

    # --- what changes --------------------------------------------------------------------------

    def wait_at_goal(self, day: date) -> None:
        """The row at the goal goes on until the change."""
        self.rows.stay(MAINTAIN, self.due)
        self.due = day

    def held(self, length: Interval, day: date) -> UnderWay:
        """The course before its next reduction, which comes later by the length of a hold.

        At the goal the days until the next opioid's turn grow by it.
        """
        course, rows = self, self.rows.copy()
        rows.pending = None
        dose = rows.regimen
        while not course.has_ended:
            course.next_opportunity()
            if course.rows.regimen is not dose:
                course = course.put_off(day)
                course.rows = rows  # of the way to the reduction no row stands yet
                break
        course.unheld = course.unheld or course.due
        course.due = course.rows.held(length, course.due)
        return course

    def _hold_of_what_ran_out(
        self, change: Change, day: date, before: Iterable[Step]
    ) -> Interval | None:
        """If more was taken than planned, no reduction begins that day: it waits an interval."""
        taking = change.taking_of(self.made.product)
        if taking is None or taking <= self.rows.regimen.daily or not self._falls_on(day, before):
            return None
        return self.curve.part.every

    def _falls_on(self, day: date, before: Iterable[Step]) -> bool:
        """Whether a reduction of this taper was to begin on a day."""
        return any(step.start == day and step.kind in FALLS for step in self.those_of(before, day))

    def set_by_hand(self, change: Change, day: date, *, is_cut: bool) -> None:
        """Go on from a dose by hand; reductions count one interval from it."""
        regimen = change.dose_of(self.made.product)
        assert regimen is not None
        why = "the dose was set by hand"
        if change.reason:
            why = f"{why}, lower by more than half: {change.reason}"
        self._set_to(regimen, day, BY_HAND, why, is_cut=is_cut)
        if change.hold is not None:
            self.due = self.rows.held(change.hold, self.due)

    def _takes_less(self, change: Change) -> bool:
        taking = change.taking_of(self.made.product)
        return taking is not None and taking < self.rows.regimen.daily

    def take_as_taken(
        self, change: Change, day: date, before: Iterable[Step], *, is_cut: bool
    ) -> None:
        """Go on from what is really taken, which is less than planned.

        The next reduction is a full interval later, and no earlier than the next one that was
        planned: that the patient takes less is no reason to hurry.
        """
        taking, now = change.taking_of(self.made.product), self.rows.regimen
        regimen = None if taking is None else as_taken(self.made, now, taking)
        assert taking is not None
        assert regimen is not None  # looked at when it was given
        product = now.product
        why = f"what the patient takes: {product.daily_text(taking)}"
        if regimen.daily < taking:
            why += f", rounded down to {product.text(regimen.daily)}"
        falls = [step.start for step in self.those_of(before, day) if step.kind in FALLS]
        planned = [start for start in falls if start is not None and start >= day]
        self._set_to(regimen, day, TAKEN, why, is_cut=is_cut)
        self.due = max(self.due, *planned[:1])
        if change.hold is not None:
            self.due = self.rows.held(change.hold, self.due)

    def _set_to(
        self, regimen: Regimen, day: date, reason: Reason, why: str, *, is_cut: bool
    ) -> None:
        """Begin a row with another dose; the curve goes on from it."""
        self.before_cut = self.copy()
        self.rows.set_to(regimen, day, reason, why, is_cut=is_cut)
        self.curve.restart(regimen.daily)
        self.linear.restart(regimen.daily)
        self.opportunities = 0
        self.follow(self.rule)
        self.last, self.back_on, self.unheld, self.would = day, None, None, ()
        self.due = self.rows.after(self.curve.part.every, day)

    def stepped_back(self, change: Change, day: date, *, is_cut: bool) -> UnderWay:
        """The course before its last cut, which is made again after a full interval.

        The curve goes back with the dose, so that the same doses follow as before; on a curve
        that had fallen on, the way down would be steeper than the one that was too steep. For the
        same reason the dose counts from the day on which it was first taken: a cut that had waited
        for twelve weeks does not wait for twelve more. The cut that was taken back counts for no
        hold: the holds stand at the doses where they stood.
        """
        back = self.before_cut
        if back is None:
            name = self.made.product.name
            message = f"no higher dose of {name} stands before {day.isoformat()}"
            hint = "a step back goes at most to the dose of the previous step"
            raise InputError(Problem("step_back", message, hint))
        course = back.copy()
        course.before_cut = None
        rows = course.rows = self.rows.copy()
        why = f"a step back to the dose of the previous step: {change.step_back}"
        rows.cut(STEP_BACK, day, why, is_cut=is_cut)
        rows.take(back.rows.since, back.rows.cause)
        rows.regimen, rows.pending = back.rows.regimen, back.rows.pending
        rows.reductions, rows.fired = back.rows.reductions, back.rows.fired.copy()
        if course.rule is not self.rule:
            course.turn_curves(self.rule, self.curve.parts)
        course.last, course.back_on, course.unheld = day, day, None
        course.due = rows.after(course.curve.part.every, day)
        if change.hold is not None:
            course.due = max(course.due, self.due)
        return course

    def take_rate(self, rule: Rule, day: date) -> bool:
        """Go on at another pace, a full interval after the last opportunity; whether it is faster.

        A faster pace may come earlier than planned; a hold under way is kept all the same.
        """
        soon, late = faster(self.curve, self.rule.of, rule, self.rows.original)
        self.turn_curves(replace(rule, goal=self.rule.goal), rule.parts)
        if self.is_at_goal:
            return soon or late
        ready = day
        if self.last is not None:
            ready = self.rows.after(self.curve.part.every, self.last)
        if soon and self.unheld is None and self.last is not None:
            self.due = day
        self.due = max(self.due, ready, day)
        return soon or late

    def take_goal(self, goal: int, day: date) -> None:
        """Go on to another goal, at the same pace."""
        self.turn_curves(replace(self.rule, goal=goal), self.curve.parts)
        if self.is_at_goal and self.unheld is None and self.back_on != day:
            self.due = day

    def turn_curves(self, rule: Rule, parts: tuple[Part, ...]) -> None:
        """Another rule or goal, from where the curves are."""
        if self.opportunities:
            self.linear.skip(self.opportunities)
            self.opportunities = 0
        override = bool(rule.override)
        self.curve = self.curve.turned(parts, rule.of, rule.goal, override=override)
        self.linear = self.linear.turned(parts, ORIGINAL, rule.goal)
        self.follow(rule)

    def those_of(self, steps: Iterable[Step], day: date) -> tuple[Step, ...]:
        """Of the rows of a plan those of this taper that are not over by a day."""
        return tuple(
            step
            for step in steps
            if step.start and (step.end is None or step.end >= day)
            if step.regimen.product in self.products
        )

    def begin_row(self, day: date, *, is_held: bool, is_cut: bool) -> None:
        """Begin the row from the day of the change on."""
        if is_held or (self.unheld is not None and self.unheld < self.due):
            self.rows.cut(HOLD, day, is_cut=is_cut)
        else:
            why = STAYS if self.is_at_goal else ""
            self.rows.cut(BASELINE, day, why, is_cut=is_cut)


def as_taken(made: Regimens, now: Regimen, taking: int) -> Regimen | None:
    """The highest regimen at or below what is taken in which nothing rises; None if none is."""
    for total in reversed(made.totals[: bisect_right(made.totals, taking)]):
        if 0 < total < now.daily:
            regimen = made.under(total, now)
            if regimen is not None:
                return regimen
    return None
