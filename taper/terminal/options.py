"""The options of the commands: each is declared once, whichever commands have it.

The fields of a request are a table, :data:`FIELDS`. A command that takes some of them ends in
``**given``, and :func:`with_fields` gives it their options.
"""

from __future__ import annotations

import inspect
import os
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.models import ArgumentInfo

from taper.terminal.plan_fields import FIELDS, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HAND_OUT = "Of the hand-out"  # panels of the help
RECORD = "Of the FHIR file"


def _parameter(field: Field) -> inspect.Parameter:
    """The parameter from which Typer makes the option of a field."""
    option = typer.Option(
        field.option,
        help=field.help,
        show_default=False,
        metavar=field.metavar,
        rich_help_panel=field.panel,
        autocompletion=tab(field.tabbed) if field.tabbed else None,
    )
    kind = list[str] | None if field.is_many else str | None
    return inspect.Parameter(
        field.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[kind, option],
    )


def field(
    name: str,
    help: str = "",  # noqa: A002 - as in Typer
    *,
    repeated: bool = False,
    panel: str | None = None,
) -> Field:
    """The option of a field in a command that describes it differently, or takes several."""
    known = FIELDS[name]
    return known._replace(help=help or known.help, repeated=repeated, panel=panel)


def with_fields(
    command: Callable[..., None], fields: Iterable[Field] = FIELDS.values()
) -> Callable[..., None]:
    """The command with the options of fields, after its arguments and before its own options.

    The command's last parameter is ``**given``: by field, what Typer makes of each option.
    """
    signature = inspect.signature(command, eval_str=True)
    *own, _ = signature.parameters.values()
    first = next(place for place, each in enumerate(own) if not _comes_first(each))
    parameters = [*own[:first], *(_parameter(each) for each in fields), *own[first:]]

    @wraps(command)
    def called(**values: Any) -> None:
        command(**values)

    vars(called)["__signature__"] = signature.replace(parameters=parameters)
    return called


def _comes_first(parameter: inspect.Parameter) -> bool:
    """Whether it is an argument, or an option that must be given."""
    is_argument = any(isinstance(i, ArgumentInfo) for i in parameter.annotation.__metadata__)
    return is_argument or parameter.default is parameter.empty


def given_of(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that were given, of all that a command has options for."""
    return {name: value for name, value in fields.items() if value not in (None, [])}


def tab(name: str) -> Callable[..., Any] | None:
    """What the shell proposes at the Tab key, from :mod:`taper.terminal.completion`.

    None unless a shell is asking: Typer would look at each function at every start.
    """
    if "_TAPER_COMPLETE" not in os.environ:
        return None
    from taper.terminal import completion  # noqa: PLC0415 - at the Tab key only

    found: Callable[..., Any] = getattr(completion, name)
    return found


# --- options of what is printed and written ----------------------------------------------------

Market = Annotated[
    str | None,
    typer.Option(
        "--market",
        help="us, uk, ca or au. Default yours, or us.",
        show_default=False,
        metavar="NAME",
        autocompletion=tab("market"),
    ),
]
Products = Annotated[
    str | None,
    typer.Option(
        "--products", help="The clinic's own products (TOML).", show_default=False, metavar="FILE"
    ),
]
TableFormat = Annotated[str, typer.Option("--format", metavar="FORMAT", help="table or json.")]
TextFormat = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="table (default), json, csv, md or note.",
        show_default=False,
        metavar="FORMAT",
        autocompletion=tab("shown"),
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        help="Write by suffix (repeat): .json .csv .pdf .txt ...",
        show_default=False,
        metavar="FILE",
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        help="en or es. Default en.",
        show_default=False,
        metavar="LANGUAGE",
        rich_help_panel=HAND_OUT,
        autocompletion=tab("language"),
    ),
]
Paper = Annotated[
    str | None,
    typer.Option(
        "--paper",
        help="letter or a4. Default by market.",
        show_default=False,
        metavar="PAPER",
        rich_help_panel=HAND_OUT,
        autocompletion=tab("paper"),
    ),
]
Full = Annotated[
    bool, typer.Option("--full", help="Show every check, fill and note, not one screen.")
]
Large = Annotated[
    bool, typer.Option("--large-print", help="In large print.", rich_help_panel=HAND_OUT)
]
Diary = Annotated[
    bool,
    typer.Option(
        "--diary", help="A page to note pain, sleep and withdrawal.", rich_help_panel=HAND_OUT
    ),
]
Subject = Annotated[
    str | None,
    typer.Option(
        "--subject",
        help="Whose plan it is: Patient/123.",
        show_default=False,
        metavar="REFERENCE",
        rich_help_panel=RECORD,
    ),
]
BundleType = Annotated[
    str | None,
    typer.Option(
        "--bundle",
        help="collection (default) or transaction.",
        show_default=False,
        metavar="TYPE",
        rich_help_panel=RECORD,
        autocompletion=tab("bundle"),
    ),
]
PerStep = Annotated[
    bool,
    typer.Option(
        "--one-request-per-step",
        help="A prescription for each step and strength.",
        rich_help_panel=RECORD,
    ),
]
Next = Annotated[
    int | None,
    typer.Option(
        "--next",
        help="Only the next 2 steps: hand-out, calendar, note, tables.",
        show_default=False,
        metavar="NUMBER",
    ),
]
On = Annotated[
    str | None,
    typer.Option(
        "--on",
        help="The next steps from this day; today if left out.",
        show_default=False,
        metavar="DATE",
    ),
]
# The options of how a plan is written, by the parameter of a command; each is left out by default.
WRITING: dict[str, Any] = {
    "language": Language,
    "paper": Paper,
    "large_print": Large,
    "diary": Diary,
    "subject": Subject,
    "bundle": BundleType,
    "one_request_per_step": PerStep,
}


def with_writing(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of how a plan is written, after its own.

    Its last parameter is ``**given``, as that of :func:`with_fields`.
    """
    signature = inspect.signature(command, eval_str=True)
    *own, rest = signature.parameters.values()
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if kind.__origin__ is bool else None,
            annotation=kind,
        )
        for name, kind in WRITING.items()
    ]

    @wraps(command)
    def called(*args: Any, **values: Any) -> None:
        command(*args, **values)

    vars(called)["__signature__"] = signature.replace(parameters=[*own, *options, rest])
    return called


def writing_of(given: dict[str, Any]) -> dict[str, Any]:
    """The options of how a plan is written, taken out of what was given."""
    return {name: given.pop(name) for name in WRITING if name in given}
