"""Reading how fast, of what, down to what: a rate, phases, a guideline, or an end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taper.data.limits import length, share, whole
from taper.errors import InputError, Problem
from taper.quantities import (
    Interval,
    Ratio,
    parse_day,
    parse_interval,
    parse_percent,
)
from taper.reading.medicine import read_amount
from taper.request.fields import RATES
from taper.request.model import Rule
from taper.request.rule import BASES, MIXED, ORIGINAL, Part

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.product import Product
    from taper.reading.medicine import Medicine
    from taper.reading.values import Fields
    from taper.request.model import Calendar

DEFAULT_REDUCTION = share("default-reduction")
DEFAULT_INTERVAL = length("default-interval")
LONG_USE, LONG_USE_INTERVAL = length("long-use"), length("default-interval-for-long-use")
LAST_DOSE_INTERVALS = whole("last-dose-intervals")
_PHASE = re.compile(r"\s*(.+?)\s*/\s*(\d\s*\w+?)(?:\s+until\s+(.+?))?\s*", re.IGNORECASE | re.ASCII)


def read_rule(fields: Fields, medicine: Medicine | None, known: Interval | None) -> Rule | None:
    """The rule; None where a part of it is wrong."""
    before = len(fields.problems)
    given = [name for name in RATES if fields.given(name)]
    if len(given) > 1:
        fields.problem(given[1], f"{' and '.join(given)} are both given", "one of them")
    product = medicine.product if medicine else None
    every = _every(fields, known)
    of = fields.choice("of", BASES, MIXED)
    parts: tuple[Part, ...] = ()
    if fields.given("guideline") or fields.given("phases"):
        if fields.given("every"):
            hint = "it is part of each phase, or of the guideline"
            fields.problem("every", "does not go with phases or a guideline", hint)
        parts, of = _published_or_phased(fields, product, of)
    else:
        reduce = _reduce(fields, product)
        if reduce is not None and every is not None:
            parts = (Part(reduce, every),)
            of = ORIGINAL if isinstance(reduce, int) else of
    if medicine is not None:
        _check_amounts(fields, parts, medicine)
    goal = _goal(fields, medicine)
    last = _last_dose_for(fields, parts, medicine)
    if len(fields.problems) > before or not parts or goal is None or last is None:
        return None
    return Rule(parts, of, goal, last, fields.text("override_rate") or "")


def _every(fields: Fields, known: Interval | None) -> Interval | None:
    text = fields.text("every")
    if text is not None:
        return fields.attempt(lambda: parse_interval(text, "every"))
    is_long = known is not None and known.reaches(LONG_USE)
    return LONG_USE_INTERVAL if is_long else DEFAULT_INTERVAL


def _reduce(fields: Fields, product: Product | None) -> Ratio | int | None:
    text = fields.text("reduce")
    if text is None:
        return DEFAULT_REDUCTION
    return fields.attempt(lambda: _rate(text, product, "reduce"))


def _rate(text: str, product: Product | None, field: str) -> Ratio | int:
    """A percentage, or an amount above zero."""
    if text.rstrip().endswith("%"):
        return parse_percent(text, field)
    amount = read_amount(text, product, field)
    if not amount:
        hint = f"10%, or 15 {product.unit if product else 'mg'}"
        raise InputError(Problem(field, "a reduction of zero", hint, text))
    return amount


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
    fields: Fields, product: Product | None, of: str
) -> tuple[tuple[Part, ...], str]:
    """The parts of a guideline or of ``phases``, with their base."""
    name = fields.text("guideline")
    if name is None:
        texts = fields.many("phases")
        return fields.attempt(lambda: _phases(texts, product)) or (), of
    if fields.given("of"):
        fields.problem("of", "does not go with a guideline", "it is part of the guideline")
    from taper.formulary.guidelines import guideline  # noqa: PLC0415 - where one is asked for

    found = fields.attempt(lambda: guideline(name))
    if found is None:
        return (), of
    if found.phases:
        return _phases(list(found.phases), product), found.of
    assert found.reduce is not None
    assert found.every is not None
    rate = _rate(found.reduce, product, "guideline")
    return (Part(rate, parse_interval(found.every)),), found.of


def _phases(texts: list[str], product: Product | None) -> tuple[Part, ...]:
    """Read ``10%/1w until 50%`` and ``5%/2w``; all but the last say until when."""
    parts = []
    for place, text in enumerate(texts, 1):
        match = _PHASE.fullmatch(text)
        if match is None:
            hint = "10%/1w until 50%, then 5%/2w"
            raise InputError(Problem("phases", f"'{text}' is not a phase", hint, text))
        rate, every = _rate(match[1], product, "phases"), parse_interval(match[2], "phases")
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
            dose = read_amount(until, product, "phases")
        parts.append(Part(rate, every, left, dose))
    return tuple(parts)


def _goal(fields: Fields, medicine: Medicine | None) -> int | None:
    """The daily dose to end at; 0 stops."""
    text = fields.text("to")
    if text is None or text.strip() in {"0", "stop"}:
        return 0
    if medicine is None:
        return None
    product, made, current = medicine.product, medicine.regimens, medicine.regimen
    goal = fields.attempt(lambda: read_amount(text, product, "to"))
    if goal is None:
        return None
    if goal >= current.daily:
        message = f"the goal of {product.daily_text(goal)} is not below the current dose"
        hint = f"less than {product.daily_text(current.daily)}"
        fields.problem("to", message, hint, text)
    elif goal and fields.given("finish_with"):
        return goal  # the finer product may make it: looked at where the product changes
    elif goal and (not made.can_make(goal) or made.under(goal, current.amounts) is None):
        near = " and ".join(product.text(dose) for dose in made.nearest(goal))
        fields.problem(
            "to", f"{product.daily_text(goal)} cannot be made", f"the nearest are {near}", text
        )
    else:
        return goal
    return None


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
    return every.times(LAST_DOSE_INTERVALS)


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
