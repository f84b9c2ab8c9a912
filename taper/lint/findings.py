"""The safety findings of a schedule that a person wrote, as far as it says enough for them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.engine.choice import NOTHING
from taper.engine.steps import CURRENT, HOLD, REDUCE, STOP, Step
from taper.errors import InputError, Problem
from taper.formulary.local import Local
from taper.lint.handwritten import Entry, Fault, Taken
from taper.quantities import THOUSAND
from taper.reading import read
from taper.regimen.prescription import HOURS_OF_DAY, Prescription
from taper.regimen.table import Regimen, most_of_a_liquid, regimens
from taper.regimen.times import AS_NEEDED
from taper.regimen.units import MOST_UNITS, fewest_units_for
from taper.safety.findings import find
from taper.supply import Supply

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from taper.formulary.product import Strength
    from taper.request.model import Request

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
_UNSAID = (
    "how long opioids have been taken, the risks, what else is taken, and by what rule, so that"
    " duration-unknown, faster-than-cdc-for-duration, short-use, interval-off-label,"
    " unavoidable-cut and the findings on risks are left out"
)
MOST_AS_WRITTEN = whole("units-at-once-as-written")


def further(entries: list[Entry], known: Iterable[str]) -> list[Fault]:
    """What the rows show beyond what is ``known``, one entry an id; and what they cannot show."""
    found: dict[str, Fault] = {}
    not_assessed = []
    rows = [entry for entry in entries if entry.taken is not None]
    rows.sort(key=_product)
    for product, group in groupby(rows, key=_product):
        try:
            for fault in _of_one(list(group)):
                found.setdefault(fault.id, fault)
        except InputError as error:
            message = f"Not assessed for {product}, such as its MME and its maximum: {error}"
            not_assessed.append(Fault("not-assessed", None, "", message))
    shown = [fault for name, fault in found.items() if name not in {*known, *_NOT_KNOWN}]
    message = f"Not assessed, since a schedule does not say it: {_UNSAID}"
    return [*shown, *not_assessed, Fault("not-assessed", None, "", message)]


def _product(entry: Entry) -> str:
    return entry.taken.product.id if entry.taken else ""


def _of_one(rows: list[Entry]) -> list[Fault]:
    """The findings of the rows of one product.

    Raises :class:`~taper.InputError` where they cannot be assessed.
    """
    rows = sorted(rows, key=lambda entry: (entry.start is not None, entry.start))
    made = [_regimen(row.taken) for row in rows if row.taken]
    start = next((row.start for row in rows if row.start), None)
    if start is None:
        raise InputError(Problem("", "no row has a date"))
    if not made[0].daily:
        raise InputError(Problem("", "the first dose is 0"))
    request = _request(made[0], start)
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


def _request(regimen: Regimen, start: date) -> Request:
    """A request from this dose on, with every strength at hand."""
    product = regimen.product
    stock = [strength.label for strength in product.strengths]
    return read(
        {
            "market": product.market,
            "products": Local(product.beside),
            "product": product.id,
            "dose": str(_prescribed(regimen)),
            "stock": stock,
            "start": start,
            "max_units": None if product.is_liquid else MOST_UNITS,
        }
    )


def _prescribed(regimen: Regimen) -> Prescription:
    """The regimen as a dose that can be read."""
    product, amounts = regimen.product, regimen.amounts * (regimen.most_often or 1)
    number = 1 if product.is_patch else len(amounts)
    divides = not HOURS_OF_DAY % number
    hours = regimen.interval if product.is_patch else HOURS_OF_DAY // number
    units = regimen.units * (regimen.most_often or 1)
    parts: tuple[tuple[tuple[int, int], ...], ...] = ()
    other = 0
    if product.is_combination:
        parts = tuple(tuple((count, strength.amount) for strength, count in each) for each in units)
        strength, count = units[0][0]
        other = strength.other * count // THOUSAND
    if len(set(units)) == 1:
        amounts, parts = amounts[:1], parts[:1]
    return Prescription(
        amounts,
        product.unit,
        hours if divides else None,
        other=other,
        parts=parts,
        a_day=0 if divides else number,
        market=product.market,
    )


def _regimen(taken: Taken) -> Regimen:
    """What is taken, from what is written or from the best way to make it.

    Raises :class:`~taper.InputError` where it cannot be made.
    """
    product = taken.product
    if not taken.daily:
        return Regimen(product, 24, (), (), 0, ())
    hours = taken.hours or product.interval
    if taken.units:
        most = taken.often if taken.times == AS_NEEDED else 0
        amounts, units = taken.amounts, taken.units
        return Regimen(product, hours, amounts, units, taken.daily, taken.times, most)
    strengths, limit = product.strengths, 0
    if product.is_liquid:
        strengths = product.usual[:1]
        limit = most_of_a_liquid(product, strengths[0])
    table = regimens(product, strengths, hours, _most(taken, strengths), limit=limit)
    amounts = taken.amounts or (taken.daily,)
    known = all(table.units(amount) is not None for amount in taken.amounts)
    if not known or not (taken.amounts or table.can_make(taken.daily)):
        text = "/".join(product.number(amount) for amount in amounts)
        raise InputError(Problem("", f"{text} {product.unit} cannot be made of {product.id}"))
    return table.exactly(taken.amounts) if taken.amounts else table.of(taken.daily)


def _most(taken: Taken, strengths: tuple[Strength, ...]) -> int:
    """How many units may be taken at once: as many as the amounts that are written need."""
    needed = (fewest_units_for(each, strengths, halves=False) for each in taken.amounts)
    return max(MOST_AS_WRITTEN, *(each or 0 for each in needed), 0)


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
