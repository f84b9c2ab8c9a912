"""Whether a goal can be reached by the rules 2 and 3 of SPEC 4, and the nearest that can (3.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from verify.choice import candidates

if TYPE_CHECKING:
    from verify.choice import Candidate
    from verify.shelf import Amounts, Shelf

Limits = tuple[int, int, int] | None


@dataclass
class Goal:
    """A goal of one shelf; what is known of the days from which it can be reached."""

    shelf: Shelf
    daily: Fraction
    _known: dict[Amounts, bool] = field(default_factory=dict)

    def reached_from(self, now: Amounts) -> bool:
        """Whether some way of reductions leads from a day to the goal."""
        if sum(now) == self.daily:
            return True
        if now not in self._known:
            limits = self.shelf.tablets(now) if self.shelf.product.is_combination else None
            self._known[now] = any(self.open(now, limits))
        return self._known[now]

    def open(self, now: Amounts, limits: Limits) -> list[Candidate]:
        """The candidates from which the goal can still be reached, the highest first."""
        within = candidates(self.shelf, now, self.daily, limits)
        pool = [each for each in within if each.even] or within
        return [each for each in pool if self.reached_from(each.amounts)]


def reachable(shelf: Shelf, now: Amounts, limits: Limits, wanted: Fraction) -> Goal:
    """The goal itself, or the lowest dose above it that can be reached."""
    for total in sorted(shelf.totals(now)):
        goal = Goal(shelf, Fraction(total))
        if wanted <= total < sum(now) and goal.open(now, limits):
            return goal
    return Goal(shelf, Fraction(sum(now)))
