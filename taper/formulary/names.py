"""From a name as people and records write it to one product, and the strength that it names.

A name is never guessed. If it fits several products of one drug, the error lists them with what
tells them apart; if its drug is not in the formulary, the error names no other drug.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from taper.errors import InputError
from taper.formulary import name_errors
from taper.formulary.brands import Brand, brands
from taper.formulary.codes import Coded, is_known, look_up
from taper.formulary.fitting import SOLID, combines, has_release, narrow, strengths_told
from taper.formulary.words import Words, lexicon, words_of

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product

RELEASES = ("ir", "er")
_TOLD = 5  # letters of a drug that tell it: oxycod


class Named(NamedTuple):
    """A product, and the label of the strength that its name tells (or an empty string)."""

    product: Product
    strength: str = ""


@lru_cache(maxsize=16_384)
def identify(market: Formulary, text: str, release: str = "", field: str = "product") -> Named:
    """The product that a name or a code means; ``release`` (``ir``, ``er``) settles what it leaves.

    Raises :class:`~taper.InputError`: several products fit, or none.
    """
    product = market.products.get(text)
    if product is not None:
        return Named(product)
    by_id = _of_id(market, text)
    if by_id is not None:
        return by_id
    coded = look_up(market.market, text, field)
    if coded is not None:
        return _of_code(market, text, coded, field)
    plain = " ".join(text.lower().split())
    own = [product for product in market.by_name.get(plain, ()) if product.is_local]
    if own:  # a name of the clinic's own product, which no other has
        return Named(own[0])
    known = brands(market)
    exact = [] if plain.replace("-", " ") in known else market.by_name.get(plain, [])
    if release:
        exact = [product for product in exact if has_release(product, release)]
    if len(exact) == 1:
        return Named(exact[0])
    return _read(market, words_of(text, frozenset(known)), release, field)


def _of_id(market: Formulary, text: str) -> Named | None:
    """An id with a strength behind it: ``morphine-er 30 mg``."""
    name, _, strength = " ".join(text.lower().split()).partition(" ")
    product = market.products.get(name)
    if product is None or not strength:
        return None
    plain = strength.removesuffix(product.unit).strip()
    labels = [s.label for s in product.strengths if s.label.lower() in {plain, strength}]
    return Named(product, labels[0]) if labels else None


def name_or_code(market: Formulary, name: str | None, code: str | None, release: str = "") -> Named:
    """The product of a name and of the code beside it: one of them may not be known.

    Raises :class:`~taper.InputError` if neither is a product, or if they are different ones.
    """
    errors = []
    found: list[Named] = []
    for text, field in ((name, "product"), (code, "code")):
        if text:
            try:
                found.append(identify(market, text, release, field))
            except InputError as error:
                errors.append(error)
    if not found:
        raise errors[0]
    named = found[-1]
    if errors and name and code and len(found) == 1 and not _tells(name, named.product):
        raise errors[0]
    first = found[0]
    differ = first.strength and named.strength and first.strength != named.strength
    if first.product is not named.product or differ:
        raise name_errors.different(first, named, code or "")
    return named if named.strength else first


def _tells(name: str, product: Product) -> bool:
    """Whether a name that is no one product is at least one of this product's drug."""
    words = name.lower()
    known = (product.drug, *product.brands)
    return any(each.lower()[:_TOLD] in words for each in known) or words.strip().isdigit()


def is_opioid(market: Formulary, text: str) -> bool:
    """Whether a name tells an opioid, in the formulary or not, or a code is one of its tables."""
    if is_known(text):
        return True
    words = words_of(text, frozenset(brands(market)))
    left_out = lexicon().data["left_out_brands"]
    opioids = lexicon().data["opioids"]
    return bool(
        words.opioids
        or words.brands
        or any(left_out[name][0] in opioids for name in words.left_out)
    )


def _of_code(market: Formulary, text: str, coded: Coded, field: str) -> Named:
    """The product of a code: as the table of codes gives it, or by the name that stands there."""
    products = [market.products[one] for one in coded.products if one in market.products]
    if len(products) > 1:
        raise name_errors.several(market, text, products, field)
    if not products:
        # dm+d writes "modified-release" into every name of a product that is
        plain = coded.by_name and not {"patch", "modified"} & set(
            re.findall("patch|modified", coded.name)
        )
        try:
            named = identify(market, coded.name, "ir" if plain else "", field)
        except InputError as error:
            raise name_errors.of_code(text, error, field) from None
        if coded.by_name:
            return named
        raise name_errors.of_unclear_code(market, text, coded.name, named.product, field)
    found = [s for s in products[0].strengths if s.label.lower() == coded.strength.lower()]
    if not found:
        raise name_errors.no_strength(market, text, products, field, coded.strength)
    return Named(products[0], found[0].label)


def _read(market: Formulary, words: Words, release: str, field: str) -> Named:
    known = brands(market)
    branded = [known[name] for name in words.brands]
    drug = _drug(market, words, branded, field)
    products = market.of_drug(drug) if branded else _built_in(market, drug)
    for brand in branded:
        products = _of_brand(products, brand, {*words.releases, release})
    if branded:  # Vicodin HP
        qualifiers = lexicon().data["qualifiers"]["words"]
        words.unknown = [one for one in words.unknown if one[0] not in qualifiers]
    if words.unknown:
        raise name_errors.unknown_words(words, market.of_drug(drug), field)
    products = [product for product in products if combines(product, words, branded=bool(branded))]
    fitting = narrow(products, words, release, market)
    if not fitting:
        raise name_errors.no_such_form(market, words.text, market.of_drug(drug), field)
    strong = [(product, strengths_told(product, words)) for product in fitting]
    strong = [(product, labels) for product, labels in strong if labels is not None]
    if not strong:
        raise name_errors.no_strength(market, words.text, fitting, field)
    left = _settled([product for product, _ in strong], words, market)
    vague = _is_vague(drug, words, branded, market) or _needs_release(
        left[0], words, _built_in(market, drug), release
    )
    if len(left) > 1 or (vague and not _is_own(left[0], branded)):
        raise name_errors.several(market, words.text, _also_meant(left, words, market), field)
    labels = dict(strong)[left[0]]
    return Named(left[0], labels[0] if labels and len(labels) == 1 else "")


def _built_in(market: Formulary, drug: str) -> list[Product]:
    """The products of a drug, but for a clinic's own: those are meant by their own names only."""
    return [product for product in market.of_drug(drug) if not product.is_local]


def _of_brand(products: list[Product], brand: Brand, releases: set[str]) -> list[Product]:
    """Those that bear the brand: Nucynta alone is not Nucynta ER."""
    named = [product for product in products if product.id in brand.products]
    alone = [product for product in named if product.id == brand.plain]
    return alone if alone and "er" not in releases else named


def _drug(market: Formulary, words: Words, branded: list[Brand], field: str) -> str:
    """The one opioid of the name, which the market must have; else the reason why not."""
    drugs = dict.fromkeys(words.opioids)
    if words.numbered and "acetaminophen" in words.partners:
        drugs["codeine"] = None  # Tylenol #3
    for brand in branded:
        drugs |= dict.fromkeys(
            [brand.drug] if brand.drug else [market.products.drugs[one] for one in brand.products]
        )
    reason = name_errors.left_out(market, words, list(drugs), branded)
    if reason is not None:
        raise name_errors.refused(market, words, list(drugs), reason, field)
    if len(drugs) != 1:
        raise name_errors.no_drug(market, words, list(drugs), field)
    return next(iter(drugs))


def _settled(products: list[Product], words: Words, market: Formulary) -> list[Product]:
    """Of alike products, the one that RxNorm writes without hours."""
    if len(products) > 1 and words.is_rxnorm:
        always = lexicon().data.get(market.market, {}).get("rxnorm_hours", {})
        chosen = [product for product in products if (product.id in always) == bool(words.hours)]
        return chosen or products
    return products


def _is_vague(drug: str, words: Words, branded: list[Brand], market: Formulary) -> bool:
    """Whether the form must be told: the drug is sold in forms that are left out here.

    Hydrocodone alone is no product that acts at once; its name alone is used for the
    combination, so a strength that both have does not tell them apart.
    """
    if branded or words.forms or words.rates:
        return False
    if drug in lexicon().data["needs_form"]["drugs"]:
        return True
    return bool(_loosely_meant(words, market))


def _is_own(product: Product, branded: list[Brand]) -> bool:
    """Whether the brand that was named is that of the product."""
    return any(product.id in brand.products for brand in branded)


def _needs_release(product: Product, words: Words, same: list[Product], release: str) -> bool:
    """Whether an extended release form is meant only by what the name leaves out.

    Where products are prescribed by brand, the brand must be named. A strength settles the
    release only if the market has a product of the drug that acts at once to compare with.
    """
    if product.brand:
        return True
    if product.release != "er" or product.kind not in SOLID or release or words.hours:
        return False
    if "er" in words.releases:
        return False
    return not any(one.kind in SOLID and one.release != "er" for one in same)


def _also_meant(left: list[Product], words: Words, market: Formulary) -> list[Product]:
    return [*left, *(product for product in _loosely_meant(words, market) if product not in left)]


def _loosely_meant(words: Words, market: Formulary) -> list[Product]:
    """Combinations that the opioid's name alone may mean, if it has no product of its own."""
    if words.partners or words.releases or words.hours or words.forms == ["capsule"]:
        return []
    same = [product for drug in words.opioids for product in _built_in(market, drug)]
    if any(not product.is_combination and product.release != "er" for product in same):
        return []
    given = {amount for amount, _ in words.amounts}
    return [
        product
        for product in same
        if product.is_combination and given <= {strength.amount for strength in product.strengths}
    ]
