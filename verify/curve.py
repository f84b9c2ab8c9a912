"""The ideal curve of SPEC 4: what the daily dose would be at each opportunity."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from verify.medicine import TWO_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGINAL, CURRENT, MIXED = "original", "current", "mixed"
QUARTER = Fraction(25, 100)  # the most that US labels allow in two to four weeks
SLOW_FROM = Fraction(30, 100)  # CDC 2022: at intervals under two weeks, of what is left from here


@dataclass(frozen=True)
class Pace:
    """What is asked for: a share of something, or an amount, at each opportunity.

    ``limit`` is the 25% of ``mixed`` and of the limit on a cut; an override raises it.
    """

    share: Fraction  # of the original dose, also where an amount was asked for
    of: str
    days: int  # of the interval asked for; a month counts 28
    is_amount: bool = False
    limit: Fraction = QUARTER

    @property
    def is_linear(self) -> bool:
        """Whether every cut is the same amount."""
        return self.of == ORIGINAL or self.is_amount

    def most(self, original: Fraction, current: Fraction) -> Fraction:
        """Limit a of a cut; ``current`` is the dose that ``mixed`` refers to."""
        if self.is_amount:
            return max(self.share, QUARTER) * original
        return self.limit * (original if self.of == ORIGINAL else current)


class Fall(NamedTuple):
    """The curve after an opportunity, what it fell by there, and the same rule under original."""

    left: Fraction
    by: Fraction
    linear: Fraction


def fall(pace: Pace, original: Fraction, before: Fall, others: Fraction = Fraction(0)) -> Fall:
    """One opportunity; ``others`` are the other opioids of a plan, in units of this one."""
    even = pace.share * original
    if pace.is_linear:
        by = even
    elif pace.of == CURRENT:
        by = pace.share * before.left
    else:
        by = _mixed(pace, even, original, before.left + others)
    return Fall(before.left - by, by, before.linear - even)


def _mixed(pace: Pace, even: Fraction, original: Fraction, left: Fraction) -> Fraction:
    weekly = pace.days < TWO_WEEKS
    if even <= pace.limit * left and not (weekly and left <= SLOW_FROM * original):
        return even
    return (pace.share if weekly else pace.limit) * left


def curve(pace: Pace, original: Fraction) -> Iterator[Fall]:
    """The curve of one product under one rule, without end; it never resets."""
    point = Fall(original, Fraction(0), original)
    while True:
        point = fall(pace, original, point)
        yield point
