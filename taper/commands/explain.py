"""`taper explain`: what a finding means, why, and who says so."""

from __future__ import annotations

import json
import textwrap
from typing import Annotated

import typer

from taper.formulary.market import MARKETS
from taper.safety.catalogue import catalogue, is_raised_in
from taper.safety.catalogue import explain as entry_of
from taper.terminal.deliver import one_of
from taper.terminal.options import Market, TextFormat, tab
from taper.terminal.settings import market_or_default
from taper.terminal.tables import folded, room

WIDEST = 78  # of what is read as prose


def explain(
    id: Annotated[  # noqa: A002
        str | None,
        typer.Argument(help="A finding's id; none lists them all.", autocompletion=tab("finding")),
    ] = None,
    market: Market = None,
    format: TextFormat = "text",  # noqa: A002
) -> None:
    """Explain a finding: what it means, why, what to do, the source.

    taper explain unavoidable-cut
    """
    as_json = one_of("format", format, ("text", "json")) == "json"
    where = one_of("market", market_or_default(market), MARKETS)
    if id is None:
        raised = [key for key in catalogue() if is_raised_in(key, where)]
        entries = [{"id": key, **entry_of(key, where)} for key in raised]
        if as_json:
            typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
            return
        for entry in entries:
            typer.echo(folded(f"{entry['id']:28} {entry['level']:8} ", entry["title"]), nl=False)
        return
    entry = {"id": id.strip().lower(), **entry_of(id, where)}
    if as_json:
        typer.echo(json.dumps(entry, indent=2, ensure_ascii=False))
        return
    typer.echo(folded("", f"{entry['id']} ({entry['level']}): {entry['title']}"), nl=False)
    for title, key in (
        ("What it means", "meaning"),
        ("Why it matters", "why"),
        ("What to do", "do"),
        ("Source", "source"),
    ):
        typer.echo(f"\n{title}")
        width = min(room() or WIDEST, WIDEST)
        typer.echo(textwrap.fill(entry[key], width, initial_indent="  ", subsequent_indent="  "))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)
