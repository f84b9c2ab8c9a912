"""The rule as an ideal curve: what the daily dose would be if every dose could be made.

The curve falls at each opportunity (day 1, then every interval). It is exact: numerators over a
denominator that grows, never a rounded number, and it never resets to a dose that was rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.quantities import Interval, Percent

ORIGINAL, CURRENT, MIXED = "original", "current", "mixed"
BASES = (ORIGINAL, CURRENT, MIXED)
# ``mixed``: of the original while more than 30% of it is left and the cut is at most 25% of what
# is left (CDC 2022, recommendation 5, for 10% a week; the second condition gentles higher rates).
MIXED_LEFT = (30, 100)
MIXED_CUT = (25, 100)


@dataclass(frozen=True, slots=True)
class Part:
    """One rule: by how much, how often, and down to where it applies.

    ``reduce`` is a :class:`Percent` or an amount in thousandths; ``until`` is the share of the
    original (a ratio) or the daily dose (thousandths, over 1) at which the next part takes over.
    """

    reduce: Percent | int
    every: Interval
    until_share: tuple[int, int] | None = None
    until_dose: int | None = None


class Point(NamedTuple):
    """The curve at one opportunity: ``ideal`` and ``asked`` are over ``denominator``.

    ``asked`` is the reduction asked for at this opportunity, ``of_current`` whether it is
    taken of what is left, ``every`` the time until the next opportunity, ``rule`` what the
    reduction was asked for as.
    """

    ideal: int
    asked: int
    denominator: int
    of_current: bool
    every: Interval
    rule: Percent | int


class Curve:
    """Steps down the ideal curve, one opportunity at a time, never below ``goal``."""

    def __init__(self, parts: Sequence[Part], of: str, start: int, goal: int) -> None:
        """Start at ``start``, in thousandths of the unit of the daily dose, above ``goal``."""
        self.parts = parts
        self.of = of
        self._ideal = start
        self._original = start
        self._goal = goal
        self._denominator = 1
        self._salt = (1, 1)
        self._part = 0
        self._of_current = of == CURRENT

    def resume(self, dose: int, salt: tuple[int, int]) -> None:
        """Go on from ``dose``, counted in ``salt``: the start stays what percentages are of."""
        self._salt = salt
        self._ideal, self._denominator = dose * salt[1], salt[1]
        while self._part + 1 < len(self.parts) and self._reached(self.parts[self._part]):
            self._part += 1

    @property
    def part(self) -> Part:
        """The part of the rule that is in force."""
        return self.parts[self._part]

    def rescale(self, top: int, bottom: int) -> None:
        """Count in another salt from here: every amount is multiplied by ``top / bottom``."""
        self._salt = (self._salt[0] * top, self._salt[1] * bottom)
        self._ideal *= top
        self._denominator *= bottom

    def next(self) -> Point:
        """Fall by the reduction asked for."""
        part = self.parts[self._part]
        rule = part.reduce
        if isinstance(rule, int):
            asked = self._over_denominator(rule)
        else:
            self._of_current = self._of_current or (self.of == MIXED and self._slows(rule))
            bottom = rule.denominator
            if self._of_current or self._denominator // self._salt[1] % bottom:
                self._ideal *= bottom
                self._denominator *= bottom
            whole = self._ideal if self._of_current else self._over_denominator(self._original)
            asked = whole // bottom * rule.numerator  # whole is a multiple of the bottom
        self._ideal -= asked
        goal = self._over_denominator(self._goal) if self._goal else 0
        self._ideal = max(self._ideal, goal)
        every = part.every if self._in_last_part() else self._every_after(part)
        of_current = self._of_current and not isinstance(rule, int)
        return Point(self._ideal, asked, self._denominator, of_current, every, rule)

    def skip(self, times: int) -> Point:
        """Fall ``times`` times, and give the last point.

        Of the original dose every fall of the last part is the same: they are one product.
        """
        while times > 1 and (self._of_current or self.of != ORIGINAL or not self._in_last_part()):
            self.next()
            times -= 1
        point = self.next()
        if times > 1:
            self._ideal = max(
                self._ideal - point.asked * (times - 1), self._over_denominator(self._goal)
            )
            point = point._replace(ideal=self._ideal)
        return point

    def _in_last_part(self) -> bool:
        return self._part + 1 == len(self.parts)

    def _every_after(self, part: Part) -> Interval:
        """The time until the next opportunity: a part that is reached sets its own."""
        while self._part + 1 < len(self.parts) and self._reached(part):
            self._part += 1
            part = self.parts[self._part]
        return part.every

    def _over_denominator(self, amount: int) -> int:
        """An amount of the first product, in the salt counted now, over the denominator."""
        return amount * self._salt[0] * (self._denominator // self._salt[1])

    def _slows(self, rule: Percent) -> bool:
        """Whether ``mixed`` turns to percentages of what is left."""
        original = self._over_denominator(self._original)
        left = self._ideal * MIXED_LEFT[1] <= original * MIXED_LEFT[0]
        cut = original * rule.numerator * MIXED_CUT[1]
        return left or cut > self._ideal * rule.denominator * MIXED_CUT[0]

    def _reached(self, part: Part) -> bool:
        if part.until_dose is not None:
            return self._ideal <= self._over_denominator(part.until_dose)
        assert part.until_share is not None
        top, bottom = part.until_share
        return self._ideal * bottom <= self._over_denominator(self._original) * top
