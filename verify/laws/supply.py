"""Laws of dispensing (contract 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from verify.laws.law import law
from verify.rules import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.case import Case, Seen

FILL_DAYS = 28


@law("9")
def fills_follow_one_another(case: Case) -> Iterator[str]:
    """Fills of 28 days (whole patches) cover the plan one after another."""
    days = whole(FILL_DAYS, case.period)
    day = case.begin
    fills = case.plan.supply
    for place, fill in enumerate(fills, 1):
        if fill.number != place or fill.date.toordinal() != day:
            yield f"fill {fill.number} is dated {fill.date}"
        if fill.not_before != fill.date:
            yield f"fill {fill.number} is not to be dispensed on its first day"
        expected = min(days, case.last_day - day)
        if fill.days_supply != expected or expected <= 0:
            yield f"fill {fill.number} is for {fill.days_supply} days, not {expected}"
        day += expected
    if day != case.last_day:
        yield "the fills do not last until the stop"


@law("9")
def fills_add_up_to_the_steps(case: Case) -> Iterator[str]:
    """Each fill holds what its days need, to the tablet, the patch and the half millilitre."""
    rows = [row for row in case.rows if row.end is not None]
    first = 0
    for fill in case.plan.supply:
        begin = fill.date.toordinal()
        end = begin + fill.days_supply
        need: dict[str, int] = {}
        while first < len(rows) and (rows[first].end or 0) <= begin:
            first += 1
        for row in rows[first:]:
            if row.first >= end:
                break
            times = _times(case, row, begin, end)
            for label, count in case.counts(row.regimen):
                need[label] = need.get(label, 0) + count * times
        found = {item.strength.label: item.quantity for item in fill.items}
        if found != {label: count for label, count in need.items() if count}:
            yield f"fill {fill.number}: {found}, but {need} are needed"
        if len(found) != len(fill.items):
            yield f"fill {fill.number}: a strength stands twice"
    if case.plan.dispensing.leftover:
        yield "something is left over"


def _times(case: Case, row: Seen, begin: int, end: int) -> int:
    """How often the row's regimen is given within the fill: days, or changes of the patch."""
    first, last = max(row.first, begin), min(row.end or end, end)
    if case.period == 1:
        return last - first
    return sum((day - case.begin) % case.period == 0 for day in range(first, last))


@law("9")
def fills_are_counted_in_the_unit(case: Case) -> Iterator[str]:
    """Tablets, capsules, films and patches are whole; liquids are in millilitres."""
    unit = "mL" if case.product.is_liquid else case.product.kind
    for fill in case.plan.supply:
        for item in fill.items:
            if item.product is not case.product or item.unit != unit:
                yield f"fill {fill.number}: {item.unit} of {item.product.id}"
            if item.quantity <= 0 or (not case.product.is_liquid and item.quantity % THOUSAND):
                yield f"fill {fill.number}: a quantity of {item.quantity}"
