"""Contract 7: how a check is made, and what it looks at."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from written import taper

from taper.formulary.working_days import working_days
from taper.safety.withdrawal_checks import check_days, checks, facts

MONITORING = "check the prescription drug monitoring program"


@pytest.mark.parametrize(
    ("product", "dose", "first", "last"),
    [
        ("oxycodone-ir", "10 mg q6h", 1, 3),
        ("morphine-solution", "10 mg q6h", 1, 3),
        ("morphine-er", "90 mg q8h", 2, 4),
        ("methadone-tablet", "20 mg q12h", 3, 5),
        ("levorphanol-ir", "6 mg q8h", 3, 5),
        ("fentanyl-patch", "100 mcg/h", 3, 6),
        ("buprenorphine-patch", "20 mcg/h", 5, 7),
        ("buprenorphine-buccal", "450 mcg q12h", 2, 4),
    ],
)
def test_one_check_when_withdrawal_would_show(product, dose, first, last):
    plan = taper(product, dose, every="4w")
    working = working_days("us")
    for step in plan.steps[1:]:
        if step.kind not in {"reduce", "stop"}:
            continue
        window = [step.start + timedelta(days=n) for n in range(first, last + 1)]
        looked = [
            c.date
            for c in plan.checks
            if {"after-reduction", "after-stop"} & set(c.reasons) and c.step == step.number
        ]
        if any(working.is_working(day) for day in window):
            assert looked[0] in window
        else:
            assert looked[0] == working.on_or_after(window[-1])


def test_the_visit_that_makes_the_plan_comes_before_it():
    first = taper("morphine-er", "90 mg q8h").checks[0]
    assert (f"{first.date:%a %d %b}", first.step, first.how) == ("Fri 04 Dec", 0, "visit")
    assert "what else treats the pain" in first.items[0]


def test_a_check_before_a_reduction_is_a_visit_once_in_four_weeks():
    plan = taper("morphine-er", "90 mg q8h", every="2w")
    before = [c for c in plan.checks if "before-reduction" in c.reasons]
    visits = [c.date for c in before if c.how == "visit"]
    assert all((b - a).days >= 28 for a, b in pairwise(visits))
    for check in before:
        recent = [day for day in visits if 0 <= (check.date - day).days < 28]
        assert recent, check


def test_the_scale_fits_the_way_of_contact():
    for check in taper("morphine-er", "90 mg q8h", every="2w", holds=["2w@every2"]).checks:
        text = " ".join(check.items)
        assert ("COWS" in text) == (check.how in {"visit", "video"})
        assert ("16-item Subjective Opiate Withdrawal Scale" in text) == (check.how == "telephone")
        assert "SOWS" not in text


def test_each_check_lists_what_to_look_at():
    for check in taper("morphine-er", "90 mg q8h").checks:
        text = " ".join(check.items)
        for item in ("withdrawal", "PEG", "suicide", "sleep", "naloxone", "dose"):
            assert item in text
        assert len(set(check.items)) == len(check.items)


def test_two_checks_of_one_day_are_one():
    plan = taper("oxycodone-ir", "10 mg q6h")
    days = [check.date for check in plan.checks]
    assert days == sorted(set(days))
    assert any(len(check.reasons) == 2 for check in plan.checks)
    assert check_days(plan.request, plan.steps) == days


def test_the_monitoring_programme_at_least_every_three_months():
    plan = taper("morphine-er", "90 mg q8h", every="8w")
    days = [c.date for c in plan.checks if MONITORING in c.items]
    assert days[0] == plan.checks[0].date
    assert max((b - a).days for a, b in pairwise(days)) <= 91


def test_in_the_united_kingdom_the_shared_record_is_looked_at():
    plan = taper("MST Continus", "15 mg q12h", market="uk", every="4w")
    text = " ".join(item for check in plan.checks for item in check.items)
    assert "check the shared care record" in text
    assert MONITORING not in text
    assert facts("uk").monitoring_title == "Shared care record"


def test_no_checks_if_none_are_wanted():
    plan = taper("morphine-er", "90 mg q8h", checks="none")
    assert plan.checks == ()
    assert checks(plan.request, plan.steps) == ()
    assert check_days(plan.request, plan.steps) == []


@pytest.mark.parametrize("baseline", [None, "1w", "8w"])
def test_a_plan_that_stays_has_contacts_and_no_check_of_a_reduction(baseline):
    plan = taper("buprenorphine-patch", "5 mcg/h", to="current", baseline=baseline)
    assert {check.reason for check in plan.checks} <= {"contact", "hold-review"}
    assert plan.stop_date is None
