"""Which products of the same opioid make smaller doses."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from taper.formulary.market import formulary
from taper.quantities import THOUSAND
from taper.regimen.table import MOST_MEASURES, regimens

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.regimen.table import Regimens


@lru_cache(maxsize=256)
def usual_table(product: Product, interval: int, amount: int) -> Regimens:
    """The table of a product's usual strengths that reaches ``amount`` a day."""
    if product.is_liquid:
        drug = product.usual[0].amount * product.measure // THOUSAND
        limit = min(amount, MOST_MEASURES * drug)
        return regimens(product, product.usual[:1], interval, 0, limit=limit)
    return regimens(product, product.usual, interval, product.max_units)


def is_finer(table: Regimens, than: Regimens) -> bool:
    """Whether a table's smallest administration is smaller, counted in the same salt."""
    ours, theirs = table.product.basis, than.product.basis
    return table.smallest * ours[0] * theirs[1] < than.smallest * theirs[0] * ours[1]


def finer_products(than: Regimens) -> list[str]:
    """Ids of products of the same opioid whose smallest administration is smaller.

    Products of the opioid alone come before combinations, then the finest, then liquids.
    """
    first = than.product
    finer = []
    for product in formulary(first.market).of_drug(first.drug):
        if product.unit == first.unit and not product.is_patch and product is not first:
            table = usual_table(product, product.interval, max(than.totals))
            if is_finer(table, than):
                rank = (product.is_combination, table.smallest, not product.is_liquid)
                finer.append((rank, product.id))
    return [name for _, name in sorted(finer)]
