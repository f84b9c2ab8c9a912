"""A plan document (SPEC 6) as the laws see it: a plain dict, read without the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from verify.clock import Interval, whole
from verify.curve import MIXED, ORIGINAL
from verify.medicine import HOURS_OF_DAY, THOUSAND, exact, formulary
from verify.times import AS_NEEDED, ranks
from verify.words import interval, kept_shelf, liquid_shelf, percent

if TYPE_CHECKING:
    from verify.medicine import Medicine, Strength
    from verify.planner import Row
    from verify.shelf import Amounts, Shelf, Units
    from verify.times import Placed

UP_AND_DOWN = {"step-back", "change"}
LOWERS = {"reduce", "stop"}


class Step(NamedTuple):
    """A row of the document; days are ordinals, ``end`` is the day after the last one."""

    number: int
    kind: str
    first: int | None
    end: int | None
    product: Medicine
    taken: Placed
    units: tuple[Units, ...]
    daily: int
    marks: tuple[str, ...]
    entry: dict[str, Any]

    @property
    def amounts(self) -> Amounts:
        """What is taken, by rank."""
        return ranks(self.taken)

    @property
    def needed(self) -> bool:
        """Whether it is taken as needed."""
        return bool(self.taken) and self.taken[0][0] == AS_NEEDED

    def counts(self) -> dict[str, int]:
        """Thousandths of units of each strength in a day, or at one change of patches."""
        found: dict[str, int] = {}
        for way in self.units:
            for strength, count in way:
                found[strength.label] = found.get(strength.label, 0) + count
        return found


def day(text: str | None) -> int | None:
    """An ISO date as an ordinal."""
    return None if text is None else date.fromisoformat(text).toordinal()


@dataclass
class Plan:
    """A document; ``wanted`` are the rows of the second reading, where they were worked out."""

    document: dict[str, Any]
    wanted: list[Row] | None = None
    _strengths: dict[str, dict[str, Strength]] = field(default_factory=dict)

    @cached_property
    def market(self) -> str:
        """The market of its products."""
        return str(self.document["product"]["market"])

    @cached_property
    def request(self) -> dict[str, Any]:
        """What was asked for."""
        found: dict[str, Any] = self.document["request"]
        return found

    @cached_property
    def steps(self) -> list[Step]:
        """All rows, the current regimen first."""
        return [self._step(entry) for entry in self.document["steps"]]

    @property
    def current(self) -> Step:
        """Row 0."""
        return self.steps[0]

    @cached_property
    def rows(self) -> list[Step]:
        """The dated rows."""
        return self.steps[1:]

    @cached_property
    def turns(self) -> list[tuple[Step, Step]]:
        """Each dated row with the row before it, of whatever product."""
        return list(pairwise(self.steps))

    @cached_property
    def cuts(self) -> list[tuple[Step, Step]]:
        """Each reduction with the row before, of one product."""
        return [
            (before, row)
            for before, row in self.turns
            if row.kind == "reduce" and row.product is before.product
        ]

    @cached_property
    def product(self) -> Medicine:
        """The main product."""
        return self.medicine(self.document["product"]["id"])

    @property
    def start(self) -> int:
        """Day 1."""
        found = day(self.document["summary"]["start"])
        assert found is not None
        return found

    @cached_property
    def stop(self) -> int | None:
        """The first day without the medicine."""
        return day(self.document["summary"]["stop_date"])

    @cached_property
    def last(self) -> int:
        """The day after the last one on which something is taken."""
        return max((row.end for row in self.rows if row.end is not None), default=self.start)

    @cached_property
    def original(self) -> int:
        """The starting daily dose."""
        return self.current.daily

    @cached_property
    def every(self) -> Interval:
        """The interval asked for."""
        return interval(self.request["every"])

    @cached_property
    def of(self) -> str:
        """What the percentage is of; of an amount, the original dose."""
        return ORIGINAL if self.share[1] else str(self.request.get("of") or MIXED)

    @cached_property
    def share(self) -> tuple[Fraction, bool]:
        """The reduction asked for as a share of the original, and whether it was an amount."""
        text = str(self.request["reduce"])
        if text.endswith("%"):
            return percent(text), False
        return Fraction(exact(text.split(maxsplit=1)[0]), self.original), True

    @property
    def simple(self) -> bool:
        """One product by one rule, without events: what the laws of the rule are about."""
        asked = self.request
        several = any(step.entry["companions"] for step in self.steps)
        other = any(asked.get(name) for name in ("phases", "guideline", "also", "override_rate"))
        return not several and not other and not self.document.get("revisions")

    @cached_property
    def period(self) -> int:
        """The days that a patch is worn; 1 for what is taken every day."""
        return self.worn(self.product.id)

    def worn(self, name: str) -> int:
        """The days that a patch of the request is worn; 1 for what is taken every day."""
        product = self.medicine(name)
        if not product.is_patch:
            return 1
        texts = [str(text).split(maxsplit=1) for text in self.request.get("also") or ()]
        dose = dict(texts).get(name, str(self.request["dose"]))
        for word in dose.replace("every", "q").split():
            if word.startswith("q") and word[1:-1].isdigit():
                days = int(word[1:-1]) * (1 if word.endswith("d") else Fraction(1, HOURS_OF_DAY))
                return int(days)
        return product.intervals[0] // HOURS_OF_DAY

    def days_of(self, text: str) -> int:
        """Days of an interval, of patches in whole periods; of a month 28."""
        return whole(interval(text).counted, self.period)

    def medicine(self, name: str) -> Medicine:
        """A product of the market."""
        return formulary(self.market)[name]

    @cached_property
    def shelf(self) -> Shelf:
        """What can be made of the strengths in use of the main product (SPEC 3.1, 4.1)."""
        product, units = self.product, self.current.units
        stock = tuple(self.request.get("stock") or ())
        used = {strength for way in units for strength, _ in way}
        at_once = max(sum(n for _, n in way) for way in units)
        most = self.request.get("max_units") or product.most_units
        if product.is_liquid:
            return liquid_shelf(product, next(iter(used)), self.current.amounts[0])
        chosen = {*product.named(stock)} if stock else {*product.usual, *used}
        if product.is_combination:
            if not stock:
                chosen = used if at_once > THOUSAND else self._alike(used)
            most = at_once // THOUSAND
        halves = self.request.get("split") == "halves" and bool(product.facts.get("splittable"))
        most = max(int(most), -(-at_once // THOUSAND))
        return kept_shelf(product, _sorted(product, chosen), most, halves=halves)

    def _alike(self, used: set[Strength]) -> set[Strength]:
        """The usual strengths with the content of a combination; all with it, if none is usual."""
        product, contents = self.product, {strength.other for strength in used}
        if not product.holds_acetaminophen:
            return {*product.usual, *used}
        usual = {strength for strength in product.usual if strength.other in contents}
        return used | (usual or {s for s in product.strengths if s.other in contents})

    def strength(self, product: Medicine, label: str) -> Strength:
        """A strength by its label."""
        known = self._strengths.setdefault(product.id, {s.label: s for s in product.strengths})
        return known[label]

    def _step(self, entry: dict[str, Any]) -> Step:
        product = self.medicine(entry["product"])
        taken: list[tuple[str, int]] = []
        units: list[Units] = []
        for dose in entry["doses"]:
            way = tuple(
                (self.strength(product, each["strength"]), exact(each["count"]))
                for each in dose["units"]
            )
            amount = exact(dose["amount"])
            number = 1
            if dose["time"] == AS_NEEDED:
                number = int(Fraction(dose["most_per_day"]) / Fraction(dose["amount"]))
            taken += [(dose["time"], amount)] * number
            units += [way] * number
        last = day(entry["end"])
        return Step(
            entry["step"],
            entry["kind"],
            day(entry["start"]),
            None if last is None else last + 1,
            product,
            tuple(taken),
            tuple(units),
            exact(entry["daily_dose"]),
            tuple(entry["findings"]),
            entry,
        )


def _sorted(product: Medicine, chosen: set[Strength]) -> tuple[Strength, ...]:
    return tuple(strength for strength in product.strengths if strength in chosen)
