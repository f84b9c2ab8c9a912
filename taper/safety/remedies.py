"""What would avoid a large cut: a finer strength, a finer product, or halves."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from taper.formulary.market import formulary
from taper.regimen.finer import finer_products

if TYPE_CHECKING:
    from taper.formulary.product import Strength
    from taper.regimen.table import Regimen, Regimens
    from taper.request.model import Request


def remedy(request: Request, regimen: Regimen) -> str:
    """What would avoid a large cut: a finer strength, a finer product, or halves."""
    product = regimen.product
    tables = [request.regimens, *([request.finish.regimens] if request.finish else [])]
    tables += [companion.regimens for companion in request.also]
    made = next(table for table in tables if table.product is product)
    return _remedy(made, product is request.product, request.finish is None)


@lru_cache(maxsize=1024)
def _remedy(made: Regimens, is_main: bool, may_change: bool) -> str:  # noqa: FBT001 - cached
    """The same for a product's table; whether it is the main one, which may still be changed."""
    product = made.product
    finest = min(product.usual, key=lambda strength: strength.amount)
    if _is_coarser(made, finest):
        unit = "" if product.is_liquid else f" {product.unit_text}"
        return f"the {finest.label}{unit} strength is marketed: add it to --stock"
    finer = finer_products(made)
    adds = ""
    if finer and formulary(product.market).products[finer[0]].holds_acetaminophen:
        adds = f", and adds {product.words['acetaminophen']}" if not product.is_combination else ""
    if finer and may_change and is_main:
        return f"--finish-with {finer[0]} makes smaller steps{adds}"
    if product.splittable and not made.halves and is_main:
        return "--split halves makes smaller steps, if the tablets are known to be scored"
    if finer:
        return f"{finer[0]} makes smaller steps{adds}"
    if product.is_liquid:
        return f"{product.text(made.smallest)} is the smallest dose that is planned of it"
    return "no marketed product of this opioid makes a smaller one"


def _is_coarser(made: Regimens, finest: Strength) -> bool:
    """Whether the strengths in use leave out a finer one that is marketed."""
    product = made.product
    if product.is_liquid:
        return finest.amount < made.strengths[0].amount
    return product.least_dose <= finest.amount < made.smallest
