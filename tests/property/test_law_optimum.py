"""The optimum is exact: whatever can be enumerated is enumerated, and the engine agrees."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from slowly import Kitchen
from strategies import PRODUCTS, US

from taper.formulary.product import Strength
from taper.quantities import THOUSAND
from taper.regimen.table import Regimens
from taper.regimen.times import TIMES
from taper.regimen.units import fewest_units_for, units_table

SOLID = [product for product in PRODUCTS if not product.is_liquid]
LIQUID = [product for product in PRODUCTS if product.is_liquid]
UNLIMITED = 10**9


def spelled(units) -> list[tuple[int, int]]:
    """Units as (strength, count in thousandths)."""
    return [(strength.amount, count) for strength, count in units]


def counted(way) -> list[tuple[int, int]]:
    """A way of :mod:`slowly` in the same form."""
    counts: dict[int, int] = {}
    for _, strength, half in way:
        counts[strength] = counts.get(strength, 0) + (THOUSAND // 2 if half else THOUSAND)
    return sorted(counts.items(), key=lambda item: -item[0])


@st.composite
def tables(draw, most_strengths=4, numbers=(1, 2, 3, 4)) -> tuple[Regimens, Kitchen]:
    """A table of the engine, and a kitchen with the same in it."""
    product = draw(st.sampled_from(PRODUCTS))
    number = 1 if product.is_patch else draw(st.sampled_from(numbers))
    interval = product.interval if product.is_patch else 24 // number
    if product.is_liquid:
        measure = product.usual[0].amount * product.measure // THOUSAND
        measures = draw(
            st.integers(product.least_dose // measure + 1, {1: 80, 2: 40, 3: 20, 4: 10}[number])
        )
        made = Regimens(product, product.usual[:1], interval, 0, limit=measures * measure)
        return made, Kitchen([measure], number, 0, least=product.least_dose, measures=measures)
    by_amount = {strength.amount: strength for strength in product.strengths}
    chosen = draw(
        st.lists(
            st.sampled_from(sorted(by_amount)), min_size=1, max_size=most_strengths, unique=True
        )
    )
    halves = product.splittable and draw(st.booleans())
    prefer = draw(st.booleans())
    most = draw(st.integers(1, {1: 5, 2: 4, 3: 3, 4: 2}[number]))
    kitchen = Kitchen(
        sorted(chosen), number, most, halves, product.least_dose, prefer_strengths=prefer
    )
    assume(len(kitchen.best()) > 1)
    assume(len(kitchen.best()) ** number < 30_000)
    strengths = tuple(by_amount[amount] for amount in sorted(chosen))
    made = Regimens(product, strengths, interval, most, halves=halves, fewest_strengths=prefer)
    return made, kitchen


@pytest.mark.parametrize("product", SOLID, ids=lambda product: product.id)
@pytest.mark.parametrize("halves", [False, True], ids=["whole", "halves"])
@pytest.mark.parametrize("prefer", [False, True], ids=["fewest-units", "fewest-strengths"])
def test_the_units_of_every_amount_are_the_best_of_all_ways(product, halves, prefer):
    if halves and not product.splittable:
        pytest.skip("never cut")
    strengths = list({strength.amount: strength for strength in product.usual}.values())
    kitchen = Kitchen(
        [s.amount for s in strengths],
        1,
        min(product.max_units, 3),
        halves,
        0,
        prefer_strengths=prefer,
    )
    table = units_table(strengths, kitchen.most, halves=halves, fewest_strengths=prefer)
    assert {amount: spelled(ways[0]) for amount, ways in table.items()} == {
        amount: counted(way) for amount, way in kitchen.best().items()
    }


def test_morphine_er_105_mg_is_three_tablets_not_greedily_four():
    strengths = US.find("morphine-er").usual
    assert spelled(units_table(strengths, 4, halves=False, fewest_strengths=False)[105_000][0]) == [
        (60_000, 1000),
        (30_000, 1000),
        (15_000, 1000),
    ]
    assert spelled(units_table(strengths, 4, halves=False, fewest_strengths=False)[120_000][0]) == [
        (60_000, 2000)
    ]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True), st.integers(1, 200))
def test_the_fewest_units_of_a_dose_are_the_fewest(sizes, amount):
    strengths = [Strength(str(size), size * THOUSAND) for size in sizes]
    fewest = {0: 0}
    for total in range(1, amount + 1):
        counts = [fewest[total - size] + 1 for size in sizes if total - size in fewest]
        if counts:
            fewest[total] = min(counts)
    expected = fewest.get(amount)
    found = fewest_units_for(amount * THOUSAND, strengths, halves=False)
    assert found == (expected if expected is not None and expected <= 20 else None)


@given(tables())
def test_every_daily_dose_that_can_be_made_is_known_with_its_best_division(drawn):
    made, kitchen = drawn
    divided = kitchen.divided((UNLIMITED,) * kitchen.number)
    assert made.totals == sorted(divided)
    assert {total: made.of(total).ranks for total in made.totals} == divided


@given(tables(), st.data())
def test_no_administration_is_above_its_rank_and_the_division_is_the_best_such(drawn, data):
    made, kitchen = drawn
    assume(made.caps(made.nothing) is None)  # a combination is limited further
    taken = (data.draw(st.sampled_from(made.amounts[1:])) for _ in range(kitchen.number))
    now = made.exactly(tuple(taken))
    divided = kitchen.divided(now.ranks)
    for total in data.draw(st.lists(st.sampled_from(made.totals), max_size=10)):
        regimen = made.under(total, now)
        assert (None if regimen is None else regimen.ranks) == divided.get(total)


@given(tables(), st.data())
def test_the_times_follow_the_number_and_the_larger_amounts_stay(drawn, data):
    made, kitchen = drawn
    taken = (data.draw(st.sampled_from(made.amounts[1:])) for _ in range(kitchen.number))
    now = made.exactly(tuple(taken))
    total = data.draw(st.sampled_from(made.totals[1:]))
    after = made.under(total, now)
    assume(after is not None)
    if len(after.amounts) == len(now.amounts):
        assert after.times == now.times
        pairs = sorted(zip(now.amounts, after.amounts, strict=True))
        for (then, one), (later, other) in pairwise(pairs):
            assert one <= other or then == later
    elif len(after.amounts) == 1:
        assert after.times == ("evening",)
    else:
        assert after.times == TIMES[len(after.amounts)]


@given(tables())
def test_of_equal_divisions_the_smaller_amounts_come_first_in_the_order_of_the_rules(drawn):
    made, _ = drawn
    orders = {1: (0,), 2: (0, 1), 3: (1, 0, 2), 4: (1, 2, 0, 3)}
    for total in made.totals[1:40]:
        chosen = made.of(total).amounts
        ordered = [chosen[place] for place in orders[len(chosen)]]
        assert ordered == sorted(chosen)
