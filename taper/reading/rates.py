"""How much at a time and how often: a percentage, an amount, phases, or a published rule set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.formulary.guidelines import GENTLE, Planned, guideline
from taper.quantities import Interval, Ratio, parse_interval, parse_percent
from taper.reading.medicine import read_amount
from taper.request.fields import PACES
from taper.request.rule import Part

if TYPE_CHECKING:
    from taper.formulary.guidelines import Guideline
    from taper.reading.as_needed import Medicine
    from taper.reading.values import Fields

_UNITS = re.compile(
    r"\s*(\d{1,2})\s*(?:tab|tablet|cap|capsule|film|patch|patche)s?\s*", re.IGNORECASE | re.ASCII
)
_PHASE = re.compile(r"\s*(.+?)\s*/\s*(\d\s*\w+?)(?:\s+until\s+(.+?))?\s*", re.IGNORECASE | re.ASCII)


def rate_of(text: str, medicine: Medicine | None, field: str) -> Ratio | int:
    """A percentage, an amount above zero, or a number of tablets."""
    if text.rstrip().endswith("%"):
        return parse_percent(text, field)
    product = medicine.product if medicine else None
    units = _UNITS.fullmatch(text)
    if units is not None and medicine is not None and not medicine.product.is_liquid:
        amount = int(units[1]) * _largest_strength(medicine)
    else:
        amount = read_amount(text, product, field)
    if not amount:
        hint = f"10%, or 15 {product.unit if product else 'mg'}"
        raise InputError(Problem(field, "a reduction of zero", hint, text))
    return amount


def _largest_strength(medicine: Medicine) -> int:
    """The opioid in the largest unit of the current dose."""
    return max(strength.amount for strength, _ in medicine.regimen.per_day)


def published_or_phased(
    fields: Fields, medicine: Medicine | None, of: str, known: Interval | None
) -> tuple[tuple[Part, ...], str, bool]:
    """The parts of a guideline or of ``phases``, their base, and whether it is for short use."""
    name = fields.text("guideline")
    if name is None:
        texts = fields.many("phases")
        return fields.attempt(lambda: _phases(texts, medicine)) or (), of, False
    if fields.given("of"):
        fields.problem("of", "does not go with a guideline", "it is part of the guideline")
    found = fields.attempt(lambda: guideline(name))
    if found is None:
        return (), of, False
    is_short = "only_under" in found.facts
    rule = _at_a_pace(fields, found)
    if is_short and rule is not None:
        rule = _by_duration(fields, found, known)
    if rule is None:
        return (), of, is_short
    return _parts(rule, medicine), found.of, is_short


def _at_a_pace(fields: Fields, found: Guideline) -> Planned | None:
    """The rule of a guideline, by where in its range the request asks to stand."""
    pace = fields.choice("pace", PACES, GENTLE)
    return fields.attempt(lambda: found.at(pace))


def _parts(rule: Planned, medicine: Medicine | None) -> tuple[Part, ...]:
    """What a guideline is planned with, as the parts of a rule."""
    if rule.phases:
        return _phases(list(rule.phases), medicine)
    assert rule.reduce is not None
    assert rule.every is not None
    rate = rate_of(rule.reduce, medicine, "guideline")
    return (Part(rate, parse_interval(rule.every)),)


def _by_duration(fields: Fields, found: Guideline, known: Interval | None) -> Planned | None:
    """The rule of a guideline for short use, by how long opioids have been taken."""
    most = parse_interval(found.facts["only_under"])
    if known is None or _longest_days(known) >= _longest_days(most):
        message = f"{found.id} is for opioids taken for less than a {most.words}"
        hint = "how long they have been taken: --on-opioids-for 2w; else another guideline"
        fields.problem("on_opioids_for", message, hint)
        return None
    for entry in found.facts["by_duration"]:
        over = parse_interval(entry["over"]).days + 1 if "over" in entry else 0
        least = parse_interval(entry["from"]).days if "from" in entry else over
        if least <= known.days < _longest_days(parse_interval(entry["under"])):
            return Planned(entry["reduce"], entry["every"])
    message = f"{found.id} names no taper after {known.words} of opioids"
    fields.problem("on_opioids_for", message, "they may be stopped without one: see the source")
    return None


def _longest_days(length: Interval) -> int:
    """The days of a length of time, a month at its usual 30."""
    return 30 * length.count if length.unit == "mo" else length.days


def _phases(texts: list[str], medicine: Medicine | None) -> tuple[Part, ...]:
    """Read ``10%/1w until 50%`` and ``5%/2w``; all but the last say until when."""
    parts = []
    for place, text in enumerate(texts, 1):
        match = _PHASE.fullmatch(text)
        if match is None:
            hint = "10%/1w until 50%, then 5%/2w"
            raise InputError(Problem("phases", f"'{text}' is not a phase", hint, text))
        rate, every = rate_of(match[1], medicine, "phases"), parse_interval(match[2], "phases")
        until = match[3]
        if (until is None) != (place == len(texts)):
            message = (
                "the last phase has no 'until'" if until else "only the last phase has no 'until'"
            )
            raise InputError(Problem("phases", f"{message}: '{text}'", "10%/1w until 50%", text))
        left = dose = None
        if until and until.endswith("%"):
            left = parse_percent(until, "phases")
        elif until:
            dose = read_amount(until, medicine.product if medicine else None, "phases")
        parts.append(Part(rate, every, left, dose))
    return tuple(parts)
