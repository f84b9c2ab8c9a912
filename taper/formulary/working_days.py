"""Working days of a market: Monday to Friday, no nation-wide public holiday (contract 1).

Whether a day is a working day depends on the day and the market alone, so plans of a batch that
share their rows still share the search for their checks.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from taper.data.files import data_text

_DAY = timedelta(days=1)
_SATURDAY = 5


class _Nearest(dict[int, int]):
    """By the number of a day, the nearest working day; it is sought once."""

    def __init__(self, working: WorkingDays, base: date, way: int) -> None:
        """``way`` is 1 for the first one from a day on, -1 for the last one up to it."""
        self.working = working
        self.base = base
        self.way = way

    def __missing__(self, day: int) -> int:
        found = day
        while not self.working.is_working(self.base + timedelta(days=found)):
            found += self.way
        self[day] = found
        return found


class Calendar:
    """The working days as a plan sees them: a day is its number, and 0 is the plan's first."""

    def __init__(self, working: WorkingDays, base: date) -> None:
        """``base`` is day 0."""
        self.on_or_before = _Nearest(working, base, -1)
        self.on_or_after = _Nearest(working, base, 1)


class WorkingDays:
    """The working days of one market, as far as its data file goes (2000 to 2100)."""

    def __init__(self, holidays: frozenset[date]) -> None:
        """``holidays`` are the public holidays that fall on Monday to Friday."""
        self.holidays = holidays

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def on_or_before(self, day: date) -> date:
        """The last working day up to and including ``day``."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        """The first working day from ``day`` on."""
        while not self.is_working(day):
            day += _DAY
        return day


@lru_cache(maxsize=8)
def working_days(market: str) -> WorkingDays:
    """The working days of a market (``us``, ``uk``, ``ca``, ``au``)."""
    days: set[date] = set()
    for line in data_text(f"holidays/{market}.txt").splitlines():
        if not line.startswith("#"):
            year, *dates = line.split()
            days.update(date(int(year), int(day[:2]), int(day[2:])) for day in dates)
    return WorkingDays(frozenset(days))


@lru_cache(maxsize=512)
def calendar_from(market: str, first: date) -> Calendar:
    """The working days of a market, counted from the first day of a plan."""
    return Calendar(working_days(market), first)
