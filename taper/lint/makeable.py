"""Doses that no whole units make, and units that must not be cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.errors import InputError
from taper.lint.counts import counted
from taper.lint.faults import Fault, of_problem
from taper.quantities import THOUSAND, plain
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.table import most_of_a_liquid, regimens
from taper.regimen.units import fewest_units_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.formulary.product import Product, Strength
    from taper.lint.entries import Entry, Taken
    from taper.regimen.table import Regimens
    from taper.regimen.units import Units

MOST_AS_WRITTEN = whole("units-at-once-as-written")


def makeable(entry: Entry, taken: Taken) -> Iterator[Fault]:
    """What is wrong with the doses of a row, whatever stands before it."""
    product = taken.product
    column = entry.column("doses", "dose", *_timed(entry), "daily", "tablets")
    if not taken.daily:
        return
    if _is_cut(entry, taken):
        yield from _cut(entry, product)
        if not product.splittable:
            return
    if taken.units:
        yield from _as_counted(entry, taken, column)
    elif taken.amounts:
        for amount in sorted(set(taken.amounts)):
            yield from _amount(entry, product, amount, column)
    elif not makes_a_day(taken, halves=_halves(entry, product)):
        yield from _amount(entry, product, taken.daily, entry.column("daily", "dose"), daily=True)
    if taken is entry.taken:
        yield from _tablets(entry, taken)


def _is_cut(entry: Entry, taken: Taken) -> bool:
    """Whether the words of a row are about cutting its own product.

    The schedule CSV counts the halves of each product, and has the directions of all in one cell.
    """
    if not entry.is_cut or taken.product.is_liquid or taken is not entry.taken:
        return False
    return not entry.cell("doses") or not any(each.product.splittable for each in entry.all)


def _timed(entry: Entry) -> list[str]:
    return [role for role in ("morning", "noon", "afternoon", "evening") if entry.cell(role)]


def _halves(entry: Entry, product: Product) -> bool:
    return entry.halves and product.splittable


def _cut(entry: Entry, product: Product) -> Iterator[Fault]:
    """Directions, or a number of tablets, that leave no unit whole."""
    if _halves(entry, product):
        return
    told = "tablets" if entry.cell("tablets") else "directions"
    where = entry.column(told, "directions")
    if product.splittable:
        message = f"part of a {product.kind} is directed: --split halves if they are known to be"
        yield Fault("needs-splitting", entry.row, where, f"{message} scored", entry.cell(told))
        return
    message = f"{product.name} are never cut, broken or crushed: part of one is directed"
    yield Fault("needs-splitting", entry.row, where, message, entry.cell(told))


def _as_counted(entry: Entry, taken: Taken, column: str) -> Iterator[Fault]:
    """The units that are written make the amount, and are whole."""
    product = taken.product
    times = taken.times or tuple(f"dose {n}" for n in range(1, len(taken.amounts) + 1))
    is_exported = bool(entry.cell("doses"))
    told: set[tuple[str, Units]] = set()
    for time, amount, units in zip(times, taken.amounts, taken.units, strict=True):
        made = sum(strength.amount * count for strength, count in units)
        if made != amount * THOUSAND:
            given = product.text(amount)
            making = f"{plain(made // THOUSAND)} {product.unit}"
            message = f"{time}: the units make {making}, not {given}"
            yield Fault("dose-not-makeable", entry.row, column, message, given)
        if product.is_liquid or ("", units) in told:
            continue
        told.add(("", units))
        for strength, count in units:
            yield from _whole(entry, product, strength, count, column, is_exported=is_exported)


def _whole(
    entry: Entry,
    product: Product,
    strength: Strength,
    count: int,
    column: str,
    *,
    is_exported: bool,
) -> Iterator[Fault]:
    """A count of a strength: whole, or in halves if they are allowed."""
    if not count % THOUSAND:
        return
    allowed = product.splittable and (is_exported or entry.halves)
    if allowed and not count % (THOUSAND // 2):
        return
    text = f"{plain(count)} x {strength.label} {product.unit}"
    hint = "; --split halves if they are known to be scored" if product.splittable else ""
    message = f"{text}: {product.name} are taken whole{hint}"
    yield Fault("needs-splitting", entry.row, column, message, text)


def _amount(
    entry: Entry, product: Product, amount: int, column: str, *, daily: bool = False
) -> Iterator[Fault]:
    """A single dose, or the dose of a day, that whole units make."""
    text = product.daily_text(amount) if daily else product.text(amount)
    if product.is_liquid:
        measure = min(s.amount * product.measure // THOUSAND for s in product.strengths)
        if amount % measure:
            volume = plain(product.measure)
            message = f"{text} is no whole number of {volume} mL measures of {product.name}"
            yield Fault("dose-not-makeable", entry.row, column, message, text)
        return
    if fewest_units_for(amount, product.strengths, halves=_halves(entry, product)):
        return
    labels = ", ".join(strength.label for strength in product.strengths)
    if fewest_units_for(amount, product.strengths, halves=True):
        hint = "; --split halves if they are known to be scored" if product.splittable else ""
        message = f"{text} needs half of a {product.kind}: the strengths are {labels}"
        message += f" {product.unit}{hint}"
        yield Fault("needs-splitting", entry.row, column, message, text)
    else:
        message = f"{text} cannot be made of {labels} {product.unit} {product.name}"
        yield Fault("dose-not-makeable", entry.row, column, message, text)


def makes_a_day(taken: Taken, *, halves: bool = False) -> bool:
    """Whether the dose of a day can be made by whole units at some times of the day."""
    return day_table(taken, taken.product.strengths, halves=halves) is not None


def day_table(
    taken: Taken, strengths: tuple[Strength, ...], *, halves: bool = False
) -> Regimens | None:
    """What makes the dose of a day, as often as it is written, or else as the label says."""
    product = taken.product
    if product.is_liquid:
        strengths = product.usual[:1]
    limit = most_of_a_liquid(product, strengths[0]) if product.is_liquid else 0
    labelled = [product.interval, *sorted(product.intervals_hours, reverse=True)]
    for hours in dict.fromkeys([taken.hours] if taken.hours else labelled):
        if not product.is_patch and (hours > HOURS_OF_DAY or HOURS_OF_DAY % hours):
            continue
        table = regimens(product, strengths, hours, MOST_AS_WRITTEN, halves=halves, limit=limit)
        if table.can_make(taken.daily):
            return table
    return None


def _tablets(entry: Entry, taken: Taken) -> Iterator[Fault]:
    """The column of tablets against the dose, if it names strengths."""
    text, product = entry.cell("tablets"), taken.product
    if not text or not (entry.cell("dose") or entry.cell("daily") or _timed(entry)):
        return
    if product.is_liquid or entry.is_cut:
        return
    try:
        counts = counted(product, text)
    except InputError as error:
        for problem in error.problems:
            if problem.id:
                yield of_problem(problem, entry.row, entry.column("tablets"))
        return
    if None in counts:
        return
    made = sum(strength.amount * n for strength, n in counts.items() if strength) // THOUSAND
    if made not in {taken.daily, *taken.amounts}:
        message = f"the tablets make {product.text(made)}, not the dose"
        yield Fault("dose-not-makeable", entry.row, entry.column("tablets"), message, text)
