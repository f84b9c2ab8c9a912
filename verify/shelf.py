"""What can be made of some strengths, and how it is divided over the day (contract 4.1 and 4.5).

Written a second time, in another way than the engine: by tables over all amounts, not by search.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from math import gcd
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength

    Units = tuple[tuple[Strength, int], ...]
    Amounts = tuple[int, ...]

# contract 4.5b: at a tie the smaller amounts first in this order
_DAY = {
    1: (("morning",), ("morning",)),
    2: (("morning", "evening"), ("morning", "evening")),
    3: (("morning", "afternoon", "evening"), ("afternoon", "morning", "evening")),
    4: (
        ("morning", "noon", "evening", "bedtime"),
        ("noon", "evening", "morning", "bedtime"),
    ),
    6: (
        ("06:00", "10:00", "14:00", "18:00", "22:00", "02:00"),
        ("02:00", "10:00", "18:00", "14:00", "06:00", "22:00"),
    ),
}


class Shelf:
    """The strengths in use, with the most units at one administration.

    ``units`` has every amount of one administration with the fewest units that make it, counted
    in thousandths of a tablet or a millilitre; ``amounts`` those amounts in rising order.
    """

    def __init__(
        self, product: Product, strengths: tuple[Strength, ...], number: int, most: int
    ) -> None:
        """``number`` administrations a day; ``most`` units (of a liquid: measures) at each."""
        self.product = product
        self.strengths = strengths
        self.number = number
        self.most = most
        if product.is_liquid:
            drug = strengths[0].amount * product.measure // THOUSAND
            made: dict[int, Units] = {
                drug * n: ((strengths[0], n * product.measure),) if n else ()
                for n in range(most + 1)
            }
            self.single = [drug]
        else:
            made = _fewest(strengths, most)
            self.single = sorted({strength.amount for strength in strengths})
        self.units: dict[int, Units] = {
            amount: units for amount, units in made.items() if not amount or self.allows(amount)
        }
        self.amounts = sorted(self.units)
        self.smallest = self.amounts[1]
        self.grain = reduce(gcd, self.amounts)
        self.times, smaller_first = _DAY[number]
        self._order = [self.times.index(time) for time in smaller_first]
        self._free: dict[int, Amounts] | None = None
        self._capped: dict[Amounts, dict[int, Amounts]] = {}
        self._totals: dict[Amounts, list[int]] = {}

    def allows(self, amount: int) -> bool:
        """Whether it is at least the least single dose."""
        return amount >= self.product.least_dose

    def totals(self, caps: Amounts) -> list[int]:
        """Every daily dose of which no administration is above its cap, falling."""
        found = self._totals.get(caps)
        if found is None:
            made = 1
            for cap in caps:
                layer = 0
                for amount in self.amounts:
                    if amount > cap:
                        break
                    layer |= made << amount // self.grain
                made = layer
            bits = f"{made:b}"
            highest = len(bits) - 1
            found = [(highest - i) * self.grain for i, bit in enumerate(bits) if bit == "1"]
            self._totals[caps] = found
        return found

    def divided(self, total: int, caps: Amounts) -> Amounts | None:
        """The least sum of squares under the caps, at a tie the smaller amounts first."""
        if self._free is None:
            self._free = self._divide(None)
        best = self._free.get(total)
        if best is None or all(a <= cap for a, cap in zip(best, caps, strict=True)):
            return best  # the best of all is the best of those under the caps
        capped = self._capped.get(caps)
        if capped is None:
            capped = self._capped[caps] = self._divide(caps)
        return capped.get(total)

    def _divide(self, caps: Amounts | None) -> dict[int, Amounts]:
        """Every total with its best division: place by place, the last one in the order first."""
        table: dict[int, tuple[int, Amounts]] = {0: (0, ())}
        for place in reversed(self._order):
            most = self.amounts[-1] if caps is None else caps[place]
            choices = [(a, a * a) for a in self.amounts if a <= most]
            longer: dict[int, tuple[int, Amounts]] = {}
            for rest, (squares, after) in table.items():
                for amount, square in choices:
                    total, cost = rest + amount, squares + square
                    known = longer.get(total)
                    if (
                        known is None
                        or cost < known[0]
                        or (cost == known[0] and (amount, *after) < known[1])
                    ):
                        longer[total] = (cost, (amount, *after))
            table = longer
        back = [self._order.index(place) for place in range(self.number)]
        return {
            total: tuple(amounts[place] for place in back) for total, (_, amounts) in table.items()
        }

    def is_even(self, amounts: Amounts) -> bool:
        """Contract 4.3e: no further apart than neighbouring strengths; no zero beside a larger."""
        taken = [amount for amount in amounts if amount]
        high, low = max(taken), min(taken)
        if len(taken) < len(amounts) and high > self.smallest:
            return False
        return high - low <= self._apart(high)

    def _apart(self, amount: int) -> int:
        """How far the largest single unit within an amount is from the next smaller one."""
        if self.product.is_liquid:
            return self.single[0] if amount > self.smallest else amount
        within = [0, *(unit for unit in self.single if unit <= amount)]
        return within[-1] - within[-2] if len(within) > 1 else 0

    def needs(self, amounts: Amounts) -> int:
        """How many strengths a day needs."""
        return len({strength for amount in amounts for strength, _ in self.units[amount]})

    def other(self, amounts: Amounts) -> int:
        """The second ingredient of a combination in a day, in thousandths of a milligram."""
        units = (unit for amount in amounts for unit in self.units[amount])
        return sum(strength.other * count for strength, count in units) // THOUSAND


def _fewest(strengths: tuple[Strength, ...], most: int) -> dict[int, Units]:
    """Every amount with the fewest units that make it, of equals with larger ones first."""
    falling = sorted(strengths, key=lambda strength: -strength.amount)
    count = {0: 0}
    for units in range(1, most + 1):
        fewer = [amount for amount, n in count.items() if n == units - 1]
        for amount in fewer:
            for strength in falling:
                count.setdefault(amount + strength.amount, units)
    made: dict[int, Units] = {}
    for amount in count:
        rest, taken = amount, []
        while rest:  # the largest strength that is in one of the shortest ways
            largest = next(s for s in falling if count.get(rest - s.amount, most) < count[rest])
            taken.append(largest)
            rest -= largest.amount
        made[amount] = tuple((s, taken.count(s) * THOUSAND) for s in falling if s in taken)
    return made


@lru_cache(maxsize=64)
def shelf(product: Product, strengths: tuple[Strength, ...], number: int, most: int) -> Shelf:
    """The shelf of some strengths: starts that share it come one after another."""
    return Shelf(product, strengths, number, most)
