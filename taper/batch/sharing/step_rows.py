"""Rendered rows of schedules, remembered from plan to plan.

Plans that differ have rows in common: a taper from 90 mg and one from 60 mg pass the same doses
with the same tablets. To render a row costs more than to find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from taper.engine.steps import Step
    from taper.export.csv import RowDates
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

Made = TypeVar("Made")
_MOST_ROWS = 20_000


class StepRows(Generic[Made]):
    """Renders a row of a schedule once for all rows that show the same but for id and dates."""

    def __init__(self, make: Callable[[Plan, Step, RowDates], Made]) -> None:
        """``make`` renders a row that was not seen before."""
        self._make = make
        self._known: dict[Any, tuple[Made, Regimen]] = {}

    def of(self, plan: Plan, step: Step, dates: RowDates) -> Made:
        """The rendering of a step, with the dates that its row shows."""
        if step.companions:
            return self._make(plan, step, dates)
        start, end, check = dates
        regimen = step.regimen
        patched = start is not None and regimen.product.is_patch
        key = (
            # comparing regimens is slow: one is known by its place in memory, which no other
            # takes as long as it is kept beside the rendering
            *(step.number, step.kind, id(regimen), step.original, step.before, step.findings),
            start and end and (end - start).days,
            # patches are changed every third day, counted from the start of the plan
            patched and start and (start - plan.start).days,
            *(start is None, check is None),
        )
        known = self._known.get(key)
        if known is None:
            known = self._make(plan, step, dates), regimen
            if len(self._known) > _MOST_ROWS:
                self._known.clear()
            self._known[key] = known
        return known[0]
