"""A schedule in FHIR R4: orders whose dosages carry dates, such as the tool's own export."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from taper.data.texts import Twice, each_once
from taper.engine.steps import CHANGE, STOP
from taper.errors import InputError, Problem
from taper.lint import amounts
from taper.lint.entries import Entry, Taken
from taper.lint.faults import Fault, not_assessed, of_problem, remark
from taper.quantities import thousandths
from taper.reading.order_dosage import dose_text
from taper.reading.order_medicine import concept_of, dicts, names_of, product_of
from taper.reading.order_timing import repeat_of
from taper.regimen.directions import strength_text
from taper.regimen.prescription import HOURS_OF_DAY

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product, Strength

COLUMNS = {
    "start": "timing.repeat.boundsPeriod",
    "end": "timing.repeat.boundsPeriod",
    "product": "medication",
    "dose": "doseAndRate",
}
_NOT_TAKEN = {"cancelled", "entered-in-error", "stopped"}
_TIMES = {"MORN": "morning", "NOON": "noon", "AFT": "afternoon", "EVE": "evening", "HS": "bedtime"}
_OF_DAY = ("morning", "noon", "afternoon", "evening", "bedtime")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def entries_of(text: str, name: str, market: Formulary) -> tuple[list[Entry], list[Fault]]:
    """The dosages of a file as rows, numbered in the order of the file, and what is wrong.

    Raises :class:`~taper.InputError` if it is no FHIR, or holds no dosage with dates.
    """
    resources = _resources(text, name)
    known = {
        key: resource
        for address, resource in resources
        for key in (address, f"{resource.get('resourceType')}/{resource.get('id')}")
        if key
    }
    reader = _Reader(market)
    for _, resource in resources:
        if resource.get("resourceType") in {"MedicationRequest", "MedicationStatement"}:
            reader.order(resource, known)
    if not any(entry.start for entry in reader.entries) and not reader.faults:
        message = "no dosage of it has dates: this is an order and not a schedule"
        raise InputError(Problem(name, message, "taper plan reads an order"))
    message = "What was taken before is not written: the first dosage stands for the dose so far"
    reader.faults.append(remark(message))
    if reader.has_fills:
        why = "fills of FHIR are not compared with the doses (taper check plan.json compares them)"
        reader.faults.append(not_assessed(["quantity-does-not-fit"], why))
    return reader.entries, reader.faults


def _resources(text: str, name: str) -> list[tuple[str, dict[str, Any]]]:
    hint = "a FHIR resource, a Bundle, or one resource a line"
    try:
        documents = [json.loads(text, parse_float=Decimal, object_pairs_hook=each_once)]
    except Twice as error:
        raise InputError(Problem(name, f"not JSON: {error}", hint)) from None
    except ValueError:
        try:
            lines = (line for line in text.splitlines() if line.strip())
            documents = [
                json.loads(line, parse_float=Decimal, object_pairs_hook=each_once) for line in lines
            ]
        except (ValueError, RecursionError) as error:
            raise InputError(Problem(name, f"not JSON: {error}", hint)) from None
    found = []
    for document in documents:
        entries = dicts(document.get("entry")) if isinstance(document, dict) else []
        bundled = [(str(e.get("fullUrl", "")), e.get("resource")) for e in entries]
        found += bundled or [("", document)]
    return [(address, each) for address, each in found if isinstance(each, dict)]


class _Reader:
    """Reads orders; keeps the faults and goes on."""

    def __init__(self, market: Formulary) -> None:
        self.market = market
        self.entries: list[Entry] = []
        self.faults: list[Fault] = []
        self.has_fills = False

    def order(self, resource: dict[str, Any], known: dict[str, dict[str, Any]]) -> None:
        """One order: a row for each span of its dosages, and one for its stop."""
        names = names_of(concept_of(resource, known))
        shown = names[-1] if names else str(resource.get("id", "an order without a medicine"))
        if str(resource.get("status")) in _NOT_TAKEN:
            message = f"Passed over, since its status is {resource['status']}: {shown}"
            self.faults.append(remark(message, None, "status", shown))
            return
        try:
            found = self._medicine(resource, names, shown)
        except InputError as error:
            self.faults.append(of_problem(error.problems[0], None, "medication", shown))
            return
        if found is None:
            self.faults.append(
                remark(f"Passed over, since it is no opioid: {shown}", None, "", shown)
            )
            return
        product, strength = found
        kinds = {each.get("resourceType") for each in dicts(resource.get("contained"))}
        self.has_fills = self.has_fills or "SupplyRequest" in kinds
        same = [entry.names.drug for entry in self.entries if entry.names is not None]
        last: Entry | None = None
        for dosages in _spans(dicts(resource.get("dosageInstruction") or resource.get("dosage"))):
            before, last = last, self._row(dosages, product, strength, shown)
            last.halves = resource.get("intent") == "plan"  # whoever planned it allowed them
            if before is None and product.drug in same:
                last.kind = CHANGE  # an order of its own begins another product
        if last is not None and last.end is not None and _stops(resource, last.end):
            entry = Entry(len(self.entries) + 1, STOP, last.end + timedelta(days=1))
            entry.taken, entry.columns = Taken(product, 0), COLUMNS
            self.entries.append(entry)

    def _medicine(
        self, resource: dict[str, Any], names: list[str], shown: str
    ) -> tuple[Product, Strength | None] | None:
        """The product; of a plan of the tool by the words in which it writes it."""
        if resource.get("intent") == "plan":
            for product in self.market.products.values():
                for strength in product.strengths:
                    if f"{product.name} {strength_text(product, strength)}" in names:
                        return product, strength
                if product.name in names:
                    return product, None
        name = product_of(names, shown, self.market)
        if name is None:
            return None
        named = self.market.identify(name)
        labels = {strength.label: strength for strength in named.product.strengths}
        return named.product, labels.get(named.strength)

    def _row(
        self,
        dosages: list[dict[str, Any]],
        product: Product,
        strength: Strength | None,
        shown: str,
    ) -> Entry:
        entry = Entry(len(self.entries) + 1, columns=COLUMNS, names=product)
        self.entries.append(entry)
        bounds = repeat_of(dosages[0]).get("boundsPeriod")
        period = bounds if isinstance(bounds, dict) else {}
        entry.start, entry.end = self._day(entry, period, "start"), self._day(entry, period, "end")
        try:
            entry.taken = _coded(dosages, product)
            if entry.taken is None:
                text = dose_text(dosages, product, shown, None, named=strength)
                entry.taken = amounts.dose(product, text, "", strength)
        except InputError as error:
            for problem in error.problems:
                self.faults.append(of_problem(problem, entry.row, "doseAndRate"))
        except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
            message = f"not a dosage of FHIR R4: {error}"
            self.faults.append(Fault("unreadable", entry.row, "doseAndRate", message))
        return entry

    def _day(self, entry: Entry, period: dict[str, Any], side: str) -> date | None:
        text = str(period.get(side) or "")[:10]
        if not text and side == "end":
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            message = f"'{text}' is not a date" if text else "the first day is missing"
            self.faults.append(Fault("unreadable", entry.row, COLUMNS[side], message, text))
            return None


def _coded(dosages: list[dict[str, Any]], product: Product) -> Taken | None:
    """What is taken at the times of a day, if dosages code all of it; None to read their words."""
    taken: list[tuple[str, int]] = []
    if product.is_patch:
        return None
    for dosage in dosages:
        given = dicts(dosage.get("doseAndRate"))
        quantity = given[0].get("doseQuantity") if given else None
        repeat = repeat_of(dosage)
        times = [_TIMES.get(str(code), "") for code in repeat.get("when") or ()]
        times = times or [str(time)[:5] for time in repeat.get("timeOfDay") or ()]
        if dosage.get("asNeededBoolean") or not isinstance(quantity, dict) or not times:
            return None
        amount = thousandths(str(quantity.get("value")))
        if quantity.get("unit") != product.unit or amount is None or "" in times:
            return None
        taken += [(time, amount) for time in times]
    order = {time: place for place, time in enumerate(_OF_DAY)}
    taken.sort(key=lambda one: order.get(one[0], len(order)))
    each = tuple(amount for _, amount in taken)
    hours = 0 if HOURS_OF_DAY % len(taken) else HOURS_OF_DAY // len(taken)
    names = tuple(time for time, _ in taken)
    return Taken(product, sum(each), each, (), names, hours or None)


def _spans(dosages: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The dosages of one sequence number and the same days together: they are taken together."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for place, dosage in enumerate(dosages):
        bounds = json.dumps(repeat_of(dosage).get("boundsPeriod"), default=str, sort_keys=True)
        groups.setdefault((str(dosage.get("sequence") or f"-{place}"), bounds), []).append(dosage)
    return list(groups.values())


def _stops(resource: dict[str, Any], last: date) -> bool:
    """Whether a note says that the opioid is stopped on the day after its last dosage."""
    day = (last + timedelta(days=1)).isoformat()
    notes = " ".join(str(note.get("text", "")) for note in dicts(resource.get("note")))
    return day in _DAY.findall(notes)
