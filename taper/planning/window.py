"""The next steps of a plan: what is agreed now, while the rest of the plan stays open.

A prescriber and a patient often agree on a step or two, and look again. So a hand-out, a calendar
or a prescription need not show more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from taper.engine.steps import CURRENT
from taper.errors import InputError, Problem
from taper.quantities import THOUSAND
from taper.supply import needed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.engine.steps import Step
    from taper.planning.plan import Plan
    from taper.supply import Fill, SupplyItem

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The next ``number`` steps that begin on ``on`` or later, and the one in force until then."""

    on: date
    number: int


def limited(plan: Plan, window: Window) -> Plan:
    """The plan with the rows, checks and fills of the next steps alone.

    Its row without dates is what is taken on the day. It is for what is printed of the steps: what
    it is asked about the whole plan (its stop, its findings) is not of the whole plan.
    Raises :class:`~taper.InputError` if there is no step any more.
    """
    rows = [step for step in plan.steps if step.start is not None]
    begun = [step for step in rows if step.start is not None and step.start < window.on]
    coming = rows[len(begun) :][: window.number]
    in_force = begun[-1:] if begun and _lasts(begun[-1], window.on) else []
    if not coming and not in_force:
        message, hint = f"the plan has no step on or after {window.on}", "an earlier --on"
        raise InputError(Problem("on", message, hint, str(window.on)))
    now = begun[-1] if begun else plan.steps[0]
    kept = (*in_force, *coming)
    end = kept[-1].end
    checks = tuple(c for c in plan.checks if window.on <= c.date and (end is None or c.date <= end))
    return replace(
        plan,
        steps=(now._replace(kind=CURRENT, start=None, end=None, before=now.daily), *kept),
        checks=checks,
        dispensing=replace(plan.dispensing, fills=tuple(_fills(plan, window.on, end)), leftover=()),
    )


def _lasts(step: Step, day: date) -> bool:
    return step.end is not None and step.end >= day


def _fills(plan: Plan, first: date, end: date | None) -> Iterator[Fill]:
    """The fills from a day on; the last one holds no more than what is needed to ``end``."""
    for fill in plan.supply:
        if fill.date < first or (end is not None and fill.date > end):
            continue
        after = fill.date + timedelta(days=fill.days_supply)
        if end is None or after <= end + _DAY:
            yield fill
            continue
        after = end + _DAY
        items = tuple(each for item in fill.items for each in _trimmed(item, fill.date, after))
        if items:
            yield fill._replace(days_supply=(after - fill.date).days, items=items)


def _trimmed(item: SupplyItem, start: date, end: date) -> Iterator[SupplyItem]:
    """An item with what is needed of it from ``start`` to before ``end``."""
    if item.within is None:
        yield item
        return
    count = 0
    for use in item.within.uses:
        first, last = max(use.start, start), min(use.end, end)
        if use.regimen.product is item.product and first < last:
            need = dict(needed(use.regimen, item.within.anchor, first, last))
            count += need.get(item.strength, 0)
    whole = count if item.product.is_liquid else -(-count // THOUSAND) * THOUSAND
    if whole:
        within = item.within._replace(end=end)
        yield item._replace(quantity=min(whole, item.quantity), within=within)
