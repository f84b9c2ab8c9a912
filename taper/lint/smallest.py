"""The smallest doses of an opioid that can be taken, for findings about the last dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.formulary.market import formulary
from taper.quantities import THOUSAND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.formulary.product import Product, Strength


def smallest(product: Product, used: Iterable[Strength] = (), other: int = 0) -> int:
    """The smallest single dose of a product, at least its least dose.

    It is of the strengths that are ``used``, if the schedule tells them, else of those that are
    usually stocked; of a combination of those with the content ``other``.
    """
    if product.is_liquid:
        measure = product.usual[0].amount * product.measure // THOUSAND
        return -(-max(product.least_dose, 1) // measure) * measure
    alike = [s for s in product.usual if s.other == other] if other else []
    strengths = list(used) or alike or list(product.usual)
    whole = [s.amount for s in strengths if s.amount >= product.least_dose]
    return min(whole, default=min(s.amount for s in product.strengths))


def smaller(product: Product, amount: int) -> str:
    """What makes a smaller dose than this: a strength, else a product of the same opioid."""
    own = smallest(product)
    if own < amount:
        return f"{product.text(own)} of {product.id} is smaller"
    others = [
        each
        for each in formulary(product.market, product.beside).of_drug(product.drug)
        if each.unit == product.unit
        and each.is_patch == product.is_patch
        and smallest(each) * each.basis[0] * product.basis[1]
        < amount * product.basis[0] * each.basis[1]
    ]
    others.sort(key=lambda each: smallest(each) * each.basis[0] * THOUSAND // each.basis[1])
    if others:
        return f"{others[0].id} makes {others[0].text(smallest(others[0]))}"
    return "no marketed product of this opioid makes a smaller one"
