"""``60 mg a day``: the total of a day, or one dose? The words must tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import THOUSAND, plain
from taper.regimen.prescription import HOURS_OF_DAY, Prescription, frequency
from taper.regimen.units import fewest_units_for

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.reading.dose.meaning import Target

_EVEN_HOURS = (12, 8, 6)  # beside the intervals of the label, of a product that acts at once


def check_total(written: Prescription, target: Target, most: int, span: tuple[int, int]) -> None:
    """``60 mg a day`` may be one dose or the total of the day: the words must say which."""
    product = target.product
    if product is None or product.is_patch or written.times or len(written.amounts) > 1:
        return
    amount = max(written.amounts[0], written.most)
    units = 0 if product.is_liquid else _units_for(amount, written, product)
    by_amount = not (written.count or written.parts)
    if not ((by_amount and HOURS_OF_DAY not in product.intervals_hours) or units > most > 0):
        return
    text = product.text(amount)
    message = f"'{text} a day': the total of a day, or one dose?"
    ways = _ways(amount, product, most)
    once = f"{text} once a day" if units <= most or not most else ""
    hint = (
        "write " + ", or ".join([*ways, *([once] if once else [])])
        if ways or once
        else (f"write how it is divided: {product.text(amount // 2)} twice a day")
    )
    raise target.wrong(message, hint, span)


def _units_for(amount: int, written: Prescription, product: Product) -> int:
    if written.count:
        return written.count * max(amount // written.amounts[0], 1)
    return fewest_units_for(amount, product.usual, halves=False) or 0


def _ways(amount: int, product: Product, most: int) -> list[str]:
    """The even ways to divide a day's total over the administrations of the label."""
    found = []
    others = () if product.release == "er" else _EVEN_HOURS
    for hours in sorted({*product.intervals_hours, *others}, reverse=True):
        number = HOURS_OF_DAY // hours
        if number < 2 or amount % number or hours > HOURS_OF_DAY:  # noqa: PLR2004
            continue
        share = amount // number
        if product.is_liquid:
            fits = share % (product.usual[0].amount * product.measure // THOUSAND) == 0
        else:
            units = fewest_units_for(share, product.usual, halves=False)
            fits = units is not None and units <= most
        if fits:
            found.append(f"{plain(share)} {product.unit} {frequency(hours)}")
    return found
