"""`taper plan`: from the current dose to a dated plan.

Typer is not loaded here: :mod:`taper.terminal.quick` reads plain options in less time than it
takes to load it, and :mod:`taper.commands.plan_options` has all of them.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from taper.errors import TaperError
from taper.planning.make import make_plan
from taper.reading import read
from taper.reading.history import of_history
from taper.terminal.deliver import deliver, writing_options
from taper.terminal.settings import Settled, asked
from taper.terminal.streams import escaped

if TYPE_CHECKING:
    from taper.request.model import Request


def run(
    product: str | None,
    dose: list[str] | None,
    given: dict[str, Any],
    writing: dict[str, Any],
    *,
    output: list[str] | None = None,
    format: str | None = None,  # noqa: A002
    full: bool = False,
    explain_settings: bool = False,
) -> None:
    """Plan a taper, and show or write it; ``given`` are the fields, ``writing`` how to write."""
    settled = _settled(product, dose, given)
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
