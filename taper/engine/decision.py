"""At one opportunity the dose stays, is reduced, or is stopped (contract 4.3 and 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share
from taper.engine.choice import Bounds, Choice, choose, choose_nearest, is_unavoidable
from taper.engine.curve import at_most
from taper.engine.dead_end import dead_end
from taper.engine.falls import falls_from
from taper.engine.reach import leads_to
from taper.engine.stopping import is_below_half, is_kept_long_enough
from taper.engine.waiting import is_brisk, is_too_soon, may_wait
from taper.request.rule import MIXED, ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from taper.engine.curve import Curve, Point
    from taper.engine.falls import Division
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens
    from taper.request.model import Rule
    from taper.request.rule import Part


CUT_LIMIT = share("cut-of-reference")  # limit a


class Opportunity(NamedTuple):
    """When a reduction may begin, and what came before it.

    ``due`` is the day, ``begun`` the first day of the dose in force, of however many rows.
    ``begins`` gives the day on which a reduction would really begin (days that are avoided put it
    off), ``following`` that of the next opportunity. ``unavoidable`` tells whether the dose began
    with an unavoidable cut.
    """

    due: date
    begun: date
    unavoidable: bool
    begins: Callable[[], date]
    following: Callable[[], date]

    @property
    def is_too_soon(self) -> bool:
        """Whether the dose in force must be kept longer."""
        return self.unavoidable and is_too_soon(self.begun, self.begins())


class Reduction:
    """The rule of one product's taper, as it decides at each opportunity.

    ``original`` is the daily dose that percentages are of, ``beside`` what other opioids add to
    it under ``mixed``, as a ratio in the same unit. Only the last opioid ``waits`` with its
    smallest dose. ``starts_smallest`` tells whether there never was a larger one, ``may_change``
    whether another product takes over before the goal. Amounts of the rule are counted in the
    salt of the first product; ``salt`` is what one of them is in that of ``made``.
    """

    def __init__(
        self,
        made: Regimens,
        rule: Rule,
        original: int,
        goal: int,
        *,
        waits: bool = True,
        beside: tuple[int, int] = (0, 1),
        starts_smallest: bool = False,
        may_change: bool = False,
        salt: tuple[int, int] = (1, 1),
    ) -> None:
        """Take what stays the same during the taper with one product."""
        self.made = made
        self.rule = rule
        self.original = original
        self.goal = goal
        self.floor = max(goal, made.smallest)
        self.waits = waits
        self.beside = beside if rule.of == MIXED else (0, 1)
        self.starts_smallest = starts_smallest
        self.may_change = may_change
        self.salt = salt
        self.is_patch = made.product.is_patch
        self._regimen: Regimen | None = None  # the one that was looked at, under this part
        self._part: Part | None = None

    def stays(self, regimen: Regimen, curve: Curve) -> bool:
        """Whether the dose stays for certain, which is looked at first because it is quick.

        While the curve is above the middle to any lower dose, staying is nearer to it.
        """
        if regimen is not self._regimen or curve.part is not self._part:
            self._look_at(regimen, curve.part)
        return self._may_stay and 2 * curve.ideal >= self._halfway * curve.denominator

    def choose(self, curve: Curve, at: Opportunity) -> Choice | None:
        """The dose to reduce to from the regimen that was looked at, or None to stay."""
        if self.rule.is_short:
            return choose_nearest(self._falls, curve.point(), self.floor)
        if at.is_too_soon:
            return None
        waits = not self._is_forced or may_wait(at.begun, at.following(), patch=self.is_patch)
        return choose(self._falls, curve.point(), self._bounds, may_wait=waits)

    def stops(
        self,
        curve: Curve,
        linear: Callable[[], Point],
        at: Opportunity,
        last_dose_ends: date,
    ) -> bool:
        """Whether the smallest dose, taken once a day, is stopped.

        ``linear`` gives the point of the same rule under ``original``; ``last_dose_ends`` is the
        end of ``last_dose_for`` from the first day of the dose on.
        """
        if self.rule.is_short:
            return is_below_half(curve.point(), self.made.smallest)
        if at.is_too_soon:
            return False
        if self.waits and (self.starts_smallest or self.rule.of != ORIGINAL):
            if at.begins() < last_dose_ends:
                return False
            if self.starts_smallest:
                return True
        if self.rule.of == ORIGINAL:
            return is_below_half(curve.point(), self.made.smallest)
        return is_kept_long_enough(at.begun, at.begins()) or is_below_half(
            linear(), self.made.smallest
        )

    def is_last(self, regimen: Regimen) -> bool:
        """Whether only the stop can follow."""
        return not self.goal and self.made.is_last(regimen)

    def may_stop(self, regimen: Regimen) -> bool:
        """Whether the stop may follow: a rule for use of under a month stops from any dose."""
        return self.is_last(regimen) or (self.rule.is_short and not self.goal)

    def next_is_unavoidable(self, regimen: Regimen, part: Part) -> bool:
        """Whether the limits leave no cut at all: there ``finish_with`` changes the product."""
        falls = falls_from(self.made, regimen)
        if self.made.is_last(regimen) or falls.highest(self.made.smallest) is None:
            return True
        bounds = Bounds(self.lowest(regimen.daily, part), self.made.smallest)
        return is_unavoidable(falls, bounds)

    def lowest(self, daily: int, part: Part) -> int:
        """The lowest dose that limit a allows, rounded up to a thousandth."""
        top, bottom = CUT_LIMIT
        if isinstance(part.reduce, int):
            amount = part.reduce * self.salt[0] // self.salt[1]
            return daily - max(amount, self.original * top // bottom)
        top, bottom = at_most(CUT_LIMIT, part.reduce, override=bool(self.rule.override))
        if self.rule.of == ORIGINAL:
            return daily - self.original * top // bottom
        beside, scale = self.beside
        return daily - (daily * scale + beside) * top // (bottom * scale)

    def _look_at(self, regimen: Regimen, part: Part) -> None:
        """Work out what stays the same while a regimen and a part of the rule last."""
        if part is not self._part:
            # then an unavoidable cut waits no longer than so many weeks, wherever the curve is
            self._is_forced = is_brisk(part, self.original * self.salt[1] // self.salt[0])
        self._regimen, self._part = regimen, part
        falls = self._falls = falls_from(self.made, regimen)
        if falls.highest(self.floor) is None and not self.rule.is_short:
            raise dead_end(self.made, regimen)
        self._halfway = falls.totals[falls.end - 1] + regimen.daily
        leads_on = self._to_goal(regimen) if self.goal and not self.may_change else None
        self._bounds = Bounds(self.lowest(regimen.daily, part), self.floor, leads_on)
        self._may_stay = not (self._is_forced and is_unavoidable(falls, self._bounds))

    def _to_goal(self, regimen: Regimen) -> Callable[[Division], bool]:
        return lambda division: leads_to(self.made, regimen, division, self.goal)
