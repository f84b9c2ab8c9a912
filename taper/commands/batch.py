"""`taper batch`: plan a whole panel, a row of a file a request."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.errors import InputError, Problem
from taper.terminal.deliver import one_of
from taper.terminal.streams import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from taper.batch.job import Output, Result

SOME_FAILED = 4
TERMINATED = 143  # 128 and the number of SIGTERM
_MOST_JOBS = 256


_MORE = "Large runs, and more"  # a panel of the help


def _file(name: str, help: str, panel: str | None = None) -> Any:  # noqa: A002 - Typer's own name
    return typer.Option(name, help=help, show_default=False, metavar="FILE", rich_help_panel=panel)


def batch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help=".csv, .jsonl (also .gz, .zst) or .parquet, or - for standard input.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            help="Schedules: .csv, .parquet; .jsonl: whole plans; -: print.",
            show_default=False,
            metavar="FILE",
        ),
    ] = None,
    checks_out: Annotated[str | None, _file("--checks-out", "The withdrawal checks.")] = None,
    supply_out: Annotated[str | None, _file("--supply-out", "What to dispense.")] = None,
    summary_out: Annotated[str | None, _file("--summary-out", "One row a plan.", _MORE)] = None,
    errors: Annotated[
        str | None, _file("--errors", "What is wrong with the rows that failed, with values.")
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            help="Worker processes; 0 (default): one a processor.",
            min=0,
            metavar="NUMBER",
            show_default=False,
        ),
    ] = 0,
    summary: Annotated[  # noqa: FBT002
        bool, typer.Option("--summary", help="Print the counts as JSON (no patient's data).")
    ] = False,
    format: Annotated[  # noqa: A002
        str,
        typer.Option(
            "--format",
            help="Of what is printed (-o -): csv (default) or jsonl.",
            metavar="FORMAT",
            show_default=False,
            rich_help_panel=_MORE,
        ),
    ] = "csv",
    force: Annotated[  # noqa: FBT002
        bool, typer.Option("--force", help="Replace outputs that exist.")
    ] = False,
    products: Annotated[
        str | None, _file("--products", "The clinic's own products (TOML).", _MORE)
    ] = None,
    resume: Annotated[  # noqa: FBT002
        bool,
        typer.Option("--resume", help="Take up a run that was stopped.", rich_help_panel=_MORE),
    ] = False,
    keep_columns: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--keep-columns",
            help="Copy columns that are no fields to the output.",
            rich_help_panel=_MORE,
        ),
    ] = False,
) -> None:
    """Plan a whole panel: each row of a file is a request.

    Its columns are the fields. A row that cannot be planned is left out and counted, and
    --errors says why. Without an id a row is row-1, row-2, ...

    taper batch panel.csv -o schedules.csv --errors errors.csv
    """
    from taper.batch.job import Settings  # noqa: PLC0415 - loads what a batch needs
    from taper.batch.run import KEPT, run  # noqa: PLC0415

    printed = one_of("format", format, ("csv", "jsonl"))
    if jobs > _MOST_JOBS:
        raise InputError(Problem("jobs", f"{jobs} workers are too many", f"at most {_MOST_JOBS}"))
    wanted = {
        "schedule": output,
        "checks": checks_out,
        "supply": supply_out,
        "summary": summary_out,
        "errors": errors,
    }
    outputs = tuple(_output(table, name, printed) for table, name in wanted.items() if name)
    if not outputs and not summary:
        hint = "-o FILE, or --summary alone to see how many rows can be planned"
        raise InputError(Problem("output", "nothing is asked for", hint))
    settings = Settings(
        source,
        outputs,
        jobs=jobs,
        resume=resume,
        force=force,
        keep_columns=keep_columns,
        products=_own(products),
    )
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        result = _shown(lambda progress: run(settings, progress))
    except BaseException as error:
        if KEPT in getattr(error, "__notes__", ()):
            sys.stderr.write(f"{KEPT}\n")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
    _report(result, outputs, errors)
    if summary:
        to = sys.stderr if any(each.name == "-" for each in outputs) else sys.stdout
        to.write(json.dumps(_figures(result)) + "\n")
    if result.failed:
        raise typer.Exit(SOME_FAILED)


def _output(table: str, name: str, printed: str) -> Output:
    """One output: the format by its suffix, of the main one also what is written."""
    from taper.batch.job import Output  # noqa: PLC0415
    from taper.batch.reading.source import format_of  # noqa: PLC0415

    if name in {"/dev/stdout", "/dev/fd/1"}:
        name = "-"  # where it is a file, it is written to at its end
    plain = name == "-" or (name.startswith("/dev/") and not PurePath(name).suffix)
    field = "output" if table == "schedule" else table
    kind, compression = (printed, "") if plain else format_of(name, field)
    documents = table == "schedule" and kind == "jsonl"
    return Output("plans" if documents else table, kind, compression, name)


def _own(path: str | None) -> str:
    """The clinic's own products, as the workers are given them."""
    if path is None:
        return ""
    from taper.formulary.local import Unchecked, load  # noqa: PLC0415 - only where there are any

    return Unchecked.of(load(path))


def _terminate(number: int, frame: object) -> None:
    del number, frame
    raise SystemExit(TERMINATED)


def _shown(work: Callable[[Callable[[str, int, int], None] | None], Result]) -> Result:
    """Do the work, with a progress bar at a terminal."""
    if not sys.stderr.isatty():
        return work(None)
    from rich.console import Console  # noqa: PLC0415 - at a terminal only
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = ("{task.description}", BarColumn(), "{task.percentage:>3.0f}%")
    with Progress(
        *(TextColumn(each) if isinstance(each, str) else each for each in columns),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("reading", total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        return work(progress)


def _report(result: Result, outputs: tuple[Output, ...], errors: str | None) -> None:
    """Say what came of it, without a value of any row."""
    text = f"{result.rows:,} rows: {result.planned:,} planned, {result.failed:,} failed"
    if result.resumed:
        text += f" ({result.resumed:,} were done before)"
    sys.stderr.write(text + "\n")
    if result.failed:
        fields = sorted(_by_field(result).items(), key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"{name} {count:,}" for name, count in fields)
        more = ", ..." if result.failed > len(result.lines) else ""
        lines = ", ".join(f"{line:,}" for line in result.lines) + more
        says = f"{escaped(errors)} says" if errors else "--errors FILE would say"
        sys.stderr.write(f"failed: line {lines}; by field: {listed}; {says} why\n")
    for output in outputs:
        if output.name != "-":
            sys.stderr.write(f"wrote {escaped(output.name)}\n")


def _figures(result: Result) -> dict[str, object]:
    return {
        "rows": result.rows,
        "planned": result.planned,
        "failed": result.failed,
        "failed_by_field": dict(sorted(_by_field(result).items())),
    }


def _by_field(result: Result) -> dict[str, int]:
    """In how many rows a field is wrong; a name that is no field may be a patient's."""
    from taper.request.fields import ALIASES, FIELDS  # noqa: PLC0415

    known = {*FIELDS, *ALIASES, "row"}
    found: dict[str, int] = {}
    for name, count in result.fields.items():
        shown = name if name in known else "unknown"
        found[shown] = found.get(shown, 0) + count
    return found


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(batch)
