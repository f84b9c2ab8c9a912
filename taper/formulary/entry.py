"""What is known of a product as plain values, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product


def entry(product: Product, market: Formulary) -> dict[str, Any]:
    """A product as `taper formulary list --format json` lists it."""
    return {
        "id": product.id,
        "drug": product.drug,
        "form": product.form,
        "market": product.market,
        "unit": product.unit,
        "strengths": [strength.label for strength in product.strengths],
        "seldom_stocked": list(product.facts.get("seldom_stocked", ())),
        "intervals_hours": list(product.intervals_hours),
        "handling": product.handling,
        "mme_factor": product.facts.get("mme_factor"),
        "brands": list(product.brands),
        "sources": market.sources_of(product),
    }


def whole_entry(product: Product, market: Formulary) -> dict[str, Any]:
    """All that is known of a product, with the keys of its sources."""
    extra = {key: value for key, value in product.facts.items() if key != "strengths"}
    return {**extra, **entry(product, market)}
