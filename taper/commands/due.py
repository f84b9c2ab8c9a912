"""`taper due`: what falls due over many saved plans."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from taper.errors import InputError, Problem, TaperError
from taper.terminal.deliver import one_of, write_stdout
from taper.terminal.options import TableFormat
from taper.terminal.tables import table_or_list

if TYPE_CHECKING:
    from taper.course.agenda import Due

MOST_DAYS = 3653
FILE_FAULT = 1


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
            help="Only: reduction, stop, change, hold, step-back, goal, check, fill.",
        ),
    ] = None,
    format: TableFormat = "table",  # noqa: A002
) -> None:
    """List what falls due: reductions, checks, fills.

    A file that cannot be read is one line on standard error; the others are listed all the same,
    and the exit status is 1.

    taper due plans/*.json --on 2027-01-18 --days 7
    """
    from taper.course.agenda import KINDS  # noqa: PLC0415 - loaded with the command
    from taper.course.agenda import due as found_in  # noqa: PLC0415
    from taper.quantities import parse_day  # noqa: PLC0415
    from taper.terminal.files import read_text  # noqa: PLC0415
    from taper.terminal.streams import report  # noqa: PLC0415

    as_json = one_of("format", format, ("table", "json")) == "json"
    wanted = {one_of("kind", each, KINDS) for each in kind or KINDS}
    if not 1 <= days <= MOST_DAYS:
        raise InputError(Problem("days", f"{days} is not a number of days", f"1 to {MOST_DAYS}"))
    first = parse_day(on or _today(), "on")
    entries: list[Due] = []
    failed = False
    for name in _files(plans):
        try:
            entries += found_in(read_text(name), name, first, days)
        except TaperError as error:
            failed = True
            for problem in error.problems:
                report(problem)
    entries = sorted(entry for entry in entries if entry.kind in wanted)
    if as_json:
        text = json.dumps([entry.to_dict() for entry in entries], indent=2, ensure_ascii=False)
        write_stdout(text + "\n")
    elif entries:
        write_stdout(_listed(entries))
    else:
        typer.echo("nothing falls due", err=True)
    if failed:
        raise typer.Exit(FILE_FAULT)


def _today() -> str:
    from datetime import date  # noqa: PLC0415 - the one place that asks the clock

    return date.today().isoformat()  # noqa: DTZ011 - the day where the user is


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
