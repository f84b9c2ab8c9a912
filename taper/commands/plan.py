"""`taper plan`: from the current dose to a dated plan."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.errors import TaperError
from taper.planning.make import make_plan
from taper.reading import read
from taper.reading.history import of_history
from taper.terminal.deliver import deliver, writing_options
from taper.terminal.options import (
    PATIENT,
    Format,
    Full,
    Output,
    given_of,
    tab,
    with_fields,
    with_writing,
    writing_of,
)
from taper.terminal.settings import Settled, asked
from taper.terminal.streams import escaped

if TYPE_CHECKING:
    from taper.request.model import Request


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
    settled = _settled(product, dose, given_of(given))
    try:
        request = read(settled.values)
        _say_passed_over(request)
        made = make_plan(request)
    except TaperError as error:
        raise _explained(error, settled) from None
    if explain_settings:
        from taper.commands.config import explain_settings as explain  # noqa: PLC0415

        explain(
            made,
            settled,
            *writing_options(made, **writing),
            as_json=format == "json",
        )
        return
    deliver(
        made,
        format=format,
        outputs=output,
        full=full,
        **writing,
    )


def _settled(product: str | None, dose: list[str] | None, given: dict[str, Any]) -> Settled:
    """The request, completed by questions at a terminal."""
    settled = asked(product, dose, given)
    for line in settled.lines:
        sys.stderr.write(f"{escaped(line)}\n")
    if sys.stdin.isatty() and sys.stderr.isatty():
        from taper.terminal.asking import ask  # noqa: PLC0415 - at a terminal only

        try:
            settled.answered(ask(settled.values, settled.add_stock))
        except TaperError as error:
            raise _explained(error, settled) from None
    else:
        settled.add_stock()
    return settled


def _say_passed_over(request: Request) -> None:
    """Say which words of the directions have no part in the plan, such as ``x 14 days``."""
    for written in (request.prescription, *(each.prescription for each in request.also)):
        for words in written.passed_over:
            sys.stderr.write(f"passed over in the dose: {escaped(words)}\n")
    for line in of_history(request):
        sys.stderr.write(f"history: {escaped(line)}\n")


def _explained(error: TaperError, settled: Settled) -> TaperError:
    """The error, with the places of values that were not given on the command line."""
    return type(error)(settled.explained(problem) for problem in error.problems)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(with_writing(plan)))
