"""`taper check`: what is wrong in a schedule that somebody wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.terminal.deliver import one_of, write_stdout
from taper.terminal.options import TableFormat, field, with_fields
from taper.terminal.plan_fields import Field
from taper.terminal.settings import known_products

if TYPE_CHECKING:
    from datetime import date

    from taper.lint import Report
    from taper.lint.faults import Fault
    from taper.request.model import Calendar

FAULT_FOUND = 1
_FIELDS = (
    Field("product", "NAME", "Of what, where the file does not say.", tabbed="product"),
    Field("start", "DATE", "The first day of week 1, where the file counts weeks."),
    Field("split", "WORD", "halves: of immediate-release tablets known to be scored.", "split"),
    field("avoid"),
    field("reduce_on", "Days reductions may begin on: tue."),
    field("market", "us, uk, ca or au. Default yours, or us."),
    field("products"),
)


def check(
    file: Annotated[str, typer.Argument(help="A .csv, .xlsx, .json or FHIR file, or - for input.")],
    format: TableFormat = "table",  # noqa: A002
    **given: Any,
) -> None:
    """Check a schedule that a person wrote: every fault at once.

    A table (CSV, XLSX), a plan (JSON) or FHIR. Columns: date or week; dose, or morning, noon,
    evening, total; product; and tablets, directions, quantity. A dose without a frequency is that
    of a day. Exit status 1 where an error is found; warnings and notes alone give 0.

    taper check schedule.csv --avoid weekends --avoid holidays:US
    """
    from taper.lint import lint  # noqa: PLC0415
    from taper.terminal.files import read_bytes  # noqa: PLC0415 - loaded with the command

    as_json = one_of("format", format, ("table", "json")) == "json"
    halves = one_of("split", given["split"] or "none", ("none", "halves")) == "halves"
    known = known_products(given["market"], given["products"])
    report = lint(
        read_bytes(file),
        file,
        market=known.market,
        local=known.local,
        product=given["product"],
        avoid=_days(given["avoid"] or [], given["reduce_on"] or []),
        start=_start(given["start"], known.market),
        halves=halves,
    )
    if as_json:
        entries = [fault.to_dict() for fault in report.faults]
        write_stdout(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    else:
        write_stdout("".join(f"{line(fault, report.where)}\n" for fault in report.faults))
        typer.echo(counted(report), err=True)
    if report.wrong:
        raise typer.Exit(FAULT_FOUND)


def _start(text: str | None, market: str) -> date | None:
    """The first day of week 1."""
    from taper.reading.written_dates import market_order, read_date  # noqa: PLC0415 - as above

    return read_date(text, "start").by(market_order(market)) if text else None


def _days(avoid: list[str], reduce_on: list[str]) -> Calendar | None:
    """The days on which no reduction is to begin."""
    if not avoid and not reduce_on:
        return None
    from taper.reading.dates import read_calendar  # noqa: PLC0415 - only if it is asked for
    from taper.reading.values import Fields  # noqa: PLC0415

    fields = Fields({"start": "2026-01-01", "avoid": avoid, "reduce_on": reduce_on})
    calendar = read_calendar(fields, None)
    fields.raise_problems()
    return calendar


def line(fault: Fault, where: str) -> str:
    """``row 5, dose: error: 60 mg a day, after 45 mg in row 4 [dose-rises]``."""
    place = "" if fault.row is None else f"{where} {fault.row}"
    place = ", ".join(part for part in (place, fault.column) if part)
    return f"{place}: " * bool(place) + f"{fault.level}: {fault.message} [{fault.id}]"


def counted(report: Report) -> str:
    """How many of each level, in a line."""
    levels = [fault.level for fault in report.faults]
    parts = [
        f"{levels.count(each)} {each}{'s' * (levels.count(each) != 1)}"
        for each in ("error", "warning", "note")
        if each in levels
    ]
    return ", ".join(parts) or "nothing wrong"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(check, _FIELDS))
