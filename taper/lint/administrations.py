"""Tables with a row for each administration: the rows of one day are one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.lint.entries import Entry, Taken
from taper.regimen.prescription import HOURS_OF_DAY

if TYPE_CHECKING:
    from taper.formulary.product import Product


def days_of_administrations(entries: list[Entry]) -> list[Entry]:
    """One entry for each day and product, in the order of the file; rows with no day stay."""
    days: dict[tuple[object, Product], list[Entry]] = {}
    found = []
    for entry in entries:
        if entry.taken is None or entry.start is None or entry.taken.product.is_patch:
            found.append(entry)
            continue
        same = days.setdefault((entry.start, entry.taken.product), [])
        if not same:
            found.append(entry)
        same.append(entry)
    for rows in days.values():
        if any(row.taken and row.taken.daily for row in rows):
            rows[0].taken = _together([row.taken for row in rows if row.taken], rows)
    return found


def _together(taken: list[Taken], rows: list[Entry]) -> Taken:
    """The amounts of a day, at the times that stand beside them."""
    product = taken[0].product
    amounts = tuple(a for one in taken for a in (one.amounts[:1] or (one.daily,)) if a)
    units = tuple(unit for one in taken for unit in one.units[:1])
    times = tuple(row.cell("time").lower() for row in rows if row.taken and row.taken.daily)
    number = len(amounts)
    hours = None if HOURS_OF_DAY % number else HOURS_OF_DAY // number
    known = units if len(units) == number else ()
    named = times if len(times) == number and all(times) else ()
    return Taken(product, sum(amounts), amounts, known, named, hours, other=taken[0].other)
