"""The doses to which a regimen may fall at the next reduction (contract 4.1 to 4.3).

What they are depends on the regimen and its table alone, not on the rule, so that it is worked out
once and shared by all plans that pass through the same regimen.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share
from taper.engine.evenness import is_even

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.regimen.division import Caps
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens

HALVING_LIMIT = share("cut-of-current")  # limit b


class Division(NamedTuple):
    """A daily dose as it would be divided, the largest administration first.

    ``strengths`` is how many strengths its units need.
    """

    daily: int
    ranks: tuple[int, ...]
    is_even: bool
    strengths: int


class Falls:
    """The lower doses that follow from a division in force, worked out as they are asked for."""

    def __init__(self, made: Regimens, ranks: tuple[int, ...], caps: Caps | None) -> None:
        """``ranks`` are the administrations in force, the largest first."""
        self.made = made
        self.ranks = ranks
        self.caps = caps
        self.daily = sum(ranks)
        self.totals = made.totals
        self.end = bisect_left(made.totals, self.daily)  # the first total that is not lower
        top, bottom = HALVING_LIMIT
        self.half = -(-self.daily * (bottom - top) // bottom)
        self._divisions: dict[int, Division | None] = {}
        self._highest: dict[int, Division | None] = {}

    def to(self, total: int) -> Division | None:
        """How a lower daily dose is divided, or None if no division of it keeps every rank."""
        if total in self._divisions:
            return self._divisions[total]
        ranks = self.made.division(total, self.ranks, self.caps)
        division = None
        if ranks is not None:
            division = Division(total, ranks, self._is_even(ranks), self.made.strengths_of(ranks))
        self._divisions[total] = division
        return division

    def downward(self, floor: int) -> Iterator[Division]:
        """The doses within half of the current one, from the highest down to ``floor``."""
        totals, least = self.totals, max(floor, self.half)
        for place in range(self.end - 1, -1, -1):
            if totals[place] < least:
                return
            division = self.to(totals[place])
            if division is not None:
                yield division

    def highest(self, floor: int) -> Division | None:
        """The highest even dose within half of the current one; of uneven ones if none is even.

        It says which doses count at all: uneven ones only if no even one is left.
        """
        if floor not in self._highest:
            uneven = None
            for division in self.downward(floor):
                if division.is_even:
                    uneven = division
                    break
                uneven = uneven or division
            self._highest[floor] = uneven
        return self._highest[floor]

    def _is_even(self, ranks: tuple[int, ...]) -> bool:
        return not self.made.divides or is_even(ranks, self.ranks, self.made)


@lru_cache(maxsize=8192)
def falls_from_ranks(made: Regimens, ranks: tuple[int, ...], caps: Caps | None) -> Falls:
    """What a division may fall to."""
    return Falls(made, ranks, caps)


def falls_from(made: Regimens, regimen: Regimen) -> Falls:
    """What a regimen may fall to."""
    return falls_from_ranks(made, regimen.ranks, made.caps(regimen))
