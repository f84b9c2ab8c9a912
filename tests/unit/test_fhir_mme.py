"""The MME logic of the CDC on the requests of each step: it finds the figures of the plan.

`daily_mme` is a reading of the CQL libraries MMECalculator and OMTKLogic 3.0.0 (cqframework/
opioid-mme-r4): one dosage instruction, one dose, doses a day from frequency and period; a patch
is its number times its rate, milligrams are taken as they are. Its factors are configurable;
here they are those of CDC 2022, written out.
"""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

import pytest
from golden.plans import NAMES, plan_of

from taper.data.files import DATA
from taper.export import Options, render
from taper.planning.make import planned as plan
from taper.safety.equivalents import mme_text

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
# CDC 2022 (MMWR 71(RR-3), table): MME a milligram; of fentanyl patches a microgram an hour
FACTORS = {
    "codeine": "0.15",
    "fentanyl": "2.4",
    "hydrocodone": "1",
    "hydromorphone": "5",
    "methadone": "4.7",
    "morphine": "1",
    "oxycodone": "1.5",
    "oxymorphone": "3",
    "tapentadol": "0.4",
    "tramadol": "0.2",
}
PATIENTS = {
    "two strengths at a time": {"product": "morphine-er", "dose": "75/75/90 mg"},
    "halves": {"product": "oxycodone-ir", "dose": "15 mg q6h", "split": "halves"},
    "patches of two strengths": {
        "product": "fentanyl-patch",
        "dose": "125 mcg/h",
        "stock": ["100", "50", "25", "12"],
    },
    "a liquid": {"product": "morphine-solution", "dose": "10 mg q4h"},
    "a combination": {"product": "hydrocodone-apap", "dose": "10/325 mg q6h"},
    "tramadol": {"product": "tramadol-ir", "dose": "100 mg q6h"},
    "tapentadol": {"product": "tapentadol-er", "dose": "100 mg q12h"},
    "hydromorphone": {"product": "hydromorphone-ir", "dose": "4 mg q4h"},
    "methadone": {"product": "methadone-tablet", "dose": "10 mg q8h"},
    "codeine": {"product": "codeine-apap", "dose": "30/300 mg q6h"},
    "as needed": {
        "product": "oxycodone-ir",
        "dose": "10 mg q6h prn",
        "taking": "30 mg",
        "as_needed": "keep",
    },
    "one kept": {
        "product": "morphine-er",
        "dose": "60 mg q12h",
        "also": ["oxycodone-ir 5 mg q6h"],
        "keep": ["oxycodone-ir"],
    },
}


@lru_cache(maxsize=1)
def drugs() -> dict[str, str]:
    """RxNorm codes of strengths, and their names: `72 HR fentanyl 0.025 MG/HR ...`."""
    with (DATA / "codes" / "us-rxnorm.tsv").open(encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file, delimiter="\t")}


def medication_code(request: dict) -> str:
    """The first RxNorm code that is known (OMTKLogic.GetMedicationCode)."""
    codings = request["medicationCodeableConcept"]["coding"]
    return next(c["code"] for c in codings if c["system"] == RXNORM and c["code"] in drugs())


def daily_mme(request: dict) -> Decimal:
    """MMECalculator.MME of one request."""
    (dosage,) = request["dosageInstruction"]  # singleton from
    (dose_and_rate,) = dosage["doseAndRate"]
    dose, repeat = dose_and_rate["doseQuantity"], dosage["timing"]["repeat"]
    assert dose["system"] == "http://unitsofmeasure.org"
    hours = {"h": 1, "d": 24}[repeat["periodUnit"]] * repeat["period"]
    per_day = Decimal(repeat["frequency"]) * 24 / hours
    name = drugs()[medication_code(request)].lower()
    (factor,) = {Decimal(FACTORS[drug]) for drug in FACTORS if drug in name}
    if "transdermal" in name:
        rate = Decimal(name.split(" mg/hr")[0].split()[-1]) * 1000
        return dose["value"] * rate * factor  # the factor is that of a patch worn all day
    assert dose["code"] == "mg"
    return dose["value"] * per_day * factor


def of_labels(step) -> Decimal:
    """What RxNorm's `0.012 MG/HR` is less than the 12.5 mcg/h that such a patch releases."""
    patches = sum(count for strength, count in step.regimen.per_day if strength.label == "12")
    is_patch = step.regimen.product.is_patch
    return Decimal("0.5") * Decimal("2.4") * patches / 1000 if is_patch else Decimal(0)


def made_for(what: str):
    if what in NAMES:
        return plan_of(what)
    fields = {"every": "4w", "on_opioids_for": "3y", "start": "2026-12-07", **PATIENTS[what]}
    return plan(**fields)


@pytest.mark.parametrize("what", [*PATIENTS, *NAMES])
def test_the_requests_in_force_on_a_day_add_up_to_its_mme(what):
    made = made_for(what)
    text = render(made, ".fhir.json", Options(one_request_per_step=True))
    entries = json.loads(text, parse_float=Decimal, parse_int=Decimal)["entry"]
    requests = [
        entry["resource"]
        for entry in entries
        if entry["resource"]["resourceType"] == "MedicationRequest"
    ]
    compared = 0
    for step in made.steps[1:]:
        if step.end is None:
            continue
        for day in (step.start, step.end - timedelta(days=1), step.end):
            total = Decimal(0)
            for request in requests:
                validity = request["dispenseRequest"]["validityPeriod"]
                period = request["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"]
                assert validity == period
                if period["start"] <= day.isoformat() <= period.get("end", "9999"):
                    total += daily_mme(request)
            assert total == Decimal(mme_text(step)) - of_labels(step), (step.number, day)
            compared += 1
    assert compared >= 9
