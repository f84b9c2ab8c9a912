"""Plans as a clinician would write them down, for the tables of these chapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.planning.make import make_plan
from taper.quantities import plain
from taper.reading import read
from taper.regimen.directions import units_in_figures

if TYPE_CHECKING:
    from taper.planning.plan import Plan

START = "2026-12-07"  # a Monday


def taper(product: str, dose: str, **fields: object) -> Plan:
    """The plan of a request that starts on Monday 7 December 2026."""
    return make_plan(read({"product": product, "dose": dose, "start": START} | fields))


def amounts(regimen) -> str:
    """``60/45/60``: what is taken at each administration, in the order of the day."""
    return "/".join(plain(amount) for amount in regimen.amounts)


def at_times(regimen) -> str:
    """``morning 30, evening 15``: when what is taken."""
    taken = zip(regimen.times, regimen.amounts, strict=True)
    return ", ".join(f"{time} {plain(amount)}" for time, amount in taken)


def doses(plan: Plan, *kinds: str) -> list[str]:
    """The doses of the rows (of these kinds), administration by administration."""
    return [amounts(s.regimen) for s in plan.steps[1:] if not kinds or s.kind in kinds]


def daily(plan: Plan) -> list[str]:
    """The daily dose of every row."""
    return [plain(step.daily) for step in plan.steps[1:]]


def tablets(regimen) -> str:
    """``60 + 30 + 15``: the units of the first administration."""
    return units_in_figures(regimen.product, regimen.units[0])


def rows(plan: Plan) -> list[tuple[str, str, int | None]]:
    """Each row as (kind, first day, days)."""
    return [(step.kind, step.start.isoformat(), step.days) for step in plan.steps[1:]]


def findings(plan: Plan) -> dict[str, tuple[int, ...]]:
    """The findings, with the rows that they are about."""
    return {finding.id: finding.steps for finding in plan.findings}


def said(name: str, product: str, dose: str, fields: dict) -> str | None:
    """The message of one finding of a plan, or None where it is not raised."""
    return {f.id: f.message for f in taper(product, dose, **fields).findings}.get(name)
