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
