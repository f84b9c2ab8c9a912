"""A plan that another version made, gone on with from its rows.

Made again here, its request would give other rows than the patient has taken. So the rows before
the day of a change stand as they are, and the taper goes on from the dose in force: where the
other version's curve was, nobody knows. Nothing comes earlier than its rows say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from taper.course.position import place_of, salt_of, table_of
from taper.engine.choice import NOTHING
from taper.engine.rows import Row
from taper.engine.steps import BASELINE, CHANGE, HOLD, MAINTAIN, REDUCE, STAYS, STOP
from taper.engine.together import taken_beside
from taper.engine.under_way import UnderWay
from taper.errors import InputError, Problem
from taper.request.rule import ORIGINAL
from taper.schedule import Met, Taper, rule_of, tapered

if TYPE_CHECKING:
    from datetime import date

    from taper.course.position import Position
    from taper.engine.steps import Step
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.request.changes import Change
    from taper.request.model import Request


def gone_on(plan: Plan, request: Request, at: Position, change: Change) -> tuple[Step, ...]:
    """The rows of a plan before a change, and those that follow from the dose in force.

    ``request`` has the rule that holds after the change.
    """
    _check_step_back(plan, change)
    behind = [step for step in plan.steps if step.start is None or step.start < at.day]
    own = [step for step in behind[1:] if place_of(request, step.regimen.product) == at.place]
    taper = Taper(request, [Met(change, plan.steps)])
    taper.place = at.place
    taper.steps = [*behind[:-1], _cut(behind[-1], at.day)]
    return taper.go_on(_resumed(plan, at, own), len(own))


def _check_step_back(plan: Plan, change: Change) -> None:
    """Refuse what would undo a step back in silence: the rows from its day on are lost."""
    last = plan.revisions[-1] if plan.revisions else None
    if last is None or last["from"] != change.day.isoformat() or change.step_back:
        return
    if "step_back" in last["change"]:
        message = f"the plan was stepped back on {last['from']}"
        hint = "the next day; or both in one change of the plan before it"
        raise InputError(Problem("from", message, hint, last["from"]))


def _cut(step: Step, day: date) -> Step:
    """The row in force, up to the day before; its reason as it was."""
    if step.start is None or (step.end is not None and step.end < day):
        return step
    text = STAYS if step.kind == BASELINE else step.why
    return step._replace(end=day - timedelta(days=1), words=text)


def _resumed(plan: Plan, at: Position, own: list[Step]) -> UnderWay:
    """The taper of the opioid that is changed, from its dose in force."""
    request = plan.request
    rule = rule_of(request, request.rule, at.place)
    first = tapered(request)[at.place - 1].regimen if at.place else request.regimen
    now = at.regimen if at.waits else at.in_force.regimen
    made = table_of(request, now.product)
    now = now if now.daily else made.nothing
    finish = request.finish if made is request.regimens else None
    beside = taken_beside(first.product, at.in_force.companions)
    waits = at.place == len(tapered(request))
    course = UnderWay(rule, request.calendar, made, now, finish, at.day, beside=beside, waits=waits)
    course.salt = salt_of(request, now.product) if not at.place else (1, 1)
    course.starts_smallest = made.is_last(first)
    _lay_behind(course, own, at)
    course.follow(rule)
    _curve_from(course, first.daily, now)
    if at.regimen.daily > now.daily:  # a step back
        course.before_cut = course.copy()
        course.before_cut.rows.regimen = at.regimen
        _curve_from(course.before_cut, first.daily, at.regimen)
    _set_due(course, plan, at, own)
    course.would = course.those_of(plan.steps, at.day)
    return course


def _lay_behind(course: UnderWay, own: list[Step], at: Position) -> None:
    """The rows behind, and what they count for; the row in force is open."""
    rows, now = course.rows, course.rows.regimen
    rows.recall(own)
    for step in own:
        assert step.start is not None
        is_now = step.regimen.product is now.product and step.regimen.amounts == now.amounts
        regimen = now if is_now else step.regimen
        row = (step.kind, step.start, step.end, regimen, step.original, step.before, step.reason)
        rows.rows.append(Row(*row))
    rows.open(BASELINE if at.waits else at.in_force.kind, at.day, now, now.daily, NOTHING)
    if own and not at.waits:
        first = _first_of_dose(own) or own[0]
        assert first.start is not None
        rows.take(first.start, first.reason)
    rows.original = now.daily if at.waits else at.in_force.original


def _curve_from(course: UnderWay, first: int, regimen: Regimen) -> None:
    """The curve from a dose; percentages of the original are of the first dose of all."""
    course.curve = course.curve_of(course.rule.of, first)
    course.linear = course.curve_of(ORIGINAL, first)
    course.curve.resume(regimen.daily, course.salt)
    course.linear.resume(regimen.daily, course.salt)


def _set_due(course: UnderWay, plan: Plan, at: Position, own: list[Step]) -> None:
    """The next opportunity: an interval after the last reduction, or when a hold is over."""
    in_force, rows = at.in_force, course.rows
    if at.waits:
        course.last = in_force.start
        following = plan.steps[in_force.number + 1].start
        assert following is not None
        course.due = max(at.day, following)
        return
    first = _first_of_dose(own)
    since = first.start if first else None
    course.last = since or (own[0].start if own else None)
    if in_force.kind == MAINTAIN:
        return
    if since is not None:
        course.due = max(at.day, rows.after(course.curve.part.every, since))
    elif not at.place and plan.request.calendar.baseline:
        course.due = max(at.day, rows.after(plan.request.calendar.baseline, plan.start))
    if in_force.kind == HOLD and in_force.end is not None and in_force.end >= at.day:
        course.unheld = course.due
        course.due = max(course.due, in_force.end + timedelta(days=1))


def _first_of_dose(own: list[Step]) -> Step | None:
    """The row that began the dose in force; None if nothing has changed yet."""
    first, before = None, None
    for step in own:
        has_moved = before is not None and before.regimen.amounts != step.regimen.amounts
        if step.kind in {REDUCE, CHANGE, STOP} or has_moved:
            first = step
        before = step
    return first
