"""Reading the start, the baseline, the holds and the days to avoid."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.quantities import (
    LONGEST_HOLD_DAYS,
    parse_day,
    parse_interval,
    parse_percent,
)
from taper.reading.medicine import read_amount
from taper.request.fields import WEEKDAYS
from taper.request.model import Calendar, Hold

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.reading.as_needed import Medicine
    from taper.reading.values import Fields

_DATED = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s*")
_EVERY = re.compile(r"every\s*(\d{1,4})", re.IGNORECASE | re.ASCII)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOLD_HINT = "2w@every4, 2w@50%, 2w@45mg, or 2026-12-24..2027-01-03"


def read_calendar(fields: Fields, medicine: Medicine | None) -> Calendar | None:
    """When reductions may begin; None if the start is missing or wrong."""
    text = fields.text("start")
    if text is None:
        fields.missing("start", "the first day is missing", "a date: 2026-12-07")
        start = None
    else:
        start = fields.attempt(lambda: parse_day(text, "start"))
    baseline_text = fields.text("baseline")
    baseline = (
        fields.attempt(lambda: parse_interval(baseline_text, "baseline")) if baseline_text else None
    )
    product = medicine.product if medicine else None
    holds = [fields.attempt(partial(_hold, text, product)) for text in fields.many("holds")]
    weekends, holidays = _avoid(fields)
    weekdays = _weekdays(fields, weekends=weekends)
    if start is None:
        return None
    return Calendar(
        start=start,
        baseline=baseline,
        holds=tuple(hold for hold in holds if hold is not None),
        avoid_weekends=weekends,
        holidays=holidays,
        weekdays=weekdays,
    )


def _hold(text: str, product: Product | None) -> Hold:
    """Read one hold."""
    dated = _DATED.fullmatch(text)
    if dated:
        first, last = parse_day(dated.group(1), "holds"), parse_day(dated.group(2), "holds")
        if last < first:
            raise InputError(Problem("holds", f"{text} ends before it begins", _HOLD_HINT, text))
        if (last - first).days > LONGEST_HOLD_DAYS:
            hint = "at most ten years: is the year right?"
            raise InputError(Problem("holds", f"{text} is longer than ten years", hint, text))
        return Hold(first=first, last=last)
    length, at, when = text.partition("@")
    if not at or not when.strip():
        message = f"'{text}' does not say when to hold"
        raise InputError(Problem("holds", message, _HOLD_HINT, text))
    interval = parse_interval(length, "holds")
    when = when.strip()
    every = _EVERY.fullmatch(when)
    if every:
        if not int(every.group(1)):
            raise InputError(Problem("holds", f"'{text}' holds after none", _HOLD_HINT, text))
        return Hold(length=interval, every=int(every.group(1)))
    if when.endswith("%"):
        return Hold(length=interval, share=parse_percent(when, "holds"))
    if not when[0].isdigit():
        raise InputError(Problem("holds", f"'{when}' is not known after @", _HOLD_HINT, text))
    return Hold(length=interval, dose=read_amount(when, product, "holds"))


def _avoid(fields: Fields) -> tuple[bool, tuple[str, ...]]:
    """Whether weekends are avoided, and whose public holidays."""
    weekends = False
    holidays: list[str] = []
    for text in fields.many("avoid"):
        name, _, place = text.partition(":")
        if name.lower() in {"weekends", "weekend"} and not place:
            weekends = True
        elif name.lower() == "holidays" and place:
            code = fields.attempt(partial(_place, place, text))
            holidays += [code] if code else []
        else:
            hint = "weekends, holidays:US or holidays:US-CA"
            fields.problem("avoid", f"'{text}' is not known", hint, text)
    return weekends, tuple(holidays)


def _place(place: str, text: str) -> str:
    """An ISO country, or a country and its subdivision, whose holidays are known."""
    from taper.formulary.holidays import is_known  # noqa: PLC0415 - a heavy library, only when asked for

    code = place.strip().upper()
    if not is_known(code):
        message = f"the public holidays of '{place}' are not known"
        raise InputError(Problem("avoid", message, "an ISO country: holidays:US, US-CA", text))
    return code


def _is_weekday(text: str) -> bool:
    """``tue``, ``tues``, ``Tuesday``, ``Tuesdays``: nothing else that begins like one."""
    day = text.removesuffix("s") if text.endswith("days") else text
    return len(day) >= len("tue") and any(name.startswith(day) for name in _DAY_NAMES)


def _weekdays(fields: Fields, *, weekends: bool) -> frozenset[int]:
    """The days of the week on which reductions may begin; empty for any."""
    days = set()
    for text in fields.many("reduce_on"):
        day = text.lower()[:3]
        if not _is_weekday(text.lower()):
            fields.problem("reduce_on", f"'{text}' is not a day", ", ".join(WEEKDAYS), text)
        else:
            days.add(WEEKDAYS.index(day))
    if weekends and days and days <= {5, 6}:
        hint = "leave out one of the two"
        fields.problem("reduce_on", "reductions only on days that are avoided", hint)
    return frozenset(days)
