"""`taper export`: a saved plan in other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.errors import InputError, Problem
from taper.terminal.deliver import deliver, today
from taper.terminal.options import (
    Format,
    Full,
    Next,
    On,
    Output,
    with_fields,
    with_writing,
    writing_of,
)

if TYPE_CHECKING:
    from taper.planning.window import Window


def export(
    plan: Annotated[str, typer.Argument(help="A saved plan: plan.json, or - for standard input.")],
    format: Format = None,  # noqa: A002
    output: Output = None,
    full: Full = False,  # noqa: FBT002
    next: Next = None,  # noqa: A002
    on: On = None,
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
        window=_window(next, on),
        **writing_of(given),
    )


def _window(number: int | None, day: str | None) -> Window | None:
    """The next steps that are asked for; None for all."""
    from taper.planning.window import Window  # noqa: PLC0415 - loaded with the plan
    from taper.quantities import parse_day  # noqa: PLC0415

    if number is None:
        if day is not None:
            raise InputError(Problem("on", "goes with --next", "--next 2 --on 2027-01-18", day))
        return None
    if number < 1:
        raise InputError(Problem("next", f"{number} is not a number of steps", "--next 2"))
    return Window(parse_day(day or today(), "on"), number)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(with_writing(export), ()))
