"""A dose as people write it, read for a product: ``10 mg PO q6h prn``, ``1-2 tabs q4-6h``.

What the words say is found by :mod:`taper.reading.dose.grammar`, what the amounts mean by
:mod:`taper.reading.dose.amounts`; here they become a prescription. What
:class:`~taper.regimen.prescription.Prescription` prints is read as the same.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from taper.errors import InputError
from taper.formulary.words import lexicon
from taper.quantities import THOUSAND, plain
from taper.reading.dose.amounts import taken
from taper.reading.dose.grammar import parse
from taper.reading.dose.meaning import Taken, Target, label_amount
from taper.reading.dose.often import TIMES, UNEVEN
from taper.reading.dose.totals import check_total
from taper.regimen.prescription import HOURS_OF_DAY, Prescription, frequency

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.reading.dose.directions import Amount, Directions

# amounts in a row, and the hours between them
_SLOTS = {1: 24, 2: 12, 3: 8, 4: 6, 6: 4, 8: 3} | UNEVEN
# When the amounts of a day are taken unless it is written; of three, noon is the afternoon.
_USUAL: dict[int, set[tuple[str, ...]]] = {
    1: {("morning",)},
    2: {("morning", "evening")},
    3: {("morning", "noon", "evening"), ("morning", "afternoon", "evening")},
    4: {("morning", "noon", "evening", "bedtime"), ("morning", "afternoon", "evening", "bedtime")},
    5: {TIMES},
}
_NUMBERED = {2: ("morning", "evening"), 3: ("morning", "noon", "evening")}
_NUMBERED |= {4: ("morning", "noon", "evening", "bedtime")}
_BEYOND = 10**9 * THOUSAND  # more than nine digits of the unit
_LAST_OF_FOUR_DAYS = 96  # hours: what "twice weekly" means for a patch of up to four days


@lru_cache(maxsize=16_384)
def read_dose(
    text: str, product: Product, strength: Strength | None = None, most: int = 0
) -> Prescription:
    """Read a dose of a product; ``strength`` is the one that the product's name told.

    ``most`` is how many units are taken at once at most; the product says it unless it is given.
    Raises :class:`~taper.InputError` with the words that are not understood.
    """
    found = parse(_without_brand(text, product), partial(_own_words, product))
    combination = product.is_combination
    target = Target(text, product.unit, product, combination, strength)
    if not found.entries and product.is_patch:
        return _prescription(found, target, [_one_patch(target)])
    written = _prescription(found, target, None)
    if found.total is not None:
        check_total(written, target, most or product.max_units, found.total)
    return written


@lru_cache(maxsize=4096)
def parse_prescription(text: str, unit: str, *, combination: bool = False) -> Prescription:
    """Read a dose in ``unit``, of no product; ``combination`` if a pair is two ingredients."""
    return _prescription(parse(text), Target(text, unit, None, combination), None)


@lru_cache(maxsize=1024)
def parse_frequency(text: str) -> int | None:
    """Hours between administrations for ``q8h``, ``BID``, ``twice a day``; None if unknown."""
    try:
        found = parse(text)
    except InputError:
        return None
    if found.entries or found.times or found.prn or found.longest_hours or found.a_day:
        return None
    return found.hours or None


def _without_brand(text: str, product: Product) -> str:
    """Our own directions name the brand before the unit: ``two 10 mg Zomorph capsules``."""
    if not product.brand:
        return text
    before_unit = rf"\b{re.escape(product.brand)}(?= (?:tablet|capsule|patch|film))"
    return re.sub(before_unit, lambda found: " " * len(found[0]), text, flags=re.IGNORECASE)


@lru_cache(maxsize=256)
def _own_words(product: Product) -> frozenset[str]:
    """The words of the product's own name, which directions may repeat."""
    words = {product.drug, "ir" if product.release == "ir" else "er"}
    for name in (product.drug.capitalize(), *product.brands, product.name):
        words.update(name.lower().replace("-", " ").replace("/", " ").split())
    salts = (word for spellings in lexicon().data["salts"].values() for word in spellings)
    return frozenset(word.strip(",()") for word in (*words, *salts))


def _prescription(found: Directions, target: Target, amounts: list[Taken] | None) -> Prescription:
    """Put amounts, times and frequency together."""
    listed, times = (amounts, []) if amounts else _administrations(found, target)
    hours, a_day, unusual = _hours(found, target, listed, times)
    alike = len({(one.low, one.high, one.parts, one.other) for one in listed}) == 1
    if alike and (len(found.entries) > 1 or listed[0].by_units):
        listed = listed[:1]
    first = listed[0]
    if found.stated is not None:
        _check_stated(found.stated, target, listed, hours, a_day)
    if not any(one.low for one in listed):
        raise target.wrong("the dose is zero", "an amount above 0", _span(found))
    if any(one.high > one.low for one in listed) and len(listed) > 1:
        raise target.wrong("a range among the doses of a day", "one amount for each", _span(found))
    most_per_day = _most_per_day(found, target, first)
    if max(most_per_day, *(one.high for one in listed), *(one.other for one in listed)) >= _BEYOND:
        raise target.wrong("the dose is beyond any use", "check it", _span(found))
    count, parts = _units(listed, target)
    prn = found.prn
    if found.entries and found.entries[0].amount.up_to:
        first, prn = _up_to(first, prn=prn)
        listed = [first]
        count, parts = _units(listed, target)
    return Prescription(
        amounts=tuple(one.low for one in listed),
        unit=target.unit,
        hours=hours,
        count=count,
        other=_other(listed, parts),
        prn=prn,
        most=first.high if first.high > first.low else 0,
        longest_hours=found.longest_hours,
        most_per_day=most_per_day,
        times=unusual,
        a_day=a_day,
        parts=parts,
        strength=first.strength,
        passed_over=tuple(found.passed_over),
        market=target.product.market if target.product is not None else "us",
    )


def _check_stated(
    stated: Amount, target: Target, listed: list[Taken], hours: int | None, a_day: int
) -> None:
    """What the words say that a day comes to must be what it comes to."""
    number = a_day or HOURS_OF_DAY // (hours or HOURS_OF_DAY)
    amounts = [one.high for one in listed]
    day = amounts[0] * number if len(amounts) == 1 else sum(amounts)
    (told, *rest) = taken(stated, target)
    if rest or day != told.high:
        message = f"the amounts come to {plain(day)} {target.unit} a day"
        raise target.wrong(message, "the dose, or the total of the day, is wrong", stated.span)


def _span(found: Directions) -> tuple[int, int] | None:
    return found.entries[0].amount.span if found.entries else None


def _one_patch(target: Target) -> Taken:
    """A patch without an amount is one patch, of the strength that the name told."""
    named, product = target.named, target.product
    assert product is not None
    if named is None:
        labels = ", ".join(strength.label for strength in product.strengths)
        hint = f"write {product.usual[0].label} {product.unit} and how often; they are {labels}"
        raise target.wrong("a patch of which strength?", hint)
    each = label_amount(named)
    return Taken(each, each, ((THOUSAND, each),), strength=named.label, by_units=True)


def _administrations(found: Directions, target: Target) -> tuple[list[Taken], list[str]]:
    """The amounts in the order of the day, and the times that were written for them."""
    if not found.entries:
        raise target.wrong("there is no amount", f"an amount and how often: 10 {target.unit} q6h")
    if len(found.entries) == 1:
        entry = found.entries[0]
        listed = taken(entry.amount, target)
        if len(listed) > 1 and entry.times and len(entry.times) != len(listed):
            raise target.wrong(
                "the times do not fit the amounts", "30 mg am, 15 mg pm", entry.amount.span
            )
        if listed[0].in_slots and listed[0].by_units:
            return _numbered(listed, entry.times)
        return listed, sorted(entry.times, key=TIMES.index)
    return _by_times(found, target)


def _by_times(found: Directions, target: Target) -> tuple[list[Taken], list[str]]:
    """``2 tabs am, 1 noon, 2 pm``: an amount for each time of the day."""
    at: dict[str, Taken] = {}
    before: Taken | None = None
    for entry in found.entries:
        listed = taken(entry.amount, target, before)
        span = entry.amount.span
        if len(listed) > 1 or not entry.times:
            raise target.wrong(
                "when is this taken?", "30 mg in the morning, 15 mg at bedtime", span
            )
        before = listed[0]
        for time in entry.times:
            if time in at:
                raise target.wrong(f"'{time}' stands twice", "one amount for each time", span)
            at[time] = before
    times = [time for time in TIMES if time in at]
    return [at[time] for time in times], times


def _numbered(listed: list[Taken], times: list[str]) -> tuple[list[Taken], list[str]]:
    """``1-0-0-1`` tablets: morning, noon, evening, bedtime; what is 0 is left out."""
    names = times or list(_NUMBERED.get(len(listed), ()))
    if len(names) != len(listed):
        return listed, []
    kept = [(one, name) for one, name in zip(listed, names, strict=True) if one.low]
    return [one for one, _ in kept] or listed, [name for _, name in kept]


# --- how often -----------------------------------------------------------------------------------


def _hours(
    found: Directions, target: Target, listed: list[Taken], times: list[str]
) -> tuple[int | None, int, tuple[str, ...]]:
    """The hours between administrations, 5 if it is five a day, and times that are not usual."""
    number = max(len(listed), len(times))
    hours: int | None = found.hours or None
    a_day = found.a_day
    if number > 1 or times:
        slots = _SLOTS.get(number)
        a_day = number if number in UNEVEN else 0
        agrees = hours in {None, slots} and a_day in {0, found.a_day, a_day if not hours else 0}
        if slots is None or not agrees or found.longest_hours:
            raise _do_not_fit(found, target, number, slots)
        hours = slots
    hours = _of_product(found, target, hours)
    usual = not times or tuple(times) in _USUAL[len(times)]
    return hours, a_day, () if usual else tuple(times)


def _do_not_fit(found: Directions, target: Target, number: int, slots: int | None) -> InputError:
    message = f"{number} amounts do not fit the administrations of a day"
    if slots and found.hours:
        message = f"{number} amounts, but {frequency(found.hours, found.longest_hours)}"
    hint = "one amount for each of 1 to 8 administrations a day"
    return target.wrong(message, hint, found.often or _span(found))


def _of_product(found: Directions, target: Target, hours: int | None) -> int | None:
    """What the product settles: its only interval, and how long a patch may stay."""
    product = target.product
    if product is None:
        return hours
    labelled = product.intervals_hours
    if found.twice_weekly and product.is_patch and _LAST_OF_FOUR_DAYS in labelled:
        return _LAST_OF_FOUR_DAYS
    if hours is None:
        if product.is_patch:
            return product.interval
        return HOURS_OF_DAY if labelled == (HOURS_OF_DAY,) and not found.prn else None
    if product.is_patch and hours > 2 * max(labelled):
        lasts = " or ".join(frequency(one) for one in labelled)
        message = f"a patch of {product.name} does not last {frequency(hours)}"
        raise target.wrong(message, f"the label says {lasts}: check the interval", found.often)
    return hours


# --- units, ranges, the most ---------------------------------------------------------------------


def _units(
    listed: list[Taken], target: Target
) -> tuple[int, tuple[tuple[tuple[int, int], ...], ...]]:
    """The one count of all amounts, or the units of each if they differ."""
    if not any(one.parts for one in listed):
        return 0, ()
    if any(one.low and not one.parts for one in listed):
        if any(one.by_units for one in listed):
            raise target.wrong(
                "some amounts name their units, and some do not", "2 x 15 mg / 1 x 15 mg"
            )
        listed = [_as_part(one) for one in listed]
    some = {one.parts for one in listed if one.low}
    (only, *rest) = some
    is_uneven = len(listed) > 1 and any(one.other for one in listed)  # 2/0/0 tablets of 5/325
    if not rest and len(only) == 1 and only[0][0] % THOUSAND == 0 and not is_uneven:
        return only[0][0] // THOUSAND, ()
    if any(one.high > one.low for one in listed):
        raise target.wrong("a range of parts of units", "1-2 x 5 mg")
    if any(one.other for one in listed) and len({one.strength for one in listed if one.low}) > 1:
        raise target.wrong("different tablets of a combination", "name one strength for all")
    return 0, tuple(one.parts for one in listed)


def _as_part(one: Taken) -> Taken:
    """``15 mg`` beside ``2 x 15 mg`` is one unit of it."""
    if one.parts or not one.low:
        return one
    return Taken(one.low, one.high, ((THOUSAND, one.low),), one.other, one.strength)


def _other(listed: list[Taken], parts: tuple[tuple[tuple[int, int], ...], ...]) -> int:
    """The second ingredient of the first administration, if it tells that of the others."""
    some = [one for one in listed if one.low]
    alike = len({(one.low, one.other) for one in some}) == 1
    return some[0].other if parts or alike else 0


def _up_to(first: Taken, *, prn: bool) -> tuple[Taken, bool]:
    """``up to 2 tablets``: one or two; up to an amount of drug is as needed."""
    if len(first.parts) == 1 and first.parts[0][0] > THOUSAND and first.high == first.low:
        each = first.parts[0][1]
        other = first.other * THOUSAND // first.parts[0][0]
        one = Taken(each, first.high, ((THOUSAND, each),), other, first.strength, by_units=True)
        return one, prn
    return first, True


def _most_per_day(found: Directions, target: Target, first: Taken) -> int:
    """The most in a day that was written, in thousandths of the unit."""
    if target.product is not None and target.product.is_patch and (found.most or found.most_doses):
        raise target.wrong("a patch is worn, and has no most a day", f"write 25 {target.unit}")
    if found.most_doses:
        return found.most_doses * first.high
    series = found.most
    if series is None:
        return 0
    value = series.items[-1].value
    if series.kind == "mass" and not series.items[-1].many:
        return value
    each = first.each or (first.low if first.by_units else 0)
    if not each and target.named is not None:
        each = label_amount(target.named)
    if series.kind in {"noun", ""} and each and (series.kind or first.by_units):
        return value * each // THOUSAND
    written = target.source[slice(*series.span)]
    raise target.wrong(f"at most {written} of what?", f"max 60 {target.unit} a day", series.span)
