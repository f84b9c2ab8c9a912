"""What must hold in the rows of a plan that another version made: somebody could have planned them.

They cannot be made again here, and may have been changed by hand, or damaged. :func:`check_rows`
judges each, :func:`check_steps` one after another. Both return every fault.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from taper.engine.steps import (
    BASELINE,
    CHANGE,
    CURRENT,
    HOLD,
    MAINTAIN,
    REDUCE,
    STEP_BACK,
    STOP,
)
from taper.errors import InputError, Problem
from taper.quantities import THOUSAND, plain
from taper.regimen.times import AS_NEEDED, TIMES
from taper.supply import LONGEST_STEP_FILL_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from taper.engine.steps import Step
    from taper.formulary.product import Product
    from taper.planning.document_reader import Row, Standing, Taken
    from taper.regimen.table import Regimen
    from taper.request.model import Request
    from taper.supply import Fill

_DAY = timedelta(days=1)
_SAME_DOSE = (HOLD, BASELINE, MAINTAIN)
_HINT = "a plan as `taper plan -o plan.json` wrote it, unchanged"


def _fault(where: str, message: str, value: object = "") -> Problem:
    return Problem(where, message, _HINT, str(value))


# --- what stands in the document ---------------------------------------------------------------


def check_rows(document: Mapping[str, Any], found: Standing) -> list[Problem]:
    """The faults of each row, and those of the dates."""
    faults = list(found.faults)
    for place, row in enumerate(found.rows):
        where = f"steps.{place}"
        if row.number != place:
            faults.append(_fault(f"{where}.step", f"{row.number} stands where {place} should"))
        if row.taken is not None:
            faults += _regimen(row.taken, where)
        for number, other in enumerate(row.companions):
            faults += _regimen(other, f"{where}.companions.{number}", empty=False)
        faults += _kind(row, document["steps"][place]["daily_dose"], place)
    return [*faults, *_dates(found.rows)]


def product_of(request: Request) -> Callable[[str], Product]:
    """What finds a product that the rows can be of: one of the request."""
    finish = [request.finish.regimens.product] if request.finish else []
    others = [companion.regimen.product for companion in request.also]
    known = {product.id: product for product in (request.product, *finish, *others)}

    def find(name: str) -> Product:
        if name not in known:
            message = f"'{name}' is not a product of the request"
            raise InputError(_fault("product", message, name))
        return known[name]

    return find


def _regimen(taken: Taken, where: str, *, empty: bool = True) -> Iterator[Problem]:
    """A row or a companion: units make the doses, doses make the day."""
    product, times = taken.product, taken.times
    allowed = [("patch",)] if product.is_patch else (*TIMES.values(), AS_NEEDED)
    if len(set(times)) < len(times) or not any(set(times) <= set(names) for names in allowed):
        yield _fault(f"{where}.doses", f"'{', '.join(times)}' are not the times of a day")
    for place, (amount, units) in enumerate(zip(taken.amounts, taken.units, strict=True)):
        at = f"{where}.doses.{place}"
        for number, (_, count) in enumerate(units):
            if not count:
                yield _fault(f"{at}.units.{number}.count", "none of a strength")
        made = sum(strength.amount * count for strength, count in units)
        if not amount or made != amount * THOUSAND:
            given = f"{plain(amount)} {product.unit}"
            message = f"{given} is not what the units make, {plain(made // THOUSAND)}"
            yield _fault(f"{at}.amount", message, given)
    total = sum(taken.amounts) * (taken.most_often or 1)
    if total != taken.daily:
        daily = plain(taken.daily)
        message = f"{daily} is not the sum of the doses, {plain(total)}"
        yield _fault(f"{where}.daily_dose", message, daily)
    elif not total and not empty:
        yield _fault(f"{where}.daily_dose", "nothing is taken")


def _kind(row: Row, dose: str, place: int) -> Iterator[Problem]:
    """A row of each kind has its dates, and a dose unless it is a stop."""
    where, kind = f"steps.{place}", row.kind
    if (kind == CURRENT) != (place == 0):
        yield _fault(f"{where}.kind", f"'{kind}' is not what step {place} can be")
        return
    if kind == CURRENT:
        if (row.start, row.end) != (None, None):
            yield _fault(f"{where}.start", "the current regimen has no dates")
    elif row.start is None:
        yield _fault(f"{where}.start", "the first day is missing")
    elif row.end is None and kind != STOP:
        yield _fault(f"{where}.end", "the last day is missing")
    if (dose == "0") != (kind == STOP):
        message = "a stop has no dose" if kind == STOP else "nothing is taken, and it is no stop"
        yield _fault(f"{where}.daily_dose", message, dose)


def _dates(rows: tuple[Row, ...]) -> Iterator[Problem]:
    """Each row ends before the next begins, and no day is left out."""
    for place, row in enumerate(rows):
        if row.start and row.end and row.end < row.start:
            message = f"the row ends on {row.end}, before it begins on {row.start}"
            yield _fault(f"steps.{place}.end", message, row.end)
    for place, (row, following) in enumerate(pairwise(rows[1:]), 1):
        if row.end is None and following.start is not None:
            yield _fault(f"steps.{place}.end", "the last day is missing: another row follows")
        elif row.end and following.start and following.start != row.end + _DAY:
            day, after = following.start, row.end + _DAY
            message = f"{day} is not the day after the row before, {after}"
            yield _fault(f"steps.{place + 1}.start", message, day)


# --- the plan that was read from it ------------------------------------------------------------


def check_steps(
    steps: tuple[Step, ...], request: Request, revisions: tuple[Mapping[str, Any], ...]
) -> list[Problem]:
    """What does not follow from the request or the changes; only of rows without faults."""
    return [
        *_begins(steps, request),
        *_doses(steps, revisions),
        *_left_out(steps),
    ]


def _begins(steps: tuple[Step, ...], request: Request) -> Iterator[Problem]:
    first = steps[0]
    if first.regimen.product is not request.product or first.daily != request.regimen.daily:
        yield _fault("steps.0.daily_dose", "is not the dose of the request")
    now = [(other.product.id, other.daily) for other in first.companions]
    also = [(each.regimen.product.id, each.regimen.daily) for each in request.also]
    if sorted(now) != sorted(also):
        yield _fault("steps.0.companions", "are not what the request says is also taken")
    if steps[1].start != request.calendar.start:
        yield _fault("steps.1.start", f"is not the start of the request, {request.calendar.start}")


def _doses(steps: tuple[Step, ...], revisions: tuple[Mapping[str, Any], ...]) -> Iterator[Problem]:
    """No dose rises, but by a step back to an earlier dose; each row fits its kind."""
    backs = {entry["from"] for entry in revisions if entry["change"].get("step_back")}
    last: dict[Product, Regimen] = {}
    taken: dict[Product, set[tuple[int, ...]]] = {}
    for step in steps:
        where = f"steps.{step.number}"
        back = step.start is not None and step.start.isoformat() in backs
        regimen = step.regimen
        before = last.get(regimen.product)
        if step.number and before is None:
            yield from _change(step, where)
        elif before is not None:
            back = back and step.kind == STEP_BACK and regimen.amounts in taken[regimen.product]
            back = back and bool(before.daily)  # after the stop no dose is gone back to
            if not back:
                yield from _follows(step, before, where)
        for other in step.companions:
            earlier = last.get(other.product, other if step.number == 0 else None)
            if earlier is None or earlier.amounts != other.amounts:
                message = f"{other.product.id} is not taken as it was, and is not what changes"
                yield _fault(f"{where}.companions", message)
        for each in (regimen, *step.companions):
            last[each.product] = each
            taken.setdefault(each.product, set()).add(each.amounts)


def _left_out(steps: tuple[Step, ...]) -> Iterator[Problem]:
    """Each opioid goes on from row to row, until its stop or until a change replaces it."""
    for before, step in pairwise(steps):
        on = {each.product for each in (before.regimen, *before.companions) if each.daily}
        if step.kind == CHANGE:
            on.discard(before.regimen.product)
        for product in on - {step.regimen.product, *(other.product for other in step.companions)}:
            yield _fault(f"steps.{step.number}.companions", f"{product.id} is left out")


def _change(step: Step, where: str) -> Iterator[Problem]:
    """The first row of another product: a change to it, at no more than the dose before."""
    if step.kind != CHANGE:
        yield _fault(f"{where}.product", f"{step.regimen.product.id} was not taken before")
    elif step.daily > step.before:
        yield _rise(where, step.before, step.regimen)


def _follows(step: Step, before: Regimen, where: str) -> Iterator[Problem]:
    """A row of the same product as one before."""
    regimen = step.regimen
    if _rises(regimen, before):
        yield _rise(where, before.daily, regimen)
    elif step.kind in _SAME_DOSE and regimen.amounts != before.amounts:
        yield _fault(f"{where}.daily_dose", f"is not the dose before, and the row is a {step.kind}")
    elif step.kind in {REDUCE, STOP} and regimen.daily >= before.daily:
        yield _fault(f"{where}.daily_dose", "is no reduction")


def _rise(where: str, before: int, regimen: Regimen) -> Problem:
    product = regimen.product
    now = product.daily_text(regimen.daily)
    message = f"a dose rises, from {product.text(before)} to {now}"
    return _fault(f"{where}.daily_dose", message, plain(regimen.daily))


def check_revisions(
    steps: tuple[Step, ...], revisions: Iterable[Mapping[str, Any]]
) -> list[Problem]:
    """Each change is made on a day of the plan."""
    first, last = steps[1].start, steps[-1].end or steps[-1].start
    assert first is not None
    assert last is not None
    return [
        _fault(f"revisions.{place}.from", "is not a day of the plan", revision["from"])
        for place, revision in enumerate(revisions)
        if not first.isoformat() <= revision["from"] <= last.isoformat()
    ]


def check_dispensed(fills: tuple[Fill, ...], request: Request) -> list[Problem]:
    """What was dispensed before the last change: fills by date, none longer than was asked."""
    most = LONGEST_STEP_FILL_DAYS if request.fill is None else request.fill.days
    most = max(most, request.product.interval // 24)  # a patch
    faults = []
    for place, fill in enumerate(fills):
        where = f"supply.{place}"
        if fill.number != place + 1:
            faults.append(_fault(f"{where}.fill", f"{fill.number} stands where {place + 1} should"))
        if place and fill.date <= fills[place - 1].date:
            faults.append(_fault(f"{where}.date", "is not after the fill before", fill.date))
        if not 0 < fill.days_supply <= most:
            message = f"{fill.days_supply} days, and a fill is for {most} at most"
            faults.append(_fault(f"{where}.days_supply", message))
    return faults


def _rises(regimen: Regimen, before: Regimen) -> bool:
    """Whether an administration, in order of size, or the number of them is above before."""
    if regimen.most_often:
        return regimen.daily > before.daily or regimen.ranks[0] > before.ranks[0]
    pairs = zip(regimen.ranks, before.ranks, strict=False)
    return len(regimen.ranks) > len(before.ranks) or any(now > then for now, then in pairs)
