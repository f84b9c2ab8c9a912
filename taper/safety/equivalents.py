"""Morphine equivalents of all that is taken: for risk context, never for converting a dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import Ratio, ratio_text

if TYPE_CHECKING:
    from taper.engine.steps import Step


def total_mme(step: Step) -> Ratio | None:
    """MME of everything taken in a row; None if a factor is missing."""
    top, bottom = 0, 1
    for regimen in (step.regimen, *step.companions):
        if not regimen.daily:
            continue
        mme = regimen.product.mme_of(regimen.daily)
        if mme is None:
            return None
        top, bottom = top * mme[1] + mme[0] * bottom, bottom * mme[1]
    if not step.daily and not step.companions and step.regimen.product.mme is None:
        return None
    return Ratio(top, bottom)


def share_of_total(before: Step, step: Step) -> Ratio | None:
    """A cut as a share of everything taken before, in MME; None if a factor is missing."""
    earlier, later = total_mme(before), total_mme(step)
    if earlier is None or later is None or not earlier.numerator:
        return None
    fallen = earlier.numerator * later.denominator - later.numerator * earlier.denominator
    return Ratio(max(fallen, 0), earlier.numerator * later.denominator)


def mme_text(step: Step) -> str | None:
    """MME of a row as printed, exact if it ends; None without a factor."""
    mme = total_mme(step)
    return None if mme is None else ratio_text(*mme)
