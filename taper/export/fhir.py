"""The plan for a health record: a FHIR R4 Bundle with a CarePlan, prescriptions and tasks.

Everything is a draft: a clinician who imports it signs it or not. The tool asks for no patient,
and R4 requires a subject: it is a reference with a display and nothing else, for the record to
replace. Ids are made from the plan's id, so that importing a revised plan updates what was there;
nothing depends on a clock.

R4 has one quantity a prescription, and here every fill has its own for each strength: they are
SupplyRequests inside the prescription. The Bundle is plain values; the tests check it by R4's own
JSON Schema and by the models of ``fhir.resources``.
"""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from taper.export.fhir_dosage import instructions, quantity
from taper.export.words import revision_text, sentence, title, words
from taper.planning.events import fallen_away, keyed_checks, uid
from taper.quantities import THOUSAND
from taper.regimen.directions import strength_text
from taper.safety.withdrawal_checks import facts

if TYPE_CHECKING:
    from datetime import date

    from taper.export import Options
    from taper.formulary.product import Product, Strength
    from taper.planning.plan import Plan

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DMD = "https://dmd.nhs.uk"
NO_REFILLS = "CII"  # schedule II: 21 CFR 1306.12


def products(plan: Plan) -> list[Product]:
    """Every product of the plan, in the order in which it is first taken."""
    return list(
        dict.fromkeys(
            regimen.product
            for step in plan.steps
            for regimen in (step.regimen, *step.companions)
            if regimen.daily and step.start is not None
        )
    )


def _reference(plan: Plan, key: str) -> dict[str, str]:
    return {"reference": f"urn:uuid:{uid(plan.id, key)}"}


def _nobody() -> dict[str, str]:
    return {"display": words()["record"]["subject"]}


def _period(start: date | None, end: date | None) -> dict[str, str]:
    days = {"start": start, "end": end}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


# --- prescriptions ------------------------------------------------------------------------------


def _strength_concept(product: Product, strength: Strength) -> dict[str, Any]:
    """One strength of a product, with its RxNorm or dm+d code where one is known."""
    text = f"{product.name} {strength_text(product, strength)}"
    code = product.rxcui(strength.label)
    if code:
        return _concept(text, RXNORM, code)
    # dm+d's codes here are of virtual products. They would take the brand from what must be
    # prescribed by brand; and where there are two (with sugar and without), neither is meant.
    codes = [] if product.brand else product.facts.get("dmd", {}).get(strength.label, [])
    return _concept(text, DMD, str(codes[0]) if len(codes) == 1 else "")


def _concept(text: str, system: str, code: str) -> dict[str, Any]:
    """A concept; the code has no display, for its system has words of its own for it."""
    concept: dict[str, Any] = {"text": text}
    if code:
        concept["coding"] = [{"system": system, "code": code}]
    return concept


def _medication(plan: Plan, product: Product) -> dict[str, Any]:
    """What is prescribed: the one strength that is used, or else the drug.

    The codes of a concept must all mean the same, so several strengths cannot stand in it; nor
    can the opioid stand for a combination.
    """
    used = {
        strength
        for step in plan.steps[1:]
        for regimen in (step.regimen, *step.companions)
        if regimen.product is product
        for strength, _ in regimen.per_day
    }
    if len(used) == 1:
        return _strength_concept(product, *used)
    combined = any(strength.other for strength in product.strengths)
    code = "" if combined else product.facts.get("rxcui_ingredient", "")
    return _concept(product.name, RXNORM, str(code))


def _fills(plan: Plan, product: Product) -> list[dict[str, Any]]:
    """What to dispense of a product: one request a fill and strength."""
    requests = []
    for fill in plan.supply:
        last = fill.date + timedelta(days=fill.days_supply - 1)
        items = [item for item in fill.items if item.product is product]
        for place, item in enumerate(items, 1):
            requests.append(
                {
                    "resourceType": "SupplyRequest",
                    "id": f"fill-{fill.number}-{place}",
                    "status": "draft",
                    "itemCodeableConcept": _strength_concept(product, item.strength),
                    "quantity": quantity(item.quantity, item.unit),
                    "occurrencePeriod": _period(fill.date, last),
                }
            )
    return requests


def _dispensing(plan: Plan, product: Product, bounds: list[dict[str, str]]) -> dict[str, Any]:
    """Within which days it may be dispensed, and for how long at a time."""
    validity = {"start": bounds[0]["start"]}
    if "end" in bounds[-1]:
        validity["end"] = bounds[-1]["end"]
    request: dict[str, Any] = {"validityPeriod": validity}
    if product.schedule == NO_REFILLS:
        request["numberOfRepeatsAllowed"] = 0
    if plan.request.fill is not None and plan.supply:
        days = quantity(plan.supply[0].days_supply * THOUSAND, "days")
        request["expectedSupplyDuration"] = {**days, "code": "d"}
    return request


def _prescription(plan: Plan, product: Product) -> dict[str, Any]:
    """The MedicationRequest of a product."""
    text, dosages = words(), instructions(plan, product)
    bounds = [dosage["timing"]["repeat"]["boundsPeriod"] for dosage in dosages]
    notes = [
        text["record"]["stop_note"].format(date=step.start, directions=step.regimen.directions)
        for step in plan.steps
        if step.regimen.product is product and not step.daily
    ]
    resource = {
        "resourceType": "MedicationRequest",
        "id": uid(plan.id, f"product/{product.id}"),
        "status": "draft",
        "intent": "plan",
        "medicationCodeableConcept": _medication(plan, product),
        "subject": _nobody(),
        "basedOn": [_reference(plan, "plan")],
        "groupIdentifier": {"value": plan.id},
        "note": [{"text": note} for note in (*notes, text["disclaimer"])],
        "dosageInstruction": dosages,
        "dispenseRequest": _dispensing(plan, product, bounds),
    }
    fills = _fills(plan, product)
    if fills:
        resource["contained"] = fills
        resource["supportingInformation"] = [{"reference": f"#{fill['id']}"} for fill in fills]
    return resource


# --- checks -------------------------------------------------------------------------------------


def _tasks(plan: Plan) -> list[dict[str, Any]]:
    """A Task for each check, due on its day; those that a revision dropped are cancelled."""
    text = words()["record"]
    tasks = []
    for key, check in keyed_checks(plan):
        kind = facts().kinds[check.reason].title
        task = _task(plan, key, check.date, "draft", kind)
        task["description"] = text["task"].format(title=kind, how=check.how)
        task["reasonCode"] = {"text": check.reason}
        task["input"] = [
            {"type": {"text": text["item"]}, "valueString": item} for item in check.items
        ]
        tasks.append(task)
    for key, day in fallen_away(plan).items():
        reason = next((reason for reason in facts().kinds if f"/{reason}" in key), None)
        if reason is not None:
            tasks.append(_task(plan, key, day, "cancelled", facts().kinds[reason].title))
    return tasks


def _task(plan: Plan, key: str, day: date, status: str, kind: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "id": uid(plan.id, key),
        "basedOn": [_reference(plan, "plan")],
        "groupIdentifier": {"value": plan.id},
        "status": status,
        "intent": "plan",
        "priority": "routine",
        "code": {"text": kind},
        "for": _nobody(),
        "restriction": {"period": _period(day, day)},
    }


# --- the plan -----------------------------------------------------------------------------------


def _care_plan(plan: Plan, activities: list[dict[str, Any]]) -> dict[str, Any]:
    text = words()["record"]
    notes = [words()["disclaimer"]]
    notes += [
        text["finding"].format(level=finding.level, id=finding.id, message=finding.message)
        for finding in plan.findings
    ]
    notes += [text["revision"].format(revision=revision_text(entry)) for entry in plan.revisions]
    label = plan.request.text.get("label")
    days = [step.end or step.start for step in plan.steps[1:]]
    days += [check.date for check in plan.checks]
    return {
        "resourceType": "CarePlan",
        "id": uid(plan.id, "plan"),
        "identifier": [{"value": plan.id}],
        "status": "draft",
        "intent": "plan",
        "category": [{"text": text["category"]}],
        "title": f"{title(plan)} ({label})" if label else title(plan),
        "description": sentence(plan),
        "subject": _nobody(),
        "period": _period(plan.start, max(day for day in days if day is not None)),
        "activity": [
            {"reference": {"reference": f"urn:uuid:{resource['id']}"}} for resource in activities
        ],
        "note": [{"text": note} for note in notes],
    }


def bundle(plan: Plan) -> dict[str, Any]:
    """The Bundle as plain values: the CarePlan, the prescriptions, the tasks."""
    activities = [*(_prescription(plan, product) for product in products(plan)), *_tasks(plan)]
    resources = [_care_plan(plan, activities), *activities]
    return {
        "resourceType": "Bundle",
        "id": uid(plan.id, "bundle"),
        "identifier": {
            "system": "urn:ietf:rfc:3986",
            "value": f"urn:uuid:{uid(plan.id, 'bundle')}",
        },
        "type": "collection",
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }


def _number(value: object) -> int | float:
    """An exact amount as a JSON number.

    It has at most three places, which a float prints as they are: its shortest text is exact up
    to 15 digits.
    """
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)


def render(plan: Plan, options: Options) -> str:
    """The Bundle as JSON text."""
    del options
    return json.dumps(bundle(plan), indent=2, ensure_ascii=False, default=_number) + "\n"
