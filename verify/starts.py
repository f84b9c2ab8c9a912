"""Every starting regimen: up to six units at each administration, at each labelled interval.

Of patches and films, of which few are used at once, up to three.

A regimen of units is a multiset of strengths, the same at every administration. The language of
requests says it in up to three ways, and each of them is planned:

- by its amount (``105 mg q8h``), with every usual strength to go on with;
- where all units are of one strength, as ``3 x 15 mg q8h``, which also fixes the tablets;
- by its amount with only the strengths at hand that it is made of (``stock``).

Multisets that make the same words are one start. A combination is asked for by its tablet, one
(``10/325 mg q6h``) or several at once. Of liquids, every amount on the scale of the syringe.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import prod
from typing import TYPE_CHECKING

from verify.laws.document import exact
from verify.medicine import HOURS_OF_DAY, THOUSAND, formulary
from verify.shelf import MOST_MEASURES
from verify.words import kept_shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from verify.medicine import Medicine, Strength

MOST_UNITS = 6  # at one administration
MOST_WORN = 3  # patches, and films
UNEVEN = 24  # starts of different amounts over the day, of each product and interval
ORAL, WORN = {3, 4, 6, 8, 12, 24}, {48, 72, 96, 168}  # hours that a request has words for
WEEK_HOURS = 168


@dataclass(frozen=True)
class Start:
    """A starting regimen, and the words in which it is asked for."""

    product: str
    hours: int
    dose: str
    stock: tuple[str, ...] = ()  # labels; empty for the usual strengths

    @property
    def fields(self) -> dict[str, object]:
        """The start as fields of a request."""
        found: dict[str, object] = {"product": self.product, "dose": self.dose}
        return found | ({"stock": list(self.stock)} if self.stock else {})

    @property
    def group(self) -> tuple[str, int, tuple[str, ...]]:
        """Starts of one group are planned together, because they share what can be made."""
        return self.product, self.hours, self.stock


def administrations(product: Medicine, hours: int) -> int:
    """How many there are in a day; a patch counts as one."""
    return 1 if product.is_patch else HOURS_OF_DAY // hours


def can_be_asked(product: Medicine) -> list[int]:
    """The labelled intervals for which the language of requests has a word."""
    return [hours for hours in product.intervals if hours in (WORN if product.is_patch else ORAL)]


def most_units(product: Medicine) -> int:
    """The most units at one administration of a start."""
    return MOST_WORN if product.kind in {"patch", "film"} else MOST_UNITS


def multisets(product: Medicine) -> Iterator[tuple[Strength, ...]]:
    """Every handful of up to six units of one strength or several; of a combination, of one."""
    for count in range(1, most_units(product) + 1):
        if product.is_combination:
            yield from ((strength,) * count for strength in product.strengths)
        else:
            yield from combinations_with_replacement(product.strengths, count)


def starts(products: Iterable[str] = ()) -> list[Start]:
    """Every start, those that share strengths one after another."""
    chosen = set(products)
    found: dict[Start, None] = {}
    for product in formulary("us").values():
        if chosen and product.id not in chosen:
            continue
        for hours in can_be_asked(product):
            found.update(dict.fromkeys(_of(product, hours)))
    return sorted(found, key=lambda start: start.group)  # stable: then as they come


def often(hours: int) -> str:
    """The frequency in words of a request."""
    return "q7d" if hours == WEEK_HOURS else f"q{hours}h"


def _of(product: Medicine, hours: int) -> Iterator[Start]:
    if product.is_liquid:
        for strength in product.strengths:
            stock = () if strength in product.usual else (strength.label,)
            for amount in measured(product, strength):
                dose = f"{exact(amount)} {product.unit} {often(hours)}"
                yield Start(product.id, hours, dose, stock)
    else:
        for units in multisets(product):
            combined = product.is_combination
            yield from (_tablets if combined else _solid)(product, hours, units)
    if not product.is_combination:
        yield from uneven(product, hours)


def _tablets(product: Medicine, hours: int, units: tuple[Strength, ...]) -> Iterator[Start]:
    count = "" if len(units) == 1 else f"{len(units)} x "
    dose = f"{count}{units[0].label} {product.unit} {often(hours)}"
    yield Start(product.id, hours, dose)
    alike = tuple(s.label for s in product.usual if s.other == units[0].other)
    if len(units) > 1 and units[0].label in alike and len(alike) > 1:
        yield Start(product.id, hours, dose, alike)


def _solid(product: Medicine, hours: int, units: tuple[Strength, ...]) -> Iterator[Start]:
    amount = sum(strength.amount for strength in units)
    if amount < product.least:
        return
    # a patch of 12.5 is written as its label says it
    text = units[0].label if product.is_patch and len(units) == 1 else exact(amount)
    end = f"{product.unit} {often(hours)}"
    at_hand = {strength.label for strength in units}
    usual = {strength.label for strength in product.usual}
    yield Start(product.id, hours, f"{text} {end}")
    if len(at_hand) == 1 and len(units) > 1:
        yield Start(product.id, hours, f"{len(units)} x {units[0].label} {end}")
    if at_hand != usual:  # all of the usual ones at hand is the same as naming none
        stock = tuple(s.label for s in product.strengths if s.label in at_hand)
        yield Start(product.id, hours, f"{text} {end}", stock)


def measured(product: Medicine, strength: Strength) -> list[int]:
    """Every amount on the scale of the syringe, up to 30 mL."""
    measure = strength.amount * product.measure // THOUSAND
    grid = [measure * count for count in range(1, MOST_MEASURES + 1)]
    return [amount for amount in grid if amount >= product.least]


def singles(product: Medicine) -> list[int]:
    """Every amount of one administration of the usual strengths."""
    if product.is_liquid:
        return measured(product, product.usual[0])
    return list(kept_shelf(product, product.usual, most_units(product)).amounts)


def all_uneven(product: Medicine, hours: int) -> int:
    """How many starts there are whose amounts differ over the day."""
    amounts = len(singles(product))
    return prod([amounts] * administrations(product, hours)) - amounts


def uneven(product: Medicine, hours: int) -> Iterator[Start]:
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
        if len(set(taken)) > 1:
            dose = "/".join(exact(amount) for amount in taken)
            yield Start(product.id, hours, f"{dose} {product.unit}")
