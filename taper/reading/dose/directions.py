"""What the words of a dose say, clause by clause, before a product gives them meaning."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Item:
    """A number with its unit, and how many of it: ``2 x 15 mg``."""

    value: int  # thousandths
    kind: str  # mass, rate, volume, noun, or nothing
    unit: str
    span: tuple[int, int]
    many: tuple[int, int] | None = None  # thousandths: the 2 of 2 x 15 mg, or the 1-2


@dataclass(slots=True)
class Series:
    """Numbers in a row: ``5/325 mg``, ``1-2 tablets``, ``30/15/30 mg``, ``25 + 12 mcg/h``."""

    items: list[Item]
    between: list[str]  # the signs between them

    @property
    def kind(self) -> str:
        """What its numbers count: the kind of the last one that has a unit."""
        return next((item.kind for item in reversed(self.items) if item.kind), "")

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands."""
        return self.items[0].span[0], self.items[-1].span[1]


@dataclass(slots=True)
class Amount:
    """What is taken at once, in one to three ways: units, drug, volume."""

    units: Series | None = None
    drug: Series | None = None
    volume: Series | None = None
    bare: Series | None = None
    concentration: tuple[int, int] | None = None  # thousandths of a mg in thousandths of a mL
    each: bool = False
    total: bool = False
    noun: bool = False
    up_to: bool = False
    span: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Entry:
    """An amount, and the times of the day that were written for it."""

    amount: Amount
    times: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Directions:
    """Everything that the words say."""

    source: str
    entries: list[Entry] = field(default_factory=list)
    hours: int = 0
    longest_hours: int = 0
    a_day: int = 0  # five times a day
    twice_weekly: bool = False
    total: tuple[int, int] | None = None  # where "a day" stands, of which one dose may be meant
    prn: bool = False
    most: Series | None = None
    stated: Amount | None = None  # what the words say that a day comes to
    most_doses: int = 0
    times: list[str] = field(default_factory=list)  # before an amount
    passed_over: list[str] = field(default_factory=list)
    often: tuple[int, int] | None = None  # where the frequency stands
