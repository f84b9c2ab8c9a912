"""A schedule that a person wrote, read from a table: rows with their columns, and what is wrong.

Nothing stops at the first fault: each is kept with its row and its column. What was read in one
of several ways, or passed over, is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.engine.steps import STOP
from taper.errors import InputError, Problem
from taper.formulary.market import MARKETS, formulary
from taper.lint import amounts
from taper.lint.administrations import days_of_administrations
from taper.lint.columns import Columns, read_header
from taper.lint.counts import counted
from taper.lint.cutting import is_cut, is_part
from taper.lint.dates import (
    is_counted,
    mark_out_of_order,
    put_counted,
    put_dates,
    put_lengths,
)
from taper.lint.entries import TIMED, Entry, Taken
from taper.lint.exported import doses, patch_hours
from taper.lint.faults import Fault, not_assessed, of_problem, remark
from taper.quantities import THOUSAND
from taper.reading.dose import parse_frequency

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.market import Formulary
    from taper.formulary.product import Product, Strength
    from taper.lint.sheet import Sheet


_SUMS = {"total", "totals", "sum", "grand total", "overall"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the file itself may not say."""

    product: Product | None = None
    strength: Strength | None = None  # that the product's name told
    start: date | None = None  # of week 1
    halves: bool = False  # of tablets known to be scored


class Reader:
    """Reads the rows of a table; keeps faults instead of stopping."""

    def __init__(self, market: Formulary, asked: Asked) -> None:
        """``asked`` says what is meant by the rows that do not say it."""
        self.market = market
        self.asked = asked
        self.product, self.strength = asked.product, asked.strength
        self.faults: list[Fault] = []
        self.columns = Columns([])
        self.with_units: set[str] = set()
        self.open: list[int] = []

    def read(self, sheet: Sheet, name: str) -> list[Entry]:
        """The entries; raises :class:`~taper.InputError` if it is not a schedule at all."""
        self.columns = read_header(sheet.header, name, self.product)
        entries = [
            self._entry(number, cells)
            for number, cells in sheet.rows
            if any(cells) and not self._is_sum(number, cells)
        ]
        self.with_units = {
            role
            for role in ("dose", "daily", *TIMED)
            for entry in entries
            if (text := entry.cell(role)) and not (amounts.is_bare(text) or amounts.is_stop(text))
        }
        self._date(entries)
        for entry in entries:
            self._take(entry)
        if "time" in self.columns.names:
            entries = days_of_administrations(entries)
        self.faults += mark_out_of_order(entries)
        self._remarks(entries)
        return entries

    def _is_sum(self, number: int, cells: list[str]) -> bool:
        """Whether a row adds up the columns above it; it is passed over, and this is told."""
        first = next(cell for cell in cells if cell)
        if first.lower().rstrip(":") not in _SUMS:
            return False
        self.faults.append(remark(f"Passed over, as a sum of the rows above: {first}", number))
        return True

    def _entry(self, number: int, cells: list[str]) -> Entry:
        pairs = zip(self.columns.roles, cells, strict=False)
        values = {role: cell for role, cell in pairs if role}
        entry = Entry(number, values.get("kind", "").lower(), cells=values)
        entry.columns, entry.halves = self.columns.names, self.asked.halves
        directed = is_cut(entry.cell("directions"))
        entry.is_cut = directed or is_part(entry.cell("tablets"))
        if len(cells) > len(self.columns.roles) and any(cells[len(self.columns.roles) :]):
            more = ", ".join(cell for cell in cells[len(self.columns.roles) :] if cell)
            message = "the row has more cells than the header has columns"
            self.faults.append(Fault("unreadable", number, "", message, more))
        return entry

    def _date(self, entries: list[Entry]) -> None:
        counted = next(
            (
                role
                for role in ("week", "day")
                if role in self.columns.names and is_counted([e.cell(role) for e in entries])
            ),
            "",
        )
        if "start" in self.columns.names:
            self.faults += put_dates(entries, self.market.market)
        elif counted:
            self.faults += put_counted(entries, counted, self.asked.start)
        else:
            role = next(role for role in ("week", "day") if role in self.columns.names)
            for entry in entries:
                entry.cells["start"] = entry.cell(role)
                entry.columns = {**entry.columns, "start": self.columns.names[role]}
            self.faults += put_dates(entries, self.market.market)
        self.faults += put_lengths(entries)

    # --- what is taken ---------------------------------------------------------------------------

    def _take(self, entry: Entry) -> None:
        named = self._product(entry)
        if named is None:
            return
        product, strength = named
        entry.names = product
        try:
            if entry.cell("doses"):
                entry.taken, *entry.companions = doses(
                    entry.cell("doses"), product, self.market, entry.cell("directions")
                )
                amounts.unit_of_column(product, self._unit(entry, product))
            else:
                entry.taken = self._written(entry, product, strength)
                _count_tablets(entry, entry.taken)
            self._compare_with_day(entry)
        except InputError as error:
            entry.taken = None
            for problem in error.problems:
                column = self._column_of(entry, problem)
                self.faults.append(of_problem(problem, entry.row, column))

    def _column_of(self, entry: Entry, problem: Problem) -> str:
        if problem.field in {"unit", *TIMED, "tablets"}:
            return entry.column(problem.field)
        if entry.cell("doses"):
            return entry.column("doses")
        return entry.column("dose", "daily", *self.columns.timed, "tablets", "directions")

    def _product(self, entry: Entry) -> tuple[Product, Strength | None] | None:
        name = entry.cell("product")
        column = entry.column("product")
        if not name:
            if self.product is None:
                hint = "a product in the first row, or --product"
                message = f"the product is missing (hint: {hint})"
                self.faults.append(Fault("unreadable", entry.row, column, message))
                return None
            return self.product, self.strength
        try:
            named = self.market.identify(name)
        except InputError as error:
            meant = self.asked.product
            if meant is not None and name.lower() in {meant.drug, meant.id}:
                self.product, self.strength = meant, self.asked.strength
                return meant, self.strength
            self.faults.append(of_problem(_elsewhere(name, error), entry.row, column, name))
            return None
        labels = {strength.label: strength for strength in named.product.strengths}
        self.product, self.strength = named.product, labels.get(named.strength)
        return self.product, self.strength

    def _unit(self, entry: Entry, product: Product) -> str:
        """The unit of the row; raises :class:`~taper.InputError` if its cell is empty."""
        if "unit" not in self.columns.names:
            return product.unit
        text = entry.cell("unit")
        if not text and any(amounts.is_bare(entry.cell(role)) for role in ("dose", "daily")):
            raise InputError(Problem("unit", "the unit is missing", f"{product.unit}"))
        return text or product.unit

    def _written(self, entry: Entry, product: Product, strength: Strength | None) -> Taken:
        """A dose as a person writes it: of a day, at times of day, or with how often."""
        often = entry.cell("frequency")
        timed = {time: entry.cell(time) for time in self.columns.timed}
        if any(timed.values()):
            cells = {time: self._with_unit(entry, time, product) for time in timed}
            return amounts.at_times(product, cells, strength)
        kinds: tuple[str, ...] = ("dose", "daily", "tablets")
        if self.columns.names.keys().isdisjoint((*kinds, *TIMED, "doses")):
            kinds = (*kinds, "directions")  # nothing else says how much
        role = next((role for role in kinds if entry.cell(role)), "")
        if not role:
            if entry.kind == STOP or amounts.is_stop(entry.cell("directions")):
                return Taken(product, 0)
            hint = f"15 {product.unit} q12h, or 0"
            raise InputError(Problem("dose", "the dose is missing", hint))
        text = self._with_unit(entry, role, product)
        if amounts.is_stop(text):
            return Taken(product, 0)
        taken = amounts.dose(product, text, often if role != "daily" else "", strength)
        if amounts.leaves_open(product, f"{text} {often}".strip(), strength):
            self.open.append(entry.row)
        if product.is_patch:
            written = patch_hours(entry.cell("directions")) or [parse_frequency(often) or 0]
            taken.hours = written[0] or taken.hours
        elif role == "daily" and often and not taken.amounts:
            hours = parse_frequency(often)
            number = 24 // hours if hours and hours <= 24 else 0  # noqa: PLR2004 - hours of a day
            if number and not taken.daily % number:
                taken.amounts, taken.hours = (taken.daily // number,) * number, hours
        return taken

    def _with_unit(self, entry: Entry, role: str, product: Product) -> str:
        """The text of a dose with its unit; one that other rows have and this one lost is told."""
        text = entry.cell(role)
        if not amounts.is_bare(text) or amounts.is_stop(text):
            return text
        unit = self.columns.units.get(role) or ""
        if not unit and "unit" in self.columns.names:
            unit = self._unit(entry, product)
        if not unit and role in self.with_units:
            hint = f"write {text} {product.unit}, as other rows do"
            message = f"'{text}' has no unit (hint: {hint})"
            column = entry.column(role)
            self.faults.append(Fault("unreadable", entry.row, column, message, text))
        unit = amounts.unit_of_column(product, unit or product.unit)
        return f"{text} {unit}"

    def _compare_with_day(self, entry: Entry) -> None:
        """The doses of a row against the dose of a day that stands beside them."""
        taken, text = entry.taken, entry.cell("daily")
        if taken is None or not text or not _is_compared(entry):
            return
        if amounts.is_stop(text):
            said = 0
        else:
            unit = f" {taken.product.unit}" if amounts.is_bare(text) else ""
            said = amounts.dose(taken.product, f"{text}{unit}").daily
        message = amounts.compared_with_day(taken, said)
        if message:
            column = entry.column("daily")
            self.faults.append(Fault("dose-not-makeable", entry.row, column, message, text))

    # --- what was passed over --------------------------------------------------------------------

    def _remarks(self, entries: list[Entry]) -> None:
        if self.open:
            rows = ", ".join(map(str, self.open))
            message = (
                f"What is taken as needed, or within a range, is not written: rows {rows} are"
                " counted at the most that the directions allow"
            )
            self.faults.append(remark(message, self.open[0], entries[0].column("dose")))
        if self.columns.unread:
            message = f"Columns that are not read: {', '.join(self.columns.unread)}"
            self.faults.append(remark(message, None, "", " ".join(self.columns.unread)))
        if any(entry.nominal is not None for entry in entries):
            self.faults.append(not_assessed(["avoided-day"], "the weeks have no dates (--start)"))


def _count_tablets(entry: Entry, taken: Taken) -> None:
    """The units of each dose from the column of tablets, if it names strengths that make it."""
    text, product = entry.cell("tablets"), taken.product
    if not text or taken.units or product.is_liquid or entry.is_cut:
        return
    single = taken.amounts or ((taken.daily,) if entry.cell("time") else ())
    try:
        counts = counted(product, text)
    except InputError:
        return  # told by the rules
    units = tuple((strength, count) for strength, count in counts.items() if strength)
    made = sum(strength.amount * count for strength, count in units) // THOUSAND
    if len(units) == len(counts) and single and set(single) == {made}:
        taken.amounts, taken.units = single, (units,) * len(single)


def _elsewhere(name: str, error: InputError) -> Problem:
    """Why a product is not found: perhaps it is one of another market."""
    markets = [market for market in MARKETS if name in formulary(market).products]
    if not markets:
        return error.problems[0]
    message = f"'{name}' is a product of the market {' and '.join(markets)}"
    return Problem("product", message, f"--market {markets[0]}", name)


def _is_compared(entry: Entry) -> bool:
    """Whether the dose of a day is not what the doses were read from."""
    others = ("doses", "dose", *TIMED)
    return any(entry.cell(role) for role in others)
