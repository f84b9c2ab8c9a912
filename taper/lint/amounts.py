"""The dose of a row as a person writes it: with a frequency, or of a day, or by times of day."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.lint.entries import Taken
from taper.quantities import THOUSAND, thousandths
from taper.reading.dose import parse_frequency, read_dose
from taper.reading.written_units import as_released, as_written, released
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.times import TIMES
from taper.regimen.units import MOST_UNITS, fewest_units_for

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.regimen.prescription import Prescription
    from taper.regimen.units import Units

_STOPPED = re.compile(
    r"(?:stop(?:ped|s)?|none|off|nil|zero|discontinued?|d/c|finish(?:ed)?|ceased?|0+(?:\.0+)?"
    r"(?: ?(?:mg|mcg|mcg/h|ml|tab(?:let)?s?|patch(?:es)?))?(?: ?(?:a|per|/) ?day| daily)?)[.!]?"
    r"(?: (?:here|now|taking it|opioid|medicine|medication|all))?"
)
_BARE = re.compile(r"\d[\d,]*(?:\.\d+)?(?:\s*[/-]\s*\d+(?:\.\d+)?)*")
_OF_A_DAY = re.compile(
    r"\s*(?:/ ?d(?:ay)?|/ ?24 ?h|(?<!once )(?<!twice )(?<!times )(?:a|per|each|every|in a) day"
    r"|(?<!once )(?<!twice )(?<!times )daily|total|tdd|in total|a day in total)\.?$"
)
_NOT_MARKETED = "is not marketed as"  # of reading.dose
_MASSES = {
    **dict.fromkeys(("g", "gram", "grams"), "g"),
    **dict.fromkeys(("mg", "mgs", "milligram", "milligrams"), "mg"),
    **dict.fromkeys(("mcg", "ug", "microgram", "micrograms"), "mcg"),
    **dict.fromkeys(("mcg/h", "mcg/hr", "mcg/hour", "ug/h", "ug/hr"), "mcg/h"),
    **dict.fromkeys(("micrograms/hour", "micrograms/h", "microgram/hour"), "mcg/h"),
}


def is_stop(text: str) -> bool:
    """Whether a dose is none at all: ``STOP``, ``0``, ``0 mg``, ``-``."""
    return bool(_STOPPED.fullmatch(text.lower().strip())) or text.strip() in {
        "-",
        "\u2013",
        "\u2014",
    }


def is_bare(text: str) -> bool:
    """Whether a dose is a number without a unit: ``60``, ``5/325``."""
    return bool(_BARE.fullmatch(text.strip()))


def unit_of_column(product: Product, text: str) -> str:
    """The unit of its column; raises :class:`~taper.InputError` for another one of mass."""
    plain = text.lower().strip().rstrip(".").replace("\u00b5", "u").replace("\u03bc", "u")
    unit = _MASSES.get(plain)
    if unit not in {None, product.unit}:
        message = f"the unit is {text}, and {product.id} is counted in {product.unit}"
        raise InputError(Problem("unit", message, f"the dose in {product.unit}", text))
    return unit or product.unit


def dose(product: Product, text: str, often: str = "", named: Strength | None = None) -> Taken:
    """A dose, with how often it is taken if that is written, or of a day.

    ``named`` is the strength that the product's name told. Raises :class:`~taper.InputError`
    with the words that are not understood.
    """
    if is_stop(text):
        return Taken(product, 0)
    plain = " ".join(text.split())
    of_day = _OF_A_DAY.sub("", plain.lower())
    if of_day != plain.lower():
        only = _attempt(plain[: len(of_day)], product, named)
        if only is not None and only.hours in {None, HOURS_OF_DAY}:
            return Taken(product, _most(only))
    if often:
        plain = f"{plain} {often}"
    return as_taken(product, _read(plain, product, named), plain, often)


def _read(text: str, product: Product, named: Strength | None) -> Prescription:
    """A dose; a tablet that is not marketed is a dose that no unit makes."""
    try:
        return read_dose(text, product, named, MOST_UNITS)
    except InputError as error:
        if not any(_NOT_MARKETED in problem.message for problem in error.problems):
            raise
        problems = (replace(problem, id="dose-not-makeable") for problem in error.problems)
        raise InputError(problems) from error


def _attempt(text: str, product: Product, named: Strength | None) -> Prescription | None:
    """The dose before ``a day``, if it is one and has no frequency of its own."""
    try:
        written = read_dose(text, product, named, MOST_UNITS)
    except InputError:
        return None
    is_total = len(written.amounts) == 1 and not (written.count or written.parts or written.other)
    return written if is_total and not written.times and not product.is_patch else None


def _most(written: Prescription) -> int:
    return max(written.amounts[0], written.most)


def as_taken(product: Product, written: Prescription, text: str, often: str = "") -> Taken:
    """A prescription as what is taken; of a range, or as needed, the most that it allows."""
    written = _at_most(written)
    other = written.other // max(written.count, 1)
    if product.is_patch:
        amount = released(written, product)
        if not written.parts and not written.count:
            amount = as_released(product, written.amounts[0])
        units: tuple[Units, ...] = ()
        if written.parts or written.count:
            units = _as_written(product, written, (amount,), text)
        hours = written.hours or parse_frequency(often)
        return Taken(product, amount, (amount,), units, ("patch",), hours)
    if written.hours is None and not written.administrations:
        return Taken(product, written.amounts[0], hours=parse_frequency(often), other=other)
    if written.hours is not None and written.hours > HOURS_OF_DAY:
        message = f"every {written.hours} hours is less than once a day"
        raise InputError(Problem("dose", message, "the dose of a day", text))
    number = written.administrations
    amounts = written.amounts
    if len(amounts) == 1:
        if written.most_per_day and written.most_per_day < amounts[0] * number:
            number = max(written.most_per_day // amounts[0], 1)
        amounts = amounts * number
    kept = tuple(amount for amount in amounts if amount)
    units = _units_of(product, written, amounts, text)
    times = written.times if len(written.times) == len(amounts) else ()
    hours = 0 if HOURS_OF_DAY % number else HOURS_OF_DAY // number
    return Taken(product, sum(kept), kept, units, times, hours or None, other=other)


def _at_most(written: Prescription) -> Prescription:
    """The largest amount of a range, with its units."""
    if not written.most or len(written.amounts) > 1:
        return written
    least, most = written.amounts[0], written.most
    count, other = written.count * most // least, written.other * most // least
    return replace(written, amounts=(most,), count=count, other=other, most=0)


def _units_of(
    product: Product, written: Prescription, amounts: tuple[int, ...], text: str
) -> tuple[Units, ...]:
    """The units that are named, ``2 x 15 mg`` or ``5/325 mg``; none if they are not."""
    if product.is_liquid:
        return ()
    if written.count or written.parts:
        units = _as_written(product, written, amounts, text)
        return tuple(each for each, amount in zip(units, amounts, strict=True) if amount)
    if not written.other or len(set(amounts)) > 1:
        return ()
    for strength in product.strengths:
        count, rest = divmod(amounts[0], strength.amount)
        if not rest and strength.other * count == written.other:
            return (((strength, count * THOUSAND),),) * len(amounts)
    return ()


def _as_written(
    product: Product, written: Prescription, amounts: tuple[int, ...], text: str
) -> tuple[Units, ...]:
    """The units that are named; a strength that nobody makes is a dose that cannot be made."""
    try:
        return as_written(written, product.strengths, amounts, text) or ()
    except InputError as error:
        labels = ", ".join(strength.label for strength in product.strengths)
        message = f"'{text}' names a strength that {product.id} does not have"
        problem = Problem("dose", message, f"the strengths are {labels}", text)
        raise InputError(replace(problem, id="dose-not-makeable")) from error


def at_times(product: Product, cells: dict[str, str], named: Strength | None = None) -> Taken:
    """The doses in the columns of a day: ``Morning`` 60, ``Evening`` 2 x 15 mg."""
    amounts: list[int] = []
    units: list[Units] = []
    times: list[str] = []
    hours: int | None = None
    for time, text in cells.items():
        if is_stop(text) or not text:
            continue
        written = _read(f"{text} once a day", product, named)
        one = as_taken(product, written, text)
        amounts += one.amounts
        units += one.units
        times.append(time)
    if not amounts:
        return Taken(product, 0)
    if product.is_patch:
        return Taken(product, amounts[0], (amounts[0],), (), ("patch",))
    named_units = tuple(units) if len(units) == len(amounts) else ()
    if len(amounts) in TIMES and not HOURS_OF_DAY % len(amounts):
        hours = HOURS_OF_DAY // len(amounts)
    return Taken(product, sum(amounts), tuple(amounts), named_units, tuple(times), hours)


def amount_of(text: str) -> int:
    """A bare number in thousandths."""
    plain = text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text) else text
    amount = thousandths(plain) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", plain, re.ASCII) else None
    if amount is None:
        raise InputError(Problem("dose", f"'{text}' is not an amount", "15, or 7.5", text))
    return amount


def leaves_open(product: Product, text: str, named: Strength | None) -> bool:
    """Whether a dose is as needed, or a range: what is taken is not what is written."""
    try:
        return read_dose(text, product, named, MOST_UNITS).leaves_open
    except InputError:
        return False


def compared_with_day(taken: Taken, said: int) -> str:
    """The dose against the dose of a day, if a row has both; empty if they agree.

    A dose without a frequency is taken as often as the dose of a day says.
    """
    product = taken.product
    if said == taken.daily:
        return ""
    if product.is_patch:
        if as_released(product, said) == taken.daily:
            return ""
    elif not taken.amounts and taken.daily and taken.hours is None:
        number, rest = divmod(said, taken.daily)
        if not rest and number in TIMES:
            taken.amounts, taken.daily = (taken.daily,) * number, said
            return ""
    return f"the doses come to {product.daily_text(taken.daily)}, not {product.text(said)}"


def needs_halves(product: Product, amount: int) -> bool:
    """Whether only halves make an amount."""
    whole = fewest_units_for(amount, product.strengths, halves=False)
    return not whole and bool(fewest_units_for(amount, product.strengths, halves=True))
