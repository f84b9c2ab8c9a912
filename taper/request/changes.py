"""The changes of a plan under way, as exact, checked values: what happened, and on which day.

A revised plan is its request and these, made again. :mod:`taper.reading.revisions` reads them
from the ``revisions`` of a plan; the engine meets each on its day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from taper.quantities import Interval
    from taper.request.model import Rule


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One change of a plan; several things may change on one day.

    ``hold`` is how much later the next reduction comes, ``resumes`` ends a hold under way,
    ``step_back`` is the reason for going back to the dose before, ``rate`` the rule that holds
    from then on (its goal aside), ``goal`` the daily dose to end at, in thousandths;
    ``goal_mme`` is that of all opioids together, if it was given so.

    A dose that is set by hand, and what is really taken, will be further fields: the curve then
    goes on from that dose.
    """

    day: date
    hold: Interval | None = None
    resumes: bool = False
    step_back: str = ""
    rate: Rule | None = None
    goal: int | None = None
    goal_mme: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.hold or self.resumes or self.step_back or self.rate) and self.goal is None


def in_force(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that count, by day, of those that were made in this order.

    A plan that is changed from a day on is planned anew from that day: what was changed for a
    later day counts no more. Of two holds, or two steps back, on one day the second was meant.
    """
    kept: list[Change] = []
    for change in changes:
        earlier = (_without(each, change) for each in kept if each.day <= change.day)
        kept = [*(each for each in earlier if not each.is_empty), change]
    return tuple(kept)


def _without(earlier: Change, later: Change) -> Change:
    """A change without what a later one of the same day takes the place of."""
    if earlier.day < later.day:
        return earlier
    if later.hold or later.resumes:
        earlier = replace(earlier, hold=None, resumes=False)
    return replace(earlier, step_back="") if later.step_back else earlier
