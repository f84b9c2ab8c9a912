"""The brands of a market, by the words of which they are made."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from taper.formulary.words import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.formulary.market import Formulary


class Brand(NamedTuple):
    """The products that bear a brand; ``plain`` is the one that the brand alone means."""

    products: tuple[str, ...]
    plain: str = ""
    drug: str = ""
    reason: str = ""


@lru_cache(maxsize=8)
def brands(market: Formulary) -> dict[str, Brand]:
    """The brands of a market by their words: ``ms contin``, ``zydol sr`` and ``zydol``."""
    found: dict[str, list[str]] = {}
    for product in market.products.values():
        for name in (*product.brands, *product.facts.get("names", ())):
            for phrase in phrases(name):
                ids = found.setdefault(phrase, [])
                if product.id not in ids:
                    ids.append(product.id)
    known = {phrase: Brand(tuple(ids)) for phrase, ids in found.items()}
    for name, facts in lexicon().data.get(market.market, {}).get("brands", {}).items():
        brand = Brand(**{**facts, "products": tuple(facts["products"])})
        known[" ".join(name.replace("-", " ").split())] = brand
    return known


def phrases(name: str) -> Iterator[str]:
    """A brand as it is, and without the words of form and release at its end."""
    kinds = lexicon().kinds
    words = name.lower().replace("-", " ").split()
    if any(word not in kinds and not word[0].isdigit() for word in words):
        yield " ".join(words)
        while words and (words[-1][0].isdigit() or words[-1] in kinds):
            words = words[:-1]
        if words:
            yield " ".join(words)
