"""What can really be taken: strengths make administrations, administrations make a day.

A :class:`Regimens` table belongs to one product, one set of strengths and one number of
administrations a day. It knows every daily dose that can be made, the best division of each
over the day, and the units of each administration. All optima are exact.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache, reduce
from math import gcd
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.quantities import THOUSAND
from taper.regimen.division import Caps, Content, Search, bits, fits, sums
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.regimen import Regimen
from taper.regimen.times import PATCH, TIMES, placed, smaller_first
from taper.regimen.units import units_of_day, units_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.formulary.product import Product, Strength
    from taper.regimen.units import Units

LIQUID_AT_ONCE = whole("liquid-at-once")  # mL
_REMEMBERED = 20_000  # regimens kept by a table before it forgets them


class Regimens:
    """Every daily dose that can be made of the strengths in use, and how.

    ``number`` is the most administrations of a day; ``interval`` the hours between the changes
    of a patch, or between administrations if they divide the day. ``limit`` bounds the amount of
    one administration of a liquid, in thousandths. ``favor`` names the administration that
    keeps the larger amount longest.
    """

    divides = True  # a day has administrations that may differ

    def __init__(
        self,
        product: Product,
        strengths: tuple[Strength, ...],
        interval: int,
        most: int,
        *,
        number: int = 0,
        halves: bool = False,
        fewest_strengths: bool = False,
        limit: int = 0,
        favor: str = "",
    ) -> None:
        """Build the table; that is the costly part, and it is done once."""
        self.product = product
        self.strengths = strengths
        self.interval = interval
        self.most = most
        self.halves = halves
        self.fewest_strengths = fewest_strengths
        self.favor = favor
        self.number = 1 if product.is_patch else number or HOURS_OF_DAY // interval
        if product.is_liquid:
            self._ways = _measures(product, strengths[0], limit)
        else:
            ways = units_table(strengths, most, halves=halves, fewest_strengths=fewest_strengths)
            self._ways = {a: way for a, way in ways.items() if not a or a >= product.least_dose}
        self.amounts = sorted(self._ways)
        self.smallest = self.amounts[1]
        self._grain = reduce(gcd, self.amounts)
        self._steps = [amount // self._grain for amount in self.amounts]
        self._sums = sums([self._steps] * self.number)
        self._sizes = sorted({strength.amount for strength in strengths})
        self._best: dict[tuple[int, int], tuple[int, ...] | None] = {}
        self._units: dict[tuple[int, ...], tuple[Units, ...]] = {}
        self._regimens: dict[tuple[object, ...], Regimen] = {}

    @cached_property
    def totals(self) -> list[int]:
        """Every daily dose that can be made, zero among them, in rising order."""
        return [bit * self._grain for bit in bits(self._sums[0])]

    @cached_property
    def nothing(self) -> Regimen:
        """What is taken after the stop."""
        return self.exactly(())

    def can_make(self, total: int) -> bool:
        """Whether the daily dose can be made at all."""
        step, rest = divmod(total, self._grain)
        return not rest and bool(self._sums[0] >> step & 1)

    def nearest(self, total: int, doses: Sequence[int] | None = None) -> list[int]:
        """The nearest doses that can be made below and above (of a day, or of ``doses``)."""
        known = self.totals if doses is None else doses
        place = bisect_left(known, total)
        near = known[max(place - 1, 0) : place + 1]
        return [dose for dose in near if dose]

    def units(self, amount: int) -> Units | None:
        """The units of one administration, or None if it cannot be made."""
        ways = self._ways.get(amount)
        return None if ways is None else ways[0]

    def exactly(
        self,
        amounts: tuple[int, ...],
        units: tuple[Units, ...] | None = None,
        times: tuple[str, ...] = (),
    ) -> Regimen:
        """The regimen with these amounts in the order of the day, each of which can be made.

        ``times`` are the usual ones of their number unless they are given.
        """
        if units is None:
            known = dict(zip(self._distinct(amounts), self._day(amounts), strict=True))
            units = tuple(known[amount] for amount in amounts)
        if not times:
            times = PATCH if self.product.is_patch and amounts else TIMES[len(amounts)]
        hours = self._hours(len(amounts))
        return Regimen(self.product, hours, amounts, units, sum(amounts), times)

    def of(self, total: int) -> Regimen:
        """The best division of a daily dose that can be made, at the usual times (contract 4.5)."""
        key = (total,)
        regimen = self._regimens.get(key)
        if regimen is None:
            ranks = self.division(total, (self.amounts[-1],) * self.number)
            assert ranks is not None, total
            order = smaller_first(TIMES[len(ranks)], self.favor)
            amounts = [0] * len(ranks)
            for place, amount in zip(order, reversed(ranks), strict=True):
                amounts[place] = amount
            regimen = self._regimens[key] = self.exactly(tuple(amounts))
        return regimen

    def under(self, total: int, current: Regimen) -> Regimen | None:
        """The best division of a daily dose in which nothing rises above ``current``, or None."""
        ranks = self.division(total, current.ranks, self.caps(current))
        return None if ranks is None else self.after(current, ranks)

    def after(self, current: Regimen, ranks: tuple[int, ...]) -> Regimen:
        """The regimen of a division, at the times that follow from ``current``."""
        key = (ranks, current.times, current.amounts)
        regimen = self._regimens.get(key)
        if regimen is None:
            times, amounts = placed(ranks, current.times, current.amounts, self.favor)
            if len(self._regimens) > _REMEMBERED:
                self._regimens.clear()
            regimen = self._regimens[key] = self.exactly(amounts, times=times)
        return regimen

    def division(
        self, total: int, ranks: tuple[int, ...], caps: Caps | None = None
    ) -> tuple[int, ...] | None:
        """The best division of a daily dose, the largest amount first, or None if there is none.

        With the administrations in order of size none is larger than the one of the same rank in
        ``ranks``, and the day holds no more of a combination than ``caps`` allow. The least sum
        of squares wins; among equals the one with the smallest amount, then the next smallest.
        """
        best = self._uncapped(total, len(ranks))
        if best is None:
            return None
        if all(map(int.__le__, best, ranks)) and (caps is None or self._fits(caps, best)):
            return best
        places = [self._steps[: bisect_right(self._steps, r // self._grain)] for r in ranks]
        search = Search(places[::-1], None, self._contents if caps else None, caps)
        return self._searched(search, total)

    def caps(self, current: Regimen) -> Caps | None:
        """What a day may hold after ``current``; None if the doses alone see to it."""
        if not self.product.is_combination or len(self.strengths) == 1:
            return None
        tablets = sum(count for _, count in current.per_day)
        at_once = max((sum(count for _, count in units) for units in current.units), default=0)
        return Caps(current.other_daily, tablets, at_once)

    def caps_of(self, ranks: tuple[int, ...], before: Caps | None) -> Caps | None:
        """What a day may hold after a division that followed a day with the caps ``before``."""
        if before is None:
            return None
        contents = [self._contents[amount // self._grain] for amount in ranks]
        return Caps(
            sum(each.other for each in contents),
            sum(each.tablets for each in contents),
            max(each.tablets for each in contents),
        )

    def strengths_of(self, ranks: tuple[int, ...]) -> int:
        """How many strengths the best units of a division need."""
        if len(self.strengths) == 1:
            return 1
        day = self._day(ranks)
        return len({strength for units in day for strength, _ in units})

    def step_below(self, amount: int) -> int:
        """From the largest strength that fits into an amount down to the next lower strength.

        It is 0 below the lowest strength. The strengths of a liquid are its measures.
        """
        if self.product.is_liquid:
            return self._grain
        place = bisect_right(self._sizes, amount)
        if not place:
            return 0
        return self._sizes[place - 1] - (self._sizes[place - 2] if place > 1 else 0)

    def is_last(self, regimen: Regimen) -> bool:
        """Whether this is a single daily administration of the smallest amount."""
        return regimen.daily == self.smallest

    @cached_property
    def _contents(self) -> dict[int, Content]:
        """What one administration holds of a combination, by steps of the grain."""
        return {
            amount // self._grain: Content(
                sum(strength.other * count for strength, count in ways[0]) // THOUSAND,
                sum(count for _, count in ways[0]),
            )
            for amount, ways in self._ways.items()
        }

    def _hours(self, number: int) -> int:
        if self.product.is_patch or number == self.number:
            return self.interval
        return 0 if not number or HOURS_OF_DAY % number else HOURS_OF_DAY // number

    def _uncapped(self, total: int, number: int) -> tuple[int, ...] | None:
        """The best division over at most ``number`` administrations, whatever was before."""
        key = (total, number)
        if key not in self._best:
            fewer = self._sums[max(self.number - number, 0) :]
            search = Search([self._steps] * (len(fewer) - 1), fewer)
            self._best[key] = self._searched(search, total)
        return self._best[key]

    def _searched(self, search: Search, total: int) -> tuple[int, ...] | None:
        step, rest = divmod(total, self._grain)
        found = None if rest or not search.choices else search.best(step)
        if found is None:
            return None
        return tuple(steps * self._grain for steps in reversed(found) if steps)

    def _fits(self, caps: Caps, ranks: tuple[int, ...]) -> bool:
        return fits(caps, [self._contents[amount // self._grain] for amount in ranks])

    @staticmethod
    def _distinct(amounts: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(amounts), reverse=True))

    def _day(self, amounts: tuple[int, ...]) -> tuple[Units, ...]:
        """The units of the distinct amounts of a day, the largest first."""
        distinct = self._distinct(amounts)
        units = self._units.get(distinct)
        if units is None:
            ways = [self._ways[amount] for amount in distinct]
            units = self._units[distinct] = units_of_day(ways)
        return units


def _measures(product: Product, strength: Strength, limit: int) -> dict[int, tuple[Units, ...]]:
    """Whole measures of a liquid: the amount of each, with its millilitres."""
    drug = strength.amount * product.measure // THOUSAND
    table: dict[int, tuple[Units, ...]] = {0: ((),)}
    for count in range(1, limit // drug + 1):
        if count * drug >= product.least_dose:
            table[count * drug] = (((strength, count * product.measure),),)
    return table


def most_of_a_liquid(product: Product, strength: Strength) -> int:
    """The largest amount of a liquid at one administration, in thousandths."""
    measures = LIQUID_AT_ONCE * THOUSAND // product.measure
    return measures * (strength.amount * product.measure // THOUSAND)


# the table of a product, its strengths and its interval, built once
regimens = lru_cache(maxsize=1024)(Regimens)


def of_strengths(made: Regimens, strengths: tuple[Strength, ...], *, halves: bool) -> Regimens:
    """The table of other strengths of a solid product, otherwise the same."""
    return regimens(
        made.product,
        strengths,
        made.interval,
        made.most,
        number=made.number,
        halves=halves,
        favor=made.favor,
    )


__all__ = ["LIQUID_AT_ONCE", "Regimen", "Regimens", "most_of_a_liquid", "of_strengths", "regimens"]
