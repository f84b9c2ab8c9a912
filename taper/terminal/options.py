"""The options of the commands: each is declared once, whichever commands have it.

The fields of a request are a table, :data:`FIELDS`. A command that takes some of them ends in
``**given``, and :func:`with_fields` gives it their options.
"""

from __future__ import annotations

import inspect
import os
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.models import ArgumentInfo

from taper.request.fields import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HAND_OUT = "Of the hand-out"  # panels of the help
RECORD = "Of the FHIR file"
PATIENT = "The patient and the plan"


class Field(NamedTuple):
    """The option of a field; those in a panel are left out of the short help.

    ``tabbed`` names what the shell proposes at the Tab key (:mod:`taper.terminal.completion`).
    An option is ``repeated``, in the singular, if the field is a list.
    """

    name: str
    metavar: str
    help: str
    tabbed: str = ""
    repeated: bool = False
    panel: str | None = None

    def parameter(self) -> inspect.Parameter:
        """The parameter from which Typer makes the option."""
        name = self.name.removesuffix("s") if self.name in LISTS else self.name
        option = typer.Option(
            "--" + name.replace("_", "-"),
            help=self.help,
            show_default=False,
            metavar=self.metavar,
            rich_help_panel=self.panel,
            autocompletion=tab(self.tabbed) if self.tabbed else None,
        )
        kind = list[str] | None if self.repeated or self.name in LISTS else str | None
        return inspect.Parameter(
            self.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=None,
            annotation=Annotated[kind, option],
        )


# The fields that are options of `taper plan`, by panel, in the order of its help.
_BY_PANEL: dict[str | None, tuple[Field, ...]] = {
    None: (
        Field("start", "DATE", "Day 1: 2026-12-07."),
        Field("reduce", "RATE", "10%, or an amount: 15 mg. Default 10%."),
        Field("every", "LENGTH", "1w, 10d, 1mo. Default by market and length of use."),
        Field("to", "DOSE", "Goal: 0 to stop (default), or a daily dose."),
        Field("holds", "HOLD", "Pause (repeat): 2w@every4, 2w@50%, DATE..DATE."),
        Field("taking", "DOSE", "Of an as-needed dose, the average daily use."),
        Field("on_opioids_for", "LENGTH", "On opioids for how long: 8w, 3y."),
        Field("risks", "RISK", "Repeat: benzodiazepine, oud, pregnancy, ...", "risk"),
    ),
    "How fast": (
        Field("of", "WORD", "The percentage is of: original, current or mixed (default).", "of"),
        Field("over", "LENGTH", "The gentlest percentage that ends within 26w."),
        Field("by", "DATE", "The same, ending by a date."),
        Field("phases", "PHASE", "Repeat: '10%/1w until 50%', then '5%/2w'."),
        Field("guideline", "NAME", "A published rule set: `taper guidelines list`.", "guideline"),
        Field("pace", "WORD", "Where in its range: gentle (default), middle or fast.", "pace"),
        Field("last_dose_for", "LENGTH", "How long the smallest once-daily dose is kept."),
        Field("override_rate", "TEXT", "The reason for a pace over 25% a week."),
    ),
    "Dates": (
        Field("baseline", "LENGTH", "Stay on the current dose this long first."),
        Field("avoid", "DAYS", "weekends, holidays:US, holidays:US-CA.", "avoid"),
        Field("reduce_on", "DAYS", "Reductions begin on these days only: tue.", "weekday"),
    ),
    "The medicine": (
        Field("drug", "NAME", "With --form, instead of a product id.", "drug"),
        Field("form", "NAME", "er, ir, solution, patch, ...", "form"),
        Field("release", "WORD", "ir or er, if the name does not say.", "release"),
        Field("stock", "STRENGTHS", "Only these strengths: 15,30; or all.", "strengths"),
        Field("on_hand", "UNITS", "Repeat: held already, used up first: '40 x 15 mg'."),
        Field("max_units", "NUMBER", "Most tablets at one administration."),
        Field("split", "WORD", "halves: of immediate-release tablets known to be scored.", "split"),
        Field("history", "FILE", "Fills (.csv, .jsonl, .xlsx) that tell what is taken."),
        Field("as_needed", "WORD", "fixed: at fixed times; keep: it stays as needed.", "as_needed"),
        Field("prefer", "WORD", "fewest-units or fewest-strengths.", "prefer"),
        Field("favor", "TIME", "The time that keeps the larger amount longest: evening.", "time"),
        Field("finish_with", "PRODUCT", "A finer product of the same opioid for the end.", "finer"),
        Field("finish_at", "DOSE", "Change to it at this dose or share: 25%."),
        Field("also", "PRODUCT", "Repeat: another opioid, 'oxycodone-ir 10 mg q6h'.", "product"),
        Field("keep", "PRODUCT", "One of --also that stays as it is.", "product"),
        Field("market", "NAME", "us, uk, ca or au.", "market"),
        Field("products", "FILE", "The clinic's own products (TOML)."),
    ),
    PATIENT: (
        Field("indication", "WORD", "pain; anything else is refused, with the reason.", "purpose"),
        Field("specialist", "NAME", "Who was consulted."),
        Field("checks", "WORD", "standard, close (weekly) or none.", "checks"),
        Field("fill", "LENGTH", "Days per dispensing: 28d (default), 14d, 7d; or step."),
        Field("id", "NAME", "The plan's id."),
        Field("label", "TEXT", "A free label printed on the plan."),
    ),
}
FIELDS = {
    field.name: field._replace(panel=panel)
    for panel, fields in _BY_PANEL.items()
    for field in fields
}


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
    parameters = [*own[:first], *(each.parameter() for each in fields), *own[first:]]

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
# The options of how a plan is written, by the parameter of a command; each is left out by default.
WRITING: dict[str, Any] = {
    "language": Language,
    "paper": Paper,
    "large_print": Large,
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
