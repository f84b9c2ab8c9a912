"""docs/plans.md is current, and what is measured in its plans keeps to the bounds of the contract."""

from __future__ import annotations

import statistics
from dataclasses import replace
from types import SimpleNamespace

import plans
import pytest

from taper.planning.make import planned as plan

RUN_IT = "run: make docs"


MARKETS = ("us", "uk", "ca", "au")


@pytest.fixture(scope="module", params=MARKETS)
def made(request):
    return plans.made(request.param)


def test_the_page_is_what_is_planned():
    assert plans.PAGE.read_text(encoding="utf-8") == plans.page(), RUN_IT


def test_the_regimens_are_those():
    regimens = list(plans.regimens())
    assert len(regimens) == len(set(regimens)) == 55
    assert ("morphine-er", "15 mg q12h") in regimens
    assert ("oxycodone-ir", "30/15/15/30 mg") in regimens
    assert ("fentanyl-patch", "100 mcg/h") in regimens
    assert ("buprenorphine-buccal", "450 mcg q12h") in regimens


@pytest.mark.parametrize("market", MARKETS[1:])
def test_ten_regimens_of_every_other_market(market):
    regimens = list(plans.regimens(market))
    assert len(regimens) == len(set(regimens)) == 10
    text = plans.PAGE.read_text(encoding="utf-8").split(f"`--market {market}`")[1]
    for product, dose in regimens:
        assert f"### {product} {dose}, after three years" in text


def test_a_dose_is_written_with_its_unit():
    assert ("fentanyl-patch-matrifen", "25 mcg/h") in list(plans.regimens("uk"))
    assert ("co-codamol", "2 x 30/500 mg q6h") in list(plans.regimens("uk"))
    assert ("oxycodone-naloxone-mr", "20/10 mg q12h") in list(plans.regimens("au"))


def test_no_cut_of_over_a_quarter_could_have_been_smaller(made):
    assert [(each.product, each.dose, each.avoidable) for each in made if each.avoidable] == []


def test_a_plan_has_at_most_two_warnings_beside_those_of_the_medicine(made):
    assert {len(each.warnings) for each in made} <= {0, 1, 2}


def test_no_row_is_over_thirteen_weeks(made):
    assert max(each.longest_row for each in made) <= 13 * 7


def test_nobody_is_given_a_new_dose_at_night(made):
    assert sum(each.at_night for each in made) == 0


def test_no_row_needs_four_strengths(made):
    assert sum(each.rows_of_many for each in made) == 0


def test_the_days_at_a_quarter_of_the_dose_are_under_35_percent(made):
    assert statistics.median(each.days_small for each in made) < 0.35


# --- what would be noticed -----------------------------------------------------------------------


def of(product, dose, **fields):
    return plans.Made(product, dose, "8w", plan(product, dose, start=plans.START, **fields))


def test_a_cut_that_another_strength_makes_smaller_is_found():
    """The plan never takes the 15 mg tablet; judged by a shelf that has it, the cuts are large."""
    poor = of("morphine-er", "60 mg q12h", stock=["30"])
    assert poor.avoidable == []
    document = plans.Document(poor.plan.to_dict())
    rich = plans.Document(of("morphine-er", "60 mg q12h").plan.to_dict()).shelf
    before, row = document.cuts[0]
    assert (before.daily, row.daily) == (120_000, 90_000)
    assert sum(plans.between(rich, before, row)) == 105_000


def test_a_night_begins_after_ten_and_ends_at_six():
    times = ("22:00", "22:30", "00:00", "02:00", "05:59", "06:00", "bedtime", "morning")
    assert [time for time in times if plans.is_night(time)] == ["22:30", "00:00", "02:00", "05:59"]


def test_a_dose_at_night_counts_if_it_is_new():
    six = of("hydromorphone-ir", "8 mg q4h")
    assert "02:00" in six.plan.steps[0].regimen.times
    assert six.at_night == 0
    awake = replace(six.plan.steps[0].regimen, times=("morning",))
    steps = (six.plan.steps[0]._replace(regimen=awake), *six.plan.steps[1:])
    rows = [step for step in steps[1:] if "02:00" in step.regimen.times]
    assert plans.Made("", "", "8w", SimpleNamespace(steps=steps)).at_night == len(rows) > 0


def test_the_days_at_a_quarter_are_counted():
    slow = of("morphine-er", "60 mg q12h")
    small = sum(s.days for s in slow.plan.steps if s.days and s.daily <= 30_000)
    assert slow.days_small == small / sum(s.days or 0 for s in slow.plan.steps)
