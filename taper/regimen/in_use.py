"""Which strengths of a product a plan uses (SPEC 3.1): what is named, or what is stocked."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from taper.regimen.units import fewest_units_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.formulary.product import Product, Strength

    Strengths = tuple[Strength, ...]


def in_use(
    product: Product, amounts: Iterable[int], most: int, *, other: int = 0, halves: bool = False
) -> Strengths:
    """The strengths that are used unless the request names others.

    ``amounts`` are those of the current dose, each made of at most ``most`` units; ``other`` is
    the content of the other ingredient of a combination, if it is written (0: the commonest).
    A strength that is seldom stocked is among them if the current dose needs it.
    """
    if product.is_liquid:
        return product.usual[:1]  # measured from one bottle: the weakest
    alike = _of_content(product, other)
    stocked = tuple(s for s in alike if s.label not in product.seldom_stocked) or alike
    wanted = sorted({amount for amount in amounts if amount})
    if _makes(stocked, wanted, most, halves=halves):
        return stocked
    seldom = [strength for strength in alike if strength not in stocked]
    for size in range(1, len(seldom) + 1):
        for added in combinations(seldom, size):
            strengths = tuple(s for s in alike if s in stocked or s in added)
            if _makes(strengths, wanted, most, halves=halves):
                return strengths
    return stocked


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


def _makes(strengths: Strengths, amounts: list[int], most: int, *, halves: bool) -> bool:
    units = (fewest_units_for(amount, strengths, halves=halves) for amount in amounts)
    return all(count is not None and count <= most for count in units)
