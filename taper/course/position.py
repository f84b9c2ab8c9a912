"""Which row of a plan a change meets, and on which day it takes effect.

Read from the rows of the plan alone, so that a plan that was saved and one that was just made
give the same answer.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import whole
from taper.engine.curve import Curve
from taper.engine.rows import aligned, patch_days
from taper.engine.steps import MAINTAIN, STOP
from taper.errors import InputError, Problem
from taper.schedule import rule_of, tables, tapered

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.formulary.product import Product
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen, Regimens
    from taper.request.model import Request
    from taper.request.rule import Part

STEP_BACK_DAYS = whole("step-back-after")


class Position(NamedTuple):
    """The row that a change of ``day`` meets: what was taken on its eve.

    ``place`` says which opioid is changed: 0 is the main one, then those of ``also`` that are
    tapered. If it ``waits``, the one before it has ended and its own turn has not begun.
    ``regimen`` is what is taken of it from the day on: after a step back, the dose before.
    """

    day: date
    in_force: Step
    place: int
    regimen: Regimen
    waits: bool = False


def position(
    plan: Plan, day: date, *, steps_back: bool, new_goal: bool, specialist: str = ""
) -> Position:
    """Where a plan stands on ``day``, or for a patch on its first change from then on.

    Raises :class:`~taper.InputError` if the plan is not under way on that day, or if it cannot
    be stepped back: there is no earlier dose, the medicine has been stopped, or its last cut is
    over four weeks old and no ``specialist`` was consulted.
    """
    _within(plan, day)
    request = plan.request
    in_force = _row_before(plan, day)
    place = place_of(request, in_force.regimen.product)
    has_ended = in_force.kind == STOP or (in_force.kind == MAINTAIN and not new_goal)
    has_ended = has_ended and not steps_back
    if has_ended and place < len(tapered(request)):
        regimen = tapered(request)[place].regimen
        day = aligned(day, plan.start, patch_days(regimen))
        return Position(day, in_force, place + 1, regimen, waits=True)
    day = aligned(day, plan.start, patch_days(in_force.regimen))
    _within(plan, day)
    in_force = _row_before(plan, day)  # of a patch that has ended, it may be the next opioid's
    place = place_of(request, in_force.regimen.product)
    if has_ended and in_force.kind == STOP:
        _over(plan, day)
    if not steps_back:
        return Position(day, in_force, place, in_force.regimen)
    regimen = _earlier(plan, in_force, day)
    _check_still_tolerated(plan, in_force, day, specialist)
    return Position(day, in_force, place, regimen)


def _row_before(plan: Plan, day: date) -> Step:
    return [step for step in plan.steps if step.start is None or step.start < day][-1]


def _earlier(plan: Plan, in_force: Step, day: date) -> Regimen:
    """The regimen of the previous step: as high as a step back may go (contract 10g)."""
    if in_force.kind == STOP:
        assert in_force.start is not None
        message = f"{in_force.regimen.product.name} was stopped on {in_force.start.isoformat()}"
        hint = "after the stop an earlier dose can kill: assess the patient, and plan anew"
        raise InputError(Problem("step_back", message, hint))
    now = in_force.regimen
    first = (plan.steps[0].regimen, *plan.steps[0].companions)
    rows = [step.regimen for step in plan.steps[1 : in_force.number + 1]]
    own = [regimen for regimen in (*first, *rows) if regimen.product is now.product]
    others = [regimen for regimen in own if regimen.amounts != now.amounts]
    if others and others[-1].daily > now.daily:
        return others[-1]
    message = f"no higher dose of {now.product.name} stands before {day.isoformat()}"
    hint = "a step back goes at most to the dose of the previous step"
    raise InputError(Problem("step_back", message, hint))


def _check_still_tolerated(plan: Plan, in_force: Step, day: date, specialist: str) -> None:
    """Refuse to go back to a dose that was left long ago, unless a specialist was consulted."""
    cut = in_force
    for step in plan.steps[in_force.number : 0 : -1]:
        regimen = step.regimen
        if regimen.product is cut.regimen.product:
            if regimen.amounts != cut.regimen.amounts:
                break
            cut = step
    assert cut.start is not None
    days = (day - cut.start).days
    if days > STEP_BACK_DAYS and not specialist:
        message = f"the last cut was {days} days before, on {cut.start.isoformat()}"
        hint = f"after {STEP_BACK_DAYS} days only with --specialist and who was consulted"
        raise InputError(Problem("step_back", message, hint))


def place_of(request: Request, product: Product) -> int:
    """Which of the opioids tapered in turn a product is."""
    for place, companion in enumerate(tapered(request), 1):
        if companion.regimen.product is product:
            return place
    return 0


def table_of(request: Request, product: Product) -> Regimens:
    """What can be made of a product that the taper uses."""
    return next(table for table in tables(request) if table.product is product)


def salt_of(request: Request, product: Product) -> tuple[int, int]:
    """A product's salt, as a ratio to that of the main product."""
    ours, theirs = product.basis, request.product.basis
    return theirs[0] * ours[1], theirs[1] * ours[0]


def part_in_force(request: Request, at: Position) -> Part:
    """The part of the rule that the dose in force has reached."""
    rule = request.rule
    if at.place:
        return rule.parts[0]
    curve = Curve(rule.parts, rule.of, request.regimen.daily, rule.goal)
    curve.resume(at.regimen.daily, salt_of(request, at.regimen.product))
    return curve.part


def check_goal(request: Request, at: Position) -> None:
    """Refuse a new goal that cannot be reached from the dose in force without a rise."""
    goal = request.rule.goal
    if at.place and request.rule.goal_mme and at.place <= len(tapered(request)):
        goal = rule_of(request, request.rule, at.place).goal
    elif at.place:
        message = f"the taper of {request.product.id} is at its end by then"
        raise InputError(Problem("to", message, "the goal is a dose of that product, or in MME"))
    if not goal:
        return
    regimen = at.regimen
    product = regimen.product
    made, salt = table_of(request, product), salt_of(request, product)
    goal = goal * salt[0] // salt[1]
    if goal > regimen.daily:
        message = f"the goal of {product.daily_text(goal)} is above the dose in force"
        hint = f"at most {product.daily_text(regimen.daily)}"
    elif (request.finish is None or made is not request.regimens) and (
        not made.can_make(goal) or made.under(goal, regimen) is None
    ):
        message = f"{product.daily_text(goal)} cannot be made of {product.name}"
        near = made.nearest(goal)
        hint = "the nearest are " + " and ".join(product.text(dose) for dose in near)
    else:
        return
    raise InputError(Problem("to", message, hint, product.text(goal)))


def _within(plan: Plan, day: date) -> None:
    """Refuse a day on which the plan is not under way."""
    last = plan.steps[-1]
    assert last.start is not None
    end = last.start if last.kind == STOP else None
    if day < plan.start:
        message = f"the plan begins on {plan.start.isoformat()}"
        raise InputError(Problem("from", message, "a day of the plan", day.isoformat()))
    if end is None and last.end is not None and day > last.end + timedelta(days=1):
        message = f"the plan covers the days until {last.end.isoformat()}"
        hint = "revise it from then at the latest, or plan anew from the dose in force"
        raise InputError(Problem("from", message, hint, day.isoformat()))
    if end is not None and day > end:
        _over(plan, day)


def _over(plan: Plan, day: date) -> None:
    last = plan.steps[-1].start
    assert last is not None
    message = f"the taper ended with the stop on {last.isoformat()}"
    hint = "after it no dose is planned but by a new plan"
    raise InputError(Problem("from", message, hint, day.isoformat()))
