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

    from taper.formulary.product import Product
    from taper.quantities import Interval
    from taper.regimen.regimen import Regimen
    from taper.request.model import Rule


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One change of a plan; several things may change on one day.

    ``hold`` is how much later the next reduction comes, ``resumes`` ends a hold under way,
    ``step_back`` is the reason for going back to the dose before, ``rate`` the rule that holds
    from then on (its goal aside), ``goal`` the daily dose to end at, in thousandths;
    ``goal_mme`` is that of all opioids together, if it was given so.

    ``dose`` is a dose by hand, ``taking`` what the patient really takes a day, in thousandths:
    each as it reads for every product that may be in force on the day. ``reason`` is why the dose
    by hand may fall by more than half.
    """

    day: date
    hold: Interval | None = None
    resumes: bool = False
    step_back: str = ""
    rate: Rule | None = None
    goal: int | None = None
    goal_mme: int = 0
    dose: tuple[Regimen, ...] = ()
    taking: tuple[tuple[Product, int], ...] = ()
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return self.is_a_fact_alone and not self.taking

    @property
    def is_a_fact_alone(self) -> bool:
        """Whether the change asks for nothing, but may report what the patient takes."""
        asked = self.hold or self.resumes or self.step_back or self.rate or self.dose
        return not asked and self.goal is None

    def dose_of(self, product: Product) -> Regimen | None:
        """The dose by hand of a product; None if there is none."""
        return next((regimen for regimen in self.dose if regimen.product is product), None)

    def taking_of(self, product: Product) -> int | None:
        """What is really taken of a product a day, in thousandths; None if that is not known."""
        return next((daily for taken, daily in self.taking if taken is product), None)


def in_force(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that count, by day, of those that were made in this order.

    A plan that is changed from a day on is planned anew from that day: what was changed for a
    later day counts no more. Of two holds, two steps back or two doses on one day the second was
    meant, and of a step back and a dose too.
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
    if later.step_back or later.dose or later.taking:
        earlier = replace(earlier, step_back="", dose=(), taking=())
    return earlier
