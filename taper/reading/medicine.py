"""Reading the product, the strengths in use, and what is taken now."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from taper.errors import InputError, Problem
from taper.formulary.market import Formulary, formulary
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS, Product
from taper.quantities import THOUSAND, parse_dose, unit_of
from taper.reading.as_needed import AS_NEEDED_WAYS, FIXED, Medicine, as_taken
from taper.regimen.in_use import in_use, one_tablet_alone
from taper.regimen.prescription import Prescription, frequency, parse_prescription
from taper.regimen.table import LIQUID_AT_ONCE, most_of_a_liquid, regimens
from taper.regimen.times import TIMES
from taper.regimen.units import MOST_UNITS, fewest_units_for

if TYPE_CHECKING:
    from taper.formulary.product import Strength
    from taper.reading.values import Fields
    from taper.regimen.table import Regimen, Regimens

FAVORED = ("morning", "noon", "afternoon", "evening", "bedtime")
_LIMIT_GRAIN = 50  # measures: tables of a liquid are shared by doses of about the same size


def read_market(fields: Fields) -> Formulary | None:
    """The formulary of the market."""
    market = fields.text("market") or "us"
    return fields.attempt(lambda: formulary(market.lower()))


def read_product(fields: Fields, market: Formulary) -> Product | None:
    """The product by id or name, or by drug and form."""
    name, drug = fields.text("product"), fields.text("drug")
    if name and drug:
        fields.problem("product", "both a product and a drug are given", "one of the two", name)
        return None
    if name:
        return fields.attempt(lambda: market.find(name))
    if drug:
        form = fields.text("form") or ""
        return fields.attempt(lambda: market.find_drug(drug, form))
    fields.missing("product", "the product is missing", "an id such as morphine-er")
    return None


def read_medicine(fields: Fields, product: Product) -> Medicine | None:
    """What is taken now; None where the dose or the strengths cannot be used."""
    strengths = fields.attempt(lambda: strengths_of(fields.many("stock"), product))
    most = fields.attempt(lambda: _most_units(fields.text("max_units"), product))
    halves = fields.choice("split", ("none", "halves"), "none") == "halves"
    if halves and not product.splittable and not fields.given("finish_with"):
        hint = "--split halves is for immediate-release tablets known to be scored"
        fields.problem("split", f"{product.id} is never cut", hint, "halves")
    halves = halves and product.splittable
    prefer = fields.choice("prefer", ("fewest-units", "fewest-strengths"), "fewest-units")
    text = fields.text("dose")
    if text is None:
        hint = f"what is taken now: {_example(product)}"
        fields.missing("dose", "the dose is missing", hint)
    if strengths is None or most is None or text is None:
        return None
    taking = fields.text("taking")
    as_needed = fields.choice("as_needed", AS_NEEDED_WAYS, FIXED)
    favor = fields.choice("favor", FAVORED, "")
    return fields.attempt(
        lambda: take(
            product,
            text,
            strengths,
            most,
            taking=taking,
            as_needed=as_needed,
            favor=favor,
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


def strengths_of(stock: list[str], product: Product) -> tuple[Strength, ...]:
    """The strengths that ``stock`` names; none if the current dose decides."""
    if not stock:
        return ()
    if [text.lower() for text in stock] == ["all"]:
        return product.strengths[:1] if product.is_liquid else product.strengths
    named = [named_strength(text, product) for text in stock]
    chosen = tuple(strength for strength in product.strengths if strength in named)
    # a liquid is measured from one bottle: the weakest that is at hand
    return chosen[:1] if product.is_liquid else chosen


def named_strength(text: str, product: Product) -> Strength:
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
def take(
    product: Product,
    text: str,
    strengths: tuple[Strength, ...],
    most: int,
    *,
    taking: str | None = None,
    as_needed: str = FIXED,
    halves: bool = False,
    fewest_strengths: bool = False,
    favor: str = "",
) -> Medicine:
    """A product with its dose as written, and the table of what can be made.

    Without ``strengths`` the dose decides which ones are used (SPEC 3.1).

    Raises :class:`~taper.InputError` where the strengths cannot make the dose.
    """
    combination = product.is_combination
    pairs = frozenset((s.amount, s.other) for s in product.strengths if 0 < s.other < s.amount)
    written = parse_prescription(text, product.unit, combination=combination, pairs=pairs)
    written = _with_hours(written, product, text)
    assert written.hours is not None
    number = 1 if product.is_patch else 24 // written.hours
    amounts = written.amounts * number if len(written.amounts) == 1 else written.amounts
    if product.is_patch:
        several = max(written.count, 1)  # 2 x 12 mcg/h is 25
        amounts = (as_released(product, amounts[0] // several) * several,)
        written = replace(written, amounts=amounts)
    is_named = bool(strengths)
    if not is_named:
        content = written.other // max(written.count, 1)
        at_most = max(most, written.count)
        strengths = in_use(product, amounts, at_most, other=content, halves=halves)
    needed = most
    limit = 0
    if product.is_liquid:
        limit = _limit(product, strengths[0], max(amounts), text)
    else:
        units = _units_needed(product, strengths, written, amounts, halves=halves)
        # of a combination never more units than now: its other ingredient must not rise
        needed = units if combination and units else max(most, units)
        if combination and not is_named:
            strengths = _alone(product, strengths, written, amounts, needed, text)
    made = regimens(
        product,
        strengths,
        written.hours,
        needed,
        halves=halves,
        fewest_strengths=fewest_strengths,
        limit=limit,
        favor=favor,
    )
    for amount in sorted(set(amounts)):
        if made.units(amount) is None:
            _not_makeable(made, amount, text)
    current = _current(made, amounts, _as_written(written, strengths, amounts, text))
    if written.other:
        _check_other(written, current, text)
    raised = needed if needed > most else 0
    written = _labelled(written, product)
    medicine = Medicine(product, written, current, made, None, raised)
    if not written.prn and taking is None:
        return medicine
    return as_taken(medicine, taking, text, as_needed)


def _current(
    made: Regimens,
    amounts: tuple[int, ...],
    units: tuple[tuple[tuple[Strength, int], ...], ...] | None,
) -> Regimen:
    """What is taken now, without the administrations of zero."""
    taken = [place for place, amount in enumerate(amounts) if amount]
    if len(taken) == len(amounts):
        return made.exactly(amounts, units)
    times = tuple(TIMES[len(amounts)][place] for place in taken)
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
    units = _as_written(written, strengths, amounts, text)
    if units is None:
        assert written.hours is not None
        table = regimens(product, strengths, written.hours, most)
        units = tuple(table.units(amount) or () for amount in amounts)
    return one_tablet_alone(strengths, units)


def _with_hours(written: Prescription, product: Product, text: str) -> Prescription:
    """Fill in a patch's interval; refuse a frequency that the form cannot have."""
    labelled = " or ".join(frequency(hours) for hours in product.intervals_hours)
    allowed = PATCH_INTERVALS if product.is_patch else ORAL_INTERVALS
    hours = written.hours
    if product.is_patch and (hours is None or len(written.amounts) > 1):
        if len(written.amounts) > 1:
            message = "a patch has one rate, not several amounts a day"
            raise InputError(Problem("dose", message, f"write 75 {product.unit}", text))
        hours = product.interval
    if hours is None:
        message = "how often is it taken?"
        raise InputError(Problem("dose", message, f"write '{text} {labelled.split()[0]}'", text))
    if hours not in allowed:
        message = f"{frequency(hours)} does not fit {product.name}"
        raise InputError(Problem("dose", message, f"the label says {labelled}", text))
    return replace(written, hours=hours)


def as_released(product: Product, amount: int) -> int:
    """A rate read off a patch's label, as it is counted: 12 is 12.5 mcg/h."""
    half = THOUSAND // 2
    labels = {s.label: s.amount for s in product.strengths if s.amount % THOUSAND == half}
    for label, counted in labels.items():
        if label.isdigit() and amount == int(label) * THOUSAND:
            return counted
    return amount


def _labelled(written: Prescription, product: Product) -> Prescription:
    """The dose of a patch as its label says it: 12.5 is 12 mcg/h."""
    several = max(written.count, 1)
    label = product.number(written.amounts[0] // several)
    if not product.is_patch or not label.isdigit():
        return written
    return replace(written, amounts=(int(label) * THOUSAND * several,))


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


def _units_needed(
    product: Product,
    strengths: tuple[Strength, ...],
    written: Prescription,
    amounts: tuple[int, ...],
    *,
    halves: bool,
) -> int:
    """The units at one administration that the current dose needs (0 where none make it)."""
    if written.count > MOST_UNITS:
        message = f"{written.count} {product.kind}s at one administration"
        hint = f"at most {MOST_UNITS}: check the dose"
        raise InputError(Problem("dose", message, hint, str(written.count)))
    needed = [fewest_units_for(a, strengths, halves=halves) or 0 for a in set(amounts) if a]
    return max([written.count, *needed])


def _as_written(
    written: Prescription, strengths: tuple[Strength, ...], amounts: tuple[int, ...], text: str
) -> tuple[tuple[tuple[Strength, int], ...], ...] | None:
    """The units of ``2 x 15 mg``, which are taken as they are written."""
    if not written.count:
        return None
    each = written.amounts[0] // written.count
    other = written.other // written.count
    for strength in strengths:
        if strength.amount == each and other in {0, strength.other} and "mL" not in strength.label:
            units = ((strength, written.count * THOUSAND),)
            return tuple(units if amount else () for amount in amounts)
    labels = ", ".join(strength.label for strength in strengths)
    message = f"'{text}' names a strength that is not in use"
    raise InputError(Problem("dose", message, f"the strengths are {labels}", text))


def _check_other(written: Prescription, current: Regimen, text: str) -> None:
    """The second ingredient must be what the units contain."""
    found = sum(s.other * count for s, count in current.units[0]) // THOUSAND
    if found == written.other:
        return
    product = current.product
    made = " + ".join(s.label for s, _ in current.units[0])
    message = (
        f"{product.text(current.amounts[0])} is made as {made}, "
        f"with {found // THOUSAND} mg of the other ingredient"
    )
    hint = "write 2 x 5/325 mg for two units, or name the strengths with --stock"
    raise InputError(Problem("dose", message, hint, text))


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
