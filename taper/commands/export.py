"""`taper export`: a saved plan in other formats."""

from __future__ import annotations

from typing import Annotated

import typer

from taper.terminal.deliver import deliver
from taper.terminal.options import Format, Full, Language, Large, Output, Paper


def export(
    plan: Annotated[str, typer.Argument(help="A saved plan: plan.json, or - for standard input.")],
    format: Format = None,  # noqa: A002
    output: Output = None,
    full: Full = False,  # noqa: FBT002
    language: Language = None,
    paper: Paper = None,
    large_print: Large = False,  # noqa: FBT002
) -> None:
    """Show a saved plan, or write it in other formats.

    taper export plan.json -o plan.csv -o plan.supply.csv
    """
    from taper.terminal.files import read_plan  # noqa: PLC0415 - loads pydantic

    deliver(
        read_plan(plan),
        format=format,
        outputs=output,
        language=language,
        paper=paper,
        large_print=large_print,
        full=full,
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)
