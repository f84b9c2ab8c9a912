"""Contract 3.3: the rule, its defaults, and the band that it must stay in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from written import daily, doses, findings, rows, taper

from taper.errors import InputError, Refused
from taper.export.words import rule_text
from taper.planning.make import ended

PAIN = {"indication": "pain"}  # methadone once a day may be treatment otherwise


# --- what counts if the request does not say ------------------------------------------------------

MORPHINE = {
    "us": ("morphine-er", "90 mg q8h"),
    "ca": ("morphine-er", "60 mg q12h"),
    "uk": ("MST Continus", "60 mg q12h"),
    "au": ("morphine-mr", "60 mg q12h"),
}


@pytest.mark.parametrize(
    ("market", "known", "every"),
    [
        ("us", None, "1w"),
        ("us", "8w", "1w"),
        ("us", "11mo", "1w"),
        ("us", "12mo", "4w"),
        ("us", "1y", "4w"),
        ("us", "52w", "4w"),
        ("us", "3y", "4w"),
        ("ca", None, "1w"),
        ("ca", "11mo", "1w"),
        ("ca", "1y", "4w"),
        ("uk", None, "4w"),
        ("uk", "8w", "1w"),
        ("uk", "2mo", "1w"),
        ("uk", "3mo", "4w"),
        ("uk", "3y", "4w"),
        ("au", None, "4w"),
        ("au", "8w", "1w"),
        ("au", "3mo", "4w"),
    ],
)
def test_ten_percent_at_the_interval_of_the_market_and_of_the_length_of_use(market, known, every):
    plan = taper(*MORPHINE[market], market=market, on_opioids_for=known)
    rule = plan.to_dict()["rule"]
    assert rule["of"] == "mixed"
    assert rule["parts"] == [{"reduce": "10%", "every": every, "until": None}]
    assert plan.request.text["every"] == every


@pytest.mark.parametrize(
    ("product", "dose", "market"),
    [
        ("methadone-tablet", "10 mg q8h", "us"),
        ("methadone-solution", "20 mg q24h", "us"),
        ("levorphanol-ir", "2 mg q6h", "us"),
        ("fentanyl-patch", "50 mcg/h", "us"),
        ("buprenorphine-patch", "20 mcg/h", "us"),
        ("fentanyl-patch", "50 mcg/h", "ca"),
        ("fentanyl-patch-fencino", "50 mcg/h", "uk"),
    ],
)
def test_methadone_levorphanol_and_patches_are_not_reduced_every_week(product, dose, market):
    fields = {"market": market, "indication": "pain"}
    assert taper(product, dose, on_opioids_for="8w", **fields).request.text["every"] == "2w"
    assert taper(product, dose, on_opioids_for="3y", **fields).request.text["every"] == "4w"
    asked = taper(product, dose, on_opioids_for="8w", every="1w", **fields)
    assert asked.request.text["every"] == "1w"


def test_a_default_interval_is_each_products_own():
    also = ["fentanyl-patch 50 mcg/h"]
    plan = taper("morphine-er", "30 mg q12h", also=also, on_opioids_for="8w")
    days = {step.regimen.product.id: set() for step in plan.steps}
    for step in plan.steps[1:-1]:
        days[step.regimen.product.id].add(step.days)
    assert min(days["morphine-er"]) == 7
    assert min(days["fentanyl-patch"]) == 15  # two weeks in whole patch periods
    again = taper(**{k: v for k, v in plan.request.text.items() if v not in (None, [])})
    assert again.to_dict()["steps"] == plan.to_dict()["steps"]
    asked = taper("morphine-er", "30 mg q12h", also=also, on_opioids_for="8w", every="1w")
    assert {step.days for step in asked.steps[1:-1] if step.regimen.product.is_patch} >= {9}


@pytest.mark.parametrize(
    ("fields", "fill"),
    [
        ({"every": "4w"}, "28d"),
        ({"every": "2w"}, "28d"),
        ({"every": "13d"}, "14d"),
        ({"every": "1w"}, "14d"),
        ({"phases": ["10%/1w until 50%", "5%/2w"]}, "14d"),
        ({"guideline": "hhs-2019"}, "28d"),
        ({"guideline": "va-faster"}, "14d"),
        ({"every": "4w", "risks": ["previous-overdose"]}, "7d"),
        ({"every": "4w", "risks": ["oud"], "specialist": "Dr A"}, "7d"),
        ({"every": "1w", "risks": ["suicide-risk"], "specialist": "Dr A"}, "7d"),
        ({"every": "4w", "risks": ["benzodiazepine", "age-65"]}, "28d"),
        ({"every": "1w", "risks": ["previous-overdose"], "fill": "28d"}, "28d"),
    ],
)
def test_a_fill_is_shorter_the_more_the_plan_may_change(fields, fill):
    plan = taper("morphine-er", "60 mg q12h", on_opioids_for="8w", **fields)
    assert plan.request.text["fill"] == fill
    assert max(each.days_supply for each in plan.supply) <= int(fill[:-1])


@pytest.mark.parametrize(
    ("risks", "checks"),
    [
        (["benzodiazepine"], "standard"),
        (["oud"], "close"),
        (["suicide-risk"], "close"),
        (["previous-overdose", "renal"], "close"),
    ],
)
def test_the_checks_are_close_at_risk(risks, checks):
    fields = {"risks": risks, "specialist": "Dr A", "on_opioids_for": "3y"}
    plan = taper("morphine-er", "60 mg q12h", **fields)
    assert plan.request.text["checks"] == checks
    days = [check.date for check in plan.checks if check.date < plan.stop_date]
    longest = max((b - a).days for a, b in pairwise(days))
    assert longest <= (28 if checks == "standard" else 7)
    assert taper("morphine-er", "60 mg q12h", checks="none", **fields).checks == ()


@pytest.mark.parametrize(
    ("guideline", "pace", "rule"),
    [
        ("fda-label", None, ["10%/4w"]),
        ("fda-label", "gentle", ["10%/4w"]),
        ("fda-label", "middle", ["17.5%/3w"]),
        ("fda-label", "Fast", ["25%/2w"]),
        ("va-slowest", "middle", ["6%/6w"]),
        ("rxfiles", "fast", ["10%/2w", "5%/4w"]),
        ("cdc-2022-weekly", "gentle", ["10%/1w"]),
    ],
)
def test_a_guideline_is_planned_at_a_pace_of_its_range(guideline, pace, rule):
    plan = taper("morphine-er", "60 mg q12h", guideline=guideline, pace=pace)
    parts = plan.to_dict()["rule"]["parts"]
    assert [f"{part['reduce']}/{part['every']}" for part in parts] == rule
    assert plan.request.text["pace"] == (pace or "gentle").lower()
    assert plan.request.text["reduce"] is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pace": "fast"}, "goes with a guideline"),
        ({"pace": "fast", "reduce": "5%"}, "goes with a guideline"),
        ({"pace": "quick", "guideline": "hhs-2019"}, "'quick' is not known"),
        ({"pace": "fast", "guideline": "cdc-2022-weekly"}, "publishes one figure, not a range"),
        (
            {"pace": "fast", "guideline": "cdc-2022-short", "on_opioids_for": "2w"},
            "publishes one figure, not a range",
        ),
    ],
)
def test_a_pace_is_one_of_a_published_range(fields, message):
    with pytest.raises(InputError) as caught:
        taper("morphine-er", "60 mg q12h", **fields)
    (problem,) = caught.value.problems
    assert problem.field == "pace"
    assert message in problem.message


def test_the_plan_tells_where_in_a_published_range_it_stands():
    plan = taper("morphine-er", "60 mg q12h", guideline="hhs-2019", pace="middle")
    assert rule_text(plan) == (
        "12.5% every 4w (mixed), hhs-2019, middle: it publishes 5% to 20% every 4 weeks"
    )
    plan = taper("morphine-er", "60 mg q12h", guideline="cdc-2022-weekly")
    assert rule_text(plan) == "10% every 1w (mixed), cdc-2022-weekly"


# --- what is asked for -----------------------------------------------------------------------------


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
