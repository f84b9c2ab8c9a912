"""From a request, and what was changed since, to dated steps: the engine of contract 4.

Pure: no files, no clock, no terminal. One opioid after another is tapered, each by a
:class:`~taper.engine.course.Course`; one that is changed on its way meets the changes on their
days (:class:`~taper.engine.under_way.UnderWay`). A revised plan is its request and its changes,
made again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from taper.engine.choice import NOTHING
from taper.engine.course import Course, TooSlow
from taper.engine.rows import aligned, patch_days
from taper.engine.steps import CURRENT, Step
from taper.engine.together import goal_beside, taken_beside
from taper.engine.under_way import UnderWay
from taper.errors import InputError, Problem
from taper.quantities import Ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taper.regimen.table import Regimen, Regimens
    from taper.request.changes import Change
    from taper.request.model import Companion, Request, Rule

__all__ = ("TooSlow", "schedule", "tables", "tapered")


class Met(NamedTuple):
    """A change, and the rows that the plan would have without it."""

    change: Change
    before: tuple[Step, ...]


def schedule(request: Request, changes: Sequence[Change] = ()) -> tuple[Step, ...]:
    """The steps of a request; step 0 is the current regimen.

    One opioid after another is tapered: the main one first, then ``also`` in the order given.
    ``changes`` are met on their days, in their order; each with the rows in hand that the plan
    would have without it, for most changes may bring no reduction forward.
    Raises :class:`~taper.InputError` if the request cannot be laid out on dates, or a change
    cannot be made on its day.
    """
    steps = Taper(request, ()).run()
    met: list[Met] = []
    for change in changes:
        met.append(Met(change, steps))
        steps = Taper(request, met).run()
    return steps


class Taper:
    """The taper of every opioid of a request, one after another.

    ``place`` says which one it is the turn of: 0 is the main one, then those of ``also`` that
    are tapered.
    """

    def __init__(self, request: Request, met: Sequence[Met]) -> None:
        """Begin with the current regimen."""
        self.request = request
        self.rule = request.rule
        self._take_turns(request)
        self.met = list(met)
        self.place = 0
        self.would: tuple[Step, ...] = ()
        regimen = request.regimen
        # the order in which they stand beside it, whatever goal is set on the way
        kept = (each for each in request.also if each not in self.others)
        self.in_order = (*self.others, *kept)
        others = tuple(companion.regimen for companion in self.in_order)
        daily = regimen.daily
        first = Step(0, CURRENT, None, None, regimen, daily, daily, NOTHING, "", others)
        self.steps = [first]

    def _take_turns(self, request: Request) -> None:
        """Which of the others are tapered."""
        self.others = tapered(request)

    def run(self) -> tuple[Step, ...]:
        """The rows of the main opioid, then of the others."""
        request = self.request
        kind = UnderWay if self.met else Course
        rule = rule_of(request, self.rule, 0)
        course = kind(
            rule,
            request.calendar,
            request.regimens,
            request.regimen,
            request.finish,
            beside=taken_beside(request.product, self._beside()),
            waits=not self.others,
        )
        return self.go_on(course)

    def _beside(self) -> tuple[Regimen, ...]:
        """What is taken beside the opioid whose turn it is."""
        begun = self.others[: self.place]
        return tuple(each.regimen for each in self.in_order if each not in begun)

    def go_on(self, course: Course, behind: int = 0) -> tuple[Step, ...]:
        """The rows of the opioid whose turn it is, but for those behind, then of the others."""
        self._add(course, behind)
        while self.place < len(self.others):
            self._add(self._next_in_turn())
        if self.met:
            raise _over(self.met[0].change.day, self.steps[-1])
        return tuple(self.steps)

    def _add(self, course: Course, behind: int = 0) -> None:
        """Add the rows of a course, with what else is taken."""
        if isinstance(course, UnderWay):
            course = self._through_changes(course)
        beside = self._beside()
        for number, row in enumerate(course.run()[behind:], len(self.steps)):
            self.steps.append(Step(number, *row, beside))

    def _through_changes(self, course: UnderWay) -> UnderWay:
        """The course after the changes of its time; those after its end are of the next ones."""
        while self.met:
            change, before = self.met[0]
            day = course.on(change.day)
            here = course.reached(day)
            if here.has_ended_before(day) and self._is_of_the_next(here, change):
                break
            if change.goal is not None:
                change = self._with_goal(change)
            if change.rate is not None:
                self.rule = change.rate
                change = replace(change, rate=rule_of(self.request, change.rate, self.place))
            course = here.met(change, day, before)
            self.would = course.would and before
            del self.met[0]
        return course

    def _with_goal(self, change: Change) -> Change:
        """A change with the goal of the opioid whose turn it is.

        A goal in MME is that of all together, whichever of them it is the turn of; one in mg is
        the main one's.
        """
        if not self.place:
            self._take_goal(change)
            return change
        if not change.goal_mme:
            raise _too_late(self.request, change.day)
        self._take_goal(change)
        if self.place > len(self.others):
            raise _too_late(self.request, change.day)
        return replace(change, goal=rule_of(self.request, self.rule, self.place).goal)

    def _take_goal(self, change: Change) -> None:
        """Another goal of the main opioid: with one the others are kept, without they follow."""
        goal, together = change.goal or 0, change.goal_mme
        rule = replace(self.request.rule, goal=goal, goal_mme=together)
        self.request = replace(self.request, rule=rule)
        self.rule = replace(self.rule, goal=goal, goal_mme=together)
        self._take_turns(self.request)

    def _is_of_the_next(self, course: UnderWay, change: Change) -> bool:
        """Whether a change after the end of a taper is one of the next opioid.

        Before that has begun, a step back and a new goal are still those of the one that ended.
        """
        if self.place == len(self.others):
            return not (course.is_at_goal or change.step_back)
        if change.step_back or (course.is_at_goal and change.goal is not None):
            return self._next_begins(*course.last_row) < change.day
        return True

    def _next_in_turn(self) -> Course:
        """The taper of the next opioid, an interval after the last one has ended.

        One that is changed before that begins with the change: the row says what holds.
        """
        ended, anchor = self.steps[-1], self.request.calendar.start
        assert ended.start is not None
        due = begin = self._next_begins(ended.start, ended.end)
        companion = self.others[self.place]
        self.place += 1
        regimen = companion.regimen
        rule = rule_of(self.request, self.rule, self.place)
        kind = UnderWay if self.met or self.would else Course
        if self.met:
            begin = min(begin, aligned(self.met[0].change.day, anchor, patch_days(regimen)))
        self.steps[-1] = ended._replace(end=begin - timedelta(days=1))
        course = kind(
            rule,
            self.request.calendar,
            companion.regimens,
            regimen,
            None,
            begin,
            taken_beside(regimen.product, self._beside()),
            waits=self.place == len(self.others),
        )
        course.due, course.last = due, ended.start
        course.rows.take(due, NOTHING)  # its dose counts from its turn, also if a hold comes first
        if isinstance(course, UnderWay):
            course.would = course.those_of(self.would, begin)
        return course

    def _next_begins(self, start: date, end: date | None) -> date:
        """The first opportunity of the next opioid: an interval after the last one ended."""
        rule = rule_of(self.request, self.rule, self.place + 1)
        day = rule.parts[0].every.after(start) if end is None else end + timedelta(days=1)
        period = patch_days(self.others[self.place].regimen)
        return aligned(day, self.request.calendar.start, period)


def _over(day: date, last: Step) -> InputError:
    assert last.start is not None
    message = f"the taper ended with the stop on {last.start.isoformat()}"
    return InputError(Problem("from", message, "a day before that", day.isoformat()))


def _too_late(request: Request, day: date) -> InputError:
    message = f"the taper of {request.product.id} is at its end by {day.isoformat()}"
    return InputError(Problem("to", message, "the goal is a dose of that product"))


def tapered(request: Request) -> list[Companion]:
    """The other opioids that are tapered, in order.

    None of them is if the main one has a goal; with a goal in MME of all together, those up to
    the one that reaches it.
    """
    turns = [companion for companion in request.also if not companion.keep]
    if request.rule.goal:
        return []
    if request.rule.goal_mme:
        return [companion for companion, _ in _turns_to_goal(request)]
    return turns


def _turns_to_goal(request: Request) -> Iterator[tuple[Companion, int]]:
    """The opioids that follow the main one on the way to a goal in MME, each with its own goal."""
    turns = [companion for companion in request.also if not companion.keep]
    kept = [companion.regimen for companion in request.also if companion.keep]
    for place, companion in enumerate(turns, 1):
        others = [*kept, *(other.regimen for other in turns[place:])]
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


def rule_of(request: Request, rule: Rule, place: int) -> Rule:
    """The rule of one opioid: 0 is the main one, then ``also`` in order."""
    if not place:
        return rule
    shared = _shares(rule, request.regimen.daily)
    if rule.parts == request.rule.parts:
        shared = _at_its_interval(shared, tapered(request)[place - 1])
    if not rule.goal_mme:
        return shared
    goals = [goal for _, goal in _turns_to_goal(request)]
    return replace(shared, goal=goals[place - 1])


def _at_its_interval(rule: Rule, companion: Companion) -> Rule:
    """The rule with the interval of another opioid, if that has a default of its own."""
    if companion.every is None or companion.last_dose_for is None:
        return rule
    parts = tuple(replace(part, every=companion.every) for part in rule.parts)
    return replace(rule, parts=parts, last_dose_for=companion.last_dose_for)


def _shares(rule: Rule, original: int) -> Rule:
    """The same rule for another opioid: its amounts as shares of its own dose, down to a stop."""
    parts = []
    for part in rule.parts:
        reduce = part.reduce
        if isinstance(reduce, int):
            reduce = Ratio.of(reduce, original)
        share = part.until_share
        if part.until_dose is not None:
            share = Ratio.of(part.until_dose, original)
        parts.append(replace(part, reduce=reduce, until_share=share, until_dose=None))
    return replace(rule, parts=tuple(parts), goal=0)
