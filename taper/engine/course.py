"""One opioid's taper, from its current regimen to its goal or its stop (contract 4).

The curve says what the dose would be; at each opportunity :class:`Reduction` picks the dose that
can really be taken; :class:`Rows` lays the rows out on dates. A taper that was changed on the way
is a :class:`~taper.engine.under_way.UnderWay`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.engine.changeover import changed, is_due, salt_ratio
from taper.engine.choice import NOTHING, Reason
from taper.engine.curve import Curve, Point
from taper.engine.decision import Opportunity, Reduction
from taper.engine.reach import lowest_reached
from taper.engine.rows import Row, Rows
from taper.engine.steps import CHANGE, HOLD, MAINTAIN, REDUCE, STOP
from taper.engine.together import taken_beside
from taper.errors import InputError, Problem
from taper.request.rule import ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens
    from taper.request.model import Calendar, Finish, Rule

LATEST_DAY = date(2100, 12, 31)
REVIEW_DAYS = whole("goal-review")


class TooSlow(InputError):
    """A pace at which the taper neither ends nor reaches its goal in the time that is planned."""


class Course:
    """One product's taper, from its current regimen to its goal or its stop."""

    def __init__(
        self,
        rule: Rule,
        calendar: Calendar,
        made: Regimens,
        regimen: Regimen,
        finish: Finish | None,
        begin: date | None = None,
        others: Sequence[Regimen] = (),
        *,
        waits: bool = True,
    ) -> None:
        """Begin on day 1 after the baseline, or on ``begin`` if another opioid came first.

        ``others`` are the opioids taken beside it; only the last one tapered ``waits`` with its
        smallest dose.
        """
        self.rule = rule
        self.made = made
        self.change_to = finish
        self.waits = waits
        self.beside = taken_beside(made.product, others)
        self.goal = self._within_reach(regimen, rule.goal)
        self.reduction = self._reduction(regimen.daily, starts_smallest=made.is_last(regimen))
        self.curve = self._curve(rule.of, regimen.daily)
        # the same rule of the original: a plan that slows down stops no earlier than it would
        self.linear = self._curve(ORIGINAL, regimen.daily)
        self.opportunities = 0
        self.salt = (1, 1)  # what is counted now, as a ratio to the product it began with
        self.rows = Rows(calendar, regimen, begin or calendar.start)
        self.due = begin or calendar.start
        self.last: date | None = None  # the opportunity before, or what this taper waited for
        if calendar.baseline and begin is None:
            self.due = self.rows.after(calendar.baseline, self.due)

    def _curve(self, of: str, start: int) -> Curve:
        rule = self.rule
        override = bool(rule.override)
        return Curve(rule.parts, of, start, self.goal, override=override, beside=self.beside)

    def _reduction(self, original: int, *, starts_smallest: bool = False) -> Reduction:
        """The rule as it decides, with the product in force."""
        return Reduction(
            self.made,
            self.rule,
            original,
            self.goal,
            waits=self.waits,
            beside=self.beside,
            starts_smallest=starts_smallest,
            may_change=self.change_to is not None,
        )

    def _within_reach(self, regimen: Regimen, goal: int) -> int:
        """The goal, or the lowest dose above it that can be reached (contract 3.3)."""
        if goal and self.change_to is None:
            return lowest_reached(self.made, regimen, goal)
        return goal

    @property
    def is_at_goal(self) -> bool:
        """Whether the maintenance goal is the dose in force."""
        return bool(self.goal) and self.rows.regimen.daily == self.goal

    @property
    def last_row(self) -> tuple[date, date | None]:
        """The first and the last day of the last row, once the stop or the goal is reached."""
        rows = self.rows
        if not self.is_at_goal:
            return rows.start, None
        days = -(-REVIEW_DAYS // rows.period) * rows.period
        return self.due, self.due + timedelta(days=days - 1)

    def run(self) -> list[Row]:
        """Step from opportunity to opportunity until the taper has ended."""
        if not self.is_at_goal:
            while not self.next_opportunity():
                pass
        if self.is_at_goal:
            self._maintain()
        else:
            self.rows.finish(None)
        return self.rows.rows

    def next_opportunity(self) -> bool:
        """The next opportunity; whether the taper has reached its stop or its goal."""
        self.curve.fall()
        self.opportunities += 1
        if self.due > LATEST_DAY:
            raise self._given_up()
        point = self.curve.point()
        if self.change_to is not None and is_due(
            self.change_to, self.reduction, self.rows.regimen, point
        ):
            self._change(point)
            return False
        return self._step()

    def _given_up(self) -> InputError:
        """The pace at which a taper does not end is too slow."""
        end = "reaches its goal" if self.goal else "ends"
        message = f"at this pace the taper never {end}: not by {LATEST_DAY.isoformat()}"
        hint = "a larger reduction, or a shorter interval"
        return TooSlow(Problem("reduce", message, hint))

    def _step(self) -> bool:
        """One opportunity; whether the taper has reached its stop or its goal."""
        rows, curve, reduction = self.rows, self.curve, self.reduction
        at = self._opportunity()
        if reduction.may_stop(rows.regimen) and self._stops(at):
            self._turn(STOP, self.made.nothing, Reason("last"))
            return True
        choice = None
        if not reduction.is_last(rows.regimen):
            choice = reduction.choose(rows.regimen, curve, at)
        if choice is not None:
            regimen = self.made.after(rows.regimen, choice.division.ranks)
            self._turn(REDUCE, regimen, choice.reason)
        elif rows.kind == HOLD:  # it is over, and the dose stays
            rows.rest(self.due)
        self.last = self.due
        self.due = rows.after(curve.part.every, self.due)
        return self.is_at_goal

    def _opportunity(self) -> Opportunity:
        """The dates that a decision looks at; a hold counts for the dose that it keeps."""
        rows = self.rows
        unavoidable = rows.cause.kind == "unavoidable"
        counts_days = unavoidable or self.reduction.may_stop(rows.regimen)
        begins = rows.earliest(self.due) if counts_days else self.due
        following = rows.after(self.curve.part.every, self.due)
        return Opportunity(self.due, begins, following, rows.since, unavoidable)

    def _turn(self, kind: str, regimen: Regimen, reason: Reason) -> None:
        """Begin a row as soon from the opportunity on as may be; later dates count from it."""
        self.due = self.rows.turn(kind, self.due, regimen, reason)

    def _stops(self, at: Opportunity) -> bool:
        ends = self.rows.after(self.rule.last_dose_for, at.begun)
        return self.reduction.stops(self.curve, self._linear_point, at, at.begun, ends)

    def _linear_point(self) -> Point:
        """Where the rule counted on the original dose is; it is looked at only at the end."""
        point = self.linear.skip(self.opportunities)
        self.opportunities = 0
        return point

    def _maintain(self) -> None:
        """End with a row at the goal, up to its first review."""
        rows = self.rows
        rows.close(self.due)
        rows.open(MAINTAIN, self.due, rows.regimen, rows.regimen.daily, NOTHING)
        rows.finish(self.last_row[1])

    def _change(self, point: Point) -> None:
        """Go over to the finer product, at the same daily dose or the nearest below."""
        assert self.change_to is not None
        finish, rows = self.change_to, self.rows
        made = finish.regimens
        self.change_to = None
        top, bottom = salt_ratio(self.made, made)
        goal = self.goal * top // bottom
        self.curve.rescale(top, bottom)
        self.linear.rescale(top, bottom)
        same = rows.regimen.daily * top // bottom
        regimen = changed(finish, rows.regimen, same, self.curve.point(), goal)
        self._turn(CHANGE, regimen, Reason("change", point))
        rows.rescale(top, bottom, same)
        self.salt = (self.salt[0] * top, self.salt[1] * bottom)
        self.made = made
        self.beside = (self.beside[0] * top, self.beside[1] * bottom)
        self.goal = self._within_reach(regimen, goal)
        self.reduction = self._reduction(rows.original)
        self.last = self.due
        self.due = rows.after(point.every, self.due)
