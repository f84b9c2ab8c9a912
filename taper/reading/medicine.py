"""Reading the product, the strengths in use, and what is taken now."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from taper.errors import InputError, Problem
from taper.formulary.market import Formulary, formulary
from taper.formulary.names import RELEASES, Named, name_or_code
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS, Product
from taper.quantities import THOUSAND, parse_dose, unit_of
from taper.reading.as_needed import AS_NEEDED_WAYS, FIXED, Medicine, as_taken
from taper.reading.dose import read_dose
from taper.reading.strengths import strengths_of
from taper.reading.written_units import (
    as_released,
    as_written,
    check_other,
    check_whole,
    labelled,
    released,
    units_needed,
)
from taper.regimen.in_use import in_use, one_tablet_alone
from taper.regimen.prescription import HOURS_OF_DAY, Prescription, frequency
from taper.regimen.table import LIQUID_AT_ONCE, most_of_a_liquid, regimens
from taper.regimen.times import TIMES
from taper.regimen.units import MOST_UNITS, fewest_units_for

if TYPE_CHECKING:
    from taper.formulary.product import Strength
    from taper.reading.history import History
    from taper.reading.values import Fields
    from taper.regimen.table import Regimen, Regimens

FAVORED = ("morning", "noon", "afternoon", "evening", "bedtime")
_LIMIT_GRAIN = 50  # measures: tables of a liquid are shared by doses of about the same size


def read_market(fields: Fields) -> Formulary | None:
    """The formulary of the market, with the clinic's own products."""
    market = (fields.text("market") or "us").lower()
    if not fields.products:
        return fields.attempt(lambda: formulary(market))
    return fields.attempt(lambda: with_products(market, fields.products))


def with_products(market: str, products: object) -> Formulary:
    """The formulary of a market with a clinic's own products: tables, or the file of them."""
    from taper.formulary.local import checked  # noqa: PLC0415 - only if there are any

    return formulary(market, checked(products, formulary(market)))


def read_product(fields: Fields, market: Formulary) -> Named | None:
    """The product by id, name or code, or by drug and form, with the strength that it names."""
    name, drug, code = fields.text("product"), fields.text("drug"), fields.text("code")
    if name and drug:
        fields.problem("product", "both a product and a drug are given", "one of the two", name)
        return None
    if name or code:
        release = fields.choice("release", ("", *RELEASES), "")
        return fields.attempt(lambda: name_or_code(market, name, code, release))
    if drug:
        form = fields.text("form") or fields.text("release") or ""
        found = fields.attempt(lambda: market.find_drug(drug, form))
        return None if found is None else Named(found)
    fields.missing("product", "the product is missing", "an id such as morphine-er")
    return None


def read_medicine(fields: Fields, named: Named, history: History) -> Medicine | None:
    """What is taken now; None if the dose or the strengths cannot be used."""
    product = named.product
    strength = next((s for s in product.strengths if s.label == named.strength), None)
    strengths = fields.attempt(lambda: strengths_of(fields.many("stock"), product))
    most = fields.attempt(lambda: _most_units(fields.text("max_units"), product))
    halves = fields.choice("split", ("none", "halves"), "none") == "halves"
    if halves and not product.splittable and not fields.given("finish_with"):
        hint = "--split halves is for immediate-release tablets known to be scored"
        fields.problem("split", f"{product.id} is never cut", hint, "halves")
    halves = halves and product.splittable
    prefer = fields.choice("prefer", ("fewest-units", "fewest-strengths"), "fewest-units")
    text = fields.text("dose") or fields.text("sig")
    if text is None:
        hint = f"what is taken now: {_example(product)}"
        fields.missing("dose", "the dose is missing", hint)
    if strengths is None or most is None or text is None:
        return None
    taking = fields.text("taking")
    as_needed = fields.choice("as_needed", AS_NEEDED_WAYS, FIXED)
    favor = fields.choice("favor", FAVORED, "")
    try:
        return take(
            product,
            text,
            strengths,
            most,
            named=strength,
            taking=taken_of(history, product, text, strength, most, taking),
            as_needed=as_needed,
            favor=favor,
            halves=halves,
            fewest_strengths=prefer == "fewest-strengths",
        )
    except InputError as error:
        fields.problems.extend(_explained(history, product, error).problems)
        return None


def taken_of(
    history: History,
    product: Product,
    text: str,
    strength: Strength | None,
    most: int,
    taking: str | None,
) -> str | None:
    """What is taken a day: as it was given, or of a dose that leaves it open from the history."""
    written = read_dose(text, product, strength, most)
    counts = taking is None and written.leaves_open
    return history.of(product, written, strength, counts=counts) or taking


def _explained(history: History, product: Product, error: InputError) -> InputError:
    """The problem of an average with how it was reckoned."""
    texts = [one.text for one in history.reckoned if one.product is product and one.average]
    if not texts:
        return error
    return InputError(
        replace(p, message=f"{p.message}; the fills say {texts[-1]}") if p.field == "taking" else p
        for p in error.problems
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


def _amounts(product: Product, written: Prescription) -> tuple[Prescription, tuple[int, ...]]:
    """The amount of each administration of a day; of a patch, the rate that it releases."""
    assert written.hours is not None
    if product.is_patch:
        amounts = (released(written, product),)
        return replace(written, amounts=amounts), amounts
    if len(written.amounts) == 1:
        return written, written.amounts * written.administrations
    return written, written.amounts


@lru_cache(maxsize=1024)
def take(
    product: Product,
    text: str,
    strengths: tuple[Strength, ...],
    most: int,
    *,
    named: Strength | None = None,
    taking: str | None = None,
    as_needed: str = FIXED,
    halves: bool = False,
    fewest_strengths: bool = False,
    favor: str = "",
) -> Medicine:
    """A product with its dose as written, and the table of what can be made.

    Without ``strengths`` the dose decides which ones are used (contract 3.1); ``named`` is the
    one that the product's name told. Raises :class:`~taper.InputError` if the strengths cannot
    make the dose.
    """
    written = _with_hours(read_dose(text, product, named, most), product, text)
    written, amounts = _amounts(product, written)
    at_once = (*amounts, written.most) if written.most else amounts
    wanted = _strengths(product, written, at_once, strengths, most, named=named, halves=halves)
    check_whole(written, product, wanted, halves=halves)
    needed, limit = _reach(product, written, at_once, wanted, most, text, halves=halves)
    if product.is_combination and not strengths:
        wanted = _alone(product, wanted, written, amounts, needed, text)
        needed, limit = _reach(product, written, at_once, wanted, most, text, halves=halves)
    number = 1 if product.is_patch else len(amounts)
    made = regimens(
        product,
        wanted,
        _between(written, number, product),
        needed,
        number=number,
        halves=halves,
        fewest_strengths=fewest_strengths,
        limit=limit,
        favor=favor,
    )
    _check_makeable(made, amounts, text)
    current = _current(made, amounts, written, as_written(written, wanted, amounts, text))
    if written.other:
        check_other(written, current, text)
    raised = needed if needed > most else 0
    medicine = Medicine(product, labelled(written, product), current, made, None, raised)
    return as_taken(medicine, taking, text, as_needed)


def _reach(
    product: Product,
    written: Prescription,
    amounts: tuple[int, ...],
    strengths: tuple[Strength, ...],
    most: int,
    text: str,
    *,
    halves: bool,
) -> tuple[int, int]:
    """The most units at one administration, and of a liquid the largest amount."""
    if product.is_liquid:
        return most, _limit(product, strengths[0], max(amounts), text)
    units = units_needed(product, strengths, written, amounts, halves=halves)
    # of a combination never more units than now: its other ingredient must not rise
    return units if product.is_combination and units else max(most, units), 0


def _between(written: Prescription, number: int, product: Product) -> int:
    """The hours between administrations; 0 if their number does not divide a day."""
    if product.is_patch:
        assert written.hours is not None
        return written.hours
    return 0 if HOURS_OF_DAY % number else HOURS_OF_DAY // number


def _strengths(
    product: Product,
    written: Prescription,
    amounts: tuple[int, ...],
    strengths: tuple[Strength, ...],
    most: int,
    *,
    named: Strength | None,
    halves: bool,
) -> tuple[Strength, ...]:
    """The strengths in use: those at hand, or those that the dose and the name decide."""
    if product.is_liquid:
        said = tuple(s for s in product.strengths if s.label == written.strength)
        return said or strengths or ((named,) if named else product.usual[:1])
    if strengths:
        return strengths
    several = max(written.count, 1)
    content = written.other // several or (named.other if named else 0)
    unit = written.amounts[0] // several if written.count else 0
    if named is not None:
        unit = named.amount
    if product.is_patch:
        unit = as_released(product, unit)
    return in_use(product, amounts, most, other=content, named=unit, halves=halves)


def _current(
    made: Regimens,
    amounts: tuple[int, ...],
    written: Prescription,
    units: tuple[tuple[tuple[Strength, int], ...], ...] | None,
) -> Regimen:
    """What is taken now, without the administrations of zero."""
    taken = [place for place, amount in enumerate(amounts) if amount]
    if len(taken) == len(amounts):
        return made.exactly(amounts, units, written.times)
    usual = written.times or TIMES[len(amounts)]
    times = tuple(usual[place] for place in taken)
    some = None if units is None else tuple(units[place] for place in taken)
    return made.exactly(tuple(amounts[place] for place in taken), some, times)


def _alone(
    product: Product,
    strengths: tuple[Strength, ...],
    written: Prescription,
    amounts: tuple[int, ...],
    most: int,
    text: str,
) -> tuple[Strength, ...]:
    """Of a combination, the one tablet of which two or more are taken at once."""
    units = as_written(written, strengths, amounts, text)
    if units is None:
        number = len(amounts)
        table = regimens(
            product, strengths, _between(written, number, product), most, number=number
        )
        units = tuple(table.units(amount) or () for amount in amounts)
    elif written.most and len(units[0]) == 1:  # 1-2 tablets: two are taken at once
        ((strength, count),) = units[0]
        units = (((strength, count * written.most // amounts[0]),),)
    return one_tablet_alone(strengths, units)


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
    most = most_of_a_liquid(product, strength)
    if amount > most:
        message = f"{product.text(amount)} is over {LIQUID_AT_ONCE} mL at one administration"
        raise InputError(Problem("dose", message, "check the dose and its unit", text))
    measures = -(-amount // drug)
    return min(-(-measures // _LIMIT_GRAIN) * _LIMIT_GRAIN * drug, most)


def _check_makeable(made: Regimens, amounts: tuple[int, ...], text: str) -> None:
    for amount in sorted(set(amounts)):
        if made.units(amount) is None:
            _not_makeable(made, amount, text)


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
