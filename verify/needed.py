"""What is taken as needed: made regular (``fixed``), or kept so (``keep``); SPEC 3.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verify.medicine import HOURS_OF_DAY
from verify.shelf import Shelf
from verify.times import AS_NEEDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.shelf import Amounts
    from verify.times import Placed

MOST_A_DAY = 5  # nobody is told to take it at night


class CannotPlace(ValueError):
    """More than can be taken in waking hours: ``--as-needed keep``."""


def fixed(units: int, hours: int, at_once: int) -> tuple[int, ...]:
    """Units at each administration, in the order of the day.

    ``hours`` is the shorter of a range, ``at_once`` the most units prescribed at once.
    """
    number = min(units, HOURS_OF_DAY // hours, MOST_A_DAY)
    taken = [1] * number
    over = units - number
    if over > number * (at_once - 1):
        raise CannotPlace(units)
    while over:
        for place in range(number):
            if over and taken[place] < at_once:
                taken[place] += 1
                over -= 1
    return tuple(taken)


@dataclass
class Needed(Shelf):
    """A shelf for what stays as needed: a dose is one amount, so many times a day."""

    hours: int = HOURS_OF_DAY

    def times_a_day(self) -> int:
        """The most administrations a day."""
        return HOURS_OF_DAY // self.hours

    def divisions(self, now: Amounts, limits: tuple[int, int, int] | None) -> Iterator[Amounts]:
        """Every most a day below the present one, with the smallest amount that makes it."""
        least: dict[int, Amounts] = {}
        for amount in self.amounts:
            for number in range(1, self.times_a_day() + 1):
                taken = (amount,) * number
                if amount <= now[0] and self._fits(taken, limits):
                    least.setdefault(amount * number, taken)
        return (least[most] for most in sorted(least, reverse=True) if most < sum(now))

    def is_even(self, amounts: Amounts, now: Amounts) -> bool:
        """Every one is."""
        return amounts[0] <= now[0]


def first(shelf: Needed, most: int, prescribed: int) -> Placed:
    """Step 0: the largest prescribed amount that makes the dose."""
    for amount in reversed(shelf.amounts):
        number = most // amount
        if amount <= prescribed and most % amount == 0 and number <= shelf.times_a_day():
            return ((AS_NEEDED, amount),) * number
    raise CannotPlace(most)
