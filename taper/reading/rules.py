"""Reading how fast, of what, down to what: a rate, phases, a guideline, or an end."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taper.data.limits import share, whole
from taper.engine.together import goal_beside, mme_of
from taper.errors import InputError, Problem
from taper.quantities import (
    Interval,
    Ratio,
    parse_day,
    parse_interval,
    plain,
    thousandths,
)
from taper.reading.defaults import default_interval
from taper.reading.medicine import read_amount
from taper.reading.rates import published_or_phased, rate_of
from taper.regimen.prescription import HOURS_OF_DAY
from taper.request.fields import RATES
from taper.request.model import Rule
from taper.request.rule import BASES, MIXED, ORIGINAL, Part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from taper.reading.as_needed import Medicine
    from taper.reading.values import Fields
    from taper.request.model import Calendar, Companion

DEFAULT_REDUCTION = share("default-reduction")
LAST_DOSE_INTERVALS = whole("last-dose-intervals")
LONGEST_LAST_DOSE = Interval(whole("last-dose-at-most"), "d")
_MME = re.compile(r"\s*(\d{1,4}(?:\.\d{1,3})?)\s*MME\s*", re.IGNORECASE | re.ASCII)


def read_rule(fields: Fields, medicine: Medicine | None, known: Interval | None) -> Rule | None:
    """The rule; None if a part of it is wrong."""
    before = len(fields.problems)
    given = [name for name in RATES if fields.given(name)]
    if len(given) > 1:
        fields.problem(given[1], f"{' and '.join(given)} are both given", "one of them")
    every = _every(fields, medicine, known)
    of = fields.choice("of", BASES, MIXED)
    parts: tuple[Part, ...] = ()
    is_short = False
    if fields.given("pace") and not fields.given("guideline"):
        fields.problem("pace", "goes with a guideline", "--guideline NAME --pace middle")
    if fields.given("guideline") or fields.given("phases"):
        if fields.given("every"):
            hint = "it is part of each phase, or of the guideline"
            fields.problem("every", "does not go with phases or a guideline", hint)
        parts, of, is_short = published_or_phased(fields, medicine, of, known)
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


def _every(fields: Fields, medicine: Medicine | None, known: Interval | None) -> Interval | None:
    """The interval asked for, or the default; None if that depends on an unknown medicine."""
    text = fields.text("every")
    if text is not None:
        return fields.attempt(lambda: parse_interval(text, "every"))
    return default_interval(medicine.product, known) if medicine is not None else None


def _reduce(fields: Fields, medicine: Medicine | None) -> Ratio | int | None:
    text = fields.text("reduce")
    if text is None:
        return DEFAULT_REDUCTION
    return fields.attempt(lambda: rate_of(text, medicine, "reduce"))


def _check_amounts(fields: Fields, parts: tuple[Part, ...], medicine: Medicine) -> None:
    """No reduction is larger than what is taken in a day."""
    product, daily = medicine.product, medicine.regimen.daily
    for part in parts:
        if isinstance(part.reduce, int) and part.reduce > daily:
            name = "phases" if fields.given("phases") else "reduce"
            asked, taken = product.text(part.reduce), product.daily_text(daily)
            message = f"{asked} at a time is more than what is taken, {taken}"
            fields.problem(name, message, "a share, such as 10%, or a smaller amount")


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
    fields: Fields, rule: Rule, medicine: Medicine, also: Sequence[Companion]
) -> Rule:
    """The rule with the goal of the main opioid, if that was given in MME."""
    if not rule.goal_mme:
        return rule
    others = [companion.regimen for companion in also]
    taken = (medicine.regimen, *others)
    unknown = [regimen.product.id for regimen in taken if regimen.product.mme is None]
    if unknown:
        message = f"there is no MME factor of {', '.join(unknown)}"
        fields.problem("to", message, f"a daily dose of {medicine.product.id}")
        return rule
    kept = mme_of(companion.regimen for companion in also if companion.keep)
    if kept > rule.goal_mme:
        message = f"what is kept comes to {plain(int(kept))} MME a day, above the goal"
        fields.problem("to", message, "taper it as well: leave out keep; or a higher goal")
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
    return usual_last_dose_for(_in_whole_periods(parts[-1].every, medicine))


def _in_whole_periods(every: Interval, medicine: Medicine | Companion | None) -> Interval:
    """The interval, of patches in whole patch periods."""
    if medicine is None or not medicine.regimen.product.is_patch or every.calendar:
        return every
    period = medicine.regimen.interval // HOURS_OF_DAY
    return Interval(-(-every.days // period) * period, "d")


def usual_last_dose_for(every: Interval) -> Interval:
    """Two intervals, at most four weeks, and at least one interval."""
    if every.days >= LONGEST_LAST_DOSE.days:
        return every
    usual = every.times(LAST_DOSE_INTERVALS)
    return usual if usual.days <= LONGEST_LAST_DOSE.days else LONGEST_LAST_DOSE


def with_own_defaults(
    fields: Fields, rule: Rule, also: tuple[Companion, ...], known: Interval | None
) -> tuple[Companion, ...]:
    """The other opioids, each with its own interval if none was asked for."""
    if any(fields.given(name) for name in ("every", "phases", "guideline")):
        return also
    return tuple(_with_own_default(fields, rule, each, known) for each in also)


def _with_own_default(
    fields: Fields, rule: Rule, companion: Companion, known: Interval | None
) -> Companion:
    every = default_interval(companion.regimen.product, known)
    if companion.keep or every == rule.parts[0].every:
        return companion
    last = rule.last_dose_for
    if not fields.given("last_dose_for"):
        last = usual_last_dose_for(_in_whole_periods(every, companion))
    return replace(companion, every=every, last_dose_for=last)


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
