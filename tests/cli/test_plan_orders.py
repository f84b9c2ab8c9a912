"""`taper plan ORDER.json`: orders of a health record from a file or standard input."""

from __future__ import annotations

import json

import pytest

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OPTIONS = ("--start", "2026-12-07", "--on-opioids-for", "2y")
MORPHINE = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "891893"}]},
    "dosageInstruction": [
        {
            "timing": {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}},
            "doseAndRate": [{"doseQuantity": {"value": 60, "unit": "mg"}}],
        }
    ],
}
OXYCODONE = {
    "resourceType": "MedicationStatement",
    "status": "active",
    "medicationCodeableConcept": {"text": "oxyCODONE 5 mg immediate release tablet"},
    "dosage": [{"text": "Take 1-2 tablets every 6 hours as needed for pain x 14 days"}],
}
OTHERS = [
    {**MORPHINE, "status": "stopped"},
    {**MORPHINE, "medicationCodeableConcept": {"text": "gabapentin 300 mg capsule"}},
    {"resourceType": "Patient", "id": "p-1"},
]
TAKING = ("--also", "oxycodone-ir 1-2 x 5 mg q6h prn taking 20 mg")


def bundle(*resources: dict) -> str:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "entry": entries})


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "in.json") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_an_order_is_planned_as_the_same_words_are(taper, file):
    ran = taper("plan", file(json.dumps(MORPHINE)), *OPTIONS, "--format", "json")
    assert (ran.status, ran.err) == (0, "from the record: morphine-er 60 mg q12h\n")
    typed = taper("plan", "rxcui:891893", "60 mg q12h", *OPTIONS, "--format", "json")
    assert ran.out == typed.out


@pytest.mark.parametrize("name", ["in.json", "in.ndjson", "in.jsonl", "-"])
def test_a_bundle_lines_and_standard_input(taper, file, name):
    resources = [*OTHERS, OXYCODONE, MORPHINE]
    lines = "\n".join(json.dumps(resource) for resource in resources)
    text = bundle(*resources) if name == "in.json" else lines
    where = "-" if name == "-" else file(text, name)
    ran = taper("plan", where, *OPTIONS, *TAKING, "--format", "json", stdin=text)
    assert ran.status == 0
    plan = json.loads(ran.out)
    assert plan["request"]["product"] == "morphine-er"
    assert plan["request"]["also"] == ["oxycodone-ir 1-2 x 5 mg q6h prn taking 20 mg"]
    assert ran.err.splitlines()[:3] == [
        "from the record: morphine-er 60 mg q12h, also oxycodone-ir 1-2 x 5 mg q6h prn",
        "passed over: rxcui:891893: stopped",
        "passed over: gabapentin 300 mg capsule: no opioid",
    ]


def test_an_as_needed_order_needs_what_is_taken(taper, file):
    where = file(json.dumps(OXYCODONE))
    ran = taper("plan", where, *OPTIONS)
    assert ran.status == 2
    assert "taking: taken as needed and in a range, at most 40 mg a day: how much" in ran.err
    ran = taper("plan", where, *OPTIONS, "--taking", "20 mg")
    assert ran.status == 0
    assert "20 mg a day" in ran.out
    assert "passed over in the dose: x 14 days" in ran.err
    ran = taper("plan", file(bundle(MORPHINE, OXYCODONE)), *OPTIONS)
    assert ran.status == 2
    assert '--also "oxycodone-ir 1-2 x 5 mg q6h prn taking 20 mg"' in ran.err


def test_options_stand_over_an_order(taper, file):
    where = file(json.dumps(MORPHINE))
    ran = taper("plan", where, "30 mg q12h", *OPTIONS, "--format", "json")
    assert json.loads(ran.out)["request"]["dose"] == "30 mg q12h"
    assert "from the record: morphine-er 30 mg q12h" in ran.err
    ran = taper("compare", where, "--reduce", "5%", "--reduce", "10%", *OPTIONS)
    assert ran.status == 0
    assert "from the record" in ran.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"patient": "x", "meds": []}', "neither a request nor a saved plan nor a FHIR order"),
        ('{"resourceType": "Patient"}', "the file holds no order, but Patient"),
        ("[]", "not a request"),
        ("[1]", "not a request"),
        (bundle(*OTHERS), "no active order for an opioid"),
        (json.dumps(MORPHINE) + "\n{", "line 2 is not JSON"),
        ('{"resourceType": "Bundle", "entry": 7}', "the file holds no order, but nothing"),
    ],
)
def test_a_file_that_is_none_of_these_gets_one_clear_line(taper, file, text, message):
    ran = taper("plan", file(text), *OPTIONS)
    assert ran.status == 2
    (line,) = ran.err.splitlines()
    assert message in line


def test_a_request_and_a_saved_plan_still_come_in(taper, file, tmp_path):
    request = file('{"product": "morphine-er", "dose": "60 mg q12h", "start": "2026-12-07"}')
    saved = str(tmp_path / "plan.json")
    assert taper("plan", request, "-o", saved).status == 0
    first = taper("plan", request, "--format", "json")
    assert first.status == 0
    assert taper("plan", saved, "--format", "json").out == first.out
    lines = file('{"product": "morphine-er"}\n{"product": "morphine-er"}', "in.jsonl")
    assert "`taper batch` plans a file with one request a line" in taper("plan", lines).err


def test_its_own_fhir_export_is_a_draft_until_somebody_orders_it(taper, tmp_path):
    own = tmp_path / "own.fhir.json"
    taper("plan", "morphine-er", "60 mg q12h", *OPTIONS, "-o", str(own))
    ran = taper("plan", str(own), "--start", "2027-03-01")
    assert ran.status == 2
    assert "draft" in ran.err
    document = json.loads(own.read_text(encoding="utf-8"))
    for entry in document["entry"]:
        if entry["resource"]["resourceType"] == "MedicationRequest":
            entry["resource"]["status"] = "active"
    own.write_text(json.dumps(document), encoding="utf-8")
    ran = taper("plan", str(own), "--start", "2027-03-01", "--format", "json")
    assert ran.status == 0
    assert json.loads(ran.out)["steps"][0]["daily_dose"] == "75"


def test_codes_of_several_strengths_are_the_product_if_the_dose_is_in_milligrams(taper, file):
    """Our own export lists the strengths in use; a number of tablets would not say of which."""
    codings = [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}
        for code in ("891893", "891881")
    ]
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": {"coding": codings},
        "dosageInstruction": [{"text": "75 mg every 12 hours"}],
    }
    ran = taper("plan", file(json.dumps(order)), "--start", "2027-03-01", "--format", "json")
    assert ran.status == 0
    assert json.loads(ran.out)["product"]["id"] == "morphine-er"
    order["dosageInstruction"] = [{"text": "1 tablet every 12 hours"}]
    assert taper("plan", file(json.dumps(order)), "--start", "2027-03-01").status == 2
