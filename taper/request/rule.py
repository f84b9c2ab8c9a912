"""One part of a rule: by how much, how often, and what a percentage is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taper.quantities import Interval, Percent

ORIGINAL, CURRENT, MIXED = "original", "current", "mixed"
BASES = (ORIGINAL, CURRENT, MIXED)


@dataclass(frozen=True, slots=True)
class Part:
    """One rule: by how much, how often, and down to where it applies.

    ``reduce`` is a :class:`Percent` or an amount in thousandths; ``until`` is the share of the
    original (a ratio) or the daily dose (thousandths, over 1) at which the next part takes over.
    """

    reduce: Percent | int
    every: Interval
    until_share: tuple[int, int] | None = None
    until_dose: int | None = None
