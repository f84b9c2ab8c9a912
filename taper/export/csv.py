"""Schedule, checks and supply as CSV: UTF-8, RFC 4180, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_left
from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.quantities import percent_text, plain
from taper.regimen.directions import strength_text
from taper.safety.equivalents import mme_text
from taper.supply import needed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.engine.steps import Step
    from taper.export import Options
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

SCHEDULE = [
    "plan_id",
    "step",
    "kind",
    "start_date",
    "end_date",
    "days",
    "product",
    "daily_dose",
    "unit",
    "percent_of_original",
    "cut_percent_of_current",
    "mme",
    "doses",
    "directions",
    "quantities",
    "next_check",
    "findings",
]
CHECKS = ["plan_id", "date", "step", "reason", "how", "items"]
SUPPLY = [
    "plan_id",
    "fill",
    "fill_date",
    "not_before",
    "days_supply",
    "product",
    "strength",
    "unit",
    "quantity",
    "rxcui",
    "directions",
]
# What starts a formula, at the beginning of a cell or after a semicolon, which many countries'
# spreadsheets take for the end of a cell (OWASP, CSV injection; the last four are the full-width
# forms). After a semicolon and a space a dash begins no formula unless what follows could compute
# or call anything: it is a sentence that goes on. A plain number cannot do anything, and stays a
# number also where it is negative.
_FORMULA = re.compile(
    r"(^|;)"
    r"(?!(?<=;)[ ]+-[^;(|!=@\uff1d\uff20\t\r\n]*(?:;|$))"  # a; --split halves
    r"(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])"
)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def safe(text: str) -> str:
    """A cell that a spreadsheet will not take for a formula: an apostrophe goes before it."""
    if not text or (text[0].isalnum() and ";" not in text):  # most cells: nothing can match
        return text
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1'", text)


def written(header: list[str], rows: Iterable[list[str]]) -> str:
    """CSV text with CRLF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def doses_text(regimen: Regimen) -> str:
    """The administrations in one cell: ``morning 75 (60 x 1 + 15 x 1); evening ...``."""
    parts = []
    unit = " mL" if regimen.product.is_liquid else ""
    for time, amount, units in zip(regimen.times, regimen.amounts, regimen.units, strict=True):
        if amount:
            each = [f"{strength.label} x {plain(count)}{unit}" for strength, count in units]
            parts.append(f"{time} {plain(amount)} ({' + '.join(each)})")
    return "; ".join(parts)


def step_quantities(step: Step, anchor: date) -> str:
    """What the row needs of each strength: ``60 mg x 14; 15 mg x 28``."""
    if step.start is None or step.end is None:
        return ""
    parts = []
    for regimen in (step.regimen, *step.companions):
        end = step.end + timedelta(days=1)
        for strength, count in needed(regimen, anchor, step.start, end):
            name = f"{regimen.product.id} " if step.companions else ""
            unit = " mL" if regimen.product.is_liquid else ""
            label = strength_text(regimen.product, strength)
            parts.append(f"{name}{label} x {plain(count)}{unit}")
    return "; ".join(parts)


# first day, last day and next check of a row, each None if the row has none
RowDates = tuple["date | None", "date | None", "date | None"]


def row_dates(plan: Plan) -> list[RowDates]:
    """The dates of each row of the schedule."""
    days = plan.check_days
    return [(step.start, step.end, _next_check(days, step.start)) for step in plan.steps]


def schedule_row(plan_id: str, step: Step, anchor: date, dates: RowDates) -> list[str]:
    """One row of the schedule, of a plan that starts on ``anchor``."""
    start, end, check = dates
    return [
        plan_id,
        str(step.number),
        step.kind,
        start.isoformat() if start else "",
        end.isoformat() if end else "",
        str(step.days) if step.days else "",
        step.regimen.product.id,
        plain(step.daily),
        step.regimen.product.unit,
        percent_text(step.daily, step.original),
        percent_text(max(step.cut, 0), step.before),
        mme_text(step) or "",
        _all_doses(step),
        _all_directions(step),
        step_quantities(step, anchor),
        check.isoformat() if check else "",
        " ".join(step.findings),
    ]


def schedule_rows(plan: Plan) -> list[list[str]]:
    """The schedule, one row a step."""
    rows = zip(plan.steps, row_dates(plan), strict=True)
    name, start = plan.id, plan.start
    return [schedule_row(name, step, start, dates) for step, dates in rows]


def _all_doses(step: Step) -> str:
    texts = [doses_text(step.regimen)]
    texts += [f"{other.product.id}: {doses_text(other)}" for other in step.companions]
    return "; ".join(text for text in texts if text)


def _all_directions(step: Step) -> str:
    return " ".join([step.regimen.directions, *(other.directions for other in step.companions)])


def _next_check(days: list[date], start: date | None) -> date | None:
    """The first check in or after a row."""
    place = bisect_left(days, start) if start else len(days)
    return days[place] if place < len(days) else None


def schedule(plan: Plan, options: Options) -> str:
    """The schedule as CSV text."""
    del options
    return written(SCHEDULE, schedule_rows(plan))


def checks_rows(plan: Plan) -> list[list[str]]:
    """The checks, one row each."""
    return [
        [
            plan.id,
            check.date.isoformat(),
            str(check.step),
            check.reason,
            check.how,
            "; ".join(check.items),
        ]
        for check in plan.checks
    ]


def checks(plan: Plan, options: Options) -> str:
    """The checks as CSV text."""
    del options
    return written(CHECKS, checks_rows(plan))


def supply_rows(plan: Plan) -> list[list[str]]:
    """What to dispense, one row a fill and strength."""
    return [
        [
            plan.id,
            str(fill.number),
            fill.date.isoformat(),
            fill.not_before.isoformat(),
            str(fill.days_supply),
            item.product.id,
            item.strength.label,
            item.unit,
            plain(item.quantity),
            item.product.rxcui(item.strength.label),
            item.directions,
        ]
        for fill in plan.supply
        for item in fill.items
    ]


def supply(plan: Plan, options: Options) -> str:
    """The supply as CSV text."""
    del options
    return written(SUPPLY, supply_rows(plan))
