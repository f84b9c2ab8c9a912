"""`taper due`: what falls due over many saved plans."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from taper.errors import InputError, Problem, TaperError
from taper.terminal.deliver import one_of, today, write_stdout
from taper.terminal.tables import table_or_list

if TYPE_CHECKING:
    from taper.course.agenda import Due

MOST_DAYS = 3653
FILE_FAULT = 1
FORMATS = ("json", "csv", "ics")


def due(
    plans: Annotated[list[str], typer.Argument(help="Saved plans (.json), or folders of them.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The first day; today if left out.")
    ] = None,
    days: Annotated[
        int, typer.Option("--days", metavar="NUMBER", help="How many days from then.")
    ] = 7,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="WORD",
            help="Only: reduction, stop, change, hold, step-back, goal, check, unrecorded, fill.",
        ),
    ] = None,
    format: Annotated[  # noqa: A002
        str, typer.Option("--format", metavar="FORMAT", help="table, json, csv or ics.")
    ] = "table",
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write by suffix (repeat): .csv .ics .json"
        ),
    ] = None,
) -> None:
    """List what falls due: reductions, checks, fills.

    A check of the last four weeks that has no record yet falls due on the first day.

    A file that cannot be read, or was changed by another hand, is one line on standard error;
    the others are listed all the same, and the exit status is 1.

    taper due plans/*.json --on 2027-01-18 --days 7
    """
    from taper.course.agenda import KINDS  # noqa: PLC0415 - loaded with the command
    from taper.course.agenda import due as found_in  # noqa: PLC0415
    from taper.quantities import parse_day  # noqa: PLC0415
    from taper.terminal.files import read_plan, write_all  # noqa: PLC0415
    from taper.terminal.streams import escaped, report  # noqa: PLC0415

    shown = one_of("format", format, ("table", *FORMATS))
    suffixes = {name: _suffix(name) for name in output or ()}
    wanted = {one_of("kind", each, KINDS) for each in kind or KINDS}
    if not 1 <= days <= MOST_DAYS:
        raise InputError(Problem("days", f"{days} is not a number of days", f"1 to {MOST_DAYS}"))
    first = parse_day(on or today(), "on")
    entries: list[Due] = []
    failed = False
    for name in _files(plans):
        try:
            entries += found_in(read_plan(name), name, first, days)
        except TaperError as error:
            failed = True
            report(_of_file(name, error.problems))
    entries = sorted(entry for entry in entries if entry.kind in wanted)
    if shown != "table":
        write_stdout(_rendered(entries, shown))
    elif entries:
        write_stdout(_listed(entries))
    else:
        typer.echo("nothing falls due", err=True)
    if suffixes:
        write_all({name: _rendered(entries, suffix) for name, suffix in suffixes.items()})
        for name in suffixes:
            typer.echo(f"wrote {escaped(name)}", err=True)
    if failed:
        raise typer.Exit(FILE_FAULT)


def _suffix(name: str) -> str:
    """The format of a file, by its suffix."""
    suffix = name.lower().rpartition(".")[2]
    if suffix not in FORMATS:
        message = f"'{name}' has no suffix of a format that can be written"
        raise InputError(Problem("output", message, "one of .csv, .ics, .json", name))
    return suffix


def _rendered(entries: list[Due], kind: str) -> str:
    from taper.export.due import as_calendar, as_csv  # noqa: PLC0415 - loaded with the command

    if kind == "csv":
        return as_csv(entries)
    if kind == "ics":
        return as_calendar(entries).decode()
    found = [entry.to_dict() for entry in entries]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _of_file(name: str, problems: tuple[Problem, ...]) -> Problem:
    """What is wrong with a file, in one line: the first fault, and how many more there are."""
    first = problems[0]
    where = name if first.field in {name, ""} else f"{name}: {first.field}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return Problem(where, first.message + more, first.hint)


def _files(names: list[str]) -> list[str]:
    """The files, with those of folders in order."""
    from pathlib import Path  # noqa: PLC0415 - loaded with the command

    found: list[str] = []
    for name in names:
        path = Path(name)
        found += [str(p) for p in sorted(path.glob("*.json"))] if path.is_dir() else [name]
    return found


def _listed(entries: list[Due]) -> str:
    rows = [
        (
            entry.date.isoformat(),
            f"{entry.plan} {entry.label}".strip(),
            entry.kind,
            entry.what,
        )
        for entry in entries
    ]
    return table_or_list(("Date", "Plan", "Due", "What"), rows)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(due)
