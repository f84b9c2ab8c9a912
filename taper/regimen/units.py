"""Strengths make one administration: the fewest units, or the fewest strengths, exactly."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.quantities import THOUSAND

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.formulary.product import Strength

    # what is taken at one administration: strengths with their counts in thousandths
    # (1000 is one tablet, 500 half a tablet, 2500 two and a half millilitres)
    Units = tuple[tuple[Strength, int], ...]

MOST_UNITS = whole("units-at-once")


class Piece:
    """A unit that can be taken: a whole one, or half a tablet where that is allowed."""

    __slots__ = ("amount", "count", "strength")

    def __init__(self, strength: Strength, count: int) -> None:
        """``count`` in thousandths: 1000 is a whole one, 500 a half."""
        self.strength = strength
        self.count = count
        self.amount = strength.amount * count // THOUSAND


# fewest units, then fewest halves, then larger strengths first
_Key = tuple[int, int, tuple[int, ...]]


def _fewest_units(
    pieces: Sequence[Piece], most: int, only: Sequence[Strength] | None = None
) -> dict[int, _Key]:
    """For every amount that ``most`` pieces (of ``only`` these strengths) make, the best way."""
    usable = [(i, p) for i, p in enumerate(pieces) if only is None or p.strength in only]
    none = (0,) * len(pieces)
    best: dict[int, _Key] = {0: (0, 0, none)}
    layer = dict(best)
    for units in range(1, most + 1):
        following: dict[int, _Key] = {}
        for amount, (_, halves, counts) in layer.items():
            for index, piece in usable:
                total = amount + piece.amount
                if total in best:
                    continue
                broken = halves + (piece.count != THOUSAND)
                # counts are negative so that the smaller tuple has more of the larger strengths
                more = (*counts[:index], counts[index] - 1, *counts[index + 1 :])
                key = (units, broken, more)
                if total not in following or key < following[total]:
                    following[total] = key
        best.update(following)
        layer = following
    return best


def pieces_of(strengths: Iterable[Strength], *, halves: bool) -> list[Piece]:
    """The units that strengths give: whole ones, and halves of those that can be halved."""
    descending = sorted(strengths, key=lambda strength: -strength.amount)
    pieces = [Piece(strength, THOUSAND) for strength in descending]
    if halves:
        pieces += [
            Piece(strength, THOUSAND // 2) for strength in descending if strength.amount % 2 == 0
        ]
    return pieces


def _spell(pieces: Sequence[Piece], key: _Key) -> Units:
    counts: dict[Strength, int] = {}
    for piece, negative in zip(pieces, key[2], strict=True):
        if negative:
            counts[piece.strength] = counts.get(piece.strength, 0) - negative * piece.count
    return tuple(sorted(counts.items(), key=lambda item: -item[0].amount))


def units_table(
    strengths: Sequence[Strength], most: int, *, halves: bool, fewest_strengths: bool
) -> dict[int, Units]:
    """Every amount that at most ``most`` units make, with the best units for it.

    Best is fewest units (or fewest strengths, then fewest units), then whole units before
    halves, then larger strengths first.
    """
    pieces = pieces_of(strengths, halves=halves)
    if not fewest_strengths:
        return {a: _spell(pieces, key) for a, key in _fewest_units(pieces, most).items()}
    table: dict[int, Units] = {}
    for size in range(1, len(strengths) + 1):
        found: dict[int, tuple[_Key, Units]] = {}
        for subset in combinations(sorted(strengths, key=lambda s: -s.amount), size):
            for amount, key in _fewest_units(pieces, most, subset).items():
                if amount not in table and (amount not in found or key < found[amount][0]):
                    found[amount] = (key, _spell(pieces, key))
        table.update({amount: units for amount, (_, units) in found.items()})
    return table


def fewest_units_for(amount: int, strengths: Sequence[Strength], *, halves: bool) -> int | None:
    """The fewest units that make ``amount``, up to :data:`MOST_UNITS`; None where none do."""
    pieces = [piece.amount for piece in pieces_of(strengths, halves=halves)]
    if not amount or amount > MOST_UNITS * max(pieces):
        return None
    reached = {0}
    for units in range(1, MOST_UNITS + 1):
        reached = {r + p for r in reached for p in pieces if r + p <= amount}
        if amount in reached:
            return units
    return None
