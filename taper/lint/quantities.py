"""Quantities to dispense against the doses and the days of a row, for `taper check`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.errors import InputError
from taper.formulary.product import PATCH_INTERVALS
from taper.lint.handwritten import Entry, Fault, Taken, counted
from taper.quantities import THOUSAND, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.formulary.product import Product, Strength

DAY = timedelta(days=1)


def quantities(entry: Entry, anchor: date | None) -> Iterator[Fault]:
    """What is to be dispensed in a row, against its doses and its days."""
    if not entry.quantities or entry.start is None or entry.end is None or anchor is None:
        return
    column = entry.column("quantities")
    for taken in entry.all:
        text = _of_product(entry, taken.product)
        if not text or entry.end < entry.start:
            continue
        try:
            given = counted(taken.product, text)
        except InputError as error:
            problem = error.problems[0]
            yield Fault("unreadable", entry.row, column, f"{problem}", problem.value)
            continue
        wanted = _needed(entry, taken, anchor)
        if not any(_fits(given, need, taken) for need in wanted):
            message = _misfit(taken.product, given, wanted[0])
            yield Fault("quantity-does-not-fit", entry.row, column, message, text)


def _of_product(entry: Entry, product: Product) -> str:
    """The quantities of one product, where several stand in the cell."""
    ids = [taken.product.id for taken in entry.all]
    parts = re.split(r"\s*;\s*", entry.quantities)
    named = [part for part in parts if any(part.startswith(f"{each} ") for each in ids)]
    if not named:
        taken = entry.taken
        return entry.quantities if taken is not None and taken.product is product else ""
    mine = [part for part in named if part.startswith(f"{product.id} ")]
    return "; ".join(part.removeprefix(f"{product.id} ") for part in mine)


def _needed(entry: Entry, taken: Taken, anchor: date) -> list[dict[Strength | None, int]]:
    """Counts of each strength (or the drug as a whole, under None) that the days may take."""
    assert entry.start is not None
    assert entry.end is not None
    end = entry.end + DAY
    times = [(end - entry.start).days]
    if taken.product.is_patch:
        said = {int(n) for n in re.findall(r"every (\d+) hours", entry.directions)}
        said |= {int(n) * 24 for n in re.findall(r"every (\d+) days", entry.directions)}
        said |= {taken.hours} if taken.hours else set()
        hours = sorted(said) or [taken.product.interval, *PATCH_INTERVALS]
        times = [changes(anchor, entry.start, end, each // 24) for each in hours if each >= 24]  # noqa: PLR2004
    per_day: dict[Strength | None, int] = {}
    for units in taken.units:
        for strength, count in units:
            per_day[strength] = per_day.get(strength, 0) + count * taken.often
    if not per_day:
        per_day = {None: taken.daily}
    return [{strength: count * each for strength, count in per_day.items()} for each in times]


def changes(anchor: date, start: date, end: date, period: int) -> int:
    """How many patches are put on from ``start`` to before ``end``."""
    return -(-(end - anchor).days // period) + (-(start - anchor).days // period)


def _fits(
    given: dict[Strength | None, int], need: dict[Strength | None, int], taken: Taken
) -> bool:
    """Whether the quantity is what is needed, or the next whole unit above it."""
    if None not in need and None not in given:
        if {s for s, count in given.items() if count} - {s for s, n in need.items() if n}:
            return False
        return all(_whole(given.get(s, 0), count, taken.product) for s, count in need.items())
    total = need.get(None, sum((s.amount * n) // THOUSAND for s, n in need.items() if s))
    if None not in given:
        drug = sum(s.amount * count for s, count in given.items() if s) // THOUSAND
        return drug == total
    if None not in need:
        return _whole(given[None], sum(need.values()), taken.product)
    strengths = taken.product.strengths
    return any(strength.amount * given[None] // THOUSAND == total for strength in strengths)


def _whole(given: int, count: int, product: Product) -> bool:
    if given == count:
        return True
    return not product.is_liquid and given == -(-count // THOUSAND) * THOUSAND


def _misfit(
    product: Product, given: dict[Strength | None, int], need: dict[Strength | None, int]
) -> str:
    def said(counts: dict[Strength | None, int]) -> str:
        parts = [f"{s.label} x {plain(n)}" if s else plain(n) for s, n in counts.items() if n]
        return ", ".join(parts) or "nothing"

    if None in need:
        text = f"the doses of these days come to {plain(need[None])} {product.unit}"
        drug = sum(s.amount * n for s, n in given.items() if s) // THOUSAND
        return f"{text}, the quantity to {plain(drug)}" if drug else f"{text}: {said(given)} given"
    return f"the days need {said(need)}, not {said(given)}"
