"""Contract 4 a second time, plainly and slowly, to hold the engine against.

Nothing here calls the engine: amounts are enumerated, fractions are exact, and no step is clever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations_with_replacement


@dataclass
class Kitchen:
    """What there is to make doses of: units are (amount of drug, strength, a half or not)."""

    whole: list[int]
    number: int  # administrations a day
    most: int  # units at one administration
    halves: bool = False
    least: int = 0
    measures: int = 0  # of a liquid, at most so many at one administration
    prefer_strengths: bool = False
    _best: dict = field(default_factory=dict)
    _divided: dict = field(default_factory=dict)

    def units(self) -> list[tuple[int, int, bool]]:
        """Every unit that can be taken."""
        units = [(amount, amount, False) for amount in self.whole]
        if self.halves:
            units += [(amount // 2, amount, True) for amount in self.whole if amount % 2 == 0]
        return units

    def ways(self) -> dict[int, list[tuple]]:
        """Every amount of one administration, with every way to make it."""
        found: dict[int, list[tuple]] = {0: [()]}
        units = [(self.whole[0], self.whole[0], False)] if self.measures else self.units()
        if self.measures:
            return {0: [()]} | {
                n * units[0][0]: [(units[0],)]
                for n in range(1, self.measures + 1)
                if n * units[0][0] >= self.least
            }
        for count in range(1, self.most + 1):
            for way in combinations_with_replacement(units, count):
                amount = sum(unit[0] for unit in way)
                if amount >= self.least:
                    found.setdefault(amount, []).append(way)
        return found

    def best(self) -> dict[int, tuple]:
        """Every amount of one administration, with the best way to make it."""
        if not self._best:
            self._best = {amount: min(ways, key=self._key) for amount, ways in self.ways().items()}
        return self._best

    def _key(self, way: tuple) -> tuple:
        """Fewest units (or strengths), then whole before halves, then larger strengths first."""
        strengths = len({strength for _, strength, _ in way}) if self.prefer_strengths else 0
        broken = sum(half for _, _, half in way)
        larger_first = sorted((half, -strength) for _, strength, half in way)
        return strengths, len(way), broken, larger_first

    def divided(self, ranks: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
        """Every daily dose with its best division (contract 4.5), by enumeration.

        In order of size, the largest first, no administration is above that of ``ranks``.
        """
        if ranks in self._divided:
            return self._divided[ranks]
        sizes = sorted(self.best(), reverse=True)
        found: dict[int, tuple] = {}
        for amounts in combinations_with_replacement(sizes, len(ranks)):
            if any(now > then for now, then in zip(amounts, ranks, strict=True)):
                continue
            key = (sum(amount * amount for amount in amounts), amounts[::-1])
            total = sum(amounts)
            if total not in found or key < found[total][0]:
                found[total] = (key, tuple(amount for amount in amounts if amount))
        self._divided[ranks] = {total: amounts for total, (_, amounts) in found.items()}
        return self._divided[ranks]
