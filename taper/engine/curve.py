"""The rule as an ideal curve: what the daily dose would be if every dose could be made.

The curve falls at each opportunity (day 1, then every interval). It is exact: numerators over a
denominator that grows, never a rounded number, and it never resets to a dose that was rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taper.request.rule import CURRENT, MIXED, ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.quantities import Interval, Percent
    from taper.request.rule import Part

# ``mixed``: of the original while more than 30% of it is left and the cut is at most 25% of what
# is left (CDC 2022, recommendation 5, for 10% a week; the second condition gentles higher rates).
MIXED_LEFT = (30, 100)
MIXED_CUT = (25, 100)


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
    """Steps down the ideal curve, one opportunity at a time, never below ``goal``.

    ``ideal``, ``asked`` and ``denominator`` are those of :class:`Point`, at this opportunity.
    """

    def __init__(self, parts: Sequence[Part], of: str, start: int, goal: int) -> None:
        """Start at ``start``, in thousandths of the unit of the daily dose, above ``goal``."""
        self.part = parts[0]  # the one that is in force
        self.of = of
        self.ideal = start
        self.denominator = 1
        self.asked = 0
        self._original = start
        self._goal = goal
        self._salt = (1, 1)
        self._later = tuple(parts[1:])
        self._slow = of == CURRENT
        self._is_settled = False
        self._lowest = 0  # the goal, over the denominator
        self._turn = -1  # where ``mixed`` slows down, over the denominator
        # of a percentage of what is left, as a ratio; over 0 every fall is the same
        self._top, self._bottom = 0, 0
        self._rule = parts[0].reduce

    def resume(self, dose: int, salt: tuple[int, int]) -> None:
        """Go on from ``dose``, counted in ``salt``: the start stays what percentages are of."""
        self._salt = salt
        self.ideal, self.denominator = dose * salt[1], salt[1]
        self._enter_parts()
        self._is_settled = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The part in force, and those after it."""
        return (self.part, *self._later)

    def turned(self, parts: Sequence[Part], of: str, goal: int) -> Curve:
        """The curve of another rule or another goal, from where this one is.

        It does not begin again at the dose in force: that was rounded, and a dose that lies below
        the curve would bring the next reduction forward without anyone asking for it.
        """
        curve = Curve(parts, of, self._original, goal)
        curve.ideal, curve.denominator, curve._salt = self.ideal, self.denominator, self._salt
        curve._enter_parts()
        return curve

    def rescale(self, top: int, bottom: int) -> None:
        """Count in another salt from here: every amount is multiplied by ``top / bottom``.

        9 mg of oxycodone base are 10 mg of its hydrochloride. The curve itself is multiplied, and
        not begun anew at the dose that the finer product makes of it: rounding at the change is
        then made up for by the next reductions, as all rounding is, and percentages of the
        original are still of what the patient took on day 1. The salt is kept apart from the
        denominator, so that doses and goals, written in the first product's salt, are multiplied
        by it once and exactly.
        """
        self._salt = (self._salt[0] * top, self._salt[1] * bottom)
        self.ideal *= top
        self.denominator *= bottom
        self._is_settled = False

    def fall(self) -> None:
        """Fall by the reduction asked for."""
        if not self._is_settled or self.ideal <= self._turn:
            self._settle()
        bottom = self._bottom
        if bottom:
            self.asked = self.ideal * self._top
            self.ideal *= bottom
            self.denominator *= bottom
            self._lowest *= bottom
        self.ideal -= self.asked
        self.ideal = max(self.ideal, self._lowest)
        if self._later:
            self._enter_parts()

    def point(self) -> Point:
        """Where the curve is."""
        return Point(
            *(self.ideal, self.asked, self.denominator),
            of_current=self._bottom > 0,
            every=self.part.every,
            rule=self._rule,
        )

    def next(self) -> Point:
        """Fall by the reduction asked for, and give the point."""
        self.fall()
        return self.point()

    def skip(self, times: int) -> Point:
        """Fall ``times`` times, and give the last point.

        Of the original dose every fall of the last part is the same: they are one product.
        """
        while times > 1 and (self.of != ORIGINAL or self._later):
            self.fall()
            times -= 1
        self.fall()
        self.ideal = max(self.ideal - self.asked * (times - 1), self._lowest)
        return self.point()

    def _settle(self) -> None:
        """Work out what stays the same from here, until the part or the base changes."""
        rule = self._rule = self.part.reduce
        self._turn, self._bottom = -1, 0
        if isinstance(rule, int):
            self.asked = self._over_denominator(rule)
        else:
            bottom = rule.denominator
            if self.denominator // self._salt[1] % bottom:
                self.ideal *= bottom
                self.denominator *= bottom
            original = self._over_denominator(self._original)
            self.asked = original // bottom * rule.numerator  # a multiple of the bottom
            if self.of == MIXED and not self._slow:
                turn = _turn(original, rule)
                self._slow = self.ideal <= turn
                self._turn = -1 if self._slow else turn
            if self._slow:
                self._top, self._bottom = rule.numerator, bottom
        self._lowest = self._over_denominator(self._goal)
        self._is_settled = True

    def _enter_parts(self) -> None:
        """Go over to the next part where this one's end is reached."""
        while self._later and self._reached(self.part):
            self.part, self._later = self._later[0], self._later[1:]
            self._is_settled = False

    def _over_denominator(self, amount: int) -> int:
        """An amount of the first product, in the salt counted now, over the denominator."""
        return amount * self._salt[0] * (self.denominator // self._salt[1])

    def _reached(self, part: Part) -> bool:
        if part.until_dose is not None:
            return self.ideal <= self._over_denominator(part.until_dose)
        assert part.until_share is not None
        top, bottom = part.until_share
        return self.ideal * bottom <= self._over_denominator(self._original) * top


def _turn(original: int, rule: Percent) -> int:
    """The highest dose from which ``mixed`` takes percentages of what is left."""
    left = original * MIXED_LEFT[0] // MIXED_LEFT[1]
    # the cut is more than 25% of a lower dose than this
    cut = (original * rule.numerator * MIXED_CUT[1] - 1) // (rule.denominator * MIXED_CUT[0])
    return max(left, cut)
