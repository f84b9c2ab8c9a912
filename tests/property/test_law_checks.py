"""Laws of the withdrawal checks (contract 7)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from strategies import planned, requests

from taper.engine.steps import CHANGE, HOLD, REDUCE, STOP

DAY = timedelta(days=1)
SHOWS = {  # first and last day after a reduction on which withdrawal would show
    "ir": (1, 3),
    "er": (2, 4),
    "long-acting": (3, 5),
    "fentanyl-patch": (3, 5),
    "buprenorphine-patch": (5, 7),
}
MONITORING = "drug monitoring program"


def drawn(fields, how="standard"):
    return planned({**fields, "checks": how})


def of(plan, reason):
    return [check for check in plan.checks if check.reason == reason]


@given(requests())
def test_each_reduction_has_one_check_when_withdrawal_would_show(fields):
    plan = drawn(fields)
    looked = of(plan, "after-reduction")
    rows = [step for step in plan.steps[1:] if step.kind in {REDUCE, STOP, CHANGE}]
    assert [check.step for check in looked] == [row.number for row in rows]
    for check, row in zip(looked, rows, strict=True):
        first, last = SHOWS[row.regimen.product.facts["withdrawal"]]
        if row.regimen.product.drug == "fentanyl":  # after the first full patch period
            first, last = row.regimen.interval // 24, row.regimen.interval // 24 + 2
        before = [c.date for c in of(plan, "before-reduction") if c.step == row.number]
        within = before or ([row.end] if row.end else [])
        limit = min([*within, row.start + last * DAY])
        assert check.date <= limit
        if limit >= row.start + first * DAY:
            assert check.date >= row.start + first * DAY
        assert row.end is None or check.date <= row.end


@given(requests())
def test_each_reduction_is_decided_on_before_it_begins(fields):
    plan = drawn(fields)
    decided = {check.step: check.date for check in of(plan, "before-reduction")}
    for row, following in pairwise(plan.steps[1:]):
        if following.kind not in {REDUCE, STOP, CHANGE}:
            assert row.number not in decided
            continue
        day = decided[row.number]
        assert row.start <= day < following.start
        if day > row.start:
            assert day <= following.start - 2 * DAY
            assert day.weekday() < 5
            if "holidays:US" not in fields.get("avoid", []):
                later = [day + n * DAY for n in range(1, 8)]
                later = [d for d in later if d <= following.start - 2 * DAY and d.weekday() < 5]
                assert not later


@given(requests())
def test_never_more_than_four_weeks_or_a_week_without_contact(fields):
    for how, most in (("standard", 28), ("close", 7)):
        plan = drawn(fields, how)
        days = sorted({check.date for check in plan.checks})
        assert all((later - day).days <= most for day, later in pairwise([plan.start, *days]))
        ends = [row.end for row in plan.steps if row.end is not None]
        assert (max(ends) - days[-1]).days <= most


@given(requests())
def test_the_monitoring_programme_is_looked_at_every_three_months(fields):
    plan = drawn(fields)
    looked = [c.date for c in plan.checks if any(MONITORING in item for item in c.items)]
    assert looked[0] == plan.checks[0].date
    last = plan.checks[-1].date
    assert all((later - day).days <= 91 for day, later in pairwise([*looked, last]))


@given(requests())
def test_a_hold_ends_with_a_review(fields):
    plan = drawn(fields)
    reviews = {check.step: check.date for check in of(plan, "hold-review")}
    assert set(reviews) == {row.number for row in plan.steps if row.kind == HOLD}
    for number, day in reviews.items():
        row = plan.steps[number]
        assert row.start <= day <= row.end


@given(requests())
def test_after_stopping_there_are_checks_at_one_and_four_weeks(fields):
    plan = drawn(fields)
    for row in plan.steps:
        if row.kind == STOP:
            days = [
                (c.date - row.start).days for c in of(plan, "after-stop") if c.step == row.number
            ]
            assert len(days) == 2
            assert 7 <= days[0] <= 7 + 5
            assert 28 <= days[1] <= 28 + 5


@given(requests())
def test_checks_stand_in_order_in_a_row_that_exists_and_say_what_to_look_at(fields):
    plan = drawn(fields)
    days = [check.date for check in plan.checks]
    assert days == sorted(days)
    for check in plan.checks:
        row = plan.steps[check.step]
        assert row.start <= check.date
        assert check.items
        text = " ".join(check.items)
        for word in ("PEG", "mood", "suicide", "sleep", "naloxone"):
            assert word in text
        assert "SOWS" not in text
    assert not planned({**fields, "checks": "none"}).checks
