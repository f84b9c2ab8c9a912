"""`taper compare`: several paces side by side."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.errors import InputError, Problem
from taper.terminal.deliver import one_of, write_stdout
from taper.terminal.options import TableFormat, field, given_of, with_fields
from taper.terminal.settings import asked
from taper.terminal.streams import escaped
from taper.terminal.tables import folded, table_or_list

if TYPE_CHECKING:
    from taper.planning.compare import Pace

COLUMNS = (
    *("name", "days", "reductions", "holds", "largest_cut_percent_of_current"),
    *("largest_cut_percent_of_original", "stop_date", "end_daily_dose", "unit"),
    *("dispensed", "warnings", "refused"),
)
_FIELDS = (
    field("start"),
    field("reduce", "Repeat: 5%, 10%, 15 mg.", repeated=True),
    field("guideline", "Repeat: cdc-2022-weekly.", repeated=True),
    field("every", "1w, 4w, 1mo; of each --reduce."),
    field("of", "original, current or mixed."),
    field("to", "Goal: 0 to stop, or a daily dose."),
    field("stock", "The strengths at hand: 15,30."),
    field("finish_with", "Repeat: none, morphine-solution.", repeated=True),
    field("on_opioids_for", panel="More"),
    field("taking", "Average daily use.", panel="More"),
    field("market", "us, uk, ca or au. Default yours.", panel="More"),
    field("products", panel="More"),
)


def compare(
    product: Annotated[
        str | None, typer.Argument(help="Product, or a request or plan file.")
    ] = None,
    dose: Annotated[list[str] | None, typer.Argument(help="What is taken now: 90 mg q8h.")] = None,
    format: TableFormat = "table",  # noqa: A002
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write by suffix (repeat): .csv .json .svg"
        ),
    ] = None,
    **given: Any,
) -> None:
    """Compare paces: length, steps, largest cut, stop date, tablets.

    taper compare morphine-er "90 mg q8h" --start 2026-12-07 --reduce 5% --reduce 10%
    """
    from taper.planning.compare import compare as compared  # noqa: PLC0415 - loaded with the command
    from taper.planning.compare import rates_of  # noqa: PLC0415

    as_json = one_of("format", format, ("table", "json")) == "json"
    suffixes = {name: _suffix(name) for name in output or ()}
    finishes = given.pop("finish_with") or []
    rates = rates_of(given.pop("reduce") or [], given.pop("guideline") or [], finishes)
    paces = compared(_values(product, dose, given_of(given)), rates)
    if as_json:
        write_stdout(_rendered(paces, "json"))
    elif not suffixes:
        write_stdout(side_by_side(paces))
    if suffixes:
        from taper.terminal.files import write_all  # noqa: PLC0415 - only where a file is written
        from taper.terminal.streams import escaped  # noqa: PLC0415

        write_all({name: _rendered(paces, suffix) for name, suffix in suffixes.items()})
        for name in suffixes:
            typer.echo(f"wrote {escaped(name)}", err=True)


def _suffix(name: str) -> str:
    """The format of a file, by its suffix."""
    suffix = name.lower().rpartition(".")[2]
    if suffix not in {"csv", "json", "svg"}:
        message = f"'{name}' has no suffix of a format that can be written"
        raise InputError(Problem("output", message, "one of .csv, .json, .svg", name))
    return suffix


def _rendered(paces: list[Pace], kind: str) -> str:
    if kind == "json":
        text = json.dumps([pace.to_dict() for pace in paces], indent=2, ensure_ascii=False)
        return text + "\n"
    if kind == "csv":
        from taper.export.csv import written  # noqa: PLC0415 - only where a file is written

        return written(list(COLUMNS), [_row(pace) for pace in paces])
    from taper.export.course_svg import compared as drawn  # noqa: PLC0415 - where it is drawn

    plans = [(pace.name, pace.plan) for pace in paces if pace.plan is not None]
    if not plans:
        problems = (problem for pace in paces for problem in pace.refused)
        raise InputError(dict.fromkeys(problems))
    return drawn(plans)


def _row(pace: Pace) -> list[str]:
    """A pace as a row of CSV; lists are separated by semicolons."""
    found = pace.to_dict()
    dispensed = [_many(count, unit) for unit, count in found.get("dispensed", {}).items()]
    lists = {
        "dispensed": "; ".join(dispensed),
        "warnings": "; ".join(found.get("warnings", ())),
        "refused": "; ".join(found.get("refused", ())),
    }
    given = {name: "" if value is None else str(value) for name, value in found.items()}
    return [lists.get(name, given.get(name, "")) for name in COLUMNS]


def _values(product: str | None, dose: list[str] | None, given: dict[str, Any]) -> dict[str, Any]:
    """The request, from a file or from the arguments, with the user's own defaults."""
    settled = asked(product, dose, given)
    for line in settled.lines:
        sys.stderr.write(f"{escaped(line)}\n")
    settled.add_stock()
    return settled.values


def side_by_side(paces: list[Pace]) -> str:
    """A row a pace."""
    header = ("Pace", "Weeks", "Steps", "Largest cut", "of original", "Ends", "Dispensed")
    rows, notes = [], []
    for pace in paces:
        found = pace.to_dict()
        if pace.plan is None:
            rows.append((pace.name, "-", "-", "-", "-", "not planned", ""))
            notes += [f"{pace.name}: {problem}" for problem in pace.refused]
            continue
        each = "" if pace.plan.request.product.is_patch else " a day"
        goal = f"{found['end_daily_dose']} {found['unit']}{each}"
        rows.append(
            (
                pace.name,
                f"{found['days'] // 7}",
                str(found["reductions"]),
                f"{found['largest_cut_percent_of_current']}%",
                f"{found['largest_cut_percent_of_original']}%",
                found["stop_date"] or goal,
                ", ".join(_many(count, unit) for unit, count in found["dispensed"].items()),
            )
        )
    text = table_or_list(header, rows, right=" rrrr")
    text += "\n" + folded("", "Largest cut: of the dose at that time; the stop is not counted.")
    return text + "".join(folded("", note) for note in notes)


def _many(count: str, unit: str) -> str:
    if unit == "mL" or count == "1":
        return f"{count} {unit}"
    return f"{count} {unit}{'es' if unit == 'patch' else 's'}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(compare, _FIELDS))
