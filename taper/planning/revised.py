"""What follows from the rows of a plan that was changed: units, checks, supply, findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from taper.planning.events import event_keys
from taper.planning.plan import Plan
from taper.planning.prescriptions import no_longer_fit
from taper.safety.findings import find, marked, of_steps
from taper.safety.withdrawal_checks import checks as all_checks
from taper.safety.withdrawal_checks import rechecks
from taper.schedule import tables
from taper.supply import resupply, supply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taper.engine.steps import Step
    from taper.request.model import Request
    from taper.safety.withdrawal_checks import Check
    from taper.supply import Fill


def revised(plan: Plan, request: Request, steps: tuple[Step, ...], entry: dict[str, Any]) -> Plan:
    """The plan with the rows and the rule that a change has made of it.

    ``entry`` is the change as it is recorded. What was done before its day stays: the checks
    that were held, and what was dispensed, which is used first.
    """
    day = date.fromisoformat(entry["from"])
    steps = tuple(step.with_findings(()) for step in _as_dispensed(plan, request, steps, day))
    after = plan_of_rows(
        request,
        steps,
        revisions=(*plan.revisions, entry),
        fills=tuple(fill for fill in plan.supply if fill.date < day),
        checks=tuple(check for check in plan.checks if check.date < day),
        id=plan.id,
        made_with=plan.made_with,
        records=plan.records,
    )
    held = event_keys(after)
    replaced = [
        {"uid_key": key, "date": when.isoformat()}
        for key, when in event_keys(plan).items()
        if key not in held
    ]
    supplied = no_longer_fit(plan, after, day)
    return replace(after, revisions=(*plan.revisions, {**entry, **supplied, "replaced": replaced}))


def noted(plan: Plan, entry: dict[str, Any]) -> Plan:
    """The plan with a fact that is recorded and moves nothing: what it says is a finding."""
    entry = {**entry, "moves": False}
    ran_out = _ran_out((*plan.revisions, entry))
    steps = tuple(step.with_findings(()) for step in plan.steps)
    found = of_steps(plan.request, steps, as_asked=False)
    renewed = tuple(_day(each) for each in plan.revisions if each.get("moves", True))
    dispensing = replace(plan.dispensing, renewed=renewed)
    findings = find(
        plan.request, plan.steps, dispensing, found, as_asked=not plan.revisions, ran_out=ran_out
    )
    rows = marked(steps, findings)
    supplied = no_longer_fit(plan, plan, _day(entry))
    after = replace(plan, steps=rows, findings=findings, checks=plan.checks, id=plan.id)
    return replace(
        after,
        dispensing=plan.dispensing,
        revisions=(*plan.revisions, {**entry, **supplied, "replaced": []}),
    )


def plan_of_rows(
    request: Request,
    steps: tuple[Step, ...],
    *,
    revisions: tuple[dict[str, Any], ...],
    fills: tuple[Fill, ...],
    checks: tuple[Check, ...],
    id: str,  # noqa: A002 - the field of a plan
    made_with: dict[str, str],
    records: tuple[dict[str, Any], ...],
) -> Plan:
    """The plan of rows, with everything that follows from them from its last revision on.

    ``fills`` and ``checks`` are those before its day. ``made_with`` stays that of the rows: they
    can be made again by that version alone.
    """
    found = of_steps(request, steps, as_asked=False)
    rows = marked(steps, found)
    moved = tuple(_day(each) for each in revisions if each.get("moves", True))
    if moved:
        dispensing = resupply(steps, request.fill, fills, moved[-1], request.on_hand)
        dispensing = replace(dispensing, renewed=moved)
        checks = rechecks(request, steps, checks, moved[-1])
    else:
        dispensing = supply(steps, request.fill, request.on_hand)
        checks = all_checks(request, steps)
    ran_out = _ran_out(revisions)
    return Plan(
        request,
        rows,
        made_with=made_with,
        id=id,
        checks=checks,
        dispensing=dispensing,
        findings=find(request, rows, dispensing, found, as_asked=False, ran_out=ran_out),
        revisions=revisions,
        records=records,
    )


def _day(revision: Mapping[str, Any]) -> date:
    return date.fromisoformat(revision["from"])


def _ran_out(revisions: Iterable[Mapping[str, Any]]) -> tuple[date, ...]:
    """The days on which more was taken than planned."""
    return tuple(_day(each) for each in revisions if each.get("findings"))


def _as_dispensed(
    plan: Plan, request: Request, steps: tuple[Step, ...], day: date
) -> tuple[Step, ...]:
    """The rows from the fewest strengths, if that was asked for; those behind keep theirs."""
    if not request.regimens.fewest_strengths:
        return steps
    from taper.engine.fewest_strengths import fewest_strengths  # noqa: PLC0415 - only if asked for

    behind = [step for step in steps if step.start is None or step.start < day]
    kept = [
        step._replace(regimen=before.regimen, companions=before.companions)
        for step, before in zip(behind, plan.steps, strict=False)
    ]
    later = (kept[-1], *steps[len(behind) :])
    return (*kept[:-1], *fewest_strengths(later, tables(request)))
