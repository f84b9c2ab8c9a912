"""Public holidays, from the `holidays` library (imported only when they are avoided)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def _split(code: str) -> tuple[str, str | None]:
    country, _, subdivision = code.partition("-")
    return country, subdivision or None


def is_known(code: str) -> bool:
    """Whether ``US`` or ``US-CA`` is a place whose holidays the library has."""
    import holidays  # noqa: PLC0415 - heavy

    country, subdivision = _split(code)
    known = holidays.list_supported_countries(include_aliases=False)
    return country in known and (subdivision is None or subdivision in known[country])


@lru_cache(maxsize=512)
def _of_year(code: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - heavy

    country, subdivision = _split(code)
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def is_holiday(day: date, codes: tuple[str, ...]) -> bool:
    """Whether the day is a public holiday in any of the places."""
    return any(day in _of_year(code, day.year) for code in codes)
