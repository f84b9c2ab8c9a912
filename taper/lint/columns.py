"""What a column of a schedule is, by its name: those of the schedule CSV, or the obvious ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.lint.entries import TIMED

if TYPE_CHECKING:
    from taper.formulary.product import Product

_NAMES = {
    "step": ("step", "no", "row", "#", "step no", "step number"),
    "kind": ("kind",),
    "start": (
        *("start date", "start", "date", "from", "begin", "begins", "starts", "starting"),
        *("week of", "week starting", "week beginning", "week commencing", "w c", "dates"),
        *("effective", "effective date", "date started", "start on", "first day", "from date"),
    ),
    "end": (
        *("end date", "end", "until", "through", "thru", "to", "ends", "last day", "to date"),
        *("stop date", "date ended", "finish", "ending"),
    ),
    "days": ("days", "duration", "number of days", "no of days", "length", "days supply", "for"),
    "week": ("week", "weeks", "wk", "wks", "week no", "week number"),
    "day": ("day", "day no", "day number"),
    "product": (
        *("product", "drug", "medicine", "medication", "opioid", "name", "drug name"),
        *("preparation", "formulation", "medication name"),
    ),
    "daily": (
        *("daily dose", "total daily dose", "tdd", "daily total", "dose per day", "total"),
        *("mg per day", "mg day", "total dose", "total mg", "daily mg", "total per day"),
        *("total mg day", "total day", "dose day", "24 h total", "24h total", "24 hour total"),
        *("daily", "total daily"),
    ),
    "dose": ("dose", "single dose", "prescription", "each dose", "amount", "strength and dose"),
    "frequency": ("frequency", "freq", "interval", "how often", "schedule", "times"),
    "unit": ("unit", "units"),
    "doses": ("doses", "administrations"),
    "time": ("time", "time of day", "when"),
    "tablets": (
        *("tablets", "pills", "tablets per dose", "capsules", "tabs", "how many", "caps"),
        *("number of tablets per dose", "tablets to take", "what to take"),
    ),
    "directions": ("directions", "sig", "instructions", "notes", "comments", "how to take"),
    "quantities": (
        *("quantities", "quantity", "qty", "dispense", "number of tablets", "supply", "quant"),
        *("quantity to dispense", "amount dispensed", "disp", "no of tablets", "dispensed"),
    ),
    "morning": ("morning", "am", "a m", "breakfast", "mane", "8 am", "8am", "morn", "06:00"),
    "noon": ("noon", "midday", "lunch", "lunchtime", "12 noon", "mid day", "12 pm"),
    "afternoon": ("afternoon", "aft", "2 pm", "3 pm", "4 pm", "tea", "teatime", "14:00"),
    "evening": ("evening", "pm", "p m", "dinner", "supper", "eve", "6 pm", "8 pm", "8pm"),
    "bedtime": ("bedtime", "night", "nocte", "hs", "bed", "at bedtime", "10 pm", "at night"),
    # what the tool writes beside, and checks by working it out
    "derived": ("plan id", "percent of original", "cut percent of current", "mme", "ome"),
    "derived next": ("next check", "findings", "omedd", "id", "checks"),
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names}
_UNITS = {"mg": "mg", "mcg": "mcg", "micrograms": "mcg", "\u00b5g": "mcg"}
_IN_UNIT = re.compile(r"\(?\b(mg|mcg|micrograms?|\u00b5g)(?:[ /](h|hr|hour|day|d))?\b\)?")
_MOST_SHOWN = 80  # characters of a header
STARTS = ("start", "week", "day")
AMOUNTS = ("dose", "daily", "doses", "tablets", "directions", *TIMED)


@dataclass(slots=True)
class Columns:
    """The role of each column (empty: not read), its name, and the unit that a name tells."""

    roles: list[str]
    names: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    @property
    def timed(self) -> list[str]:
        """The columns of administrations, in the order of the day."""
        return [time for time in TIMED if time in self.names]


def _plain(cell: str) -> str:
    return " ".join(re.split(r"[\s_/.\-]+", cell.strip().lower())).strip()


def role_of(cell: str) -> tuple[str, str]:
    """What a column is, and the unit that its name tells: ``Total (mg)`` is the dose of a day."""
    plain = _plain(cell)
    if plain in _ROLES:
        return _ROLES[plain], ""
    match = _IN_UNIT.search(cell.lower())
    if match is None:
        return _ROLES.get(re.sub(r"\s*\(.*\)$", "", plain), ""), ""
    unit = _UNITS.get(match[1].removesuffix("s"), "mcg")
    unit = f"{unit}/h" if match[2] in {"h", "hr", "hour"} else unit
    rest = _plain(cell.lower().replace(match[0], " ").replace("()", " "))
    role = _ROLES.get(rest, "")
    if role == "dose" and match[2] in {"day", "d"}:
        role = "daily"
    return role, unit


def is_header(cells: list[str]) -> bool:
    """Whether a row names the columns of a schedule: from when, and how much."""
    roles = {role_of(cell)[0] for cell in cells}
    return not roles.isdisjoint(STARTS) and not roles.isdisjoint(AMOUNTS)


def read_header(cells: list[str], name: str, product: Product | None) -> Columns:
    """The columns of a schedule; ``product`` is what is meant if none is named.

    Raises :class:`~taper.InputError` with everything that is missing or stands twice.
    """
    plain = [_plain(cell) for cell in cells]
    problems = [
        Problem(name, f"the column '{cell}' stands twice", "one column of a name")
        for cell in dict.fromkeys(plain)
        if cell and plain.count(cell) > 1
    ]
    columns = Columns([])
    for cell in cells:
        role, unit = role_of(cell)
        if role == "unit" and role in columns.names and "tablets" not in columns.names:
            role = "tablets"  # `unit` and `units`: of the dose, and of what it is made
        if role.startswith("derived") or not cell or role in columns.names:
            columns.unread += [cell] * bool(cell)
            role = ""
        elif role:
            columns.names[role] = cell.strip()
            columns.units[role] = unit
        else:
            columns.unread.append(cell)
        columns.roles.append(role)
    shown = ", ".join(cell for cell in cells if cell)
    if columns.names.keys().isdisjoint({*STARTS, *AMOUNTS}):
        message = f"not a schedule: no column says from when or how much: {shown[:_MOST_SHOWN]}"
        hint = "a table with a date (or week), a dose and a product; a plan (JSON); or FHIR"
        raise InputError(Problem(name, message, hint))
    if columns.names.keys().isdisjoint(STARTS):
        message = f"no column says from when: {shown}"
        problems.append(Problem(name, message, "a column named date, start_date or week"))
    if columns.names.keys().isdisjoint(AMOUNTS):
        message = f"no column says how much: {shown}"
        problems.append(Problem(name, message, "a column named dose, or daily_dose"))
    if "product" not in columns.names and product is None:
        message = f"no column says of what: {shown}"
        problems.append(Problem(name, message, "a column named product or drug, or --product"))
    if problems:
        raise InputError(problems)
    return columns
