"""The rows of a schedule in any of its ways, to be changed; and the register of faults."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.formulary.market import formulary
from verify.schedules.faultless import BY_HAND, JSON, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

DAY = timedelta(days=1)
WEEK = 7
BAND = Fraction(1, 4)  # of the first dose in a week


class Wanted(NamedTuple):
    """What must be found: one of the ids, in one of the rows (None: of the whole)."""

    ids: frozenset[str]
    rows: frozenset[int | None]


class CannotHave(Exception):
    """The schedule is none that can have the fault."""


KINDS: dict[str, Callable[[Schedule, Random], Wanted]] = {}


def kind(name: str) -> Callable[[Any], Any]:
    """Register a kind of fault by its name."""

    def register(function: Callable[[Schedule, Random], Wanted]) -> Any:
        KINDS[name] = function
        return function

    return register


def wanted(ids: str, *rows: int | None) -> Wanted:
    """One of some ids in one of some rows."""
    return Wanted(frozenset(ids.split()), frozenset(rows))


# --- the rows of a schedule, whatever way it is written ------------------------------------------


class Rows:
    """The dated rows, with what is in them, to be changed."""

    def __init__(self, schedule: Schedule) -> None:
        """Of a document its steps, of a table the rows that stand for them."""
        self.schedule = schedule
        self.steps = schedule.steps
        self.first = len(schedule.document["steps"]) - len(self.steps)
        self.by_hand = schedule.way == BY_HAND
        self.table = schedule.rows[self.first :]
        self.is_json = schedule.way == JSON

    def __len__(self) -> int:
        """How many rows have dates."""
        return len(self.steps)

    def number(self, place: int) -> int:
        """The number of a row as `taper check` names it."""
        if self.is_json:
            return int(self.steps[place]["step"])
        return place + 2 + self.first

    def name(self, field: str) -> str:
        """The column of a field of the document."""
        exported = {"start": "start_date", "end": "end_date"}
        hand = {"product": "drug", "daily_dose": "total", "quantities": "quantity"}
        return (hand if self.by_hand else exported).get(field, field)

    def get(self, place: int, field: str) -> Any:
        """What stands in a field of a row."""
        return self.steps[place][field] if self.is_json else self.table[place][self.name(field)]

    def put(self, place: int, **fields: Any) -> None:
        """Write fields of a row."""
        for field, value in fields.items():
            if self.is_json:
                self.steps[place][field] = value
            else:
                self.table[place][self.name(field)] = "" if value is None else str(value)

    def dates(self, place: int) -> tuple[date, date | None]:
        """The first and the last day of a row."""
        end = self.steps[place]["end"]
        return date.fromisoformat(self.steps[place]["start"]), date.fromisoformat(
            end
        ) if end else None

    def move(self, place: int, days: int) -> None:
        """Move a row and all after it by some days."""
        for each in range(place, len(self)):
            start, end = self.dates(each)
            self.set_dates(each, start + days * DAY, end + days * DAY if end else None)

    def set_dates(self, place: int, start: date, end: date | None) -> None:
        """Give a row its first and last day, and the days that fit them."""
        length = (end - start).days + 1 if end else None
        self.put(place, start=start.isoformat(), end=end.isoformat() if end else None)
        self.put(place, days=length)

    def clear_quantity(self, place: int) -> None:
        """Leave the quantity of a row out, so that a fault of the dose is one fault."""
        if not self.is_json:
            self.put(place, quantities="")

    def daily(self, place: int) -> Fraction:
        """The dose of a day, in the usual salt of the opioid."""
        step = self.steps[place]
        basis = formulary(self.schedule.market).products[step["product"]].basis
        return Fraction(step["daily_dose"]) * Fraction(*basis)


def some(random: Random, places: Iterable[int]) -> int:
    """One of some places."""
    found = list(places)
    if not found:
        raise CannotHave
    return random.choice(found)


def dosed(rows: Rows, first: int = 0) -> list[int]:
    """The places of the rows in which something is taken."""
    return [n for n in range(first, len(rows)) if rows.steps[n]["doses"]]
