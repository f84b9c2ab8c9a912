"""What the shell proposes at the Tab key: products, strengths, guidelines, and fixed words.

Typer asks these functions; each gives the words that begin with what is typed so far.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

from taper.errors import TaperError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from taper.formulary.market import Formulary
    from taper.formulary.product import Product

Proposals = list[tuple[str, str]]
_REQUESTS = (".toml", ".json")


def _matching(words: Iterable[tuple[str, str]], typed: str) -> Proposals:
    return [(word, note) for word, note in words if word.startswith(typed)]


def words(*known: str) -> Callable[[str], Proposals]:
    """Proposes fixed words."""

    def complete(incomplete: str) -> Proposals:
        return _matching([(word, "") for word in known], incomplete)

    return complete


def _market(ctx: Any) -> Formulary:
    from taper.formulary.market import formulary  # noqa: PLC0415
    from taper.terminal.settings import known_products  # noqa: PLC0415 - at the Tab key only

    try:
        given = ctx.params if ctx else {}
        return known_products(given.get("market"), given.get("products"))
    except TaperError:
        return formulary()


def _product(ctx: Any) -> Product | None:
    """The product that is named so far on the command line, if any.

    Behind an option that still lacks its value nothing is parsed yet: then the words are looked at.
    """
    market, name = _market(ctx), ctx.params.get("product")
    for word in [name] if name else _typed():
        try:
            return market.find(word)
        except TaperError:
            continue
    return None


def _typed() -> list[str]:
    """The words after the command, as the shell hands them over."""
    text = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS", "")
    try:
        found = shlex.split(text)
    except ValueError:  # a quotation mark is still open
        found = text.split()
    return [word for word in found[2:] if not word.startswith("-")]


def _named(product: Product) -> tuple[str, str]:
    brands = f" ({', '.join(product.brands)})" if product.brands else ""
    return product.id, f"{product.name}{brands}"


def _whole_name(market: Formulary, typed: str) -> Proposals:
    """The ids of the products one of whose names begins with what is typed."""
    start = typed.lower()
    found = [p for name, own in market.by_name.items() if name.startswith(start) for p in own]
    # a shell replaces the word only by one that begins with it
    return _matching([_named(product) for product in dict.fromkeys(found)], typed)


def product(ctx: Any, incomplete: str) -> Proposals:
    """Product ids; and request files, which the shell completes itself where nothing is found."""
    if incomplete.endswith(_REQUESTS) or "/" in incomplete:
        return []
    return _whole_name(_market(ctx), incomplete)


def dose(ctx: Any, incomplete: str) -> Proposals:
    """A strength of the product with each interval of its label."""
    from taper.regimen.prescription import frequency  # noqa: PLC0415 - at the Tab key only

    found = _product(ctx)
    if found is None:
        return []
    every = [""] if found.is_patch else [f" {frequency(h)}" for h in found.intervals_hours]
    labels = [strength.label for strength in found.usual]
    if found.is_liquid:
        return []
    return _matching(
        [(f"{label} {found.unit}{often}", "") for label in labels for often in every], incomplete
    )


def strengths(ctx: Any, incomplete: str) -> Proposals:
    """The marketed strengths of the product, after what is listed already: ``15,30``."""
    found = _product(ctx)
    if found is None:
        return []
    before, comma, _ = incomplete.rpartition(",")
    taken = {text.strip() for text in before.split(",")}
    labels = [s.label.replace(" mg/mL", "") for s in found.strengths]
    labels += [] if comma else ["all"]
    return _matching(
        [(f"{before}{comma}{label}", found.unit) for label in labels if label not in taken],
        incomplete,
    )


def finer(ctx: Any, incomplete: str) -> Proposals:
    """The other products of the same opioid."""
    first = _product(ctx)
    if first is None:
        return _whole_name(_market(ctx), incomplete)
    same = [p for p in _market(ctx).of_drug(first.drug) if p is not first and not p.is_patch]
    return _matching([_named(other) for other in same], incomplete)


def drug(ctx: Any, incomplete: str) -> Proposals:
    """Opioids by name."""
    drugs = dict.fromkeys(product.drug for product in _market(ctx).products.values())
    return _matching([(name, "") for name in drugs], incomplete)


def form(ctx: Any, incomplete: str) -> Proposals:
    """The forms in which the drug is sold."""
    wanted = str(ctx.params.get("drug") or "").lower()
    products = _market(ctx).products.values()
    forms = {p.form: p.name for p in products if not wanted or p.drug == wanted}
    return _matching(forms.items(), incomplete)


def guideline(incomplete: str) -> Proposals:
    """Published rule sets."""
    from taper.formulary.guidelines import guidelines  # noqa: PLC0415 - at the Tab key only

    return _matching([(g.id, g.name) for g in guidelines().values()], incomplete)


def finding(incomplete: str) -> Proposals:
    """Findings."""
    from taper.safety.catalogue import catalogue  # noqa: PLC0415 - at the Tab key only

    return _matching([(key, entry["title"]) for key, entry in catalogue().items()], incomplete)


def market(incomplete: str) -> Proposals:
    """Markets."""
    from taper.formulary.market import MARKETS  # noqa: PLC0415 - at the Tab key only

    return _matching([(name, "") for name in MARKETS], incomplete)


def risk(incomplete: str) -> Proposals:
    """Risks."""
    from taper.request.fields import RISKS  # noqa: PLC0415 - at the Tab key only

    return _matching([(name, "") for name in RISKS], incomplete)


def setting(incomplete: str) -> Proposals:
    """Settings of the configuration file."""
    from taper.terminal.settings import HANDOUT_SETTINGS, PLAN_SETTINGS  # noqa: PLC0415 - at the Tab key only

    own = [f"stock.{name}" for name in _market(None).products]
    names = (*PLAN_SETTINGS, *HANDOUT_SETTINGS, *own)
    return _matching([(name, "") for name in names], incomplete)


of = words("original", "current", "mixed")
avoid = words("weekends", "holidays:US", "holidays:GB", "holidays:CA", "holidays:AU")
weekday = words("mon", "tue", "wed", "thu", "fri", "sat", "sun")
split = words("none", "halves")
as_needed = words("fixed", "keep")
time = words("morning", "noon", "afternoon", "evening", "bedtime")
prefer = words("fewest-units", "fewest-strengths")
checks = words("standard", "close", "none")
pace = words("gentle", "middle", "fast")
purpose = words("pain")
release = words("ir", "er")
shown = words("table", "json", "csv", "md", "note")
language = words("en", "es")
paper = words("letter", "a4")
bundle = words("collection", "transaction")
