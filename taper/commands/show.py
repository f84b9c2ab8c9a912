"""`taper show`: the course of a plan, doses and scores over time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.errors import InputError, Problem
from taper.terminal.deliver import one_of, write_stdout
from taper.terminal.options import TableFormat
from taper.terminal.tables import folded, room, table_or_list

if TYPE_CHECKING:
    from taper.planning.plan import Plan

_COLUMNS, _ROWS = 72, 12  # of the chart


def show(
    plan: Annotated[str, typer.Argument(help="A saved plan: plan.json, or - for standard input.")],
    format: TableFormat = "table",  # noqa: A002
    output: Annotated[
        list[str] | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write by suffix (repeat): .svg .json"),
    ] = None,
) -> None:
    """Draw the course: doses and scores over time.

    taper show plan.json
    """
    from taper.terminal.files import read_plan, write_all  # noqa: PLC0415 - loads pydantic
    from taper.terminal.streams import escaped  # noqa: PLC0415

    as_json = one_of("format", format, ("table", "json")) == "json"
    for name in output or ():
        if not name.lower().endswith((".svg", ".json")):
            message = f"'{name}' has no suffix of a format that can be written"
            raise InputError(Problem("output", message, "one of .svg, .json", name))
    drawn = read_plan(plan)
    if as_json:
        write_stdout(_as_json(drawn))
    elif not output:
        write_stdout(_as_text(drawn))
    if output:
        write_all({name: _rendered(drawn, name) for name in output})
        for name in output:
            typer.echo(f"wrote {escaped(name)}", err=True)


def _rendered(plan: Plan, name: str) -> str:
    if name.lower().endswith(".json"):
        return _as_json(plan)
    from taper.export.course_svg import course  # noqa: PLC0415 - where it is drawn

    return course(plan)


def _as_json(plan: Plan) -> str:
    document = plan.to_dict()
    names = ("step", "kind", "start", "end", "product", "daily_dose", "unit")
    doses = [{name: step[name] for name in names} for step in document["steps"]]
    changes = [
        {name: each[name] for name in ("from", "change", "why")} for each in document["revisions"]
    ]
    shown = {
        "id": plan.id,
        "doses": doses,
        "revisions": changes,
        "records": document["records"],
        "stop_date": document["summary"]["stop_date"],
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def _as_text(plan: Plan) -> str:
    """The chart, then each dose, change and record by day."""
    from taper.export.chart import blocks  # noqa: PLC0415 - where it is drawn

    width = min(room() or _COLUMNS, _COLUMNS)
    lines = blocks(plan, width, _ROWS)
    text = "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")
    text += table_or_list(("Date", "Dose", "What"), _events(plan))
    if not plan.records:
        text += folded("", "No check is recorded yet: taper record.")
    return text


def _events(plan: Plan) -> list[tuple[str, str, str]]:
    """Doses, changes and records, in the order of days."""
    from taper.course.records import in_words  # noqa: PLC0415 - with the command

    found: list[tuple[str, int, str, str]] = []
    for step in plan.steps[1:]:
        dose = step.regimen.product.daily_text(step.daily) if step.daily else "stop"
        assert step.start is not None
        found.append((step.start.isoformat(), 1, dose, step.kind))
    for record in plan.records:
        then = f": {record['then']}" if record["then"] else ""
        replaced = " (replaced)" if record["replaced"] else ""
        found.append((record["date"], 0, "", f"check: {in_words(record)}{then}{replaced}"))
    found += [(revision["from"], 0, "", _changed(revision)) for revision in plan.revisions]
    return [(day, dose, what) for day, _, dose, what in sorted(found, key=lambda each: each[:2])]


def _changed(revision: dict[str, Any]) -> str:
    """``changed: hold 4w (surgery)``."""
    change = ", ".join(
        f"{name.replace('_', '-')} {text}" for name, text in revision["change"].items()
    )
    why = f" ({revision['why']})" if revision["why"] else ""
    return f"changed: {change}{why}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(show)
