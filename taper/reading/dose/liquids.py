"""Amounts of liquids: millilitres, with or without the amount of drug in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import THOUSAND, plain
from taper.reading.dose.meaning import Taken, Target, shape, weight

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.reading.dose.directions import Amount, Series

_EXAMPLE = "5 mg (2.5 mL) q4h"


def measured(amount: Amount, target: Target) -> Taken:
    """``10 mL``, ``5 mg (2.5 mL)``, ``5 mL of 10 mg/5 mL``."""
    product = target.product
    if product is None or not product.is_liquid:
        raise target.wrong(
            "millilitres of what is no liquid", f"write it in {target.unit}", amount.span
        )
    strength = _bottle(amount, target, product)
    made = [_drug_in(one, strength, amount, target) for one in _volumes(amount, target)]
    drug = amount.drug
    if drug is None:
        if not made:
            raise target.wrong("there is no amount", _EXAMPLE, amount.span)
        return Taken(made[0], made[-1], strength=strength.label)
    weights = [weight(item, target) for item in drug.items]
    if len(weights) > 1 and shape(drug, target) != "range":
        raise target.wrong("how much at once?", _EXAMPLE, amount.span)
    if made and made != weights:
        volume = amount.volume
        assert volume is not None
        text = f"{plain(volume.items[0].value)} mL of {strength.label} is {plain(made[0])} mg"
        raise target.wrong("the two amounts differ", text, amount.span)
    return Taken(weights[0], weights[-1], strength=strength.label)


def _volumes(amount: Amount, target: Target) -> list[int]:
    """The millilitres at once, in thousandths: none, one, or a range."""
    volume = amount.volume
    if volume is None:
        return []
    one_or_range = shape(volume, target) in {"one", "range"}
    if not one_or_range or any(item.many for item in volume.items):
        raise target.wrong("how many millilitres at once?", "2.5 mL q4h", amount.span)
    return [item.value for item in volume.items]


def _bottle(amount: Amount, target: Target, product: Product) -> Strength:
    """The concentration that the words tell, or the name, or the one in use."""
    held = amount.concentration
    if held is not None:
        found = [s for s in product.strengths if s.amount * held[1] == held[0] * THOUSAND]
        if not found:
            raise target.wrong("no such concentration", f"they are {target.labels}", amount.span)
        if target.named not in {None, found[0]}:
            hint = f"the name says {target.named.label if target.named else ''}"
            raise target.wrong("the concentration is not that of the name", hint, amount.span)
        return found[0]
    if target.named is not None:
        return target.named
    if amount.drug is not None and amount.volume is not None:
        told = _told_by(amount.drug, amount.volume, target, product)
        if told is not None:
            return told
    return product.usual[0]


def _told_by(drug: Series, volume: Series, target: Target, product: Product) -> Strength | None:
    """``20 mg (1 mL)`` tells its concentration."""
    mass, measure = weight(drug.items[0], target), volume.items[0].value
    found = [s for s in product.strengths if s.amount * measure == mass * THOUSAND]
    return found[0] if found else None


def _drug_in(volume: int, strength: Strength, amount: Amount, target: Target) -> int:
    drug, rest = divmod(strength.amount * volume, THOUSAND)
    if rest:
        raise target.wrong("the volume cannot be measured", "whole measures: 2.5 mL", amount.span)
    return drug
