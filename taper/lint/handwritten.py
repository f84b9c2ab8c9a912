"""A schedule that a person wrote, read from CSV: rows with their columns, and what is wrong.

Column names are those of the schedule CSV, or the obvious ones: date, dose, drug. Nothing stops
at the first fault: each is kept with its row and its column.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.quantities import THOUSAND, parse_day, thousandths
from taper.reading.dose import parse_frequency, parse_prescription
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.times import AS_NEEDED, TIMES
from taper.safety.catalogue import catalogue

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product, Strength
    from taper.regimen.prescription import Prescription
    from taper.regimen.units import Units

# what a column is, by the names it may have
_NAMES = {
    "step": ("step", "no", "row"),
    "kind": ("kind",),
    "start": ("start date", "start", "date", "from", "begin", "begins", "starts", "day"),
    "end": ("end date", "end", "until", "through", "thru", "to", "ends", "last day"),
    "days": ("days", "duration", "number of days"),
    "product": ("product", "drug", "medicine", "medication", "opioid", "name"),
    "daily": ("daily dose", "total daily dose", "tdd", "daily total", "dose per day", "mg per day"),
    "dose": ("dose", "single dose", "prescription"),
    "frequency": ("frequency", "freq", "interval", "how often", "schedule"),
    "unit": ("unit", "units"),
    "doses": ("doses", "administrations"),
    "tablets": ("tablets", "pills", "tablets per dose", "capsules"),
    "directions": ("directions", "sig", "instructions"),
    "quantities": ("quantities", "quantity", "qty", "dispense", "number of tablets", "supply"),
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names}
_MASSES = {
    "g",
    "gram",
    "mg",
    "milligram",
    "mcg",
    "ug",
    "microgram",
    "mcg/h",
    "mcg/hr",
    "micrograms/hour",
}
_STOPPED = {"0", "0 mg", "stop", "none", "off", "stopped", "nil", "zero"}
_TIME = re.compile(r"(?:([a-z0-9-]+): )?(\S+) ([\d.]+) \((.+)\)")
_OFTEN = re.compile(r"at most (once|\d+ times) a day")
_UNIT = re.compile(r"(.+?) x ([\d.]+)(?: mL)?")
_PARTS = re.compile(r"\b(half|halves|0\.5|1/2)\b|½", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is found in a file: where, what, and how bad.

    ``level`` is ``error``, ``warning`` or ``note``; left out, it is that of the finding's id.
    """

    id: str
    row: int | None
    column: str
    message: str
    value: str = ""
    level: str = ""

    def __post_init__(self) -> None:
        """Look up the level."""
        if not self.level:
            object.__setattr__(self, "level", str(catalogue()[self.id]["level"]))


@dataclass(slots=True)
class Taken:
    """What is taken of one product in a row; ``amounts`` is empty if only a day is known.

    Amounts are in thousandths, ``units`` what each is made of, empty if it is not written. What
    stays as needed has one amount, ``often`` times a day.
    """

    product: Product
    daily: int
    amounts: tuple[int, ...] = ()
    units: tuple[Units, ...] = ()
    times: tuple[str, ...] = ()
    hours: int | None = None
    often: int = 1


@dataclass(slots=True)
class Entry:
    """One row of the file, as far as it can be read."""

    row: int
    kind: str = ""
    start: date | None = None
    end: date | None = None
    days: int | None = None
    taken: Taken | None = None
    companions: list[Taken] = field(default_factory=list)
    quantities: str = ""
    directions: str = ""
    broken: bool = False  # whether something is cut that must be whole
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> list[Taken]:
        """Everything that is taken."""
        return [*([self.taken] if self.taken else []), *self.companions]

    def column(self, *roles: str) -> str:
        """The name of the first of these columns that the file has."""
        return next((self.columns[role] for role in roles if role in self.columns), roles[0])


class Reader:
    """Reads the rows of a CSV text; keeps faults instead of stopping."""

    def __init__(self, market: Formulary, product: Product | None) -> None:
        """``product`` is meant by the rows that name none."""
        self.market = market
        self.product = product
        self.faults: list[Fault] = []

    def read(self, text: str, name: str) -> list[Entry]:
        """The entries; raises :class:`~taper.InputError` if it is not a schedule at all."""
        text = text.removeprefix("\ufeff").lstrip("\r\n")
        try:
            file = io.StringIO(text, newline="")
            lines = list(csv.reader(file, delimiter=_delimiter(text), strict=True))
        except csv.Error as error:
            hint = "rows of columns, and every quotation mark closed"
            raise InputError(Problem(name, f"not CSV: {error}", hint)) from None
        header = [" ".join(re.split(r"[\s_/-]+", cell.strip().lower())) for cell in lines[0]]
        roles = [_role(cell) for cell in header]
        self._check_header(roles, header, name)
        columns: dict[str, str] = {}
        for role, cell in zip(roles, lines[0], strict=True):
            if role:
                columns.setdefault(role, cell.strip())
        entries = []
        for number, cells in enumerate(lines[1:], 2):
            if not any(cell.strip() for cell in cells):
                continue
            values: dict[str, str] = {}
            for role, cell in zip(roles, cells, strict=False):
                if role and role not in values:
                    values[role] = " ".join(cell.strip().removeprefix("'").split())
            entries.append(self._entry(number, values, columns))
        return entries

    def fault(self, row: int, column: str, problem: Problem | str, value: str = "") -> None:
        """Keep what cannot be read."""
        text = problem if isinstance(problem, str) else f"{problem.message} (hint: {problem.hint})"
        found = "" if isinstance(problem, str) else problem.id
        self.faults.append(Fault(found or "unreadable", row, column, text, value))

    def _check_header(self, roles: list[str], header: list[str], name: str) -> None:
        problems = [
            Problem(name, f"the column '{cell}' stands twice", "one column of a name")
            for cell in dict.fromkeys(header)
            if cell and header.count(cell) > 1
        ]
        if "start" not in roles:
            message = f"no column says from when: {', '.join(header)}"
            problems.append(Problem(name, message, "a column named date, or start_date"))
        if not {"dose", "daily", "doses"} & set(roles):
            message = f"no column says how much: {', '.join(header)}"
            problems.append(Problem(name, message, "a column named dose, or daily_dose"))
        if "product" not in roles and self.product is None:
            message = f"no column says of what: {', '.join(header)}"
            problems.append(Problem(name, message, "a column named product or drug, or --product"))
        if problems:
            raise InputError(problems)

    def _entry(self, number: int, values: dict[str, str], columns: dict[str, str]) -> Entry:
        entry = Entry(number, values.get("kind", "").lower(), columns=columns)
        entry.quantities = values.get("quantities", "")
        entry.directions = values.get("directions", "")
        entry.start = self._day(entry, "start", values)
        entry.end = self._day(entry, "end", values)
        self._days(entry, values)
        product = self._product(entry, values)
        if product is None:
            return entry
        self.product = product  # a row that names none goes on with the one above
        try:
            if values.get("doses"):
                self._doses(entry, product, values)
            else:
                entry.taken = self._written(entry, product, values)
        except InputError as error:
            column = entry.column("doses" if values.get("doses") else "dose", "daily")
            for problem in error.problems:
                self.fault(number, column, problem, problem.value)
        return entry

    def _day(self, entry: Entry, role: str, values: dict[str, str]) -> date | None:
        text = values.get(role, "")
        if not text:
            if role == "start" and entry.kind != "current":
                self.fault(entry.row, entry.column(role), "the first day is missing")
            return None
        try:
            return parse_day(text.partition("T")[0].partition(" ")[0], role)
        except InputError as error:
            self.fault(entry.row, entry.column(role), error.problems[0], text)
            return None

    def _days(self, entry: Entry, values: dict[str, str]) -> None:
        text = re.sub(r"\s*days?$", "", values.get("days", "").lower())
        if not text:
            return
        if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or not int(text):
            self.fault(entry.row, entry.column("days"), "not a number of days", values["days"])
            return
        entry.days = int(text)
        if entry.start is not None and entry.end is None:
            entry.end = entry.start + timedelta(days=entry.days - 1)

    def _product(self, entry: Entry, values: dict[str, str]) -> Product | None:
        name = values.get("product", "")
        if not name:
            if self.product is None:
                hint = "a product in the first row, or --product"
                self.fault(entry.row, entry.column("product"), f"the product is missing ({hint})")
            return self.product
        try:
            return self.market.find(name)
        except InputError as error:
            self.fault(entry.row, entry.column("product"), error.problems[0], name)
            return None

    def _doses(self, entry: Entry, product: Product, values: dict[str, str]) -> None:
        """The administrations as the schedule CSV writes them, companions included."""
        by_product: dict[Product, list[tuple[str, int, Units]]] = {product: []}
        current = product
        for part in values["doses"].split("; "):
            match = _TIME.fullmatch(part)
            if match is None:
                hint = "as in a schedule CSV: morning 15 (15 x 1); evening 30 (30 x 1)"
                raise InputError(Problem("doses", f"'{part}' is not a dose", hint, part))
            if match[1]:
                current = self.market.find(match[1])
                by_product.setdefault(current, [])
            by_product[current].append((match[2], _amount(match[3]), _units(current, match[4])))
        counts = _OFTEN.findall(entry.directions)
        as_needed = [1 if often == "once" else int(often.split()[0]) for often in counts]
        for each, doses in by_product.items():
            taken = _put_together(each, doses)
            if taken.times == AS_NEEDED and as_needed:
                taken.often = as_needed.pop(0)
                taken.daily *= taken.often
            if each is product:
                entry.taken = taken
            else:
                entry.companions.append(taken)
        if values.get("daily") and entry.taken is not None:
            written = _amount(values["daily"].split()[0])
            if written != entry.taken.daily:
                made, said = product.daily_text(entry.taken.daily), product.text(written)
                message = f"the doses come to {made}, not {said}"
                self.faults.append(
                    Fault("dose-not-makeable", entry.row, entry.column("daily"), message)
                )

    def _written(self, entry: Entry, product: Product, values: dict[str, str]) -> Taken:
        """A dose as a person writes it: of a day, or with how often it is taken."""
        text = values.get("dose") or values.get("daily", "")
        daily = "dose" not in values or not values["dose"]
        if not text and not values.get("tablets"):
            if entry.kind == "stop":
                return Taken(product, 0)
            raise InputError(
                Problem("dose", "the dose is missing", f"15 {product.unit} q12h, or 0")
            )
        if text.lower() in _STOPPED or text.lower().removesuffix(product.unit).strip() == "0":
            return Taken(product, 0)
        entry.broken = bool(_PARTS.search(f"{values.get('tablets', '')} {entry.directions}"))
        unit = _unit(product, values.get("unit", "")) or product.unit
        if re.fullmatch(r"[\d./ ]+", text):
            text = f"{text} {unit}"
        often = values.get("frequency", "")
        if often and not daily:
            text = f"{text} {often}"
        text = _in_short(text)
        combination = any(strength.other for strength in product.strengths)
        written = parse_prescription(text, product.unit, combination=combination)
        taken = _as_taken(product, written, parse_frequency(often))
        if not daily and values.get("daily"):
            self._compare_with_day(entry, taken, values["daily"], is_of_day=written.hours is None)
        return taken

    def _compare_with_day(self, entry: Entry, taken: Taken, text: str, *, is_of_day: bool) -> None:
        """The dose against the dose of a day, where a row has both.

        A dose without a frequency is taken as often as the dose of a day says.
        """
        number_of_day = re.match(r"[\d.]+", text)
        said = _amount(number_of_day[0] if number_of_day else text)
        if said == taken.daily or taken.product.is_patch:
            return
        number, rest = divmod(said, taken.daily)
        if is_of_day and not rest and number in TIMES and taken.hours is None:
            taken.amounts, taken.daily = (taken.daily,) * number, said
            return
        product = taken.product
        message = f"the doses come to {product.daily_text(taken.daily)}, not {product.text(said)}"
        self.faults.append(Fault("dose-not-makeable", entry.row, entry.column("daily"), message))


def _unit(product: Product, text: str) -> str:
    """The unit of its column; raises :class:`~taper.InputError` for another one of mass."""
    unit = text.lower().replace("\u00b5", "mc").replace("\u03bc", "mc")
    if unit in _MASSES and unit not in {product.unit, product.unit_text.lower()}:
        message = f"the unit is {text}, and {product.id} is counted in {product.unit}"
        raise InputError(Problem("unit", message, f"the dose in {product.unit}", text))
    return text


def _in_short(text: str) -> str:
    """``15 mg every 12 hours``, ``15 mg at bedtime``, ``30 mg a day`` as a prescription is read."""
    text = re.sub(r"\s*(?:/day|(?<!once )(?<!twice )(?<!times )(?:a|per) day|/d)$", "", text)
    text = re.sub(r"\bevery (\d+) ?h(?:ours?|rs?)?\b", r"q\1h", text)
    text = re.sub(r"\bevery (\d+) days\b", lambda match: f"q{int(match[1]) * 24}h", text)
    return re.sub(r"\b(nightly|at (bedtime|night)|in the (morning|evening))$", "qd", text)


def _as_taken(product: Product, written: Prescription, often: int | None) -> Taken:
    """A dose with its frequency, or of a day if none is written; ``often`` is in hours."""
    first = written.amounts[0]
    if product.is_patch:
        whole = (s.amount for s in product.strengths)
        amount = next((each for each in whole if each // THOUSAND * THOUSAND == first), first)
        return Taken(product, amount, (amount,), (), ("patch",), written.hours or often)
    if not written.administrations:
        return Taken(product, first, hours=often)
    number = written.administrations
    amounts = written.amounts * (number if len(written.amounts) == 1 else 1)
    return Taken(product, sum(amounts), amounts, hours=HOURS_OF_DAY // number)


def _put_together(product: Product, doses: list[tuple[str, int, Units]]) -> Taken:
    return Taken(
        product,
        sum(amount for _, amount, _ in doses),
        tuple(amount for _, amount, _ in doses),
        tuple(units for _, _, units in doses),
        tuple(time for time, _, _ in doses),
    )


def _units(product: Product, text: str) -> Units:
    """``60 x 1 + 15 x 2``: strengths with their counts."""
    found = []
    for part in text.split(" + "):
        match = _UNIT.fullmatch(part)
        strength = strength_of(product, match[1]) if match else None
        if match is None or strength is None:
            known = ", ".join(each.label for each in product.strengths)
            message = f"'{part}' is not a number of a strength of {product.id}"
            raise InputError(Problem("doses", message, f"the strengths are {known}", part))
        found.append((strength, _amount(match[2])))
    return tuple(found)


def strength_of(product: Product, text: str) -> Strength | None:
    """The strength that a label names, with its unit or without."""
    plain = " ".join(text.split())
    unit = "|".join(map(re.escape, (product.unit, product.unit_text)))
    short = re.sub(rf"\s*(?:{unit})$", "", plain)
    for strength in product.strengths:
        if strength.label in {plain, short}:
            return strength
    return next((s for s in product.strengths if s.label.partition("/")[0] == short), None)


def _amount(text: str) -> int:
    amount = thousandths(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII) else None
    if amount is None:
        raise InputError(Problem("dose", f"'{text}' is not an amount", "15, or 7.5", text))
    return amount


def counted(product: Product, text: str) -> dict[Strength | None, int]:
    """``60 mg x 14; 15 mg x 28`` as counts by strength; of a bare number the strength is None.

    Raises :class:`~taper.InputError` if it cannot be read.
    """
    found: dict[Strength | None, int] = {}
    for part in re.split(r"\s*;\s*", text):
        bare = re.fullmatch(
            r"([\d.]+)\s*(?:tablets?|tabs?|capsules?|caps?|patch(?:es)?|ml)?", part, re.IGNORECASE
        )
        match = re.fullmatch(
            r"(?:(.+?)\s*[x\u00d7:]\s*([\d.]+)|([\d.]+)\s*[x\u00d7]\s*(.+?))(?:\s*mL)?", part
        )
        if bare:
            found[None] = found.get(None, 0) + _amount(bare[1])
            continue
        label, count = (match[1] or match[4], match[2] or match[3]) if match else ("", "")
        strength = strength_of(product, label) if label else None
        if strength is None:
            message = f"'{part}' is not a number of a strength of {product.id}"
            raise InputError(Problem("quantities", message, "60 mg x 14; 15 mg x 28", part))
        found[strength] = found.get(strength, 0) + _amount(count)
    return found


def _role(cell: str) -> str:
    role = _ROLES.get(cell, "")
    if not role and re.fullmatch(r"(total )?(daily )?dose \(?(mg|mcg|mcg h)\)?( day)?", cell):
        role = "daily"
    return role


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab: what the header has most of."""
    header = text.splitlines()[0]
    return max(",;\t", key=header.count)
