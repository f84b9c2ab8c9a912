"""One opioid's taper, from its current regimen to its goal or its stop (contract 4).

The curve says what the dose would be; at each opportunity :func:`choose` picks the dose that can
really be taken; :class:`Rows` lays the rows out on dates. A taper that was changed on the way is
a :class:`~taper.engine.under_way.UnderWay`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.engine.choice import CUT_LIMIT, Choice, Reason, choose, next_is_unavoidable
from taper.engine.curve import Curve, Point
from taper.engine.rows import LONGEST_PLAN_DAYS, Row, Rows
from taper.engine.steps import BASELINE, CHANGE, HOLD, MAINTAIN, REDUCE, STOP
from taper.errors import InputError, Problem
from taper.formulary.market import formulary
from taper.quantities import prose
from taper.request.rule import ORIGINAL

if TYPE_CHECKING:
    from taper.regimen.table import Regimen, Regimens
    from taper.request.model import Calendar, Finish, Rule

SHORTEST_REVIEW_DAYS = 28  # the row at a maintenance goal that the plan ends with


class TooSlow(InputError):
    """A pace at which the taper would take more than twenty years."""


def other_of(regimen: Regimen) -> int | None:
    """The most of a combination's other ingredient that a taper from here may give in a day."""
    return regimen.other_daily if regimen.product.is_combination else None


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
    ) -> None:
        """Begin on day 1 after the baseline, or on ``begin`` where another opioid came first."""
        self.made = made
        self.change_to = finish
        self.salt = (1, 1)  # what is counted now, as a ratio to the product it began with
        self.follow(rule)
        self.most_other = other_of(regimen)
        self.curve = Curve(rule.parts, rule.of, regimen.daily, rule.goal)
        # the same rule of the original: a plan that slows down stops no earlier than it would
        self.linear = Curve(rule.parts, ORIGINAL, regimen.daily, rule.goal)
        self.opportunities = 0
        self.rows = Rows(calendar, regimen, begin or calendar.start)
        self.due = begin or calendar.start
        self.latest = self.due + timedelta(days=LONGEST_PLAN_DAYS)
        self.last: date | None = None  # the opportunity before, or what this taper waited for
        if calendar.baseline and begin is None:
            self.due = self.rows.after(calendar.baseline, self.due)

    def follow(self, rule: Rule) -> None:
        """Go by a rule: what depends on it and not on where the curve is."""
        self.rule = rule
        self.goal = rule.goal * self.salt[0] // self.salt[1]
        self.override = bool(rule.override)
        self.slows_down = rule.of != ORIGINAL
        self.looked_at: Regimen | None = None  # of it, what decides whether to look for a cut
        self.is_last = False
        self.halfway = 0

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
        if self.due > self.latest:
            raise self._given_up(self.curve.point())
        if self.change_to is not None and self._changes_product(self.curve.point()):
            self._change(self.curve.point())
            return False
        return self._step()

    def _given_up(self, point: Point) -> InputError:
        """Why a taper does not end: no lower dose can be made, or the pace is too slow."""
        current = self.rows.regimen
        lower = self._choose(point._replace(ideal=self.goal * point.denominator))
        if lower is None and not self.made.is_last(current.amounts):
            message = f"no dose below {self.made.product.daily_text(current.daily)} can be made"
            if self.most_other is not None:
                message += " without more of the other ingredient"
            return InputError(Problem("stock", message, "other strengths"))
        message = "at this pace the taper takes more than twenty years"
        hint = "a larger reduction, or a shorter interval"
        return TooSlow(Problem("reduce", message, hint))

    def _step(self) -> bool:
        """One opportunity; whether the taper has reached its stop or its goal."""
        rows, curve = self.rows, self.curve
        if rows.regimen is not self.looked_at:
            self._look_at(rows.regimen)
        if self.is_last and self.slows_down:
            falls = self._falls_below_half()
        else:  # while staying is as near as the next lower dose, it is as near as any
            falls = 2 * curve.ideal < self.halfway * curve.denominator
        if falls and self.is_last:
            self._stop()
            return True
        choice = self._choose(curve.point()) if falls else None
        if choice is not None:
            self._turn(REDUCE, choice.regimen, choice.reason)
        elif rows.kind == HOLD:  # it is over, and the dose stays
            rows.stay(BASELINE, self.due)
        self.last = self.due
        self.due = rows.after(curve.part.every, self.due)
        return self.goal > 0 and rows.regimen.daily == self.goal

    def _turn(self, kind: str, regimen: Regimen, reason: Reason) -> None:
        """Begin a row as soon from the opportunity on as may be; later dates count from it."""
        self.due = self.rows.turn(kind, self.due, regimen, reason)

    def _look_at(self, regimen: Regimen) -> None:
        """Work out what stays the same while a regimen lasts."""
        self.looked_at = regimen
        self.is_last = not self.goal and regimen.daily == self.made.smallest
        totals = self.made.totals
        self.halfway = totals[bisect_left(totals, regimen.daily) - 1] + regimen.daily

    def _choose(self, point: Point) -> Choice | None:
        return choose(
            self.made,
            self.rows.regimen,
            point,
            self.rows.original,
            self.goal,
            override=self.override,
            most_other=self.most_other,
        )

    def _falls_below_half(self) -> bool:
        """Whether the rule counted on the original dose is below half of the smallest dose."""
        point = self.linear.skip(self.opportunities)  # it is looked at only at the end
        self.opportunities = 0
        return 2 * point.ideal < self.made.smallest * point.denominator

    def _stop(self) -> None:
        rows = self.rows
        if self.slows_down:
            kept = rows.after(self.rule.last_dose_for, self._smallest_since())
            if kept > self.due and rows.kind == HOLD:  # it is over before the dose was kept
                rows.stay(BASELINE, self.due)
            self.due = max(self.due, kept)
        self._turn(STOP, self.made.nothing, Reason("last"))

    def _smallest_since(self) -> date:
        """Since when the smallest dose has been taken: holds count."""
        since = self.rows.start
        for row in reversed(self.rows.rows):
            if row.regimen != self.rows.regimen:
                return since
            since = row.start
        return since

    def _maintain(self) -> None:
        """End with a row at the goal, up to its first review."""
        rows = self.rows
        rows.stay(MAINTAIN, self.due)
        rows.finish(self.last_row[1])

    def _changes_product(self, point: Point) -> bool:
        finish, current = self.change_to, self.rows.regimen
        if finish is None:
            return False
        if finish.at_dose is not None:
            return current.daily <= finish.at_dose
        if finish.at_share is not None:
            top, bottom = finish.at_share
            return current.daily * bottom <= self.rows.original * top
        if self.made.is_last(current.amounts):
            return True
        totals = self.made.totals
        below = totals[bisect_left(totals, current.daily) - 1]
        if below < self.goal < current.daily:
            return True  # only the finer product makes the goal
        return next_is_unavoidable(
            self.made, current, point, self.rows.original, override=self.override
        )

    def _change(self, point: Point) -> None:
        """Go over to the finer product, at the same daily dose or the nearest below."""
        assert self.change_to is not None
        made, rows = self.change_to.regimens, self.rows
        self.change_to = None
        ours, theirs = made.product.basis, self.made.product.basis
        top, bottom = theirs[0] * ours[1], theirs[1] * ours[0]
        self.goal = self.goal * top // bottom
        self.curve.rescale(top, bottom)
        self.linear.rescale(top, bottom)
        same = rows.regimen.daily * top // bottom
        regimen = made.of(made.totals[bisect_right(made.totals, same) - 1])
        self._check_change(made, same, regimen)
        self._turn(CHANGE, regimen, Reason("change", point))
        rows.rescale(top, bottom, same)
        self.salt = (self.salt[0] * top, self.salt[1] * bottom)
        self.made = made
        self.most_other = other_of(regimen)
        self.last = self.due
        self.due = rows.after(point.every, self.due)

    def _check_change(self, made: Regimens, same: int, regimen: Regimen) -> None:
        """A change is not a cut: the finer product must make about the dose, and the goal."""
        product, original = made.product, self.rows.original * same // self.rows.regimen.daily
        drop = same - regimen.daily
        hint = ""
        if not regimen.daily:
            message = f"{product.id} makes no dose at or below {product.daily_text(same)}"
            hint = "change at a higher dose: --finish-at"
        elif drop * CUT_LIMIT[1] > original * CUT_LIMIT[0] or 2 * drop > same:
            most = f"{product.text(regimen.daily)} a day every {made.interval} hours"
            message = (
                f"{product.id} makes at most {most}, and the change is at {product.text(same)}"
            )
            hint = "change at a lower dose with --finish-at, or take it more often: ID q6h"
        elif self.goal and not (
            made.can_make(self.goal) and made.under(self.goal, regimen.amounts)
        ):
            message = f"{product.id} cannot make the goal of {product.daily_text(self.goal)}"
            near = made.nearest(self.goal)
            hint = "the nearest are " + " and ".join(product.text(dose) for dose in near)
        elif regimen.other_daily > formulary(product.market).acetaminophen_max:
            other = f"{prose(regimen.other_daily)} mg of {product.words['acetaminophen']}"
            message = f"{product.id} would give {other}"
            hint = "change at a lower dose with --finish-at"
        if hint:
            raise InputError(Problem("finish_with", message, hint))
