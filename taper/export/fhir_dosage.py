"""A regimen as FHIR R4 dosage instructions: when, how much, from when to when.

Plain values; :mod:`taper.export.fhir` puts them in their place. Doses are in UCUM: mg, ug, ug/h;
liquids in mg, with the millilitres beside it. The text of each stands alone, for systems print
one without the others: it names its days, and begins with "Then" if it follows another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.engine.steps import CHANGE
from taper.export.words import words
from taper.quantities import THOUSAND, decimal
from taper.regimen.directions import unit_noun

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.product import Product
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.regimen.units import Units

UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
DOSE_TYPES = "http://terminology.hl7.org/CodeSystem/dose-rate-type"
UCUM_CODES = {"mg": "mg", "mcg": "ug", "mcg/h": "ug/h", "mL": "mL", "d": "d"}
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


class Row(NamedTuple):
    """What is taken of one product from ``start`` to ``end``; ``sequence`` counts from 1.

    ``step`` is the step in which it begins, ``after`` says what follows the last row. What stays
    as it is goes on after the plan: it has no ``end``, and is planned to the day ``planned``.
    """

    step: int
    sequence: int
    regimen: Regimen
    start: date
    end: date | None
    planned: date
    after: str = ""

    @property
    def period(self) -> dict[str, str]:
        """Its days, as FHIR's Period."""
        days = {"start": self.start, "end": self.end}
        return {name: day.isoformat() for name, day in days.items() if day is not None}


def rows(plan: Plan, product: Product) -> list[Row]:
    """The rows of a product in order; those that stop it are none.

    What is taken unchanged beside the opioid that is tapered is one row, not one a step.
    """
    found: list[Row] = []
    was_beside = False
    for step in plan.steps:
        for regimen in (step.regimen, *step.companions):
            if regimen.product is not product or step.start is None or not regimen.daily:
                continue
            is_beside = regimen is not step.regimen
            last = found[-1] if found else None
            if is_beside and was_beside and last and last.regimen.amounts == regimen.amounts:
                found[-1] = last._replace(end=step.end, planned=step.end or last.planned)
            else:
                days = (step.start, step.end, step.end or step.start)
                found.append(Row(step.number, len(found) + 1, regimen, *days))
            was_beside = is_beside
    if found:
        found[-1] = found[-1]._replace(after=_after(plan, product, found[-1]))
    return found


def _after(plan: Plan, product: Product, last: Row) -> str:
    """What follows the last row: that it is stopped, or what is taken in its place."""
    text = words()["record"]
    for step in plan.steps[1:]:
        if step.start is None or step.start <= last.start:
            continue
        if step.regimen.product is product and not step.daily:
            return str(text["then_stop"].format(date=step.start, text=step.regimen.directions))
        if step.kind == CHANGE and product not in {c.product for c in step.companions}:
            return str(
                text["then_other"].format(date=step.start, product=step.regimen.product.name)
            )
    return ""


def row_text(row: Row, directions: str, *, beside: bool = False) -> str:
    """The text of a dosage of a row; ``beside`` another dosage of the same days."""
    kind = "as_well" if beside else "from" if row.sequence == 1 else "then"
    key = kind if row.end is not None else f"{kind}_on"
    text = str(words()["record"][key].format(start=row.start, end=row.end, text=directions))
    return f"{text} {row.after}".strip()


def alike(regimen: Regimen) -> list[Regimen]:
    """The administrations that are alike, together: each group as a regimen of its own.

    One dosage has one dose: unlike ones of a day are dosages with the same sequence number,
    which are to be taken together.
    """
    groups: dict[tuple[int, Units], list[str]] = {}
    for time, amount, units in zip(regimen.times, regimen.amounts, regimen.units, strict=True):
        if amount:
            groups.setdefault((amount, units), []).append(time)
    if len(groups) == 1:
        return [regimen]
    return [
        replace(
            regimen,
            amounts=(amount,) * len(times),
            units=(units,) * len(times),
            times=tuple(times),
            daily=amount * len(times),
        )
        for (amount, units), times in groups.items()
    ]


def timing(row: Row, regimen: Regimen) -> dict[str, Any]:
    """From when to when, how often, and when in the day."""
    repeat: dict[str, Any] = {"boundsPeriod": row.period}
    if regimen.product.is_patch:
        return {"repeat": {**repeat, "frequency": 1, "period": regimen.interval, "periodUnit": "h"}}
    if regimen.most_often:  # the most of a day: a reader that adds up must not count fewer
        return {
            "repeat": {**repeat, "frequency": regimen.most_often, "period": 1, "periodUnit": "d"}
        }
    repeat |= {"frequency": len(regimen.times), "period": 1, "periodUnit": "d"}
    if regimen.times[0] in WHEN:
        repeat["when"] = [WHEN[time] for time in regimen.times]
    else:
        repeat["timeOfDay"] = [f"{time}:00" for time in regimen.times]
    return {"repeat": repeat}


def as_needed(regimen: Regimen, daily: int) -> dict[str, Any]:
    """Of what stays as needed: that it is, and the most of a day (thousandths)."""
    if not regimen.most_often:
        return {}
    most = {
        "numerator": quantity(daily, regimen.product.unit),
        "denominator": quantity(THOUSAND, "d"),
    }
    return {"asNeededBoolean": True, "maxDosePerPeriod": most}


def route(product: Product) -> dict[str, Any]:
    """By mouth, on the skin or in the cheek."""
    return coded(SNOMED, *ROUTES.get(product.kind, ORAL))


def ordered(dose: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A dose as it is ordered."""
    return {"type": coded(DOSE_TYPES, "ordered", "Ordered"), "doseQuantity": dose, **more}


def _doses(regimen: Regimen) -> list[dict[str, Any]]:
    """The dose of one administration; of a patch, how many and at what rate."""
    product = regimen.product
    amount = quantity(regimen.amounts[0], product.unit)
    count = sum(count for _, count in regimen.units[0])
    if product.is_patch:
        patches = quantity(count, unit_noun(product, many=False))
        return [ordered(patches, rateQuantity=amount)]
    doses = [ordered(amount)]
    if product.is_liquid:
        kind = {"type": coded(DOSE_TYPES, "calculated", "Calculated")}
        doses.append({**kind, "doseQuantity": quantity(count, "mL")})
    return doses


def dosages(row: Row) -> list[dict[str, Any]]:
    """The dosage instructions of one row: one for each group of administrations that are alike."""
    parts = alike(row.regimen)
    return [
        {
            "id": f"step-{row.step}" if len(parts) == 1 else f"step-{row.step}-{place}",
            "sequence": row.sequence,
            "text": row_text(row, part.directions, beside=place > 1),
            "timing": timing(row, part),
            **as_needed(part, part.daily),
            "route": route(part.product),
            "doseAndRate": _doses(part),
        }
        for place, part in enumerate(parts, 1)
    ]
