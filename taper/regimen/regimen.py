"""A regimen: what is taken in a day, when, and of which units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.regimen.units import Units


@dataclass(frozen=True)
class Regimen:
    """What is taken in a day: an amount for each administration, in thousandths.

    ``units`` gives the tablets (patches, millilitres) of each administration, ``times`` its name;
    administrations of zero are left out. ``daily`` is the sum of the amounts; for a patch, the
    release rate. ``interval`` is the hours between administrations, 0 if they do not divide a
    day; a patch is changed at that interval.

    A medicine that stays as needed has one amount. It is taken at most ``most_often`` times a
    day, at least ``interval`` hours apart, and ``daily`` is the most that a day may hold.
    """

    product: Product
    interval: int
    amounts: tuple[int, ...]  # in the order of the day
    units: tuple[Units, ...]
    daily: int
    times: tuple[str, ...]
    most_often: int = 0

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """The amounts of a day in order of size, the largest first."""
        if self.most_often:
            return self.amounts * self.most_often
        return tuple(sorted(self.amounts, reverse=True))

    @cached_property
    def strengths(self) -> int:
        """How many different strengths it needs."""
        return len({strength for units in self.units for strength, _ in units})

    @cached_property
    def other_daily(self) -> int:
        """The other ingredient of a combination in a day, in thousandths of a milligram."""
        return sum(strength.other * count for strength, count in self.per_day) // THOUSAND

    @cached_property
    def per_day(self) -> tuple[tuple[Strength, int], ...]:
        """Counts of each strength in a day (a patch: at one change), largest strength first."""
        counts: dict[Strength, int] = {}
        for units in self.units:
            for strength, count in units:
                counts[strength] = counts.get(strength, 0) + count * (self.most_often or 1)
        return tuple(sorted(counts.items(), key=lambda item: -item[0].amount))

    @cached_property
    def directions(self) -> str:
        """The sig in words."""
        from taper.regimen.directions import directions  # noqa: PLC0415 - words only when they are printed

        return directions(self)
