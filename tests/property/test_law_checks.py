"""Laws of the withdrawal checks (contract 7)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from strategies import planned, requests

from taper.engine.steps import CHANGE, HOLD, REDUCE, STOP
from taper.formulary.working_days import working_days

DAY = timedelta(days=1)
SHOWS = {  # first and last day after a reduction on which withdrawal would show
    "ir": (1, 3),
    "er": (2, 4),
    "long-acting": (3, 5),
    "fentanyl-patch": (3, 6),
    "buprenorphine-patch": (5, 7),
}
FALLS = {REDUCE, CHANGE, STOP}
MONITORING = "drug monitoring program"


def drawn(fields, how="standard"):
    return planned({**fields, "checks": how})


def working_of(plan):
    return working_days(plan.request.formulary.market)


def weekly(plan):
    """Whether no reduction comes less than a week after another."""
    days = [row.start for row in plan.steps[1:] if row.kind in FALLS]
    every = plan.request.rule.parts
    return all(part.every.days >= 7 for part in every) and all(
        (b - a).days >= 7 for a, b in pairwise(days)
    )


@given(requests())
def test_withdrawal_is_looked_for_when_it_would_show(fields):
    plan = drawn(fields)
    if not weekly(plan):
        return
    working = working_of(plan)
    falls = [row for row in plan.steps[1:] if row.kind in FALLS]
    for row, following in pairwise([*falls, None]):
        first, last = SHOWS[row.regimen.product.facts["withdrawal"]]
        window = [row.start + n * DAY for n in range(first, last + 1)]
        if following is not None:
            window = [day for day in window if day < following.start]
        looked = [
            check.date
            for check in plan.checks
            if {"after-reduction", "after-stop"} & set(check.reasons)
            and check.date > row.start
            and (following is None or check.date < following.start)
        ]
        assert looked
        if any(working.is_working(day) for day in window):
            assert looked[0] in window
            assert working.is_working(looked[0])


@given(requests())
def test_each_reduction_is_decided_on_before_it_begins(fields):
    plan = drawn(fields)
    falls = [row.start for row in plan.steps[1:] if row.kind in FALLS]
    decided = [check.date for check in plan.checks if "before-reduction" in check.reasons]
    assert len(decided) == len(falls)
    for day, fall in zip(decided, falls, strict=True):
        assert day < fall
        if fall > plan.start and weekly(plan):
            assert day <= fall - 2 * DAY
    for earlier, day in zip(falls, decided[1:], strict=False):
        assert earlier < day


@given(requests())
def test_no_check_on_a_weekend_or_a_public_holiday(fields):
    plan = drawn(fields)
    working = working_of(plan)
    if weekly(plan):
        assert all(working.is_working(check.date) for check in plan.checks)


@given(requests())
def test_never_more_than_four_weeks_or_a_week_without_contact(fields):
    for how, most in (("standard", 28), ("close", 7)):
        plan = drawn(fields, how)
        last = plan.steps[-1]
        end = last.end or last.start
        days = [check.date for check in plan.checks if plan.start < check.date < end]
        assert all((b - a).days <= most for a, b in pairwise([plan.start, *days, end]))


@given(requests())
def test_the_monitoring_programme_is_looked_at_every_three_months(fields):
    plan = drawn(fields)
    looked = [c.date for c in plan.checks if any(MONITORING in item for item in c.items)]
    assert looked[0] == plan.checks[0].date
    end = plan.checks[-1].date
    assert all((later - day).days <= 91 for day, later in pairwise([*looked, end]))


@given(requests())
def test_a_hold_ends_with_a_review(fields):
    plan = drawn(fields)
    reviews = [check.date for check in plan.checks if "hold-review" in check.reasons]
    holds = [row for row in plan.steps if row.kind == HOLD]
    assert len(reviews) == len(holds)
    assert all(day <= row.end for day, row in zip(reviews, holds, strict=True))


@given(requests())
def test_after_stopping_there_are_checks_up_to_twelve_weeks(fields):
    plan = drawn(fields)
    stop = plan.steps[-1]
    days = [(c.date - stop.start).days for c in plan.checks if "after-stop" in c.reasons]
    if stop.kind != STOP:
        assert days == []
        return
    assert len(days) in {3, 4}
    assert 28 <= days[-2] <= 28 + 5
    assert 84 <= days[-1] <= 84 + 5
    assert any(4 <= day <= 7 + 5 for day in days)


@given(requests())
def test_checks_stand_in_order_one_a_day_in_the_row_in_force(fields):
    plan = drawn(fields)
    days = [check.date for check in plan.checks]
    assert days == sorted(set(days))
    for check in plan.checks:
        begun = [row.number for row in plan.steps[1:] if row.start <= check.date]
        assert check.step == (begun[-1] if begun else 0)
        text = " ".join(check.items)
        for word in ("PEG", "mood", "suicide", "sleep", "naloxone"):
            assert word in text
        assert "SOWS" not in text
        assert ("COWS" in text) == (check.how != "telephone")
    assert not planned({**fields, "checks": "none"}).checks
