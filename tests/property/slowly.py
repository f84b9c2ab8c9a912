"""Contract 4 a second time, plainly and slowly, to hold the engine against.

Nothing here calls the engine: amounts are enumerated, fractions are exact, and no step is clever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations_with_replacement, product

# contract 4.5b: which administration gets the smaller amount first
SMALLER_FIRST = {
    1: ["morning"],
    2: ["morning", "evening"],
    3: ["afternoon", "morning", "evening"],
    4: ["noon", "evening", "morning", "bedtime"],
    6: ["02:00", "10:00", "18:00", "14:00", "06:00", "22:00"],
}
OF_THE_DAY = {
    1: ["morning"],
    2: ["morning", "evening"],
    3: ["morning", "afternoon", "evening"],
    4: ["morning", "noon", "evening", "bedtime"],
    6: ["06:00", "10:00", "14:00", "18:00", "22:00", "02:00"],
}


@dataclass
class Kitchen:
    """What there is to make doses of: units are (amount of drug, strength, a half or not)."""

    whole: list[int]
    number: int  # administrations a day
    most: int  # units at one administration
    halves: bool = False
    least: int = 0
    measures: int = 0  # of a liquid, at most so many at one administration
    prefer_strengths: bool = False
    other: dict[int, int] = field(default_factory=dict)  # second ingredient, by strength
    _best: dict = field(default_factory=dict)
    _divided: dict = field(default_factory=dict)

    def units(self) -> list[tuple[int, int, bool]]:
        """Every unit that can be taken."""
        units = [(amount, amount, False) for amount in self.whole]
        if self.halves:
            units += [(amount // 2, amount, True) for amount in self.whole if amount % 2 == 0]
        return units

    def ways(self) -> dict[int, list[tuple]]:
        """Every amount of one administration, with every way to make it."""
        found: dict[int, list[tuple]] = {0: [()]}
        units = [(self.whole[0], self.whole[0], False)] if self.measures else self.units()
        if self.measures:
            return {0: [()]} | {
                n * units[0][0]: [(units[0],)]
                for n in range(1, self.measures + 1)
                if n * units[0][0] >= self.least
            }
        for count in range(1, self.most + 1):
            for way in combinations_with_replacement(units, count):
                amount = sum(unit[0] for unit in way)
                if amount >= self.least:
                    found.setdefault(amount, []).append(way)
        return found

    def best(self) -> dict[int, tuple]:
        """Every amount of one administration, with the best way to make it."""
        if not self._best:
            self._best = {amount: min(ways, key=self._key) for amount, ways in self.ways().items()}
        return self._best

    def _key(self, way: tuple) -> tuple:
        """Fewest units (or strengths), then whole before halves, then larger strengths first."""
        strengths = len({strength for _, strength, _ in way}) if self.prefer_strengths else 0
        broken = sum(half for _, _, half in way)
        larger_first = sorted((half, -strength) for _, strength, half in way)
        return strengths, len(way), broken, larger_first

    def totals(self, caps: tuple[int, ...]) -> set[int]:
        """Every daily dose of which no administration is above its cap."""
        made = {0}
        for cap in caps:
            made = {sofar + each for sofar in made for each in self.best() if each <= cap}
        return made

    def divided(self, caps: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
        """Every daily dose under the caps with its best division (contract 4.5), by enumeration."""
        order = [OF_THE_DAY[self.number].index(time) for time in SMALLER_FIRST[self.number]]
        if caps in self._divided:
            return self._divided[caps]
        found: dict[int, tuple] = {}
        for amounts in product(*([a for a in self.best() if a <= cap] for cap in caps)):
            squares = sum(amount * amount for amount in amounts)
            key = (squares, [amounts[place] for place in order])
            total = sum(amounts)
            if total not in found or key < found[total][0]:
                found[total] = (key, amounts)
        self._divided[caps] = {total: amounts for total, (_, amounts) in found.items()}
        return self._divided[caps]

    def is_even(self, amounts: tuple[int, ...]) -> bool:
        """Whether a division is even, as contract 4.3e means it."""
        above_zero = [amount for amount in amounts if amount]
        high, low = max(above_zero), min(above_zero)
        if len(above_zero) < len(amounts) and high > min(a for a in self.best() if a):
            return False
        return high - low <= self.gap(high)

    def gap(self, amount: int) -> int:
        """How far apart the largest unit within ``amount`` and the next smaller one are."""
        if self.measures:
            return self.whole[0] if amount > min(a for a in self.best() if a) else amount
        sizes = sorted({unit[0] for unit in self.units()} | {0})
        place = max(place for place, size in enumerate(sizes) if size <= amount)
        return sizes[place] - sizes[place - 1] if place else 0

    def other_daily(self, amounts: tuple[int, ...]) -> Fraction:
        """The second ingredient of a combination in a day."""
        units = [unit for amount in amounts for unit in self.best()[amount]]
        return sum(
            (Fraction(self.other.get(s, 0), 2 if half else 1) for _, s, half in units), Fraction(0)
        )

    def strengths(self, amounts: tuple[int, ...]) -> int:
        """How many strengths a day needs."""
        if self.measures:
            return 1
        return len({strength for amount in amounts for _, strength, _ in self.best()[amount]})


@dataclass(frozen=True)
class Asked:
    """The curve at one opportunity."""

    ideal: Fraction
    reduction: Fraction
    of_current: bool  # the reference dose of limit a is the current dose
    rule: Fraction | int = 0  # the reduction as it was asked for: a share, or an amount


def choose(
    kitchen: Kitchen,
    now: tuple[int, ...],
    asked: Asked,
    original: int,
    goal: int = 0,
    *,
    override: bool = False,
    most_other: Fraction | int | None = None,
) -> tuple[tuple[int, ...], bool] | None:
    """What to reduce to (contract 4.3), and whether the cut is unavoidable; None to stay."""
    current = sum(now)
    divided = kitchen.divided(now)
    every = [t for t in divided if goal <= t < current and t]
    if most_other is not None:  # nor may the second ingredient be more than at the start
        every = [t for t in every if kitchen.other_daily(divided[t]) <= most_other]
    if goal:  # a dose from which the goal can no longer be made is no way to the goal
        every = [t for t in every if goal in kitchen.divided(divided[t])]
    reference = current if asked.of_current else original
    most = Fraction(reference, 4)
    if override:  # the reduction asked for, of the dose itself
        most = asked.rule * reference if isinstance(asked.rule, Fraction) else asked.rule
    within = [t for t in every if current - t <= most and 2 * (current - t) <= current]
    if not within:
        if not every:
            return None
        lower = max(every)
        if asked.ideal < Fraction(lower + current, 2):
            return divided[lower], True
        return None
    left = [t for t in within if current - t >= asked.reduction / 2] or within
    left = [t for t in left if kitchen.is_even(divided[t])] or left
    nearest = min(left, key=lambda t: (abs(t - asked.ideal), -t))
    near = [t for t in left if abs(t - nearest) <= asked.reduction / 4]
    if nearest != goal:
        nearest = min(
            near,
            key=lambda t: (
                kitchen.strengths(divided[t]),
                t != nearest and abs(t - asked.ideal),
                -t,
            ),
        )
    if abs(current - asked.ideal) <= abs(nearest - asked.ideal):
        return None
    return divided[nearest], False


def points(
    parts: list[tuple[Fraction | int, tuple | None]], of: str, start: int, goal: int
) -> object:
    """The curve, opportunity by opportunity; each part is (share or amount, until when).

    ``until`` is a share of the original (a Fraction) or an amount (an int).
    """
    ideal = Fraction(start)
    slow = of == "current"
    place = 0
    while True:
        reduce, until = parts[place]
        if isinstance(reduce, Fraction):
            if of == "mixed" and (
                ideal <= Fraction(30, 100) * start or start * reduce > Fraction(25, 100) * ideal
            ):
                slow = True
            reduction = reduce * (ideal if slow else start)
        else:
            reduction = Fraction(reduce)
        ideal = max(ideal - reduction, Fraction(goal))
        yield Asked(ideal, reduction, slow and isinstance(reduce, Fraction), reduce)
        while place + 1 < len(parts):
            until = parts[place][1]
            if ideal > (until * start if isinstance(until, Fraction) else until):
                break
            place += 1


def taper(
    kitchen: Kitchen, now: tuple[int, ...], curve: object, linear: object, *, goal: int, last: int
) -> list[tuple[int, tuple[int, ...], bool]]:
    """The whole taper on a calendar without holds: (opportunity, amounts, unavoidable).

    ``last`` is how many intervals the smallest dose is kept where the curve slows down; 0 where
    it does not (``original``). The stop is the last entry, all zero.
    """
    rows: list = []
    smallest = min(amount for amount in kitchen.best() if amount)
    original = sum(now)
    most_other = kitchen.other_daily(now) if kitchen.other else None
    since = 0
    for opportunity, (asked, straight) in enumerate(zip(curve, linear, strict=False)):
        if not goal and sum(now) == smallest:
            ideal = straight.ideal if last else asked.ideal
            if ideal < Fraction(smallest, 2):
                stop = max(opportunity, since + last) if last else opportunity
                return [*rows, (stop, (0,) * len(now), False)]
            continue
        choice = choose(kitchen, now, asked, original, goal, most_other=most_other)
        if choice is not None:
            now, unavoidable = choice
            rows.append((opportunity, now, unavoidable))
            since = opportunity
        if sum(now) == goal:
            return rows
    return rows
