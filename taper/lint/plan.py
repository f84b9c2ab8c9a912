"""A plan document for `taper check`: its rows as those of a file, its supply, its own findings."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.lint.handwritten import Entry, Fault, Taken
from taper.lint.quantities import changes
from taper.lint.rules import check, smallest
from taper.planning.saved import is_plan, plan_from
from taper.planning.schema import validated
from taper.quantities import plain, thousandths
from taper.reading import read

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.regimen.units import Units
    from taper.request.model import Calendar, Request

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
    """Check a plan; the days that it avoids itself, unless others are named."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError(Problem(name, f"not JSON: {error}", "a plan.json, or a CSV")) from None
    if not is_plan(document):
        hint = "a plan written by `taper plan -o plan.json`, or a CSV"
        raise InputError(Problem(name, "not a plan", hint))
    try:
        validated(document)
        request = read(document["request"])
    except InputError as error:
        return [_fault(problem) for problem in error.problems]
    reader = _Reader(request)
    entries = [reader.entry(step) for step in document["steps"]]
    faults = [*reader.faults, *check(entries, avoid or request.calendar)]
    faults = [fault for fault in faults if not _allowed(fault, entries, request)]
    if not reader.faults:
        faults += reader.supply(document, entries)
    if not any(fault.level == "error" for fault in faults):
        faults += _damaged(document)
    found = {fault.id for fault in faults}
    for entry in document["findings"]:
        if entry["id"] not in found:
            row, message = entry["step"], entry["message"]
            faults.append(Fault(entry["id"], row, "", message, "", entry["level"]))
    return faults


def _fault(problem: Problem) -> Fault:
    """A fault of the document: ``steps.3.daily_dose`` is the column of a row."""
    parts = problem.field.split(".")
    row = int(parts[1]) if parts[0] == "steps" and len(parts) > 1 and parts[1].isdigit() else None
    column = ".".join(parts[2:]) if row is not None else problem.field
    return Fault("unreadable", row, column, problem.message, problem.value)


def _damaged(document: dict[str, Any]) -> list[Fault]:
    """What keeps the plan from being read back, where its rows alone show nothing wrong."""
    try:
        plan_from(document)
    except InputError as error:
        return [_fault(problem) for problem in error.problems]
    return []


def _allowed(fault: Fault, entries: list[Entry], request: Request) -> bool:
    """Whether the plan has what it needs for it: no smaller strength at hand at the stop."""
    if fault.id != "stop-from-high-dose":
        return False
    before = [entry for entry in entries if entry.row < (fault.row or 0)][-1].taken
    tables = [request.regimens, *([request.finish.regimens] if request.finish else [])]
    tables += [companion.regimens for companion in request.also]
    least = {table.product: table.smallest for table in tables}
    assert before is not None
    return before.daily <= least.get(before.product, smallest(before.product))


class _Reader:
    """Reads the rows of a document; keeps what is not in the formulary."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.faults: list[Fault] = []
        taken = (request.regimen, *(companion.regimen for companion in request.also))
        self.hours = {regimen.product: regimen.interval for regimen in taken}

    def entry(self, step: dict[str, Any]) -> Entry:
        """One step."""
        entry = Entry(step["step"], step["kind"], columns=COLUMNS)
        entry.start = date.fromisoformat(step["start"]) if step["start"] else None
        entry.end = date.fromisoformat(step["end"]) if step["end"] else None
        entry.days = step["days"]
        try:
            entry.taken = self.taken(step)
            entry.companions = [self.taken(each) for each in step["companions"]]
        except InputError as error:
            for problem in error.problems:
                self.faults.append(
                    Fault("unreadable", step["step"], problem.field, problem.message, problem.value)
                )
        return entry

    def taken(self, step: dict[str, Any]) -> Taken:
        """What is taken of one product."""
        product = self.request.formulary.find(step["product"])
        units: list[Units] = [
            tuple(
                (self.strength(product, unit["strength"]), _thousandths(unit["count"]))
                for unit in dose["units"]
            )
            for dose in step["doses"]
        ]
        amounts = tuple(_thousandths(dose["amount"]) for dose in step["doses"])
        daily = _thousandths(step["daily_dose"])
        if sum(amounts) != daily:
            made, said = product.daily_text(sum(amounts)), product.text(daily)
            message = f"the doses come to {made}, not {said}"
            number = step.get("step")
            self.faults.append(Fault("dose-not-makeable", number, "daily_dose", message, said))
        times = tuple(dose["time"] for dose in step["doses"])
        return Taken(product, daily, amounts, tuple(units), times, self.hours.get(product))

    def strength(self, product: Product, label: str) -> Strength:
        """The strength of that label."""
        for strength in product.strengths:
            if strength.label == label:
                return strength
        known = ", ".join(strength.label for strength in product.strengths)
        message = f"{product.id} has no strength '{label}': {known}"
        raise InputError(Problem("doses", message, "", label))

    def supply(self, document: dict[str, Any], entries: list[Entry]) -> list[Fault]:
        """The fills against what the steps need: never too little, and all of it accounted for."""
        try:
            fills = [
                (date.fromisoformat(fill["date"]), fill["fill"], self.items(fill["items"]))
                for fill in document["supply"]
            ]
            left = self.items(document["leftover"])
        except InputError as error:
            return [_fault(problem) for problem in error.problems]
        faults = []
        need = _needs(entries)
        for key in dict.fromkeys([*need, *(key for _, _, items in fills for key in items)]):
            product, strength = key
            label = f"{product.id} {strength.label}"
            uses, given = need.get(key, []), 0
            for place, (_, number, items) in enumerate(fills):
                given += items.get(key, 0)
                until = fills[place + 1][0] if place + 1 < len(fills) else date.max
                used = sum(_used(use, until) for use in uses)
                if given < used:
                    message = f"fill {number}: {label} x {plain(used - given)} short"
                    faults.append(Fault("quantity-does-not-fit", None, "supply", message))
                    break
            else:
                rest = given - sum(_used(use, date.max) for use in uses)
                if rest != left.get(key, 0):
                    said = plain(left.get(key, 0))
                    message = f"{label}: {plain(rest)} more than the steps need, {said} left over"
                    faults.append(Fault("quantity-does-not-fit", None, "supply", message))
        return faults

    def items(self, items: list[dict[str, Any]]) -> dict[_Key, int]:
        """Quantities by product and strength."""
        found: dict[_Key, int] = {}
        for item in items:
            product = self.request.formulary.find(item["product"])
            key = (product, self.strength(product, item["strength"]))
            found[key] = found.get(key, 0) + _thousandths(item["quantity"])
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
                use = _Use(anchor, entry, taken, count)
                need.setdefault((taken.product, strength), []).append(use)
    return need


def _thousandths(text: str) -> int:
    amount = thousandths(text)
    if amount is None:
        raise InputError(Problem("doses", f"{text} is finer than can be measured", "", text))
    return amount
