"""The dose of a FHIR order in words: ``60 mg q12h``, ``1-2 tablets q6h prn``.

What is coded counts, checked against the text beside it: they may not say different doses, and
what either of them leaves open (as needed, a range) is asked about.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.quantities import plain
from taper.reading.dose import read_dose
from taper.reading.order_timing import number, often, repeat_of
from taper.regimen.prescription import HOURS_OF_DAY

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.regimen.prescription import Prescription

_UNITS = {
    **dict.fromkeys(("mg", "mcg", "mL", "mcg/h"), ""),
    "ug": "mcg",
    "ug/h": "mcg/h",
    "mcg/hr": "mcg/h",
    "mg/h": "mg/h",
    "ml": "mL",
    **dict.fromkeys(("TAB", "TABS", "{tbl}", "{tab}", "{Tablet}", "421026006"), "tablets"),
    **dict.fromkeys(("tablet(s)", "Tablet(s)", "732936001"), "tablets"),
    **dict.fromkeys(("CAP", "CAPS", "{cap}", "{Capsule}", "428641000"), "capsules"),
    **dict.fromkeys(("capsule(s)", "Capsule(s)", "732937005"), "capsules"),
    **dict.fromkeys(("PATCH", "{patch}", "{Patch}", "419702001", "patch(es)"), "patches"),
    **dict.fromkeys(("FILM", "{film}", "film(s)"), "films"),
}
# A unit of the product, whatever it is.
_EACH = frozenset({"1", "{each}", "each", "EA", "{EA}", "unit", "{unit}", "{dose}", "{DF}"})
_NOUNS = {"tablet": "tablets", "capsule": "capsules", "patch": "patches", "film": "films"}
_DAYS = {"d": 1, "wk": 7}
_LAST = "9999"
_HINT = "the dose as it is taken, with --dose"


def dose_text(
    dosages: list[dict[str, Any]],
    product: Product,
    shown: str,
    start: date | None,
    *,
    named: Strength | None = None,
    written: str = "",
) -> str:
    """The words for the dosages that are in force on ``start``.

    ``named`` is the strength of the product's name, ``written`` the day on which the order was.
    Raises :class:`~taper.InputError` if there are none, or if they say too little.
    """
    if not dosages:
        hint = "the dose of the order is missing: --dose, or directions in the record"
        raise InputError(Problem("dose", f"{shown}: there is no dosage", hint, shown))
    current = _in_force(dosages, start, shown, written)
    texts = [_one(dosage, product, named) for dosage in current]
    return ", ".join(dict.fromkeys(texts))


# --- which dosages count -------------------------------------------------------------------------


def _in_force(
    dosages: list[dict[str, Any]], start: date | None, shown: str, written: str
) -> list[dict[str, Any]]:
    """Of dosages one after another those on the day; all of those at the same time.

    An order that is active counts whatever its dates are: only between its parts they decide.
    """
    numbered: dict[int, list[dict[str, Any]]] = {}
    for dosage in dosages:
        numbered.setdefault(int(dosage.get("sequence") or 1), []).append(dosage)
    stages = [numbered[place] for place in sorted(numbered)]
    if len(stages) == 1:
        if len({_bounds(dosage) for dosage in dosages}) == 1:
            return dosages
        stages = [[dosage] for dosage in dosages]
    if start is None:
        message = f"{shown}: its dosages follow each other: which one is in force depends on a day"
        raise InputError(Problem("start", message, "the first day of the taper: --start", shown))
    return _on_day(stages, _spans(stages, written), start.isoformat(), shown)


def _on_day(
    stages: list[list[dict[str, Any]]],
    spans: list[tuple[str, str] | None],
    day: str,
    shown: str,
) -> list[dict[str, Any]]:
    """The stage that has begun and not ended; the later one if the former has no end."""
    dated = [span for span in spans if span is not None]
    if len(dated) < len(spans):
        message = f"{shown}: its dosages follow each other, and the order does not say when"
        raise InputError(Problem("dose", message, _HINT, shown))
    held = [place for place, (first, last) in enumerate(dated) if first <= day <= last]
    if not held:
        message = f"{shown}: none of its dosages is in force on {day}"
        raise InputError(Problem("start", message, "another day, or the dose with --dose", shown))
    begun = max(dated[place][0] for place in held)
    last = [place for place in held if dated[place][0] == begun]
    concurrent = len({dosage.get("sequence") for place in last for dosage in stages[place]}) == 1
    if len(last) > 1 and not concurrent:
        message = f"{shown}: two of its dosages are in force on {day}"
        raise InputError(Problem("dose", message, _HINT, shown))
    return [dosage for place in last for dosage in stages[place]]


def _spans(stages: list[list[dict[str, Any]]], written: str) -> list[tuple[str, str] | None]:
    """The first and last day of each stage: as written, or one after another by their lengths."""
    spans: list[tuple[str, str] | None] = []
    begins = _day(written)
    for place, stage in enumerate(stages):
        own, days = _bounds(stage[0]), _length(stage[0])
        if own != ("", _LAST):
            spans.append(own)
            begins = _after(own[1])
        elif begins is not None and (days or place == len(stages) - 1):
            ends = begins + timedelta(days - 1) if days else None
            spans.append((begins.isoformat(), ends.isoformat() if ends else _LAST))
            begins = ends + timedelta(1) if ends else None
        else:
            spans.append(None)
            begins = None
    return spans


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _after(last: str) -> date | None:
    day = None if last == _LAST else _day(last)
    return None if day is None else day + timedelta(1)


def _bounds(dosage: dict[str, Any]) -> tuple[str, str]:
    """The first and the last day of a dosage as ISO text; open ends sort before and after all."""
    bounds = repeat_of(dosage).get("boundsPeriod")
    if not isinstance(bounds, dict):
        return "", _LAST
    return str(bounds.get("start") or "")[:10], str(bounds.get("end") or _LAST)[:10]


def _length(dosage: dict[str, Any]) -> int:
    """The days that a dosage lasts, if its bounds are a duration; 0 if not."""
    bounds = repeat_of(dosage).get("boundsDuration")
    if not isinstance(bounds, dict) or bounds.get("value") is None:
        return 0
    unit = str(bounds.get("code") or bounds.get("unit") or "").rstrip("s")
    return int(bounds["value"]) * _DAYS.get({"day": "d", "week": "wk"}.get(unit, unit), 0)


# --- one dosage ----------------------------------------------------------------------------------


def _one(dosage: dict[str, Any], product: Product, named: Strength | None) -> str:
    """One dosage in words: as it is coded, or its text if that says more."""
    if not isinstance(dosage, dict):
        raise InputError(Problem("dose", "the dosage is no object", _HINT, str(dosage)[:80]))
    text = str(dosage.get("text") or dosage.get("patientInstruction") or "")
    amount, every = _amount(dosage, product), often(dosage)
    if not amount or (not every and not product.is_patch):
        if text:
            return text
        message = "the dosage says no amount" if not amount else "the dosage says no frequency"
        raise InputError(Problem("dose", message, "its text, or --dose", str(dosage)[:80]))
    prn = dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage
    words = (amount, every, "prn" if prn else "", _most(dosage))
    coded = " ".join(part for part in words if part)
    return _compared(coded, text, product, named) if text else coded


def _compared(coded: str, text: str, product: Product, named: Strength | None) -> str:
    """The coded dose, with what the text of the same dose leaves open: a range, as needed, a most.

    Raises :class:`~taper.InputError` if they are different doses. A text that cannot be read
    tells nothing.
    """
    said = _understood(text, product, named)
    meant = _understood(coded, product, named)
    if said is None or meant is None:
        return text if meant is None and said is not None else coded
    if _a_day(said) != _a_day(meant):
        message = f"the coded dosage is '{coded}', and its text '{text[:80]}' is not that dose"
        raise InputError(Problem("dose", message, _HINT, text))
    is_wider = (said.most and not meant.most) or (said.longest_hours and not meant.longest_hours)
    words = [str(said) if is_wider else coded]
    if (said.prn or meant.prn) and not (said if is_wider else meant).prn:
        words.append("prn")
    most = {one.most_per_day for one in (said, meant) if one.most_per_day}
    if most and not (said if is_wider else meant).most_per_day:
        words.append(f"max {plain(min(most))} {product.unit} a day")
    return " ".join(words)


def _understood(text: str, product: Product, named: Strength | None) -> Prescription | None:
    try:
        return read_dose(text, product, named)
    except InputError:
        return None


def _a_day(written: Prescription) -> tuple[int, int | None]:
    """The most of a day by the amounts; of what is not taken daily, the hours between as well."""
    if len(written.amounts) > 1:
        return sum(written.amounts), None
    most = max(written.most, *written.amounts, 0)
    rare = written.hours if written.hours and written.hours > HOURS_OF_DAY else None
    return most * max(written.administrations, 1), rare


def _quantity(quantity: object, product: Product) -> tuple[str, str] | None:
    """The number and the unit of a Quantity, in words."""
    if not isinstance(quantity, dict) or quantity.get("value") is None:
        return None
    value = number(quantity["value"])
    spellings = [str(quantity[name]) for name in ("code", "unit") if quantity.get(name)]
    for spelled in spellings:
        if spelled in _UNITS:
            return value, _UNITS[spelled] or spelled
    if any(spelled in _EACH for spelled in spellings) and product.kind in _NOUNS:
        return value, _NOUNS[product.kind]
    return value, str(quantity.get("unit") or quantity.get("code") or "")


def _amount(dosage: dict[str, Any], product: Product) -> str:
    """The dose at once; of a patch its rate."""
    given = _given(dosage)
    span = given.get("doseRange")
    if isinstance(span, dict):
        low, high = _quantity(span.get("low"), product), _quantity(span.get("high"), product)
        if high is not None and (low is None or low[0] == high[0]):
            return " ".join(high).strip() if low else f"up to {' '.join(high)}".strip()
        if low is not None and high is not None:
            return f"{low[0]}-{high[0]} {high[1] or low[1]}".strip()
        if low is not None:
            raise InputError(Problem("dose", "a range without its end", _HINT, str(span)[:80]))
    names = ("rateQuantity", "doseQuantity") if product.is_patch else ("doseQuantity",)
    for name in names:
        found = _quantity(given.get(name), product)
        if found is not None:
            return " ".join(found).strip()
    return _ratio(given, product) if product.is_patch else ""


def _given(dosage: dict[str, Any]) -> dict[str, Any]:
    """The dose as it was ordered; what is calculated from it stands beside it."""
    listed = dosage.get("doseAndRate")
    if isinstance(listed, dict):
        return listed
    doses = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not doses:
        return dosage
    ordered = [one for one in doses if "calculated" not in str(one.get("type"))]
    return (ordered or doses)[0]


def _ratio(given: dict[str, Any], product: Product) -> str:
    """``25 ug`` per hour as a rate."""
    ratio = given.get("rateRatio")
    if not isinstance(ratio, dict):
        return ""
    above = _quantity(ratio.get("numerator"), product)
    below = _quantity(ratio.get("denominator"), product)
    if above is None or below is None or below[0] != "1" or below[1] not in {"h", "hr", "hour"}:
        return ""
    return f"{above[0]} {above[1]}/h"


def _most(dosage: dict[str, Any]) -> str:
    """The most in a day."""
    ratio = dosage.get("maxDosePerPeriod")
    if isinstance(ratio, list):
        ratio = ratio[0] if ratio else None
    if not isinstance(ratio, dict):
        return ""
    below = ratio.get("denominator")
    if not isinstance(below, dict):
        return ""
    period = number(below.get("value", 1)), str(below.get("code") or below.get("unit"))
    above = ratio.get("numerator")
    if not isinstance(above, dict) or above.get("value") is None:
        return ""
    if period not in {("1", "d"), ("1", "day"), ("24", "h")}:
        return ""
    unit = next(
        (
            _UNITS[spelled] or spelled
            for spelled in map(str, (above.get("code"), above.get("unit")))
            if spelled in _UNITS
        ),
        str(above.get("unit") or above.get("code") or ""),
    )
    return f"max {number(above['value'])} {unit} a day"
