"""`taper export`: a saved plan in other formats."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from taper.terminal.deliver import deliver
from taper.terminal.options import Format, Full, Output, with_fields, with_writing, writing_of


def export(
    plan: Annotated[str, typer.Argument(help="A saved plan: plan.json, or - for standard input.")],
    format: Format = None,  # noqa: A002
    output: Output = None,
    full: Full = False,  # noqa: FBT002
    **given: Any,
) -> None:
    """Show a saved plan, or write it in other formats.

    taper export plan.json -o plan.csv -o plan.supply.csv
    """
    from taper.terminal.files import read_plan  # noqa: PLC0415 - loads pydantic

    deliver(
        read_plan(plan),
        format=format,
        outputs=output,
        full=full,
        **writing_of(given),
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(with_writing(export), ()))
