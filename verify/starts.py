"""Every starting regimen: up to six units at each administration, at each labelled interval.

A regimen of units is a multiset of strengths, the same at every administration. The language of
requests says it in up to three ways, and each of them is planned:

- by its amount (``105 mg q8h``), with every usual strength to go on with;
- where all units are of one strength, as ``3 x 15 mg q8h``, which also fixes the tablets;
- by its amount with only the strengths at hand that it is made of (``stock``).

Multisets that make the same words are one start.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement, groupby
from math import prod
from typing import TYPE_CHECKING

from taper.formulary.market import formulary
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS
from taper.quantities import THOUSAND, plain
from verify.shelf import Shelf, shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taper.formulary.product import Product, Strength

MOST_UNITS = 6  # at one administration
MOST_MEASURES = 60  # of a liquid at one administration: 30 mL
UNEVEN = 24  # starts of different amounts over the day, of each product and interval
HOURS_OF_DAY = 24


@dataclass(frozen=True)
class Start:
    """A starting regimen, and the words in which it is asked for."""

    product: Product
    hours: int
    dose: str
    stock: tuple[str, ...]  # labels; empty for the usual strengths
    amounts: tuple[int, ...]  # of each administration, in the order of the day
    count: int  # of ``3 x 15 mg``; else 0

    @property
    def fields(self) -> dict[str, object]:
        """The start as fields of a request."""
        found: dict[str, object] = {"product": self.product.id, "dose": self.dose}
        return found | ({"stock": list(self.stock)} if self.stock else {})

    @property
    def group(self) -> tuple[str, int, tuple[str, ...]]:
        """Starts of one group are planned together, because they share what can be made."""
        return self.product.id, self.hours, self.stock

    def shelf(self) -> Shelf:
        """What can be made for it (contract 4.1)."""
        product = self.product
        if product.is_liquid:
            return shelf(product, _bottle(product, self.stock), len(self.amounts), MOST_MEASURES)
        used = tuple(s for s in product.strengths if s.label in self.stock) or product.usual
        fewest = shelf(product, used, 1, MOST_UNITS).units
        needed = max(
            self.count, *(sum(n for _, n in fewest[a]) // THOUSAND for a in self.amounts if a)
        )
        most = needed if any(s.other for s in used) else max(product.max_units, needed)
        return shelf(product, used, len(self.amounts), most)

    @property
    def other(self) -> int:
        """The second ingredient of a combination in a day, of the tablets that are taken."""
        if not self.count:
            return self.shelf().other(self.amounts)
        each = self.amounts[0] // self.count
        tablet = next(s for s in self.product.usual if s.amount == each)
        return tablet.other * self.count * len(self.amounts)

    @property
    def raised(self) -> bool:
        """Whether it needs more units at once than is usual."""
        product = self.product
        return not product.is_liquid and self.shelf().most > product.max_units


def _bottle(product: Product, stock: tuple[str, ...]) -> tuple[Strength, ...]:
    named = tuple(s for s in product.strengths if s.label in stock)
    return (named or product.usual)[:1]


def administrations(product: Product, hours: int) -> int:
    """How many there are in a day; a patch counts as one."""
    return 1 if product.is_patch else HOURS_OF_DAY // hours


def can_be_asked(product: Product) -> list[int]:
    """The labelled intervals for which the language of requests has a word."""
    words = PATCH_INTERVALS if product.is_patch else ORAL_INTERVALS
    return [hours for hours in product.intervals_hours if hours in words]


def multisets(product: Product) -> Iterator[tuple[Strength, ...]]:
    """Every handful of up to six units; of a combination, all with the same second ingredient."""
    by_other = sorted(product.strengths, key=lambda s: (s.other, s.amount))
    for _, alike in groupby(by_other, key=lambda s: s.other):
        strengths = list(alike)
        for count in range(1, MOST_UNITS + 1):
            yield from combinations_with_replacement(strengths, count)


def starts(products: Iterable[str] = ()) -> list[Start]:
    """Every start, those that share strengths one after another."""
    chosen = set(products)
    found: dict[Start, None] = {}
    for product in formulary("us").products.values():
        if chosen and product.id not in chosen:
            continue
        for hours in can_be_asked(product):
            found.update(dict.fromkeys(_of(product, hours)))
    return sorted(found, key=lambda start: (start.group, start.amounts, start.count))


def _of(product: Product, hours: int) -> Iterator[Start]:
    number = administrations(product, hours)
    often = "q7d" if hours == 7 * HOURS_OF_DAY else f"q{hours}h"
    if product.is_liquid:
        for strength in product.strengths:
            stock = () if strength in product.usual[:1] else (strength.label,)
            for amount in _measured(product, strength):
                dose = f"{plain(amount)} {product.unit} {often}"
                yield Start(product, hours, dose, stock, (amount,) * number, 0)
    else:
        for units in multisets(product):
            yield from _solid(product, hours, often, units)
    yield from uneven(product, hours)


def _solid(
    product: Product, hours: int, often: str, units: tuple[Strength, ...]
) -> Iterator[Start]:
    amount = sum(strength.amount for strength in units)
    if amount < product.least_dose:
        return
    number = administrations(product, hours)
    amounts = (amount,) * number
    # a patch of 12.5 is written as its label says it
    text = units[0].label if product.is_patch and len(units) == 1 else plain(amount)
    dose = f"{text} {product.unit} {often}"
    at_hand = {strength.label for strength in units}
    usual = {strength.label for strength in product.usual}
    if at_hand <= usual:
        yield Start(product, hours, dose, (), amounts, 0)
        if len(at_hand) == 1 and len(units) > 1:
            several = f"{len(units)} x {units[0].label} {product.unit} {often}"
            yield Start(product, hours, several, (), amounts, len(units))
    if at_hand != usual:  # all of the usual ones at hand is the same as naming none
        stock = tuple(s.label for s in product.strengths if s.label in at_hand)
        yield Start(product, hours, dose, stock, amounts, 0)


def _measured(product: Product, strength: Strength) -> list[int]:
    """Every amount on the scale of the syringe, up to 30 mL."""
    measure = strength.amount * product.measure // THOUSAND
    grid = [measure * count for count in range(1, MOST_MEASURES + 1)]
    return [amount for amount in grid if amount >= product.least_dose]


def singles(product: Product) -> list[int]:
    """Every amount of one administration of the usual strengths, none among them."""
    if product.is_liquid:
        return [0, *_measured(product, product.usual[0])]
    return sorted(shelf(product, product.usual, 1, MOST_UNITS).units)


def all_uneven(product: Product, hours: int) -> int:
    """How many starts there are whose amounts differ over the day."""
    amounts = len(singles(product))
    return prod([amounts] * administrations(product, hours)) - amounts


def uneven(product: Product, hours: int) -> Iterator[Start]:
    """Some of them, at even distances through all of them in the order of their amounts."""
    number = administrations(product, hours)
    amounts = singles(product)
    count = prod([len(amounts)] * number)
    places = {count * place // UNEVEN + count // (3 * UNEVEN) for place in range(UNEVEN)}
    for place in sorted(places) if number > 1 else ():
        rest, taken = place, []
        for _ in range(number):
            rest, digit = divmod(rest, len(amounts))
            taken.append(amounts[digit])
        if len(set(taken)) == 1:
            continue
        if any(strength.other for strength in product.strengths):
            taken.sort(reverse=True)  # 5/10 mg would name the second ingredient
        dose = f"{'/'.join(plain(amount) for amount in taken)} {product.unit}"
        yield Start(product, hours, dose, (), tuple(taken), 0)
