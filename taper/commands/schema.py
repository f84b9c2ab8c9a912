"""`taper schema`: the JSON Schema of the plan document."""

from __future__ import annotations

import json

import typer


def schema() -> None:
    """Print the JSON Schema of the plan document (taper-plan/2).

    taper schema
    """
    from taper.planning.schema import plan_schema  # noqa: PLC0415 - loads pydantic

    typer.echo(json.dumps(plan_schema(), indent=2))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schema)
