"""A plan changed while it is under way: held, slowed, given another goal, or stepped back.

The rows before the day of the change stay as they are; the rest is planned anew from the dose in
force. The request stays what was first asked for; ``revisions`` records every change, and
:func:`replay` of them on the first plan gives the revised plan again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from taper.course.position import Change, Standing, stands
from taper.engine.curve import Curve
from taper.engine.steps import CHANGE, REDUCE, STOP
from taper.errors import InputError, Problem, Refused, TaperError
from taper.planning.document import last_rows, step_document
from taper.planning.make import made_with, make_plan
from taper.planning.plan import Plan
from taper.quantities import Ratio, parse_day, parse_interval
from taper.reading import read
from taper.reading.values import LONGEST_TEXT
from taper.safety.findings import find, marked, of_steps
from taper.safety.pace import refusals
from taper.safety.withdrawal_checks import rechecks
from taper.schedule import pause, resume, tables
from taper.supply import resupply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from taper.engine.steps import Step
    from taper.quantities import Interval
    from taper.request.model import Request, Rule
    from taper.schedule import Paused

T = TypeVar("T")
RATE = ("reduce", "every", "of")
CHANGES = ("hold", *RATE, "to", "step_back", "override_rate")
_FALLS = (REDUCE, CHANGE, STOP)
RESUME = "none"  # as a hold: ends the one that is under way


def revise(plan: Plan, from_day: date | str, *, why: str = "", **given: str | None) -> Plan:
    """The plan changed from ``from_day`` on (a patch: from its first change on or after it).

    ``hold`` is how long the dose stays as it is (``4w``; ``none`` ends a hold under way). With
    nothing but a hold, what was planned follows when it is over: the doses are the same;
    ``reduce``, ``every`` and ``of`` are a new rate, where what is not given stays; ``to`` is a
    new goal; ``step_back`` is the reason for going back to the dose of the previous step;
    ``override_rate`` the reason for a pace over the band; ``why`` is recorded with the change.

    Raises :class:`~taper.InputError`, or :class:`~taper.Refused` where a safety rule says no.
    """
    values, day, hold = _read(plan.request, from_day, {**given, "why": why})
    why = values.pop("why")
    request, standing, asked = _changed(plan, values, day, hold)
    problems = refusals(request) if _paces(asked) else []
    if problems:
        raise Refused(problems)
    if "to" in asked:
        _check_goal(request, standing)
    steps = _explained(resume(request, *standing), standing, values.get("step_back", ""))
    entry = {"from": standing.at.day.isoformat(), "change": asked, "why": why}
    return _finished(plan, request, standing, steps, entry)


def _changed(
    plan: Plan, values: dict[str, str], day: date, hold: Interval | None
) -> tuple[Request, Standing, dict[str, str]]:
    """The request after a change, where the taper stands, and the change in full."""
    change = Change(hold, values.get("hold") == RESUME, "step_back" in values, "to" in values)
    standing = stands(plan, day, change)
    if standing.place and change.new_goal:
        message = f"the taper of {plan.request.product.id} is at its end by then"
        raise InputError(Problem("to", message, "the goal is a dose of that product"))
    _check_day(plan, standing.at.day, change)
    asked = _complete(plan.request, standing, values)
    if set(asked) == {"hold"}:
        at = standing.at._replace(paused=_paused(plan, standing))
        standing = standing._replace(at=at)
    return replace(plan.request, rule=changed(plan.request, asked)), standing, asked


def _check_day(plan: Plan, day: date, change: Change) -> None:
    """Refuse what would undo a step back in silence: rows from its day on are planned anew."""
    last = plan.revisions[-1] if plan.revisions else None
    if last is None or last["from"] != day.isoformat() or change.steps_back:
        return
    if "step_back" in last["change"]:
        message = f"the plan was stepped back on {day.isoformat()}"
        hint = "the next day; or both in one change of the plan before it"
        raise InputError(Problem("from", message, hint, day.isoformat()))


def _paused(plan: Plan, standing: Standing) -> Paused | None:
    """Where the curve stands that a hold puts off: what was planned follows later, unchanged.

    None where nobody knows, and the taper goes on from the dose in force: another version made
    the plan, or it was revised from a later day last.
    """
    place, day = standing.place, standing.at.day
    if plan.revisions and date.fromisoformat(plan.revisions[-1]["from"]) > day:
        return None
    known = plan if plan.under_way is not None else _made_again(plan)
    if known is None:
        return None
    at, begin = None, None
    if known.under_way is not None and known.under_way[0] == place:
        at = known.under_way[1]
        if at.day == day and set(plan.revisions[-1]["change"]) == {"hold"}:
            return at.paused  # this hold takes the place of that one
    elif place:
        product = standing.at.regimen.product
        begin = next(step.start for step in plan.steps[1:] if step.regimen.product is product)
    found = pause(known.request, place, at, begin, day)
    same = found is not None and found.regimen.amounts == standing.at.regimen.amounts
    return found if same else None


def _made_again(plan: Plan) -> Plan | None:
    """A plan that was read from a file, as it is made here; None where that gives other rows."""
    try:
        again = replay(make_plan(read(plan.request.text)), plan.revisions)
    except TaperError:
        return None
    rows = [[(step.start, step.regimen.amounts) for step in each.steps] for each in (plan, again)]
    return again if rows[0] == rows[1] else None


def _read(
    request: Request, from_day: date | str, given: Mapping[str, str | None]
) -> tuple[dict[str, str], date, Interval | None]:
    """The change as text, its day and its hold; every fault of them at once."""
    values = {name: " ".join(str(text).split()) for name, text in given.items() if text is not None}
    problems = [
        Problem(name, "is not what a revision can change", "one of " + ", ".join(CHANGES))
        for name in given
        if name not in {*CHANGES, "why"}
    ]
    for name in ("step_back", "override_rate", "why"):
        text = values.get(name, "")
        if len(text) > LONGEST_TEXT or not text.isprintable():
            hint = f"one line of at most {LONGEST_TEXT} characters"
            problems.append(Problem(name, "the text cannot be printed", hint))
    if "step_back" in values and not values["step_back"]:
        hint = 'the reason: --step-back "withdrawal"'
        problems.append(Problem("step_back", "going back needs a reason", hint))
    if not set(values) - {"override_rate", "why"}:
        hint = "--hold, --reduce, --every, --of, --to or --step-back"
        problems.append(Problem("", "nothing is changed", hint))
    day = _attempt(lambda: _day(from_day), problems)
    hold = _attempt(lambda: _hold(values.get("hold")), problems)
    if _paces(values) or "to" in values:
        _attempt(lambda: _reread(request, values), problems)
    if problems:
        raise InputError(dict.fromkeys(problems))
    assert day is not None
    return values, day, hold


def _attempt(read_it: Callable[[], T], problems: list[Problem]) -> T | None:
    """What is read, or None after keeping its problems."""
    try:
        return read_it()
    except InputError as error:
        problems.extend(error.problems)
        return None


def _day(day: date | str) -> date:
    return parse_day(day, "from") if isinstance(day, str) else day


def _hold(text: str | None) -> Interval | None:
    return None if text in {None, RESUME} else parse_interval(str(text), "hold")


def _paces(change: Mapping[str, str]) -> bool:
    return any(name in change for name in RATE)


def _complete(request: Request, standing: Standing, values: dict[str, str]) -> dict[str, str]:
    """The change with every value that it needs to be made again: a whole rate."""
    asked = {name: values[name] for name in CHANGES if name in values}
    if "hold" in asked and asked["hold"] != RESUME:
        asked["hold"] = str(parse_interval(asked["hold"], "hold"))
    if not _paces(values):
        return asked
    at, rule = standing.at, request.rule
    curve = Curve(rule.parts, rule.of, at.first, 0 if standing.place else rule.goal)
    if not standing.place:
        curve.resume(at.regimen.daily, at.salt)
    part = curve.part
    amount = isinstance(part.reduce, int)
    kept = request.product.text(part.reduce) if isinstance(part.reduce, int) else str(part.reduce)
    percentage = values.get("reduce", kept).endswith("%")
    of = rule.of if percentage and not amount else "mixed"
    whole = {"reduce": kept, "every": str(part.every), "of": of}
    found = _reread(request, {**whole, **asked})
    reduce = found.parts[0].reduce
    whole = {
        "reduce": str(reduce) if isinstance(reduce, Ratio) else request.product.text(reduce),
        "every": str(found.parts[0].every),
        "of": found.of,
    }
    return {name: {**asked, **whole}[name] for name in CHANGES if name in asked or name in whole}


def _reread(request: Request, change: Mapping[str, str]) -> Rule:
    """The rule of the request with other values; all their faults at once."""
    values = dict(request.text)
    if _paces(change):
        values.update(dict.fromkeys(("guideline", "phases", "over", "by", "override_rate")))
        values.update({name: change[name] for name in RATE if name in change})
    values.update({name: change[name] for name in ("to", "override_rate") if name in change})
    return read(values).rule


def changed(request: Request, change: Mapping[str, str]) -> Rule:
    """The rule in force after a change."""
    rule = request.rule
    if not _paces(change) and "to" not in change:
        return rule
    found = _reread(request, change)
    if _paces(change):
        return replace(found, goal=found.goal if "to" in change else rule.goal)
    return replace(rule, goal=found.goal)


def in_force(request: Request, revisions: Iterable[Mapping[str, Any]]) -> Request:
    """The request with the rule that the revisions have made of it."""
    for revision in revisions:
        request = replace(request, rule=changed(request, revision["change"]))
    return request


def replay(plan: Plan, revisions: Iterable[Mapping[str, Any]]) -> Plan:
    """The plan with revisions made again, one after another."""
    for revision in revisions:
        day = date.fromisoformat(revision["from"])
        plan = revise(plan, day, why=revision["why"], **revision["change"])
    return plan


def _check_goal(request: Request, standing: Standing) -> None:
    """The goal must be one that can be reached from the dose in force without a rise."""
    at, goal = standing.at, request.rule.goal
    if standing.place or not goal:
        return
    product = at.made.product
    goal = goal * at.salt[0] // at.salt[1]
    if goal > at.regimen.daily:
        message = f"the goal of {product.daily_text(goal)} is above the dose in force"
        hint = f"at most {product.daily_text(at.regimen.daily)}"
    elif at.finish is None and (
        not at.made.can_make(goal) or at.made.under(goal, at.regimen) is None
    ):
        message = f"{product.daily_text(goal)} cannot be made of {product.name}"
        near = at.made.nearest(goal)
        hint = "the nearest are " + " and ".join(product.text(dose) for dose in near)
    else:
        return
    raise InputError(Problem("to", message, hint, product.text(goal)))


def _explained(steps: tuple[Step, ...], standing: Standing, step_back: str) -> tuple[Step, ...]:
    """The rows, with the reason of a step back, and all reasons as they will be saved."""
    found = []
    for place, step in enumerate(steps):
        text = step.why
        if place == len(standing.behind) and step_back:
            text = f"a step back to the dose of the previous step: {step_back}"
        found.append(step._replace(words=text))
    return tuple(found)


def _finished(
    plan: Plan,
    request: Request,
    standing: Standing,
    steps: tuple[Step, ...],
    entry: dict[str, Any],
) -> Plan:
    """The revised plan: units, checks, supply and findings of all its rows."""
    from taper.planning.events import event_keys  # noqa: PLC0415 - what a calendar held

    day = standing.at.day
    if request.regimens.fewest_strengths:
        from taper.engine.fewest_strengths import fewest_strengths  # noqa: PLC0415 - only where it is asked for

        behind = len(standing.behind) - 1  # the rows that stay, but for the one in force
        steps = (*steps[:behind], *fewest_strengths(steps[behind:], tables(request)))
    steps = tuple(step.with_findings(()) for step in steps)
    found = of_steps(request, steps)
    fills = tuple(fill for fill in plan.supply if fill.date < day)
    checks = tuple(check for check in plan.checks if check.date < day)
    renewed = (*(date.fromisoformat(revision["from"]) for revision in plan.revisions), day)
    rows = marked(steps, found)
    dispensing = replace(resupply(steps, request.fill, fills, day), renewed=renewed)
    revised = Plan(
        request,
        rows,
        made_with=made_with(request.formulary),
        id=plan.id,
        checks=rechecks(request, steps, checks, day),
        dispensing=dispensing,
        findings=find(request, rows, dispensing, found),
        under_way=(standing.place, standing.at),
    )
    held = event_keys(revised)
    entry["replaced"] = [
        {"uid_key": key, "date": when.isoformat()}
        for key, when in event_keys(plan).items()
        if key not in held
    ]
    return replace(revised, revisions=(*plan.revisions, entry))


# --- what differs ------------------------------------------------------------------------------


def difference(before: Plan, after: Plan) -> list[dict[str, Any]]:
    """The rows that differ, by their first day: what it was and what it is now.

    Each entry has ``start``, ``change`` (``changed``, ``added``, ``removed``), and ``was`` and
    ``now`` (None where there is no such row).
    """
    old = {step.start: step for step in before.steps if step.start is not None}
    new = {step.start: step for step in after.steps if step.start is not None}
    rows = []
    for day in sorted({*old, *new}):
        was, now = _row(old.get(day)), _row(new.get(day))
        if was != now:
            change = "added" if was is None else "removed" if now is None else "changed"
            rows.append({"start": day.isoformat(), "change": change, "was": was, "now": now})
    return rows


def _row(step: Step | None) -> dict[str, Any] | None:
    """What of a row is compared and shown."""
    if step is None:
        return None
    document = step_document(step)
    names = ("kind", "end", "days", "product", "daily_dose", "unit", "directions")
    return {**{name: document[name] for name in names}, "dose": _dose(step)}


def _dose(step: Step) -> str:
    """The dose of a row in a few words: ``120 mg a day (45/30/45)``, ``25 mcg/h``."""
    regimen = step.regimen
    product = regimen.product
    text = product.daily_text(step.daily)
    if product.is_patch:
        return text
    return f"{text} ({'/'.join(product.number(amount) for amount in regimen.amounts)})"


def moves_nothing(before: Plan, after: Plan) -> date | None:
    """The day of the next reduction, where a hold is over by then anyway; else None."""
    last = after.revisions[-1]
    if set(last["change"]) != {"hold"} or last["change"]["hold"] == RESUME:
        return None
    days = [
        next(
            (
                step.start
                for step in plan.steps
                if step.start and step.start.isoformat() >= last["from"] and step.kind in _FALLS
            ),
            None,
        )
        for plan in (before, after)
    ]
    return days[0] if days[0] == days[1] else None


def ends(plan: Plan) -> str:
    """When the taper ends, in words: the stop, or the goal."""
    if plan.stop_date is not None:
        return f"first day without it {plan.stop_date.isoformat()}"
    last = last_rows(plan)[0]
    assert last is not None  # the main opioid has rows
    return f"{last.regimen.product.daily_text(last.daily)} from {last.start}"
