"""The rules of `taper check`: dates, doses and cuts, row after row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from taper.data.limits import share
from taper.formulary.holidays import is_holiday
from taper.lint.handwritten import Entry, Fault, Taken
from taper.lint.quantities import quantities
from taper.quantities import THOUSAND, Ratio, percent_text, plain
from taper.regimen.units import fewest_units_for
from taper.request.fields import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.formulary.product import Product
    from taper.request.model import Calendar

LARGE_CUT = share("large-cut")
DAY = timedelta(days=1)


def check(entries: list[Entry], avoid: Calendar | None) -> list[Fault]:
    """Everything that is wrong in the rows."""
    faults: list[Fault] = []
    for entry in entries:
        faults += _length(entry)
        for taken in entry.all:
            faults += _makeable(entry, taken)
    anchor = min((entry.start for entry in entries if entry.start), default=None)
    for chain in chains(entries):
        for before, entry in pairwise(chain):
            if not _goes_on(entries, before, entry):
                faults += _dates(before, entry)
            faults += _rise(entries, before, entry)
            faults += _cut(before, entry, avoid)
    for entry in ended(entries):
        faults += quantities(entry, anchor)
    return faults


def chains(entries: list[Entry]) -> list[list[Entry]]:
    """The rows of each opioid in the order of their dates; of one drug, if not at one time."""
    by_product: dict[Product, list[Entry]] = {}
    for entry in entries:
        if entry.taken is not None and (entry.start is not None or entry.kind == "current"):
            by_product.setdefault(entry.taken.product, []).append(entry)
    found: list[list[Entry]] = []
    for rows in by_product.values():
        rows.sort(key=_first)
        for chain in found:
            last, first = chain[-1], rows[0]
            one = last.taken is not None and rows[0].taken is not None
            if one and _drug(last) == _drug(first) and _first(first) > _last(last):
                chain.extend(rows)
                break
        else:
            found.append(rows)
    return found


def _drug(entry: Entry) -> str:
    return entry.taken.product.drug if entry.taken else ""


def _first(entry: Entry) -> date:
    return entry.start or date.min


def _last(entry: Entry) -> date:
    return entry.end or _first(entry)


def ended(entries: list[Entry]) -> list[Entry]:
    """The rows, each with its last day: where none is written, the day before the next one."""
    known = {id(entry): entry.end for entry in entries}
    for chain in chains(entries):
        for before, entry in pairwise(chain):
            if before.end is None and before.start and entry.start and entry.start > before.start:
                known[id(before)] = entry.start - DAY
    return [replace(entry, end=known[id(entry)]) for entry in entries]


# --- one row -----------------------------------------------------------------------------------


def _length(entry: Entry) -> Iterator[Fault]:
    if entry.start is None or entry.end is None:
        return
    days = (entry.end - entry.start).days + 1
    if days < 1:
        message = f"the row ends on {entry.end}, before it begins on {entry.start}"
        yield Fault("days-do-not-fit", entry.row, entry.column("end"), message)
    elif entry.days is not None and entry.days != days:
        message = f"{entry.start} to {entry.end} are {days} days, not {entry.days}"
        yield Fault("days-do-not-fit", entry.row, entry.column("days"), message, str(entry.days))


def _makeable(entry: Entry, taken: Taken) -> Iterator[Fault]:
    """Doses that no whole units make, and units that must not be cut."""
    product = taken.product
    column = entry.column("doses", "dose", "daily")
    if taken.units:
        yield from _as_counted(entry, taken, column)
        return
    if entry.broken and not product.splittable and not product.is_liquid and taken.daily:
        where = entry.column("tablets", "directions")
        message = f"{product.name} are never cut: part of one is directed"
        yield Fault("needs-splitting", entry.row, where, message)
        return
    for amount in sorted(set(taken.amounts or (taken.daily,))):
        if amount:
            yield from _amount(entry, product, amount, column, daily=not taken.amounts)


def _as_counted(entry: Entry, taken: Taken, column: str) -> Iterator[Fault]:
    """The units that are written make the amount, and are whole."""
    product = taken.product
    for time, amount, units in zip(taken.times, taken.amounts, taken.units, strict=True):
        made = sum(strength.amount * count for strength, count in units)
        if made != amount * THOUSAND:
            given = product.text(amount)
            message = (
                f"{time}: the units make {plain(made // THOUSAND)} {product.unit}, not {given}"
            )
            yield Fault("dose-not-makeable", entry.row, column, message, given)
        if product.is_liquid:
            continue
        for strength, count in units:
            if count % THOUSAND and (not product.splittable or count % (THOUSAND // 2)):
                text = f"{plain(count)} x {strength.label} {product.unit}"
                message = f"{time}: {text}: {product.name} are taken whole"
                yield Fault("needs-splitting", entry.row, column, message, text)


def _amount(
    entry: Entry, product: Product, amount: int, column: str, *, daily: bool
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
    if fewest_units_for(amount, product.strengths, halves=False):
        return
    labels = ", ".join(strength.label for strength in product.strengths)
    if fewest_units_for(amount, product.strengths, halves=True):
        message = (
            f"{text} needs half of a {product.kind}: the strengths are {labels} {product.unit}"
        )
        yield Fault("needs-splitting", entry.row, column, message, text)
    else:
        message = f"{text} cannot be made of {labels} {product.unit} {product.name}"
        yield Fault("dose-not-makeable", entry.row, column, message, text)


# --- one row after another ---------------------------------------------------------------------


def _dates(before: Entry, entry: Entry) -> Iterator[Fault]:
    if before.start is None or entry.start is None:
        return
    column = entry.column("start")
    if entry.start == before.start:
        message = f"a second row of {_drug(entry)} begins on {entry.start} (row {before.row})"
        yield Fault("overlap", entry.row, column, message, entry.start.isoformat())
    elif before.end is None:
        return
    elif entry.start <= before.end:
        message = f"the row begins on {entry.start}, but row {before.row} ends on {before.end}"
        yield Fault("overlap", entry.row, column, message, entry.start.isoformat())
    elif entry.start > before.end + DAY:
        days = (entry.start - before.end).days - 1
        counted = "1 day" if days == 1 else f"{days} days"
        message = f"{counted} without a dose: row {before.row} ends on {before.end}"
        yield Fault("gap", entry.row, column, message, entry.start.isoformat())


def _goes_on(entries: list[Entry], before: Entry, entry: Entry) -> bool:
    """Whether another opioid's row stands between two products of one drug: no gap between."""
    if before.taken is None or entry.taken is None or before.taken.product is entry.taken.product:
        return False
    day = before.end + DAY if before.end else None
    return day is not None and any(
        each.start and each.end and each.start <= day <= each.end for each in entries
    )


def _rise(entries: list[Entry], before: Entry, entry: Entry) -> Iterator[Fault]:
    now, then = entry.taken, before.taken
    assert now is not None
    assert then is not None
    column = entry.column("daily", "dose", "doses")
    if now.product is not then.product:
        if entry.kind in {"", "change"} and then.daily and counted_dose(now) > counted_dose(then):
            message = f"{now.product.daily_text(now.daily)} after {then.product.text(then.daily)}"
            yield Fault("dose-rises", entry.row, column, message)
        return
    if now.daily > then.daily:
        if not _steps_back(entries, before, entry):
            higher, lower = now.product.text(now.daily), now.product.text(then.daily)
            said = now.product.daily_text(now.daily)
            message = f"{said}, after {lower} in row {before.row}"
            yield Fault("dose-rises", entry.row, column, message, higher)
        return
    for place, amount in _above_their_rank(now, then):
        text = now.product.text(amount)
        message = f"{place}: {text}, more than in row {before.row}"
        yield Fault("dose-rises", entry.row, entry.column("doses", "dose"), message, text)


def counted_dose(taken: Taken) -> int:
    """The daily dose in the drug's usual salt, over a common bottom."""
    top, bottom = taken.product.basis
    return taken.daily * top * THOUSAND // bottom


def _above_their_rank(now: Taken, then: Taken) -> Iterator[tuple[str, int]]:
    """The administrations, in order of size, that are larger than those of the row before."""
    if not then.amounts:
        return
    earlier = (*sorted(then.amounts, reverse=True), *(0,) * len(now.amounts))
    names = now.times or [f"dose {place}" for place in range(1, len(now.amounts) + 1)]
    ranked = sorted(zip(now.amounts, names, strict=True), key=lambda each: -each[0])
    for (amount, name), before in zip(ranked, earlier, strict=False):
        if amount > before:
            yield name, amount


def _steps_back(entries: list[Entry], before: Entry, entry: Entry) -> bool:
    """Whether a rise is a step back that was recorded: to the dose before the last one."""
    if entry.kind != "step-back" or entry.taken is None or before.taken is None:
        return False
    product = entry.taken.product
    earlier = [
        taken.daily
        for each in entries
        if _first(each) < _first(entry)
        for taken in each.all
        if taken.product is product and taken.daily != before.taken.daily
    ]
    return bool(earlier) and earlier[-1] == entry.taken.daily


def _cut(before: Entry, entry: Entry, avoid: Calendar | None) -> Iterator[Fault]:
    """Large cuts, a stop from a high dose, and reductions on days to be avoided."""
    now, then = entry.taken, before.taken
    assert now is not None
    assert then is not None
    if now.product is not then.product or now.daily >= then.daily:
        return
    column = entry.column("daily", "dose", "doses")
    cut = then.daily - now.daily
    text = then.product.text
    if not now.daily:
        if then.daily > smallest(then.product):
            last = then.product.daily_text(then.daily)
            message = f"the dose before the stop is {last} (row {before.row})"
            yield Fault("stop-from-high-dose", entry.row, column, message, text(then.daily))
    elif Ratio(cut, then.daily) > LARGE_CUT:
        percent = percent_text(cut, then.daily)
        lower = now.product.daily_text(now.daily)
        message = f"{text(then.daily)} to {lower} is a cut of {percent}%"
        yield Fault("cut-over-25-percent", entry.row, column, message, text(now.daily))
    reason = _avoided(entry.start, avoid) if entry.start and avoid else ""
    if reason:
        message = f"a reduction begins on {entry.start}, {reason}"
        column = entry.column("start")
        yield Fault("avoided-day", entry.row, column, message, str(entry.start))


def _avoided(day: date, avoid: Calendar) -> str:
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    weekday = day.weekday()
    if avoid.weekdays and weekday not in avoid.weekdays:
        only = ", ".join(WEEKDAYS[each] for each in sorted(avoid.weekdays))
        return f"a {name[weekday]}, not one of {only}"
    if avoid.avoid_weekends and weekday >= 5:  # noqa: PLR2004 - Saturday
        return f"a {name[weekday]}"
    if avoid.holidays and is_holiday(day, avoid.holidays):
        return "a public holiday"
    return ""


def smallest(product: Product) -> int:
    """The smallest single dose of a product as it is sold, at least its least dose."""
    if product.is_liquid:
        measure = product.usual[0].amount * product.measure // THOUSAND
        return -(-max(product.least_dose, 1) // measure) * measure
    whole = [s.amount for s in product.usual if s.amount >= product.least_dose]
    return min(whole, default=min(s.amount for s in product.strengths))
