"""From a checked request to its plan: steps, checks, supply and findings."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from taper.engine.steps import REDUCE, STOP
from taper.errors import InputError, Problem, Refused
from taper.planning.plan import Later, Plan
from taper.quantities import Ratio
from taper.request.rule import Part
from taper.safety.findings import find, marked, of_steps
from taper.safety.pace import too_fast
from taper.safety.refusals import refusals
from taper.safety.withdrawal_checks import check_days, checks
from taper.schedule import TooSlow, schedule, tables
from taper.supply import supply
from taper.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from taper.engine.steps import Step
    from taper.formulary.market import Formulary
    from taper.request.model import Request
    from taper.safety.catalogue import Finding
    from taper.safety.withdrawal_checks import Check
    from taper.supply import Supply

TENTHS = 1000  # of a percent in the whole: an end is met by the least of them


def planned(product: str | None = None, dose: str | None = None, **fields: object) -> Plan:
    """Plan the fields of a request, given as plain values; raises what :func:`make_plan` does."""
    from taper.reading import read  # noqa: PLC0415 - the plan of a request needs no reader

    return make_plan(read({**fields, "product": product, "dose": dose}))


def make_plan(request: Request) -> Plan:
    """Plan a checked request.

    Raises :class:`~taper.Refused` if a safety rule forbids it, and
    :class:`~taper.InputError` if the request cannot be laid out on dates.
    """
    if request.ends_by is not None:
        request = gentlest(request, request.ends_by)
    problems = refusals(request)
    if problems:
        raise Refused(problems)
    return finished(request, schedule(request))


def finished(request: Request, steps: tuple[Step, ...]) -> Plan:
    """The plan of these steps: from the fewest strengths if asked, and marked with findings."""
    if request.regimens.fewest_strengths:
        from taper.engine.fewest_strengths import fewest_strengths  # noqa: PLC0415 - only if it is asked for

        steps = fewest_strengths(steps, tables(request))
    found = of_steps(request, steps)
    return _plan_of(request, marked(steps, found), partial(_findings, found))


def moved(request: Request, steps: tuple[Step, ...]) -> Plan:
    """The plan of the same rows on other days, with the findings of those days."""
    return _plan_of(request, steps, partial(_findings, None))


def _plan_of(
    request: Request, steps: tuple[Step, ...], findings: Callable[[Plan], tuple[Finding, ...]]
) -> Plan:
    """A plan whose other values follow from its steps."""
    return Plan(
        request,
        steps,
        made_with=made_with(request.formulary),
        id=str(request.text.get("id") or "") or _ID,
        checks=_CHECKS,
        dispensing=_DISPENSING,
        findings=Later(findings),
    )


def made_with(formulary: Formulary) -> dict[str, str]:
    """The versions that a plan is made with here."""
    return {
        "taper": VERSION,
        "formulary": formulary.version,
        "formulary_date": formulary.date.isoformat(),
    }


def _id_of_content(plan: Plan) -> str:
    """An id made from the content of the request, for a plan that was given none."""
    import hashlib  # noqa: PLC0415 - only where no id was given
    import json  # noqa: PLC0415

    content = {k: v for k, v in plan.request.text.items() if k not in {"id", "label"}}
    if not content.get("history"):  # as before there was one: the same request, the same id
        content.pop("history", None)
    text = json.dumps(content, sort_keys=True)
    return "plan-" + hashlib.sha256(text.encode()).hexdigest()[:12]


def _checks(plan: Plan) -> tuple[Check, ...]:
    return checks(plan.request, plan.steps)


def _check_days(plan: Plan) -> list[date]:
    return check_days(plan.request, plan.steps)


def _dispensing(plan: Plan) -> Supply:
    return supply(plan.steps, plan.request.fill, plan.request.on_hand)


# made once, for they are the same for every plan
_ID = Later(_id_of_content)
_CHECKS = Later(_checks, days=_check_days)
_DISPENSING = Later(_dispensing)


def _findings(of_rows: tuple[Finding, ...] | None, plan: Plan) -> tuple[Finding, ...]:
    return find(plan.request, plan.steps, plan.dispensing, of_rows)


def ended(steps: tuple[Step, ...]) -> date:
    """The day on which the stop or the goal is reached; the first day if nothing falls."""
    last = [steps[1], *(step for step in steps if step.kind in {REDUCE, STOP})][-1]
    assert last.start is not None
    return last.start


def gentlest(request: Request, day: date) -> Request:
    """The request with the smallest percentage, in tenths, that ends by ``day``.

    Raises :class:`~taper.Refused` that says what pace it would take, where that is over the
    band, and :class:`~taper.InputError` if no pace ends in time.
    """
    every = request.rule.parts[0].every
    name = "over" if request.text.get("over") else "by"
    for tenths in range(1, TENTHS + 1):
        rule = replace(request.rule, parts=(Part(Ratio.of(tenths, TENTHS), every),))
        candidate = replace(request, rule=rule)
        if _ends_by(_unlimited(candidate), day):
            break
    else:
        message = f"no reduction every {every} ends by {day.isoformat()}"
        raise InputError(Problem(name, message, "a later day, or a shorter --every"))
    problems = refusals(candidate)
    if problems and problems[0].id == "rate-over-band":
        needed = candidate.rule.parts[0]
        over = too_fast(candidate)
        assert over is not None
        message = (
            f"ending by {day.isoformat()} would take {needed.reduce} every {needed.every}, "
            f"{over.text}: over {over.limit_text} [rate-over-band]"
        )
        raise Refused(replace(problems[0], field=name, message=message))
    return candidate


def _unlimited(request: Request) -> Request:
    """Over the band, the request as if a reason had been given: to say what it would take."""
    if request.rule.override or all(p.id != "rate-over-band" for p in refusals(request)):
        return request
    return replace(request, rule=replace(request.rule, override="to end in time"))


def _ends_by(request: Request, day: date) -> bool:
    """Whether a pace ends in time; one that takes decades is too slow, and no fault."""
    try:
        return ended(schedule(request)) <= day
    except TooSlow:
        return False
