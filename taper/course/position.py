"""Where a taper under way stands on a day: which opioid, which dose, since when, which hold.

Read from the rows of the plan alone, so that a plan that was saved and one that was just made
stand in the same place.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from taper.engine.rows import aligned, patch_days
from taper.engine.steps import BASELINE, CHANGE, HOLD, MAINTAIN, REDUCE, STOP
from taper.errors import InputError, Problem
from taper.schedule import UnderWay, tapered

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.formulary.product import Product
    from taper.planning.plan import Plan
    from taper.quantities import Interval
    from taper.regimen.table import Regimen, Regimens
    from taper.request.model import Request

LONGEST_WITHOUT_DAYS = 7  # CDC 2022: losing tolerance takes as little as a week


class Standing(NamedTuple):
    """The rows that stay, which opioid is being tapered, and where its taper stands.

    ``place`` is 0 for the main opioid, then those of ``also`` in order; ``reached`` are the
    regimens kept at a goal that was reached.
    """

    behind: tuple[Step, ...]
    place: int
    at: UnderWay
    reached: list[Regimen]


class Change(NamedTuple):
    """What a revision does to the row in force."""

    hold: Interval | None = None
    resumes: bool = False  # end a hold that is under way
    steps_back: bool = False
    new_goal: bool = False


def stands(plan: Plan, day: date, change: Change) -> Standing:
    """Where the plan stands on ``day``, or for a patch on its first change from then on.

    Raises :class:`~taper.InputError` where the plan is not under way on that day, or there is
    no earlier dose to go back to.
    """
    _within(plan, day)
    in_force = _in_force(plan, day)
    place = _place(plan.request, in_force.regimen.product)
    has_ended = in_force.kind == STOP or (in_force.kind == MAINTAIN and not change.new_goal)
    has_ended = has_ended and not change.steps_back
    waits = has_ended and place < len(tapered(plan.request))  # the next opioid has not begun
    if not waits:
        day = aligned(day, plan.start, patch_days(in_force.regimen))
        _within(plan, day)
    behind = tuple(step for step in plan.steps if step.start is None or step.start < day)
    behind = (*behind[:-1], _cut(behind[-1], day))
    reached = _reached(plan.request, behind, place)
    if waits:
        return _next_in_turn(plan, behind, day, change, reached)
    if has_ended and in_force.kind == STOP:
        _over(plan, day)
    course = _course(plan.request, behind, place)
    at = _under_way(plan.request, course, in_force, day, change)
    return Standing(behind, place, at, reached)


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
    if end is not None and (day - end).days > LONGEST_WITHOUT_DAYS:
        _over(plan, day)


def _over(plan: Plan, day: date) -> None:
    last = plan.steps[-1].start
    assert last is not None
    message = f"the taper ended with the stop on {last.isoformat()}"
    hint = f"--step-back within {LONGEST_WITHOUT_DAYS} days of it; after that a new plan"
    raise InputError(Problem("from", message, hint, day.isoformat()))


def _in_force(plan: Plan, day: date) -> Step:
    """The row before the day: what was taken on the eve of it."""
    return [step for step in plan.steps if step.start is None or step.start < day][-1]


def _cut(step: Step, day: date) -> Step:
    """The row in force, up to the day before; its reason as it was, for what is behind it."""
    if step.start is None or (step.end is not None and step.end < day):
        return step
    text = "the dose stays as it is" if step.kind == BASELINE else step.why
    return step._replace(end=day - timedelta(days=1), words=text)


def _place(request: Request, product: Product) -> int:
    """Which of the opioids tapered in turn a product is."""
    for place, companion in enumerate(tapered(request), 1):
        if companion.regimen.product is product:
            return place
    return 0


def _course(request: Request, steps: tuple[Step, ...], place: int) -> tuple[Step, ...]:
    """The rows of one opioid, without the current regimen."""
    return tuple(s for s in steps[1:] if _place(request, s.regimen.product) == place)


def _reached(request: Request, steps: tuple[Step, ...], place: int) -> list[Regimen]:
    """The regimens at which earlier opioids are kept at their goal."""
    found = []
    for earlier in range(place):
        rows = _course(request, steps, earlier)
        if rows and rows[-1].daily:
            found.append(rows[-1].regimen)
    return found


def _tables(request: Request, place: int) -> list[Regimens]:
    if place:
        return [tapered(request)[place - 1].regimens]
    return [request.regimens, *([request.finish.regimens] if request.finish else [])]


def _next_in_turn(
    plan: Plan, behind: tuple[Step, ...], day: date, change: Change, reached: list[Regimen]
) -> Standing:
    """One opioid has ended and the next has not begun: that one is planned anew."""
    ended = behind[-1]
    place = _place(plan.request, ended.regimen.product) + 1
    companion = tapered(plan.request)[place - 1]
    regimen = companion.regimen
    if ended.daily:
        reached = [*reached, ended.regimen]
    begin = aligned(day, plan.start, patch_days(regimen))
    if begin > day:  # the row of the opioid that has ended goes on until the patch is changed
        behind = (*behind[:-1], ended._replace(end=begin - timedelta(days=1)))
    at = UnderWay(
        day=begin,
        kind=HOLD if change.hold else BASELINE,
        made=companion.regimens,
        regimen=regimen,
        began=regimen,
        before=regimen.daily,
        first=regimen.daily,
        original=regimen.daily,
        salt=(1, 1),
        since=ended.start,
        ready=begin,
        behind=(),
        finish=None,
        hold=change.hold,
    )
    return Standing(behind, place, at, reached)


def _under_way(
    request: Request, course: tuple[Step, ...], in_force: Step, day: date, change: Change
) -> UnderWay:
    """Where the taper of the opioid in force stands."""
    product = in_force.regimen.product
    place = _place(request, product)
    tables = _tables(request, place)
    made = next(table for table in tables if table.product is product)
    first = tapered(request)[place - 1].regimen if place else request.regimen
    ours, theirs = product.basis, first.product.basis
    regimen = _earlier(course, in_force, first, day) if change.steps_back else in_force.regimen
    regimen = made.exactly(regimen.amounts, regimen.units)
    hold_ends = in_force.kind == HOLD and in_force.end is not None and not change.resumes
    ready = max(day, in_force.end + timedelta(days=1)) if hold_ends and in_force.end else day
    since, settled = _since(course), None
    rows = [step.regimen for step in course]
    if change.steps_back:
        since, ready = day, day
    elif since is None and place == 0 and request.calendar.baseline:
        start = request.calendar.start
        settled = aligned(request.calendar.baseline.after(start), start, patch_days(regimen))
    return UnderWay(
        day=day,
        kind=HOLD if change.hold or change.steps_back or (ready > day and hold_ends) else BASELINE,
        made=made,
        regimen=regimen,
        began=next(each for each in (first, *rows) if each.product is product),
        before=in_force.daily,
        first=first.daily,
        original=in_force.original,
        salt=(theirs[0] * ours[1], theirs[1] * ours[0]),
        since=since,
        ready=ready,
        settled=settled,
        behind=course,
        finish=request.finish if not place and made is request.regimens else None,
        hold=change.hold,
    )


def _since(course: tuple[Step, ...]) -> date | None:
    """The first day of the dose in force; None where nothing has changed yet."""
    for place in range(len(course) - 1, -1, -1):
        step = course[place]
        before = course[place - 1].regimen if place else None
        changed = before is not None and before.amounts != step.regimen.amounts
        if step.kind in {REDUCE, CHANGE, STOP} or changed:
            return step.start
    return None


def _earlier(course: tuple[Step, ...], in_force: Step, first: Regimen, day: date) -> Regimen:
    """The regimen of the previous step: as high as a step back may go."""
    now = in_force.regimen
    regimens = [step.regimen for step in course]
    if first.product is now.product:
        regimens.insert(0, first)
    for regimen in reversed(regimens):
        if regimen.product is not now.product:
            break
        if regimen.amounts != now.amounts:
            if regimen.daily > now.daily:
                return regimen
            break
    message = f"no higher dose of {now.product.name} stands before {day.isoformat()}"
    hint = "a step back goes at most to the dose of the previous step"
    raise InputError(Problem("step_back", message, hint))
