"""Several opioids that are taken together, counted as one (contract 3.4)."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.formulary.product import Product
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens


def taken_beside(product: Product, others: Iterable[Regimen]) -> tuple[int, int]:
    """What other opioids a day come to, as a ratio in thousandths of the product's own unit.

    They are converted by their morphine milligram equivalents, only to weigh the size of a cut.
    Nothing is added if the market's table lacks a factor of one of them.
    """
    if product.mme is None:
        return 0, 1
    total = Fraction(0)
    for other in others:
        if other.daily and other.product.mme is None:
            return 0, 1
        if other.daily:
            assert other.product.mme is not None
            total += Fraction(*other.product.mme) * other.daily
    own = total / Fraction(*product.mme)
    return own.numerator, own.denominator


def mme_of(taken: Iterable[Regimen]) -> Fraction:
    """What opioids come to a day together, in thousandths of an MME; all of them have a factor."""
    total = Fraction(0)
    for regimen in taken:
        assert regimen.product.mme is not None
        total += Fraction(*regimen.product.mme) * regimen.daily
    return total


def goal_beside(
    goal_mme: int, made: Regimens, regimen: Regimen, others: Sequence[Regimen]
) -> int | None:
    """The daily dose at which one opioid and the ``others`` come to at most ``goal_mme``.

    It is the highest that can be made, 0 if even the smallest is too much, and None if the
    opioids are at or below the goal already. Every one of them has a factor.
    """
    assert made.product.mme is not None
    top, bottom = taken_beside(made.product, others)
    allowed = Fraction(goal_mme) / Fraction(*made.product.mme) - Fraction(top, bottom)
    if regimen.daily <= allowed:
        return None
    return made.totals[max(bisect_right(made.totals, allowed) - 1, 0)]
