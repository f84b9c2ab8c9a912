"""The optimum is exact: whatever can be enumerated is enumerated, and the engine agrees.

Divisions are held against the tables of the second reading (``verify.shelf``), units against
every way to make an amount.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import PRODUCTS

from taper.formulary.market import formulary
from taper.formulary.product import Strength
from taper.quantities import THOUSAND
from taper.regimen.table import Regimens
from taper.regimen.units import fewest_units_for, units_table
from verify.medicine import formulary as facts
from verify.shelf import Shelf

MOST = {1: 5, 2: 4, 3: 3, 4: 2}  # units at one administration, by the administrations a day
MEASURES = {1: 80, 2: 40, 3: 20, 4: 10}
SOLID = {  # one product for all of the same strengths
    (tuple(s.amount for s in product.usual), product.splittable): product
    for product in PRODUCTS
    if not product.is_liquid
}
WHOLE_OR_HALVES = [
    pytest.param(product, halves, id=f"{product.market}-{product.id}{'-halves' * halves}")
    for product in SOLID.values()
    for halves in (False, True)[: 1 + product.splittable]
]

Way = tuple[tuple[int, bool], ...]  # each unit: the strength, and whether it is half of one


def ways(strengths: list[int], most: int, *, halves: bool) -> dict[int, list[Way]]:
    """Every amount of one administration, with every way to make it."""
    units = [(amount, False) for amount in strengths]
    units += [(amount, True) for amount in strengths if halves and amount % 2 == 0]
    found: dict[int, list[Way]] = {0: [()]}
    for count in range(1, most + 1):
        for way in combinations_with_replacement(units, count):
            amount = sum(strength // 2 if half else strength for strength, half in way)
            found.setdefault(amount, []).append(way)
    return found


def best(every: list[Way], *, fewest_strengths: bool) -> list[tuple[int, int]]:
    """Fewest units (or strengths), then whole before halves, then larger strengths first."""

    def rank(way: Way) -> tuple:
        strengths = len({strength for strength, _ in way}) if fewest_strengths else 0
        broken = sum(half for _, half in way)
        return strengths, len(way), broken, sorted((half, -strength) for strength, half in way)

    counts: dict[int, int] = {}
    for strength, half in min(every, key=rank):
        counts[strength] = counts.get(strength, 0) + (THOUSAND // 2 if half else THOUSAND)
    return sorted(counts.items(), reverse=True)


def spelled(units) -> list[tuple[int, int]]:
    """Units as (strength, count in thousandths)."""
    return [(strength.amount, count) for strength, count in units]


@st.composite
def tables(draw) -> tuple[Regimens, Shelf]:
    """A table of the engine, and a shelf of the second reading with the same in it."""
    product = draw(st.sampled_from(PRODUCTS))
    mine = facts(product.market)[product.id]
    number = 1 if product.is_patch else draw(st.sampled_from([1, 2, 3, 4]))
    interval = product.interval if product.is_patch else 24 // number
    if product.is_liquid:
        measure = product.usual[0].amount * product.measure // THOUSAND
        measures = draw(st.integers(product.least_dose // measure + 1, MEASURES[number]))
        made = Regimens(product, product.usual[:1], interval, 0, limit=measures * measure)
        return made, Shelf(mine, mine.usual, measures)
    labels = draw(
        st.lists(
            st.sampled_from([s.label for s in product.strengths]),
            min_size=1,
            max_size=4,
            unique_by=lambda label: label.partition("/")[0],
        )
    )
    strengths = tuple(s for s in product.strengths if s.label in labels)
    most = draw(st.integers(1, MOST[number]))
    shelf = Shelf(mine, tuple(s for s in mine.strengths if s.label in labels), most)
    assume(shelf.amounts)
    assume(len(shelf.amounts) ** number < 30_000)
    return Regimens(product, strengths, interval, most), shelf


@pytest.mark.parametrize(("product", "halves"), WHOLE_OR_HALVES)
@pytest.mark.parametrize("prefer", [False, True], ids=["fewest-units", "fewest-strengths"])
def test_the_units_of_every_amount_are_the_best_of_all_ways(product, halves, prefer):
    strengths = list({strength.amount: strength for strength in product.usual}.values())
    most = min(product.max_units, 3)
    table = units_table(strengths, most, halves=halves, fewest_strengths=prefer)
    every = ways([strength.amount for strength in strengths], most, halves=halves)
    assert {amount: spelled(found[0]) for amount, found in table.items()} == {
        amount: best(found, fewest_strengths=prefer) for amount, found in every.items()
    }


def test_morphine_er_105_mg_is_three_tablets_not_greedily_four():
    table = units_table(
        formulary("us").find("morphine-er").usual, 4, halves=False, fewest_strengths=False
    )
    assert spelled(table[105_000][0]) == [(60_000, 1000), (30_000, 1000), (15_000, 1000)]
    assert spelled(table[120_000][0]) == [(60_000, 2000)]


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
    made, shelf = drawn
    caps = (shelf.amounts[-1],) * made.number
    assert made.totals == sorted(shelf.totals(caps))
    for total in made.totals[1:]:
        assert made.of(total).ranks == shelf.divided(total, caps)


@given(tables(), st.data())
def test_no_administration_is_above_its_rank_and_the_division_is_the_best_such(drawn, data):
    made, shelf = drawn
    taken = (data.draw(st.sampled_from(made.amounts[1:])) for _ in range(made.number))
    now = made.exactly(tuple(taken))
    limits = shelf.tablets(now.ranks) if made.product.is_combination else None
    for total in data.draw(st.lists(st.sampled_from(made.totals[1:]), max_size=10)):
        regimen = made.under(total, now)
        found = None if regimen is None else regimen.ranks
        assert found == shelf.divided(total, now.ranks, limits)
