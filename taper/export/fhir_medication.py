"""Medicines as FHIR concepts: RxNorm or dm+d codes of strengths, and the name in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.regimen.directions import strength_text

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.planning.plan import Plan

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DMD = "https://dmd.nhs.uk"


def products(plan: Plan) -> list[Product]:
    """Every product of the plan, in the order in which it is first taken."""
    return list(
        dict.fromkeys(
            regimen.product
            for step in plan.steps
            for regimen in (step.regimen, *step.companions)
            if regimen.daily and step.start is not None
        )
    )


def _codings(product: Product, strength: Strength) -> list[dict[str, str]]:
    """The code of a strength, if one is known; without a display, for its system has its own."""
    code = product.rxcui(strength.label)
    if code:
        return [{"system": RXNORM, "code": code}]
    # dm+d's codes here are of virtual products. They would take the brand from what must be
    # prescribed by brand; and where there are two (with sugar and without), neither is meant.
    codes = [] if product.brand else product.facts.get("dmd", {}).get(strength.label, [])
    return [{"system": DMD, "code": str(codes[0])}] if len(codes) == 1 else []


def strength_concept(product: Product, strength: Strength) -> dict[str, Any]:
    """One strength of a product, with its RxNorm or dm+d code if one is known."""
    codings = _codings(product, strength)
    concept: dict[str, Any] = {"text": f"{product.name} {strength_text(product, strength)}"}
    return {**concept, "coding": codings} if codings else concept


def medication(plan: Plan, product: Product) -> dict[str, Any]:
    """The product that is prescribed, with the codes of the strengths that are used.

    The code of the drug alone would lose what kind of tablet it is, and readers that add up MME
    look for a strength. If several are used, each has a coding; the text names the product.
    """
    used = {
        strength: None
        for step in plan.steps[1:]
        for regimen in (step.regimen, *step.companions)
        if regimen.product is product
        for strength, _ in regimen.per_day
    }
    if len(used) == 1:
        return strength_concept(product, *used)
    codings = [coding for strength in used for coding in _codings(product, strength)]
    concept: dict[str, Any] = {"text": product.name}
    return {**concept, "coding": codings} if codings else concept
