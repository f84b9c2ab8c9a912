"""When the smallest dose is stopped (contract 4.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from taper.data.limits import whole

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.curve import Point

LONGEST_LAST_DOSE = timedelta(days=whole("last-dose-kept-at-most"))


def is_below_half(point: Point, smallest: int) -> bool:
    """Whether the curve is below half of the smallest amount."""
    return 2 * point.ideal < smallest * point.denominator


def is_kept_long_enough(kept_since: date, due: date) -> bool:
    """Whether the smallest dose has been kept for eight weeks, so that it ends in any case."""
    return due - kept_since >= LONGEST_LAST_DOSE
