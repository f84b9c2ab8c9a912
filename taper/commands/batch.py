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

    from taper.batch.job import Output, Result, Settings
    from taper.batch.reading.mapping import Mapping

SOME_FAILED = 4
TERMINATED = 143  # 128 and the number of SIGTERM
_MOST_JOBS = 256


_MORE = "Large runs, and more"  # a panel of the help


def _option(*names: str, says: str, **others: Any) -> Any:
    return typer.Option(*names, help=says, show_default=False, **others)


def _file(*names: str, says: str, **others: Any) -> Any:
    return _option(*names, says=says, metavar="FILE", **others)


_INPUTS = ".csv, .jsonl (also .gz, .zst), .parquet, or - (input)."
_OUTPUTS = "Schedules: .csv, .parquet; .jsonl: whole plans; -: print."
_WRONG = "What is wrong with the rows that failed, with values."
_PROCESSES = "Worker processes; 0 (default): one a processor."
_KEPT = "Copy columns that are no fields to the output."
_PRINTED = "Of what is printed (-o -): csv (default) or jsonl."

Source = Annotated[str, typer.Argument(metavar="INPUT", help=_INPUTS, show_default=False)]
Schedules = Annotated[str | None, _file("-o", "--output", says=_OUTPUTS)]
Checks = Annotated[str | None, _file("--checks-out", says="The withdrawal checks.")]
Supply = Annotated[str | None, _file("--supply-out", says="What to dispense.")]
Summaries = Annotated[
    str | None, _file("--summary-out", says="One row a plan.", rich_help_panel=_MORE)
]
Errors = Annotated[str | None, _file("--errors", says=_WRONG)]
Jobs = Annotated[int, _option("--jobs", says=_PROCESSES, min=0, metavar="NUMBER")]
Summary = Annotated[
    bool, _option("--summary", says="Print the counts as JSON (no patient's data).")
]
Format = Annotated[str, _option("--format", says=_PRINTED, metavar="FORMAT", rich_help_panel=_MORE)]
Products = Annotated[
    str | None,
    _file("--products", says="The clinic's own products (TOML).", rich_help_panel=_MORE),
]
Force = Annotated[bool, _option("--force", says="Replace outputs that exist.")]
Resume = Annotated[
    bool, _option("--resume", says="Take up a run that was stopped.", rich_help_panel=_MORE)
]
Keep = Annotated[bool, _option("--keep-columns", says=_KEPT, rich_help_panel=_MORE)]
Columns = Annotated[
    str | None,
    _option("--columns", says="The columns are those of: fills, omop.", metavar="KIND"),
]
Map = Annotated[
    list[str] | None, _option("--map", says="Repeat: a column as a field.", metavar="THEIR=OURS")
]


def batch(
    source: Source,
    output: Schedules = None,
    checks_out: Checks = None,
    supply_out: Supply = None,
    summary_out: Summaries = None,
    errors: Errors = None,
    jobs: Jobs = 0,
    summary: Summary = False,  # noqa: FBT002
    format: Format = "csv",  # noqa: A002
    force: Force = False,  # noqa: FBT002
    products: Products = None,
    resume: Resume = False,  # noqa: FBT002
    keep_columns: Keep = False,  # noqa: FBT002
    columns: Columns = None,
    map: Map = None,  # noqa: A002
) -> None:
    """Plan a whole panel: each row of a file is a request.

    Its columns are the fields, or words of an extract (product, sig, quantity).
    A row that fails is left out and counted; --errors says why.

    taper batch panel.csv -o schedules.csv --errors errors.csv
    """
    from taper.batch.job import Settings  # noqa: PLC0415 - loads what a batch needs

    wanted = {
        "schedule": output,
        "checks": checks_out,
        "supply": supply_out,
        "summary": summary_out,
        "errors": errors,
    }
    outputs = _outputs(wanted, format)
    _check_asked(outputs, jobs, summary=summary)
    settings = Settings(
        source,
        outputs,
        jobs=jobs,
        resume=resume,
        force=force,
        keep_columns=keep_columns,
        products=_own(products),
        mapping=_mapping(columns, map),
    )
    result = _done(settings)
    _report(result, outputs, errors)
    _print_summary(result, outputs if summary else None)
    if result.failed:
        raise typer.Exit(SOME_FAILED)


def _print_summary(result: Result, outputs: tuple[Output, ...] | None) -> None:
    """Print the counts, if they are asked for; not into an output that is printed."""
    if outputs is None:
        return
    to = sys.stderr if any(each.name == "-" for each in outputs) else sys.stdout
    to.write(json.dumps(_figures(result)) + "\n")


def _mapping(columns: str | None, pairs: list[str] | None) -> Mapping:
    """How the columns are called."""
    from taper.batch.reading.mapping import mapping  # noqa: PLC0415 - loads what a batch needs

    return mapping(columns, pairs or ())


def _outputs(wanted: dict[str, str | None], format: str) -> tuple[Output, ...]:  # noqa: A002
    printed = one_of("format", format, ("csv", "jsonl"))
    return tuple(_output(table, name, printed) for table, name in wanted.items() if name)


def _check_asked(outputs: tuple[Output, ...], jobs: int, *, summary: bool) -> None:
    if jobs > _MOST_JOBS:
        raise InputError(Problem("jobs", f"{jobs} workers are too many", f"at most {_MOST_JOBS}"))
    if not outputs and not summary:
        hint = "-o FILE, or --summary alone to see how many rows can be planned"
        raise InputError(Problem("output", "nothing is asked for", hint))


def _done(settings: Settings) -> Result:
    """Run the batch; if it is stopped, tell whether it can be resumed."""
    from taper.batch.run import KEPT, run  # noqa: PLC0415 - loads what a batch needs

    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        return _shown(lambda progress: run(settings, progress))
    except BaseException as error:
        if KEPT in getattr(error, "__notes__", ()):
            sys.stderr.write(f"{KEPT}\n")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _output(table: str, name: str, printed: str) -> Output:
    """One output: the format by its suffix, of the main one also what is written."""
    from taper.batch.job import Output  # noqa: PLC0415
    from taper.batch.reading.source import format_of  # noqa: PLC0415

    if name in {"/dev/stdout", "/dev/fd/1"}:
        name = "-"  # if it is a file, the rows are added at its end
    plain = name == "-" or (name.startswith("/dev/") and not PurePath(name).suffix)
    field = "output" if table == "schedule" else table
    kind, compression = (printed, "") if plain else format_of(name, field)
    documents = table == "schedule" and kind == "jsonl"
    return Output("plans" if documents else table, kind, compression, name)


def _own(path: str | None) -> str:
    """The clinic's own products, as the workers are given them."""
    if path is None:
        return ""
    from taper.formulary.local import Unchecked, load  # noqa: PLC0415 - only if there are any

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
    for line in result.said:
        sys.stderr.write(f"{escaped(line)}\n")
    rows = f"{result.rows:,} row{'s' * (result.rows != 1)}"
    text = f"{rows}: {result.planned:,} planned, {result.failed:,} failed"
    if result.resumed:
        text += f" ({result.resumed:,} were done before)"
    sys.stderr.write(text + "\n")
    if result.failed:
        fields = sorted(result.fields.items(), key=lambda item: (-item[1], item[0]))
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
        "failed_by_field": dict(sorted(result.fields.items())),
    }


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(batch)
