"""The plan as the one JSON document of contract 6 (``taper-plan/2``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.engine.steps import HOLD, REDUCE
from taper.quantities import Ratio, percent_text, plain
from taper.safety.equivalents import mme_text, share_of_total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.engine.steps import Step
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.regimen.units import Units
    from taper.request.model import Request
    from taper.supply import Fill, SupplyItem

SCHEMA = "taper-plan/2"


def document(plan: Plan) -> dict[str, Any]:
    """The plan as the one JSON document of contract 6."""
    request = plan.request
    return {
        "schema": SCHEMA,
        "id": plan.id,
        "made_with": dict(plan.made_with),
        "request": dict(request.text),
        "rule": plan.to_rule(),
        "product": product_document(plan),
        "summary": summary(plan),
        "steps": step_documents(plan),
        "checks": check_documents(plan),
        "supply": supply_documents(plan),
        "leftover": leftover_documents(plan),
        "findings": finding_documents(plan),
        "revisions": [dict(revision) for revision in plan.revisions],
        "records": [_record(plan, record) for record in plan.records],
    }


def _record(plan: Plan, record: Mapping[str, Any]) -> dict[str, Any]:
    """What a check found, with the row that is in force that day."""
    day = record["date"]
    begun = [step.number for step in plan.steps if step.start and step.start.isoformat() <= day]
    return {"date": day, "step": max(begun, default=0), **record}


def step_documents(plan: Plan) -> list[dict[str, Any]]:
    """The rows."""
    pairs = zip((None, *plan.steps), plan.steps, strict=False)
    return [step_document(step, before) for before, step in pairs]


def check_documents(plan: Plan) -> list[dict[str, Any]]:
    """The withdrawal checks."""
    return [
        {
            "date": check.date.isoformat(),
            "step": check.step,
            "reason": check.reason,
            "reasons": list(check.reasons),
            "how": check.how,
            "items": list(check.items),
        }
        for check in plan.checks
    ]


def supply_documents(plan: Plan) -> list[dict[str, Any]]:
    """The fills."""
    return [_fill(fill) for fill in plan.supply]


def leftover_documents(plan: Plan) -> list[dict[str, Any]]:
    """What was dispensed and never needed."""
    return [_supply_item(item) for item in plan.dispensing.leftover]


def finding_documents(plan: Plan) -> list[dict[str, Any]]:
    """The safety findings."""
    return [
        {
            "id": finding.id,
            "level": finding.level,
            "steps": list(finding.steps),
            "message": finding.message,
            "source": finding.source,
        }
        for finding in plan.findings
    ]


def rule(request: Request) -> dict[str, Any]:
    """The rule that was planned with, also if a guideline or an end was asked for."""
    parts = []
    for part in request.rule.parts:
        until = None
        if part.until_share is not None:
            until = str(part.until_share)
        elif part.until_dose is not None:
            until = request.product.text(part.until_dose)
        reduce = part.reduce
        text = str(reduce) if isinstance(reduce, Ratio) else request.product.text(reduce)
        parts.append({"reduce": text, "every": str(part.every), "until": until})
    return {"of": request.rule.of, "parts": parts}


def product_document(plan: Plan) -> dict[str, Any]:
    """The main product, with the strengths that the plan uses."""
    product = plan.request.product
    used: dict[str, None] = {}
    for strength in sorted(
        {
            s
            for step in plan.steps
            for s, _ in step.regimen.per_day
            if step.regimen.product is product
        },
        key=lambda strength: strength.amount,
    ):
        used[strength.label] = None
    return {
        "id": product.id,
        "drug": product.drug,
        "form": product.form,
        "name": product.name,
        "market": product.market,
        "mme_table": plan.request.formulary.words["mme_table"],
        "unit": product.unit,
        "strengths": list(used),
        "handling": product.handling,
        "schedule": product.schedule,
        "rxnorm": {label: product.rxcui(label) for label in used if product.rxcui(label)},
        "sources": plan.request.formulary.sources_of(product),
    }


def last_rows(plan: Plan) -> list[Step | None]:
    """The last row of each opioid: the main one, then ``also`` in order; None for one kept."""
    request = plan.request
    others = [None if each.keep else each.regimen.product for each in request.also]
    main = [step for step in plan.steps if step.regimen.product not in others]
    rows: list[Step | None] = [main[-1]]
    for other in others:
        own = [step for step in plan.steps if step.regimen.product is other]
        rows.append(own[-1] if own else None)
    return rows


def summary(plan: Plan) -> dict[str, Any]:
    """The plan in a few figures; the doses are those of the main product, MME is of all."""
    rows = plan.steps[1:]
    reductions = [step for step in rows if step.kind == REDUCE]
    end = rows[-1].end or rows[-1].start
    assert end is not None
    days = (end - plan.start).days + (rows[-1].end is not None)
    none = Ratio(0, 1)
    current = max((Ratio(step.cut, step.before) for step in reductions), default=none)
    original = max((Ratio(step.cut, step.original) for step in reductions), default=none)
    last = last_rows(plan)[0]
    assert last is not None
    product = plan.request.product
    return {
        "start": plan.start.isoformat(),
        "stop_date": None if plan.stop_date is None else plan.stop_date.isoformat(),
        "days": days,
        "reductions": len(reductions),
        "holds": sum(step.kind == HOLD for step in rows),
        "start_daily_dose": plain(plan.steps[0].daily),
        "end_daily_dose": plain(last.daily),
        "unit": product.unit,
        "start_mme": mme_text(plan.steps[0]),
        "largest_cut_percent_of_current": percent_text(*current),
        "largest_cut_percent_of_original": percent_text(*original),
    }


def step_document(step: Step, before: Step | None = None) -> dict[str, Any]:
    """One row of the document, after the row ``before``."""
    regimen = step.regimen
    of_total = share_of_total(before or step, step)
    return {
        "step": step.number,
        "kind": step.kind,
        "start": None if step.start is None else step.start.isoformat(),
        "end": None if step.end is None else step.end.isoformat(),
        "days": step.days,
        "product": regimen.product.id,
        "daily_dose": plain(step.daily),
        "unit": regimen.product.unit,
        "doses": dose_documents(regimen),
        "directions": regimen.directions,
        "mme": mme_text(step),
        "percent_of_original": percent_text(step.daily, step.original),
        "cut_percent_of_original": percent_text(max(step.cut, 0), step.original),
        "cut_percent_of_current": percent_text(max(step.cut, 0), step.before),
        "cut_percent_of_total": None if of_total is None else percent_text(*of_total),
        "why": step.why,
        "findings": list(step.findings),
        "companions": [
            {
                "product": other.product.id,
                "daily_dose": plain(other.daily),
                "unit": other.product.unit,
                "doses": dose_documents(other),
                "directions": other.directions,
            }
            for other in step.companions
        ],
    }


def dose_documents(regimen: Regimen) -> list[dict[str, Any]]:
    """The administrations of a row; as needed there is one, with how often it may be taken."""
    found: list[dict[str, Any]] = [
        {"time": time, "amount": plain(amount), "units": _units(units)}
        for time, amount, units in zip(regimen.times, regimen.amounts, regimen.units, strict=True)
    ]
    if regimen.most_often:
        found[0]["hours_between"] = regimen.interval
        found[0]["most_per_day"] = plain(regimen.daily)
    return found


def _units(units: Units) -> list[dict[str, str]]:
    return [{"strength": strength.label, "count": plain(count)} for strength, count in units]


def _fill(fill: Fill) -> dict[str, Any]:
    return {
        "fill": fill.number,
        "date": fill.date.isoformat(),
        "not_before": fill.not_before.isoformat(),
        "days_supply": fill.days_supply,
        "items": [_supply_item(item) for item in fill.items],
    }


def _supply_item(item: SupplyItem) -> dict[str, Any]:
    return {
        "product": item.product.id,
        "strength": item.strength.label,
        "quantity": plain(item.quantity),
        "unit": item.unit,
        "rxcui": item.product.rxcui(item.strength.label) or None,
        "directions": item.directions,
    }
