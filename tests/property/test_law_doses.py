"""Laws of the doses: they can be taken, they never rise, and no cut is larger than it must be."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from strategies import PRODUCTS, planned, requests

from taper.engine.steps import CHANGE, CURRENT, HOLD, MAINTAIN, REDUCE, STOP
from taper.quantities import THOUSAND


def tables(plan) -> dict:
    """The table of what can be made, by product."""
    request = plan.request
    made = [request.regimens, *(companion.regimens for companion in request.also)]
    made += [request.finish.regimens] if request.finish else []
    return {table.product: table for table in made}


def rows_by_product(plan) -> list[tuple]:
    """Each row with the one before it in which the same product was taken (or None)."""
    latest = {companion.regimen.product: companion.regimen for companion in plan.request.also}
    latest[plan.steps[0].regimen.product] = plan.steps[0].regimen
    found = []
    for step in plan.steps[1:]:
        found.append((step, latest.get(step.regimen.product)))
        latest[step.regimen.product] = step.regimen
    return found


def singles(table) -> list[int]:
    """Every amount that one administration can be, found by adding up units."""
    product = table.product
    if product.is_liquid:
        measure = table.strengths[0].amount * product.measure // THOUSAND
        return [0, *(n * measure for n in range(1, 501) if n * measure >= product.least_dose)]
    units = [strength.amount for strength in table.strengths]
    units += [amount // 2 for amount in units if table.halves and amount % 2 == 0]
    made = {0}
    for _ in range(table.most):
        made |= {sofar + unit for sofar in made for unit in units}
    return [amount for amount in made if not amount or amount >= product.least_dose]


def below(table, amounts: tuple[int, ...]) -> set[int]:
    """Every daily dose of which no administration is above that of ``amounts``."""
    made = {0}
    for cap in amounts:
        made = {sofar + each for sofar in made for each in singles(table) if each <= cap}
    return made


@given(requests())
def test_units_add_up_to_the_dose(fields):
    for step in planned(fields).steps:
        for regimen in (step.regimen, *step.companions):
            product = regimen.product
            made = [
                sum(strength.amount * count for strength, count in units) for units in regimen.units
            ]
            assert made == [amount * THOUSAND for amount in regimen.amounts]
            assert sum(regimen.amounts) == regimen.daily
            for units in regimen.units:
                if product.is_liquid:
                    assert len(units) <= 1
                    assert all(count % product.measure == 0 for _, count in units)


@given(requests())
def test_only_whole_units_but_for_halves_that_were_allowed(fields):
    plan = planned(fields)
    allowed = tables(plan)
    for step in plan.steps:
        for regimen in (step.regimen, *step.companions):
            product = regimen.product
            if product.is_liquid:
                continue
            grain = THOUSAND // 2 if allowed[product].halves else THOUSAND
            counts = [count for units in regimen.units for _, count in units]
            assert all(count % grain == 0 and count > 0 for count in counts)
            if product.release in {"er", "patch"} or not product.splittable:
                assert all(count % THOUSAND == 0 for count in counts)


@given(requests())
def test_only_the_strengths_at_hand_and_no_more_units_than_the_limit(fields):
    plan = planned(fields)
    table = plan.request.regimens
    product = table.product
    stock = fields.get("stock") or [s.label for s in product.usual]
    raised = plan.request.raised_units
    for step in plan.steps:
        if step.regimen.product is not product:
            continue
        for units in step.regimen.units:
            assert all(strength.label in stock for strength, _ in units)
            if not product.is_liquid:
                pieces = sum(-(-count // THOUSAND) for _, count in units)
                assert pieces <= max(raised, product.max_units)
        assert all(not amount or amount >= product.least_dose for amount in step.regimen.amounts)


@given(requests())
def test_no_administration_ever_rises_within_a_product(fields):
    for step, before in rows_by_product(planned(fields)):
        if before is not None:
            pairs = zip(step.regimen.amounts, before.amounts, strict=True)
            assert all(now <= then for now, then in pairs)
            assert step.daily <= before.daily


@given(requests())
def test_a_reduction_reduces_and_nothing_else_does(fields):
    for step, before in rows_by_product(planned(fields)):
        if step.kind in {REDUCE, STOP}:
            assert step.daily < before.daily
        elif step.kind != CHANGE and before is not None:
            assert step.regimen.amounts == before.amounts


@given(requests())
def test_every_cut_obeys_the_limits_or_is_the_smallest_that_can_be_made(fields):
    plan = planned(fields)
    made, goal = tables(plan), plan.request.rule.goal
    said = {step.number for step in plan.steps if step.reason.kind == "unavoidable"}
    assert said >= {n for f in plan.findings if f.id == "unavoidable-cut" for n in f.steps}
    for step, before in rows_by_product(plan):
        if step.kind != REDUCE:
            assert step.number not in said
            continue
        cut = before.daily - step.daily
        reference = before.daily if step.reason.point.of_current else step.original
        obeys = 4 * cut <= reference and 2 * cut <= before.daily
        assert obeys == (step.number not in said)
        if not obeys:
            floor = goal if step.regimen.product is plan.request.product else 0
            lower = {
                total
                for total in below(made[step.regimen.product], before.amounts)
                if step.daily < total < before.daily and total >= floor
            }
            if not floor:  # with a goal, a smaller cut may lead away from it
                assert not lower


@given(requests())
def test_zero_follows_only_the_smallest_dose_once_a_day(fields):
    plan = planned(fields)
    made = tables(plan)
    for step, before in rows_by_product(plan):
        if step.daily or step.kind == CURRENT:
            continue
        assert step.kind == STOP
        taken = [amount for amount in before.amounts if amount]
        smallest = min(amount for amount in singles(made[step.regimen.product]) if amount)
        assert taken == [smallest]


@given(requests())
def test_the_plan_ends_at_its_goal_or_at_a_stop(fields):
    plan = planned(fields)
    goal = plan.request.rule.goal
    last = plan.steps[-1]
    tapered = [companion for companion in plan.request.also if not companion.keep]
    if tapered or not goal:
        assert last.kind == STOP
        assert last.end is None
    else:
        assert last.kind == MAINTAIN
        assert last.daily <= goal * Fraction(*plan.request.product.basis) / Fraction(
            *last.regimen.product.basis
        )
    if goal:
        ends = [s for s in plan.steps if s.kind == MAINTAIN]
        assert len(ends) == 1


@given(requests())
def test_a_change_of_product_keeps_the_daily_dose_or_the_nearest_below(fields):
    plan = planned(fields)
    for before, step in pairwise(plan.steps):
        if step.kind != CHANGE:
            continue
        table = plan.request.finish.regimens
        same = Fraction(before.daily) * Fraction(*before.regimen.product.basis)
        same /= Fraction(*table.product.basis)
        possible = below(table, (max(table.amounts),) * table.number)
        assert step.daily == max(total for total in possible if total <= same)


@given(requests())
def test_holds_and_changes_are_not_counted_as_reductions(fields):
    plan = planned(fields)
    summary = plan.to_dict()["summary"]
    assert summary["reductions"] == sum(step.kind == REDUCE for step in plan.steps)
    assert summary["holds"] == sum(step.kind == HOLD for step in plan.steps)


@given(requests(products=[product for product in PRODUCTS if product.strengths[0].other]))
def test_a_taper_never_gives_more_acetaminophen_than_at_its_start(fields):
    plan = planned(fields)
    now = plan.steps[0].regimen
    for step in plan.steps:
        if step.regimen.product is now.product:
            assert step.regimen.other_daily <= now.other_daily
