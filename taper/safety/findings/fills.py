"""Findings about a dispensing history that the plan starts from (contract 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.safety.findings.registry import about_plan, finding

if TYPE_CHECKING:
    from taper.safety.findings.registry import Facts, Found


@finding("taking-from-history")
def taking_from_history(facts: Facts) -> Found | None:
    """What is taken was worked out from fills: how, for each product."""
    texts = [each.text for each in facts.request.history if each.average]
    return about_plan(reckoned="; ".join(texts)) if texts else None


@finding("irregular-fills")
def irregular_fills(facts: Facts) -> Found | None:
    """Gaps and overlaps between fills."""
    products = facts.request.history
    several = len(products) > 1
    found = [
        f"{each.product.id}: {each.irregular}" if several else each.irregular
        for each in products
        if each.irregular
    ]
    return about_plan(what="; ".join(found)) if found else None
