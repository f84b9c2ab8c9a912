"""Laws of the doses that look at what the engine knows: several opioids, halves, other products.

Those of one product alone are laws of ``verify``.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from strategies import planned, requests

from taper.engine.steps import CHANGE, CURRENT, MAINTAIN, REDUCE, STOP
from taper.quantities import THOUSAND
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
