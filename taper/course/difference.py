"""What differs between a plan and its revision, in rows and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.engine.steps import CHANGE, REDUCE, STOP
from taper.planning.document import last_rows, step_document
from taper.reading.revisions import RESUME

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.steps import Step
    from taper.planning.plan import Plan

_FALLS = (REDUCE, CHANGE, STOP)


def difference(before: Plan, after: Plan) -> list[dict[str, Any]]:
    """The rows that differ, by their first day: what it was and what it is now.

    Each entry has ``start``, ``change`` (``changed``, ``added``, ``removed``), and ``was`` and
    ``now`` (None where there is no such row).
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


def moves_nothing(before: Plan, after: Plan) -> date | None:
    """The day of the next reduction, where a hold is over by then anyway; else None."""
    last = after.revisions[-1]
    if set(last["change"]) != {"hold"} or last["change"]["hold"] == RESUME:
        return None
    days = [
        next(
            (
                step.start
                for step in plan.steps
                if step.start and step.start.isoformat() >= last["from"] and step.kind in _FALLS
            ),
            None,
        )
        for plan in (before, after)
    ]
    return days[0] if days[0] == days[1] else None


def ends(plan: Plan) -> str:
    """When the taper ends, in words: the stop, or the goal."""
    if plan.stop_date is not None:
        return f"first day without it {plan.stop_date.isoformat()}"
    last = last_rows(plan)[0]
    assert last is not None  # the main opioid has rows
    return f"{last.regimen.product.daily_text(last.daily)} from {last.start}"
