"""What differs between a plan and its revision, in rows and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.course.position import place_of
from taper.engine.steps import CHANGE, REDUCE, STOP, is_as_low
from taper.planning.document import last_rows, step_document

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.steps import Step
    from taper.planning.plan import Plan

_FALLS = (REDUCE, CHANGE, STOP)


def difference(before: Plan, after: Plan) -> list[dict[str, Any]]:
    """The rows that differ, by their first day: what it was and what it is now.

    Each entry has ``start``, ``change`` (``changed``, ``added``, ``removed``), and ``was`` and
    ``now`` (None if there is no such row).
    """
    old = {step.start: step for step in before.steps if step.start is not None}
    new = {step.start: step for step in after.steps if step.start is not None}
    rows = []
    for day in sorted({*old, *new}):
        was, now = _row(old.get(day)), _row(new.get(day))
        if was != now:
            change = "added" if was is None else "removed" if now is None else "changed"
            rows.append({"start": day.isoformat(), "change": change, "was": was, "now": now})
    return rows


def _row(step: Step | None) -> dict[str, Any] | None:
    """What of a row is compared and shown."""
    if step is None:
        return None
    document = step_document(step)
    names = ("kind", "end", "days", "product", "daily_dose", "unit", "directions")
    return {**{name: document[name] for name in names}, "dose": _dose(step)}


def _dose(step: Step) -> str:
    """The dose of a row in a few words: ``120 mg a day (45/30/45)``, ``25 mcg/h``."""
    regimen = step.regimen
    product = regimen.product
    text = product.daily_text(step.daily)
    if product.is_patch:
        return text
    return f"{text} ({'/'.join(product.number(amount) for amount in regimen.amounts)})"


def comes_earlier(before: Plan, after: Plan) -> date | None:
    """The first day on which the dose is lower than was planned; None if it never is."""
    day = after.revisions[-1]["from"]
    rows = [row for row in before.steps if row.end is None or row.end.isoformat() >= day]
    rows = [row for row in rows if row.start is not None]
    for step in after.steps:
        if step.kind in _FALLS and step.start is not None and step.start.isoformat() >= day:
            place = place_of(after.request, step.regimen.product)
            own = (row for row in rows if place_of(after.request, row.regimen.product) == place)
            planned = next((row.start for row in own if is_as_low(row.regimen, step.regimen)), None)
            if planned is None or step.start < planned:
                return step.start
    return None


def ends(plan: Plan) -> str:
    """When the taper ends, in words: the stop, or the goal."""
    if plan.stop_date is not None:
        return f"first day without it {plan.stop_date.isoformat()}"
    last = last_rows(plan)[0]
    assert last is not None  # the main opioid has rows
    return f"{last.regimen.product.daily_text(last.daily)} from {last.start}"
