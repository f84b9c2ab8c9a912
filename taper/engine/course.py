"""One opioid's taper, from its current regimen to its goal or its stop (contract 4).

The curve says what the dose would be; at each opportunity :func:`choose` picks the dose that can
really be taken; :class:`Rows` lays the rows out on dates. A taper that was changed on the way is
a :class:`~taper.engine.under_way.UnderWay`.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.engine.changeover import changed, is_due, salt_ratio
from taper.engine.choice import Reason
from taper.engine.curve import Curve, Point
from taper.engine.decision import Opportunity, Reduction
from taper.engine.reach import lowest_reached
from taper.engine.rows import Row, Rows
from taper.engine.steps import BASELINE, CHANGE, HOLD, MAINTAIN, REDUCE, STOP
from taper.errors import InputError, Problem
from taper.request.rule import ORIGINAL

if TYPE_CHECKING:
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens
    from taper.request.model import Calendar, Finish, Rule

SHORTEST_REVIEW_DAYS = whole("goal-review")  # of the row at a goal that the plan ends with
LATEST_DAY = date(2100, 12, 31)


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
        beside: tuple[int, int] = (0, 1),
        *,
        waits: bool = True,
    ) -> None:
        """Begin on day 1 after the baseline, or on ``begin`` if another opioid came first.

        ``beside`` is what the other opioids come to, as a ratio in the unit of this one; only the
        last one tapered ``waits`` with its smallest dose.
        """
        self.made = made
        self.change_to = finish
        self.products = {made.product, *([finish.regimens.product] if finish else [])}
        self.salt = (1, 1)  # what is counted now, as a ratio to the product it began with
        self.beside = beside
        self.waits = waits
        self.starts_smallest = made.is_last(regimen)
        self.rows = Rows(calendar, regimen, begin or calendar.start)
        self.follow(rule)
        self.curve = self.curve_of(rule.of, regimen.daily)
        # the same rule of the original: a plan that slows down stops no earlier than it would
        self.linear = self.curve_of(ORIGINAL, regimen.daily)
        self.opportunities = 0
        self.expected: date | None = None  # the next opportunity, unless something moves it
        self.day_of_month = 0  # on which the opportunities of a monthly rule fall
        self.due = begin or calendar.start
        self.last: date | None = None  # the opportunity before, or what this taper waited for
        if calendar.baseline and begin is None:
            self.due = self.rows.after(calendar.baseline, self.due)

    def curve_of(self, of: str, start: int) -> Curve:
        """The curve of the rule from the first dose of this taper."""
        rule = self.rule
        override = bool(rule.override)
        return Curve(rule.parts, of, start, rule.goal, override=override, beside=self.beside)

    def follow(self, rule: Rule) -> None:
        """Go by a rule: what depends on it and not on where the curve is.

        A goal that cannot be reached becomes the lowest dose above it that can (contract 3.3).
        """
        self.rule = rule
        self.goal = rule.goal * self.salt[0] // self.salt[1]
        if self.goal and self.change_to is None:
            self.goal = lowest_reached(self.made, self.rows.regimen, self.goal)
        top, bottom = self.salt
        self.reduction = Reduction(
            self.made,
            rule,
            self.rows.original,
            self.goal,
            waits=self.waits,
            beside=(self.beside[0] * top, self.beside[1] * bottom),
            starts_smallest=self.starts_smallest,
            may_change=self.change_to is not None,
            salt=self.salt,
        )

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
        days = -(-SHORTEST_REVIEW_DAYS // rows.period) * rows.period
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
        if self.due != self.expected:
            self.day_of_month = self.due.day
        if self.due > LATEST_DAY:
            raise self._given_up()
        if self.change_to is not None and is_due(
            self.change_to, self.reduction, self.rows.regimen, self.curve.part
        ):
            self._change(self.curve.point())
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
        rows, reduction = self.rows, self.reduction
        choice = None
        if reduction.may_stop(rows.regimen) and self._stops():
            self._turn(STOP, self.made.nothing, Reason("last"))
            return True
        if not reduction.is_last(rows.regimen) and not reduction.stays(rows.regimen, self.curve):
            choice = reduction.choose(self.curve, self._opportunity())
        if choice is not None:
            regimen = self.made.after(rows.regimen, choice.division.ranks)
            self._turn(REDUCE, regimen, choice.reason)
        elif rows.kind == HOLD:  # it is over, and the dose stays
            rows.stay(BASELINE, self.due)
        self._wait()
        return self.is_at_goal

    def _wait(self) -> None:
        """Go on to the next opportunity: an interval after this one.

        A monthly one falls on the same day of the month as the first, or as the last that was
        moved, also after a shorter month.
        """
        self.last = self.due
        self.due = self.rows.after(self.curve.part.every, self.due, self.day_of_month)
        self.expected = self.due

    def _opportunity(self) -> Opportunity:
        rows, due = self.rows, self.due
        return Opportunity(
            due,
            rows.since,
            rows.cause.kind == "unavoidable",
            partial(rows.earliest, due),
            partial(rows.after, self.curve.part.every, due, self.day_of_month),
        )

    def _stops(self) -> bool:
        at = self._opportunity()
        ends = self.rows.after(self.rule.last_dose_for, at.begun)
        return self.reduction.stops(self.curve, self._linear_point, at, ends)

    def _linear_point(self) -> Point:
        """Where the rule counted on the original dose is; it is looked at only at the end."""
        point = self.linear.skip(self.opportunities)
        self.opportunities = 0
        return point

    def _turn(self, kind: str, regimen: Regimen, reason: Reason) -> None:
        """Begin a row as soon from the opportunity on as may be; later dates count from it."""
        self._begun(self.rows.turn(kind, self.due, regimen, reason))

    def _begun(self, day: date) -> None:
        """A row has begun, perhaps later than it was due."""
        if day != self.due:
            self.due, self.day_of_month = day, day.day

    def _maintain(self) -> None:
        """End with a row at the goal, up to its first review."""
        rows = self.rows
        rows.stay(MAINTAIN, self.due)
        rows.finish(self.last_row[1])

    def _change(self, point: Point) -> None:
        """Go over to the finer product, at the same daily dose or the nearest below."""
        assert self.change_to is not None
        finish, rows = self.change_to, self.rows
        top, bottom = salt_ratio(self.made, finish.regimens)
        self.curve.rescale(top, bottom)
        self.linear.rescale(top, bottom)
        same, goal = rows.regimen.daily * top // bottom, self.goal * top // bottom
        regimen = changed(finish, rows.regimen, same, self.curve.point(), goal)
        self._turn(CHANGE, regimen, Reason("change", point))
        rows.rescale(top, bottom, same)
        self.salt = (self.salt[0] * top, self.salt[1] * bottom)
        self.made, self.change_to = finish.regimens, None
        self.starts_smallest = False
        self.follow(self.rule)
        self._wait()
