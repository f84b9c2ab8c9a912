"""What checks found, as FHIR R4 Observations: one for each answer that was given.

Pain has a LOINC code. For the other scales no code could be verified, and one that is nearly right
would be read as right: they are named in words, for the record to map.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from taper.data.files import data_file
from taper.planning.events import uid
from taper.safety.cows import band

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.planning.plan import Plan

LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
UCUM = "http://unitsofmeasure.org"


def observations(plan: Plan) -> list[dict[str, Any]]:
    """The Observations of the records that count, by day."""
    found: list[dict[str, Any]] = []
    for record in plan.records:
        if not record["replaced"]:
            found += _of(plan, record)
    return found


def _of(plan: Plan, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    day = record["date"]
    for name, words in data_file("observations.toml").items():
        value = record[name]
        if value is None:
            continue
        code: dict[str, Any] = {"text": words["text"]}
        if "loinc" in words:
            coding = {"system": LOINC, "code": words["loinc"], "display": words["display"]}
            code = {"coding": [coding], **code}
        observation = {
            "resourceType": "Observation",
            "id": uid(plan.id, f"record/{day}/{name}"),
            "basedOn": [{"reference": f"urn:uuid:{uid(plan.id, 'plan')}"}],
            "status": "final",
            "category": [{"coding": [{"system": CATEGORY, "code": "survey", "display": "Survey"}]}],
            "code": code,
            "effectiveDateTime": day,
            **_value(name, value),
        }
        if name == "cows":
            observation["interpretation"] = [{"text": band(value)}]
        yield observation


def _value(name: str, value: object) -> dict[str, Any]:
    """The answer as R4 writes its kind."""
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if name == "peg":
        unit = {"unit": "score", "system": UCUM, "code": "{score}"}
        return {"valueQuantity": {"value": Decimal(str(value)), **unit}}
    if isinstance(value, int):
        return {"valueInteger": value}
    return {"valueString": value}
