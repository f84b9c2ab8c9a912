"""`taper mcp`: a local server for assistants, over standard input and output."""

from __future__ import annotations

from typing import Annotated

import typer

from taper.terminal.tables import folded


def mcp(
    tools: Annotated[bool, typer.Option("--list", help="List the tools, and exit.")] = False,  # noqa: FBT002
) -> None:
    """Serve assistants over standard input and output (MCP).

    The server is local: it opens no connection, reads no file and keeps nothing. An assistant
    starts it as `taper mcp`.

    taper mcp --list
    """
    from taper.assistants.server import DESCRIPTIONS, server  # noqa: PLC0415 - it loads pydantic

    if tools:
        for name, text in DESCRIPTIONS.items():
            typer.echo(folded(f"{name:8} ", text), nl=False)
        return
    server().run("stdio")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mcp)
