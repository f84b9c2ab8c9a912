"""A plan as one prescription for each step and strength (``--one-request-per-step``).

Some systems read one dosage of a prescription and no more: the MME logic of the CDC
(``MMECalculator``) takes one dosage instruction with one dose and one strength. So each request
here has one, of one strength: those in force on a day add up to the dose of that day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.export.fhir_dosage import as_needed, ordered, quantity, route, row_text, rows, timing
from taper.quantities import THOUSAND
from taper.regimen.directions import unit_noun
from taper.regimen.labels import Part, label
from taper.supply import needed

if TYPE_CHECKING:
    from taper.export.fhir_dosage import Row
    from taper.formulary.product import Product, Strength
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen


class StepRequest(NamedTuple):
    """What one request asks for: a strength, in one dosage, over the days of a row."""

    key: str  # stable: the same step, strength and dosage of a plan
    row: Row
    strength: Strength
    dosage: dict[str, Any]
    quantity: int  # to dispense, in thousandths of a unit


def step_requests(plan: Plan, product: Product) -> list[StepRequest]:
    """The requests of a product, in the order of its rows.

    What is on hand is used first, and half a tablet that is left over goes into the next one.
    """
    held = {(each.product, each.strength): each.quantity for each in plan.request.on_hand}
    spare = {strength: held.get((product, strength), 0) for strength in product.strengths}
    found = []
    for row in rows(plan, product):
        for strength, _ in row.regimen.per_day:
            parts = _with(row.regimen, strength)
            for place, part in enumerate(parts, 1):
                count = sum(each for own, each in part.units[0] if own == strength)
                dispensed = _dispensed(plan, row, part, strength, spare)
                number = f"/{place}" if len(parts) > 1 else ""
                key = f"request/{product.id}/{row.step}/{strength.label}{number}"
                dosage = _dosage(row, part, strength, count)
                found.append(StepRequest(key, row, strength, dosage, dispensed))
    return found


def _with(regimen: Regimen, strength: Strength) -> list[Regimen]:
    """The administrations that hold the strength, a regimen for each number of its units."""
    groups: dict[int, list[int]] = {}
    for place, units in enumerate(regimen.units):
        count = sum(count for each, count in units if each == strength)
        if count:
            groups.setdefault(count, []).append(place)
    return [
        replace(
            regimen,
            amounts=tuple(regimen.amounts[place] for place in places),
            units=tuple(regimen.units[place] for place in places),
            times=tuple(regimen.times[place] for place in places),
            daily=sum(regimen.amounts[place] for place in places) * (regimen.most_often or 1),
        )
        if len(places) < len(regimen.times)
        else regimen
        for places in groups.values()
    ]


def _dispensed(
    plan: Plan, row: Row, part: Regimen, strength: Strength, spare: dict[Strength, int]
) -> int:
    """What the days of the row need of the strength, beyond what is spare."""
    end = row.planned + timedelta(days=1)
    need = dict(needed(part, plan.start, row.start, end))[strength]
    missing = need - spare[strength]
    given = max(missing, 0)
    if not part.product.is_liquid:
        given = max(-(-missing // THOUSAND), 0) * THOUSAND
    spare[strength] = given - missing
    return given


def _dosage(row: Row, part: Regimen, strength: Strength, count: int) -> dict[str, Any]:
    """The one dosage of a request: its dose is what this strength gives."""
    product = part.product
    amount = strength.amount * count // THOUSAND
    text = label(strength, [Part(row.start, row.planned, part, whole=True)])
    dose = quantity(amount, product.unit)
    if product.is_patch:
        dose = quantity(count, unit_noun(product, many=False))
    rate = {"rateQuantity": quantity(amount, product.unit)} if product.is_patch else {}
    return {
        "sequence": 1,
        "text": row_text(row._replace(sequence=1), text),
        "timing": timing(row, part),
        **as_needed(part, amount * part.most_often),
        "route": route(product),
        "doseAndRate": [ordered(dose, **rate)],
    }
