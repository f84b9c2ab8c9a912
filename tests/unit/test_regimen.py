"""Tables of what can be made; their optimum is held against enumeration among the laws."""

from __future__ import annotations

import pytest

from taper import InputError
from taper.formulary.market import formulary
from taper.planning.make import planned as plan
from taper.regimen.table import Regimens, regimens
from taper.regimen.times import SMALLER_FIRST, TIMES
from taper.regimen.units import fewest_units_for

US = formulary("us")
ER = US.find("morphine-er")


@pytest.fixture
def table() -> Regimens:
    return Regimens(ER, ER.usual, 8, 4)


def test_a_table_is_built_once():
    assert regimens(ER, ER.usual, 8, 4) is regimens(ER, ER.usual, 8, 4)


def test_every_number_of_administrations_has_its_times_and_its_order():
    assert set(TIMES) == set(SMALLER_FIRST)
    for number, order in SMALLER_FIRST.items():
        assert sorted(order) == list(range(number)) == list(range(len(TIMES[number])))


def test_what_can_be_made_and_what_is_nearest(table):
    assert table.can_make(270_000)
    assert not table.can_make(50_000)
    assert not table.can_make(50_500)
    assert table.nearest(50_000) == [45_000, 60_000]
    assert table.nearest(50_000, table.amounts) == [45_000, 60_000]
    assert table.nearest(1) == [15_000]


def test_nothing_rises_in_order_of_size(table):
    now = table.exactly((30_000, 30_000, 15_000))
    assert table.under(75_000, now).amounts == now.amounts
    assert table.under(60_000, now).amounts == (30_000, 15_000, 15_000)
    assert table.under(90_000, now) is None


def test_a_regimen_is_worked_out_once(table):
    now = table.exactly((30_000, 30_000, 15_000))
    assert table.under(60_000, now) is table.under(60_000, now)


def test_of_divisions_with_the_same_squares_the_one_with_the_smaller_amounts_first():
    product = US.find("oxycodone-ir")
    strengths = tuple(s for s in product.strengths if s.label in {"5", "15", "20"})
    table = Regimens(product, strengths, 8, 1)
    # 5 + 5 + 20 and 0 + 15 + 15 mg
    assert table.of(30_000).ranks == (15_000, 15_000)


def test_single_doses_have_neighbours_of_their_own(table):
    assert table.amounts[-1] < table.totals[-1]
    assert table.nearest(table.totals[-1], table.amounts) == [table.amounts[-1]]


def test_at_most_250_ml_at_one_administration():
    fields = {"start": "2026-12-07", "every": "1w"}
    assert plan("morphine-solution", "500 mg q24h", **fields).steps[0].daily == 500_000
    with pytest.raises(InputError, match="over 250 mL"):
        plan("morphine-solution", "501 mg q24h", **fields)


@pytest.mark.parametrize(
    ("amount", "step"),
    [(15, 15), (30, 15), (45, 15), (60, 30), (75, 30), (100, 40), (200, 100), (10, 0)],
)
def test_the_step_from_the_largest_strength_that_fits_to_the_next_lower(table, amount, step):
    assert table.step_below(amount * 1000) == step * 1000


def test_tablets_of_a_day_are_never_more_than_before():
    product = US.find("hydrocodone-apap")
    table = Regimens(product, product.usual, 6, 2)
    now = table.exactly((10_000, 10_000))
    assert table.caps(now) == (650_000, 2000, 1000)
    assert table.under(15_000, now).ranks == (7_500, 7_500)
    assert table.under(17_500, now).ranks == (10_000, 7_500)
    two = table.exactly((20_000,))  # two tablets at once
    assert table.under(17_500, two).ranks == (17_500,)


def test_a_table_of_the_fewest_strengths():
    few = Regimens(ER, ER.usual, 8, 4, fewest_strengths=True)
    usual = Regimens(ER, ER.usual, 8, 4)
    labels = [[s.label for s, _ in made.units(45_000)] for made in (few, usual)]
    assert labels == [["15"], ["30", "15"]]


def test_the_last_dose_is_one_administration_of_the_smallest(table):
    assert table.is_last(table.exactly((15_000,)))
    assert not table.is_last(table.exactly((15_000, 15_000)))
    assert not table.is_last(table.exactly((30_000,)))
    assert not table.is_last(table.nothing)


def test_a_regimen_counts_its_strengths_and_its_tablets(table):
    regimen = table.exactly((105_000, 60_000, 75_000))
    assert regimen.daily == 240_000
    assert regimen.strengths == 3
    assert [(s.label, count) for s, count in regimen.per_day] == [
        ("60", 3000),
        ("30", 1000),
        ("15", 2000),
    ]


def test_a_combination_counts_its_second_ingredient():
    product = US.find("oxycodone-apap")
    table = Regimens(product, product.usual, 6, 4)
    assert table.exactly((10_000, 5_000, 10_000)).other_daily == 975_000


def test_directions_are_a_sig(table):
    assert table.exactly((60_000, 60_000, 60_000)).directions == (
        "Take one 60 mg tablet by mouth every 8 hours."
    )
    assert table.exactly((15_000,), times=("evening",)).directions == (
        "Take one 15 mg tablet by mouth once a day, in the evening."
    )


def test_the_fewest_units_have_a_bound():
    assert fewest_units_for(300_000, ER.strengths[:1], halves=False) == 20
    assert fewest_units_for(315_000, ER.strengths[:1], halves=False) is None
    assert fewest_units_for(0, ER.strengths, halves=False) is None
