"""Units of one administration: every table against trying all there is."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from taper.formulary.market import formulary
from taper.regimen.units import (
    MOST_UNITS,
    fewest_units_for,
    pieces_of,
    units_of_day,
    units_table,
)

US = formulary("us")


def by_trying(strengths, most: int, *, halves: bool, fewest_strengths: bool) -> dict[int, dict]:
    """The best units of every amount: label and count in thousandths."""
    strengths = sorted(strengths, key=lambda strength: -strength.amount)
    pieces = [(strength, 1000) for strength in strengths]
    if halves:
        pieces += [(strength, 500) for strength in strengths if strength.amount % 2 == 0]
    best: dict[int, tuple] = {}
    for number in range(most + 1):
        for taken in combinations_with_replacement(pieces, number):
            amount = sum(strength.amount * count // 1000 for strength, count in taken)
            key = (
                len({strength.label for strength, _ in taken}) if fewest_strengths else 0,
                number,
                sum(count == 500 for _, count in taken),
                tuple(-taken.count(piece) for piece in pieces),  # more of the larger first
            )
            if amount not in best or key < best[amount][0]:
                best[amount] = (key, taken)
    made = {}
    for amount, (_, taken) in best.items():
        counts: dict[str, int] = {}
        for strength, count in sorted(taken, key=lambda piece: -piece[0].amount):
            counts[strength.label] = counts.get(strength.label, 0) + count
        made[amount] = counts
    return made


@pytest.mark.parametrize("fewest_strengths", [False, True])
@pytest.mark.parametrize(
    ("product", "labels", "most", "halves"),
    [
        ("morphine-er", ["15", "30", "60", "100"], 4, False),
        ("morphine-er", ["60", "15"], 5, False),
        ("oxycodone-ir", ["5", "10", "15", "20", "30"], 3, True),
        ("oxycodone-ir", ["10", "7.5", "5"], 4, True),
        ("fentanyl-patch", ["12", "25", "37.5", "50"], 3, False),
        ("oxycodone-ir", ["5"], 3, True),
    ],
)
def test_the_best_units_of_every_amount(product, labels, most, halves, fewest_strengths):
    known = {strength.label: strength for strength in US.find(product).strengths}
    strengths = [known[label] for label in labels]
    table = units_table(strengths, most, halves=halves, fewest_strengths=fewest_strengths)
    found = {
        amount: {strength.label: count for strength, count in ways[0]}
        for amount, ways in table.items()
    }
    expected = by_trying(strengths, most, halves=halves, fewest_strengths=fewest_strengths)
    if fewest_strengths:
        expected.setdefault(0, {})
    assert found == expected
    for units in (units for ways in table.values() for units in ways):
        amounts = [strength.amount for strength, _ in units]
        assert amounts == sorted(amounts, reverse=True)


def test_all_the_ways_with_the_fewest_units_the_larger_strengths_first():
    strengths = [s for s in US.find("oxycodone-ir").strengths if s.label != "7.5"]
    ways = units_table(strengths, 4, halves=False, fewest_strengths=False)[40_000]
    assert [[strength.label for strength, _ in units] for units in ways] == [["30", "10"], ["20"]]


def test_the_units_of_a_day_need_the_fewest_strengths():
    strengths = [s for s in US.find("oxycodone-ir").strengths if s.label != "7.5"]
    table = units_table(strengths, 4, halves=False, fewest_strengths=False)
    day = units_of_day([table[40_000], table[25_000]])
    assert {strength.label for units in day for strength, _ in units} == {"20", "5"}
    alone = units_of_day([table[35_000]])  # 30 + 5 or 20 + 15: the larger first
    assert [strength.label for strength, _ in alone[0]] == ["30", "5"]


def test_pieces_are_whole_ones_and_halves_of_what_can_be_halved():
    strengths = US.find("oxycodone-ir").strengths
    whole = pieces_of(strengths, halves=False)
    assert [piece.amount for piece in whole] == sorted((s.amount for s in strengths), reverse=True)
    halved = [piece for piece in pieces_of(strengths, halves=True) if piece.count == 500]
    assert {(piece.strength.label, piece.amount) for piece in halved} == {
        (strength.label, strength.amount // 2) for strength in strengths if strength.amount % 2 == 0
    }


@pytest.mark.parametrize("halves", [False, True])
def test_the_fewest_units_of_an_amount(halves):
    strengths = [s for s in US.find("oxycodone-ir").strengths if s.label in {"10", "15"}]
    sizes = [5000, 7500, 10_000, 15_000] if halves else [10_000, 15_000]
    reached, number = {0}, {}
    for units in range(1, MOST_UNITS + 1):
        reached = {amount + size for amount in reached for size in sizes}
        for amount in reached:
            number.setdefault(amount, units)
    for amount in range(2500, 310_000, 2500):
        assert fewest_units_for(amount, strengths, halves=halves) == number.get(amount)
    assert fewest_units_for(0, strengths, halves=halves) is None
