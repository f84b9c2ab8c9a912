"""Strengths make one administration: the fewest units, or the fewest strengths, exactly."""

from __future__ import annotations

from itertools import combinations, product
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
    """A unit that can be taken: a whole one, or half a tablet if that is allowed."""

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
) -> dict[int, list[_Key]]:
    """For every amount that ``most`` pieces (of ``only`` these strengths) make, the best ways.

    Each of them has as few pieces, and as few halves, as there can be; the one with the larger
    strengths comes first.
    """
    usable = [(i, p) for i, p in enumerate(pieces) if only is None or p.strength in only]
    none = (0,) * len(pieces)
    best: dict[int, list[_Key]] = {0: [(0, 0, none)]}
    layer = dict(best)
    for units in range(1, most + 1):
        following: dict[int, set[_Key]] = {}
        for amount, keys in layer.items():
            for index, piece in usable:
                total = amount + piece.amount
                if total not in best:
                    more = following.setdefault(total, set())
                    more.update(_with_one(key, units, index, piece) for key in keys)
        layer = {total: _fewest_halves(keys) for total, keys in following.items()}
        best.update(layer)
    return best


def _with_one(key: _Key, units: int, index: int, piece: Piece) -> _Key:
    """A way with one piece more; counts are negative, so that larger strengths sort first."""
    _, halves, counts = key
    broken = halves + (piece.count != THOUSAND)
    return units, broken, (*counts[:index], counts[index] - 1, *counts[index + 1 :])


def _fewest_halves(keys: set[_Key]) -> list[_Key]:
    fewest = min(halves for _, halves, _ in keys)
    return sorted(key for key in keys if key[1] == fewest)


def pieces_of(strengths: Iterable[Strength], *, halves: bool) -> list[Piece]:
    """The units that strengths give: whole ones, and halves of those that can be halved."""
    descending = sorted(strengths, key=lambda strength: (-strength.amount, -strength.other))
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
) -> dict[int, tuple[Units, ...]]:
    """Every amount that at most ``most`` units make, with the best ways to make it.

    Best is fewest units (or fewest strengths, then fewest units), then whole units before
    halves; of several such ways the one with the larger strengths comes first.
    """
    pieces = pieces_of(strengths, halves=halves)
    if not fewest_strengths:
        found = _fewest_units(pieces, most)
        return {a: tuple(_spell(pieces, key) for key in keys) for a, keys in found.items()}
    table: dict[int, tuple[Units, ...]] = {}
    for size in range(1, len(strengths) + 1):
        best: dict[int, tuple[_Key, Units]] = {}
        for subset in combinations(sorted(strengths, key=lambda s: -s.amount), size):
            for amount, keys in _fewest_units(pieces, most, subset).items():
                key = keys[0]
                if amount not in table and (amount not in best or key < best[amount][0]):
                    best[amount] = (key, _spell(pieces, key))
        table.update({amount: (units,) for amount, (_, units) in best.items()})
    return table


def units_of_day(ways: Sequence[tuple[Units, ...]]) -> tuple[Units, ...]:
    """One way for each amount of a day, so that the day needs the fewest strengths.

    ``ways`` are those of :func:`units_table`, for the largest amount first; among as few
    strengths the larger ones come first.
    """
    if all(len(each) == 1 for each in ways):
        return tuple(each[0] for each in ways)
    return min(product(*ways), key=_strengths_needed)  # of equals the first: larger strengths


def _strengths_needed(day: tuple[Units, ...]) -> int:
    return len({strength for units in day for strength, _ in units})


def fewest_units_for(amount: int, strengths: Sequence[Strength], *, halves: bool) -> int | None:
    """The fewest units that make ``amount``, up to :data:`MOST_UNITS`; None if none do."""
    pieces = [piece.amount for piece in pieces_of(strengths, halves=halves)]
    if not 0 < amount <= MOST_UNITS * max(pieces):
        return None
    reached = {0}
    for units in range(1, MOST_UNITS + 1):
        reached = {r + p for r in reached for p in pieces if r + p <= amount}
        if amount in reached:
            return units
    return None
