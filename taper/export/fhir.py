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
import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from taper.export import TRANSACTION
from taper.export.fhir_dosage import dosages, quantity, rows
from taper.export.fhir_medication import medication, products, strength_concept
from taper.export.fhir_observations import observations
from taper.export.fhir_steps import step_requests
from taper.export.words import revision_text, sentence, title, words
from taper.planning.events import fallen_away, keyed_checks, uid
from taper.quantities import THOUSAND
from taper.safety.withdrawal_checks import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from taper.export import Options
    from taper.export.fhir_dosage import Row
    from taper.formulary.product import Product
    from taper.planning.plan import Plan

NO_REFILLS = "CII"  # schedule II: 21 CFR 1306.12
_REFERENCE = re.compile(r"(?:https?://\S+/|urn:uuid:|(?:Patient|Group)/)[A-Za-z0-9.\-]{1,64}")


def _reference(plan: Plan, key: str) -> dict[str, str]:
    return {"reference": f"urn:uuid:{uid(plan.id, key)}"}


def _subject(reference: str) -> dict[str, str]:
    """Whose plan it is: a reference of the record, or nobody.

    Raises :class:`~taper.InputError` for what is no reference.
    """
    if not reference:
        return {"display": words()["record"]["subject"]}
    if not _REFERENCE.fullmatch(reference):
        from taper.errors import InputError, Problem  # noqa: PLC0415 - on a miss only

        hint = "Patient/123, or an address or urn:uuid: of a patient"
        raise InputError(Problem("subject", f"'{reference}' is no FHIR reference", hint, reference))
    return {"reference": reference}


def _has_subject(resource: dict[str, Any], subject: dict[str, str]) -> dict[str, Any]:
    """The resource, with whose it is."""
    return {**resource, "for" if resource["resourceType"] == "Task" else "subject": subject}


def _period(start: date | None, end: date | None) -> dict[str, str]:
    days = {"start": start, "end": end}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


# --- prescriptions ------------------------------------------------------------------------------


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
                    "itemCodeableConcept": strength_concept(product, item.strength),
                    "quantity": quantity(item.quantity, item.unit),
                    "occurrencePeriod": _period(fill.date, last),
                }
            )
    return requests


def _dispensing(plan: Plan, product: Product, found: list[Row]) -> dict[str, Any]:
    """Within which days it may be dispensed, and for how long at a time."""
    request: dict[str, Any] = {"validityPeriod": _period(found[0].start, found[-1].end)}
    if product.schedule == NO_REFILLS:
        request["numberOfRepeatsAllowed"] = 0
    if plan.request.fill is not None and plan.supply:
        request["expectedSupplyDuration"] = _duration(plan.supply[0].days_supply)
    return request


def _duration(days: int) -> dict[str, Any]:
    return {**quantity(days * THOUSAND, "days"), "code": "d"}


def _request(plan: Plan, key: str, concept: dict[str, Any], notes: Iterable[str]) -> dict[str, Any]:
    """What every MedicationRequest of a plan has."""
    return {
        "resourceType": "MedicationRequest",
        "id": uid(plan.id, key),
        "status": "draft",
        "intent": "plan",
        "medicationCodeableConcept": concept,
        "basedOn": [_reference(plan, "plan")],
        "groupIdentifier": {"value": plan.id},
        "note": [{"text": note} for note in (*notes, words()["disclaimer"])],
    }


def _prescription(plan: Plan, product: Product) -> dict[str, Any]:
    """The MedicationRequest of a product."""
    stop = words()["record"]["stop_note"]
    notes = [
        stop.format(date=step.start, directions=step.regimen.directions)
        for step in plan.steps
        if step.regimen.product is product and not step.daily
    ]
    found = rows(plan, product)
    resource = {
        **_request(plan, f"product/{product.id}", medication(plan, product), notes),
        "dosageInstruction": [dosage for row in found for dosage in dosages(row)],
        "dispenseRequest": _dispensing(plan, product, found),
    }
    fills = _fills(plan, product)
    if fills:
        resource["contained"] = fills
        resource["supportingInformation"] = [{"reference": f"#{fill['id']}"} for fill in fills]
    return resource


def _step_prescriptions(plan: Plan, product: Product) -> Iterator[dict[str, Any]]:
    """A MedicationRequest for each step and strength of a product."""
    for each in step_requests(plan, product):
        request: dict[str, Any] = {"validityPeriod": _period(each.row.start, each.row.end)}
        if product.schedule == NO_REFILLS:
            request["numberOfRepeatsAllowed"] = 0
        if each.quantity:
            unit = "mL" if product.is_liquid else product.kind
            request["quantity"] = quantity(each.quantity, unit)
        days = (each.row.planned - each.row.start).days + 1
        request["expectedSupplyDuration"] = _duration(days)
        yield {
            **_request(plan, each.key, strength_concept(product, each.strength), ()),
            "dosageInstruction": [each.dosage],
            "dispenseRequest": request,
        }


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
        "period": _period(plan.start, max(day for day in days if day is not None)),
        "activity": [
            {"reference": {"reference": f"urn:uuid:{resource['id']}"}} for resource in activities
        ],
        "note": [{"text": note} for note in notes],
    }


def bundle(plan: Plan, options: Options) -> dict[str, Any]:
    """The Bundle as plain values: the CarePlan, the prescriptions, the tasks."""
    subject = _subject(options.subject)
    prescriptions: list[dict[str, Any]] = []
    for product in products(plan):
        if options.one_request_per_step:
            prescriptions += _step_prescriptions(plan, product)
        else:
            prescriptions.append(_prescription(plan, product))
    activities = [*prescriptions, *_tasks(plan)]
    resources = [_care_plan(plan, activities), *activities, *observations(plan)]
    return {
        "resourceType": "Bundle",
        "id": uid(plan.id, "bundle"),
        "identifier": {
            "system": "urn:ietf:rfc:3986",
            "value": f"urn:uuid:{uid(plan.id, 'bundle')}",
        },
        "type": options.bundle,
        "entry": [_entry(_has_subject(each, subject), options.bundle) for each in resources],
    }


def _entry(resource: dict[str, Any], kind: str) -> dict[str, Any]:
    """An entry of the Bundle; a transaction puts it under its own id: a re-import updates it."""
    entry: dict[str, Any] = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
    if kind == TRANSACTION:
        entry["request"] = {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
    return entry


def _number(value: object) -> int | float:
    """An exact amount as a JSON number.

    It has at most three places, which a float prints as they are: its shortest text is exact up
    to 15 digits.
    """
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)


def render(plan: Plan, options: Options) -> str:
    """The Bundle as JSON text."""
    return json.dumps(bundle(plan, options), indent=2, ensure_ascii=False, default=_number) + "\n"
