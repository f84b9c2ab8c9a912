"""Laws of the dates: every day once, no row too short, nothing on a day that was to be avoided."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import holidays
from hypothesis import given
from strategies import planned, requests

from taper.engine.steps import BASELINE, CHANGE, HOLD, MAINTAIN, REDUCE, STOP
from taper.request.fields import WEEKDAYS

DAY = timedelta(days=1)


@given(requests())
def test_every_day_from_the_start_to_the_stop_is_in_one_row(fields):
    plan = planned(fields)
    rows = plan.steps[1:]
    assert rows[0].start == date.fromisoformat(fields["start"])
    for row, following in pairwise(rows):
        assert row.end >= row.start
        assert following.start == row.end + DAY
        assert row.days == (row.end - row.start).days + 1
    assert (rows[-1].end is None) == (rows[-1].kind == STOP)
    until = rows[-1].start if rows[-1].kind == STOP else rows[-1].end + DAY
    assert sum(row.days or 0 for row in rows) == (until - rows[0].start).days


@given(requests())
def test_no_row_is_shorter_than_the_interval(fields):
    plan = planned(fields)
    every = plan.request.rule.parts[0].every
    dated = [hold for hold in plan.request.calendar.holds if hold.first]
    for row in plan.steps[1:]:
        if row.kind in {REDUCE, CHANGE} and row.end is not None:
            assert row.end + DAY >= every.after(row.start)
        if row.kind == HOLD and not dated:
            shortest = min(
                (
                    hold.length.after(row.start)
                    for hold in plan.request.calendar.holds
                    if hold.length
                ),
            )
            assert row.end + DAY >= shortest


@given(requests())
def test_reductions_begin_only_on_days_that_are_allowed(fields):
    plan = planned(fields)
    avoid, only = fields.get("avoid", []), fields.get("reduce_on", [])
    of_the_us = holidays.country_holidays("US")
    for row in plan.steps[1:]:
        if row.kind not in {REDUCE, STOP}:
            continue
        assert not ("weekends" in avoid and row.start.weekday() >= 5)
        assert not ("holidays:US" in avoid and row.start in of_the_us)
        assert not only or WEEKDAYS[row.start.weekday()] in only
        for hold in plan.request.calendar.holds:
            if hold.first:
                assert not hold.first <= row.start <= hold.last


@given(requests())
def test_the_first_reduction_is_not_before_the_end_of_the_baseline(fields):
    plan = planned(fields)
    baseline = plan.request.calendar.baseline
    first = next(row for row in plan.steps[1:] if row.kind in {REDUCE, STOP, CHANGE})
    if baseline:
        assert first.start >= baseline.after(plan.start)
    if first.start > plan.start:
        assert plan.steps[1].kind in {BASELINE, HOLD}


@given(requests())
def test_a_patch_is_changed_only_when_it_is_due(fields):
    plan = planned(fields)
    worn: dict = {}
    for row in plan.steps[1:]:
        now = {r.product: r for r in (row.regimen, *row.companions) if r.product.is_patch}
        for product, regimen in now.items():
            before = worn.get(product)
            if before is not None and before.amounts != regimen.amounts:
                assert (row.start - plan.start).days % (before.interval // 24) == 0
        worn.update(now)


@given(requests())
def test_a_hold_changes_no_dose_and_comes_after_a_full_interval(fields):
    plan = planned(fields)
    every = plan.request.rule.parts[0].every
    for before, row in pairwise(plan.steps[1:]):
        if row.kind != HOLD:
            continue
        assert row.regimen.amounts == before.regimen.amounts
        if before.kind == REDUCE:
            assert row.start >= every.after(before.start)


@given(requests())
def test_every_nth_reduction_is_followed_by_its_hold(fields):
    plan = planned(fields)
    nths = [hold for hold in plan.request.calendar.holds if hold.every]
    count, product = 0, None
    for row, following in pairwise(plan.steps[1:]):
        if row.kind not in {REDUCE, STOP}:
            continue
        if row.kind == STOP:
            count = 0
            continue
        if (
            product is not None
            and row.regimen.product is not product
            and row.before == row.original
        ):
            count = 0
        product = row.regimen.product
        count += 1
        met = [hold for hold in nths if count % hold.every == 0]
        if met and following.kind in {REDUCE, STOP}:
            raise AssertionError(f"step {row.number} met {met[0]} but no hold follows")
        if met and following.kind == HOLD:
            longest = max(hold.length.after(following.start) for hold in met)
            assert following.end + DAY >= longest


@given(requests())
def test_the_last_row_of_a_goal_is_long_enough_for_its_review(fields):
    plan = planned(fields)
    for row in plan.steps:
        if row.kind == MAINTAIN:
            assert row.days >= 28
