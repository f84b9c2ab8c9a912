"""The rule as an ideal curve: what the daily dose would be if every dose could be made.

The curve falls at each opportunity (day 1, then every interval). It is exact: numerators over a
denominator that grows, never a rounded number, and it never resets to a dose that was rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share, whole
from taper.quantities import Ratio
from taper.request.rule import CURRENT, MIXED, ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.quantities import Interval
    from taper.request.rule import Part

# ``mixed`` takes a share of the original dose as long as that is at most so much of what is left,
MIXED_CUT = share("mixed-cut")
# and at shorter intervals as long as more than so much of the original is left.
MIXED_LEFT = share("mixed-left")
SHORT_INTERVAL = whole("mixed-short-interval")


class Point(NamedTuple):
    """The curve at one opportunity: ``ideal`` and ``asked`` are over ``denominator``.

    ``asked`` is the reduction asked for at this opportunity, ``every`` the time until the next
    opportunity, ``rule`` what the reduction was asked for as.
    """

    ideal: int
    asked: int
    denominator: int
    every: Interval
    rule: Ratio | int


def at_most(limit: Ratio, rule: Ratio | int, *, override: bool) -> Ratio:
    """The largest share that one cut may be: ``limit``.

    A reason for a pace over the band allows the percentage asked for instead, if that is more.
    """
    if override and isinstance(rule, Ratio) and rule > limit:
        return rule
    return limit


class Curve:
    """Steps down the ideal curve, one opportunity at a time, never below ``goal``.

    ``ideal``, ``asked`` and ``denominator`` are those of :class:`Point`, at this opportunity.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        of: str,
        start: int,
        goal: int,
        *,
        override: bool = False,
        beside: tuple[int, int] = (0, 1),
    ) -> None:
        """Start at ``start``, in thousandths of the unit of the daily dose, above ``goal``.

        ``beside`` is what other opioids add to the dose that is left under ``mixed``, as a ratio
        in the same unit. With ``override`` a cut may be over 25% of what is left.
        """
        self.part = parts[0]  # the one that is in force
        self.of = of
        self.override = override
        self.ideal = start * beside[1]
        self.denominator = beside[1]
        self.asked = 0
        self._beside = beside[0]  # over the denominator; it counts under ``mixed`` only
        self._original = start
        self._goal = goal
        self._salt = (1, 1)
        self._later = tuple(parts[1:])
        self._slow = of == CURRENT
        self._is_settled = False
        self._lowest = 0  # the goal, over the denominator
        self._turn = -1  # at this dose and below ``mixed`` slows down, over the denominator
        # of a percentage of what is left, as a ratio; over 0 every fall is the same
        self._top, self._bottom = 0, 0
        self._rule = parts[0].reduce

    def resume(self, dose: int, salt: tuple[int, int]) -> None:
        """Go on from ``dose``, counted in ``salt``: the start stays what percentages are of."""
        self._scale(salt[0], salt[1])
        self.ideal = dose * self.denominator
        self._salt = salt
        self._enter_parts()
        self._is_settled = False

    def restart(self, dose: int) -> None:
        """Go on from a dose that was set by hand, or that is what is really taken."""
        self.ideal = dose * self.denominator
        self._slow = self.of == CURRENT
        self._enter_parts()
        self._is_settled = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The part in force, and those after it."""
        return (self.part, *self._later)

    def turned(self, parts: Sequence[Part], of: str, goal: int, *, override: bool = False) -> Curve:
        """The curve of another rule or another goal, from where this one is.

        It does not begin again at the dose in force: that was rounded, and a dose that lies below
        the curve would bring the next reduction forward without anyone asking for it.
        """
        curve = Curve(parts, of, self._original, goal, override=override)
        curve.ideal, curve.denominator, curve._salt = self.ideal, self.denominator, self._salt
        curve._beside = self._beside
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
        self._scale(top, bottom)
        self._is_settled = False

    def _scale(self, top: int, bottom: int) -> None:
        self.ideal *= top
        self._beside *= top
        self.denominator *= bottom

    def fall(self) -> None:
        """Fall by the reduction asked for."""
        if not self._is_settled or self.ideal <= self._turn:
            self._settle()
        bottom = self._bottom
        if bottom:
            left = self.ideal + self._beside if self.of == MIXED else self.ideal
            self.asked = left * self._top
            self._refine(bottom)
        self.ideal -= self.asked
        self.ideal = max(self.ideal, self._lowest)
        if self._later:
            self._enter_parts()

    def _refine(self, factor: int) -> None:
        """Count over a denominator that is ``factor`` times as large."""
        self.ideal *= factor
        self.denominator *= factor
        self._lowest *= factor
        self._beside *= factor

    def point(self) -> Point:
        """Where the curve is."""
        return Point(self.ideal, self.asked, self.denominator, self.part.every, self._rule)

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
            self._settle_share(rule)
        self._lowest = self._over_denominator(self._goal)
        self._is_settled = True

    def _settle_share(self, rule: Ratio) -> None:
        bottom = rule.denominator
        if self.denominator // self._salt[1] % bottom:
            self._refine(bottom)
        original = self._over_denominator(self._original)
        self.asked = original // bottom * rule.numerator  # a multiple of the bottom
        if self.of == MIXED and not self._slow:
            self._turn = self._turning_point(original)
            self._slow = self.ideal <= self._turn
        if self._slow:
            self._turn = -1
            self._top, self._bottom = rule.numerator, bottom
            if self.of == MIXED and self.part.every.days >= SHORT_INTERVAL:
                self._top, self._bottom = at_most(MIXED_CUT, rule, override=self.override)

    def _turning_point(self, original: int) -> int:
        """The highest dose from which ``mixed`` takes percentages of what is left."""
        top, bottom = at_most(MIXED_CUT, self._rule, override=self.override)
        # the cut is over 25% of what is left below this dose
        turn = (self.asked * bottom - 1) // top
        if self.part.every.days < SHORT_INTERVAL:
            turn = max(turn, original * MIXED_LEFT.numerator // MIXED_LEFT.denominator)
        return turn - self._beside

    def _enter_parts(self) -> None:
        """Go over to the next part once this one's end is reached."""
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
