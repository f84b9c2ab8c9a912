"""Write the nation-wide public holidays of each market, from the `holidays` library.

    python scripts/public_holidays.py

A plan must be the same on every machine and load quickly, so the days stand in data files and the
library is asked only here, by a test, and for the places that `--avoid holidays:...` names.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - as in the package
from pathlib import Path

import holidays

FOLDER = Path(__file__).parents[1] / "taper" / "data" / "holidays"
COUNTRIES = {"us": "US", "uk": "GB", "ca": "CA", "au": "AU"}
YEARS = range(2000, 2101)  # what the library knows; a plan ends by 2100
WEEKDAYS = 5


def days_of(country: str, year: int) -> list[date]:
    """The nation-wide holidays of one year that fall on Monday to Friday."""
    known = holidays.country_holidays(country, years=year)
    return sorted(day for day in known if day.year == year and day.weekday() < WEEKDAYS)


def text_of(country: str) -> str:
    """The data file of a country: a line a year, each day as month and day."""
    lines = [
        f"# Nation-wide public holidays of {country} on Monday to Friday; made by",
        f"# scripts/public_holidays.py from the Python library holidays {holidays.__version__}.",
    ]
    for year in YEARS:
        days = " ".join(f"{day:%m%d}" for day in days_of(country, year))
        lines.append(f"{year} {days}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for market, country in COUNTRIES.items():
        (FOLDER / f"{market}.txt").write_text(text_of(country), encoding="utf-8")
