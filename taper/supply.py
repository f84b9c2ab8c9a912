"""What to dispense: quantities of each strength for each fill, exactly (contract 9)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - a fill has a field of the other name
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import whole
from taper.formulary.working_days import working_days
from taper.quantities import THOUSAND
from taper.regimen.labels import Part, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.engine.steps import Step
    from taper.formulary.product import Product, Strength
    from taper.quantities import Interval
    from taper.regimen.table import Regimen
    from taper.request.model import OnHand

DAYS_TOGETHER = whole("prescriptions-together")
LONGEST_STEP_FILL_DAYS = whole("step-fill")
MOST_ROWS_IN_A_FILL = whole("rows-in-a-fill")
LEAST_CARRIED_DAYS = whole("carried-into-a-fill")
_DAY = timedelta(days=1)


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


class SupplyItem(NamedTuple):
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
        """The label: what is taken of this strength alone, in dated parts if it changes."""
        if self.words:
            return self.words
        return label(self.strength, self.serves) if self.serves else ""

    @property
    def serves(self) -> tuple[Part, ...]:
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
            Part(use.start, use.end - timedelta(days=1), use.regimen, whole) for use in served
        )


class Fill(NamedTuple):
    """One dispensing: what is needed from ``date`` for ``days_supply`` days."""

    number: int
    date: Day
    days_supply: int
    items: tuple[SupplyItem, ...]

    @property
    def not_before(self) -> Day:
        """The first day on which it may be dispensed: the last working day up to its date."""
        market = self.items[0].product.market if self.items else "us"
        return working_days(market).on_or_before(self.date)


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
    """The first day of every fill, and the day after the last; whole patch periods.

    ``fill`` None dispenses one row at a time.
    """
    starts = [step.start for step in steps if step.start is not None and step.end is not None]
    ends = [step.end + _DAY for step in steps if step.start is not None and step.end is not None]
    return [starts[0], *_cuts(starts[0], ends, fill, period)] if starts else []


def _cuts(day: Day, ends: Sequence[Day], fill: Interval | None, period: int) -> list[Day]:
    """The day after each fill, from ``day`` on; ``ends`` are the days after the rows.

    A fill is as long as it may be, but it ends with a row rather than carry fewer than four days
    of the next one: too little to be worth another strength in the same bag.
    """
    longest = LONGEST_STEP_FILL_DAYS if fill is None else fill.days
    most = timedelta(days=max(longest // period, 1) * period)
    found = []
    while day < ends[-1]:
        limit = min(day + most, ends[-1])
        first = bisect_right(ends, day)
        limit = min([limit, *ends[first + MOST_ROWS_IN_A_FILL - 1 :][:1]])
        row_ends = ends[first : bisect_right(ends, limit)]
        if row_ends and fill is None:
            limit = row_ends[0]
        elif row_ends and (limit - row_ends[-1]).days < LEAST_CARRIED_DAYS:
            limit = row_ends[-1]
        found.append(limit)
        day = limit
    return found


def supply(
    steps: tuple[Step, ...], fill: Interval | None, on_hand: Iterable[OnHand] = ()
) -> Supply:
    """The fills of a plan; ``fill`` None dispenses one step at a time.

    What the patient holds already is used first; it changes no dose.
    """
    days = boundaries(steps, fill, _period(steps))
    if not days:
        return Supply((), ())
    ledger = _Ledger(days[0], on_hand)
    return Supply(_fills(uses(steps), days, ledger), ledger.leftover())


def resupply(
    steps: tuple[Step, ...],
    fill: Interval | None,
    before: tuple[Fill, ...],
    day: Day,
    on_hand: Iterable[OnHand] = (),
) -> Supply:
    """The fills of a plan that was changed on ``day``; those ``before`` it were dispensed.

    What they still hold is used first: a fill has only what is missing, and none is made if
    nothing is. The fill in force goes on to the day to which it was dispensed.
    """
    period = _period(steps)
    days = boundaries(steps, fill, period)
    served = uses(steps)
    ledger = _behind(served, days[0], before, day, on_hand)
    later = [day]
    if before:
        dispensed = before[-1].date + timedelta(days=before[-1].days_supply)
        later += [dispensed] if day < dispensed < days[-1] else []
    ends = [use.end for use in served if use.end > later[-1]]
    later += _cuts(later[-1], sorted({*ends}), fill, period) if ends else []
    first = before[-1].number + 1 if before else 1
    fills = _fills(served, later, ledger, first)
    return Supply((*before, *fills), ledger.leftover())


def held_on(
    steps: tuple[Step, ...], fills: tuple[Fill, ...], day: Day, on_hand: Iterable[OnHand] = ()
) -> dict[tuple[Product, Strength], int]:
    """What of the ``fills``, and of what was on hand, is not used up before ``day``."""
    anchor = steps[1].start
    assert anchor is not None
    return _behind(uses(steps), anchor, fills, day, on_hand).spare


def _behind(
    served: Iterable[_Use],
    anchor: Day,
    before: Iterable[Fill],
    day: Day,
    on_hand: Iterable[OnHand],
) -> _Ledger:
    """The ledger on the morning of a day: what was held and dispensed, less what was used."""
    ledger = _Ledger(anchor, on_hand)
    for item in (item for each in before for item in each.items):
        ledger.add(item.product, item.strength, item.quantity)
    for use in served:
        if use.start < day:
            ledger.use(use, use.start, min(use.end, day))
    return ledger


def as_served(fills: Iterable[Fill], steps: tuple[Step, ...]) -> tuple[Fill, ...]:
    """Fills that were dispensed, with the directions of the steps that they serve."""
    served, anchor = uses(steps), steps[1].start
    assert anchor is not None
    found = []
    for fill in fills:
        start, end = fill.date, fill.date + timedelta(days=fill.days_supply)
        within = _Within(
            tuple(use for use in served if use.start < end and use.end > start), start, end, anchor
        )
        items = tuple(item._replace(within=within, words="") for item in fill.items)
        found.append(fill._replace(items=items))
    return tuple(found)


def _period(steps: tuple[Step, ...]) -> int:
    regimen = steps[0].regimen
    return regimen.interval // 24 if regimen.product.is_patch else 1


def _fills(
    served: list[_Use], days: list[Day], ledger: _Ledger, number: int = 1
) -> tuple[Fill, ...]:
    """A fill from each day to the next, if it holds something, numbered from ``number``."""
    fills: list[Fill] = []
    first = 0
    for start, end in pairwise(days):
        while first < len(served) and served[first].end <= start:
            first += 1
        within = []
        for use in served[first:]:
            if use.start >= end:
                break
            if use.end > start:
                within.append(use)
        items = ledger.items(within, start, end)
        if items:
            fills.append(Fill(number + len(fills), start, (end - start).days, items))
    return tuple(fills)


class _Ledger:
    """What was needed and dispensed so far: half tablets carry over to the next fill."""

    def __init__(self, anchor: Day, on_hand: Iterable[OnHand] = ()) -> None:
        self.anchor = anchor
        self.spare: dict[tuple[Product, Strength], int] = {}
        for held in on_hand:
            self.add(held.product, held.strength, held.quantity)

    def add(self, product: Product, strength: Strength, quantity: int) -> None:
        """Count what has been dispensed, or was there before."""
        self.spare[product, strength] = self.spare.get((product, strength), 0) + quantity

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
