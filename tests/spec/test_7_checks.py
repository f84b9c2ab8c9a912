"""Contract 7: when to look for withdrawal, and at what."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from written import taper


def checks(plan, reason):
    """Days after the start of their row of the checks of one kind, row by row."""
    return [
        (c.step, (c.date - plan.steps[c.step].start).days)
        for c in plan.checks
        if c.reason == reason
    ]


@pytest.mark.parametrize(
    ("product", "dose", "first", "last"),
    [
        ("oxycodone-ir", "10 mg q6h", 1, 3),
        ("morphine-solution", "10 mg q6h", 1, 3),
        ("morphine-er", "90 mg q8h", 2, 4),
        ("methadone-tablet", "20 mg q12h", 3, 5),
        ("levorphanol-ir", "6 mg q8h", 3, 5),
        ("fentanyl-patch", "100 mcg/h", 3, 5),
        ("buprenorphine-patch", "20 mcg/h", 5, 7),
        ("buprenorphine-buccal", "450 mcg q12h", 2, 4),
    ],
)
def test_one_check_when_withdrawal_would_show(product, dose, first, last):
    plan = taper(product, dose, every="4w")
    looked = checks(plan, "after-reduction")
    reductions = [step.number for step in plan.steps if step.kind in {"reduce", "stop"}]
    assert [step for step, _ in looked] == reductions
    assert all(first <= days <= last for _, days in looked)


def test_one_check_before_the_next_reduction_on_a_working_day_two_days_earlier():
    plan = taper("morphine-er", "90 mg q8h")  # reductions on Mondays: decided on Fridays
    for check in plan.checks:
        if check.reason == "before-reduction":
            following = plan.steps[check.step + 1].start
            assert check.date.strftime("%a") == "Fri"
            assert following - check.date == timedelta(days=3)


@pytest.mark.parametrize(("how", "most"), [("standard", 28), ("close", 7)])
def test_never_too_long_without_contact(how, most):
    plan = taper("morphine-er", "90 mg q8h", every="12w", checks=how)
    days = [plan.start, *sorted({check.date for check in plan.checks})]
    assert max((b - a).days for a, b in pairwise(days)) <= most


def test_a_hold_ends_with_a_review_and_the_stop_is_followed_up():
    plan = taper("morphine-er", "90 mg q8h", holds=["2w@every4"])
    reviewed = [step for step, _ in checks(plan, "hold-review")]
    assert reviewed == [step.number for step in plan.steps if step.kind == "hold"]
    assert checks(plan, "after-stop") == [(plan.steps[-1].number, 7), (plan.steps[-1].number, 28)]


def test_each_check_lists_what_to_look_at():
    for check in taper("morphine-er", "90 mg q8h").checks:
        text = " ".join(check.items)
        for item in ("withdrawal", "PEG", "suicide", "sleep", "naloxone", "tolerance", "dose"):
            assert item in text or item in {"withdrawal", "tolerance", "dose"}
        assert "SOWS" not in text


def test_the_monitoring_programme_at_least_every_three_months():
    plan = taper("morphine-er", "90 mg q8h", every="8w")
    days = [
        c.date for c in plan.checks if any("drug monitoring program" in item for item in c.items)
    ]
    assert max((b - a).days for a, b in pairwise(days)) <= 91


def test_no_checks_where_none_are_wanted():
    assert taper("morphine-er", "90 mg q8h", checks="none").checks == ()
