"""The safety findings of a schedule that a person wrote, as far as it says enough for them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.engine.choice import NOTHING
from taper.engine.steps import CURRENT, HOLD, REDUCE, STOP, Step
from taper.errors import InputError
from taper.lint.handwritten import Entry, Fault, Taken
from taper.quantities import plain
from taper.reading import read
from taper.regimen.table import Regimen, most_of_a_liquid, regimens
from taper.regimen.times import AS_NEEDED
from taper.regimen.units import MOST_UNITS
from taper.safety.findings import find
from taper.supply import Supply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.formulary.product import Product

# of a rule that was asked for, of fills, or of what a file does not say
_NOT_KNOWN = frozenset(
    {
        "duration-unknown",
        "faster-than-cdc-for-duration",
        "faster-than-fda-label",
        "interval-off-label",
        "max-units-raised",
        "new-prescriptions",
        "no-smaller-dose",
        "rate-overridden",
        "short-interval-for-product",
        "unavoidable-cut",
    }
)
MOST_AS_WRITTEN = whole("units-at-once-as-written")


def further(entries: list[Entry], known: Iterable[str]) -> list[Fault]:
    """What the rows show beyond what is ``known``: one entry an id."""
    found: dict[str, Fault] = {}
    rows = [entry for entry in entries if entry.taken is not None]
    rows.sort(key=_product)
    for _, group in groupby(rows, key=_product):
        for fault in _of_one(list(group)):
            found.setdefault(fault.id, fault)
    return [fault for name, fault in found.items() if name not in {*known, *_NOT_KNOWN}]


def _product(entry: Entry) -> str:
    return entry.taken.product.id if entry.taken else ""


def _of_one(rows: list[Entry]) -> list[Fault]:
    """The findings of the rows of one product; none where a dose cannot be made."""
    rows = sorted(rows, key=lambda entry: (entry.start is not None, entry.start))
    regimens_of_rows = [_regimen(row.taken) for row in rows if row.taken]
    made = [regimen for regimen in regimens_of_rows if regimen is not None]
    start = next((row.start for row in rows if row.start), None)
    if len(made) < len(rows) or not made[0].daily or start is None:
        return []
    try:
        dose = "/".join(plain(amount) for amount in made[0].amounts)
        stock = [strength.label for strength in made[0].product.strengths]
        product = made[0].product
        most = None if product.is_liquid else MOST_UNITS
        values: dict[str, object] = {
            "market": product.market,
            "product": product.id,
            "stock": stock,
        }
        values |= {"dose": f"{dose} {product.unit}", "start": start, "max_units": most}
        request = read(values)
    except InputError:
        return []
    steps = _steps(rows, made)
    numbers = {step.number: row.row for step, row in zip(steps[-len(rows) :], rows, strict=True)}
    return [
        Fault(
            finding.id,
            numbers.get(finding.step) if finding.step is not None else None,
            rows[0].column("daily", "dose", "doses") if finding.step is not None else "",
            finding.message.partition(" (step")[0],
            "",
            finding.level,
        )
        for finding in find(request, steps, Supply((), ()), as_asked=False)
    ]


def _regimen(taken: Taken) -> Regimen | None:
    """What is taken, from what is written or from the best way to make it."""
    product = taken.product
    if not taken.daily:
        return Regimen(product, 24, (), (), 0, ())
    hours = taken.hours or product.interval
    if taken.units:
        most = taken.often if taken.times == AS_NEEDED else 0
        amounts, units = taken.amounts, taken.units
        return Regimen(product, hours, amounts, units, taken.daily, taken.times, most)
    limit = 0
    if product.is_liquid:
        limit = most_of_a_liquid(product, product.strengths[0])
    table = regimens(product, _strengths(product), hours, MOST_AS_WRITTEN, limit=limit)
    if taken.amounts:
        if any(table.units(amount) is None for amount in taken.amounts):
            return None
        return table.exactly(taken.amounts)
    return table.of(taken.daily) if table.can_make(taken.daily) else None


def _strengths(product: Product) -> tuple[tuple[str, int, int], ...]:
    return product.usual[:1] if product.is_liquid else product.usual


def _steps(rows: list[Entry], made: list[Regimen]) -> tuple[Step, ...]:
    """The rows as steps; the first one stands for what is taken now as well."""
    first = made[0]
    steps = []
    if rows[0].kind != CURRENT:
        steps.append(Step(0, CURRENT, None, None, first, first.daily, first.daily, NOTHING))
    for row, regimen in zip(rows, made, strict=True):
        before = steps[-1].daily if steps else first.daily
        kind = STOP if not regimen.daily else REDUCE if regimen.daily < before else HOLD
        if row.kind == CURRENT:
            kind = CURRENT
        steps.append(
            Step(len(steps), kind, row.start, row.end, regimen, first.daily, before, NOTHING)
        )
    return tuple(steps)
