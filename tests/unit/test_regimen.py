"""Tables of what can be made; their optimum is held against enumeration among the laws."""

from __future__ import annotations

import pytest

from taper import InputError, plan
from taper.formulary.market import formulary
from taper.regimen.table import SMALLER_FIRST, TIMES, Regimens, regimens
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


def test_under_a_cap_nothing_rises(table):
    regimen = table.under(75_000, (30_000, 30_000, 15_000))
    assert regimen.amounts == (30_000, 30_000, 15_000)
    assert table.under(90_000, (30_000, 30_000, 15_000)) is None


def test_what_is_worked_out_under_a_cap_is_remembered(table):
    cap = (30_000, 30_000, 15_000)  # the best division of 75 mg alone is 30/15/30
    assert table.of(75_000).amounts == (30_000, 15_000, 30_000)
    assert table.under(75_000, cap) == table.under(75_000, cap)
    assert table.under(75_000, cap).amounts == cap
    assert table.under(90_000, cap) is table.under(90_000, cap) is None


def test_of_divisions_with_the_same_squares_the_one_with_the_smaller_amounts_first():
    product = US.find("oxycodone-ir")
    strengths = tuple(s for s in product.strengths if s.label in {"5", "15", "20"})
    table = Regimens(product, strengths, 8, 1)
    # 5 + 5 + 20 and 0 + 15 + 15 mg; the afternoon has the smallest amount, then the morning
    assert table.of(30_000).amounts == (15_000, 0, 15_000)


def test_single_doses_have_neighbours_of_their_own(table):
    assert table.amounts[-1] < table.totals[-1]
    assert table.nearest(table.totals[-1], table.amounts) == [table.amounts[-1]]


@pytest.mark.parametrize(
    ("amounts", "even"),
    [  # 15, 30, 60 and 100 mg: neighbours lie 15, 15, 30 and 40 mg apart
        ((0, 0, 0), True),
        ((0, 0, 15), True),
        ((15, 0, 15), True),
        ((30, 0, 30), False),  # nothing beside more than the smallest tablet
        ((0, 0, 30), False),
        ((30, 15, 30), True),
        ((45, 15, 15), False),
        ((45, 30, 45), True),
        ((60, 30, 60), True),
        ((75, 45, 75), True),
        ((75, 30, 75), False),
        ((90, 60, 90), True),
        ((100, 60, 100), True),
        ((115, 75, 115), True),
        ((120, 75, 120), False),
    ],
)
def test_which_divisions_are_even(table, amounts, even):
    assert table.exactly(tuple(1000 * amount for amount in amounts)).even == even


@pytest.mark.parametrize(
    ("amounts", "even"), [((0, 15), True), ((0, 30), False), ((15, 30), True), ((15, 45), False)]
)
def test_which_divisions_of_two_are_even(amounts, even):
    table = Regimens(ER, ER.usual, 12, 4)
    assert table.exactly(tuple(1000 * amount for amount in amounts)).even == even


def test_at_most_250_ml_at_one_administration():
    fields = {"start": "2026-12-07", "every": "1w"}
    assert plan("morphine-solution", "500 mg q24h", **fields).steps[0].daily == 500_000
    with pytest.raises(InputError, match="over 250 mL"):
        plan("morphine-solution", "501 mg q24h", **fields)


def test_a_single_dose_of_the_day_is_even():
    assert Regimens(ER, ER.usual, 24, 4).exactly((60_000,)).even


def test_a_table_of_the_fewest_strengths():
    few = Regimens(ER, ER.usual, 8, 4, fewest_strengths=True)
    usual = Regimens(ER, ER.usual, 8, 4)
    labels = [[s.label for s, _ in made.units(45_000)] for made in (few, usual)]
    assert labels == [["15"], ["30", "15"]]


def test_the_last_dose_is_one_administration_of_the_smallest(table):
    assert table.is_last((0, 0, 15_000))
    assert table.is_last((15_000, 0, 0))
    assert not table.is_last((15_000, 0, 15_000))
    assert not table.is_last((0, 0, 0))


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
    assert table.exactly((10_000, 0, 5_000, 10_000)).other_daily == 975_000


def test_directions_are_a_sig(table):
    assert table.exactly((60_000, 60_000, 60_000)).directions == (
        "Take one 60 mg tablet by mouth every 8 hours."
    )
    assert table.exactly((0, 0, 15_000)).directions == (
        "Take one 15 mg tablet by mouth once a day, in the evening."
    )


def test_the_fewest_units_have_a_bound():
    assert fewest_units_for(300_000, ER.strengths[:1], halves=False) == 20
    assert fewest_units_for(315_000, ER.strengths[:1], halves=False) is None
    assert fewest_units_for(0, ER.strengths, halves=False) is None
