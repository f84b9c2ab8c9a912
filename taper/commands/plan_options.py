"""The options of `taper plan`, for Typer: help, completion, and what is wrong with an option."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from taper.commands.plan import run
from taper.terminal.options import (
    Format,
    Full,
    Output,
    given_of,
    tab,
    with_fields,
    with_writing,
    writing_of,
)
from taper.terminal.plan_fields import PATIENT


def plan(
    product: Annotated[
        str | None,
        typer.Argument(
            help="Id, name or code; or a request or FHIR file (.toml, .json, -).",
            autocompletion=tab("product"),
        ),
    ] = None,
    dose: Annotated[
        list[str] | None,
        typer.Argument(
            help="What is taken now: 90 mg q8h, 60/45/60 mg, 75 mcg/h.",
            autocompletion=tab("dose"),
        ),
    ] = None,
    output: Output = None,
    format: Format = None,  # noqa: A002
    full: Full = False,  # noqa: FBT002
    explain_settings: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--explain-settings",
            help="Show every setting and where it is from, not the plan.",
            rich_help_panel=PATIENT,
        ),
    ] = False,
    **given: Any,
) -> None:
    """Plan a taper, and show or write it. What is missing is asked for.

    taper plan morphine-er "90 mg q8h" --reduce 10% --start 2026-12-07
    """
    writing = writing_of(given)
    run(
        product,
        dose,
        given_of(given),
        writing,
        output=output,
        format=format,
        full=full,
        explain_settings=explain_settings,
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(with_writing(plan)))
