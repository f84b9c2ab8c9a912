"""Dates as people and spreadsheets write them: 2026-12-07, 12/7/2026, 7.12.2026, Mon 7 Dec 2026.

A column of dates is read as one: ``03/04/2027`` may be two days, and the other rows, then the
order of the dates, then the market decide which is meant. What was decided is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MONTH_FIRST, DAY_FIRST = "month first", "day first"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_SERIAL_OF_0 = date(1899, 12, 30)  # what spreadsheets count days from
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"[t\s]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(am|pm|z|[+-]\d{2}:?\d{2})?$")
_WEEKDAY = re.compile(
    r"^(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur|urs)?(?:day)?\.?,?\s+|"
    r",?\s+\(?(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur|urs)?(?:day)?\)?$"
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*(?:of )?([a-z]{3,9})\.?[-/., ]*(\d{4}|\d{2})"
)
_MONTH_DAY = re.compile(
    r"([a-z]{3,9})\.?[-/. ]*(\d{1,2})(?:st|nd|rd|th)?(?:,| |-|/)+ *(\d{4}|\d{2})"
)
_HINT = "year-month-day: 2026-12-07, or 7 Dec 2026"


@dataclass(frozen=True, slots=True)
class Written:
    """What a text may mean: by the month first, by the day first; None if it is no such day."""

    text: str
    month_first: date | None
    day_first: date | None
    by_points: bool = False  # 7.12.2026: where points are written the day comes first

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may be two days."""
        both = self.month_first is not None and self.day_first is not None
        return both and self.month_first != self.day_first

    def by(self, order: str) -> date:
        """The day in this order, or in the only one that gives a day."""
        first, other = self.month_first, self.day_first
        if order == DAY_FIRST:
            first, other = other, first
        day = first or other
        assert day is not None
        return day


@dataclass(slots=True)
class Days:
    """The days of a column by the places of its texts; faults; how ambiguous ones were settled.

    ``settled`` is empty if no date may be two days; else it says which order was taken and why,
    and ``ambiguous`` are the places.
    """

    days: dict[int, date] = field(default_factory=dict)
    faults: dict[int, Problem] = field(default_factory=dict)
    ambiguous: list[int] = field(default_factory=list)
    settled: str = ""


def market_order(market: str) -> str:
    """How a market writes dates in numbers."""
    return MONTH_FIRST if market == "us" else DAY_FIRST


def read_days(texts: Sequence[str], market: str, name: str = "date") -> Days:
    """Read a column of dates; empty texts are passed over."""
    found = Days()
    written: dict[int, Written] = {}
    for place, text in enumerate(texts):
        if not text.strip():
            continue
        try:
            written[place] = read_date(text, name)
        except InputError as error:
            found.faults[place] = error.problems[0]
    found.ambiguous = [place for place, each in written.items() if each.is_ambiguous]
    order, why = _order(list(written.values()), market)
    if found.ambiguous:
        found.settled = f"{order}: {why}"
    found.days = {place: each.by(order) for place, each in written.items()}
    return found


def _order(written: list[Written], market: str) -> tuple[str, str]:
    """Which number is the month, and what decides it."""
    one_way = [each for each in written if not (each.month_first and each.day_first)]
    sure = {MONTH_FIRST if each.month_first else DAY_FIRST: each.text for each in one_way}
    if len(sure) == 1:
        ((order, text),) = sure.items()
        return order, f"as in {text}"
    if not sure and any(each.is_ambiguous for each in written):
        rising = [o for o in (MONTH_FIRST, DAY_FIRST) if _rises(each.by(o) for each in written)]
        if len(rising) == 1:
            return rising[0], "so that the dates follow each other"
    if any(each.is_ambiguous and each.by_points for each in written):
        return DAY_FIRST, "as dates with points are written"
    return market_order(market), f"as in the market {market}"


def _rises(days: Iterable[date]) -> bool:
    return all(before <= day for before, day in pairwise(days))


def read_date(text: str, name: str = "date") -> Written:
    """The day, or the two days, that a text may mean.

    Raises :class:`~taper.InputError` with the whole text if it is no date.
    """
    plain = " ".join(text.lower().split())
    plain = _TIME.sub("", plain)
    match = _WEEKDAY.search(plain)
    if match is not None:
        plain = (plain[: match.start()] + plain[match.end() :]).strip()
    triples, by_points = _triples(plain)
    if not triples:
        raise InputError(Problem(name, f"'{text}' is not a date", _hint(plain), text))
    if not any(_day(*triple) for triple in triples):
        raise InputError(_not_in_the_calendar(triples, name, text))
    month_first, day_first = (_day(*triple) for triple in (triples * 2)[:2])
    written = Written(text, month_first, day_first, by_points)
    if match is not None:
        return _on_weekday(written, match[1] or match[2], name)
    return written


def _triples(plain: str) -> tuple[list[tuple[int, int, int]], bool]:
    """Year, month and day in the ways in which they can be read; the month first comes first."""
    if match := _YEAR_FIRST.fullmatch(plain):
        year, month, day = (match[1], match[2], match[3]) if match[1] else match.groups()[3:]
        return [(int(year), int(month), int(day))], False
    if match := _NUMBERS.fullmatch(plain):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        return [(year, first, second), (year, second, first)], match[2] == "."
    for pattern, places in ((_DAY_MONTH, (2, 1)), (_MONTH_DAY, (1, 2))):
        match = pattern.fullmatch(plain)
        month = _month(match[places[0]]) if match else 0
        if match and month:
            return [(_year(match[3]), month, int(match[places[1]]))], False
    if re.fullmatch(r"[3-7]\d{4}(\.0)?", plain):  # a day as a spreadsheet counts it
        day = _SERIAL_OF_0 + timedelta(days=int(plain[:5]))
        return [(day.year, day.month, day.day)], False
    return [], False


def _year(text: str) -> int:
    return int(text) if len(text) > 2 else _FIRST_YEAR + int(text)  # noqa: PLR2004 - digits


def _month(text: str) -> int:
    """The number of a month by its name, or by the beginning of it; 0 if it is none."""
    place = _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else 0
    whole = date(_FIRST_YEAR, place, 1).strftime("%B").lower() if place else ""
    return place if whole.startswith(text) or text == "sept" else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _hint(plain: str) -> str:
    """What is missing, if it can be told."""
    without_year = r"\d{1,2}[-/. ]\d{1,2}|\d{1,2}(st|nd|rd|th)? ?[a-z]{3,9}|[a-z]{3,9} ?\d{1,2}"
    return f"with the year: {_HINT}" if re.fullmatch(without_year, plain) else _HINT


def _not_in_the_calendar(triples: list[tuple[int, int, int]], name: str, text: str) -> Problem:
    years = {year for year, _, _ in triples}
    if all(not _FIRST_YEAR <= year <= _LAST_YEAR for year in years):
        message = f"{text} is not between {_FIRST_YEAR} and {_LAST_YEAR}"
        return Problem(name, message, "check the year", text)
    return Problem(name, f"{text} is not in the calendar", "check the day and month", text)


def _on_weekday(written: Written, weekday: str, name: str) -> Written:
    """Of two days the one on the weekday that is written beside it."""
    wanted = _WEEKDAYS.index(weekday)
    month_first, day_first = written.month_first, written.day_first
    if month_first is not None and month_first.weekday() != wanted:
        month_first = None
    if day_first is not None and day_first.weekday() != wanted:
        day_first = None
    if month_first is None and day_first is None:
        day = written.by(MONTH_FIRST)
        message = f"'{written.text}': {day.isoformat()} is a {_NAMES[day.weekday()]}"
        raise InputError(Problem(name, message, "check the date and the weekday", written.text))
    return Written(written.text, month_first, day_first, written.by_points)
