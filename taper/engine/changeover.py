"""The change to a finer product of the same opioid for the end of a taper (``finish_with``)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.formulary.market import formulary
from taper.quantities import prose
from taper.regimen.prescription import HOURS_OF_DAY, frequency
from taper.regimen.table import Regimens

if TYPE_CHECKING:
    from taper.engine.curve import Point
    from taper.engine.decision import Reduction
    from taper.regimen.regimen import Regimen
    from taper.request.model import Finish
    from taper.request.rule import Part

_HOURS = (HOURS_OF_DAY, 12, 8, 6, 4)  # what a hint may offer


def is_due(finish: Finish, reduction: Reduction, current: Regimen, part: Part) -> bool:
    """Whether the product changes at this opportunity.

    By default it does if the next cut would be unavoidable, and if only the finer product makes
    the goal.
    """
    if finish.at_dose is not None:
        return current.daily <= finish.at_dose
    if finish.at_share is not None:
        top, bottom = finish.at_share
        return current.daily * bottom <= reduction.original * top
    totals = reduction.made.totals
    below = totals[bisect_left(totals, current.daily) - 1]
    if below < reduction.goal < current.daily:
        return True
    return reduction.next_is_unavoidable(current, part)


def salt_ratio(old: Regimens, new: Regimens) -> tuple[int, int]:
    """What a milligram of the old product is in the salt that the new one is labelled in."""
    ours, theirs = new.product.basis, old.product.basis
    return theirs[0] * ours[1], theirs[1] * ours[0]


def changed(finish: Finish, current: Regimen, same: int, point: Point, goal: int) -> Regimen:
    """The regimen of the finer product, at the daily dose ``same`` or the nearest below.

    ``point``, ``same`` and ``goal`` are counted in the salt of the finer product. Raises
    :class:`~taper.InputError` if it cannot take over.
    """
    made = finish.regimens
    often = len(current.amounts) if finish.as_often else made.number
    regimen = _nearest_below(made, current, same, often)
    if regimen is None:
        message = f"{made.product.id} makes no dose at or below {made.product.daily_text(same)}"
        raise _refused(message, "change at a higher dose: --finish-at")
    _check_dose(made, regimen, same, point)
    _check_goal(made, regimen, goal)
    _check_other(regimen)
    return regimen


def _refused(message: str, hint: str) -> InputError:
    return InputError(Problem("finish_with", message, hint))


def _nearest_below(made: Regimens, current: Regimen, same: int, often: int) -> Regimen | None:
    """The highest daily dose up to ``same`` that the finer product makes so often a day."""
    ceiling = (made.amounts[-1],) * often
    for place in range(bisect_right(made.totals, same) - 1, 0, -1):
        ranks = made.division(made.totals[place], ceiling)
        if ranks is not None:
            return made.after(current, ranks)
    return None


def _check_dose(made: Regimens, regimen: Regimen, same: int, point: Point) -> None:
    """A change is not a cut: it may lower the dose by no more than the reduction asked for."""
    product = made.product
    if (same - regimen.daily) * point.denominator <= point.asked:
        return
    often = "once a day" if len(regimen.amounts) == 1 else f"{len(regimen.amounts)} times a day"
    most = product.daily_text(regimen.daily)
    at = product.text(same)
    message = f"{product.id} taken {often} makes at most {most}, and the change is at {at}"
    least = same - point.asked // point.denominator
    for hours in _HOURS:
        if _makes(made, least, same, HOURS_OF_DAY // hours):
            raise _refused(message, f"take it more often: {product.id} {frequency(hours)}")
    raise _refused(message, f"change at a lower dose: --finish-at '{product.text(regimen.daily)}'")


def _makes(made: Regimens, least: int, most: int, number: int) -> bool:
    """Whether a dose from ``least`` to ``most`` can be made in that many administrations."""
    table = Regimens(
        made.product,
        made.strengths,
        HOURS_OF_DAY // number,
        made.most,
        halves=made.halves,
        limit=made.amounts[-1],
    )
    near = bisect_right(table.totals, most) - 1
    return table.totals[near] >= max(least, 1)


def _check_goal(made: Regimens, regimen: Regimen, goal: int) -> None:
    product = made.product
    if not goal or (made.can_make(goal) and made.under(goal, regimen)):
        return
    near = " and ".join(product.text(dose) for dose in made.nearest(goal))
    message = f"{product.id} cannot make the goal of {product.daily_text(goal)}"
    raise _refused(message, f"the nearest are {near}")


def _check_other(regimen: Regimen) -> None:
    """Acetaminophen stays within its labelled maximum."""
    product = regimen.product
    if (
        product.holds_acetaminophen
        and regimen.other_daily > formulary(product.market).acetaminophen_max
    ):
        other = f"{prose(regimen.other_daily)} mg of {product.words['acetaminophen']}"
        message = f"{product.id} would give {other}"
        raise _refused(message, "change at a lower dose with --finish-at")
