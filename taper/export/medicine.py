"""Medicines and doses in the patient's words, in the language of the hand-out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND, plain
from taper.regimen.directions import strength_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.export.language import Language
    from taper.formulary.product import Product, Strength
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

_MOST_SHAPES = 6  # drawn for one strength; more are not counted at a glance


@dataclass(frozen=True, slots=True)
class Units:
    """So many of one strength: in words, and as shapes to draw.

    A shape is ``tablet``, ``half``, ``capsule``, ``film``, ``patch`` or ``drop``; there are none
    where they would be too many to count at a glance.
    """

    text: str
    shapes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dose:
    """One line of the picture of the day: its icon, and what is taken."""

    icon: str
    picture: str  # the icon in words
    time: str
    units: tuple[Units, ...]
    taken: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine on a step; ``name`` and ``amount`` are empty if the plan has only one."""

    name: str
    amount: str
    doses: tuple[Dose, ...]


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def drug_name(words: Language, drug: str) -> str:
    """The opioid: ``morphine``."""
    return words.say_or(f"drug.{drug}", drug)


def acetaminophen_name(words: Language, product: Product) -> str:
    """What the second ingredient is called in the product's market."""
    if "other_ingredient" in product.facts:
        return words.say(f"acetaminophen.name_{product.facts['other_ingredient']}")
    return words.say(f"acetaminophen.name_{product.market}")


def product_name(words: Language, product: Product) -> str:
    """The medicine in plain words: ``morphine long-acting tablets``."""
    drug, release = drug_name(words, product.drug), product.release
    if any(strength.other for strength in product.strengths):
        other = acetaminophen_name(words, product)
        drug, release = words.say("drug.with_other", drug=drug, other=other), "combination"
    key = f"form.{product.kind}.{release}"
    if key not in words.strings:
        return product.name
    name = words.say(key, drug=drug)
    return words.say("drug.branded", brand=product.brand, name=name) if product.brand else name


def short_names(words: Language, plan: Plan) -> dict[str, str]:
    """What each medicine is called in a table, by id: its opioid, unless two share it."""
    used = products(plan)
    drugs = [product.drug for product in used]
    return {
        product.id: drug_name(words, product.drug)
        if drugs.count(product.drug) == 1
        else product_name(words, product)
        for product in used
    }


def products(plan: Plan) -> list[Product]:
    """Every product of a plan, in the order in which it appears."""
    found: dict[str, Product] = {}
    for step in plan.steps:
        for regimen in (step.regimen, *step.companions):
            found.setdefault(regimen.product.id, regimen.product)
    return list(found.values())


def ordered(plan: Plan, regimens: tuple[Regimen, ...]) -> list[Regimen]:
    """Regimens in the order of their products in the plan: the same on every step."""
    places = {product.id: place for place, product in enumerate(products(plan))}
    return sorted(regimens, key=lambda regimen: places[regimen.product.id])


def units_taken(
    words: Language, product: Product, amount: int, units: Iterable[tuple[Strength, int]]
) -> tuple[Units, ...]:
    """What is taken at one time, a line for each strength: ``1 tablet of 60 mg``."""
    found = []
    for strength, count in units:
        if product.is_liquid:
            volume = plain(count)
            text = words.say(
                "dose.liquid", volume=volume, amount=product.text(amount), strength=strength.label
            )
            found.append(Units(text, ("drop",)))
        else:
            shapes = _shapes(product, count)
            found.append(Units(_units_of(words, product, strength, count), shapes))
    return tuple(found)


def _units_of(words: Language, product: Product, strength: Strength, count: int) -> str:
    whole, rest = divmod(count, THOUSAND)
    noun = words.number_of(f"unit.{product.kind}", count)
    label = strength_text(product, strength)
    if not whole:
        return words.say("dose.half", noun=noun, strength=label)
    number = f"{whole}½" if rest else str(whole)
    return words.say("dose.units", count=number, noun=noun, strength=label)


def _shapes(product: Product, count: int) -> tuple[str, ...]:
    whole, rest = divmod(count, THOUSAND)
    shapes = (product.kind,) * whole + (("half",) if rest else ())
    return shapes if len(shapes) <= _MOST_SHAPES else ()
