"""A regimen as FHIR R4 dosage instructions: when, how much, from when to when.

Plain values; :mod:`taper.export.fhir` puts them in their place. Doses are in UCUM: mg, ug, ug/h;
liquids in mg, with the millilitres beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from taper.quantities import decimal
from taper.regimen.directions import unit_noun

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.product import Product
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
DOSE_TYPES = "http://terminology.hl7.org/CodeSystem/dose-rate-type"
UCUM_CODES = {"mg": "mg", "mcg": "ug", "mcg/h": "ug/h", "mL": "mL"}
# http://hl7.org/fhir/R4/valueset-event-timing.html
WHEN = {"morning": "MORN", "noon": "NOON", "afternoon": "AFT", "evening": "EVE", "bedtime": "HS"}
# The route of what is worn, put in the cheek, or taken; the SNOMED CT codes that public FHIR
# implementation guides use for them.
ROUTES = {"patch": ("45890007", "Transdermal route"), "film": ("54471007", "Buccal route")}
ORAL = ("26643006", "Oral route")


def quantity(amount: int, unit: str) -> dict[str, Any]:
    """An exact amount (thousandths) in UCUM; what is counted in units is an annotation."""
    code = UCUM_CODES.get(unit, f"{{{unit}}}")
    return {"value": decimal(amount), "unit": unit, "system": UCUM, "code": code}


def coded(system: str, code: str, display: str) -> dict[str, Any]:
    """A concept with one code."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _parts(regimen: Regimen) -> list[Regimen]:
    """The administrations that are alike, together: each group as a regimen of its own.

    One dosage has one dose: unlike ones of a day are dosages with the same sequence number,
    which are to be taken together.
    """
    taken = dict.fromkeys(
        (amount, units)
        for amount, units in zip(regimen.amounts, regimen.units, strict=True)
        if amount
    )
    parts = []
    for wanted in taken:
        alike = [pair == wanted for pair in zip(regimen.amounts, regimen.units, strict=True)]
        amounts = tuple(wanted[0] if yes else 0 for yes in alike)
        units = tuple(wanted[1] if yes else () for yes in alike)
        parts.append(replace(regimen, amounts=amounts, units=units, daily=sum(amounts)))
    return parts


def _repeat(regimen: Regimen) -> dict[str, Any]:
    """How often and when in the day."""
    if regimen.product.is_patch:
        return {"frequency": 1, "period": regimen.interval, "periodUnit": "h"}
    times = [time for time, amount in zip(regimen.times, regimen.amounts, strict=True) if amount]
    repeat: dict[str, Any] = {"frequency": len(times), "period": 1, "periodUnit": "d"}
    if times[0] in WHEN:
        repeat["when"] = [WHEN[time] for time in times]
    else:
        repeat["timeOfDay"] = [f"{time}:00" for time in times]
    return repeat


def _doses(regimen: Regimen) -> list[dict[str, Any]]:
    """The dose of one administration; of a patch, how many and at what rate."""
    product = regimen.product
    place = next(place for place, amount in enumerate(regimen.amounts) if amount)
    amount = quantity(regimen.amounts[place], product.unit)
    count = sum(count for _, count in regimen.units[place])
    ordered = {"type": coded(DOSE_TYPES, "ordered", "Ordered")}
    if product.is_patch:
        patches = quantity(count, unit_noun(product, many=False))
        return [{**ordered, "doseQuantity": patches, "rateQuantity": amount}]
    doses = [{**ordered, "doseQuantity": amount}]
    if product.is_liquid:
        kind = {"type": coded(DOSE_TYPES, "calculated", "Calculated")}
        doses.append({**kind, "doseQuantity": quantity(count, "mL")})
    return doses


def dosages(
    regimen: Regimen, step: int, sequence: int, start: date, end: date | None
) -> list[dict[str, Any]]:
    """The dosage instructions of one row; ``text`` of each says what that one is.

    Where there are several, the first also carries the directions of the whole day.
    """
    bounds = {"start": start.isoformat()}
    if end is not None:
        bounds["end"] = end.isoformat()
    route = coded(SNOMED, *ROUTES.get(regimen.product.kind, ORAL))
    parts = _parts(regimen)
    made: list[dict[str, Any]] = []
    for place, part in enumerate(parts, 1):
        dosage: dict[str, Any] = {
            "id": f"step-{step}" if len(parts) == 1 else f"step-{step}-{place}",
            "sequence": sequence,
            "text": part.directions,
            "timing": {"repeat": {"boundsPeriod": bounds, **_repeat(part)}},
            "route": route,
            "doseAndRate": _doses(part),
        }
        if place == 1 and len(parts) > 1:
            dosage["patientInstruction"] = regimen.directions
        made.append(dosage)
    return made


def instructions(plan: Plan, product: Product) -> list[dict[str, Any]]:
    """Every dosage instruction of a product, in order; the rows that stop it have none.

    What is taken unchanged beside the opioid that is tapered is one instruction, not one a row.
    """
    rows: list[tuple[int, Regimen, date, date | None, bool]] = []
    for step in plan.steps:
        for regimen in (step.regimen, *step.companions):
            if regimen.product is not product or step.start is None or not regimen.daily:
                continue
            beside = regimen is not step.regimen
            last = rows[-1] if rows else None
            if beside and last and last[4] and last[1].amounts == regimen.amounts:
                rows[-1] = (*last[:3], step.end, True)
            else:
                rows.append((step.number, regimen, step.start, step.end, beside))
    return [
        dosage
        for sequence, (number, regimen, start, end, _) in enumerate(rows, 1)
        for dosage in dosages(regimen, number, sequence, start, end)
    ]
