"""Contract 3.6: orders of a health record as products and doses."""

from __future__ import annotations

import json
from datetime import date

import pytest

from taper.errors import InputError
from taper.formulary.market import formulary
from taper.reading.orders import is_order, read_orders

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
EVERY_12 = {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}
FIELD_CASES = {
    case["id"]: case
    for case in json.loads(
        (
            __import__("pathlib").Path(__file__).parent.parent / "data" / "field-cases.json"
        ).read_text(encoding="utf-8")
    )
}


def coded(code: str, system: str = RXNORM) -> dict:
    return {"coding": [{"system": system, "code": code}]}


def mg(value: float, unit: str = "mg") -> list:
    return [{"doseQuantity": {"value": value, "unit": unit}}]


def order(medicine: dict, *dosages: dict, **more: object) -> dict:
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": medicine,
        "dosageInstruction": list(dosages),
        **more,
    }


def fields(*resources: dict, start: date | None = None, market: str = "us") -> dict:
    document: dict = resources[0]
    if len(resources) > 1:
        document = {"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]}
    return read_orders(json.dumps(document), formulary(market), start).fields


def test_the_order_of_the_field():
    text = FIELD_CASES["fhir-in-1"]["files"]["in.json"]
    assert is_order(text)
    assert read_orders(text, formulary()).fields == {
        "product": "rxcui:891893",
        "dose": "60 mg q12h",
    }


@pytest.mark.parametrize(
    ("medicine", "dosage", "product", "dose"),
    [
        (
            coded("891893"),
            {"timing": EVERY_12, "doseAndRate": mg(60)},
            "rxcui:891893",
            "60 mg q12h",
        ),
        (
            coded("59385-022-60", "http://hl7.org/fhir/sid/ndc"),
            {"timing": {"code": {"coding": [{"code": "BID"}]}}, "doseAndRate": mg(150, "mcg")},
            "ndc:59385-022-60",
            "150 mcg bid",
        ),
        (
            {"text": "oxyCODONE 5 mg immediate release tablet"},
            {"text": "Take 1-2 tablets every 4-6 hours as needed for pain"},
            "oxyCODONE 5 mg immediate release tablet",
            "Take 1-2 tablets every 4-6 hours as needed for pain",
        ),
        (
            coded("1049621"),
            {
                "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
                "asNeededBoolean": True,
                "doseAndRate": [
                    {
                        "doseRange": {
                            "low": {"value": 1, "unit": "TAB"},
                            "high": {"value": 2, "unit": "TAB"},
                        }
                    }
                ],
                "maxDosePerPeriod": {
                    "numerator": {"value": 6, "unit": "TAB"},
                    "denominator": {"value": 1, "unit": "d"},
                },
            },
            "rxcui:1049621",
            "1-2 tablets 3 times a day prn max 6 tablets a day",
        ),
        (
            coded("245134"),
            {
                "timing": {"repeat": {"frequency": 1, "period": 3, "periodUnit": "d"}},
                "doseAndRate": mg(1, "{patch}"),
            },
            "rxcui:245134",
            "1 patches q72h",
        ),
        (
            coded("1049621"),
            {"timing": {"repeat": {"when": ["MORN", "HS"]}}, "doseAndRate": mg(1, "TAB")},
            "rxcui:1049621",
            "1 tablets am and at bedtime",
        ),
        (
            coded("1049621"),
            {
                "timing": {
                    "repeat": {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}
                },
                "asNeededCodeableConcept": {"text": "pain"},
                "doseAndRate": mg(5),
            },
            "rxcui:1049621",
            "5 mg q4-6h prn",
        ),
    ],
)
def test_an_order_in_the_words_of_a_request(medicine, dosage, product, dose):
    assert fields(order(medicine, dosage)) == {"product": product, "dose": dose}


def test_a_medicine_that_is_contained_or_referenced():
    dosage = {"timing": EVERY_12, "doseAndRate": mg(30)}
    medication = {"resourceType": "Medication", "id": "m1", "code": coded("891888")}
    contained = order({}, dosage, contained=[medication], medicationReference={"reference": "#m1"})
    referenced = order({}, dosage, medicationReference={"reference": "Medication/m1"})
    for one in (contained, referenced):
        del one["medicationCodeableConcept"]
    expected = {"product": "rxcui:891888", "dose": "30 mg q12h"}
    assert fields(contained) == expected
    assert fields(referenced, medication) == expected


def test_the_opioid_with_most_mme_is_the_main_product_and_the_others_stand_beside():
    found = fields(
        order(coded("1049621"), {"timing": EVERY_12, "doseAndRate": mg(5)}),
        order(
            coded("904874"), {"timing": {"code": {"text": "weekly"}}, "doseAndRate": mg(1, "PATCH")}
        ),
        order(coded("891893"), {"timing": EVERY_12, "doseAndRate": mg(60)}),
    )
    assert found["product"] == "rxcui:891893"
    assert found["also"] == ["rxcui:1049621 5 mg q12h", "rxcui:904874 1 x 10 mcg/h q7d"]


def test_what_is_not_active_or_no_opioid_is_named_and_passed_over():
    dosage = {"timing": EVERY_12, "doseAndRate": mg(60)}
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": order({"text": "gabapentin 300 mg capsule"}, dosage)},
            {"resource": order({"text": "MS Contin 30 mg"}, dosage, status="stopped")},
            {"resource": order(coded("891893"), dosage)},
        ],
    }
    found = read_orders(json.dumps(bundle), formulary())
    assert [one.product for one in found.orders] == ["rxcui:891893"]
    assert found.passed_over == ["gabapentin 300 mg capsule: no opioid", "MS Contin 30 mg: stopped"]


def test_an_opioid_that_is_no_one_product_is_an_error():
    dosage = {"timing": EVERY_12, "doseAndRate": mg(10)}
    for text in ("Oxycodone 10mg", "Suboxone 8-2 mg film", "meperidine 50 mg tablet"):
        with pytest.raises(InputError) as caught:
            fields(order({"text": text}, dosage))
        assert caught.value.problems[0].field == "product"


def test_of_dosages_one_after_another_the_one_on_the_day_counts():
    def dosage(number: int, value: int, first: str, last: str) -> dict:
        bounds = {"boundsPeriod": {"start": first, "end": last}}
        timing = {"repeat": {**EVERY_12["repeat"], **bounds}}
        return {"sequence": number, "timing": timing, "doseAndRate": mg(value)}

    one = order(
        coded("891893"),
        dosage(1, 60, "2026-11-01", "2026-11-30"),
        dosage(2, 45, "2026-12-01", "2026-12-31"),
    )
    assert fields(one, start=date(2026, 12, 7))["dose"] == "45 mg q12h"


@pytest.mark.parametrize(
    "dosage",
    [
        {"timing": {"repeat": {"period": "x", "periodUnit": "h"}}, "doseAndRate": mg(60)},
        {"sequence": "first", "timing": EVERY_12, "doseAndRate": mg(60)},
        {"timing": EVERY_12, "doseAndRate": [{"doseQuantity": {"value": "many", "unit": "mg"}}]},
        {"timing": {"repeat": {"when": 7}}, "doseAndRate": mg(60)},
    ],
)
def test_what_is_no_r4_is_an_error_that_says_so(dosage):
    with pytest.raises(InputError, match="form of FHIR R4"):
        fields(order(coded("891893"), dosage))


def test_one_resource_a_line_and_what_is_no_json():
    line = json.dumps(order(coded("891893"), {"timing": EVERY_12, "doseAndRate": mg(60)}))
    assert read_orders(f"{line}\n\n", formulary()).fields["dose"] == "60 mg q12h"
    with pytest.raises(InputError, match="line 2 is not JSON"):
        read_orders(f"{line}\n{{", formulary())


def test_an_order_without_a_dose_or_without_an_opioid_says_so():
    with pytest.raises(InputError, match="there is no dosage"):
        fields(order(coded("891893")))
    with pytest.raises(InputError, match="no active order"):
        fields(order({"text": "ibuprofen 400 mg"}))
    with pytest.raises(InputError, match="no frequency"):
        fields(order(coded("891893"), {"doseAndRate": mg(60)}))
