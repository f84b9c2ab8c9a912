"""Laws of the doses: they can be taken, they never rise, and no cut is larger than it must be."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from strategies import PRODUCTS, planned, requests

from taper.engine.steps import CHANGE, CURRENT, HOLD, MAINTAIN, REDUCE, STOP
from taper.quantities import THOUSAND
from taper.regimen.times import TIMES
from taper.request.rule import MIXED, ORIGINAL


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


def is_even(table, new: tuple[int, ...], old: tuple[int, ...]) -> bool:
    """Whether a division is even for someone who takes ``old``, both the largest first."""
    if len(new) == len(old) and new[0] - new[-1] <= old[0] - old[-1]:
        return True
    if len(new) < len(old) and new[0] > min(amount for amount in singles(table) if amount):
        return False
    if table.product.is_liquid:
        step = table.strengths[0].amount * table.product.measure // THOUSAND
    else:
        sizes = [0, *sorted({s.amount for s in table.strengths if s.amount <= new[0]})]
        step = sizes[-1] - sizes[-2] if len(sizes) > 1 else 0
    return new[0] - new[-1] <= step and new[0] <= 2 * new[-1]


def even_between(table, before, low: int) -> list[int]:
    """The even daily doses above ``low`` and below that of a regimen, by trying each."""
    found = []
    for total in [each for each in table.totals if low < each < before.daily]:
        ranks = table.division(total, before.ranks, table.caps(before))
        if ranks is not None and (before.most_often or is_even(table, ranks, before.ranks)):
            found.append(total)
    return found


def most_of_one_cut(plan, step, before) -> Fraction:
    """Limit a: the most that one cut may be while a smaller one can be made."""
    request = plan.request
    part = request.rule.parts[0]
    if isinstance(part.reduce, int):
        asked = Fraction(part.reduce * step.original, plan.steps[0].daily)
        if step.regimen.product is request.product:
            asked = Fraction(part.reduce)
        return max(asked, Fraction(step.original, 4))
    if request.rule.of == ORIGINAL:
        return Fraction(step.original, 4)
    total = Fraction(before.daily)
    if request.rule.of == MIXED:
        total += beside(step)
    return total / 4


def beside(step) -> Fraction:
    """What the other opioids of a row come to in the product's own unit, by their MME."""
    product, others = step.regimen.product, [c for c in step.companions if c.daily]
    if product.mme is None or any(other.product.mme is None for other in others):
        return Fraction(0)
    total = sum((other.daily * Fraction(*other.product.mme) for other in others), Fraction(0))
    return total / Fraction(*product.mme)


@given(requests())
def test_units_add_up_to_the_dose(fields):
    for step in planned(fields).steps:
        for regimen in (step.regimen, *step.companions):
            product = regimen.product
            made = [
                sum(strength.amount * count for strength, count in units) for units in regimen.units
            ]
            assert made == [amount * THOUSAND for amount in regimen.amounts]
            assert sum(regimen.amounts) * (regimen.most_often or 1) == regimen.daily
            assert len(regimen.times) == len(regimen.amounts) == len(regimen.units)
            assert all(regimen.amounts)
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
    stock = fields.get("stock") or [strength.label for strength in table.strengths]
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
def test_no_administration_ever_rises_in_order_of_size_within_a_product(fields):
    for step, before in rows_by_product(planned(fields)):
        if before is not None:
            assert step.daily <= before.daily
            if step.regimen.most_often:  # as needed: a smaller amount may be taken more often
                assert step.regimen.amounts <= before.amounts
                continue
            assert len(step.regimen.ranks) <= len(before.ranks)
            pairs = zip(step.regimen.ranks, before.ranks, strict=False)
            assert all(now <= then for now, then in pairs)


@given(requests())
def test_a_reduction_reduces_and_nothing_else_does(fields):
    for step, before in rows_by_product(planned(fields)):
        if step.kind in {REDUCE, STOP}:
            assert step.daily < before.daily
        elif step.kind != CHANGE and before is not None:
            assert step.regimen.amounts == before.amounts


@given(requests())
def test_no_cut_is_over_the_limit_while_a_smaller_even_one_can_be_made(fields):
    plan = planned(fields)
    made, goal = tables(plan), plan.request.rule.goal
    finding = next((f for f in plan.findings if f.id == "unavoidable-cut"), None)
    marked = finding.steps if finding else ()
    for step, before in rows_by_product(plan):
        if step.kind != REDUCE:
            assert step.number not in marked
            continue
        assert 2 * step.daily >= before.daily
        obeys = before.daily - step.daily <= most_of_one_cut(plan, step, before)
        assert obeys == (step.reason.kind != "unavoidable")
        if not obeys and not goal:  # with a goal, a smaller cut may lead away from it
            assert not even_between(made[step.regimen.product], before, step.daily)


@given(requests())
def test_what_the_strengths_force_waits_and_is_kept(fields):
    plan = planned(fields)
    for step, following in pairwise(plan.steps):
        if step.reason.kind == "unavoidable" and following.kind != MAINTAIN:
            assert step.days >= 14


@given(requests())
def test_fewer_administrations_stand_at_the_times_of_their_number(fields):
    plan = planned(fields)
    for step, before in rows_by_product(plan):
        if before is None or len(step.regimen.times) == len(before.times):
            continue
        number = len(step.regimen.times)
        last = {("evening",), ("bedtime",)} if "bedtime" in before.times else {("evening",)}
        assert step.regimen.times in (last if number == 1 else {TIMES[number]})


@given(requests())
def test_zero_follows_only_the_smallest_dose_once_a_day(fields):
    plan = planned(fields)
    made = tables(plan)
    for step, before in rows_by_product(plan):
        if step.daily or step.kind == CURRENT:
            continue
        assert step.kind == STOP
        smallest = min(amount for amount in singles(made[step.regimen.product]) if amount)
        assert before.ranks == (smallest,)


@given(requests())
def test_the_plan_ends_at_its_goal_or_at_a_stop(fields):
    plan = planned(fields)
    goal = plan.request.rule.goal
    last = plan.steps[-1]
    if not goal:
        assert last.kind == STOP
        assert last.end is None
    else:
        assert last.kind == MAINTAIN
        same = goal * Fraction(*plan.request.product.basis) / Fraction(*last.regimen.product.basis)
        assert last.daily >= int(same)  # at the goal, or as near above it as can be reached
        assert len([step for step in plan.steps if step.kind == MAINTAIN]) == 1
        others = [[c.daily for c in step.companions] for step in plan.steps]
        assert all(each == others[0] for each in others)


@given(requests())
def test_a_change_of_product_keeps_the_daily_dose_or_the_nearest_below(fields):
    plan = planned(fields)
    for before, step in pairwise(plan.steps):
        if step.kind != CHANGE:
            continue
        finish = plan.request.finish
        table = finish.regimens
        same = Fraction(before.daily) * Fraction(*before.regimen.product.basis)
        same /= Fraction(*table.product.basis)
        often = len(before.regimen.amounts) if finish.as_often else table.number
        possible = {0}
        for _ in range(often):
            possible = {sofar + each for sofar in possible for each in singles(table)}
        assert step.daily == max(total for total in possible if total <= same)
        assert same - step.daily <= Fraction(step.reason.point.asked, step.reason.point.denominator)


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
