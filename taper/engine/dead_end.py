"""The error for strengths that leave no lower dose within half of a dose (contract 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.engine.falls import Falls
from taper.errors import InputError, Problem
from taper.regimen.table import regimens

if TYPE_CHECKING:
    from taper.formulary.product import Strength
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens


def dead_end(made: Regimens, regimen: Regimen) -> InputError:
    """Say from which dose the strengths leave no way on, and which strengths would help."""
    product = made.product
    half = product.daily_text(regimen.daily // 2)
    message = f"from {product.daily_text(regimen.daily)} no lower dose down to {half} can be made"
    helpful = [strength.label for strength in product.strengths if _helps(made, regimen, strength)]
    unit = "" if product.is_liquid else f" {product.unit_text}"
    if helpful:
        hint = f"add to --stock one of {', '.join(helpful)}{unit}"
    else:
        hint = "no marketed strength helps: --finish-with a finer product of the same opioid"
    return InputError(Problem("stock", message, hint))


def _helps(made: Regimens, regimen: Regimen, strength: Strength) -> bool:
    """Whether a lower dose can be made with one strength more."""
    if strength in made.strengths or made.product.is_liquid:
        return False
    with_it = tuple(s for s in made.product.strengths if s in made.strengths or s == strength)
    table = regimens(
        made.product, with_it, made.interval, made.most, number=made.number, halves=made.halves
    )
    falls = Falls(table, regimen.ranks, table.caps(regimen))
    return falls.highest(table.smallest) is not None
