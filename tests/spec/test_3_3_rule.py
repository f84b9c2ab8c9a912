"""Contract 3.3: the rule, its defaults, and the band that it must stay in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from written import daily, doses, findings, rows, taper

from taper.errors import Refused
from taper.planning.make import ended

PAIN = {"indication": "pain"}  # methadone once a day may be treatment otherwise


@pytest.mark.parametrize(
    ("known", "every"),
    [(None, 7), ("8w", 7), ("11mo", 7), ("12mo", 28), ("1y", 28), ("52w", 28), ("3y", 28)],
)
def test_ten_percent_a_week_or_every_four_weeks_after_a_year(known, every):
    plan = taper("morphine-er", "90 mg q8h", on_opioids_for=known)
    rule = plan.to_dict()["rule"]
    assert rule["of"] == "mixed"
    assert rule["parts"][0]["reduce"] == "10%"
    assert plan.steps[1].days == every


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("original", ["18", "16", "14", "12", "10", "8", "6", "4", "2", "1"]),
        ("current", ["18", "16", "14.5", "13", "12", "10.5", "9.5", "8.5", "7.5", "7"]),
        # from 6 mg on 2 mg would be over 25% of what is left, so 25% of it comes off
        ("mixed", ["18", "16", "14", "12", "10", "8", "6", "4.5", "3.5", "3"]),
    ],
)
def test_what_the_percentage_is_of(of, expected):
    plan = taper("methadone-solution", "20 mg q24h", of=of, **PAIN)
    assert daily(plan)[:10] == expected


def test_mixed_turns_to_what_is_left_before_a_cut_is_over_a_quarter_of_it():
    # 20% of 100 mg: 80, 60; the next 20 would be a third of 60, so 25% of what is left comes off:
    # the most that US labels allow every two weeks
    plan = taper("methadone-solution", "100 mg q24h", reduce="20%", of="mixed", **PAIN)
    assert daily(plan)[:6] == ["80", "60", "45", "34", "25.5", "19.5"]


def test_an_amount_counts_as_of_the_original():
    plan = taper("morphine-er", "90 mg q8h", reduce="45 mg", every="4w", of="current")
    assert plan.to_dict()["rule"]["of"] == "original"


def test_phases_follow_one_another():
    phases = ["10%/1w until 50%", "5%/2w"]
    plan = taper("methadone-solution", "20 mg q24h", phases=phases, of="original", **PAIN)
    assert daily(plan)[:8] == ["18", "16", "14", "12", "10", "9", "8", "7"]
    assert [step.days for step in plan.steps[1:8]] == [7, 7, 7, 7, 14, 14, 14]


def test_over_finds_the_gentlest_percentage_that_ends_in_time():
    plan = taper("morphine-solution", "10 mg q6h", over="26w", of="original")
    assert ended(plan.steps) <= date(2027, 6, 7)
    found = plan.to_dict()["rule"]["parts"][0]["reduce"]
    slower = f"{Decimal(found.rstrip('%')) - Decimal('0.1')}%"
    slower = taper("morphine-solution", "10 mg q6h", reduce=slower, of="original")
    assert ended(slower.steps) > date(2027, 6, 7)


def test_by_is_the_same_with_a_date():
    over = taper("morphine-solution", "10 mg q6h", over="26w").to_dict()
    by = taper("morphine-solution", "10 mg q6h", by="2027-06-07").to_dict()
    assert over["steps"] == by["steps"]


def test_a_goal_is_reached_and_kept():
    plan = taper("oxycodone-er", "20 mg q12h", to="20 mg")
    assert plan.stop_date is None
    assert doses(plan)[-2:] == ["10/10", "10/10"]
    assert [step.kind for step in plan.steps[-2:]] == ["reduce", "maintain"]


def test_only_the_strengths_at_hand():
    plan = taper("morphine-er", "60 mg q8h", stock=["15"])
    assert {s.label for step in plan.steps for s, _ in step.regimen.per_day} == {"15"}


def test_a_stock_of_bare_numbers_names_the_opioid_part():
    plan = taper("oxycodone-apap", "10 mg q6h", stock=["10", "5"])
    assert plan.request.text["stock"] == ["5/325", "10/325"]


def test_halves_only_where_they_are_allowed():
    whole = taper("oxycodone-ir", "10 mg q6h")
    halves = taper("oxycodone-ir", "10 mg q6h", split="halves")
    assert min(a for step in whole.steps for a in step.regimen.amounts if a) == 5000
    assert min(a for step in halves.steps for a in step.regimen.amounts if a) == 2500


def test_fewest_strengths_over_the_whole_plan():
    few = taper("morphine-er", "90 mg q8h", prefer="fewest-strengths", max_units=6)
    usual = taper("morphine-er", "90 mg q8h", max_units=6)
    used = [
        {s.label for step in plan.steps[1:] for s, _ in step.regimen.per_day}
        for plan in (few, usual)
    ]
    assert used == [{"15"}, {"15", "30", "60"}]


def test_the_first_opportunity_is_day_one_or_the_end_of_the_baseline():
    assert rows(taper("morphine-er", "90 mg q8h"))[0] == ("reduce", "2026-12-07", 7)
    assert rows(taper("morphine-er", "90 mg q8h", baseline="2w"))[:2] == [
        ("baseline", "2026-12-07", 14),
        ("reduce", "2026-12-21", 7),
    ]


@pytest.mark.parametrize(
    ("reduce", "every"),
    [
        ("25%", "1w"),
        ("25%", "4w"),
        ("135 mg", "2w"),
        ("270 mg", "4w"),
        ("270 mg", "1mo"),
        ("10%", "3d"),
        ("67.5 mg", "1w"),
    ],
)
def test_a_quarter_a_week_is_within_the_band(reduce, every):
    assert "rate-overridden" not in findings(
        taper("morphine-er", "90 mg q8h", reduce=reduce, every=every)
    )


@pytest.mark.parametrize(
    ("reduce", "every"),
    [
        ("25.1%", "1w"),
        ("25.1%", "4w"),
        ("50%", "13d"),
        ("30%", "1w"),
        ("11%", "3d"),
        ("67.6 mg", "1w"),
    ],
)
def test_more_than_a_quarter_a_week_is_refused_without_a_reason(reduce, every):
    with pytest.raises(Refused) as refused:
        taper("morphine-er", "90 mg q8h", reduce=reduce, every=every)
    (problem,) = refused.value.problems
    assert (problem.id, refused.value.exit_status) == ("rate-over-band", 3)
    plan = taper("morphine-er", "90 mg q8h", reduce=reduce, every=every, override_rate="unsafe use")
    message = next(f.message for f in plan.findings if f.id == "rate-overridden")
    assert "unsafe use" in message


def test_with_a_reason_a_cut_may_be_as_large_as_the_reduction_asked_for():
    fields = {"reduce": "40%", "every": "1w", "of": "original", "override_rate": "unsafe use"}
    assert daily(taper("methadone-solution", "20 mg q24h", **fields, **PAIN))[:2] == ["12", "6"]


def test_how_long_the_smallest_dose_is_kept():
    for of, kept, days in (("mixed", None, 14), ("mixed", "4w", 28), ("original", "4w", 7)):
        plan = taper("tapentadol-er", "50 mg q24h", of=of, reduce="25%", last_dose_for=kept)
        assert plan.steps[1].days >= days


def test_max_units_is_raised_where_the_current_dose_needs_more():
    plan = taper("morphine-er", "90 mg q8h", stock=["15"])
    assert findings(plan)["max-units-raised"] == ()
    assert plan.request.raised_units == 6
