"""What follows from the rows of a plan that was changed: units, checks, supply, findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from taper.planning.events import event_keys
from taper.planning.make import made_with
from taper.planning.plan import Plan
from taper.planning.prescriptions import no_longer_fit
from taper.safety.findings import find, marked, of_steps
from taper.safety.withdrawal_checks import rechecks
from taper.schedule import tables
from taper.supply import resupply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taper.engine.steps import Step
    from taper.request.model import Request


def revised(plan: Plan, request: Request, steps: tuple[Step, ...], entry: dict[str, Any]) -> Plan:
    """The plan with the rows and the rule that a change has made of it.

    ``entry`` is the change as it is recorded. What was done before its day stays: the checks
    that were held, and what was dispensed, which is used first.
    """
    day = date.fromisoformat(entry["from"])
    steps = tuple(step.with_findings(()) for step in _as_dispensed(plan, request, steps, day))
    found = of_steps(request, steps, as_asked=False)
    fills = tuple(fill for fill in plan.supply if fill.date < day)
    checks = tuple(check for check in plan.checks if check.date < day)
    revisions = (*plan.revisions, entry)
    renewed = tuple(_day(each) for each in revisions if each.get("moves", True))
    ran_out = _ran_out(revisions)
    rows = marked(steps, found)
    dispensing = replace(
        resupply(steps, request.fill, fills, day, request.on_hand), renewed=renewed
    )
    after = Plan(
        request,
        rows,
        made_with=made_with(request.formulary),
        id=plan.id,
        checks=rechecks(request, steps, checks, day),
        dispensing=dispensing,
        findings=find(request, rows, dispensing, found, as_asked=False, ran_out=ran_out),
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
