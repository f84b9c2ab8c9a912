"""What is asked for, in numbers: the start of a plan for the second reading."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from verify.clock import Days, Hold, Interval, whole
from verify.curve import MIXED, QUARTER, Pace
from verify.medicine import FOUR_WEEKS, HOURS_OF_DAY

if TYPE_CHECKING:
    from verify.shelf import Shelf, Units
    from verify.times import Placed

LONG, LONG_PATCH = 84, 91  # SPEC 4.3: 12 weeks, of patches 13
QUICK = Fraction(1, 10)  # a rule that asks for so much in four weeks waits no longer


NO_TIME, EVERY_DAY = Interval(), Days()


@dataclass(frozen=True)
class Finish:
    """A finer product for the end; without a number of administrations, as often as before."""

    shelf: Shelf
    number: int | None = None
    at: int | None = None  # the daily dose from which on


@dataclass(frozen=True)
class Phase:
    """A rule until so much of the original dose is left."""

    pace: Pace
    every: Interval
    until: Fraction | None = None


@dataclass(frozen=True)
class Asked:
    """A taper of one product."""

    shelf: Shelf
    now: Placed
    pace: Pace
    every: Interval
    start: int
    hours: int = HOURS_OF_DAY
    goal: int = 0
    baseline: Interval = NO_TIME
    holds: tuple[Hold, ...] = ()
    days: Days = EVERY_DAY
    last_dose_for: Interval | None = None
    favor: str | None = None
    finish: Finish | None = None
    phases: tuple[Phase, ...] = ()
    written: Units | None = None  # the tablets of each administration, where the dose names them
    is_last: bool = True  # of several opioids: only the last one waits for last_dose_for

    @property
    def period(self) -> int:
        """The days that a patch is worn; 1 for what is taken every day."""
        return self.hours // HOURS_OF_DAY if self.shelf.product.is_patch else 1

    @property
    def original(self) -> int:
        """The starting daily dose."""
        return sum(amount for _, amount in self.now)

    @property
    def longest_wait(self) -> int:
        """How long a row waits for an unavoidable cut, where the rule is not slow."""
        return LONG_PATCH if self.shelf.product.is_patch else LONG

    def kept(self, row_start: int) -> int:
        """The day on which the smallest dose has been kept for long enough (SPEC 3.3)."""
        once = self.every.after(row_start, 1, self.period)
        if self.last_dose_for is not None:
            return self.last_dose_for.after(row_start, 1, self.period)
        twice = self.every.after(row_start, 2, 1)
        most = row_start + whole(min(twice - row_start, FOUR_WEEKS), self.period)
        return max(once, most)


def is_quick(pace: Pace, every: Interval) -> bool:
    """Whether a rule asks for at least 10% in four weeks."""
    return pace.share * FOUR_WEEKS >= QUICK * every.counted


def pace(
    share: Fraction,
    every: Interval,
    of: str = MIXED,
    *,
    amount: bool = False,
    override: bool = False,
) -> Pace:
    """The pace of a share of the original dose (or of what is left) at each interval."""
    limit = max(QUARTER, share) if override else QUARTER
    return Pace(share, of, every.counted, amount, limit)
