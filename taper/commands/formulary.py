"""`taper formulary`: the products that can be planned, and what is known of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from taper.formulary.entry import entry, whole_entry
from taper.regimen.prescription import frequency
from taper.terminal.deliver import one_of
from taper.terminal.options import Market, Products, TableFormat, tab
from taper.terminal.settings import known_products
from taper.terminal.streams import say
from taper.terminal.tables import folded

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product


def list_products(
    search: Annotated[
        str | None, typer.Argument(help="Only products whose id, brand or name has this.")
    ] = None,
    market: Market = None,
    products: Products = None,
    format: TableFormat = "table",  # noqa: A002
) -> None:
    """List the products.

    taper formulary list oxycodone
    """
    as_json = one_of("format", format, ("table", "json")) == "json"
    known = known_products(market, products)
    listed = list(known.products.values())
    if search:
        wanted = " ".join(search.lower().split())
        listed = [
            product
            for product in listed
            if any(wanted in name for name, own in known.by_name.items() if product in own)
        ]
    if as_json:
        entries = [entry(product, known) for product in listed]
        say(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    if not listed:
        say(f"nothing is called '{search}': `taper formulary list` shows all", err=True)
        return
    width = max(len(product.id) for product in listed)
    for product in listed:
        intervals = " ".join(frequency(hours) for hours in product.intervals_hours)
        strengths = ", ".join(strength.label for strength in product.strengths)
        unit = "" if product.is_liquid else f" {product.unit_text}"
        called = [*product.brands, *(["local product"] if product.is_local else [])]
        brands = f"  ({', '.join(called)})" if called else ""
        lead = f"{product.id:{width}}  {intervals:12}  "
        say(folded(lead, f"{strengths}{unit}{brands}"), nl=False)


def show(
    product: Annotated[
        str, typer.Argument(help="Id, brand or common name.", autocompletion=tab("product"))
    ],
    market: Market = None,
    products: Products = None,
    format: TableFormat = "table",  # noqa: A002
) -> None:
    """Show what is known of a product, with its sources.

    taper formulary show "MS Contin"
    """
    as_json = one_of("format", format, ("table", "json")) == "json"
    known = known_products(market, products)
    found = known.find(product)
    if as_json:
        say(json.dumps(whole_entry(found, known), indent=2, ensure_ascii=False))
        return
    for name, text in described(found, known):
        say(folded(f"{name:18} ", text), nl=False)


def described(product: Product, known: Formulary) -> list[tuple[str, str]]:
    """What is known of a product, line by line; each with its sources or what it rests on."""
    facts = product.facts
    unit = "" if product.is_liquid else f" {product.unit_text}"
    rows = [
        ("id", product.id),
        ("name", product.name),
        ("brands", ", ".join(product.brands) or "generic"),
        ("strengths", ", ".join(s.label for s in product.strengths) + unit),
    ]
    if product.is_local:
        rows.append(("from", f"{facts['file']}; not checked against this tool's sources"))
    if product.seldom_stocked:
        rows.append(("seldom stocked", ", ".join(product.seldom_stocked)))
    rows += [
        ("taken", " or ".join(frequency(hours) for hours in product.intervals_hours)),
        ("handling", product.handling.replace("-", " ")),
    ]
    if product.schedule:
        rule = facts.get("schedule_rule")
        rows.append(("schedule", f"{product.schedule} ({rule})" if rule else product.schedule))
    factor = facts.get("mme_factor", f"none in {known.words['table']}")
    rows.append((f"{known.words['equivalent']} factor", str(factor)))
    if product.max_daily is not None:
        rows.append(("labelled maximum", product.daily_text(product.max_daily)))
    from taper.safety.findings.labelled import limit_text  # noqa: PLC0415 - loads the engine

    rows += [("labelled limit", limit_text(limit)) for limit in facts.get("limits", ())]
    if product.least_dose:
        rows.append(("least dose", f"{product.text(product.least_dose)} at one administration"))
    if "note" in facts:
        rows.append(("note", facts["note"]))
    for name, key in (("RxNorm", "rxnorm"), ("dm+d", "dmd")):
        codes = [f"{label}: {', '.join(found)}" for label, found in facts.get(key, {}).items()]
        if codes:
            rows.append((name, "; ".join(codes)))
    for field, keys in facts.get("sources", {}).items():
        rows.append((f"  {field}", "; ".join(known.sources.get(key, key) for key in keys)))
    rows += [(f"  {field}", f"judgement: {why}") for field, why in facts["judgements"].items()]
    return rows


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The products that can be planned.", no_args_is_help=True)
    group.command("list")(list_products)
    group.command("show")(show)
    app.add_typer(group, name="formulary")
