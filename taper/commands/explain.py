"""`taper explain`: what a finding means, why, and who says so."""

from __future__ import annotations

import json
import textwrap
from typing import Annotated

import typer

from taper.catalogue import catalogue
from taper.catalogue import explain as entry_of
from taper.commands.output import one_of, tab


def explain(
    id: Annotated[  # noqa: A002
        str | None,
        typer.Argument(help="A finding's id; none lists them all.", autocompletion=tab("finding")),
    ] = None,
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",  # noqa: A002
) -> None:
    """Explain a finding: what it means, why, what to do, the source.

    taper explain unavoidable-cut
    """
    as_json = one_of("format", format, ("text", "json")) == "json"
    if id is None:
        if as_json:
            entries = [{"id": key, **entry} for key, entry in catalogue().items()]
            typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
            return
        for key, entry in catalogue().items():
            typer.echo(f"{key:28} {entry['level']:8} {entry['title']}")
        return
    entry = entry_of(id)
    if as_json:
        typer.echo(json.dumps({"id": id.strip().lower(), **entry}, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{id.strip().lower()} ({entry['level']}): {entry['title']}")
    for title, key in (
        ("What it means", "meaning"),
        ("Why it matters", "why"),
        ("What to do", "do"),
        ("Source", "source"),
    ):
        typer.echo(f"\n{title}")
        typer.echo(textwrap.fill(entry[key], 78, initial_indent="  ", subsequent_indent="  "))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)
