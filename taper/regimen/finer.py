"""Which products of the same opioid make smaller doses."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.formulary.market import home
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.table import most_of_a_liquid, regimens

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.regimen.table import Regimens

_AFTER_EXTENDED_RELEASE = whole("times-after-extended-release")


@lru_cache(maxsize=256)
def usual_table(
    product: Product,
    interval: int,
    amount: int,
    *,
    number: int = 0,
    halves: bool = False,
    favor: str = "",
) -> Regimens:
    """The table of a product's usual strengths that reaches ``amount`` a day.

    It is taken every ``interval`` hours, or ``number`` times a day.
    """
    if product.is_liquid:
        limit = min(amount, most_of_a_liquid(product, product.usual[0]))
        strengths = product.usual[:1]
        return regimens(product, strengths, interval, 0, number=number, limit=limit, favor=favor)
    return regimens(
        product,
        product.usual,
        interval,
        product.max_units,
        number=number,
        halves=halves,
        favor=favor,
    )


def finishing_table(
    product: Product, first: Regimens, daily: int, hours: int | None = None, *, halves: bool
) -> Regimens:
    """What can be made of a product at the end of a taper from ``daily`` of the first one.

    Without ``hours`` it is taken as often as the first one: see :func:`follows_frequency`.
    """
    top, bottom = first.product.basis
    amount = daily * top * product.basis[1] // (bottom * product.basis[0])
    if hours:
        number = HOURS_OF_DAY // hours
    else:
        follows = follows_frequency(product, first.product)
        number = first.number if follows else _AFTER_EXTENDED_RELEASE
    interval = hours or (0 if HOURS_OF_DAY % number else HOURS_OF_DAY // number)
    halves = halves and product.splittable
    return usual_table(product, interval, amount, number=number, halves=halves, favor=first.favor)


def follows_frequency(product: Product, before: Product) -> bool:
    """Whether it is taken as often as the medicine before it, for want of an interval.

    An ordinary product after an extended-release one is taken four times a day.
    """
    return before.release != "er" or product.release == "er"


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
    for product in home(first).of_drug(first.drug):
        if product.unit == first.unit and not product.is_patch and product is not first:
            table = usual_table(product, product.interval, max(than.totals))
            if is_finer(table, than):
                rank = (product.is_combination, table.smallest, not product.is_liquid)
                finer.append((rank, product.id))
    return [name for _, name in sorted(finer)]
