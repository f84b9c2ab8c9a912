"""More than one opioid: one after another, each by the same rule (SPEC 3.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from verify.curve import MIXED
from verify.planner import Row, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.asked import Asked
    from verify.medicine import Medicine
    from verify.times import Placed


class Kept(NamedTuple):
    """An opioid that is left as it is."""

    product: Medicine
    taken: Placed


@dataclass(frozen=True)
class Step:
    """A row of the product that changes, with what is taken of the others that day."""

    row: Row
    others: tuple[tuple[Medicine, Placed], ...]


def plan_all(
    askeds: Sequence[Asked], kept: Sequence[Kept] = (), goal_mme: Fraction | None = None
) -> list[Step]:
    """The main product first, then the others in the order given."""
    doses = [asked.now for asked in askeds]
    steps: list[Step] = []
    start = askeds[0].start
    for place, asked in enumerate(askeds):
        product = asked.shelf.product
        others = [(a.shelf.product, dose) for a, dose in zip(askeds, doses, strict=True)]
        del others[place]
        others += [(each.product, each.taken) for each in kept]
        mine = replace(asked, start=start, is_last=place == len(askeds) - 1)
        if goal_mme is not None:
            mine = replace(mine, goal=_goal(mine, goal_mme, others))
        beside = total(others) if asked.pace.of == MIXED else Fraction(0)
        if beside is None or product.mme is None:
            beside = Fraction(0)  # the product's own dose where a factor is missing
        rows = plan(mine, beside / product.mme if product.mme else Fraction(0))
        last = rows[-1]
        if last.kind == "stop" and not mine.is_last:
            start = mine.every.after(last.first, 1, mine.period)
            rows[-1] = last._replace(end=start)
        steps += [Step(row, tuple((p, d) for p, d in others if d)) for row in rows]
        doses[place] = last.taken
        if last.kind == "maintain":
            break
    return steps


def total(doses: Sequence[tuple[Medicine, Placed]]) -> Fraction | None:
    """Thousandths of MME; None where a factor is missing."""
    found = Fraction(0)
    for product, taken in doses:
        if taken and product.mme is None:
            return None
        found += sum(amount for _, amount in taken) * (product.mme or 0)
    return found


def _goal(asked: Asked, goal: Fraction, others: Sequence[tuple[Medicine, Placed]]) -> int:
    """The highest dose that can be made with which the total is at or below a goal in MME."""
    beside, product = total(others), asked.shelf.product
    if beside is None or product.mme is None:
        message = "a goal in MME needs a factor of every product"
        raise ValueError(message)
    most = (goal - beside) / product.mme
    caps = tuple(sorted((amount for _, amount in asked.now), reverse=True))
    return next((dose for dose in asked.shelf.totals(caps) if 0 < dose <= most), 0)
