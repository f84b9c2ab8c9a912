"""The FHIR Bundle: who it is about (nobody), what is prescribed, dispensed and checked, and when."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from fhir.resources.R4B.bundle import Bundle
from golden.plans import NAMES, first_plan_of, plan_of
from golden.test_fhir import faults, resources

from taper import InputError
from taper.course.revise import revise
from taper.export import Options, render
from taper.planning.events import event_keys, keyed_checks, uid
from taper.planning.make import planned as plan
from taper.quantities import decimal
from taper.regimen.directions import strength_text

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
OTHERS = {
    "six times a day": {"product": "morphine-ir", "dose": "15 mg q4h"},
    "a liquid": {"product": "morphine-solution", "dose": "10 mg q4h"},
    "a film": {"product": "buprenorphine-buccal", "dose": "300 mcg q12h"},
    "a combination": {"product": "oxycodone-apap", "dose": "10/325 mg q6h"},
    "a weekly patch": {"product": "buprenorphine-patch", "dose": "20 mcg/h", "every": "4w"},
    "a goal": {"product": "morphine-er", "dose": "90 mg q8h", "to": "90 mg"},
    "a change of product": {
        "product": "morphine-er",
        "dose": "15 mg q12h",
        "finish_with": "morphine-solution q4h",
        "finish_at": "15 mg",
    },
    "one left as it is": {
        "product": "morphine-er",
        "dose": "60 mg q12h",
        "also": ["oxycodone-ir 5 mg q6h"],
        "keep": ["oxycodone-ir"],
    },
    "one step at a time": {"product": "tramadol-ir", "dose": "50 mg q6h", "fill": "step"},
    "eight times a day": {"product": "morphine-ir", "dose": "15 mg q3h"},
    "as needed": {
        "product": "oxycodone-ir",
        "dose": "10 mg q6h prn",
        "taking": "30 mg",
        "as_needed": "keep",
    },
    "no checks": {"product": "codeine-ir", "dose": "30 mg q6h", "checks": "none"},
}


def small(**fields: object):
    return plan(start="2026-12-07", on_opioids_for="8w", **{"every": "2w", **fields})


def bundle_of(made, **options) -> dict:
    return json.loads(render(made, ".fhir.json", Options(**options)), parse_float=Decimal)


def of_kind(made, kind: str, **options) -> list[dict]:
    entries = bundle_of(made, **options)["entry"]
    return [e["resource"] for e in entries if e["resource"]["resourceType"] == kind]


def prescription(made, product: str = "") -> dict:
    found = of_kind(made, "MedicationRequest")
    return next(r for r in found if product in r["medicationCodeableConcept"]["text"])


# --- the whole ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("per_step", [False, True])
def test_it_is_valid_by_the_official_schema_and_by_the_models(what, per_step):
    options = Options(
        subject="Patient/123",
        bundle="transaction" if per_step else "collection",
        one_request_per_step=per_step,
    )
    text = render(small(**OTHERS[what]), ".fhir.json", options)
    assert faults(json.loads(text)) == []
    assert Bundle.model_validate_json(text).type == options.bundle


def test_it_is_written_without_the_models():
    """`fhir.resources` is a validator of the tests, and nothing that a user installs."""
    program = (
        "import sys; sys.modules['fhir'] = None\n"
        "from taper.planning.make import planned as plan; from taper.export import render\n"
        "made = plan(product='morphine-er', dose='30 mg q12h', start='2026-12-07', every='2w')\n"
        "print(render(made, '.fhir.json').splitlines()[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == '  "resourceType": "Bundle",\n', done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_care_plan_and_what_it_leads_to(name):
    made = plan_of(name)
    entries = bundle_of(made)["entry"]
    (care_plan,) = of_kind(made, "CarePlan")
    named = [activity["reference"]["reference"] for activity in care_plan["activity"]]
    assert named == [entry["fullUrl"] for entry in entries[1:]]
    assert all(e["fullUrl"] == f"urn:uuid:{e['resource']['id']}" for e in entries)
    assert len({entry["fullUrl"] for entry in entries}) == len(entries)
    for entry in entries[1:]:
        assert entry["resource"]["basedOn"] == [{"reference": entries[0]["fullUrl"]}]


@pytest.mark.parametrize("name", NAMES)
def test_it_names_no_patient_and_decides_nothing(name):
    for resource in resources(bundle_of(plan_of(name))):
        subject = resource.get("subject") or resource.get("for")
        assert subject in (None, {"display": "not recorded"})
        assert resource.get("status") in {None, "draft", "cancelled"}
        assert resource.get("intent") in {None, "plan"}


def test_the_care_plan_says_what_must_be_known():
    made = small(product="morphine-er", dose="90 mg q8h", label="Practice copy", risks=["alcohol"])
    (care_plan,) = of_kind(made, "CarePlan")
    notes = [note["text"] for note in care_plan["note"]]
    assert notes[0] == "Decision support for clinicians, not medical advice."
    assert len(notes) == 1 + len(made.findings)
    assert any(note.startswith("warning [alcohol]") for note in notes)
    assert care_plan["title"].endswith("(Practice copy)")
    assert care_plan["identifier"] == [{"value": made.id}]
    assert care_plan["period"]["start"] == "2026-12-07"
    assert str(made.stop_date) in care_plan["description"]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_plan_gives_the_same_ids(name):
    assert render(plan_of(name), ".fhir.json") == render(plan_of(name), ".fhir.json")
    assert bundle_of(plan_of(name))["id"] == uid(plan_of(name).id, "bundle")


# --- what is prescribed -------------------------------------------------------------------------


@pytest.mark.parametrize("what", [*OTHERS, *NAMES])
def test_the_dosages_of_each_day_add_up_to_its_dose(what):
    made = plan_of(what) if what in NAMES else small(**OTHERS[what])
    requests = {r["id"]: r["dosageInstruction"] for r in of_kind(made, "MedicationRequest")}
    for step in made.steps[1:]:
        for regimen in (step.regimen, *step.companions):
            if not regimen.daily:
                continue
            day = step.start.isoformat()
            total = Decimal(0)
            for dosage in requests[uid(made.id, f"product/{regimen.product.id}")]:
                repeat = dosage["timing"]["repeat"]
                bounds = repeat["boundsPeriod"]
                if bounds["start"] <= day <= bounds.get("end", day):
                    dose = dosage["doseAndRate"][0]
                    once = dose.get("rateQuantity", dose["doseQuantity"])
                    total += once["value"] * repeat["frequency"]
            assert total == decimal(regimen.daily), (step.number, regimen.product.id)


@pytest.mark.parametrize("name", NAMES)
def test_the_sequence_runs_on_and_its_days_follow_each_other(name):
    for request in of_kind(plan_of(name), "MedicationRequest"):
        dosages = request["dosageInstruction"]
        numbers = list(dict.fromkeys(dosage["sequence"] for dosage in dosages))
        assert numbers == list(range(1, len(numbers) + 1))
        starts = {d["sequence"]: d["timing"]["repeat"]["boundsPeriod"] for d in dosages}
        for number in numbers[1:]:
            ended = date.fromisoformat(starts[number - 1]["end"])
            assert (date.fromisoformat(starts[number]["start"]) - ended).days == 1


def test_unlike_doses_of_a_day_are_dosages_to_be_taken_together():
    made = plan_of("er-hold")
    first, second, *_ = prescription(made)["dosageInstruction"]
    assert (first["sequence"], second["sequence"]) == (1, 1)
    assert first["timing"]["repeat"]["when"] == ["MORN", "AFT"]
    assert second["timing"]["repeat"]["when"] == ["EVE"]
    assert first["doseAndRate"][0]["doseQuantity"] == {
        "value": 75,
        "unit": "mg",
        "system": UCUM,
        "code": "mg",
    }
    assert first["text"] == (
        "From 2026-12-07 to 2026-12-13: Take one 60 mg tablet and one 15 mg tablet (75 mg) by mouth"
        " in the morning and in the afternoon."
    )
    assert second["text"] == (
        "As well, from 2026-12-07 to 2026-12-13: Take one 60 mg tablet and one 30 mg tablet (90 mg)"
        " by mouth once a day, in the evening."
    )
    assert first["route"]["coding"][0]["code"] == "26643006"


def test_four_times_a_day():
    made = plan_of("ir-q6h")
    step = next(step for step in made.steps if set(step.regimen.amounts) == {2500})
    dosages = prescription(made)["dosageInstruction"]
    (dosage,) = [each for each in dosages if each["id"] == f"step-{step.number}"]
    assert dosage["timing"]["repeat"]["when"] == ["MORN", "NOON", "EVE", "HS"]
    assert dosage["timing"]["repeat"]["frequency"] == 4
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == Decimal("2.5")


def test_what_stays_as_needed_says_so_with_the_most_of_a_day():
    made = small(**OTHERS["as needed"])
    dosage = prescription(made)["dosageInstruction"][0]
    assert dosage["asNeededBoolean"] is True
    most = dosage["maxDosePerPeriod"]
    assert most["numerator"]["value"] == decimal(made.steps[1].daily)
    assert (most["denominator"]["value"], most["denominator"]["code"]) == (1, "d")
    assert "when" not in dosage["timing"]["repeat"]
    assert "as needed, at least 6 hours apart" in dosage["text"]


@pytest.mark.parametrize("what", [*OTHERS, *NAMES])
def test_each_dosage_text_stands_alone(what):
    """It names its days, and says `then` if it follows another."""
    made = plan_of(what) if what in NAMES else small(**OTHERS[what])
    for request in of_kind(made, "MedicationRequest"):
        dosages = request["dosageInstruction"]
        seen = set()
        for dosage in dosages:
            bounds = dosage["timing"]["repeat"]["boundsPeriod"]
            first = "From" if dosage["sequence"] == 1 else "Then from"
            lead = "As well, from" if dosage["sequence"] in seen else first
            days = f"{lead} {bounds['start']} on: "  # what is left as it is goes on
            if "end" in bounds:
                days = f"{lead} {bounds['start']} to {bounds['end']}: "
            assert dosage["text"].startswith(days), dosage["text"]
            assert "patientInstruction" not in dosage
            seen.add(dosage["sequence"])


def test_the_last_text_says_what_follows():
    made = plan_of("er-hold")
    last = prescription(made)["dosageInstruction"][-1]["text"]
    assert last.endswith(
        "Then, on 2027-06-14: Stop: take no more morphine extended-release tablets."
    )
    changed = small(**OTHERS["a change of product"])
    tablets = prescription(changed, "tablets")["dosageInstruction"][-1]["text"]
    assert tablets.endswith("morphine oral solution in its place.")


def test_a_part_of_the_day_does_not_read_as_the_whole_day():
    """75 mg in the morning and the afternoon, beside 90 mg in the evening, is not every 8 hours."""
    for name in NAMES:
        for request in of_kind(plan_of(name), "MedicationRequest"):
            of_row = {}
            for dosage in request["dosageInstruction"]:
                of_row.setdefault(dosage["sequence"], []).append(dosage["text"])
            for texts in of_row.values():
                if len(texts) > 1:
                    assert not any(" every " in text for text in texts), texts


def test_six_times_a_day_by_the_clock():
    dosage = prescription(small(**OTHERS["six times a day"], baseline="2w"))["dosageInstruction"][0]
    repeat = dosage["timing"]["repeat"]
    times = ["06:00:00", "10:00:00", "14:00:00", "18:00:00", "22:00:00", "02:00:00"]
    assert repeat["timeOfDay"] == times
    assert "when" not in repeat


def test_a_patch_is_changed_every_72_hours_and_has_a_rate():
    dosage = prescription(plan_of("fentanyl-patch"))["dosageInstruction"][-1]
    repeat = dosage["timing"]["repeat"]
    assert (repeat["frequency"], repeat["period"], repeat["periodUnit"]) == (1, 72, "h")
    dose = dosage["doseAndRate"][0]
    rate = {"value": Decimal("12.5"), "unit": "mcg/h", "system": UCUM, "code": "ug/h"}
    assert dose["rateQuantity"] == rate
    assert (dose["doseQuantity"]["value"], dose["doseQuantity"]["code"]) == (1, "{patch}")
    assert dosage["route"]["text"] == "Transdermal route"


def test_a_liquid_has_its_millilitres_beside_its_milligrams():
    made = small(product="morphine-solution", dose="5 mg q12h", baseline="2w")
    ordered, counted = prescription(made)["dosageInstruction"][0]["doseAndRate"]
    assert (ordered["doseQuantity"]["value"], ordered["doseQuantity"]["code"]) == (5, "mg")
    assert counted["doseQuantity"]["value"] == Decimal("2.5")
    assert counted["doseQuantity"]["code"] == "mL"


def test_a_film_is_in_micrograms_in_the_cheek():
    dosage = prescription(small(**OTHERS["a film"]))["dosageInstruction"][0]
    assert dosage["doseAndRate"][0]["doseQuantity"]["code"] == "ug"
    assert dosage["route"]["text"] == "Buccal route"


def test_the_stop_is_a_note_and_no_dosage():
    made = plan_of("fentanyl-patch")
    request = prescription(made)
    assert f"On {made.stop_date}: Stop" in request["note"][0]["text"]
    last = request["dosageInstruction"][-1]["timing"]["repeat"]["boundsPeriod"]["end"]
    assert last == request["dispenseRequest"]["validityPeriod"]["end"]
    assert (made.stop_date - date.fromisoformat(last)).days == 1


def test_what_is_left_as_it_is_is_one_instruction():
    made = small(**OTHERS["one left as it is"])
    assert len(prescription(made, "oxycodone")["dosageInstruction"]) == 1


# --- what is coded and dispensed ----------------------------------------------------------------


def test_the_medicine_has_the_codes_of_the_strengths_that_are_used():
    one = small(product="morphine-er", dose="15 mg q8h")
    (coding,) = prescription(one)["medicationCodeableConcept"]["coding"]
    product = one.request.product
    assert coding == {"system": RXNORM, "code": product.rxcui("15")}
    several = prescription(plan_of("er-hold"))["medicationCodeableConcept"]
    codes = {coding["code"] for coding in several["coding"]}
    assert codes == {product.rxcui(label) for label in ("15", "30", "60")}
    assert several["text"] == "morphine extended-release tablets"


def test_uk_medicines_have_their_dmd_codes_but_not_in_place_of_a_brand():
    made = small(product="morphine-ir", dose="10 mg q6h", market="uk")
    codes = made.request.product.facts["dmd"]
    concepts = [
        fill["itemCodeableConcept"]
        for resource in of_kind(made, "MedicationRequest")
        for fill in resource["contained"]
    ]
    assert concepts
    for concept in concepts:
        (coding,) = concept["coding"]
        (strength,) = [label for label in codes if concept["text"].endswith(f" {label} mg")]
        assert coding == {"system": "https://dmd.nhs.uk", "code": codes[strength][0]}
    branded = small(product="MST Continus", dose="60 mg q12h", market="uk")
    assert branded.request.product.facts["dmd"]
    assert "coding" not in prescription(branded)["medicationCodeableConcept"]
    assert "dmd.nhs.uk" not in render(branded, ".fhir.json")


def test_a_strength_of_two_dmd_codes_has_none():
    made = small(product="oxycodone-solution", dose="10 mg q6h", market="uk")
    assert [len(codes) for codes in made.request.product.facts["dmd"].values()] == [2, 1]
    assert "dmd.nhs.uk" not in render(made, ".fhir.json")


def test_a_combination_has_its_own_codes_and_not_that_of_its_opioid():
    made = small(product="oxycodone-apap", dose="10/325 mg q6h", stock=["10/325", "5/325"])
    codes = {c["code"] for c in prescription(made)["medicationCodeableConcept"]["coding"]}
    assert codes == {made.request.product.rxcui(label) for label in ("10/325", "5/325")}


@pytest.mark.parametrize("what", [*OTHERS, *NAMES])
def test_every_fill_is_in_it_with_its_quantity_and_code(what):
    made = plan_of(what) if what in NAMES else small(**OTHERS[what])
    wanted = sorted(
        (fill.date.isoformat(), item.strength.label, decimal(item.quantity), item.product.id)
        for fill in made.supply
        for item in fill.items
    )
    found = []
    products = {
        uid(made.id, f"product/{p.id}"): p for p in made.request.formulary.products.values()
    }
    for request in of_kind(made, "MedicationRequest"):
        product = products[request["id"]]
        contained = request.get("contained", [])
        assert request.get("supportingInformation", []) == [
            {"reference": f"#{each['id']}"} for each in contained
        ]
        for each in contained:
            concept = each["itemCodeableConcept"]
            label = concept["text"].removeprefix(f"{product.name} ")
            if not product.is_liquid:
                label = label.removesuffix(f" {product.unit}")
            codes = [coding["code"] for coding in concept.get("coding", [])]
            assert codes == [code for code in [product.rxcui(label)] if code]
            day = each["occurrencePeriod"]["start"]
            found.append((day, label, Decimal(each["quantity"]["value"]), product.id))
    assert sorted(found) == wanted


def test_schedule_ii_has_no_refills():
    assert prescription(plan_of("er-hold"))["dispenseRequest"] == {
        "validityPeriod": {"start": "2026-12-07", "end": "2027-06-13"},
        "numberOfRepeatsAllowed": 0,
        "expectedSupplyDuration": {"value": 14, "unit": "days", "system": UCUM, "code": "d"},
    }
    tramadol = prescription(small(**OTHERS["one step at a time"]))["dispenseRequest"]
    assert set(tramadol) == {"validityPeriod"}


# --- what is checked ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_task_a_check_due_on_its_day(name):
    made = plan_of(name)
    tasks = {task["id"]: task for task in of_kind(made, "Task") if task["status"] == "draft"}
    assert len(tasks) == len(made.checks)
    for key, check in keyed_checks(made):
        task = tasks[uid(made.id, key)]
        day = check.date.isoformat()
        assert task["restriction"]["period"] == {"start": day, "end": day}
        assert [each["valueString"] for each in task["input"]] == list(check.items)
        assert task["reasonCode"] == {"text": check.reason}
        assert task["description"].endswith(check.how)
        assert task["priority"] == "routine"


def test_a_revision_updates_the_tasks_and_cancels_what_fell_away():
    before = first_plan_of("two-opioids")
    after = revise(before, date(2027, 2, 22), hold="4w", step_back="withdrawal", why="agreed")
    gone = set(event_keys(before)) - set(event_keys(after))
    cancelled = [task for task in of_kind(after, "Task") if task["status"] == "cancelled"]
    assert {task["id"] for task in cancelled} == {uid(before.id, key) for key in gone}
    assert bundle_of(before)["id"] == bundle_of(after)["id"]
    (care_plan,) = of_kind(after, "CarePlan")
    assert care_plan["note"][-1]["text"] == "Revised. From 2027-02-22: agreed"


# --- for the systems that want it ---------------------------------------------------------------


def test_a_subject_is_the_reference_that_was_given():
    made = plan_of("fentanyl-patch")
    for resource in resources(bundle_of(made, subject="Patient/123")):
        if resource["resourceType"] in {"CarePlan", "MedicationRequest"}:
            assert resource["subject"] == {"reference": "Patient/123"}
        if resource["resourceType"] == "Task":
            assert resource["for"] == {"reference": "Patient/123"}


@pytest.mark.parametrize("subject", ["123", "Patient/", "Practitioner/1", "Patient/a b"])
def test_what_is_no_reference_of_a_patient_is_an_error(subject):
    with pytest.raises(InputError, match="is no FHIR reference"):
        bundle_of(plan_of("fentanyl-patch"), subject=subject)


def test_a_transaction_puts_each_resource_under_its_own_id():
    made = plan_of("fentanyl-patch")
    found = bundle_of(made, bundle="transaction")
    assert found["type"] == "transaction"
    for entry in found["entry"]:
        resource = entry["resource"]
        url = f"{resource['resourceType']}/{resource['id']}"
        assert entry["request"] == {"method": "PUT", "url": url}
    assert all("request" not in entry for entry in bundle_of(made)["entry"])


@pytest.mark.parametrize("what", [*OTHERS, *NAMES])
def test_requests_of_steps_dispense_what_the_steps_need(what):
    """By strength: the same as the fills, which add up to what the steps need."""
    made = first_plan_of(what) if what in NAMES else small(**OTHERS[what])
    wanted, found = {}, {}
    for item in (item for fill in made.supply for item in fill.items):
        text = f"{item.product.name} {strength_text(item.product, item.strength)}"
        wanted[text] = wanted.get(text, 0) + decimal(item.quantity)
    for request in of_kind(made, "MedicationRequest", one_request_per_step=True):
        (dosage,) = request["dosageInstruction"]
        assert len(dosage["doseAndRate"]) == 1
        text = request["medicationCodeableConcept"]["text"]
        dispensed = request["dispenseRequest"].get("quantity", {"value": 0})["value"]
        found[text] = found.get(text, 0) + dispensed
    assert found == wanted


def test_requests_of_steps_have_ids_of_their_own():
    found = of_kind(plan_of("two-opioids"), "MedicationRequest", one_request_per_step=True)
    assert len({request["id"] for request in found}) == len(found)
