"""What to dispense: quantities of each strength for each fill, exactly (contract 9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Day  # noqa: N812 - a fill has a field of the other name
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import whole
from taper.quantities import THOUSAND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.engine.steps import Step
    from taper.formulary.product import Product, Strength
    from taper.quantities import Interval
    from taper.regimen.table import Regimen

DAYS_TOGETHER = whole("prescriptions-together")


class Served(NamedTuple):
    """A regimen within a fill, from ``start`` to ``end`` (inclusive)."""

    start: Day
    end: Day
    regimen: Regimen
    whole: bool  # whether it is taken all through the fill

    @property
    def directions(self) -> str:
        """The sig; with its days, unless it holds for the whole fill."""
        text = self.regimen.directions
        if self.whole:
            return text
        return f"From {self.start.isoformat()} to {self.end.isoformat()}: {text}"


class _Use(NamedTuple):
    """One regimen over the days from ``start`` to before ``end``."""

    start: Day
    end: Day
    regimen: Regimen


class _Within(NamedTuple):
    """What is taken within a fill that goes from ``start`` to before ``end``."""

    uses: tuple[_Use, ...]
    start: Day
    end: Day
    anchor: Day  # patches are changed on this day, and every period after it


@dataclass(frozen=True, slots=True, eq=False)
class SupplyItem:
    """How much of one strength: ``quantity`` in thousandths of a tablet, patch or millilitre.

    ``within`` is what is taken in its fill, of which the item serves what needs the strength.
    """

    product: Product
    strength: Strength
    quantity: int
    within: _Within | None = None
    words: str = ""  # the directions, if they are known without what is taken

    @property
    def unit(self) -> str:
        """What is counted: ``tablet``, ``capsule``, ``patch``, ``film`` or ``mL``."""
        return "mL" if self.product.is_liquid else self.product.kind

    @property
    def directions(self) -> str:
        """The sig of every step that the item serves."""
        if self.words:
            return self.words
        return " ".join(each.directions for each in self.serves)

    @property
    def serves(self) -> tuple[Served, ...]:
        """The regimens that need it in the fill, each with its days."""
        if self.within is None:
            return ()
        uses, start, end, anchor = self.within
        served: list[_Use] = []
        for use in uses:
            first, last = max(use.start, start), min(use.end, end)
            if use.regimen.product is not self.product or not any(
                strength == self.strength and count
                for strength, count in needed(use.regimen, anchor, first, last)
            ):
                continue
            if served and served[-1].end == first and served[-1].regimen == use.regimen:
                served[-1] = _Use(served[-1].start, last, use.regimen)
            else:
                served.append(_Use(first, last, use.regimen))
        whole = served[0].start == start and served[0].end == end
        return tuple(
            Served(use.start, use.end - timedelta(days=1), use.regimen, whole) for use in served
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """One dispensing: what is needed from ``date`` for ``days_supply`` days."""

    number: int
    date: Day
    days_supply: int
    items: tuple[SupplyItem, ...]

    @property
    def not_before(self) -> Day:
        """The first day on which it may be dispensed: the first day that it serves."""
        return self.date


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """Everything to dispense, and what is left over at the end of the plan."""

    fills: tuple[Fill, ...]
    leftover: tuple[SupplyItem, ...]
    renewed: tuple[Day, ...] = ()  # the days of changes: what was prescribed before them is void


def uses(steps: Iterable[Step]) -> list[_Use]:
    """What is taken from when to when, companions included."""
    found = []
    for step in steps:
        if step.start is None or step.end is None:
            continue
        end = step.end + timedelta(days=1)
        for regimen in (step.regimen, *step.companions):
            if regimen.daily:
                found.append(_Use(step.start, end, regimen))  # noqa: PERF401 - reads better
    return found


def needed(regimen: Regimen, anchor: Day, start: Day, end: Day) -> Iterable[tuple[Strength, int]]:
    """Units of each strength from ``start`` to before ``end``, in thousandths.

    A patch is counted on the day it is applied: ``anchor``, and every period after it.
    """
    if regimen.product.is_patch:
        period = regimen.interval // 24
        times = -(-(end - anchor).days // period) + (-(start - anchor).days // period)
    else:
        times = (end - start).days
    for strength, count in regimen.per_day:
        yield strength, count * times


def boundaries(steps: tuple[Step, ...], fill: Interval | None, period: int) -> list[Day]:
    """The first day of every fill, and the day after the last; whole patch periods."""
    rows = [step for step in steps if step.start is not None and step.end is not None]
    if not rows:
        return []
    first, last = rows[0].start, rows[-1].end
    assert first is not None
    assert last is not None
    end = last + timedelta(days=1)
    if fill is None:
        most = DAYS_TOGETHER // period * period
        starts = [row.start for row in rows if row.start is not None]
        parts = [_parts(start, following, most) for start, following in pairwise([*starts, end])]
        return [*(day for part in parts for day in part), end]
    days = -(-fill.days // period) * period
    count = -(-(end - first).days // days)
    return [*(first + timedelta(days=days * number) for number in range(count)), end]


def _parts(start: Day, end: Day, most: int) -> list[Day]:
    """The first days of a row's fills: one, but none for more than ``most`` days."""
    count = -(-(end - start).days // most)
    return [start + timedelta(days=most * place) for place in range(count)]


def supply(steps: tuple[Step, ...], fill: Interval | None) -> Supply:
    """The fills of a plan; ``fill`` None dispenses one step at a time."""
    days = boundaries(steps, fill, _period(steps))
    if not days:
        return Supply((), ())
    served = uses(steps)
    ledger = _Ledger(days[0])
    fills = _fills(served, days, ledger)
    return Supply(tuple(fills), ledger.leftover())


def resupply(
    steps: tuple[Step, ...], fill: Interval | None, before: tuple[Fill, ...], day: Day
) -> Supply:
    """The fills of a plan that was changed on ``day``; those ``before`` it were dispensed.

    What they still hold is used first: a fill has only what is missing, and none is made where
    nothing is. The days of the later fills stay.
    """
    days = boundaries(steps, fill, _period(steps))
    served = uses(steps)
    ledger = _Ledger(days[0])
    for item in (item for each in before for item in each.items):
        ledger.spare[item.product, item.strength] = (
            ledger.spare.get((item.product, item.strength), 0) + item.quantity
        )
    for use in served:
        if use.start < day:
            ledger.use(use, use.start, min(use.end, day))
    later = [day, *(each for each in days if each > day)]
    if fill is not None and len(later) > 2 and (later[2] - day).days <= fill.days:  # noqa: PLR2004
        del later[1]  # what is left of the plan is within one fill
    fills = _fills(served, later, ledger)
    first = before[-1].number + 1 if before else 1
    missing = [each for each in fills if each.items]
    numbered = (replace(each, number=first + place) for place, each in enumerate(missing))
    return Supply((*before, *numbered), ledger.leftover())


def _period(steps: tuple[Step, ...]) -> int:
    regimen = steps[0].regimen
    return regimen.interval // 24 if regimen.product.is_patch else 1


def _fills(served: list[_Use], days: list[Day], ledger: _Ledger) -> list[Fill]:
    """A fill from each day to the next."""
    fills = []
    first = 0
    for number, (start, end) in enumerate(pairwise(days), 1):
        while first < len(served) and served[first].end <= start:
            first += 1
        within = []
        for use in served[first:]:
            if use.start >= end:
                break
            if use.end > start:
                within.append(use)
        fills.append(Fill(number, start, (end - start).days, ledger.items(within, start, end)))
    return fills


class _Ledger:
    """What was needed and dispensed so far: half tablets carry over to the next fill."""

    def __init__(self, anchor: Day) -> None:
        self.anchor = anchor
        self.spare: dict[tuple[Product, Strength], int] = {}

    def use(self, use: _Use, start: Day, end: Day) -> None:
        """Take off what is used from ``start`` to before ``end``."""
        for strength, count in needed(use.regimen, self.anchor, start, end):
            key = (use.regimen.product, strength)
            self.spare[key] = self.spare.get(key, 0) - count

    def items(self, uses: list[_Use], start: Day, end: Day) -> tuple[SupplyItem, ...]:
        """What is needed from ``start`` to before ``end``, beyond what is spare."""
        need: dict[tuple[Product, Strength], int] = {}
        for use in uses:
            product = use.regimen.product
            first, last = max(use.start, start), min(use.end, end)
            for strength, count in needed(use.regimen, self.anchor, first, last):
                need[product, strength] = need.get((product, strength), 0) + count
        within = _Within(tuple(uses), start, end, self.anchor)
        items = []
        for (product, strength), count in need.items():
            quantity = self._whole(product, strength, count)
            if quantity:
                items.append(SupplyItem(product, strength, quantity, within))
        if len(items) > 1:
            items.sort(key=lambda item: (item.product.id, -item.strength.amount))
        return tuple(items)

    def _whole(self, product: Product, strength: Strength, count: int) -> int:
        """Whole units for what is needed beyond what is spare; a liquid is not rounded."""
        key = (product, strength)
        missing = count - self.spare.get(key, 0)
        if product.is_liquid:
            quantity = max(missing, 0)
        else:
            quantity = max(-(-missing // THOUSAND), 0) * THOUSAND
        self.spare[key] = quantity - missing
        return quantity

    def leftover(self) -> tuple[SupplyItem, ...]:
        """What was dispensed and never needed."""
        return tuple(
            SupplyItem(product, strength, count)
            for (product, strength), count in self.spare.items()
            if count > 0
        )


def new_prescription_dates(fills: tuple[Fill, ...], renewed: tuple[Day, ...] = ()) -> list[Day]:
    """The days on which a new set of schedule II prescriptions is needed.

    Those written together cover at most 90 days (21 CFR 1306.12); the first set is written at
    the start, and another where the plan was changed (``renewed``).
    """
    dates = []
    covered = 0
    last = None
    for fill in fills:
        changed = last is not None and any(last < day <= fill.date for day in renewed)
        last = fill.date
        if covered and (changed or covered + fill.days_supply > DAYS_TOGETHER):
            dates.append(fill.date)
            covered = 0
        covered += fill.days_supply
    return dates
