"""Opportunities on the calendar: intervals, holds, avoided days, patches (SPEC 4.7, 4.8).

Days are ordinals of the calendar; nothing here knows a clock time.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from verify.medicine import FOUR_WEEKS

if TYPE_CHECKING:
    from fractions import Fraction

END = date(2100, 12, 31).toordinal()
AVOIDED_AT_MOST = 56  # SPEC 3.3: eight weeks without an allowed day of a patch change
MONTHS = 12


class CannotPlan(ValueError):
    """The rules lead nowhere: the request is an error."""


def whole(days: int, period: int) -> int:
    """Days as whole periods of a patch (of what is taken every day, 1)."""
    return -(-days // period) * period


@dataclass(frozen=True)
class Interval:
    """So many days, or calendar months."""

    days: int = 0
    months: int = 0

    @property
    def counted(self) -> int:
        """Its days where a rule counts; a month is 28."""
        return self.days + FOUR_WEEKS * self.months

    def after(self, anchor: int, times: int, period: int) -> int:
        """The day so many intervals after an anchor."""
        if self.months:
            return anchor + whole(_months_on(anchor, self.months * times) - anchor, period)
        return anchor + whole(self.days, period) * times


def _months_on(day: int, months: int) -> int:
    """The same day of a later month, or the last day of a shorter one."""
    begin = date.fromordinal(day)
    years, month = divmod(begin.month - 1 + months, MONTHS)
    last = monthrange(begin.year + years, month + 1)[1]
    return date(begin.year + years, month + 1, min(begin.day, last)).toordinal()


@dataclass(frozen=True)
class Hold:
    """A hold of so many days after every so many reductions, or from a dose on, once."""

    days: int
    every: int = 0
    share: Fraction | None = None  # of the original dose
    dose: int | None = None


@dataclass(frozen=True)
class Days:
    """The days on which no reduction begins: of the week (Monday is 0), dates, dated holds."""

    weekdays: frozenset[int] = frozenset()
    dates: frozenset[int] = frozenset()
    holds: tuple[tuple[int, int], ...] = ()
    period: int = 1

    def avoided(self, day: int) -> bool:
        """Whether it is to be avoided."""
        return date.fromordinal(day).weekday() in self.weekdays or day in self.dates

    def held(self, day: int) -> bool:
        """Whether it lies in a dated hold."""
        return any(first <= day <= last for first, last in self.holds)

    def allowed(self, day: int, *, holds: bool = True) -> int:
        """The first day from here on, of a patch change, on which a reduction may begin."""
        waited = 0
        while self.avoided(day) or (holds and self.held(day)):
            waited = 0 if self.held(day) else waited + self.period
            if waited > AVOIDED_AT_MOST:
                message = "no allowed day within eight weeks"
                raise CannotPlan(message)
            day += self.period
        return day


@dataclass
class Opportunities:
    """The opportunities one after another; the anchor is the last one that was moved."""

    every: Interval
    period: int
    anchor: int
    passed: int = 0

    @property
    def day(self) -> int:
        """The day of the opportunity."""
        return self.every.after(self.anchor, self.passed, self.period)

    @property
    def following(self) -> int:
        """The day of the next one, if nothing moves it."""
        return self.every.after(self.anchor, self.passed + 1, self.period)

    def go_on(self, begun: int) -> None:
        """To the next one; ``begun`` is the day on which this one really was."""
        if begun != self.day:
            self.anchor, self.passed = begun, 0
        self.passed += 1
