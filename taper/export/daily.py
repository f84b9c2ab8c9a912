"""The plan day by day as CSV: a row for each administration, for care homes and pill packs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from taper.export.csv import written
from taper.quantities import plain
from taper.regimen.directions import strength_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.engine.steps import Step
    from taper.export import Options
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

DAILY = ["plan_id", "date", "step", "product", "time", "amount", "unit", "units"]
_DAY = timedelta(days=1)


def daily_rows(plan: Plan) -> Iterator[list[str]]:
    """A row for each day and administration; a patch has one on the days of its change."""
    for step in plan.steps:
        if step.start is None or step.end is None:
            continue
        for number in range((step.end - step.start).days + 1):
            day = step.start + number * _DAY
            for regimen in (step.regimen, *step.companions):
                yield from _rows(plan, step, regimen, day)


def _rows(plan: Plan, step: Step, regimen: Regimen, day: date) -> Iterator[list[str]]:
    product = regimen.product
    if product.is_patch and (day - plan.start).days % (regimen.interval // 24):
        return
    for time, amount, units in zip(regimen.times, regimen.amounts, regimen.units, strict=True):
        if amount:
            counted = " + ".join(
                f"{strength_text(product, strength)} x {plain(count)}" for strength, count in units
            )
            row = [plan.id, day.isoformat(), str(step.number), product.id, time]
            yield [*row, plain(amount), product.unit, counted]


def render(plan: Plan, options: Options) -> str:
    """The days as CSV text."""
    del options
    return written(DAILY, daily_rows(plan))
