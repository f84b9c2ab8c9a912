"""From the text of a request to a checked :class:`~taper.request.model.Request`.

Every field is read by one small function; all problems of one input are raised at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from taper.data.limits import whole
from taper.errors import InputError, Problem
from taper.quantities import Interval, parse_interval, plain
from taper.reading.companions import read_companions, read_finish
from taper.reading.dates import read_calendar
from taper.reading.defaults import CLOSE, NO_CHECKS, STANDARD, default_checks, default_fill
from taper.reading.history import History, read_history
from taper.reading.medicine import read_market, read_medicine, read_product
from taper.reading.on_hand import read_on_hand
from taper.reading.rules import (
    read_ends_by,
    read_rule,
    with_goal_in_mme,
    with_own_defaults,
)
from taper.reading.values import Fields
from taper.request.fields import INDICATIONS, PACES, PRODUCTS, RISKS
from taper.request.model import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.formulary.market import Formulary
    from taper.formulary.product import Product
    from taper.reading.as_needed import Medicine
    from taper.request.model import Calendar, Companion, Finish, Rule

LONGEST_FILL_DAYS = whole("longest-fill")


def read(values: Mapping[str, object]) -> Request:
    """Check a request given as field names and plain values (text, numbers, dates, lists).

    Raises :class:`~taper.InputError` with every problem of the input.
    """
    fields = Fields(values)
    market, medicine, history = _medicine(fields)
    known = fields.attempt(lambda: _interval(fields, "on_opioids_for", "d w mo y"))
    rule = read_rule(fields, medicine, known)
    calendar = _with_the_rounding(read_calendar(fields, medicine), rule, medicine)
    ends_by = read_ends_by(fields, calendar)
    finish = read_finish(fields, medicine) if medicine else None
    also = read_companions(fields, market, medicine, history) if market else ()
    _check_finish(fields, finish, also)
    rule, also = _with_others(fields, rule, medicine, also, known)
    on_hand = read_on_hand(fields, _products(medicine, finish, also)) if medicine else ()
    risks = _risks(fields)
    fill = _fill(fields, risks, rule, also)
    checks = fields.choice("checks", (STANDARD, CLOSE, NO_CHECKS), default_checks(risks))
    indication = fields.choice("indication", INDICATIONS, "")
    fields.finish("id", "label", "specialist", "override_rate")
    assert market is not None
    assert medicine is not None
    assert rule is not None
    assert calendar is not None
    return Request(
        formulary=market,
        product=medicine.product,
        prescription=medicine.prescription,
        regimen=medicine.regimen,
        regimens=medicine.regimens,
        rule=rule,
        calendar=calendar,
        finish=finish,
        also=also,
        fill=fill,
        on_opioids_for=known,
        risks=risks,
        indication=indication,
        specialist=fields.text("specialist") or "",
        checks=checks,
        ends_by=ends_by,
        taking=medicine.taking,
        raised_units=medicine.raised_units,
        text=_normalised(
            fields, medicine, rule, calendar, known, fill, finish, also, risks, indication, checks
        ),
        on_hand=on_hand,
        history=tuple(history.reckoned),
    )


def _medicine(fields: Fields) -> tuple[Formulary | None, Medicine | None, History]:
    """The market, what is taken now of the product that is named, and what was dispensed."""
    market = read_market(fields)
    named = read_product(fields, market) if market else None
    if named is None or market is None:
        if not fields.given("dose") and not fields.given("sig"):
            fields.missing("dose", "the dose is missing", "what is taken now: 90 mg q8h")
        return market, None, History(fields, [])
    history = read_history(fields, market, named)
    return market, read_medicine(fields, named, history), history


def _with_others(
    fields: Fields,
    rule: Rule | None,
    medicine: Medicine | None,
    also: tuple[Companion, ...],
    known: Interval | None,
) -> tuple[Rule | None, tuple[Companion, ...]]:
    """A goal of all opioids together, and the defaults of each further one."""
    if rule is None or medicine is None:
        return rule, also
    rule = with_goal_in_mme(fields, rule, medicine, also)
    return rule, with_own_defaults(fields, rule, also, known)


def _with_the_rounding(
    calendar: Calendar | None, rule: Rule | None, medicine: Medicine | None
) -> Calendar | None:
    """An average that was rounded down by more than the reduction asked for is the first cut.

    A full interval at that dose follows.
    """
    if calendar is None or rule is None or medicine is None or calendar.baseline:
        return calendar
    part, taking = rule.parts[0], medicine.taking or 0
    asked = part.reduce
    if isinstance(asked, int):
        is_more = medicine.rounding > asked
    else:
        is_more = medicine.rounding * asked.denominator > taking * asked.numerator
    return replace(calendar, baseline=part.every) if is_more else calendar


def _check_finish(fields: Fields, finish: Finish | None, also: tuple[Companion, ...]) -> None:
    """What the taper changes to must not be taken already: one product, one taper."""
    taken = [companion.regimen.product for companion in also]
    if finish is not None and finish.regimens.product in taken:
        name = finish.regimens.product.id
        hint = "another product of the same opioid to finish with"
        fields.problem("finish_with", f"{name} is taken as well (--also)", hint, name)


def _products(
    medicine: Medicine, finish: Finish | None, also: tuple[Companion, ...]
) -> list[Product]:
    """Every product of the plan, the main one first."""
    finishing = [finish.regimens.product] if finish is not None else []
    return [medicine.product, *finishing, *(each.regimen.product for each in also)]


def _interval(fields: Fields, name: str, units: str = "d w mo") -> Interval | None:
    text = fields.text(name)
    return None if text is None else parse_interval(text, name, units)


def _fill(
    fields: Fields, risks: frozenset[str], rule: Rule | None, also: tuple[Companion, ...]
) -> Interval | None:
    """Days per dispensing; None for one step at a time."""
    text = fields.text("fill")
    if text is None:
        intervals = [part.every for part in rule.parts] if rule else []
        intervals += [companion.every for companion in also if companion.every]
        return default_fill(risks, intervals)
    if text.lower() == "step":
        return None
    fill = fields.attempt(lambda: parse_interval(text, "fill", "d w"))
    if fill is not None and fill.days > LONGEST_FILL_DAYS:
        hint = f"at most {LONGEST_FILL_DAYS}d, or step"
        fields.problem("fill", f"{text} is too long for one dispensing", hint, text)
    return fill


def _risks(fields: Fields) -> frozenset[str]:
    """The risks, each by its name or by a beginning that no other has."""
    risks = set()
    for text in fields.many("risks"):
        meant = [risk for risk in RISKS if risk.startswith(text.lower())]
        if text.lower() in meant or len(meant) == 1:
            risks.add(text.lower() if text.lower() in meant else meant[0])
        elif meant:
            message = f"'{text}' is the beginning of more than one risk"
            fields.problem("risks", message, "one of " + ", ".join(meant), text)
        else:
            message = f"'{text}' is not a risk that is known"
            fields.problem("risks", message, "one of " + ", ".join(RISKS), text)
    return frozenset(risks)


def _normalised(
    fields: Fields,
    medicine: Medicine,
    rule: Rule,
    calendar: Calendar,
    known: Interval | None,
    fill: Interval | None,
    finish: Finish | None,
    also: tuple[Companion, ...],
    risks: frozenset[str],
    indication: str,
    checks: str,
) -> dict[str, object]:
    """Every field with its value in one spelling, or its default; None if it has neither."""
    text = fields.all()
    by_rate = not any(text[name] for name in ("over", "by", "phases", "guideline"))
    first = rule.parts[0]
    text.update(
        market=medicine.product.market,
        product=medicine.product.id,
        dose=str(medicine.prescription),
        taking=medicine.product.text(medicine.taking or 0) if fields.given("taking") else None,
        start=calendar.start.isoformat(),
        guideline=str(text["guideline"]).lower() if text["guideline"] else None,
        reduce=_reduction(first.reduce, medicine) if by_rate else None,
        pace=(fields.text("pace") or PACES[0]).lower() if text["guideline"] else None,
        every=_interval_text(fields, rule, also),
        of=None if text["guideline"] else rule.of,
        to=_goal_text(fields, rule, medicine),
        stock=[s.label for s in medicine.regimens.strengths] if fields.given("stock") else [],
        max_units=None if text["max_units"] is None else int(str(text["max_units"])),
        split=(fields.text("split") or "none").lower(),
        as_needed=(fields.text("as_needed") or "fixed").lower(),
        favor=(fields.text("favor") or "").lower() or None,
        prefer="fewest-strengths" if medicine.regimens.fewest_strengths else "fewest-units",
        finish_with=_finish_text(finish),
        also=[_also_text(companion) for companion in also],
        keep=[c.regimen.product.id for c in also if c.keep],
        fill="step" if fill is None else str(fill),
        on_opioids_for=None if known is None else str(known),
        risks=sorted(risks),
        indication=indication or None,
        avoid=sorted(day if ":" in day else day.lower() for day in fields.many("avoid")),
        reduce_on=[day.lower()[:3] for day in fields.many("reduce_on")],
        checks=checks,
    )
    own = _own_products(_products(medicine, finish, also))
    return {**text, PRODUCTS: own} if own else text


def _own_products(products: list[Product]) -> list[dict[str, Any]]:
    """The clinic's own products that the plan can need: those of its opioids."""
    if not products[0].beside:
        return []
    from taper.formulary.local import Local  # noqa: PLC0415 - only if there are any

    drugs = {product.drug for product in products}
    entries = Local(products[0].beside).entries
    return [entry for entry in entries if entry["drug"] in drugs]


def _interval_text(fields: Fields, rule: Rule, also: tuple[Companion, ...]) -> str | None:
    """The interval; none if it is not the same for every opioid, but the default of each."""
    is_published = fields.given("phases") or fields.given("guideline")
    is_of_each = any(companion.every for companion in also)
    return None if is_published or is_of_each else str(rule.parts[0].every)


def _goal_text(fields: Fields, rule: Rule, medicine: Medicine) -> str:
    if rule.goal_mme:
        return f"{plain(rule.goal_mme)} MME"
    if (fields.text("to") or "").lower() == "current":
        return "current"
    return medicine.product.text(rule.goal) if rule.goal else "0"


def _also_text(companion: Companion) -> str:
    product = companion.regimen.product
    taking = ""
    if companion.is_said and companion.taking:
        taking = f" taking {product.text(companion.taking)}"
    return f"{product.id} {companion.prescription}{taking}"


def _reduction(reduce: object, medicine: Medicine) -> str:
    return medicine.product.text(reduce) if isinstance(reduce, int) else str(reduce)


def _finish_text(finish: Finish | None) -> str | None:
    if finish is None:
        return None
    regimens = finish.regimens
    if finish.as_often:
        return regimens.product.id
    return f"{regimens.product.id} q{regimens.interval}h"


__all__ = ["InputError", "Problem", "read"]
