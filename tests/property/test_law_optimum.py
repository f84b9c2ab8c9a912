"""The optimum is exact: whatever can be enumerated is enumerated, and the engine agrees."""

from __future__ import annotations

from fractions import Fraction
from itertools import product as every

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from slowly import Asked, Kitchen, choose
from strategies import PRODUCTS, US

from taper.engine import choice
from taper.engine.curve import Point
from taper.formulary.product import Strength
from taper.quantities import THOUSAND, Interval, Ratio
from taper.regimen.table import Regimens
from taper.regimen.units import fewest_units_for, units_table

SOLID = [product for product in PRODUCTS if not product.is_liquid]
LIQUID = [product for product in PRODUCTS if product.is_liquid]
WEEK = Interval(1, "w")
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
    kitchen.other = {
        amount: by_amount[amount].other for amount in chosen if by_amount[amount].other
    }
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
    assert {amount: spelled(units) for amount, units in table.items()} == {
        amount: counted(way) for amount, way in kitchen.best().items()
    }


def test_morphine_er_105_mg_is_three_tablets_not_greedily_four():
    strengths = US.find("morphine-er").usual
    assert spelled(units_table(strengths, 4, halves=False, fewest_strengths=False)[105_000]) == [
        (60_000, 1000),
        (30_000, 1000),
        (15_000, 1000),
    ]
    assert spelled(units_table(strengths, 4, halves=False, fewest_strengths=False)[120_000]) == [
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
    assert {total: made.of(total).amounts for total in made.totals} == divided


@given(tables(), st.data())
def test_no_administration_is_above_its_cap_and_the_division_is_the_best_such(drawn, data):
    made, kitchen = drawn
    caps = tuple(data.draw(st.sampled_from(made.amounts)) for _ in range(kitchen.number))
    divided = kitchen.divided(caps)
    for total in data.draw(st.lists(st.sampled_from(made.totals), max_size=10)):
        regimen = made.under(total, caps)
        assert (None if regimen is None else regimen.amounts) == divided.get(total)


@given(tables(), st.data())
def test_a_division_is_even_as_the_rules_say(drawn, data):
    made, kitchen = drawn
    amounts = tuple(data.draw(st.sampled_from(made.amounts)) for _ in range(kitchen.number))
    assume(any(amounts))
    assert made.exactly(amounts).even == kitchen.is_even(amounts)


@settings(max_examples=3 * settings.default.max_examples)
@given(tables(), st.data())
def test_the_choice_at_an_opportunity_is_that_of_the_rules(drawn, data):
    made, kitchen = drawn
    now = tuple(data.draw(st.sampled_from(made.amounts)) for _ in range(kitchen.number))
    assume(sum(now) > made.smallest)
    current = sum(now)
    original = current * data.draw(st.integers(100, 400)) // 100
    denominator = data.draw(st.sampled_from([1, 3, 10, 1000, 7]))
    ideal = data.draw(st.integers(0, current * denominator * 5 // 4))
    asked = data.draw(st.integers(1, original * denominator // 3 + 1))
    of_current, override = data.draw(st.booleans()), data.draw(st.booleans())
    lower = sorted(total for total in kitchen.divided(now) if total < current)
    goal = data.draw(st.sampled_from([0, 0, *lower]))
    share = data.draw(st.integers(1, 1000))
    amounts_asked = data.draw(st.booleans())
    rule = asked // denominator if amounts_asked else Ratio.of_ppm(1000 * share)
    point = Point(ideal, asked, denominator, of_current, WEEK, rule)
    regimen = made.exactly(now)
    most_other = None
    if kitchen.other:
        most_other = kitchen.other_daily(now) * data.draw(st.integers(100, 150)) // 100
    chosen = choice.choose(
        made, regimen, point, original, goal, override=override, most_other=most_other
    )
    expected = choose(
        kitchen,
        now,
        Asked(
            Fraction(ideal, denominator),
            Fraction(asked, denominator),
            of_current,
            rule if amounts_asked else Fraction(share, 1000),
        ),
        original,
        goal,
        override=override,
        most_other=most_other,
    )
    found = (
        None if chosen is None else (chosen.regimen.amounts, chosen.reason.kind == "unavoidable")
    )
    assert found == expected


@given(tables(numbers=(2, 3)))
def test_of_equal_divisions_the_smaller_amounts_come_first_in_the_order_of_the_rules(drawn):
    made, kitchen = drawn
    for total in made.totals[:40]:
        chosen = made.of(total).amounts
        same = [
            a for a in every(made.amounts, repeat=kitchen.number) if sorted(a) == sorted(chosen)
        ]
        order = (0, 1) if kitchen.number == 2 else (1, 0, 2)
        if kitchen.number > 1:
            assert chosen == min(same, key=lambda amounts: [amounts[place] for place in order])
