"""A plan changed while it is under way: held, slowed, given another goal or dose, or stepped back.

The request stays what was first asked for, and ``revisions`` records every change: a revised plan
is the two, made again. The rows before the day of a change stay as they are, because the engine
meets the change on its day.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from taper.course.by_hand import RAN_OUT, check_dose, check_missed, check_taking, check_words
from taper.course.from_rows import gone_on
from taper.course.position import check_goal, part_in_force, position
from taper.engine.under_way import FALLS
from taper.errors import InputError, Problem, Refused, TaperError
from taper.planning.make import gentlest
from taper.planning.revised import noted, revised
from taper.quantities import parse_day, parse_interval
from taper.reading import read
from taper.reading.revisions import (
    CHANGES,
    RESUME,
    change_of,
    changes_of,
    is_rate,
    rule_of,
    whole,
    with_rule_in_force,
)
from taper.reading.values import LONGEST_TEXT
from taper.request.changes import in_force
from taper.request.text import is_printable
from taper.safety.refusals import refusals
from taper.schedule import schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from taper.course.position import Position
    from taper.engine.steps import Step
    from taper.planning.plan import Plan
    from taper.request.changes import Change
    from taper.request.model import Request

T = TypeVar("T")


def revise(plan: Plan, from_day: date | str, *, why: str = "", **given: str | None) -> Plan:
    """The plan changed from ``from_day`` on (a patch: from its first change on or after it).

    ``hold`` moves the next reduction by its length (``4w``; ``none`` ends a hold under way); what
    was planned follows, and the doses are the same. ``reduce``, ``every`` and ``of`` are a new
    rate, where what is not given stays; ``to`` is a new goal; ``dose`` is the next dose by hand;
    ``taking`` what the patient really takes a day, ``missed`` for how long nothing was taken;
    ``step_back`` is the reason for going back to the dose of the previous step, ``specialist``
    who was consulted about it (needed four weeks after the cut); ``override_rate`` the reason for
    a pace over the band, or for a dose by hand that falls by more than half; ``why`` is recorded
    with the change.

    Raises :class:`~taper.InputError`, or :class:`~taper.Refused` if a safety rule says no.
    """
    values, day = _read(plan.request, from_day, {**given, "why": why})
    why = values.pop("why")
    at = position(
        plan,
        day,
        steps_back="step_back" in values,
        new_goal="to" in values,
        specialist=values.get("specialist", ""),
    )
    asked = whole(plan.request, part_in_force(plan.request, at), plan.request.rule.of, values)
    entry: dict[str, Any] = {"from": at.day.isoformat(), "change": asked, "why": why}
    check_missed(values, at)
    first = _first_request(plan)
    changes = changes_of(first, plan.revisions)
    change = change_of(first, entry)
    later = in_force((*changes, change))
    request = with_rule_in_force(first, later)
    problems = refusals(request) if change.rate is not None else []
    if problems:
        raise Refused(problems)
    if change.goal is not None:
        check_goal(request, at)
    check_dose(values, request, at)
    ran_out = check_taking(values, request, at)
    if ran_out:
        entry["findings"] = [RAN_OUT]
    if _moves_nothing(plan, change, at, ran_out=ran_out):
        return noted(plan, entry)
    if _is_made_by(plan, first, changes):
        steps = schedule(first, later)
    else:
        request = with_rule_in_force(plan.request, (change,))
        steps = gone_on(plan, request, at, change)
    return revised(plan, request, steps, entry)


def replay(plan: Plan, revisions: Iterable[Mapping[str, Any]]) -> Plan:
    """The plan with revisions made again, one after another."""
    for revision in revisions:
        day = date.fromisoformat(revision["from"])
        plan = revise(plan, day, why=revision["why"], **revision["change"])
    return plan


def _moves_nothing(plan: Plan, change: Change, at: Position, *, ran_out: bool) -> bool:
    """Whether a change is a fact that is recorded, and moves no row.

    So it is if more was taken than planned and no reduction was to begin that day, and if less
    than three days were missed.
    """
    falls = any(step.start == at.day and step.kind in FALLS for step in plan.steps)
    return change.is_empty or (change.is_a_fact_alone and ran_out and not falls)


def _first_request(plan: Plan) -> Request:
    """The request as it was first asked for, with the rule that it was planned with then."""
    if not plan.revisions:
        return plan.request
    request = read(plan.request.text)
    return request if request.ends_by is None else gentlest(request, request.ends_by)


def _is_made_by(plan: Plan, request: Request, changes: tuple[Change, ...]) -> bool:
    """Whether a request and its changes give the rows of a plan; another version's may not."""
    try:
        again = schedule(request, changes)
    except TaperError:
        return False
    return _doses(again) == _doses(plan.steps)


def _doses(steps: tuple[Step, ...]) -> list[Any]:
    return [(step.start, step.regimen.product, step.regimen.amounts) for step in steps]


# --- what was asked for ------------------------------------------------------------------------


def _read(
    request: Request, from_day: date | str, given: Mapping[str, str | None]
) -> tuple[dict[str, str], date]:
    """The change as text, and its day; every fault of them at once."""
    values = {name: " ".join(str(text).split()) for name, text in given.items() if text is not None}
    problems = [
        Problem(name, "is not what a revision can change", "one of " + ", ".join(CHANGES))
        for name in given
        if name not in {*CHANGES, "why"}
    ]
    for name in ("step_back", "specialist", "override_rate", "why"):
        text = values.get(name, "")
        if len(text) > LONGEST_TEXT or not is_printable(text):
            hint = f"one line of at most {LONGEST_TEXT} characters"
            problems.append(Problem(name, "the text cannot be printed", hint))
    if "step_back" in values and not values["step_back"]:
        hint = 'the reason: --step-back "withdrawal"'
        problems.append(Problem("step_back", "going back needs a reason", hint))
    if not set(values) - {"specialist", "override_rate", "why"}:
        hint = "--hold, --reduce, --every, --of, --to, --dose, --taking or --step-back"
        problems.append(Problem("", "nothing is changed", hint))
    problems += check_words(values)
    day = _attempt(lambda: _day(from_day), problems)
    if values.get("hold", RESUME) != RESUME:
        _attempt(lambda: parse_interval(values["hold"], "hold"), problems)
    if values.get("missed"):
        _attempt(lambda: parse_interval(values["missed"], "missed"), problems)
    if is_rate(values) or "to" in values:
        _attempt(lambda: rule_of(request, values), problems)
    if problems:
        raise InputError(dict.fromkeys(problems))
    assert day is not None
    return values, day


def _attempt(read_it: Callable[[], T], problems: list[Problem]) -> T | None:
    """What is read, or None after keeping its problems."""
    try:
        return read_it()
    except InputError as error:
        problems.extend(error.problems)
        return None


def _day(day: date | str) -> date:
    return parse_day(day, "from") if isinstance(day, str) else day
