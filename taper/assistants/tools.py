"""What an assistant can ask for: the answers of the commands, as plain values with their sources.

Nothing here reads or writes a file, a configuration or a clock, or keeps anything. What is wrong or
refused is raised in the words of the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.export import render
from taper.formulary.entry import whole_entry
from taper.formulary.market import MARKETS, formulary
from taper.lint import lint
from taper.planning.compare import compare as compared
from taper.planning.compare import rates_of
from taper.planning.document import product_document
from taper.planning.make import planned
from taper.reading.written_dates import market_order, read_date
from taper.request.fields import PRODUCTS
from taper.safety.catalogue import catalogue, is_raised_in
from taper.safety.catalogue import explain as entry_of

if TYPE_CHECKING:
    from taper.formulary.product import Product

# fields that may name a file: a server reads none
FILES = frozenset({"history", PRODUCTS})
MME = "MME is for risk context only: it is no way to convert between opioids."
_PARTS = ("id", "made_with", "request", "rule", "product", "summary", "steps", "findings")


def plan(*, full: bool = False, **fields: Any) -> dict[str, Any]:
    """A plan: its note in words, and its document; without ``full``, no checks and no fills."""
    made = planned(**{name: value for name, value in fields.items() if name not in FILES})
    document = made.to_dict()
    shown = document if full else {name: document[name] for name in _PARTS}
    return {"note": render(made, ".txt"), "plan": shown, "about_mme": MME}


def check(
    schedule: str,
    product: str | None = None,
    market: str = "us",
    start: str | None = None,
    split: str | None = None,
) -> dict[str, Any]:
    """The faults of a schedule: the text of a table (CSV), a plan or FHIR (JSON)."""
    _known_market(market)
    first = read_date(start, "start").by(market_order(market)) if start else None
    report = lint(
        schedule, "schedule", market=market, product=product, start=first, halves=split == "halves"
    )
    ids = {fault.id for fault in report.faults}
    sources = {name: str(entry_of(name, market)["source"]) for name in sorted(ids)}
    return {
        "faults": [fault.to_dict() for fault in report.faults],
        "wrong": report.wrong,
        "rows_are": report.where,
        "sources": sources,
    }


def explain(id: str | None = None, market: str = "us") -> dict[str, Any]:  # noqa: A002
    """What a finding means, why, what to do, and who says so; without an id, all of them."""
    _known_market(market)
    if id is not None:
        return {"id": id.strip().lower(), **entry_of(id, market)}
    ids = [name for name in catalogue() if is_raised_in(name, market)]
    return {"findings": [{"id": name, **entry_of(name, market)} for name in ids]}


def product(name: str | None = None, market: str = "us") -> dict[str, Any]:
    """What is known of a product, each fact with its source; without a name, all ids."""
    _known_market(market)
    known = formulary(market)
    if name is None:
        products = known.products.values()
        return {"products": [{"id": each.id, "name": each.name} for each in products]}
    found = known.find(name)
    return {**whole_entry(found, known), "sources_by_fact": _sources(found, known.sources)}


def _sources(product: Product, texts: dict[str, str]) -> dict[str, list[str]]:
    """By fact, who says so, or what it rests on."""
    facts = product.facts
    found = {
        field: [texts.get(key, key) for key in keys]
        for field, keys in facts.get("sources", {}).items()
    }
    return found | {field: [f"judgement: {why}"] for field, why in facts["judgements"].items()}


def compare(
    reduce: list[str] | None = None,
    guideline: list[str] | None = None,
    finish_with: list[str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """The figures of several paces of the same request."""
    rates = rates_of(reduce or [], guideline or [], finish_with or [])
    paces = compared({name: each for name, each in fields.items() if name not in FILES}, rates)
    made = [pace.plan for pace in paces if pace.plan is not None]
    warnings = [each for one in made for each in one.findings if each.level == "warning"]
    return {
        "paces": [pace.to_dict() for pace in paces],
        "sources": {
            **{each.id: each.source for each in warnings},
            "product": product_document(made[0])["sources"] if made else [],
        },
        "figures": "percentages leave the stop out; dispensed is counted in units",
    }


def _known_market(market: str) -> None:
    if market not in MARKETS:
        hint = "one of " + ", ".join(MARKETS)
        raise InputError(Problem("market", f"'{market}' is not known", hint, market))
