"""What can really be taken: strengths make administrations, administrations make a day.

A :class:`Regimens` table belongs to one product, one set of strengths and one number of
administrations a day. It knows every daily dose that can be made, the best division of each
over the day, and the units of each administration. All optima are exact.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from math import gcd
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from taper.regimen.units import pieces_of, units_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taper.formulary.product import Product, Strength
    from taper.regimen.units import Units


TIMES: dict[int, tuple[str, ...]] = {
    1: ("morning",),
    2: ("morning", "evening"),
    3: ("morning", "afternoon", "evening"),
    4: ("morning", "noon", "evening", "bedtime"),
    6: ("06:00", "10:00", "14:00", "18:00", "22:00", "02:00"),
}
# Which administration gets the smaller amount first (contract 4.5b): of three, the afternoon,
# then the morning, so that the last dose to go is the last of the day.
SMALLER_FIRST: dict[int, tuple[int, ...]] = {
    1: (0,),
    2: (0, 1),
    3: (1, 0, 2),
    4: (1, 2, 0, 3),
    6: (5, 1, 3, 2, 0, 4),
}
MOST_MEASURES = 500  # of a liquid at one administration: 250 mL in measures of 0.5 mL
_REMEMBERED = 20_000  # divisions under a cap kept by a table before it forgets them


@dataclass(frozen=True)
class Regimen:
    """What is taken in a day: an amount for each administration, in thousandths.

    ``units`` gives the tablets (patches, millilitres) of each administration; ``daily`` the
    sum of the amounts (for a patch, the release rate); ``even`` whether the division is even
    in the sense of contract 4.3e.
    """

    product: Product
    interval: int  # hours
    amounts: tuple[int, ...]  # in the order of the day
    units: tuple[Units, ...]
    daily: int
    even: bool

    @cached_property
    def strengths(self) -> int:
        """How many different strengths it needs."""
        return len({strength for units in self.units for strength, _ in units})

    @property
    def times(self) -> tuple[str, ...]:
        """The name of each administration."""
        return ("patch",) if self.product.is_patch else TIMES[len(self.amounts)]

    @cached_property
    def other_daily(self) -> int:
        """The acetaminophen of a combination in a day, in thousandths of a milligram."""
        if not self.product.holds_acetaminophen:
            return 0
        return sum(s.other * count for units in self.units for s, count in units) // THOUSAND

    @cached_property
    def per_day(self) -> tuple[tuple[Strength, int], ...]:
        """Counts of each strength in a day (a patch: at one change), largest strength first."""
        counts: dict[Strength, int] = {}
        for units in self.units:
            for strength, count in units:
                counts[strength] = counts.get(strength, 0) + count
        return tuple(sorted(counts.items(), key=lambda item: -item[0].amount))

    @cached_property
    def directions(self) -> str:
        """The sig in words."""
        from taper.regimen.directions import directions  # noqa: PLC0415 - words only when they are printed

        return directions(self)


class Regimens:
    """Every daily dose that can be made of the strengths in use, and how.

    ``limit`` bounds the amount of one administration of a liquid, in thousandths.
    """

    def __init__(
        self,
        product: Product,
        strengths: tuple[Strength, ...],
        interval: int,
        most: int,
        *,
        halves: bool = False,
        fewest_strengths: bool = False,
        limit: int = 0,
    ) -> None:
        """Build the table; that is the costly part, and it is done once."""
        self.product = product
        self.strengths = strengths
        self.interval = interval
        self.most = most
        self.halves = halves
        self.fewest_strengths = fewest_strengths
        self.number = 1 if product.is_patch else 24 // interval
        if product.is_liquid:
            self._units = _measures(product, strengths[0], limit)
        else:
            units = units_table(strengths, most, halves=halves, fewest_strengths=fewest_strengths)
            self._units = {a: u for a, u in units.items() if not a or a >= product.least_dose}
        self.amounts = sorted(self._units)
        self.smallest = self.amounts[1]
        self._grain = reduce(gcd, self.amounts)
        self._steps = [amount // self._grain for amount in self.amounts]
        self._sums = _sums([self._steps] * self.number)
        self._divided: dict[int, Regimen] = {}
        self._capped: dict[tuple[int, tuple[int, ...]], Regimen | None] = {}
        self._neighbours = _neighbours(self._step_amounts())

    def _step_amounts(self) -> list[int]:
        """The amounts of single units, in which neighbouring strengths differ."""
        if self.product.is_liquid:
            return self.amounts[1:]
        return sorted(piece.amount for piece in pieces_of(self.strengths, halves=self.halves))

    @cached_property
    def totals(self) -> list[int]:
        """Every daily dose that can be made, zero among them, in rising order."""
        return [bit * self._grain for bit in _bits(self._sums[0])]

    @cached_property
    def nothing(self) -> Regimen:
        """What is taken after the stop."""
        return self.exactly((0,) * self.number)

    def can_make(self, total: int) -> bool:
        """Whether the daily dose can be made at all."""
        step, rest = divmod(total, self._grain)
        return not rest and bool(self._sums[0] >> step & 1)

    def nearest(self, total: int, doses: Sequence[int] | None = None) -> list[int]:
        """The nearest doses that can be made below and above (of a day, or of ``doses``)."""
        known = self.totals if doses is None else doses
        place = bisect_right(known, total)
        return [dose for dose in known[max(place - 1, 0) : place + 1] if dose]

    def units(self, amount: int) -> Units | None:
        """The units of one administration, or None where it cannot be made."""
        return self._units.get(amount)

    def exactly(self, amounts: tuple[int, ...], units: tuple[Units, ...] | None = None) -> Regimen:
        """The regimen with these amounts in the order of the day, each of which can be made."""
        if units is None:
            units = tuple(self._units[amount] for amount in amounts)
        even = self._is_even(amounts)
        return Regimen(self.product, self.interval, amounts, units, sum(amounts), even)

    def of(self, total: int) -> Regimen:
        """The best division of a daily dose that can be made (contract 4.5)."""
        regimen = self._divided.get(total)
        if regimen is None:
            amounts = self._divide(total, None)
            assert amounts is not None, total
            regimen = self._divided[total] = self.exactly(amounts)
        return regimen

    def under(self, total: int, amounts: tuple[int, ...]) -> Regimen | None:
        """The best division in which no administration is above that of ``amounts``, or None."""
        regimen = self.of(total)
        for amount, most in zip(regimen.amounts, amounts, strict=True):
            if amount > most:
                break
        else:
            return regimen
        key = (total, amounts)
        if key in self._capped:
            return self._capped[key]
        if len(self._capped) > _REMEMBERED:
            self._capped.clear()
        limits = [amounts[place] // self._grain for place in SMALLER_FIRST[self.number]]
        choices = [self._steps[: bisect_right(self._steps, limit)] for limit in limits]
        divided = self._divide(total, choices)
        capped = None if divided is None else self.exactly(divided)
        self._capped[key] = capped
        return capped

    def is_last(self, amounts: tuple[int, ...]) -> bool:
        """Whether this is a single daily administration of the smallest amount."""
        return sum(amounts) == self.smallest

    def _is_even(self, amounts: tuple[int, ...]) -> bool:
        """Contract 4.3e: the largest and smallest are no further apart than neighbouring strengths.

        Neighbours are the largest strength that fits into the larger amount, and the strength
        below it. A zero beside more than the smallest amount is uneven.
        """
        high = max(amounts)
        low = min((amount for amount in amounts if amount), default=0)
        if min(amounts) == 0 and high > self.smallest and len(amounts) > 1:
            return False
        return high - low <= self._gap(high)

    def _gap(self, amount: int) -> int:
        place = bisect_right(self._neighbours[0], amount)
        return self._neighbours[1][place - 1] if place else 0

    def _divide(
        self, total: int, choices: Sequence[Sequence[int]] | None = None
    ) -> tuple[int, ...] | None:
        """Least sum of squares; at a tie the smaller amounts first (contract 4.5b)."""
        step, rest = divmod(total, self._grain)
        if rest:
            return None
        if choices is None:
            found = _least_squares(step, [self._steps] * self.number, self._sums, alike=True)
        else:
            found = _least_squares(step, choices, _sums(choices), alike=False)
        if found is None:
            return None
        amounts = [0] * self.number
        for place, steps in zip(SMALLER_FIRST[self.number], found, strict=True):
            amounts[place] = steps * self._grain
        return tuple(amounts)


def _measures(product: Product, strength: Strength, limit: int) -> dict[int, Units]:
    """Whole measures of a liquid: the amount of each, with its millilitres."""
    drug = strength.amount * product.measure // THOUSAND
    table: dict[int, Units] = {0: ()}
    for count in range(1, limit // drug + 1):
        if count * drug >= product.least_dose:
            table[count * drug] = ((strength, count * product.measure),)
    return table


def _neighbours(amounts: list[int]) -> tuple[list[int], list[int]]:
    """Each single unit with its distance to the next smaller one (or to zero)."""
    distinct = sorted(set(amounts))
    gaps = [high - low for low, high in zip([0, *distinct], distinct, strict=False)]
    return distinct, gaps


def _sums(choices: Sequence[Sequence[int]]) -> list[int]:
    """For each place, the set of sums that it and the places after it can make, as bits."""
    sums = [1]
    for steps in reversed(choices):
        made = 0
        for step in steps:
            made |= sums[-1] << step
        sums.append(made)
    return sums[::-1]


def _bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, in rising order."""
    text = bin(number)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)


def _least_squares(  # noqa: C901 - one search, with its pruning
    total: int, choices: Sequence[Sequence[int]], sums: Sequence[int], *, alike: bool
) -> tuple[int, ...] | None:
    """Split ``total`` over the places, each one of its choices (in rising order).

    The least sum of squares wins; among equals the one that is smallest place by place.
    ``sums`` says which rests the places that follow can make. Where the places are ``alike``
    only rising splits are looked at.
    """
    places = len(choices)
    if not sums[0] >> total & 1:
        return None
    best: tuple[int, tuple[int, ...]] | None = None

    def search(place: int, left: int, squares: int, chosen: tuple[int, ...]) -> None:
        nonlocal best
        remaining = places - place
        least = chosen[-1] if alike and chosen else 0
        if remaining == 1:  # what is left is one of the choices: ``sums`` says so
            found = (squares + left * left, (*chosen, left))
            if left >= least and (best is None or found < best):
                best = found
            return
        steps = choices[place]
        middle = bisect_right(steps, left // remaining)
        above = range(middle, len(steps)) if not alike else range(0)
        after = sums[place + 1]
        for direction in (range(middle - 1, -1, -1), above):
            for index in direction:
                step = steps[index]
                rest = left - step
                if rest < 0 or step < least:
                    break
                if best is not None:  # the rest costs at least its even split
                    bound = (squares + step * step) * (remaining - 1) + rest * rest
                    if bound > best[0] * (remaining - 1):
                        break
                if after >> rest & 1:
                    search(place + 1, rest, squares + step * step, (*chosen, step))

    search(0, total, 0, ())
    return None if best is None else best[1]


@lru_cache(maxsize=1024)
def regimens(
    product: Product,
    strengths: tuple[Strength, ...],
    interval: int,
    most: int,
    *,
    halves: bool = False,
    fewest_strengths: bool = False,
    limit: int = 0,
) -> Regimens:
    """The table of a product, its strengths and its interval; built once."""
    return Regimens(
        product,
        strengths,
        interval,
        most,
        halves=halves,
        fewest_strengths=fewest_strengths,
        limit=limit,
    )
