"""Exact quantities: doses, percentages, intervals; how they are read and how they are printed.

Amounts are integers of a thousandth of the unit (``mg``, ``mcg`` or ``mcg/h``), so 7.5 mg is
7500. Shares, percentages and factors are exact ratios. Nothing here is a binary floating-point
number. Printing follows the ISMP rules for safe labels: ``0.5 mg``, never ``.5 mg``; ``5 mg``,
never ``5.0 mg``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import gcd
from typing import NamedTuple, NoReturn

from taper.errors import InputError, Problem

THOUSAND = 1000  # amounts are integers of 1/1000 of the unit
MILLION = 1_000_000
DAYS_OF_MONTH = 28  # a calendar month counts 28 days if a pace is computed (contract 3.3e)
_MONTHS_OF_YEAR = 12
_DAYS_OF_YEAR = 364  # of 52 weeks
_DAYS_OF = {"d": 1, "w": 7, "mo": DAYS_OF_MONTH, "y": 365}
LONGEST_HOLD_DAYS = 3653  # ten years
LONGEST_LIFE_DAYS = 43_830  # 120 years

_UNIT_SPELLINGS = {
    "mg": "mg",
    "milligram": "mg",
    "milligrams": "mg",
    "mcg": "mcg",
    "µg": "mcg",
    "μg": "mcg",
    "ug": "mcg",
    "microgram": "mcg",
    "micrograms": "mcg",
    "mcg/h": "mcg/h",
    "mcg/hr": "mcg/h",
    "mcg/hour": "mcg/h",
    "µg/h": "mcg/h",
    "μg/h": "mcg/h",
    "ug/h": "mcg/h",
    "microgram/hour": "mcg/h",
    "micrograms/hour": "mcg/h",
}
_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_AMOUNT = re.compile(rf"\s*({_NUMBER})\s*([A-Za-zµμ/]*)\s*", re.ASCII)
_PERCENT = re.compile(rf"\s*({_NUMBER})\s*%\s*", re.ASCII)
_INTERVAL = re.compile(r"\s*(\d{1,5})\s*([A-Za-z]+)\s*", re.ASCII)
_INTERVAL_UNITS = {
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "wk", "week", "weeks"), "w"),
    **dict.fromkeys(("mo", "month", "months"), "mo"),
    **dict.fromkeys(("y", "yr", "year", "years"), "y"),
}


def thousandths(number: str) -> int | None:
    """Read a plain decimal number as thousandths; None if it needs finer ones."""
    whole, _, fraction = number.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > 3:  # noqa: PLR2004 - digits of a thousandth
        return None
    return int(whole) * THOUSAND + int(fraction.ljust(3, "0"))


def plain(amount: int) -> str:
    """Print thousandths as a plain decimal: ``7500`` is ``7.5``, ``5000`` is ``5``."""
    whole, rest = divmod(amount, THOUSAND)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def prose(amount: int) -> str:
    """Print thousandths for a sentence, with a comma between thousands: ``1,250``."""
    whole, rest = divmod(amount, THOUSAND)
    return f"{whole:,}.{rest:03d}".rstrip("0") if rest else f"{whole:,}"


def decimal(amount: int) -> Decimal:
    """Thousandths as an exact :class:`~decimal.Decimal` without trailing zeros."""
    return Decimal(plain(amount))


def one_decimal(numerator: int, denominator: int) -> str:
    """Print a positive ratio with one decimal, half up: ``1, 3`` of 100 is ``33.3``."""
    tenths = (20 * numerator + denominator) // (2 * denominator)
    return f"{tenths // 10}.{tenths % 10}"


def percent_text(part: int, whole: int) -> str:
    """What share of ``whole`` is ``part``, as a percentage with one decimal, half up.

    Of nothing it is 0.0: after a stop there is no dose to cut.
    """
    return one_decimal(100 * part, whole) if whole else "0.0"


def ratio_text(numerator: int, denominator: int, places: int = 3) -> str:
    """Print an exact ratio: in full if it ends, else to ``places`` decimals, half up."""
    scale = 10**places
    scaled = (2 * numerator * scale + denominator) // (2 * denominator)
    whole, rest = divmod(scaled, scale)
    return f"{whole}.{rest:0{places}d}".rstrip("0") if rest else str(whole)


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount of drug: ``thousandths`` of ``unit`` (``mg``, ``mcg``, ``mcg/h``)."""

    thousandths: int
    unit: str

    def __str__(self) -> str:
        """As printed: ``7.5 mg``."""
        return f"{plain(self.thousandths)} {self.unit}"


class Ratio(NamedTuple):
    """An exact ratio: a share of a dose, a pace, a factor; a percentage is one over a hundred.

    It compares by its value, so 1/2 equals 2/4; it unpacks into two integers where speed matters.
    """

    numerator: int
    denominator: int

    @staticmethod
    def of(numerator: int, denominator: int) -> Ratio:
        """Make a ratio in lowest terms."""
        shared = gcd(numerator, denominator)
        return Ratio(numerator // shared, denominator // shared)

    @staticmethod
    def of_ppm(ppm: int) -> Ratio:
        """Make a ratio from parts per million: ``100000`` is 10%."""
        return Ratio.of(ppm, MILLION)

    def __str__(self) -> str:
        """As a percentage: ``7.5%``; to four decimals if it does not end."""
        return self.percent(4)

    def percent(self, places: int = 1) -> str:
        """As a percentage with at most so many decimals, half up."""
        return f"{ratio_text(100 * self.numerator, self.denominator, places)}%"

    def __eq__(self, other: object) -> bool:
        """Whether it has the same value, whatever the terms."""
        if not isinstance(other, Ratio):
            return NotImplemented
        return self.numerator * other.denominator == other.numerator * self.denominator

    def __ne__(self, other: object) -> bool:
        """Whether it has another value."""
        return not self == other

    def __hash__(self) -> int:
        """The same for equal values."""
        shared = gcd(*self)
        return hash((self.numerator // shared, self.denominator // shared))

    def __lt__(self, other: tuple[int, ...]) -> bool:
        """Whether it is less, by its value and not term by term."""
        return self[0] * other[1] < other[0] * self[1]

    def __le__(self, other: tuple[int, ...]) -> bool:
        """Whether it is at most the other."""
        return self[0] * other[1] <= other[0] * self[1]

    def __gt__(self, other: tuple[int, ...]) -> bool:
        """Whether it is more."""
        return self[0] * other[1] > other[0] * self[1]

    def __ge__(self, other: tuple[int, ...]) -> bool:
        """Whether it is at least the other."""
        return self[0] * other[1] >= other[0] * self[1]


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of time in days (``d``), weeks (``w``), calendar months (``mo``) or years."""

    count: int
    unit: str
    days: int = field(init=False, repr=False, compare=False)
    """Days for computing a pace; a calendar month counts 28, a year 365."""
    _length: timedelta | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the days once: a schedule adds them again and again."""
        days = self.count * _DAYS_OF[self.unit]
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "_length", None if self.calendar else timedelta(days=days))

    def __str__(self) -> str:
        """As written: ``2w``."""
        return f"{self.count}{self.unit}"

    @property
    def calendar(self) -> bool:
        """Whether its length depends on the date (months and years)."""
        return self.unit in {"mo", "y"}

    @property
    def _shortest_days(self) -> int:
        """Its days if every year has 52 weeks and every month four."""
        return self.count * (_DAYS_OF_YEAR if self.unit == "y" else _DAYS_OF[self.unit])

    def reaches(self, other: Interval) -> bool:
        """Whether it is as long: 52 weeks, 364 days and 12 months reach a year."""
        if self.calendar and other.calendar:
            return self._months >= other._months
        return self.days >= other._shortest_days

    @property
    def _months(self) -> int:
        return self.count * (_MONTHS_OF_YEAR if self.unit == "y" else 1)

    @property
    def words(self) -> str:
        """In words: ``week``, ``2 weeks``."""
        name = {"d": "day", "w": "week", "mo": "month", "y": "year"}[self.unit]
        return name if self.count == 1 else f"{self.count} {name}s"

    def times(self, factor: int) -> Interval:
        """The same length ``factor`` times."""
        return Interval(self.count * factor, self.unit)

    def after(self, day: date, day_of_month: int = 0) -> date:
        """The day this long after ``day``; 31 January and a month is the end of February.

        Months are counted to ``day_of_month`` if that is given, so that a month after the end of
        February it is 31 March again.
        """
        if self._length is not None:
            return day + self._length
        from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - months only

        return day + relativedelta(months=self._months, day=day_of_month or None)


def _fail(field: str, text: str, message: str, hint: str, span: tuple[int, int] | None) -> NoReturn:
    raise InputError(Problem(field, message, hint, text, span))


def unit_of(text: str) -> str | None:
    """The unit that a spelling stands for (``micrograms/hour`` is ``mcg/h``), or None."""
    return _UNIT_SPELLINGS.get(text.strip().lower())


@lru_cache(maxsize=4096)
def parse_dose(text: str, unit: str, field: str = "dose") -> Dose:
    """Read ``15 mg`` or ``25 mcg/h``, which must be in ``unit``.

    Raises :class:`~taper.InputError` with a hint where the number or the unit is wrong.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        if re.match(r"\s*[-\u2212]", text):
            _fail(field, text, f"'{text.strip()}' is negative", f"an amount above 0 {unit}", None)
        if re.match(r"\s*\.\d", text):
            zero = f"0{text.strip()}"
            _fail(field, text, f"'{text.strip()}' has no leading zero", f"write {zero}", None)
        if "," in text:
            hint = "a decimal point, and no comma between thousands"
            _fail(field, text, f"'{text.strip()}' has a comma", hint, None)
        _fail(
            field,
            text,
            f"'{text.strip()}' is not an amount",
            f"a number and {unit}: 15 {unit}",
            None,
        )
    number, spelled = match.group(1), match.group(2)
    if not spelled:
        hint = f"write {number} {unit}" + (f" or {number}%" if field == "reduce" else "")
        if field == "reduce" and number.startswith("0.") and int(number[2:] or 0):
            share = ratio_text(int(Decimal(number) * 10**9), 10**7)
            hint = f"{share}% if a share was meant, {number} {unit} if an amount"
        _fail(field, text, f"'{text.strip()}' has no unit", hint, match.span(1))
    found = unit_of(spelled)
    if found is None:
        _fail(field, text, f"'{spelled}' is not a unit", f"write {unit}", match.span(2))
    if found != unit:
        message = f"{found} given, but this product is measured in {unit}"
        _fail(field, text, message, f"write the amount in {unit}", match.span(2))
    amount = thousandths(number)
    if amount is None:
        hint = f"at most three decimals of {unit}"
        _fail(field, text, f"{number} {unit} is finer than can be measured", hint, match.span(1))
    return Dose(amount, unit)


@lru_cache(maxsize=4096)
def parse_percent(text: str, field: str = "reduce") -> Ratio:
    """Read ``10%``, more than 0 and at most 100, with at most four decimals."""
    match = _PERCENT.fullmatch(text)
    if match is None:
        _fail(field, text, f"'{text.strip()}' is not a percentage", "write it as 10%", None)
    scaled = Decimal(match.group(1)) * 10_000
    if scaled != int(scaled):
        hint = "at most four decimals"
        _fail(field, text, f"{text.strip()} is finer than can be used", hint, match.span(1))
    if not 0 < scaled <= MILLION:
        hint = "between 0% and 100%: 10%"
        _fail(field, text, f"{text.strip()} is not above 0% and at most 100%", hint, match.span(1))
    return Ratio.of_ppm(int(scaled))


@lru_cache(maxsize=4096)
def parse_interval(text: str, field: str = "every", units: str = "d w mo") -> Interval:
    """Read ``1w``, ``10d``, ``4w``, ``1mo``; not zero, at most ten years (of a life: 120)."""
    match = _INTERVAL.fullmatch(text)
    unit = _INTERVAL_UNITS.get(match.group(2).lower()) if match else None
    if match is None or unit is None or unit not in units.split():
        span = match.span(2) if match else None
        examples = {"d": "10d", "w": "4w", "mo": "1mo", "y": "3y"}
        hint = "write " + " or ".join(examples[u] for u in units.split())
        _fail(field, text, f"'{text.strip()}' is not a length of time", hint, span)
    interval = Interval(int(match.group(1)), unit)
    if interval.count == 0:
        _fail(field, text, f"'{text.strip()}' is no time at all", "at least 1d", match.span(1))
    longest, years = LONGEST_HOLD_DAYS, "ten years"
    if field == "on_opioids_for":
        longest, years = LONGEST_LIFE_DAYS, "120 years"
    if interval.days > longest:
        hint = f"at most {years}: is the unit right?"
        _fail(field, text, f"'{text.strip()}' is longer than {years}", hint, match.span(1))
    return interval


def parse_day(text: str, field: str = "start") -> date:
    """Read an ISO date between 2000 and 2100."""
    stripped = text.strip()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", stripped, re.ASCII):
        _fail(field, text, f"'{stripped}' is not a date", "year-month-day: 2026-12-07", None)
    try:
        day = date.fromisoformat(stripped)
    except ValueError:
        _fail(field, text, f"{stripped} is not in the calendar", "check the day and month", None)
    if not 2000 <= day.year <= 2100:  # noqa: PLR2004 - contract 3.3i
        _fail(field, text, f"{stripped} is not between 2000 and 2100", "check the year", (0, 4))
    return day
