"""What a batch can write of each plan: the tables, their columns, their rows as text cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taper.batch.reading.row import LONGEST_VALUE
from taper.export.csv import (
    CHECKS,
    SCHEDULE,
    SUPPLY,
    checks_rows,
    schedule_rows,
    supply_rows,
)
from taper.planning.document import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taper.errors import Problem
    from taper.planning.plan import Plan

SUMMARY = [
    "plan_id",
    "start",
    "stop_date",
    "days",
    "reductions",
    "holds",
    "start_daily_dose",
    "end_daily_dose",
    "unit",
    "start_mme",
    "largest_cut_percent_of_current",
    "largest_cut_percent_of_original",
    "findings",
]
ERRORS = ["line", "row", "id", "field", "value", "message", "hint"]
_AMOUNT, _PERCENT = 3, 1  # decimals that are printed, at most
_SHOWN_VALUE = 200  # characters of a value in an error record


class Table(NamedTuple):
    """One table: its columns, and the rows of a plan in it as cells of text.

    ``whole`` if it shows the findings of the plan, and so depends on every field;
    ``steps`` if its rows are the steps of a plan, whose dates are found apart from them.
    """

    name: str
    header: list[str]
    rows: Callable[[Plan], list[list[str]]]
    dates: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    places: Mapping[str, int] = {}  # the decimals of a column with an exact amount
    whole: bool = False
    steps: bool = False


def summary_rows(plan: Plan) -> list[list[str]]:
    """A plan in one row, with the ids of its findings."""
    figures = summary(plan)
    cells = ["" if figures[name] is None else str(figures[name]) for name in SUMMARY[1:-1]]
    return [[plan.id, *cells, " ".join(finding.id for finding in plan.findings)]]


def _no_rows(plan: Plan) -> list[list[str]]:
    """Of a table that no plan has rows in."""
    del plan
    return []


TABLES = {
    table.name: table
    for table in (
        Table(
            "schedule",
            SCHEDULE,
            schedule_rows,
            dates=frozenset({"start_date", "end_date", "next_check"}),
            numbers=frozenset({"step", "days"}),
            places={
                "daily_dose": _AMOUNT,
                "percent_of_original": _PERCENT,
                "cut_percent_of_current": _PERCENT,
                "mme": _AMOUNT,
            },
            steps=True,
        ),
        Table(
            "checks",
            CHECKS,
            checks_rows,
            dates=frozenset({"date"}),
            numbers=frozenset({"step"}),
        ),
        Table(
            "supply",
            SUPPLY,
            supply_rows,
            dates=frozenset({"fill_date", "not_before"}),
            numbers=frozenset({"fill", "days_supply"}),
            places={"quantity": _AMOUNT},
        ),
        Table(
            "summary",
            SUMMARY,
            summary_rows,
            dates=frozenset({"start", "stop_date"}),
            numbers=frozenset({"days", "reductions", "holds"}),
            places={
                "start_daily_dose": _AMOUNT,
                "end_daily_dose": _AMOUNT,
                "start_mme": _AMOUNT,
                "largest_cut_percent_of_current": _PERCENT,
                "largest_cut_percent_of_original": _PERCENT,
            },
            whole=True,
        ),
        # the documents themselves, one a line of JSONL
        Table("plans", [], _no_rows, whole=True),
        Table("errors", ERRORS, _no_rows, numbers=frozenset({"line", "row"})),
    )
}


def error_rows(line: int, row: int, ident: str, problems: list[Problem]) -> list[list[str]]:
    """The records of a row that failed, one a problem."""
    return [
        [
            str(line),
            str(row),
            printable(ident[:_SHOWN_VALUE]),
            printable(problem.field[:_SHOWN_VALUE]),
            printable(problem.value[:LONGEST_VALUE]),
            message_of(problem),
            problem.hint,
        ]
        for problem in problems
    ]


def message_of(problem: Problem) -> str:
    """The message of a problem on one line, of bounded length."""
    return printable(" ".join(problem.message.split())[: 4 * _SHOWN_VALUE])


def printable(text: str) -> str:
    """A text without what a terminal or a spreadsheet would act on."""
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in text)
