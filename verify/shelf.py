"""What the strengths in use can make, and how it is divided over the day (SPEC 4.1, 4.2, 4.5).

Tables over every amount, in place of a search. Amounts of a day stand in falling order: by rank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from itertools import product as every_choice
from math import gcd
from typing import TYPE_CHECKING

from verify.medicine import THOUSAND, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.medicine import Medicine

Amounts = tuple[int, ...]  # of the administrations of a day, the largest first, no zeros
Units = tuple[tuple[Strength, int], ...]  # counts in thousandths of a unit or a millilitre
MOST_MEASURES = 60  # of a liquid at one administration: 30 mL


@dataclass
class Shelf:
    """Strengths in use, ``most`` units at one administration (of a liquid: measures)."""

    product: Medicine
    strengths: tuple[Strength, ...]
    most: int
    halves: bool = False
    ways: dict[int, list[Units]] = field(default_factory=dict)  # with the fewest units
    _free: dict[int, dict[int, Amounts]] = field(default_factory=dict)
    _capped: dict[tuple[Amounts, tuple[int, int, int]], dict[int, Amounts]] = field(
        default_factory=dict
    )
    _totals: dict[Amounts, list[int]] = field(default_factory=dict)
    _units: dict[Amounts, tuple[Units, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make every amount of one administration."""
        made = self._measured() if self.product.is_liquid else self._counted()
        least = self.product.least
        self.ways = {amount: made[amount] for amount in sorted(made) if amount >= max(least, 1)}
        self.amounts = list(self.ways)
        self.smallest = self.amounts[0] if self.amounts else 0

    def _measured(self) -> dict[int, list[Units]]:
        strength, measure = self.strengths[0], self.product.measure
        return {
            strength.amount * measure * n // THOUSAND: [((strength, n * measure),)]
            for n in range(1, self.most + 1)
        }

    def _counted(self) -> dict[int, list[Units]]:
        """Every multiset of whole units (or halves); of those that make an amount, the fewest."""
        parts = 2 if self.halves else 1
        pieces = [(s, n * THOUSAND // parts) for s in self.strengths for n in range(1, parts + 1)]
        found: dict[int, list[Units]] = {}
        size: dict[int, int] = {}
        for count in range(1, self.most * parts + 1):
            for chosen in combinations_with_replacement(pieces, count):
                units = _gathered(chosen)
                if sum(n for _, n in units) > self.most * THOUSAND:
                    continue
                amount = sum(s.amount * n for s, n in units)
                if amount % THOUSAND:
                    continue
                amount //= THOUSAND
                if size.setdefault(amount, count) == count and units not in found.get(amount, []):
                    found.setdefault(amount, []).append(units)
        return found

    def every_way(self, amount: int) -> list[Units]:
        """Every multiset of whole units that makes an amount, not only the fewest."""
        return [
            _gathered(tuple((strength, THOUSAND) for strength in chosen))
            for count in range(1, self.most + 1)
            for chosen in combinations_with_replacement(self.strengths, count)
            if sum(strength.amount for strength in chosen) == amount
        ]

    def units(self, amounts: Amounts) -> tuple[Units, ...]:
        """Fewest units, then fewest strengths in the day, then larger strengths first."""
        if amounts not in self._units:
            distinct = sorted(set(amounts), reverse=True)
            best = min(
                every_choice(*(self.ways[amount] for amount in distinct)),
                key=lambda ways: (len(_strengths(ways)), [_larger_first(way) for way in ways]),
            )
            chosen = dict(zip(distinct, best, strict=True))
            self._units[amounts] = tuple(chosen[amount] for amount in amounts)
        return self._units[amounts]

    def needs(self, amounts: Amounts) -> int:
        """How many strengths a day needs."""
        return len(_strengths(self.units(amounts)))

    def tablets(self, amounts: Amounts) -> tuple[int, int, int]:
        """Of a combination: the other ingredient, tablets a day, most tablets at once."""
        return tablets(self.units(amounts))

    def divisions(self, now: Amounts, limits: tuple[int, int, int] | None) -> Iterator[Amounts]:
        """The best division of every daily dose below the current one, the highest first."""
        for total in self.totals(now):
            if 0 < total < sum(now):
                best = self.divided(total, now, limits)
                if best:
                    yield best

    def totals(self, caps: Amounts) -> list[int]:
        """Every daily dose of which no administration is above its cap, falling."""
        if caps not in self._totals:
            grain = gcd(*self.amounts)
            made = 1
            for cap in caps:
                layer = made
                for amount in self.amounts:
                    if amount <= cap:
                        layer |= made << amount // grain
                made = layer
            self._totals[caps] = [place * grain for place in _bits(made)][::-1]
        return self._totals[caps]

    def divided(
        self, total: int, caps: Amounts, limits: tuple[int, int, int] | None = None
    ) -> Amounts | None:
        """The least sum of squares under the caps and the limits of a combination."""
        number = len(caps)
        if number not in self._free:
            self._free[number] = self._table((self.amounts[-1],) * number)
        best = self._free[number].get(total)
        if best is None or (_under(best, caps) and self._fits(best, limits)):
            return best  # the best of all is the best of those under the caps
        key = caps, limits or (0, 0, 0)
        if key not in self._capped:
            if limits is None:
                self._capped[key] = self._table(caps)
            else:
                self._capped[key] = self._limited(caps, limits)
        return self._capped[key].get(total)

    def _fits(self, amounts: Amounts, limits: tuple[int, int, int] | None) -> bool:
        if limits is None:
            return True
        return all(a <= b for a, b in zip(self.tablets(amounts), limits, strict=True))

    def _table(self, caps: Amounts) -> dict[int, Amounts]:
        """Every total with its best division; at a tie the one whose least amounts are least."""
        table: dict[int, tuple[int, Amounts]] = {0: (0, ())}
        for cap in caps:
            longer = dict(table)
            choices = [(a, a * a) for a in self.amounts if a <= cap]
            for total, (squares, taken) in table.items():
                for amount, square in choices:
                    known = longer.get(total + amount)
                    if known is not None and known[0] < squares + square:
                        continue
                    new = squares + square, tuple(sorted((*taken, amount), reverse=True))
                    if known is None or new[0] < known[0] or new[1][::-1] < known[1][::-1]:
                        longer[total + amount] = new
            table = longer
        return {total: taken for total, (_, taken) in table.items()}

    def _limited(self, caps: Amounts, limits: tuple[int, int, int]) -> dict[int, Amounts]:
        """The same for a combination: every division, of which those within the limits count."""
        found: dict[int, tuple[int, Amounts]] = {}
        for number in range(1, len(caps) + 1):
            for rising in combinations_with_replacement(self.amounts, number):
                taken = rising[::-1]
                if not _under(taken, caps) or not self._fits(taken, limits):
                    continue
                new = sum(a * a for a in taken), rising
                if sum(taken) not in found or new < found[sum(taken)]:
                    found[sum(taken)] = new
        return {total: rising[::-1] for total, (_, rising) in found.items()}

    def is_even(self, amounts: Amounts, now: Amounts) -> bool:
        """SPEC 4.3: close together and nothing left out, or no less even than what is taken."""
        high, low = amounts[0], amounts[-1]
        same = len(amounts) == len(now)
        if same and high - low <= now[0] - now[-1]:
            return True
        nothing_lost = same or high == self.smallest
        return nothing_lost and high - low <= self.step(high) and high <= 2 * low

    def step(self, amount: int) -> int:
        """From the largest strength that fits into an amount down to the next lower strength."""
        if self.product.is_liquid:
            return self.strengths[0].amount * self.product.measure // THOUSAND
        fit = [0, *sorted({s.amount for s in self.strengths if s.amount <= amount})]
        return fit[-1] - fit[-2] if len(fit) > 1 else 0


def tablets(units: tuple[Units, ...]) -> tuple[int, int, int]:
    """The other ingredient, tablets a day and most tablets at once, in thousandths."""
    other = sum(strength.other * count for way in units for strength, count in way)
    counts = [sum(count for _, count in way) for way in units] or [0]
    return other, sum(counts), max(counts)


def _gathered(pieces: tuple[tuple[Strength, int], ...]) -> Units:
    counts: dict[Strength, int] = {}
    for strength, count in pieces:
        counts[strength] = counts.get(strength, 0) + count
    return tuple(sorted(counts.items(), key=lambda each: (-each[0].amount, -each[0].other)))


def _strengths(ways: tuple[Units, ...]) -> set[Strength]:
    return {strength for way in ways for strength, _ in way}


def _larger_first(way: Units) -> list[tuple[int, int, int]]:
    return [(-s.amount, -s.other, -n) for s, n in way]


def _under(amounts: Amounts, caps: Amounts) -> bool:
    return len(amounts) <= len(caps) and all(a <= c for a, c in zip(amounts, caps, strict=False))


def _bits(number: int) -> Iterator[int]:
    return (place for place, bit in enumerate(f"{number:b}"[::-1]) if bit == "1")
