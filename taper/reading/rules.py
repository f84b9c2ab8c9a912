"""Reading how fast, of what, down to what: a rate, phases, a guideline, or an end."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taper.data.limits import length, share, whole
from taper.engine.together import goal_beside
from taper.errors import InputError, Problem
from taper.quantities import (
    Interval,
    Ratio,
    parse_day,
    parse_interval,
    parse_percent,
    plain,
    thousandths,
)
from taper.reading.medicine import read_amount
from taper.request.fields import RATES
from taper.request.model import Rule
from taper.request.rule import BASES, MIXED, ORIGINAL, Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from taper.formulary.guidelines import Guideline
    from taper.reading.as_needed import Medicine
    from taper.reading.values import Fields
    from taper.regimen.regimen import Regimen
    from taper.request.model import Calendar

DEFAULT_REDUCTION = share("default-reduction")
DEFAULT_INTERVAL = length("default-interval")
LONG_USE, LONG_USE_INTERVAL = length("long-use"), length("default-interval-for-long-use")
LAST_DOSE_INTERVALS = whole("last-dose-intervals")
LONGEST_LAST_DOSE = Interval(whole("last-dose-at-most"), "d")
_MME = re.compile(r"\s*(\d{1,4}(?:\.\d{1,3})?)\s*MME\s*", re.IGNORECASE | re.ASCII)
_UNITS = re.compile(
    r"\s*(\d{1,2})\s*(?:tab|tablet|cap|capsule|film|patch|patche)s?\s*", re.IGNORECASE | re.ASCII
)
_PHASE = re.compile(r"\s*(.+?)\s*/\s*(\d\s*\w+?)(?:\s+until\s+(.+?))?\s*", re.IGNORECASE | re.ASCII)


def read_rule(fields: Fields, medicine: Medicine | None, known: Interval | None) -> Rule | None:
    """The rule; None where a part of it is wrong."""
    before = len(fields.problems)
    given = [name for name in RATES if fields.given(name)]
    if len(given) > 1:
        fields.problem(given[1], f"{' and '.join(given)} are both given", "one of them")
    every = _every(fields, known)
    of = fields.choice("of", BASES, MIXED)
    parts: tuple[Part, ...] = ()
    is_short = False
    if fields.given("guideline") or fields.given("phases"):
        if fields.given("every"):
            hint = "it is part of each phase, or of the guideline"
            fields.problem("every", "does not go with phases or a guideline", hint)
        parts, of, is_short = _published_or_phased(fields, medicine, of, known)
    else:
        reduce = _reduce(fields, medicine)
        if reduce is not None and every is not None:
            parts = (Part(reduce, every),)
            of = ORIGINAL if isinstance(reduce, int) else of
    if medicine is not None:
        _check_amounts(fields, parts, medicine)
    goal = _goal(fields, medicine)
    last = _last_dose_for(fields, parts, medicine)
    if len(fields.problems) > before or not parts or goal is None or last is None:
        return None
    override = fields.text("override_rate") or ""
    return Rule(parts, of, goal, last, override, _goal_mme(fields), is_short)


def _every(fields: Fields, known: Interval | None) -> Interval | None:
    text = fields.text("every")
    if text is not None:
        return fields.attempt(lambda: parse_interval(text, "every"))
    is_long = known is not None and known.reaches(LONG_USE)
    return LONG_USE_INTERVAL if is_long else DEFAULT_INTERVAL


def _reduce(fields: Fields, medicine: Medicine | None) -> Ratio | int | None:
    text = fields.text("reduce")
    if text is None:
        return DEFAULT_REDUCTION
    return fields.attempt(lambda: _rate(text, medicine, "reduce"))


def _rate(text: str, medicine: Medicine | None, field: str) -> Ratio | int:
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


def _check_amounts(fields: Fields, parts: tuple[Part, ...], medicine: Medicine) -> None:
    """No reduction is larger than what is taken in a day."""
    product, daily = medicine.product, medicine.regimen.daily
    for part in parts:
        if isinstance(part.reduce, int) and part.reduce > daily:
            name = "phases" if fields.given("phases") else "reduce"
            asked, taken = product.text(part.reduce), product.daily_text(daily)
            message = f"{asked} at a time is more than what is taken, {taken}"
            fields.problem(name, message, "a share, such as 10%, or a smaller amount")


def _published_or_phased(
    fields: Fields, medicine: Medicine | None, of: str, known: Interval | None
) -> tuple[tuple[Part, ...], str, bool]:
    """The parts of a guideline or of ``phases``, their base, and whether it is for short use."""
    name = fields.text("guideline")
    if name is None:
        texts = fields.many("phases")
        return fields.attempt(lambda: _phases(texts, medicine)) or (), of, False
    if fields.given("of"):
        fields.problem("of", "does not go with a guideline", "it is part of the guideline")
    from taper.formulary.guidelines import guideline  # noqa: PLC0415 - where one is asked for

    found = fields.attempt(lambda: guideline(name))
    if found is None:
        return (), of, False
    if found.phases:
        return _phases(list(found.phases), medicine), found.of, False
    reduce, every = found.reduce, found.every
    is_short = "only_under" in found.facts
    if is_short:
        reduce, every = _by_duration(fields, found, known)
    if reduce is None or every is None:
        return (), of, is_short
    rate = _rate(reduce, medicine, "guideline")
    return (Part(rate, parse_interval(every)),), found.of, is_short


def _by_duration(
    fields: Fields, found: Guideline, known: Interval | None
) -> tuple[str | None, str | None]:
    """The rate and the interval of a guideline for short use, by how long it has been."""
    most = parse_interval(found.facts["only_under"])
    if known is None or _longest_days(known) >= _longest_days(most):
        message = f"{found.id} is for opioids taken for less than a {most.words}"
        hint = "how long they have been taken: --on-opioids-for 2w; else another guideline"
        fields.problem("on_opioids_for", message, hint)
        return None, None
    for entry in found.facts["by_duration"]:
        over = parse_interval(entry["over"]).days + 1 if "over" in entry else 0
        least = parse_interval(entry["from"]).days if "from" in entry else over
        if least <= known.days < _longest_days(parse_interval(entry["under"])):
            return entry["reduce"], entry["every"]
    message = f"{found.id} names no taper after {known.words} of opioids"
    fields.problem("on_opioids_for", message, "they may be stopped without one: see the source")
    return None, None


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
        rate, every = _rate(match[1], medicine, "phases"), parse_interval(match[2], "phases")
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


def _goal(fields: Fields, medicine: Medicine | None) -> int | None:
    """The daily dose to end at; 0 stops."""
    text = fields.text("to")
    if text is None or text.strip() in {"0", "stop"} or _goal_mme(fields):
        return 0
    if medicine is None:
        return None
    if text.lower() == "current":
        return medicine.regimen.daily
    return fields.attempt(lambda: _makeable_goal(fields, text, medicine))


def _makeable_goal(fields: Fields, text: str, medicine: Medicine) -> int:
    """A daily dose below the current one that can be made."""
    product, made, current = medicine.product, medicine.regimens, medicine.regimen
    goal = read_amount(text, product, "to")
    if goal >= current.daily:
        message = f"the goal of {product.daily_text(goal)} is not below the current dose"
        hint = f"less than {product.daily_text(current.daily)}"
        raise InputError(Problem("to", message, hint, text))
    if not goal or fields.given("finish_with"):
        return goal  # the finer product may make it: looked at when the product changes
    if not made.can_make(goal):
        near = " and ".join(product.text(dose) for dose in made.nearest(goal))
        message = f"{product.daily_text(goal)} cannot be made"
        raise InputError(Problem("to", message, f"the nearest are {near}", text))
    return goal


def _goal_mme(fields: Fields) -> int:
    """The goal of all opioids together, in thousandths of an MME; 0 if it is not given so."""
    match = _MME.fullmatch(fields.text("to") or "")
    return (thousandths(match[1]) or 0) if match else 0


def with_goal_in_mme(
    fields: Fields, rule: Rule, medicine: Medicine, others: Sequence[Regimen]
) -> Rule:
    """The rule with the goal of the main opioid, if that was given in MME."""
    if not rule.goal_mme:
        return rule
    taken = (medicine.regimen, *others)
    unknown = [regimen.product.id for regimen in taken if regimen.product.mme is None]
    if unknown:
        message = f"there is no MME factor of {', '.join(unknown)}"
        fields.problem("to", message, f"a daily dose of {medicine.product.id}")
        return rule
    goal = goal_beside(rule.goal_mme, medicine.regimens, medicine.regimen, others)
    if goal is None:
        message = f"the goal of {plain(rule.goal_mme)} MME is not below the current doses"
        fields.problem("to", message, "a lower goal, or current")
        return rule
    return replace(rule, goal=goal)


def _last_dose_for(
    fields: Fields, parts: tuple[Part, ...], medicine: Medicine | None
) -> Interval | None:
    text = fields.text("last_dose_for")
    if text is not None:
        return fields.attempt(lambda: parse_interval(text, "last_dose_for"))
    if not parts:
        return None
    every = parts[-1].every
    if medicine is not None and medicine.product.is_patch and not every.calendar:
        period = medicine.regimen.interval // 24  # the interval comes first in whole periods
        every = Interval(-(-every.days // period) * period, "d")
    return usual_last_dose_for(every)


def usual_last_dose_for(every: Interval) -> Interval:
    """Two intervals, at most four weeks, and at least one interval."""
    if every.days >= LONGEST_LAST_DOSE.days:
        return every
    usual = every.times(LAST_DOSE_INTERVALS)
    return usual if usual.days <= LONGEST_LAST_DOSE.days else LONGEST_LAST_DOSE


def read_ends_by(fields: Fields, calendar: Calendar | None) -> date | None:
    """The day by which ``over`` or ``by`` asks the taper to have ended."""
    over, by = fields.text("over"), fields.text("by")
    if over is not None:
        length = fields.attempt(lambda: parse_interval(over, "over", "d w mo y"))
        return length.after(calendar.start) if length and calendar else None
    if by is None:
        return None
    day = fields.attempt(lambda: parse_day(by, "by"))
    if day and calendar and day <= calendar.start:
        fields.problem("by", f"{by} is not after the start", "a later date", by)
    return day
