"""Tables of what can be made; their optimum is held against enumeration among the laws."""

from __future__ import annotations

import pytest

from taper.formulary import formulary
from taper.regimen import SMALLER_FIRST, TIMES, Regimens, regimens
from taper.units import fewest_units_for

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
