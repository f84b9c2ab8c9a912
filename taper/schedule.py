"""From a request to dated steps: the engine of contract 4.

Pure: no files, no clock, no terminal. The curve says what the dose would be; at each opportunity
:func:`choose` picks the dose that can really be taken; :class:`Rows` lays the rows out on dates.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, Self

from taper.data.limits import whole
from taper.engine.changeover import changed, is_due, salt_ratio
from taper.engine.choice import NOTHING, Reason
from taper.engine.curve import Curve, Point
from taper.engine.decision import Opportunity, Reduction
from taper.engine.reach import lowest_reached
from taper.engine.rows import Row, Rows, aligned, patch_days
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
from taper.engine.together import goal_beside, taken_beside
from taper.errors import InputError, Problem
from taper.quantities import Percent
from taper.request.rule import ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taper.quantities import Interval
    from taper.regimen.table import Regimen, Regimens
    from taper.request.model import Calendar, Companion, Finish, Request, Rule

LATEST_DAY = date(2100, 12, 31)
SHORTEST_REVIEW_DAYS = whole("goal-review")  # of the row at a goal that the plan ends with


class TooSlow(InputError):
    """A pace at which the taper neither ends nor reaches its goal in the time that is planned."""


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
        others: Sequence[Regimen] = (),
        *,
        waits: bool = True,
    ) -> None:
        """Begin on day 1 after the baseline, or on ``begin`` where another opioid came first.

        ``others`` are the opioids taken beside it; only the last one tapered ``waits`` with its
        smallest dose.
        """
        self.rule = rule
        self.made = made
        self.change_to = finish
        self.goal = rule.goal
        self.waits = waits
        self.beside = taken_beside(made.product, others)
        goal = self._within_reach(regimen)
        self.reduction = Reduction(
            made,
            rule,
            regimen.daily,
            goal,
            waits=waits,
            beside=self.beside,
            starts_smallest=made.is_last(regimen),
            may_change=finish is not None,
        )
        self.curve = self._curve(rule.of, regimen.daily)
        # the same rule of the original: a plan that slows down stops no earlier than it would
        self.linear = self._curve(ORIGINAL, regimen.daily)
        self.opportunities = 0
        self.began = regimen
        self.rows = Rows(calendar, regimen, begin or calendar.start)
        self.due = begin or calendar.start
        self.since: date | None = None
        self.unheld: date | None = None
        if calendar.baseline and begin is None:
            self.due = self.rows.after(calendar.baseline, self.due)

    def _curve(self, of: str, start: int) -> Curve:
        rule = self.rule
        override = bool(rule.override)
        return Curve(rule.parts, of, start, self.goal, override=override, beside=self.beside)

    @classmethod
    def resumed(cls, rule: Rule, calendar: Calendar, at: UnderWay) -> Self:
        """A taper under way: the curve goes on from the dose in force, and so do the counts.

        Where it is only held the curve goes on from where it was: a hold changes no dose.
        """
        course = cls(rule, calendar, at.made, at.regimen, at.finish, at.day)
        course.curve, course.linear = (
            course._curve(rule.of, at.first),
            course._curve(ORIGINAL, at.first),
        )
        course.goal = rule.goal * at.salt[0] // at.salt[1]
        course.reduction = Reduction(
            at.made,
            rule,
            at.original,
            course._within_reach(at.regimen),
            starts_smallest=at.made.is_last(at.regimen) and at.first == at.regimen.daily,
            may_change=at.finish is not None,
        )
        course.since = at.since or (at.behind[0].start if at.behind else None)
        course.curve.resume(at.regimen.daily, at.salt)
        course.linear.resume(at.regimen.daily, at.salt)
        if at.paused is not None:
            course.curve, course.linear = copy(at.paused.curve), copy(at.paused.linear)
            course.opportunities, course.unheld = at.paused.behind, at.paused.unheld
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
        """One opportunity; whether it ended the taper."""
        rows, curve = self.rows, self.curve
        is_unavoidable = rows.reason.kind == "unavoidable"
        counts_days = is_unavoidable or self.reduction.may_stop(rows.regimen)
        at = Opportunity(
            self.due,
            rows.earliest(self.due) if counts_days else self.due,
            rows.after(curve.part.every, self.due),
            rows.start,
            is_unavoidable,
        )
        choice = None
        if self.reduction.may_stop(rows.regimen) and self._stops(at):
            rows.turn(STOP, self.due, self.made.nothing, Reason("last"))
            rows.finish(None)
            return True
        if not self.reduction.is_last(rows.regimen):
            choice = self.reduction.choose(rows.regimen, curve, at)
        if choice is not None:
            regimen = self.made.after(rows.regimen, choice.division.ranks)
            self.due = rows.turn(REDUCE, self.due, regimen, choice.reason)
        elif rows.hold_ends and rows.kind == HOLD:  # it is over, and the dose stays
            rows.wait_on(self.due)
        self.due = rows.after(curve.part.every, self.due)
        if self.goal and rows.regimen.daily == self.goal:
            self._maintain()
            return True
        return False

    def _stops(self, at: Opportunity) -> bool:
        since = self._kept_since()
        ends = self.rows.after(self.rule.last_dose_for, since)
        return self.reduction.stops(self.curve, self._linear_point, at, since, ends)

    def _linear_point(self) -> Point:
        """Where the rule counted on the original dose is; it is looked at only at the end."""
        point = self.linear.skip(self.opportunities)
        self.opportunities = 0
        return point

    def _kept_since(self) -> date:
        """Since when the dose in force has been taken: holds count."""
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

    def _change(self, point: Point) -> None:
        """Go over to the finer product, at the same daily dose or the nearest below."""
        assert self.change_to is not None
        finish, rows = self.change_to, self.rows
        made = finish.regimens
        self.change_to = None
        top, bottom = salt_ratio(self.made, made)
        self.goal = self.goal * top // bottom
        self.curve.rescale(top, bottom)
        self.linear.rescale(top, bottom)
        same = rows.regimen.daily * top // bottom
        regimen = changed(finish, rows.regimen, same, self.curve.point(), self.goal)
        self.due = rows.turn(CHANGE, self.due, regimen, Reason("change", point))
        rows.rescale(top, bottom, same)
        self.made = made
        beside = self.beside[0] * top, self.beside[1] * bottom
        self.reduction = Reduction(
            made,
            self.rule,
            rows.original,
            self._within_reach(regimen),
            beside=beside,
            waits=self.waits,
        )
        self.due = rows.after(point.every, self.due)

    def _within_reach(self, regimen: Regimen) -> int:
        """The goal, or the lowest dose above it that can be reached (SPEC 3.3)."""
        if self.goal and self.change_to is None:
            self.goal = lowest_reached(self.made, regimen, self.goal)
        return self.goal


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
    others = [companion.regimen for companion in request.also]
    return _Course(
        rule,
        request.calendar,
        request.regimens,
        request.regimen,
        request.finish,
        others=others,
        waits=_is_last(request, 0),
    )


def _is_last(request: Request, place: int) -> bool:
    """Whether no other opioid is tapered after the one at ``place``."""
    return place == len(tapered(request))


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
        beside = (*reached, *waiting, *_kept(request))
        course = _Course(
            rule,
            request.calendar,
            companion.regimens,
            regimen,
            None,
            begin,
            beside,
            waits=_is_last(request, number),
        )
        _number(steps, course.run().rows, beside)


def tapered(request: Request) -> list[Companion]:
    """The other opioids that are tapered, in order.

    None of them is if the main one has a goal; with a goal in MME of all together, those up to
    the one that reaches it.
    """
    turns = [companion for companion in request.also if not companion.keep]
    if request.rule.goal:
        return []
    if request.rule.goal_mme:
        return [companion for companion, _ in _turns_to_goal(request, turns)]
    return turns


def _turns_to_goal(request: Request, turns: list[Companion]) -> Iterator[tuple[Companion, int]]:
    """The opioids that follow the main one on the way to a goal in MME, each with its own goal."""
    kept = [companion.regimen for companion in request.also if companion.keep]
    for place, companion in enumerate(turns):
        others = [*kept, *(other.regimen for other in turns[place + 1 :])]
        made, regimen = companion.regimens, companion.regimen
        goal = goal_beside(request.rule.goal_mme, made, regimen, others)
        if goal is None:
            return
        yield companion, goal
        if goal:
            return


def tables(request: Request) -> list[Regimens]:
    """What can be made of every product that the taper uses."""
    made = [request.regimens, *(other.regimens for other in tapered(request))]
    return [*made, request.finish.regimens] if request.finish else made


def _kept(request: Request) -> tuple[Regimen, ...]:
    """The other opioids that are left as they are."""
    turns = tapered(request)
    return tuple(companion.regimen for companion in request.also if companion not in turns)


def _rule_of(request: Request, place: int) -> Rule:
    """The rule of one opioid: 0 is the main one, then ``also`` in order."""
    if not place:
        return request.rule
    rule = _shares(request.rule, request.regimen.daily)
    if not rule.goal_mme:
        return rule
    turns = [companion for companion in request.also if not companion.keep]
    goals = [goal for _, goal in _turns_to_goal(request, turns)]
    return replace(rule, goal=goals[place - 1])


def _number(steps: list[Step], rows: list[Row], companions: tuple[Regimen, ...]) -> None:
    """Add rows as steps, with what else is taken."""
    first = len(steps)
    for row in rows:
        if row.kind == HOLD and len(steps) > first and steps[-1].kind == BASELINE:
            steps[-1] = steps[-1]._replace(words=BEFORE_A_HOLD)
        steps.append(Step(len(steps), *row, companions))


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
