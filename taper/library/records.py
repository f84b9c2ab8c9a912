"""The parts of a plan as records: the fields of the plan document, with Python's own types.

Amounts, counts, percentages and MME are exact :class:`~decimal.Decimal`, dates are
:class:`~datetime.date`. An amount is in ``unit`` (``mg``, ``mcg``, ``mcg/h``); a quantity counts
tablets, patches or mL. Each field is also an item: ``step["daily_dose"]``, ``dict(step)``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date as Day  # noqa: N812 - records have a field of the other name
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Record:
    """A part of a plan; nothing in it changes, and two are equal if all their values are."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The record of a part of the plan document."""
        return cls(**{each.name: _value(str(each.type), values, each.name) for each in fields(cls)})

    def keys(self) -> list[str]:
        """The names of its fields."""
        return [each.name for each in fields(self)]

    def __getitem__(self, name: str) -> Any:
        """The value of a field."""
        if name not in self.keys():
            raise KeyError(name)
        return getattr(self, name)


def _value(kind: str, values: Mapping[str, Any], name: str) -> Any:
    """The value of a field in the type that its annotation names."""
    value = values.get(name)
    if value is None:
        return None
    if kind.startswith("tuple["):
        read = _READERS[kind.removeprefix("tuple[").removesuffix(", ...]")]
        return tuple(read(each) for each in value)
    return _READERS[kind.removesuffix(" | None")](value)


@dataclass(frozen=True, slots=True)
class Units(Record):
    """How many of one strength are taken at once; ``count`` may be a half, or mL of a liquid."""

    strength: str
    count: Decimal


@dataclass(frozen=True, slots=True)
class Dose(Record):
    """One administration of a day, in the unit of the step.

    ``time`` is ``patch`` for a patch. If the medicine stays as needed it is ``as-needed``, with
    the hours between two doses and the most of a day.
    """

    time: str
    amount: Decimal
    units: tuple[Units, ...]
    hours_between: int | None
    most_per_day: Decimal | None


@dataclass(frozen=True, slots=True)
class Companion(Record):
    """Another opioid that is taken during a step."""

    product: str
    daily_dose: Decimal
    unit: str
    doses: tuple[Dose, ...]
    directions: str


@dataclass(frozen=True, slots=True)
class Step(Record):
    """One row of the schedule, from ``start`` to ``end``, both inclusive.

    Step 0 is the current regimen and has no dates; the last stop has a start only. ``mme`` is for
    risk context only, and None if the market's table has no factor. A percentage has one decimal.
    """

    step: int
    kind: str
    start: Day | None
    end: Day | None
    days: int | None
    product: str
    daily_dose: Decimal
    unit: str
    doses: tuple[Dose, ...]
    directions: str
    mme: Decimal | None
    percent_of_original: Decimal
    cut_percent_of_original: Decimal
    cut_percent_of_current: Decimal
    cut_percent_of_total: Decimal | None
    why: str
    findings: tuple[str, ...]
    companions: tuple[Companion, ...]


@dataclass(frozen=True, slots=True)
class Check(Record):
    """One withdrawal check: its day, the step in force, why, how, and what to look at."""

    date: Day
    step: int
    reason: str
    reasons: tuple[str, ...]
    how: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SupplyItem(Record):
    """How much of one strength, counted in ``unit``, with the directions of its label."""

    product: str
    strength: str
    quantity: Decimal
    unit: str
    rxcui: str | None
    directions: str


@dataclass(frozen=True, slots=True)
class Fill(Record):
    """One dispensing: what is needed from ``date`` on for ``days_supply`` days."""

    fill: int
    date: Day
    not_before: Day
    days_supply: int
    items: tuple[SupplyItem, ...]


@dataclass(frozen=True, slots=True)
class Finding(Record):
    """One safety finding; ``level`` is ``warning`` or ``note``, ``steps`` is empty for the plan."""

    id: str
    level: str
    steps: tuple[int, ...]
    message: str
    source: str


@dataclass(frozen=True, slots=True)
class Product(Record):
    """The main product, with the strengths that the plan uses."""

    id: str
    drug: str
    form: str
    name: str
    market: str
    mme_table: str
    unit: str
    strengths: tuple[str, ...]
    handling: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary(Record):
    """The plan in a few figures; ``stop_date`` is the first day without the drug, None for a goal.

    The doses are those of the main product in ``unit``; the MME is of all opioids together. The
    largest cuts leave the stop out.
    """

    start: Day
    stop_date: Day | None
    days: int
    reductions: int
    holds: int
    start_daily_dose: Decimal
    end_daily_dose: Decimal
    unit: str
    start_mme: Decimal | None
    largest_cut_percent_of_current: Decimal
    largest_cut_percent_of_original: Decimal


_READERS: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "str": str,
    "Decimal": Decimal,
    "Day": Day.fromisoformat,
    "Units": Units.of,
    "Dose": Dose.of,
    "Companion": Companion.of,
    "SupplyItem": SupplyItem.of,
}
