"""One plan of the sweep, with what it was asked for and what the rules expect of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from taper.planning.make import make_plan
from taper.reading import read
from verify.rules import NO_PAUSES, Pauses, Row, Taper, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.formulary.product import Product
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from verify.shelf import Amounts, Shelf
    from verify.starts import Start

BEGIN = date(2026, 12, 7)  # a Monday
RATES = (5, 10, 15, 20, 25)  # percent
WEEKS = (1, 2, 4)
BASES = ("original", "current", "mixed")
WITH_HOLDS = ("2w@every4", "4w@50%")
HOLDS = ((), WITH_HOLDS)
PAUSES = {(): NO_PAUSES, WITH_HOLDS: Pauses(4, 14, 50, 28)}
HOURS_OF_DAY, DAYS_OF_WEEK = 24, 7


class Asked(NamedTuple):
    """The rule of one plan."""

    percent: int
    of: str
    weeks: int
    holds: tuple[str, ...]

    @property
    def fields(self) -> dict[str, object]:
        """The rule as fields of a request."""
        return {
            "reduce": f"{self.percent}%",
            "of": self.of,
            "every": f"{self.weeks}w",
            "holds": list(self.holds),
            "start": BEGIN.isoformat(),
        }


class Seen(NamedTuple):
    """A row of the plan; days are ordinals, the end is the day after the last one."""

    number: int
    kind: str
    first: int
    end: int | None
    regimen: Regimen
    marks: tuple[str, ...]

    @property
    def amounts(self) -> Amounts:
        """What is taken at each administration."""
        return self.regimen.amounts

    @property
    def daily(self) -> int:
        """The daily dose."""
        return self.regimen.daily


@dataclass
class Group:
    """What starts that share their strengths share: regimens that were looked at before."""

    regimens: dict[int, Regimen] = field(default_factory=dict)  # kept, so that ids stay theirs
    faults: dict[int, list[str]] = field(default_factory=dict)
    counts: dict[int, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    over: dict[int, bool] = field(default_factory=dict)  # a labelled maximum


@dataclass
class Case:
    """A plan to be checked."""

    plan: Plan
    start: Start
    asked: Asked
    shelf: Shelf
    taper: Taper
    group: Group
    looked_into: bool = False  # whether its document is checked too

    @cached_property
    def product(self) -> Product:
        """The one product of the plan."""
        return self.start.product

    @cached_property
    def period(self) -> int:
        """The days that a patch is worn; 1 for what is taken every day."""
        return self.start.hours // HOURS_OF_DAY if self.product.is_patch else 1

    @cached_property
    def every(self) -> int:
        """The interval in days; of a patch, in whole periods (contract 4.8b)."""
        return -(-self.asked.weeks * DAYS_OF_WEEK // self.period) * self.period

    @cached_property
    def begin(self) -> int:
        """The first day, as an ordinal."""
        return BEGIN.toordinal()

    @cached_property
    def saved(self) -> str:
        """The document as it is saved."""
        return self.plan.to_json()

    @cached_property
    def current(self) -> Seen:
        """Row 0: what is taken now."""
        step = self.plan.steps[0]
        return Seen(step.number, step.kind, 0, None, step.regimen, step.findings)

    @cached_property
    def rows(self) -> list[Seen]:
        """The dated rows."""
        return [
            Seen(
                step.number,
                step.kind,
                step.start.toordinal() if step.start else 0,
                step.end.toordinal() + 1 if step.end else None,
                step.regimen,
                step.findings,
            )
            for step in self.plan.steps[1:]
        ]

    @cached_property
    def turns(self) -> list[tuple[Seen, Seen]]:
        """Each dated row with the row before it."""
        return list(zip([self.current, *self.rows[:-1]], self.rows, strict=True))

    @cached_property
    def expected(self) -> list[Row] | None:
        """The rows as the rules lay them out."""
        days = self.asked.weeks * DAYS_OF_WEEK
        return lay_out(self.taper, days, self.period, PAUSES[self.asked.holds])

    @cached_property
    def last_day(self) -> int:
        """The day after the last one on which something is taken, as an ordinal."""
        ends = [row.end for row in self.rows if row.end is not None]
        return max(ends, default=self.begin)

    @cached_property
    def looks(self) -> dict[str, list[tuple[int, int]]]:
        """The checks by their reason: the row of each, and its day."""
        found: dict[str, list[tuple[int, int]]] = {}
        for check in self.plan.checks:
            found.setdefault(check.reason, []).append((check.step, check.date.toordinal()))
        return found

    def counts(self, regimen: Regimen) -> tuple[tuple[str, int], ...]:
        """Units of each strength in a day (of a patch: at one change), added up here."""
        found = self.group.counts.get(id(regimen))
        if found is None:
            added: dict[str, int] = {}
            for units in regimen.units:
                for strength, count in units:
                    added[strength.label] = added.get(strength.label, 0) + count
            found = self.group.counts[id(regimen)] = tuple(added.items())
            self.group.regimens[id(regimen)] = regimen
        return found


def planned(start: Start, asked: Asked) -> Plan:
    """The plan, read from the words of its request."""
    return make_plan(read({**start.fields, **asked.fields}))


def every_rule() -> Iterator[Asked]:
    """The rules with which each start is planned."""
    for percent in RATES:
        for of in BASES:
            for weeks in WEEKS:
                for holds in HOLDS:
                    yield Asked(percent, of, weeks, holds)
