"""A medicine prescribed as needed: at fixed times, or still as needed (contract 3.2)."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.regimen import Regimen
from taper.regimen.table import Regimens
from taper.regimen.times import AS_NEEDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.formulary.product import Product, Strength
    from taper.regimen.division import Caps

MOST_WAKING = whole("waking-administrations")


def at_fixed_times(
    daily: int, unit: int, most_at_once: int, most_often: int
) -> tuple[int, ...] | None:
    """What is taken, laid out over the waking day; None if it does not fit.

    There are as many administrations as units are taken, up to ``most_often``. The units that
    are over are added one each from the first of the day on, up to ``most_at_once``.
    """
    units, rest = divmod(daily, unit)
    number = min(units, most_often, MOST_WAKING)
    if rest or not number:
        return None
    fewest, over = divmod(units, number)
    amounts = tuple((fewest + (place < over)) * unit for place in range(number))
    return amounts if amounts[0] <= most_at_once else None


class AsNeeded(Regimens):
    """Every daily dose of a medicine that stays as needed: one amount, so many times a day.

    ``interval`` is the hours between two doses; they stay. Neither the amount nor the most of a
    day rises, but a smaller amount may be taken more often.
    """

    divides = False

    @cached_property
    def totals(self) -> list[int]:
        """Every daily dose that can be made, zero among them, in rising order."""
        often = range(1, self.number + 1)
        return sorted({0} | {amount * times for amount in self.amounts for times in often})

    def can_make(self, total: int) -> bool:
        """Whether the daily dose can be made at all."""
        return self._taken(total, self.amounts) is not None

    def begun(self, total: int, prescribed: Sequence[int]) -> Regimen | None:
        """What is taken now: the largest prescribed amount that makes the daily dose."""
        fitting = [amount for amount in prescribed if amount in self._ways]
        amount = self._taken(total, sorted(fitting, reverse=True))
        return None if amount is None else self._regimen(amount, total // amount)

    def taken(self, amount: int, times: int) -> Regimen | None:
        """An amount so many times a day at most; None if it cannot be made or taken so often."""
        if amount not in self._ways or not 0 < times <= self.number:
            return None
        return self._regimen(amount, times)

    def of(self, total: int) -> Regimen:
        """The daily dose made of the smallest amount."""
        amount = self._taken(total, self.amounts)
        assert amount is not None, total
        return self._regimen(amount, total // amount)

    def division(
        self, total: int, ranks: tuple[int, ...], caps: Caps | None = None
    ) -> tuple[int, ...] | None:
        """The smallest amount, no larger than before, that makes the daily dose."""
        if not 0 < total <= sum(ranks):
            return None
        fitting = [amount for amount in self.amounts if amount <= ranks[0]]
        for amount in fitting:
            taken = self._taken(total, (amount,))
            if taken is not None:
                found = (amount,) * (total // amount)
                if caps is None or self._fits(caps, found):
                    return found
        return None

    def after(self, current: Regimen, ranks: tuple[int, ...]) -> Regimen:  # noqa: ARG002 - as a table of fixed times
        """The regimen of an amount that is taken ``len(ranks)`` times."""
        return self._regimen(ranks[0], len(ranks))

    def _taken(self, total: int, amounts: Sequence[int]) -> int | None:
        """The first of the amounts that makes the daily dose within the hours of a day."""
        for amount in amounts:
            if amount and not total % amount and 0 < total // amount <= self.number:
                return amount
        return None

    def _regimen(self, amount: int, times: int) -> Regimen:
        units = self._day((amount,))
        daily = amount * times
        return Regimen(self.product, self.interval, (amount,), units, daily, AS_NEEDED, times)


@lru_cache(maxsize=1024)
def as_needed(
    product: Product,
    strengths: tuple[Strength, ...],
    hours: int,
    most: int,
    *,
    halves: bool = False,
    fewest_strengths: bool = False,
    limit: int = 0,
) -> AsNeeded:
    """The table of a product that stays as needed; built once."""
    return AsNeeded(
        product,
        strengths,
        hours,
        most,
        number=HOURS_OF_DAY // hours,
        halves=halves,
        fewest_strengths=fewest_strengths,
        limit=limit,
    )
