"""What the numbers of a dose are read for, and what one administration comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.quantities import THOUSAND, unit_of

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.reading.dose.directions import Item, Series

TWO = 2
SLOTS = 3  # 1-0-1: from three numbers on, a dash stands between the doses of a day


@dataclass(frozen=True, slots=True)
class Target:
    """What the numbers are read for: a product, or any with that unit."""

    source: str
    unit: str
    product: Product | None = None
    combination: bool = False
    named: Strength | None = None  # the strength that the product's name told

    def wrong(self, message: str, hint: str, span: tuple[int, int] | None = None) -> InputError:
        """The error with a caret under the words."""
        return InputError(Problem("dose", message, hint, self.source, span))

    def written(self, span: tuple[int, int]) -> str:
        """The words between two places."""
        return self.source[slice(*span)].strip()

    @property
    def labels(self) -> str:
        """The strengths of the product, for a hint."""
        strengths = self.product.strengths if self.product is not None else ()
        return ", ".join(strength.label for strength in strengths)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken at one administration: thousandths of the unit, from ``low`` to ``high``."""

    low: int
    high: int
    parts: tuple[tuple[int, int], ...] = ()  # thousandths of units, and what one holds
    other: int = 0
    strength: str = ""
    by_units: bool = False
    in_slots: bool = False  # one of the doses of a day in a row, such as 1-0-0-1

    @property
    def each(self) -> int:
        """What one unit holds; 0 if no unit was named."""
        return self.parts[0][1] if len(self.parts) == 1 else 0


def shape(series: Series, target: Target) -> str:
    """What numbers in a row are: ``one``, a ``range``, the ``slots`` of a day, or a ``sum``."""
    signs = set(series.between)
    if not signs:
        return "one"
    if signs <= {"+", "&"}:
        return "sum"
    if len(signs) > 1:
        raise target.wrong("the signs between the amounts differ", "30/15/30 mg", series.span)
    if signs == {"/"} or len(series.items) >= SLOTS:
        if signs & {"to", "or"}:
            raise target.wrong("more than two amounts of a range", "1-2 tablets", series.span)
        return "slots"
    first, second = series.items
    if first.value >= second.value:
        hint = "the smaller amount first: 5-10 mg; doses of a day: 10/5 mg"
        raise target.wrong("a range does not fall", hint, series.span)
    return "range"


def weight(item: Item, target: Target) -> int:
    """An amount of drug in the unit of the product."""
    if not item.kind:
        return item.value
    spelled = item.unit.rstrip(".")
    unit = "mcg/h" if item.kind == "rate" else unit_of(spelled) or unit_of(spelled.rstrip("s"))
    is_patch = target.unit == "mcg/h" and "patch" in target.source.lower()
    if is_patch and unit == "mcg" and item.value in amounts_of_units(target):
        return item.value  # a 25 mcg patch
    if unit != target.unit:
        message = f"{unit or spelled} given, but this product is measured in {target.unit}"
        raise target.wrong(message, f"write the amount in {target.unit}", item.span)
    return item.value


def label_amount(strength: Strength) -> int:
    """What a label says: 12 of a patch that releases 12.5, 5 of 5/325."""
    whole = strength.label.partition("/")[0]
    return int(whole) * THOUSAND if whole.isdigit() else strength.amount


def amounts_of_units(target: Target) -> set[int]:
    """What one unit of the product may hold; nothing if there is no product."""
    strengths = target.product.strengths if target.product is not None else ()
    return {s.amount for s in strengths} | {label_amount(s) for s in strengths}
