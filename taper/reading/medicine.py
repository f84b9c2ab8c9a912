"""Reading the product, the strengths in use, and what is taken now."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from taper.errors import InputError, Problem
from taper.formulary.market import Formulary, formulary
from taper.formulary.names import RELEASES, Named
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS, Product
from taper.quantities import THOUSAND, parse_dose, unit_of
from taper.reading.dose import read_dose
from taper.reading.written_units import (
    as_released,
    as_written,
    check_other,
    check_whole,
    labelled,
    released,
    units_needed,
)
from taper.regimen.prescription import Prescription, frequency
from taper.regimen.table import MOST_MEASURES, TIMES, regimens
from taper.regimen.units import MOST_UNITS, fewest_units_for

if TYPE_CHECKING:
    from taper.formulary.product import Strength
    from taper.reading.values import Fields
    from taper.regimen.table import Regimen, Regimens

_LIMIT_GRAIN = 50  # measures: tables of a liquid are shared by doses of about the same size


@dataclass(frozen=True, slots=True, eq=False)
class Medicine:
    """One product as it is taken now, and what can be made of it."""

    product: Product
    prescription: Prescription
    regimen: Regimen
    regimens: Regimens
    taking: int | None = None
    raised_units: int = 0


def read_market(fields: Fields) -> Formulary | None:
    """The formulary of the market."""
    market = fields.text("market") or "us"
    return fields.attempt(lambda: formulary(market.lower()))


def read_product(fields: Fields, market: Formulary) -> Named | None:
    """The product by id, name or code, or by drug and form, with the strength that it names."""
    name, drug = fields.text("product"), fields.text("drug")
    if name and drug:
        fields.problem("product", "both a product and a drug are given", "one of the two", name)
        return None
    if name:
        release = fields.choice("release", ("", *RELEASES), "")
        return fields.attempt(lambda: market.identify(name, "product", release))
    if drug:
        form = fields.text("form") or fields.text("release") or ""
        found = fields.attempt(lambda: market.find_drug(drug, form))
        return None if found is None else Named(found)
    fields.missing("product", "the product is missing", "an id such as morphine-er")
    return None


def read_medicine(fields: Fields, named: Named) -> Medicine | None:
    """What is taken now; None if the dose or the strengths cannot be used."""
    product = named.product
    strength = next((s for s in product.strengths if s.label == named.strength), None)
    strengths = fields.attempt(lambda: strengths_of(fields.many("stock"), product, strength))
    most = fields.attempt(lambda: _most_units(fields.text("max_units"), product))
    halves = fields.choice("split", ("none", "halves"), "none") == "halves"
    if halves and not product.splittable:
        hint = "--split halves is for immediate-release tablets known to be scored"
        fields.problem("split", f"{product.id} is never cut", hint, "halves")
        halves = False
    prefer = fields.choice("prefer", ("fewest-units", "fewest-strengths"), "fewest-units")
    text = fields.text("dose")
    if text is None:
        hint = f"what is taken now: {_example(product)}"
        fields.missing("dose", "the dose is missing", hint)
    if strengths is None or most is None or text is None:
        return None
    taking = fields.text("taking")
    return fields.attempt(
        lambda: take(
            product,
            text,
            strengths,
            most,
            named=strength,
            taking=taking,
            halves=halves,
            fewest_strengths=prefer == "fewest-strengths",
        )
    )


def _example(product: Product) -> str:
    label = min(product.usual, key=lambda strength: strength.amount).label
    if product.is_patch:
        return f"{label} {product.unit}"
    if product.is_liquid:
        label = "5"
    return f"{label} {product.unit} {frequency(product.intervals_hours[-1])}"


def _most_units(text: str | None, product: Product) -> int:
    if text is None:
        return product.max_units
    if product.is_liquid:
        message = "does not apply to a liquid"
        raise InputError(Problem("max_units", message, "leave it out", text))
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or not 1 <= int(text) <= MOST_UNITS:
        message = f"'{text}' is not a number of units"
        raise InputError(Problem("max_units", message, f"1 to {MOST_UNITS}", text))
    return int(text)


def strengths_of(
    stock: list[str], product: Product, named: Strength | None = None
) -> tuple[Strength, ...]:
    """The strengths in use: those that ``stock`` names, or the usual ones.

    ``named`` is the strength that the product's name told: it is one of them.
    """
    if not stock:
        if product.is_liquid:
            return (named,) if named is not None else product.usual[:1]
        if named is None or named in product.usual:
            return product.usual
        if product.is_combination:  # its tablets of the same content
            return tuple(s for s in product.strengths if s.other == named.other)
        return tuple(s for s in product.strengths if s in product.usual or s == named)
    chosen = tuple(s for s in product.strengths if s in [_named(text, product) for text in stock])
    # a liquid is measured from one bottle: the weakest that is at hand
    return chosen[:1] if product.is_liquid else chosen


def _named(text: str, product: Product) -> Strength:
    """The marketed strength that an entry of ``stock`` names."""
    plain = text.lower().removesuffix(product.unit).strip()
    labels = {strength.label.lower(): strength for strength in product.strengths}
    found = labels.get(text.lower()) or labels.get(plain) or labels.get(f"{plain} mg/ml")
    if found is not None:
        return found
    opioid = [s for s in product.strengths if s.label.partition("/")[0] == plain and s.other]
    if opioid:
        return next((s for s in opioid if s in product.usual), opioid[0])
    known = ", ".join(strength.label for strength in product.strengths)
    message = f"{product.id} is not marketed as '{text}'"
    unit = "" if product.is_liquid else f" {product.unit}"
    raise InputError(Problem("stock", message, f"the strengths are {known}{unit}", text))


@lru_cache(maxsize=1024)
def _amounts(product: Product, written: Prescription) -> tuple[Prescription, tuple[int, ...]]:
    """The amount of each administration of a day; of a patch, the rate that it releases."""
    assert written.hours is not None
    if product.is_patch:
        amounts = (released(written, product),)
        return replace(written, amounts=amounts), amounts
    if len(written.amounts) == 1:
        return written, written.amounts * (24 // written.hours)
    return written, written.amounts


def take(
    product: Product,
    text: str,
    strengths: tuple[Strength, ...],
    most: int,
    *,
    named: Strength | None = None,
    taking: str | None = None,
    halves: bool = False,
    fewest_strengths: bool = False,
) -> Medicine:
    """A product with its dose as written, and the table of what can be made.

    Raises :class:`~taper.InputError` where the strengths cannot make the dose.
    """
    written = _with_hours(read_dose(text, product, named, most), product, text)
    assert written.hours is not None
    combination = product.is_combination
    written, amounts = _amounts(product, written)
    check_whole(written, product, strengths, halves=halves)
    if product.is_liquid:
        strengths = tuple(s for s in product.strengths if s.label == written.strength) or strengths
    needed = most
    limit = 0
    if product.is_liquid:
        limit = _limit(product, strengths[0], max(amounts), text)
    else:
        units = units_needed(product, strengths, written, amounts, halves=halves)
        # of a combination never more units than now: its other ingredient must not rise
        needed = units if combination and units else max(most, units)
    made = regimens(
        product,
        strengths,
        written.hours,
        needed,
        halves=halves,
        fewest_strengths=fewest_strengths,
        limit=limit,
    )
    for amount in sorted(set(amounts)):
        if made.units(amount) is None:
            _not_makeable(made, amount, text)
    current = made.exactly(amounts, as_written(written, strengths, amounts, text))
    if written.other:
        check_other(written, current, text)
    raised = needed if needed > most else 0
    written = labelled(written, product)
    if not written.leaves_open and taking is None:
        return Medicine(product, written, current, made, None, raised)
    return _taken(Medicine(product, written, current, made, None, raised), taking, text)


def _with_hours(written: Prescription, product: Product, text: str) -> Prescription:
    """Fill in a patch's interval; refuse a frequency that the form cannot have."""
    on_label = " or ".join(frequency(hours) for hours in product.intervals_hours)
    allowed = PATCH_INTERVALS if product.is_patch else ORAL_INTERVALS
    hours = written.hours
    if product.is_patch and (hours is None or len(written.amounts) > 1):
        if len(written.amounts) > 1:
            message = "a patch has one rate, not several amounts a day"
            raise InputError(Problem("dose", message, f"write 75 {product.unit}", text))
        hours = product.interval
    if hours is None:
        message = "how often is it taken?"
        raise InputError(Problem("dose", message, f"write '{text} {on_label.split()[0]}'", text))
    if written.a_day and written.a_day not in TIMES:
        message = f"{written.a_day} times a day cannot be planned"
        raise InputError(Problem("dose", message, "q4h or q6h, as it is taken", text))
    if hours not in allowed:
        message = f"{frequency(hours)} does not fit {product.name}"
        raise InputError(Problem("dose", message, f"the label says {on_label}", text))
    return replace(written, hours=hours)


def read_amount(text: str, product: Product | None, field: str) -> int:
    """An amount of a day in thousandths, as it is counted; in any unit for no product."""
    unit = product.unit if product else unit_of(text.lstrip("0123456789. ")) or "mg"
    amount = parse_dose(text, unit, field).thousandths
    return as_released(product, amount) if product and product.is_patch else amount


def _limit(product: Product, strength: Strength, amount: int, text: str) -> int:
    """How large an administration of a liquid the table must reach."""
    drug = strength.amount * product.measure // THOUSAND
    if amount > MOST_MEASURES * drug:
        volume = MOST_MEASURES * product.measure // THOUSAND
        message = f"{product.text(amount)} is over {volume} mL at one administration"
        raise InputError(Problem("dose", message, "check the dose and its unit", text))
    measures = -(-amount // drug)
    return min(-(-measures // _LIMIT_GRAIN) * _LIMIT_GRAIN, MOST_MEASURES) * drug


def _not_makeable(made: Regimens, amount: int, text: str) -> NoReturn:
    """Say which doses come nearest, and what else would make this one."""
    product = made.product
    near = " and ".join(product.text(dose) for dose in made.nearest(amount, made.amounts))
    strengths = ", ".join(strength.label for strength in made.strengths)
    unit = "" if product.is_liquid else f" {product.unit}"
    message = f"{product.text(amount)} cannot be made of {strengths}{unit} {product.name}"
    hint = f"the nearest are {near}"
    kind = "dose-not-makeable"
    if not made.halves and fewest_units_for(amount, made.strengths, halves=True):
        if product.splittable:
            kind = "needs-splitting"
            hint += "; --split halves if the tablets are known to be scored"
    elif not product.is_liquid and fewest_units_for(amount, product.strengths, halves=False):
        others = ", ".join(s.label for s in product.strengths if s not in made.strengths)
        hint += f"; other strengths marketed, for --stock: {others}" if others else ""
    raise InputError(Problem("dose", message, hint, text, id=kind))


def _taken(medicine: Medicine, taking: str | None, text: str) -> Medicine:
    """What is taken in place of what is prescribed: an average daily use."""
    product, made, current = medicine.product, medicine.regimens, medicine.regimen
    if taking is None:
        message = "as needed, or a range: how much was taken a day?"
        hint = f'--taking "20 {product.unit}": the average of the last two weeks'
        raise InputError(Problem("taking", message, hint, text))
    if product.is_patch:
        raise InputError(Problem("taking", "a patch is worn, not taken", "leave it out", taking))
    daily = parse_dose(taking, product.unit, "taking").thousandths
    if daily > current.daily:
        message = f"{product.text(daily)} a day is more than is prescribed"
        hint = f"the prescription allows {product.text(current.daily)} a day: correct the dose"
        raise InputError(Problem("taking", message, hint, taking))
    regimen = made.under(daily, current.amounts) if daily and made.can_make(daily) else None
    if regimen is None:
        near = " and ".join(product.text(dose) for dose in made.nearest(daily))
        message = f"{product.daily_text(daily)} cannot be made"
        raise InputError(Problem("taking", message, f"the nearest are {near}", taking))
    return replace(medicine, regimen=regimen, taking=daily)
