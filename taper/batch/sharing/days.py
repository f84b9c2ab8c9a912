"""Dates from tables, quicker than to compute them: a day is its number after 1 January 2000."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

FIRST = date(2000, 1, 1)  # a Saturday
LAST = date(2100, 12, 31)  # of a start (contract 3.3i)
_TABLE = (date(2180, 12, 31) - FIRST).days + 1  # plans go on for up to twenty years, and holds


@lru_cache(maxsize=1)
def texts() -> list[bytes]:
    """The ISO text of every day, by number."""
    return [(FIRST + timedelta(days=number)).isoformat().encode() for number in range(_TABLE)]


@lru_cache(maxsize=1)
def numbers() -> dict[str, int]:
    """The number of every ISO text."""
    return {text.decode(): number for number, text in enumerate(texts())}


@lru_cache(maxsize=1)
def starts() -> dict[str, int]:
    """The number of every day on which a plan may begin, by its ISO text."""
    most = (LAST - FIRST).days
    return {text: number for text, number in numbers().items() if number <= most}


def day_of(number: int) -> date:
    """The day of that number."""
    return FIRST + timedelta(days=number)
