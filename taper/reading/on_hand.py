"""Reading what the patient holds already: ``40 x 15 mg``, ``120 mL``."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.quantities import THOUSAND, thousandths
from taper.reading.strengths import named_strength
from taper.request.model import OnHand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.formulary.product import Product
    from taper.reading.values import Fields

_COUNTED = re.compile(r"(?P<count>\d{1,5})\s*(?:x|\u00d7|\*|of)\s*(?P<strength>.+)", re.IGNORECASE)
_MEASURED = re.compile(
    r"(?P<volume>\d{1,5}(?:\.\d+)?)\s*ml(?:\s+of\s+(?P<strength>.+))?", re.IGNORECASE
)


def read_on_hand(fields: Fields, products: Sequence[Product]) -> tuple[OnHand, ...]:
    """What is held of the strengths of these products; the first product that has it counts."""
    found = [fields.attempt(partial(_held, text, products)) for text in fields.many("on_hand")]
    return tuple(held for held in found if held is not None)


def _held(text: str, products: Sequence[Product]) -> OnHand:
    counted, measured = _COUNTED.fullmatch(text), _MEASURED.fullmatch(text)
    if counted is not None:
        solid = [product for product in products if not product.is_liquid]
        return _found(text, counted["strength"], solid, int(counted["count"]) * THOUSAND)
    volume = thousandths(measured["volume"]) if measured is not None else None
    if measured is None or volume is None:
        hint = "a number of units and their strength: 40 x 15 mg, or 120 mL"
        raise InputError(Problem("on_hand", f"'{text}' is not an amount on hand", hint, text))
    liquids = [product for product in products if product.is_liquid]
    usual = liquids[0].usual[0].label if liquids else ""
    return _found(text, measured["strength"] or usual, liquids, volume)


def _found(text: str, name: str, products: Sequence[Product], quantity: int) -> OnHand:
    """The strength of the first product that is marketed in it."""
    problem = Problem(
        "on_hand", "no medicine of this plan is counted so", "40 x 15 mg, or 120 mL", text
    )
    for product in products:
        try:
            return OnHand(product, named_strength(name, product), quantity)
        except InputError as error:
            problem = replace(error.problems[0], field="on_hand", value=text)
    raise InputError(problem)
