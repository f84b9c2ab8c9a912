"""What a change makes of prescriptions already written, and of what the patient holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.planning.plan import renewals
from taper.quantities import THOUSAND, plain
from taper.supply import DAYS_TOGETHER, held_on, needed, new_prescription_dates, uses

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.formulary.product import Product, Strength
    from taper.planning.plan import Plan
    from taper.supply import Fill, SupplyItem

CONTROLLED = "CII"  # the schedule whose prescriptions are written in sets


def no_longer_fit(plan: Plan, after: Plan, day: date) -> dict[str, list[dict[str, str]]]:
    """What to cancel at the pharmacy, what the patient should hold, and what to return.

    ``cancel`` are the prescriptions of ``plan`` that may be written already, to be filled from
    ``day`` on, and that ``after`` does not have with the same quantity and directions. ``held``
    is what was dispensed and is not used up by ``day``; ``return`` is what of it the plan no
    longer needs.
    """
    return {
        "cancel": _cancelled(plan, after, day),
        "held": [_entry(*held) for held in _held(plan, day)],
        "return": [_entry(*held) for held in _returned(plan, after, day)],
    }


def _cancelled(plan: Plan, after: Plan, day: date) -> list[dict[str, str]]:
    """The prescriptions that were written for a day from ``day`` on and do not fit any more."""
    kept = {_key(fill, item) for fill in after.supply for item in fill.items}
    sets = new_prescription_dates(plan.supply, renewals(plan.revisions))
    return [
        {"date": fill.date.isoformat(), **_entry(item.product, item.strength, item.quantity)}
        for fill in plan.supply
        if fill.date >= day
        for item in fill.items
        if _is_written(item, fill, sets, day) and _key(fill, item) not in kept
    ]


def _is_written(item: SupplyItem, fill: Fill, sets: list[date], day: date) -> bool:
    """Whether a prescription may have been written by ``day``: it is of a set begun by then."""
    if item.product.schedule != CONTROLLED:
        return fill.date < day + timedelta(days=DAYS_TOGETHER)
    begun = [first for first in sets if first <= fill.date]
    return not begun or begun[-1] <= day


def _key(fill: Fill, item: SupplyItem) -> tuple[date, str, str, int, str]:
    labels = (item.product.id, item.strength.label)
    return (fill.date, *labels, item.quantity, item.directions)


def _held(plan: Plan, day: date) -> list[tuple[Product, Strength, int]]:
    fills = tuple(fill for fill in plan.supply if fill.date < day)
    found = held_on(plan.steps, fills, day, plan.request.on_hand)
    return [(*key, count) for key, count in found.items() if count > 0]


def _returned(plan: Plan, after: Plan, day: date) -> list[tuple[Product, Strength, int]]:
    """What the patient holds beyond what the rows from ``day`` on need; whole units of it."""
    need = _needed_from(after.steps, plan.start, day)
    found = []
    for product, strength, count in _held(plan, day):
        over = count - need.get((product, strength), 0)
        over = over if product.is_liquid else over // THOUSAND * THOUSAND
        if over > 0:
            found.append((product, strength, over))
    return found


def _needed_from(
    steps: tuple[Step, ...], anchor: date, day: date
) -> dict[tuple[Product, Strength], int]:
    need: dict[tuple[Product, Strength], int] = {}
    for use in uses(steps):
        if use.end <= day:
            continue
        for strength, count in needed(use.regimen, anchor, max(use.start, day), use.end):
            key = (use.regimen.product, strength)
            need[key] = need.get(key, 0) + count
    return need


def _entry(product: Product, strength: Strength, quantity: int) -> dict[str, str]:
    unit = "mL" if product.is_liquid else product.kind
    return {
        "product": product.id,
        "strength": strength.label,
        "quantity": plain(quantity),
        "unit": unit,
    }
