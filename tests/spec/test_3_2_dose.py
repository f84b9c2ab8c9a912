"""Contract 3.2: how a dose is written, and what is then taken."""

from __future__ import annotations

import pytest
from written import amounts, tablets, taper

from taper.quantities import plain
from taper.reading.dose import parse_prescription


@pytest.mark.parametrize(
    ("product", "written", "taken", "hours"),
    [
        ("morphine-er", "90 mg q8h", "90/90/90", 8),
        ("morphine-er", "30 mg BID", "30/30", 12),
        ("morphine-er", "30 mg twice a day", "30/30", 12),
        ("morphine-er", "2 x 15 mg q8h", "30/30/30", 8),
        ("morphine-er", "60/45/60 mg", "60/45/60", 8),
        ("morphine-er", "60 / 45 / 60 mg q8h", "60/45/60", 8),
        ("morphine-er", "15/30 mg", "15/30", 12),
        ("morphine-er", "60/0/60 mg", "60/0/60", 8),
        ("oxycodone-ir", "5/10/5/10 mg", "5/10/5/10", 6),
        ("oxycodone-ir", "10 mg q4h", "10/10/10/10/10/10", 4),
        ("oxycodone-ir", "10 mg QID", "10/10/10/10", 6),
        ("hydromorphone-er", "8 mg daily", "8", 24),
        ("hydromorphone-er", "8 mg qd", "8", 24),
        ("fentanyl-patch", "75 mcg/h", "75", 72),
        ("fentanyl-patch", "75 mcg/h q48h", "75", 48),
        ("fentanyl-patch", "12 mcg/h", "12.5", 72),
        ("fentanyl-patch", "2 x 12 mcg/h", "25", 72),
        ("fentanyl-patch", "75 micrograms/hour", "75", 72),
        ("buprenorphine-patch", "10 mcg/h", "10", 168),
        ("buprenorphine-patch", "10 mcg/h q7d", "10", 168),
        ("oxycodone-apap", "7.5/325 mg q6h", "7.5/7.5/7.5/7.5", 6),
        ("oxycodone-apap", "7.5 mg q6h", "7.5/7.5/7.5/7.5", 6),
        ("oxycodone-apap", "2 x 5/325 mg q6h", "10/10/10/10", 6),
        ("morphine-solution", "5 mg q4h", "5/5/5/5/5/5", 4),
    ],
)
def test_a_dose_as_written_and_what_is_taken(product, written, taken, hours):
    now = taper(product, written).steps[0].regimen
    assert (amounts(now), now.interval) == (taken, hours)


@pytest.mark.parametrize(
    ("number", "times"),
    [
        ("q24h", ["morning"]),
        ("q12h", ["morning", "evening"]),
        ("q8h", ["morning", "afternoon", "evening"]),
        ("q6h", ["morning", "noon", "evening", "bedtime"]),
        ("q4h", ["06:00", "10:00", "14:00", "18:00", "22:00", "02:00"]),
    ],
)
def test_the_times_of_the_administrations(number, times):
    plan = taper("oxycodone-ir", f"10 mg {number}")
    assert [dose["time"] for dose in plan.to_dict()["steps"][0]["doses"]] == times


def test_a_patch_has_one_entry_counted_as_it_releases():
    row = taper("fentanyl-patch", "12 mcg/h").to_dict()["steps"][0]
    (dose,) = row["doses"]
    assert (dose["time"], dose["amount"], row["daily_dose"]) == ("patch", "12.5", "12.5")
    assert dose["units"] == [{"strength": "12", "count": "1"}]
    assert "12 mcg/h" in row["directions"]


def test_two_tablets_of_a_strength_are_taken_as_they_were_written():
    assert tablets(taper("morphine-er", "2 x 15 mg q8h").steps[0].regimen) == "2x15"
    assert tablets(taper("morphine-er", "30 mg q8h").steps[0].regimen) == "30"


def test_liquids_are_measured_in_whole_measures_of_the_weakest_bottle():
    plan = taper("morphine-solution", "5 mg q4h")
    assert tablets(plan.steps[0].regimen) == "2.5 mL"
    assert "5 mg (2.5 mL of the 2 mg/mL liquid)" in plan.steps[0].regimen.directions
    concentrate = taper("morphine-solution", "10 mg q4h", stock=["20 mg/mL"])
    assert tablets(concentrate.steps[0].regimen) == "0.5 mL"


def test_as_needed_starts_from_what_is_taken_and_never_directs_more():
    plan = taper("oxycodone-ir", "10 mg q6h prn", taking="20 mg")
    assert plain(plan.steps[0].daily) == "20"
    assert amounts(plan.steps[0].regimen) == "5/5/5/5"
    assert "prn-as-taken" in {finding.id for finding in plan.findings}


def test_as_needed_and_taken_less_often_than_prescribed():
    plan = taper("oxycodone-ir", "10 mg q6h prn", taking="15 mg")
    assert amounts(plan.steps[0].regimen) == "5/0/5/5"


@pytest.mark.parametrize(
    "written",
    ["90 mg q8h", "2 x 15 mg q8h", "60/45/60 mg q8h", "10 mg q6h prn", "75 mg q12h"],
)
def test_a_prescription_printed_is_read_as_the_same(written):
    prescription = parse_prescription(written, "mg")
    assert str(prescription) == written
    assert parse_prescription(str(prescription), "mg") == prescription
