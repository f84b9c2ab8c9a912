"""The strengths that an entry of ``stock``, or a fill, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength


def strengths_of(stock: list[str], product: Product) -> tuple[Strength, ...]:
    """The strengths that ``stock`` names; none if the current dose decides."""
    if not stock:
        return ()
    if [text.lower() for text in stock] == ["all"]:
        return product.strengths[:1] if product.is_liquid else product.strengths
    named = [named_strength(text, product) for text in stock]
    chosen = tuple(strength for strength in product.strengths if strength in named)
    # a liquid is measured from one bottle: the weakest that is at hand
    return chosen[:1] if product.is_liquid else chosen


def named_strength(text: str, product: Product) -> Strength:
    """The marketed strength that an entry of ``stock`` names."""
    plain = text.lower().removesuffix(product.unit).strip()
    labels = {strength.label.lower(): strength for strength in product.strengths}
    found = labels.get(text.lower()) or labels.get(plain) or labels.get(f"{plain} mg/ml")
    if found is not None:
        return found
    opioid = [s for s in product.strengths if s.label.partition("/")[0] == plain and s.other]
    if opioid:
        return next((s for s in opioid if s in product.usual), opioid[0])
    known = ", ".join(strength.label for strength in product.strengths)
    message = f"{product.id} is not marketed as '{text}'"
    unit = "" if product.is_liquid else f" {product.unit}"
    raise InputError(Problem("stock", message, f"the strengths are {known}{unit}", text))
