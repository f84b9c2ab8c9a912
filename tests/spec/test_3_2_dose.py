"""Contract 3.2: how a dose is written, and what is then taken."""

from __future__ import annotations

import pytest
from written import amounts, at_times, rows, tablets, taper

from taper.course.saved import parse_plan
from taper.errors import InputError
from taper.planning.document import dose_documents
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
        ("morphine-er", "60/0/60 mg", "60/60", 12),
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
    assert amounts(plan.steps[0].regimen) == "10/10"
    assert "prn-as-taken" in {finding.id for finding in plan.findings}


@pytest.mark.parametrize(
    ("dose", "taking", "now"),
    [
        # as many administrations as units are taken, spread over the waking day
        ("5 mg q6h prn", "15 mg", "morning 5, afternoon 5, evening 5"),
        ("5 mg q4h prn", "25 mg", "06:00 5, 10:00 5, 14:00 5, 18:00 5, 22:00 5"),
        ("10 mg q6h prn", "1 tablet", "morning 10"),
        # units that are over, one each from the first of the day, up to two at once
        ("2 x 5 mg q6h prn", "30 mg", "morning 10, noon 10, evening 5, bedtime 5"),
        ("2 x 5 mg q4h prn", "8 tablets", "06:00 10, 10:00 10, 14:00 10, 18:00 5, 22:00 5"),
        # an average is rounded down to whole units
        ("5 mg q6h prn", "17 mg", "morning 5, afternoon 5, evening 5"),
    ],
)
def test_as_needed_at_fixed_times(dose, taking, now):
    plan = taper("oxycodone-ir", dose, taking=taking)
    assert at_times(plan.steps[0].regimen) == now
    assert not {time for step in plan.steps for time in step.regimen.times} & {"02:00", "03:00"}


def test_rounding_by_more_than_the_reduction_asked_for_is_the_first_cut():
    # 35 mg is 4 mg less than 39 mg, of which 10% is 3.9 mg
    plan = taper("oxycodone-ir", "2 x 5 mg q6h prn", taking="39 mg", every="2w")
    assert rows(plan)[:2] == [("baseline", "2026-12-07", 14), ("reduce", "2026-12-21", 28)]
    small = taper("oxycodone-ir", "2 x 5 mg q6h prn", taking="38 mg", every="2w")
    assert rows(small)[0] == ("reduce", "2026-12-07", 28)


@pytest.mark.parametrize(
    ("dose", "taking", "hint"),
    [
        # rounded by more than a quarter, or to less than one
        ("10 mg q6h prn", "15 mg", "write the dose in a finer strength: 5, 7.5 mg"),
        ("10 mg q6h prn", "7 mg", "write the dose in a finer strength: 5, 7.5 mg"),
        # six times a day is not waking
        ("5 mg q4h prn", "30 mg", "--as-needed keep"),
        ("5 mg q6h", "15 mg", "write what is taken as the dose, or the dose with prn"),
    ],
)
def test_what_cannot_be_laid_out_at_fixed_times(dose, taking, hint):
    with pytest.raises(InputError) as caught:
        taper("oxycodone-ir", dose, taking=taking)
    (problem,) = caught.value.problems
    assert (problem.field, problem.hint) == ("taking", hint)


def as_needed(step) -> tuple[str, int, str]:
    """The amount, the hours between two doses, the most of a day."""
    (dose,) = dose_documents(step.regimen)
    assert dose["time"] == "as-needed"
    assert dose["most_per_day"] == plain(step.daily)
    return dose["amount"], dose["hours_between"], dose["most_per_day"]


def test_as_needed_stays_as_needed():
    plan = taper("oxycodone-ir", "2 x 5 mg q4h prn", taking="30 mg", as_needed="keep")
    assert [as_needed(step) for step in plan.steps if step.daily] == [
        ("10", 4, "30"),  # the largest prescribed amount that makes the dose
        ("5", 4, "25"),  # then the smallest
        ("5", 4, "20"),
        ("5", 4, "15"),
        ("5", 4, "10"),
        ("5", 4, "5"),
    ]
    assert plan.steps[-1].kind == "stop"
    assert plan.steps[1].regimen.directions == (
        "Take one 5 mg tablet by mouth as needed, at least 4 hours apart, "
        "at most 5 times a day (25 mg)."
    )


def test_a_plan_that_stays_as_needed_is_saved_and_read():
    plan = taper("oxycodone-ir", "2 x 5 mg q4h prn", taking="30 mg", as_needed="keep")
    assert parse_plan(plan.to_json()).steps[1].regimen == plan.steps[1].regimen


def test_another_opioid_stays_as_needed_too():
    also = ["oxycodone-ir 5 mg q6h prn taking 15 mg"]
    plan = taper("morphine-er", "15 mg q12h", also=also, as_needed="keep")
    assert dose_documents(plan.steps[0].companions[0])[0]["most_per_day"] == "15"
    assert plan.steps[-2].regimen.times == ("as-needed",)


@pytest.mark.parametrize("way", ["fixed", "keep"])
@pytest.mark.parametrize(
    ("product", "dose"),
    [
        ("hydrocodone-apap", "2 x 5/325 mg q6h prn"),
        ("hydrocodone-apap", "1-2 tabs (5/325 mg) q4-6h prn max 8/day"),
        ("Norco 5/325", "1 to 2 tablets every 4 to 6 hours as needed"),
    ],
)
def test_a_combination_of_which_several_may_be_taken_at_once_is_planned_in_that_tablet(
    product, dose, way
):
    plan = taper(product, dose, taking="6 tablets", as_needed=way)
    used = {s.label for step in plan.steps for units in step.regimen.units for s, _ in units}
    assert used == {"5/325"}
    assert max(step.regimen.other_daily for step in plan.steps) == 6 * 325_000


def test_what_is_taken_now_is_made_of_the_tablets_that_are_prescribed():
    for way in ("fixed", "keep"):
        plan = taper("oxycodone-ir", "1-2 tabs (5 mg) q4h prn", taking="6 tablets", as_needed=way)
        now = plan.steps[0].regimen
        assert now.amounts[0] == 10_000
        assert {s.label for units in now.units for s, _ in units} == {"5"}


def test_acetaminophen_counts_as_it_is_taken():
    for way in ("fixed", "keep"):
        plan = taper("hydrocodone-apap", "10/325 mg q6h prn", taking="3 tablets", as_needed=way)
        assert plan.steps[0].regimen.other_daily == 975_000


@pytest.mark.parametrize(
    "written",
    ["90 mg q8h", "2 x 15 mg q8h", "60/45/60 mg q8h", "10 mg q6h prn", "75 mg q12h"],
)
def test_a_prescription_printed_is_read_as_the_same(written):
    prescription = parse_prescription(written, "mg")
    assert str(prescription) == written
    assert parse_prescription(str(prescription), "mg") == prescription


@pytest.mark.parametrize(
    ("product", "dose", "used"),
    [
        ("oxycodone-ir", "45 mg q6h", "5, 10, 15, 20, 30"),
        # the current dose needs a strength that is seldom stocked
        ("oxycodone-ir", "67.5 mg q6h", "5, 7.5, 10, 15, 20, 30"),
        ("tramadol-ir", "75 mg q6h", "50, 75"),
        # and more tablets at once than usual
        ("oxycodone-ir", "107.5 mg q6h", "5, 7.5, 10, 15, 20, 30"),
        # six tablets of 50 mg are more than four; three of 100 mg, or two of each, are not
        ("tramadol-ir", "300 mg q6h", "50, 100"),
        # no strength makes it within four tablets: as many of the usual one as it takes
        ("tramadol-ir", "500 mg q6h", "50"),
    ],
)
def test_a_strength_that_is_seldom_stocked_is_used_if_the_dose_needs_it(product, dose, used):
    plan = taper(product, dose)
    assert ", ".join(plan.to_dict()["product"]["strengths"]) == used
