"""Limits that the labels of the products give for an age, for the kidneys or for the liver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.quantities import thousandths

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.safety.findings.registry import Facts


def limits_text(facts: Facts, *when: str) -> str:
    """The limits of every product for these risks, and whether what is taken now is above them.

    A product's entry in the formulary lists its ``limits``: ``when`` is the risk, ``condition``
    says exactly for whom, and the rest what the label allows.
    """
    found = [
        f"{product.name}, {limit_text(limit)}{_over(limit, facts, product)}"
        for product in facts.products
        for limit in product.facts.get("limits", ())
        if limit["when"] in when
    ]
    return "; ".join(found) or "check the label's limits for this opioid"


def limit_text(limit: dict[str, Any]) -> str:
    """A limit by age, kidney or liver in words: ``over 75 years: at most 300 mg a day``."""
    if limit.get("avoid"):
        return f"{limit['condition']}: not to be used"
    parts = []
    if "max_daily" in limit:
        parts.append(f"at most {limit['max_daily']} {limit['unit']} a day")
    if "max_at_once" in limit:
        parts.append(f"{limit['max_at_once']} {limit['unit']} at a time")
    if "max_units_at_once" in limit:
        parts.append(f"at most {limit['max_units_at_once']} units at a time")
    if "least_interval_hours" in limit:
        parts.append(f"every {limit['least_interval_hours']} hours")
    return f"{limit['condition']}: {', '.join(parts)}"


def _over(limit: dict[str, Any], facts: Facts, product: Product) -> str:
    """That the dose of a day is above the limit now; empty if it is not."""
    most = thousandths(limit["max_daily"]) if "max_daily" in limit else None
    taken = [
        regimen.daily
        for regimen in (facts.now.regimen, *facts.now.companions)
        if regimen.product is product
    ]
    if most is None or not taken or taken[0] <= most:
        return ""
    return f", which the present {product.text(taken[0])} exceeds"
