"""The errors about a product's name: what does not fit, why, and what would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.formulary.brands import brands
from taper.formulary.words import Words, lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.formulary.brands import Brand
    from taper.formulary.market import Formulary
    from taper.formulary.names import Named
    from taper.formulary.product import Product

_LIST = "`taper formulary list` shows them all"
_NEAR = 1  # letters by which a misspelled drug may differ


def several(market: Formulary, name: str, products: Sequence[Product], field: str) -> InputError:
    """More than one product fits, or one of which the name does not tell enough."""
    ids = ", ".join(product.id for product in products)
    if len(products) == 1:
        (only,) = products
        what = "brand" if only.brand else "release" if _release(only) == "er" else "form"
        message = f"'{name}' does not tell the {what}"
        hint = f"{ids} is the one of the {market.market} formulary: name it if it is meant"
        return InputError(Problem(field, message, hint, name))
    message = f"'{name}' is the name of more than one product"
    return InputError(Problem(field, message, f"one of {ids}; {_apart(products)}", name))


def _apart(products: Sequence[Product]) -> str:
    """What tells products of one drug apart."""
    ways = []
    if len({_release(product) for product in products} - {""}) > 1:
        ways.append("the release (--release ir, or er)")
    kinds = dict.fromkeys("solution" if p.is_liquid else p.kind for p in products)
    if len(kinds) > 1:
        ways.append(f"the form ({', '.join(kinds)})")
    if len({product.is_combination for product in products}) > 1:
        ways.append("acetaminophen in it, or not")
    if all(product.brand for product in products):
        ways.append("the brand")
    elif len({product.interval for product in products if product.release == "er"}) > 1:
        ways.append("the hours that it lasts")
    strengths = {tuple(s.label for s in product.strengths) for product in products}
    if len(strengths) > 1:
        ways.append("often the strength")
    return "what tells them apart: " + ", ".join(ways or ["the brand"])


def _release(product: Product) -> str:
    return product.release if product.kind in {"tablet", "capsule"} else ""


def no_strength(
    market: Formulary, name: str, products: Sequence[Product], field: str, label: str = ""
) -> InputError:
    """No product that fits otherwise has the strength that the name tells."""
    message = f"no product of the {market.market} formulary is '{name}'"
    if label:
        message = f"{products[0].id} is not marketed as {label}: {name}"
    others = [p for p in market.of_drug(products[0].drug) if p not in products]
    listed = "; ".join(
        f"{p.id} {', '.join(s.label for s in p.strengths)}" + ("" if p.is_liquid else f" {p.unit}")
        for p in products
    )
    rest = f"; others of this drug: {', '.join(p.id for p in others)}" if others else ""
    return InputError(Problem(field, message, f"the strengths are {listed}{rest}", name))


def no_such_form(
    market: Formulary, name: str, products: Sequence[Product], field: str
) -> InputError:
    """The drug is in the formulary, but not in that form or release."""
    message = f"'{name}' is not in the {market.market} formulary: of this drug it has no such form"
    return InputError(Problem(field, message, _same_drug(products), name))


def _same_drug(products: Sequence[Product]) -> str:
    ids = ", ".join(product.id for product in products)
    return f"of this drug: {ids}" if ids else _LIST


def unknown_words(words: Words, products: Sequence[Product], field: str) -> InputError:
    """Words that are not understood could be another ingredient."""
    unknown = ", ".join(f"'{word}'" for word, _ in words.unknown)
    message = f"{unknown} in '{words.text}' is not understood"
    hint = f"leave it out if it is a maker or a pack; {_same_drug(products)}"
    place = words.text.lower().find(words.unknown[0][0])
    span = (place, place + len(words.unknown[0][0])) if place >= 0 else None
    return InputError(Problem(field, message, hint, words.text, span))


def no_drug(market: Formulary, words: Words, drugs: Sequence[str], field: str) -> InputError:
    """The name tells no opioid, or two."""
    name = words.text
    if len(drugs) > 1:
        message = f"'{name}' names more than one opioid: {', '.join(drugs)}"
        return InputError(Problem(field, message, "one product; the others with --also", name))
    message = f"'{name}' is not a product of the {market.market} formulary"
    close = _misspelled(market, [word for word, _ in words.unknown])
    hint = f"perhaps {', '.join(close)}" if close else _LIST
    return InputError(Problem(field, message, hint, name))


def _misspelled(market: Formulary, unknown: Sequence[str]) -> list[str]:
    """The products of the one drug or brand that an unknown word nearly spells."""
    found: dict[str, list[str]] = {}
    for word in unknown:
        for product in market.products.values():
            if _nearly(word, product.drug):
                found.setdefault(product.drug, []).append(product.id)
        for phrase, brand in brands(market).items():
            if _nearly(word, phrase):
                for one in brand.products:
                    found.setdefault(market.products.drugs[one], []).append(one)
    return list(dict.fromkeys(next(iter(found.values()))))[:5] if len(found) == 1 else []


def _nearly(word: str, known: str) -> bool:
    """Whether it sounds alike but for one letter wrong, missing, too many, or out of order."""
    for written, sound in (("ph", "f"), ("th", "t"), ("y", "i")):
        word, known = word.replace(written, sound), known.replace(written, sound)
    if word[0] != known[0] or abs(len(word) - len(known)) > _NEAR or len(word) < 6:  # noqa: PLR2004
        return False
    start = 0
    while start < min(len(word), len(known)) and word[start] == known[start]:
        start += 1
    first, second = word[start:], known[start:]
    swapped = first[:2] == second[1::-1] and first[2:] == second[2:]
    return swapped or first[1:] == second[1:] or first[1:] == second or first == second[1:]


def left_out(
    market: Formulary, words: Words, drugs: Sequence[str], branded: Sequence[Brand]
) -> str | None:
    """The reason why what a name tells is left out; None if it is not, '' without a reason."""
    data = lexicon().data
    reasons = data["reasons"]
    for name in words.left_out:
        group, _, key = data["left_out_brands"][name][1].partition(".")
        if group:
            return str(data["others"][key] if group == "others" else reasons[group][key])
        return ""
    found = [reasons["partners"][p] for p in words.partners if p in reasons["partners"]]
    if found and drugs:
        return str(found[0])
    found = [data["others"][n] for n in (*words.others, *words.partners) if n in data["others"]]
    found += [brand.reason for brand in branded if brand.reason]
    found += [reasons["opioids"][drug] for drug in drugs if drug in reasons["opioids"]]
    if found:
        return str(found[0])
    if drugs and words.other_forms:
        return _form_reason(words.other_forms, drugs)
    known = set(market.products.drugs.values())
    missing = [drug for drug in drugs if drug not in known]
    return f"it has no {missing[0]}" if missing else None


def _form_reason(forms: Sequence[str], drugs: Sequence[str]) -> str:
    reasons = lexicon().data["reasons"]["forms"]
    if forms[0] == "dispersible" and "methadone" in drugs:
        return str(reasons["dispersible-methadone"])
    if forms[0] == "sublingual" and "buprenorphine" not in drugs:
        return str(reasons["buccal-tablet"])
    return str(reasons[forms[0]])


def refused(
    market: Formulary, words: Words, drugs: Sequence[str], reason: str, field: str
) -> InputError:
    """What the name tells is not in the formulary, with the reason."""
    told = f": {reason}" if reason else ""
    message = f"'{words.text}' is not in the {market.market} formulary{told}"
    brands_of = lexicon().data["left_out_brands"]
    meant = dict.fromkeys([*drugs, *(brands_of[name][0] for name in words.left_out)])
    same = market.of_drug(next(iter(meant))) if len(meant) == 1 else []
    return InputError(Problem(field, message, _same_drug(same), words.text))


def of_code(code: str, error: InputError, field: str) -> InputError:
    """The code is known, but what it stands for cannot be planned."""
    first = error.problems[0]
    return InputError(Problem(field, f"{code}: {first.message}", first.hint, code))


def of_unclear_code(
    market: Formulary, code: str, name: str, product: Product, field: str
) -> InputError:
    """The directory of codes tells a drug and a strength, but no form that is planned here."""
    message = f"{code} is {name}, of which the {market.market} formulary does not have the form"
    return InputError(Problem(field, message, f"{product.id} if that is what is taken", code))


def unknown_code(
    market: str, code: str, system: str, home: str, found: int, field: str
) -> InputError:
    """The code stands in no table, or in that of another market, or fits several entries."""
    message = f"no product has the {system} '{code}'"
    hint = "write the name of the product, or an id such as morphine-er"
    if found > 1:
        message = (
            f"the {system} '{code}' fits {found} packages: its digits may be split in two ways"
        )
        hint = "write it with hyphens, or with eleven digits"
    elif found and home != market:
        message = f"'{code}' is a code ({system}) of the {home} formulary"
        hint = f"--market {home}, or the name of the product"
    return InputError(Problem(field, message, hint, code))


def different(first: Named, second: Named, code: str) -> InputError:
    """A name and the code beside it that mean different products, or different strengths."""
    both = [f"{named.product.id} {named.strength}".strip() for named in (first, second)]
    message = f"the name is {both[0]}, but the code {code} is {both[1]}"
    return InputError(Problem("product", message, "one of the two is wrong", code))
