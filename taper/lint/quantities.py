"""Quantities to dispense against the doses and the days of a row, for `taper check`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taper.errors import InputError
from taper.lint.counts import counted
from taper.lint.entries import DAY, Line, Taken
from taper.lint.faults import Fault, of_problem
from taper.quantities import THOUSAND, plain
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.units import fewest_units_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.formulary.product import Product, Strength
    from taper.lint.entries import Entry

Counts = dict["Strength | None", int]


def quantities(line: Line, anchor: date | None) -> Iterator[Fault]:
    """What is to be dispensed of a product in a row, against its doses and its days."""
    entry, taken = line.entry, line.taken
    if not entry.cell("quantities") or line.start is None or line.end is None or anchor is None:
        return
    column = entry.column("quantities")
    text = _of_product(entry, taken.product)
    if not text:
        return
    try:
        given = counted(taken.product, text)
    except InputError as error:
        for problem in error.problems:
            yield of_problem(problem, entry.row, column)
        return
    times = _times(line, anchor)
    if not any(_fits(given, taken, number, entry) for number in times):
        message = _misfit(taken, given, times[0])
        yield Fault("quantity-does-not-fit", entry.row, column, message, text)


def _of_product(entry: Entry, product: Product) -> str:
    """The quantities of one product, where several stand in the cell."""
    text = entry.cell("quantities")
    ids = [taken.product.id for taken in entry.all]
    parts = re.split(r"\s*;\s*", text)
    named = [part for part in parts if any(part.startswith(f"{each} ") for each in ids)]
    if not named:
        taken = entry.taken
        return text if taken is not None and taken.product is product else ""
    mine = [part for part in named if part.startswith(f"{product.id} ")]
    return "; ".join(part.removeprefix(f"{product.id} ") for part in mine) or "0"


def _times(line: Line, anchor: date) -> list[int]:
    """The days of the row; of a patch its changes, by the interval that is written or labelled."""
    assert line.start is not None
    assert line.end is not None
    end, taken = line.end + DAY, line.taken
    if not taken.product.is_patch:
        return [(end - line.start).days]
    labelled = [taken.product.interval, *taken.product.intervals_hours]
    hours = [taken.hours] if taken.hours else list(dict.fromkeys(labelled))
    return [changes(anchor, line.start, end, each // HOURS_OF_DAY) for each in hours]


def changes(anchor: date, start: date, end: date, period: int) -> int:
    """How many patches are put on from ``start`` to before ``end``."""
    return -(-(end - anchor).days // period) + (-(start - anchor).days // period)


def _needed(taken: Taken, number: int) -> Counts:
    """Counts of each strength that so many days or changes take, as they are written."""
    per_day: Counts = {}
    for units in taken.units:
        for strength, count in units:
            per_day[strength] = per_day.get(strength, 0) + count * taken.often
    return {strength: count * number for strength, count in per_day.items()}


def _fits(given: Counts, taken: Taken, number: int, entry: Entry) -> bool:
    """Whether the quantity is what is needed, or the next whole unit above it."""
    if not taken.daily or not number:
        return not any(given.values())
    need = _needed(taken, number)
    if None not in given:
        return _fits_strengths(given, need, taken, number, entry)
    if len(given) > 1:
        return False
    return any(_whole(given[None], count, taken.product) for count in _bare(taken, need, number))


def _fits_strengths(given: Counts, need: Counts, taken: Taken, number: int, entry: Entry) -> bool:
    if need:
        if {s for s, count in given.items() if count} - {s for s, n in need.items() if n}:
            return False
        return all(_whole(given.get(s, 0), count, taken.product) for s, count in need.items())
    drug = sum(s.amount * count for s, count in given.items() if s) // THOUSAND
    largest = max(taken.amounts, default=taken.daily)
    used = [s for s, count in given.items() if s and count]
    halves = entry.halves and taken.product.splittable
    if not taken.product.is_liquid and any(
        s.amount > largest * (2 if halves else 1) or (taken.other and s.other != taken.other)
        for s in used
    ):
        return False
    return drug == taken.daily * number


def _bare(taken: Taken, need: Counts, number: int) -> Iterator[int]:
    """The numbers of units that a quantity without strengths may be."""
    if need:
        yield sum(need.values())
        return
    product = taken.product
    amounts = taken.amounts or (taken.daily,)
    strengths = [s for s in product.strengths if not taken.other or s.other == taken.other]
    for strength in () if product.is_patch else strengths:
        if product.is_liquid or all(not amount % strength.amount for amount in amounts):
            yield taken.daily * number * THOUSAND // strength.amount
    units = [fewest_units_for(a, strengths, halves=False) for a in amounts]
    if strengths and not product.is_liquid and all(units):
        yield sum(each or 0 for each in units) * number * THOUSAND


def _whole(given: int, count: int, product: Product) -> bool:
    if given == count:
        return True
    return not product.is_liquid and given == -(-count // THOUSAND) * THOUSAND


def _misfit(taken: Taken, given: Counts, number: int) -> str:
    """What is needed, and what is given."""
    product, need = taken.product, _needed(taken, number)

    def said(counts: Counts) -> str:
        parts = [f"{s.label} x {plain(n)}" if s else plain(n) for s, n in counts.items() if n]
        return ", ".join(parts) or "nothing"

    times = f"{number} changes" if product.is_patch else f"{number} days"
    if need:
        return f"{times} need {said(need)}, not {said(given)}"
    if None in given:
        counts = sorted({plain(count) for count in _bare(taken, need, number)}, key=len)
        return f"{times} need {' or '.join(counts) or 'another quantity'}, not {said(given)}"
    drug = sum(s.amount * n for s, n in given.items() if s) // THOUSAND
    if drug == taken.daily * number:
        at_once = product.text(max(taken.amounts, default=taken.daily))
        return f"the quantity ({said(given)}) does not make doses of {at_once} in whole units"
    text = f"the doses of {times} come to {plain(taken.daily * number)} {product.unit}"
    return f"{text}, the quantity ({said(given)}) to {plain(drug)}"
