"""How often a FHIR dosage is taken, in words: ``q12h``, ``3 times a day``, ``at bedtime``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from taper.errors import InputError, Problem
from taper.reading.dose import parse_frequency

# Codes of HL7 for a timing that are not read as they stand.
_CODES = {
    "AM": "in the morning",
    "PM": "in the evening",
    "BED": "at bedtime",
    "WK": "weekly",
}
_WHEN = {
    **dict.fromkeys(("MORN", "MORN.early", "MORN.late", "ACM", "PCM", "CM", "WAKE"), "am"),
    **dict.fromkeys(("NOON", "ACD", "PCD", "CD"), "noon"),
    **dict.fromkeys(("AFT", "AFT.early", "AFT.late"), "afternoon"),
    **dict.fromkeys(("EVE", "EVE.early", "EVE.late", "ACV", "PCV", "CV"), "pm"),
    **dict.fromkeys(("NIGHT", "HS"), "at bedtime"),
}
_HOURS = {"h": 1, "d": 24, "wk": 168}
_DAYS_OF_WEEK = 7
_HINT = "the dose as it is taken, with --dose"


def repeat_of(dosage: dict[str, Any]) -> dict[str, Any]:
    """The repeat of a dosage's timing; empty if it has none."""
    timing = dosage.get("timing")
    repeat = timing.get("repeat") if isinstance(timing, dict) else None
    return repeat if isinstance(repeat, dict) else {}


def often(dosage: dict[str, Any]) -> str:
    """How often: from the repeat, or from the code of the timing; empty if neither says it.

    Raises :class:`~taper.InputError` if the parts of the timing say different things.
    """
    repeat = repeat_of(dosage)
    times, every = _times(repeat), _every(repeat)
    _check_days(repeat, every)
    if not times:
        return every or _code(dosage)
    number, at = times
    frequency = int(repeat.get("frequency") or 0)
    a_day = frequency and _every({**repeat, "frequency": frequency, "frequencyMax": None})
    if a_day and parse_frequency(a_day) != parse_frequency(f"{number} times a day"):
        said = f"{a_day}, and {number} times of the day"
        raise InputError(Problem("dose", f"the timing says {said}", _HINT))
    return at


def _times(repeat: dict[str, Any]) -> tuple[int, str] | None:
    """How many times of the day are named, and in words; None if none is, or one is not known."""
    when = list(repeat.get("when") or ())
    if when and all(code in _WHEN for code in when):
        return len(when), " and ".join(_WHEN[code] for code in when)
    clock = list(repeat.get("timeOfDay") or ())
    return (len(clock), f"{len(clock)} times a day") if clock else None


def _check_days(repeat: dict[str, Any], every: str) -> None:
    """Refuse doses that are taken on some days only; once a week on one day is weekly."""
    days = repeat.get("dayOfWeek")
    count = len(days) if isinstance(days, list) else bool(days)
    weekly = every == "q168h" and count == 1
    if count and count < _DAYS_OF_WEEK and not weekly:
        message = "taken on some days of the week only: no dose of a day follows from it"
        raise InputError(Problem("dose", message, _HINT))


def _code(dosage: dict[str, Any]) -> str:
    """What the code of the timing says: its code, its display or its text."""
    timing = dosage.get("timing")
    code = timing.get("code") if isinstance(timing, dict) else None
    if not isinstance(code, dict):
        return ""
    codings = code.get("coding") or ()
    codings = [codings] if isinstance(codings, dict) else codings
    said = [one.get(name) for one in codings for name in ("code", "display")]
    texts = [str(text) for text in (*said, code.get("text")) if text]
    for text in texts:
        if text in _CODES:
            return _CODES[text]
        if parse_frequency(text) is not None:
            return text.lower()
    return texts[-1] if texts else ""


def _every(repeat: dict[str, Any]) -> str:
    """``q12h``, ``q4-6h``, ``3 times a day``, ``every 3 days``; empty if there is no period."""
    hours = _HOURS.get(str(repeat.get("periodUnit")))
    if repeat.get("period") is None or hours is None:
        return ""
    period = Decimal(str(repeat["period"])) * hours
    frequency, most = int(repeat.get("frequency") or 1), repeat.get("frequencyMax")
    longest = repeat.get("periodMax")
    if frequency == 1 and most is None:
        every = number(period)
        return f"q{every}-{number(Decimal(str(longest)) * hours)}h" if longest else f"q{every}h"
    times = f"{frequency}-{most}" if most is not None and most != frequency else str(frequency)
    if period == _HOURS["d"]:
        return f"{times} times a day"
    if period == _HOURS["wk"]:
        return f"{times} times a week"
    share = period / frequency
    whole = most is None and longest is None and share == int(share)
    return f"q{number(share)}h" if whole else ""


def number(value: object) -> str:
    """A number without zeros at its end."""
    return format(Decimal(str(value)).normalize(), "f")
