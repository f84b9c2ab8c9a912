"""A taper that meets changes on its way: a hold, another rate, another goal, a step back.

The taper goes on to the last opportunity before the day of the change, as if nothing were to
happen; there the change is met, and the taper goes on from what it has become. So nothing before
the day can change, and everything after it follows from one course.

How much later a reduction comes after a hold, and why a hold never moves the curve, stands in
:meth:`Rows.held <taper.engine.rows.Rows.held>`, for planned holds and for these.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from taper.engine.course import Course
from taper.engine.rows import aligned
from taper.engine.steps import BASELINE, HOLD, MAINTAIN, STAYS, STEP_BACK, STOP, is_as_low
from taper.errors import InputError, Problem
from taper.request.rule import CURRENT, MIXED, ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from taper.engine.choice import Reason
    from taper.engine.curve import Curve
    from taper.engine.steps import Step
    from taper.quantities import Interval
    from taper.regimen.table import Regimen, Regimens
    from taper.request.changes import Change
    from taper.request.model import Calendar, Finish, Rule
    from taper.request.rule import Part

_LATER_AND_LATER = (ORIGINAL, MIXED, CURRENT)  # the same percentage, from the fastest on


class UnderWay(Course):
    """One opioid's taper that meets changes.

    :meth:`reached` and :meth:`met` look ahead on a copy: they leave this course as it is and
    return the one to go on with.
    """

    def __init__(
        self,
        rule: Rule,
        calendar: Calendar,
        made: Regimens,
        regimen: Regimen,
        finish: Finish | None,
        begin: date | None = None,
        beside: tuple[int, int] = (0, 1),
        *,
        waits: bool = True,
    ) -> None:
        """Begin as a course that nothing changes."""
        super().__init__(rule, calendar, made, regimen, finish, begin, beside, waits=waits)
        self.products = {made.product, *([finish.regimens.product] if finish else [])}
        self.would: tuple[Step, ...] = ()  # the rows that no reduction may come before
        self.back_on: date | None = None  # the day of the last step back
        self.unheld: date | None = None  # the day of the next reduction without the hold
        self.before: UnderWay | None = None  # the last opportunity
        self.before_cut: UnderWay | None = None  # the last cut of the product in force

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
        if course.due <= day:  # a hold that is over by then is none
            course.unheld = None
        if course.is_at_goal and course.due < day:
            course.wait_at_goal(day)
        if change.hold is not None:
            course = course.held(change.hold, day)
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
        if course.back_on != day:  # else its row stands, whatever else changes that day
            course.begin_row(day, is_held=change.hold is not None, is_cut=is_cut)
        return course

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
        soon, late = self._is_faster(rule)
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

    def _is_faster(self, rule: Rule) -> tuple[bool, bool]:
        """Whether another rule asks for a faster pace than the present one: now, and later on."""
        now, of = self.curve, self.rule.of
        new = _speed(now, rule.parts[0], rule.of)
        soon = _is_above(new, _speed(now, now.part, of))
        later = any(_is_above(new, _speed(now, part, of)) for part in now.parts[1:])
        late = _LATER_AND_LATER.index(rule.of) < _LATER_AND_LATER.index(of)
        return soon, late or later

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


def _speed(curve: Curve, part: Part, of: str) -> tuple[int, int]:
    """How fast a curve would fall from where it is, a day, as a ratio."""
    other = curve.turned((part,), of, 0)
    other.fall()
    return other.asked, other.denominator * part.every.days


def _is_above(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] * other[1] > other[0] * one[1]
