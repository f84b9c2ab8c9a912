"""One part of a rule: by how much, how often, and what a percentage is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taper.quantities import Interval, Ratio

ORIGINAL, CURRENT, MIXED = "original", "current", "mixed"
BASES = (ORIGINAL, CURRENT, MIXED)


@dataclass(frozen=True, slots=True)
class Part:
    """One rule: by how much, how often, and down to where it applies.

    ``reduce`` is a share or an amount in thousandths; ``until`` is the share of the
    original or the daily dose (thousandths, over 1) at which the next part takes over.
    """

    reduce: Ratio | int
    every: Interval
    until_share: Ratio | None = None
    until_dose: int | None = None
