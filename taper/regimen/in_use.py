"""Which strengths of a product a plan uses (contract 3.1): what is named, or what is stocked."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from taper.regimen.units import MOST_UNITS, fewest_units_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.formulary.product import Product, Strength

    Strengths = tuple[Strength, ...]


def in_use(
    product: Product,
    amounts: Iterable[int],
    most: int,
    *,
    other: int = 0,
    named: int = 0,
    halves: bool = False,
) -> Strengths:
    """The strengths that are used unless the request names others.

    ``amounts`` are those of the current dose, each made of at most ``most`` units; ``other`` is
    the content of the other ingredient of a combination, if it is written (0: the commonest).
    A strength that is seldom stocked is among them if the current dose names it as its tablet of
    ``named``, or needs it.
    """
    if product.is_liquid:
        return product.usual[:1]  # measured from one bottle: the weakest
    alike = _of_content(product, other)
    stocked = tuple(s for s in alike if s.label not in product.seldom_stocked) or alike
    needed = {strength for strength in alike if strength.amount == named}
    for amount in {amount for amount in amounts if amount and not named}:
        usual = fewest_units_for(amount, stocked, halves=halves)
        if usual is None or usual > most:
            seldom = _seldom_needed(amount, alike, stocked, most)
            if not seldom and usual is None:
                seldom = _seldom_needed(amount, alike, stocked, MOST_UNITS)
            needed.update(seldom)
    return tuple(s for s in alike if s in stocked or s in needed)


def _seldom_needed(amount: int, alike: Strengths, stocked: Strengths, most: int) -> Strengths:
    """The seldom stocked strengths in the best way to make an amount of at most ``most`` units.

    It has the fewest such units, then the fewest units, then the larger strengths.
    """
    seldom = sorted((s for s in alike if s not in stocked), key=lambda strength: -strength.amount)
    for count in range(1, most + 1):
        found: dict[int, Strengths] = {}
        for way in combinations_with_replacement(seldom, count):
            rest = amount - sum(strength.amount for strength in way)
            others = fewest_units_for(rest, stocked, halves=False) if rest else 0
            if others is not None and count + others <= most:
                found.setdefault(others, way)
        if found:
            return found[min(found)]
    return ()


def one_tablet_alone(
    strengths: Strengths, made: Iterable[Iterable[tuple[Strength, int]]]
) -> Strengths:
    """The strengths of a combination: one alone, if two or more of it are taken at once."""
    taken = [units for units in map(tuple, made) if units]
    kinds = {strength for units in taken for strength, _ in units}
    several = any(count > THOUSAND for units in taken for _, count in units)
    return tuple(kinds) if several and len(kinds) == 1 else strengths


def _of_content(product: Product, other: int) -> Strengths:
    """The strengths with the same content of acetaminophen as the current dose."""
    if not product.holds_acetaminophen:
        return product.strengths
    contents = {strength.other for strength in product.strengths}
    wanted = other if other in contents else product.usual[0].other
    return tuple(strength for strength in product.strengths if strength.other == wanted)
