"""What was made of the rows of schedules, remembered from plan to plan."""

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
    """Makes something of a row of a schedule, once for all rows that show the same.

    What is made may depend on everything that the row shows but for its id and its dates.
    """

    def __init__(self, make: Callable[[Plan, Step, RowDates], Made]) -> None:
        """``make`` is called for a row that was not seen before."""
        self._make = make
        self._known: dict[Any, tuple[Made, Regimen]] = {}

    def of(self, plan: Plan, step: Step, dates: RowDates) -> Made:
        """What is made of a step, with the dates that its row shows."""
        if step.companions:
            return self._make(plan, step, dates)
        start, end, check = dates
        regimen = step.regimen
        patched = start is not None and regimen.product.is_patch
        key = (
            # a regimen is known by its place in memory, and is kept there with what was made
            *(step.number, step.kind, id(regimen), step.original, step.before, step.findings),
            start and end and (end - start).days,
            patched and start and (start - plan.start).days,  # counted from the start on
            *(start is None, check is None),
        )
        known = self._known.get(key)
        if known is None:
            known = self._make(plan, step, dates), regimen
            if len(self._known) > _MOST_ROWS:
                self._known.clear()
            self._known[key] = known
        return known[0]
