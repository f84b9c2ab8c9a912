"""From a request to dated steps: the engine of contract 4.

Pure: no files, no clock, no terminal. The curve says what the dose would be; at each opportunity
:func:`choose` picks the dose that can really be taken; :class:`Rows` lays the rows out on dates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, Self

from taper.engine.choice import CUT_LIMIT, NOTHING, Choice, Reason, choose, next_is_unavoidable
from taper.engine.curve import Curve, Point
from taper.engine.rows import LONGEST_PLAN_DAYS, Row, Rows, aligned, patch_days
from taper.engine.steps import (
    BASELINE,
    BEFORE_A_HOLD,
    CHANGE,
    CURRENT,
    HOLD,
    MAINTAIN,
    REDUCE,
    STOP,
    Step,
)
from taper.errors import InputError, Problem
from taper.formulary.market import formulary
from taper.quantities import Percent, prose
from taper.request.rule import MIXED, ORIGINAL

if TYPE_CHECKING:
    from taper.quantities import Interval
    from taper.regimen.table import Regimen, Regimens
    from taper.request.model import Calendar, Companion, Finish, Request, Rule

SHORTEST_REVIEW_DAYS = 28  # the row at a maintenance goal that the plan ends with


class TooSlow(InputError):
    """A pace at which the taper would take more than twenty years."""


class Paused(NamedTuple):
    """Where the curve of a taper stands at its first opportunity from a day on.

    ``linear`` is the same rule of the original, which is ``behind`` by some opportunities;
    ``regimen`` is what is taken until then, ``pending`` a hold that is met, ``due`` is the day of
    the opportunity, ``unheld`` the day it would be without its hold.
    """

    curve: Curve
    linear: Curve
    behind: int
    regimen: Regimen
    pending: Interval | None
    due: date
    unheld: date


class UnderWay(NamedTuple):
    """Where one opioid's taper stands on ``day``, from which it is planned anew.

    ``made`` and ``regimen`` are what is in force, counted in ``salt`` (a ratio to the product
    that the taper began with, whose daily dose was ``first``); ``original`` is ``first`` in that
    salt, ``began`` the first regimen of the product in force. ``since`` is the first day of this
    dose, None where nothing was reduced yet, ``ready`` the first day on which it may fall (after
    a hold), ``settled`` that after the baseline, ``behind`` the rows before ``day``. Where the
    taper is only held, ``paused`` is the curve that goes on after it.
    """

    day: date
    kind: str  # of the row that begins: BASELINE or HOLD
    made: Regimens
    regimen: Regimen
    began: Regimen
    before: int
    first: int
    original: int
    salt: tuple[int, int]
    since: date | None
    ready: date
    behind: tuple[Step, ...]
    finish: Finish | None
    settled: date | None = None
    hold: Interval | None = None  # from ``day``, or from the first patch change after it
    paused: Paused | None = None


def _other_of(regimen: Regimen) -> int | None:
    """The most of a combination's other ingredient that a taper from here may give in a day."""
    return regimen.other_daily if regimen.product.is_combination else None


class _Course:
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
        self.rule = rule
        self.made = made
        self.change_to = finish
        self.goal = rule.goal
        self.override = bool(rule.override)
        self.most_other = _other_of(regimen)
        self.curve = Curve(rule.parts, rule.of, regimen.daily, rule.goal)
        # the same rule of the original: a plan that slows down stops no earlier than it would
        self.linear = Curve(rule.parts, ORIGINAL, regimen.daily, rule.goal)
        self.opportunities = 0
        self.looked_at: Regimen | None = None  # of it, what decides whether to look for a cut
        self.is_last = False
        self.halfway = 0
        self.slows_down = rule.of != ORIGINAL
        self.began = regimen
        self.rows = Rows(calendar, regimen, begin or calendar.start)
        self.due = begin or calendar.start
        self.latest = self.due + timedelta(days=LONGEST_PLAN_DAYS)
        self.since: date | None = None
        self.unheld: date | None = None
        if calendar.baseline and begin is None:
            self.due = self.rows.after(calendar.baseline, self.due)

    @classmethod
    def resumed(cls, rule: Rule, calendar: Calendar, at: UnderWay) -> Self:
        """A taper under way: the curve goes on from the dose in force, and so do the counts.

        Where it is only held the curve goes on from where it was: a hold changes no dose.
        """
        course = cls(rule, calendar, at.made, at.regimen, at.finish, at.day)
        course.goal = rule.goal * at.salt[0] // at.salt[1]
        course.since = at.since or (at.behind[0].start if at.behind else None)
        course.curve = Curve(rule.parts, rule.of, at.first, rule.goal)
        course.linear = Curve(rule.parts, ORIGINAL, at.first, rule.goal)
        course.curve.resume(at.regimen.daily, at.salt)
        course.linear.resume(at.regimen.daily, at.salt)
        if at.paused is not None:
            course.curve, course.linear = copy(at.paused.curve), copy(at.paused.linear)
            course.opportunities, course.unheld = at.paused.behind, at.paused.unheld
        course.most_other = _other_of(at.began)
        rows = course.rows
        rows.recall(at.behind)
        if at.paused is not None:
            rows.pending = at.paused.pending
        rows.original = at.original
        rows.open(at.kind, at.day, at.regimen, at.before, NOTHING)
        course._wait(at)
        return course

    def _wait(self, at: UnderWay) -> None:
        """Set the first opportunity: a hold first, and never before the interval is over."""
        rows = self.rows
        ready = max(at.ready, rows.after(at.hold, at.day)) if at.hold else at.ready
        if at.since == at.day:
            rows.pending = None
        full = ready if at.since is None else rows.after(self.curve.part.every, at.since)
        if at.settled is not None:
            full = max(full, at.settled)
        if at.paused is not None:
            full = at.paused.unheld
            if at.hold and at.paused.due > full:
                ready = max(ready, at.paused.due)
        if at.hold and rows.pending and ready >= full:  # of holds that meet, the longest counts
            rows.held_from = full
        self.due = max(ready, full)
        rows.hold_ends = ready > at.day
        if self.goal and at.regimen.daily == self.goal:
            self.due = self.due if at.hold else ready
        elif rows.pending and self.due == at.day:
            rows.kind, self.due = HOLD, rows.after(rows.pending, at.day)
            rows.pending = None
        elif rows.kind == HOLD and self.due > ready > at.day:
            rows.wait_on(ready)

    def run(self) -> Rows:
        """Step from opportunity to opportunity until the taper has ended."""
        if self.goal and self.rows.regimen.daily == self.goal:
            self._maintain()
            return self.rows
        while not self._next():
            pass
        return self.rows

    def paused(self, day: date) -> Paused | None:
        """Where the curve stands at the first opportunity from ``day`` on; None at the end."""
        while True:
            unheld = self.unheld or self.due
            rows = self.rows
            curves = copy(self.curve), copy(self.linear)
            at = Paused(*curves, self.opportunities, rows.regimen, rows.pending, self.due, unheld)
            if self.due >= day:
                return at
            has_ended = self._next()
            if rows.start >= day and rows.kind != MAINTAIN:  # it was put off
                held = rows.rows[-1].kind == HOLD
                unheld = unheld if held else rows.start
                return at._replace(pending=None, due=rows.start, unheld=unheld)
            if has_ended:
                return None

    def _next(self) -> bool:
        """The next opportunity; whether it ended the taper."""
        self.curve.fall()
        self.opportunities += 1
        self.unheld = None
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
        """One opportunity; whether it ended the taper."""
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
            self.due = rows.turn(REDUCE, self.due, choice.regimen, choice.reason)
        elif rows.hold_ends and rows.kind == HOLD:  # it is over, and the dose stays
            rows.wait_on(self.due)
        self.due = rows.after(curve.part.every, self.due)
        if self.goal and rows.regimen.daily == self.goal:
            self._maintain()
            return True
        return False

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
            if rows.held_from is not None:
                rows.held_from = max(rows.held_from, kept)
            if kept > self.due and rows.hold_ends and rows.kind == HOLD:
                rows.wait_on(self.due)
            self.due = max(self.due, kept)
        rows.turn(STOP, self.due, self.made.nothing, Reason("last"))
        rows.finish(None)

    def _smallest_since(self) -> date:
        """Since when the smallest dose has been taken: holds count."""
        since = self.rows.start
        for row in reversed(self.rows.rows):
            if row.regimen != self.rows.regimen:
                return since
            since = row.start
        stays = self.since is not None and self.rows.regimen == self.began
        return self.since if stays and self.since else since

    def _maintain(self) -> None:
        """End with a row at the goal, up to its first review."""
        rows = self.rows
        rows.close(self.due)
        rows.open(MAINTAIN, self.due, rows.regimen, rows.regimen.daily, NOTHING)
        days = -(-SHORTEST_REVIEW_DAYS // rows.period) * rows.period
        rows.finish(self.due + timedelta(days=days - 1))

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
        self.due = rows.turn(CHANGE, self.due, regimen, Reason("change", point))
        rows.rescale(top, bottom, same)
        self.made = made
        self.most_other = _other_of(regimen)
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


def schedule(request: Request) -> tuple[Step, ...]:
    """The steps of a request; step 0 is the current regimen.

    One opioid after another is tapered: the main one first, then ``also`` in the order given.
    Raises :class:`~taper.InputError` where the request cannot be laid out on dates.
    """
    daily = request.regimen.daily
    others = (*(other.regimen for other in tapered(request)), *_kept(request))
    steps = [Step(0, CURRENT, None, None, request.regimen, daily, daily, NOTHING, others)]
    course = _first_course(request)
    _number(steps, course.run().rows, others)
    _taper_others(request, steps, 0, [])
    return tuple(steps)


def resume(
    request: Request, behind: tuple[Step, ...], place: int, at: UnderWay, reached: list[Regimen]
) -> tuple[Step, ...]:
    """The steps of a taper that is planned anew while it is under way.

    ``behind`` are the rows that stay, ``place`` says which opioid is being tapered (0 is the
    main one, then ``also`` in order), ``reached`` are those kept at a goal that was reached.
    """
    steps = list(behind)
    course = _Course.resumed(_rule_of(request, place), request.calendar, at)
    waiting = [other.regimen for other in tapered(request)[place:]]
    _number(steps, course.run().rows, (*reached, *waiting, *_kept(request)))
    _taper_others(request, steps, place, reached)
    return tuple(steps)


def _first_course(request: Request) -> _Course:
    """The taper of the main opioid."""
    rule = _rule_of(request, 0)
    return _Course(rule, request.calendar, request.regimens, request.regimen, request.finish)


def pause(
    request: Request, place: int, at: UnderWay | None, begin: date | None, day: date
) -> Paused | None:
    """Where the curve of an opioid's taper stands on ``day``; None where it has ended.

    The taper began ``at`` a change of the plan, or (None) with the opioid at ``place``, the main
    one on day 1 and the others on ``begin``.
    """
    rule = _rule_of(request, place)
    if at is not None:
        course = _Course.resumed(rule, request.calendar, at)
    elif place:
        other = tapered(request)[place - 1]
        course = _Course(rule, request.calendar, other.regimens, other.regimen, None, begin)
    else:
        course = _first_course(request)
    return course.paused(day)


def _taper_others(request: Request, steps: list[Step], place: int, reached: list[Regimen]) -> None:
    """Add the rows of the opioids after the one at ``place``, one after another."""
    others = tapered(request)
    for number, companion in enumerate(others[place:], place + 1):
        rule = _rule_of(request, number)
        regimen = companion.regimen
        begin = _next_begins(steps[-1], rule, regimen, request.calendar.start)
        steps.append(steps.pop()._replace(end=begin - timedelta(days=1)))
        if steps[-1].kind != STOP:
            reached = [*reached, steps[-1].regimen]
        waiting = [other.regimen for other in others[number:]]
        course = _Course(rule, request.calendar, companion.regimens, regimen, None, begin)
        _number(steps, course.run().rows, (*reached, *waiting, *_kept(request)))


def tapered(request: Request) -> list[Companion]:
    """The other opioids that are tapered, in order."""
    return [companion for companion in request.also if not companion.keep]


def tables(request: Request) -> list[Regimens]:
    """What can be made of every product that the taper uses."""
    made = [request.regimens, *(other.regimens for other in tapered(request))]
    return [*made, request.finish.regimens] if request.finish else made


def _kept(request: Request) -> tuple[Regimen, ...]:
    """The other opioids that are left as they are."""
    return tuple(companion.regimen for companion in request.also if companion.keep)


def _rule_of(request: Request, place: int) -> Rule:
    """The rule of one opioid: 0 is the main one; only the last one slows down."""
    rule = request.rule
    if place:
        rule = _shares(rule, request.regimen.daily)
    return rule if place == len(tapered(request)) else _unslowed(rule)


def _number(steps: list[Step], rows: list[Row], companions: tuple[Regimen, ...]) -> None:
    """Add rows as steps, with what else is taken."""
    first = len(steps)
    for row in rows:
        if row.kind == HOLD and len(steps) > first and steps[-1].kind == BASELINE:
            steps[-1] = steps[-1]._replace(words=BEFORE_A_HOLD)
        steps.append(Step(len(steps), *row, companions))


def _unslowed(rule: Rule) -> Rule:
    """Under ``mixed`` only the last opioid slows down: the others go by ``original``."""
    return replace(rule, of=ORIGINAL) if rule.of == MIXED else rule


def _shares(rule: Rule, original: int) -> Rule:
    """The same rule for another opioid: its amounts as shares of its own dose, down to a stop."""
    parts = []
    for part in rule.parts:
        reduce = part.reduce
        if isinstance(reduce, int):
            reduce = Percent.of(reduce, original)
        share = part.until_share
        if part.until_dose is not None:
            share = Percent.of(part.until_dose, original)
        parts.append(replace(part, reduce=reduce, until_share=share, until_dose=None))
    return replace(rule, parts=tuple(parts), goal=0)


def _next_begins(before: Step, rule: Rule, regimen: Regimen, anchor: date) -> date:
    """When the next opioid's first opportunity is: an interval after the last one ended."""
    assert before.start is not None
    day = rule.parts[0].every.after(before.start)
    if before.end is not None:
        day = before.end + timedelta(days=1)
    return aligned(day, anchor, patch_days(regimen))
