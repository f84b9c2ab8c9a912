"""The one reader of plan documents: JSON values in, records out, with every fault and its place.

Saved plans, the check of what follows from their rows, and `taper check` all judge these records.
A document is validated (:mod:`taper.planning.schema`) before it is read: only what its schema
cannot know is a fault here, such as a product or a strength that the formulary does not have.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.data.texts import json_values
from taper.errors import InputError, Problem
from taper.quantities import thousandths
from taper.regimen.times import AS_NEEDED
from taper.safety.catalogue import Finding, Words
from taper.safety.withdrawal_checks import Check
from taper.supply import Fill, Supply, SupplyItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taper.formulary.product import Product, Strength
    from taper.regimen.units import Units

    Find = Callable[[str], Product]  # the product of an id; raises InputError

LONGEST_TEXT = 10_000_000  # characters of a plan; one of ten years has about a million
WRITTEN_BY = "a plan written by `taper plan -o plan.json`"


class Taken(NamedTuple):
    """What is taken of one product, amounts and counts in thousandths; none of it is zero.

    ``amounts``, ``units`` and ``times`` have an entry for each administration that is written.
    As needed there is one, ``hours_between`` apart and at most ``most_often`` a day.
    """

    product: Product
    daily: int
    amounts: tuple[int, ...]
    units: tuple[Units, ...]
    times: tuple[str, ...]
    hours_between: int = 0
    most_often: int = 0


class Row(NamedTuple):
    """One step; ``taken`` is None, and companions are left out, if they cannot be read."""

    number: int
    kind: str
    start: date | None
    end: date | None
    days: int | None
    taken: Taken | None
    companions: tuple[Taken, ...]
    why: str
    findings: tuple[str, ...]


class Written(NamedTuple):
    """The steps of a document, what follows from them, and the ``faults`` of reading it."""

    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    dispensing: Supply
    findings: tuple[Finding, ...]
    faults: tuple[Problem, ...]


class Standing(NamedTuple):
    """What stands of the document of another version: its steps, and what was dispensed."""

    rows: tuple[Row, ...]
    fills: tuple[Fill, ...]
    faults: tuple[Problem, ...]


def is_plan(document: object) -> bool:
    """Whether a JSON document is a saved plan (of any version of its schema)."""
    return isinstance(document, dict) and str(document.get("schema", "")).startswith("taper-plan/")


def parsed(text: str, name: str = "", hint: str = WRITTEN_BY) -> Any:
    """The JSON values of a text; raises :class:`~taper.InputError` that names the file."""
    if len(text) > LONGEST_TEXT:
        message = f"{len(text):,} characters are more than a plan has"
        raise InputError(Problem(name, message, f"at most {LONGEST_TEXT:,}"))
    return json_values(text, name, hint)


def written(document: Mapping[str, Any], find: Find) -> Written:
    """Read a valid document; ``find`` gives the product of an id."""
    reader = _Reader(find)
    rows = tuple(
        reader.row(entry, f"steps.{place}") for place, entry in enumerate(document["steps"])
    )
    return Written(
        rows,
        tuple(_check(entry) for entry in document["checks"]),
        Supply(
            tuple(
                reader.fill(entry, f"supply.{place}")
                for place, entry in enumerate(document["supply"])
            ),
            reader.items(document["leftover"], "leftover"),
        ),
        tuple(_finding(entry) for entry in document["findings"]),
        tuple(reader.faults),
    )


def standing(document: Mapping[str, Any], find: Find) -> Standing:
    """Read what stands of a valid document; ``find`` gives the product of an id."""
    reader = _Reader(find)
    rows = [reader.row(entry, f"steps.{place}") for place, entry in enumerate(document["steps"])]
    supply = document["supply"] if document["revisions"] else []
    fills = [reader.fill(entry, f"supply.{place}") for place, entry in enumerate(supply)]
    return Standing(tuple(rows), tuple(fills), tuple(reader.faults))


class _Reader:
    """Reads entries; keeps the faults and goes on."""

    def __init__(self, find: Find) -> None:
        self.find = find
        self.faults: list[Problem] = []

    def row(self, entry: Mapping[str, Any], where: str) -> Row:
        companions = (
            self.taken(each, f"{where}.companions.{number}")
            for number, each in enumerate(entry["companions"])
        )
        return Row(
            entry["step"],
            entry["kind"],
            _day(entry["start"]),
            _day(entry["end"]),
            entry["days"],
            self.taken(entry, where),
            tuple(taken for taken in companions if taken is not None),
            entry["why"],
            tuple(entry["findings"]),
        )

    def taken(self, entry: Mapping[str, Any], where: str) -> Taken | None:
        """A row's own product, or a companion; None if the product or a strength is unknown."""
        product = self.product(entry, where)
        if product is None:
            return None
        doses: list[Units] = []
        for place, dose in enumerate(entry["doses"]):
            at = f"{where}.doses.{place}.units"
            units = [
                (self.strength(product, unit["strength"], f"{at}.{number}"), unit["count"])
                for number, unit in enumerate(dose["units"])
            ]
            doses.append(tuple((known, _amount(count)) for known, count in units if known))
            if len(doses[-1]) < len(units):
                return None
        taken = Taken(
            product,
            _amount(entry["daily_dose"]),
            tuple(_amount(dose["amount"]) for dose in entry["doses"]),
            tuple(doses),
            tuple(dose["time"] for dose in entry["doses"]),
        )
        if taken.times != AS_NEEDED:
            return taken
        hours, most = (entry["doses"][0].get(name) for name in ("hours_between", "most_per_day"))
        often = _amount(most or "0") // (taken.amounts[0] or 1)
        return taken._replace(hours_between=hours or 0, most_often=often)

    def product(self, entry: Mapping[str, Any], where: str) -> Product | None:
        try:
            return self.find(entry["product"])
        except InputError as error:
            self.faults += [
                Problem(f"{where}.product", problem.message, problem.hint, entry["product"])
                for problem in error.problems
            ]
            return None

    def strength(self, product: Product, label: str, where: str) -> Strength | None:
        for strength in product.strengths:
            if strength.label == label:
                return strength
        message = f"{product.id} has no strength '{label}' in this version of the formulary"
        hint = "plan again with this version"
        self.faults.append(Problem(f"{where}.strength", message, hint, label))
        return None

    def fill(self, entry: Mapping[str, Any], where: str) -> Fill:
        day = date.fromisoformat(entry["date"])
        items = self.items(entry["items"], f"{where}.items")
        return Fill(entry["fill"], day, entry["days_supply"], items)

    def items(self, entries: list[Mapping[str, Any]], where: str) -> tuple[SupplyItem, ...]:
        """What is dispensed or left over; an item that cannot be read is left out."""
        found = []
        for place, entry in enumerate(entries):
            product = self.product(entry, f"{where}.{place}")
            if product is None:
                continue
            strength = self.strength(product, entry["strength"], f"{where}.{place}")
            if strength is not None:
                quantity, directions = _amount(entry["quantity"]), entry.get("directions", "")
                found.append(SupplyItem(product, strength, quantity, None, directions))
        return tuple(found)


def _amount(text: str) -> int:
    amount = thousandths(text)
    assert amount is not None, text  # the schema allows no finer ones
    return amount


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _check(entry: Mapping[str, Any]) -> Check:
    return Check(
        date.fromisoformat(entry["date"]),
        entry["step"],
        tuple(entry["reasons"]),
        entry["how"],
        tuple(entry["items"]),
    )


def _finding(entry: Mapping[str, Any]) -> Finding:
    """A finding; it is about the rows that it names, or about the plan."""
    words = Words(entry["level"], entry["message"], entry["source"])
    return Finding(entry["id"], tuple(entry["steps"]), words=words)
