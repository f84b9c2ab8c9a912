"""Whether a product has what the words of a name tell: form, release, hours, salt, strength."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.formulary.words import Words, lexicon
from taper.quantities import THOUSAND

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product, Strength

SOLID = frozenset({"tablet", "capsule"})
_LEFT_OUT_SALTS = frozenset({"polistirex", "citrate"})  # of mixtures, lozenges and injections


def combines(product: Product, words: Words, *, branded: bool) -> bool:
    """Whether it is a combination if the name tells one, and not if it does not."""
    with_partner = "acetaminophen" in words.partners or bool(words.numbered)
    if branded:
        return product.is_combination or not with_partner
    pair = len({amount for amount, _ in words.amounts}) == 2  # noqa: PLR2004 - 5-325
    if product.is_combination:
        return with_partner or (pair and strengths_told(product, words) is not None)
    return not with_partner


def narrow(products: list[Product], words: Words, release: str, market: Formulary) -> list[Product]:
    """Those that have the form, the release, the hours and the salt that the name tells."""
    if words.other_forms:
        return []
    # "Oral Tablet" tells the release only if nothing else does
    told = {name for name in words.releases if name != "oral"} or {*words.releases}
    releases = {"ir" if name == "oral" else name for name in (*told, release) if name}
    return [
        product
        for product in products
        if (_has_form(product, words.forms) if words.forms else _may_lack_form(product, words))
        and all(has_release(product, name) for name in releases)
        and (not words.hours or _has_hours(product, words.hours, market))
        and _has_salt(product, words.salts)
    ]


def _may_lack_form(product: Product, words: Words) -> bool:
    """A liquid is named as such, or by its concentration, if a release is told."""
    return not (product.is_liquid and "ir" in words.releases)


def _has_salt(product: Product, salts: list[str]) -> bool:
    own = lexicon().data["of_salt"].get(product.id, salts)
    return not salts or (bool({*salts} & {*own}) and not _LEFT_OUT_SALTS & {*salts})


def _has_form(product: Product, forms: list[str]) -> bool:
    kind = "solution" if product.is_liquid else product.kind
    if kind == "film":
        return "film" in forms
    return kind in forms and not (set(forms) - {kind, "film"})


def has_release(product: Product, release: str) -> bool:
    """Whether it acts at once (``ir``), or not (``er``)."""
    if product.kind not in SOLID:
        # the FDA calls every patch "extended release"; no liquid here is anything but immediate
        return release == "ir" if product.is_liquid else product.is_patch and release == "er"
    return (product.release == "er") == (release == "er")


def _has_hours(product: Product, hours: list[int], market: Formulary) -> bool:
    """The hours in a name are those of an extended release form or of a patch."""
    own = lexicon().data.get(market.market, {}).get("hours", {}).get(product.id)
    labelled = own or product.intervals_hours
    return (product.release == "er" or product.is_patch) and all(h in labelled for h in hours)


def strengths_told(product: Product, words: Words) -> list[str] | None:
    """The labels of the strengths that fit the amounts of a name; None if none fits."""
    fitting = [strength for strength in product.strengths if _is_strength(product, strength, words)]
    return [strength.label for strength in fitting] if fitting else None


def _is_strength(product: Product, strength: Strength, words: Words) -> bool:
    if words.numbered and _numbered(words.numbered) != strength.amount:
        return False
    if product.is_liquid or words.liquids:
        others = words.amounts or words.rates or not product.is_liquid
        return not others and {*words.liquids} <= {strength.amount}
    given = {_in_unit(product, amount, unit) for amount, unit in words.amounts}
    if product.is_patch:
        return given | {*words.rates} <= {strength.amount, _label_amount(strength)}
    return (
        not words.rates
        and given <= ({strength.amount, strength.other} if strength.other else {strength.amount})
        and given != {strength.other}
    )


def _numbered(number: str) -> int:
    return int(lexicon().data["numbers"][number]) * THOUSAND


def _label_amount(strength: Strength) -> int:
    """The number on a patch's label: 12 for 12.5."""
    return int(strength.label) * THOUSAND if strength.label.isdigit() else strength.amount


def _in_unit(product: Product, amount: int, unit: str) -> int:
    """An amount in the unit of the product; -1 for what it cannot be."""
    if product.unit == "mg":
        if unit == "mcg":
            return amount // THOUSAND if amount % THOUSAND == 0 else -1
        return amount
    return amount * THOUSAND if unit == "mg" else amount
