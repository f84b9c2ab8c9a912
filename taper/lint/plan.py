"""A plan document for `taper check`: its rows as those of a file, its supply, its own findings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from taper.course.saved import saved_from
from taper.errors import InputError, Problem, TaperError
from taper.lint.dates import mark_out_of_order
from taper.lint.entries import Entry, Taken, chains
from taper.lint.faults import Fault
from taper.lint.findings import further
from taper.lint.quantities import changes
from taper.lint.rules import check
from taper.planning.document_reader import WRITTEN_BY, is_plan, parsed, written
from taper.planning.schema import validated
from taper.quantities import plain
from taper.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taper.formulary.product import Product, Strength
    from taper.planning import document_reader
    from taper.planning.document_reader import Written
    from taper.request.model import Calendar, OnHand, Request
    from taper.safety.catalogue import Finding
    from taper.supply import Supply, SupplyItem

COLUMNS = {
    "start": "start",
    "end": "end",
    "days": "days",
    "product": "product",
    "daily": "daily_dose",
    "doses": "doses",
    "quantities": "supply",
}
_Key = tuple["Product", "Strength"]


def faults_of(text: str, name: str, avoid: Calendar | None) -> list[Fault]:
    """Check a plan; the days that it avoids itself, unless others are named.

    A plan as the tool wrote it gives its own findings. What the rows of another one show besides,
    such as a pace, is looked for as in a table.
    """
    document = parsed(text.lstrip("\ufeff"), name, "a plan.json, a table or FHIR")
    if not is_plan(document):
        raise InputError(Problem(name, "not a plan", f"{WRITTEN_BY}, a table or FHIR"))
    try:
        validated(document)
        request = read(document["request"])
    except TaperError as error:
        return [_fault(problem) for problem in error.problems]
    found = written(document, request.formulary.find)
    entries = _entries(found, request)
    unread = [*_unread(found), *_units(document, request), *_sums(found)]
    misplaced = mark_out_of_order(entries)
    faults = [*unread, *misplaced, *check(entries, avoid or request.calendar)]
    if not any(fault.row is not None for fault in unread):
        faults += _supply(found.dispensing, entries, request.on_hand)
    known, damaged = _read(document, found.findings)
    if not any(fault.level == "error" for fault in faults):
        faults += damaged
    own = [Fault(f.id, f.step, "", f.message, "", f.level) for f in known]
    if damaged:
        ids = {fault.id for fault in [*own, *faults]}
        faults += [f for f in further(chains(entries), request.formulary) if _is_new(f, ids)]
    ids = {fault.id for fault in faults}
    return [*faults, *(each for each in own if each.id not in ids)]


def _is_new(fault: Fault, known: set[str]) -> bool:
    """Whether the rows of a changed plan show something that the plan does not say itself."""
    return fault.id not in known and fault.level != "note"


def _fault(problem: Problem) -> Fault:
    """A fault of the document: ``steps.3.daily_dose`` is the column of a row."""
    parts = problem.field.split(".")
    row = int(parts[1]) if parts[0] == "steps" and len(parts) > 1 and parts[1].isdigit() else None
    column = ".".join(parts[2:]) if row is not None else problem.field
    return Fault("unreadable", row, column, problem.message, problem.value)


def _read(
    document: dict[str, Any], written: tuple[Finding, ...]
) -> tuple[tuple[Finding, ...], list[Fault]]:
    """The findings of the plan, read back; if it cannot be, those that are written, and why."""
    try:
        return saved_from(document).plan.findings, []
    except TaperError as error:
        return written, [_fault(problem) for problem in error.problems]


def _entries(found: Written, request: Request) -> list[Entry]:
    """The steps as the rules of `taper check` look at rows."""
    regimens = (request.regimen, *(companion.regimen for companion in request.also))
    hours = {regimen.product: regimen.interval for regimen in regimens}
    if request.finish is not None:
        hours.setdefault(request.finish.regimens.product, request.finish.regimens.interval)
    halves = request.text.get("split") == "halves"

    def entry_of(taken: document_reader.Taken) -> Taken:
        return Taken(*taken[:5], hours.get(taken.product), taken.most_often or 1)

    return [
        Entry(
            row.number,
            row.kind,
            row.start,
            row.end,
            row.days,
            None if row.taken is None else entry_of(row.taken),
            [entry_of(each) for each in row.companions],
            columns=COLUMNS,
            halves=halves,
        )
        for row in found.rows
    ]


def _unread(found: Written) -> list[Fault]:
    """The products and strengths that are not in the formulary."""
    faults = []
    for problem in found.faults:
        part, place, *rest = problem.field.split(".")
        row = found.rows[int(place)].number if part == "steps" else None
        column = rest[0] if rest[0] == "product" else "doses"
        kind = "dose-not-makeable" if rest[-1] == "strength" and row is not None else "unreadable"
        faults.append(Fault(kind, row, column, problem.message, problem.value))
    return faults


def _units(document: dict[str, Any], request: Request) -> Iterator[Fault]:
    """The rows whose unit is not that of their product."""
    known = request.formulary.products
    for step in document["steps"]:
        for each in (step, *step["companions"]):
            product = known.get(each["product"])
            if product is not None and each["unit"] != product.unit:
                message = f"{product.id} is counted in {product.unit}, not in {each['unit']}"
                yield Fault("unreadable", step["step"], "unit", message, each["unit"])


def _sums(found: Written) -> Iterator[Fault]:
    """The doses that do not add up to the daily dose of their row."""
    for row in found.rows:
        for taken in (*([row.taken] if row.taken else []), *row.companions):
            total = sum(taken.amounts) * (taken.most_often or 1)
            if total != taken.daily:
                product = taken.product
                made, said = product.daily_text(total), product.text(taken.daily)
                message = f"the doses come to {made}, not {said}"
                yield Fault("dose-not-makeable", row.number, "daily_dose", message, said)


def _supply(supply: Supply, entries: list[Entry], on_hand: Iterable[OnHand]) -> list[Fault]:
    """The fills against what the steps need: never too little, and all of it accounted for."""
    faults = []
    fills = [_counts(fill.items) for fill in supply.fills]
    left, need = _counts(supply.leftover), _needs(entries)
    held: dict[_Key, int] = {}
    for each in on_hand:
        held[each.product, each.strength] = (
            held.get((each.product, each.strength), 0) + each.quantity
        )
    ends = [*(fill.date for fill in supply.fills[1:]), date.max]
    for key in dict.fromkeys([*need, *held, *(key for items in fills for key in items)]):
        product, strength = key
        label = f"{product.id} {strength.label}"
        uses, given = need.get(key, []), held.get(key, 0)
        for fill, items, until in zip(supply.fills, fills, ends, strict=False):
            given += items.get(key, 0)
            used = sum(_used(use, until) for use in uses)
            if given < used:
                message = f"fill {fill.number}: {label} x {plain(used - given)} short"
                faults.append(Fault("quantity-does-not-fit", None, "supply", message))
                break
        else:
            rest = given - sum(_used(use, date.max) for use in uses)
            if rest != left.get(key, 0):
                said = plain(left.get(key, 0))
                message = f"{label}: {plain(rest)} more than the steps need, {said} left over"
                faults.append(Fault("quantity-does-not-fit", None, "supply", message))
    return faults


def _counts(items: tuple[SupplyItem, ...]) -> dict[_Key, int]:
    """Quantities by product and strength."""
    found: dict[_Key, int] = {}
    for item in items:
        key = (item.product, item.strength)
        found[key] = found.get(key, 0) + item.quantity
    return found


class _Use:
    """So many units a day, or at each change of a patch, from ``start`` to before ``end``."""

    def __init__(self, anchor: date, entry: Entry, taken: Taken, count: int) -> None:
        assert entry.start is not None
        assert entry.end is not None
        self.anchor, self.start, self.end = anchor, entry.start, entry.end + timedelta(days=1)
        self.period = (taken.hours or taken.product.interval) // 24 if taken.product.is_patch else 1
        self.count = count


def _used(use: _Use, until: date) -> int:
    end = min(use.end, until)
    return use.count * changes(use.anchor, use.start, end, use.period) if end > use.start else 0


def _needs(entries: list[Entry]) -> dict[_Key, list[_Use]]:
    """What the steps take of each strength."""
    need: dict[_Key, list[_Use]] = {}
    anchor = min((entry.start for entry in entries if entry.start), default=date.min)
    for entry in entries:
        if entry.start is None or entry.end is None:
            continue
        for taken in entry.all:
            for strength, count in (each for units in taken.units for each in units):
                use = _Use(anchor, entry, taken, count * taken.often)
                need.setdefault((taken.product, strength), []).append(use)
    return need
