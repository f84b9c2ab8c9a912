"""The dose of a FHIR order in words: ``60 mg q12h``, ``1-2 tablets q6h prn``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.product import Product

# Codes of HL7 for a timing, in words.
_CODES = {
    **{code: code.lower() for code in ("BID", "TID", "QID", "QD", "QOD", "Q4H", "Q6H", "Q8H")},
    "Q1H": "q1h",
    "Q2H": "q2h",
    "Q3H": "q3h",
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
_UNITS = {
    **dict.fromkeys(("mg", "mcg", "mL", "mcg/h"), ""),
    "ug": "mcg",
    "ug/h": "mcg/h",
    "mcg/hr": "mcg/h",
    "mg/h": "mg/h",
    "ml": "mL",
    **dict.fromkeys(("TAB", "TABS", "{tbl}", "{tab}", "{Tablet}", "421026006"), "tablets"),
    **dict.fromkeys(("CAP", "CAPS", "{cap}", "{Capsule}", "428641000"), "capsules"),
    **dict.fromkeys(("PATCH", "{patch}", "{Patch}", "419702001"), "patches"),
    **dict.fromkeys(("FILM", "{film}"), "films"),
}
_HOURS = {"h": 1, "d": 24, "wk": 168}


def dose_text(
    dosages: list[dict[str, Any]], product: Product, shown: str, start: date | None
) -> str:
    """The words for the dosages that are in force on ``start``.

    Raises :class:`~taper.InputError` if there are none, or if they say too little.
    """
    if not dosages:
        hint = "the dose of the order is missing: --dose, or directions in the record"
        raise InputError(Problem("dose", f"{shown}: there is no dosage", hint, shown))
    current = _in_force(dosages, start)
    texts = [_one(dosage, product) for dosage in current]
    return ", ".join(dict.fromkeys(texts))


def _in_force(dosages: list[dict[str, Any]], start: date | None) -> list[dict[str, Any]]:
    """Of dosages one after another the one on the day; all of those at the same time."""
    dated = [(dosage, _bounds(dosage)) for dosage in dosages]
    if start is not None and any(bounds for _, bounds in dated):
        day = start.isoformat()
        on_day = [
            dosage
            for dosage, bounds in dated
            if (bounds.get("start") or "")[:10] <= day <= (bounds.get("end") or "9999")[:10]
        ]
        dosages = on_day or dosages
    first = min(int(dosage.get("sequence") or 1) for dosage in dosages)
    return [dosage for dosage in dosages if int(dosage.get("sequence") or 1) == first]


def _repeat(dosage: dict[str, Any]) -> dict[str, Any]:
    timing = dosage.get("timing")
    repeat = timing.get("repeat") if isinstance(timing, dict) else None
    return repeat if isinstance(repeat, dict) else {}


def _bounds(dosage: dict[str, Any]) -> dict[str, str]:
    bounds = _repeat(dosage).get("boundsPeriod")
    return bounds if isinstance(bounds, dict) else {}


def _one(dosage: dict[str, Any], product: Product) -> str:
    """One dosage in words: what is coded, or its text if that says more."""
    text = str(dosage.get("text") or dosage.get("patientInstruction") or "")
    amount, often = _amount(dosage, product), _often(dosage)
    if not amount or (not often and not product.is_patch):
        if text:
            return text
        message = "the dosage says no amount" if not amount else "the dosage says no frequency"
        raise InputError(Problem("dose", message, "its text, or --dose", str(dosage)[:80]))
    prn = dosage.get("asNeededBoolean") or "asNeededCodeableConcept" in dosage
    return " ".join(part for part in (amount, often, "prn" if prn else "", _most(dosage)) if part)


def _number(value: object) -> str:
    return format(Decimal(str(value)).normalize(), "f")


def _quantity(quantity: object) -> tuple[str, str] | None:
    """The number and the unit of a Quantity, in words."""
    if not isinstance(quantity, dict) or quantity.get("value") is None:
        return None
    for spelled in (quantity.get("code"), quantity.get("unit")):
        if spelled is not None and str(spelled) in _UNITS:
            return _number(quantity["value"]), _UNITS[str(spelled)] or str(spelled)
    return _number(quantity["value"]), str(quantity.get("unit") or quantity.get("code") or "")


def _amount(dosage: dict[str, Any], product: Product) -> str:
    """The dose at once; of a patch its rate."""
    listed = dosage.get("doseAndRate")
    given = listed[0] if isinstance(listed, list) and listed else dosage
    if not isinstance(given, dict):
        return ""
    span = given.get("doseRange")
    if isinstance(span, dict):
        low, high = _quantity(span.get("low")), _quantity(span.get("high"))
        if low is not None and high is not None:
            return f"{low[0]}-{high[0]} {high[1] or low[1]}"
    names = ("rateQuantity", "doseQuantity") if product.is_patch else ("doseQuantity",)
    for name in names:
        found = _quantity(given.get(name))
        if found is not None:
            return " ".join(found).strip()
    return ""


def _often(dosage: dict[str, Any]) -> str:
    """How often: from the repeat, or from the code of the timing."""
    repeat = _repeat(dosage)
    when = [_WHEN[code] for code in repeat.get("when") or () if code in _WHEN]
    if when:
        return " and ".join(when)
    frequency, period = repeat.get("frequency") or 1, repeat.get("period")
    hours = _HOURS.get(str(repeat.get("periodUnit")))
    if period is not None and hours is not None:
        return _every(repeat, int(frequency), Decimal(str(period)), hours)
    timing = dosage.get("timing")
    code = timing.get("code") if isinstance(timing, dict) else None
    for coding in (code.get("coding") or ()) if isinstance(code, dict) else ():
        if isinstance(coding, dict) and coding.get("code") in _CODES:
            return _CODES[coding["code"]]
    return str(code.get("text") or "") if isinstance(code, dict) else ""


def _every(repeat: dict[str, Any], frequency: int, period: Decimal, hours: int) -> str:
    """``q12h``, ``q4-6h``, ``3 times a day``, ``every 3 days``."""
    most = repeat.get("frequencyMax")
    longest = repeat.get("periodMax")
    if frequency == 1 and most is None:
        every = _number(period * hours)
        return f"q{every}-{_number(Decimal(str(longest)) * hours)}h" if longest else f"q{every}h"
    times = f"{frequency}-{most}" if most is not None and most != frequency else str(frequency)
    if period * hours == _HOURS["d"]:
        return f"{times} times a day"
    return f"{times} times a week" if period * hours == _HOURS["wk"] else ""


def _most(dosage: dict[str, Any]) -> str:
    """The most in a day."""
    ratio = dosage.get("maxDosePerPeriod")
    if isinstance(ratio, list):
        ratio = ratio[0] if ratio else None
    if not isinstance(ratio, dict):
        return ""
    most = _quantity(ratio.get("numerator"))
    period = _quantity(ratio.get("denominator"))
    if most is None or period not in {("1", "d"), ("1", "day"), ("24", "h")}:
        return ""
    return f"max {most[0]} {most[1]} a day"
