"""Numbers of tablets, capsules and patches: of which strength they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import THOUSAND, plain
from taper.reading.dose.meaning import (
    TWO,
    Taken,
    Target,
    amounts_of_units,
    label_amount,
    shape,
    weight,
)
from taper.reading.dose.pairs import pair_of

if TYPE_CHECKING:
    from taper.errors import InputError
    from taper.reading.dose.directions import Amount, Series


class _Unit:
    """What one unit holds, with the label of its strength if that is known."""

    __slots__ = ("each", "label", "other")

    def __init__(self, each: int, other: int = 0, label: str = "") -> None:
        self.each, self.other, self.label = each, other, label


def counted(series: Series, target: Target, before: Taken | None) -> list[Taken]:
    """``1 tab``, ``1-2 tablets``, ``1-0-0-1``: of the strength that the name told."""
    return _by_count(series, _meant(series, target, before), target)


def counted_and_weighed(amount: Amount, target: Target) -> list[Taken]:
    """``one tablet (30 mg)``, ``2 tablets of 15 mg``, ``5/325 mg 2 tablets``."""
    units, drug = amount.units, amount.drug
    assert units is not None
    assert drug is not None
    pair = pair_of(drug, target) if len(drug.items) == TWO else None
    if pair is None:
        return _by_count(units, _one(amount, units, drug, target), target)
    if not pair.label and units.items[0].value != THOUSAND:
        raise target.wrong("is that one tablet, or all?", "2 x 5/325 mg", amount.span)
    unit = _Unit(pair.opioid, pair.other, pair.label)
    _check_named(unit, amount, target)
    return _by_count(units, unit, target)


def _by_count(series: Series, unit: _Unit, target: Target) -> list[Taken]:
    """One administration, or those of a day, each a number of the same unit."""
    kind = shape(series, target)
    if kind == "sum" or any(item.many for item in series.items):
        raise target.wrong("a number of a number of units", "2 tablets, or 2 x 15 mg", series.span)
    counts = [item.value for item in series.items]
    most = counts[-1] if kind == "range" else 0
    return [
        Taken(
            low=count * unit.each // THOUSAND,
            high=max(most, count) * unit.each // THOUSAND,
            parts=((count, unit.each),) if count else (),
            other=count * unit.other // THOUSAND,
            strength=unit.label,
            by_units=True,
            in_slots=kind == "slots",
        )
        for count in (counts[:1] if kind == "range" else counts)
    ]


def _meant(series: Series, target: Target, before: Taken | None) -> _Unit:
    """The unit that the name or an earlier amount told; else an error."""
    product, strength = target.product, target.named
    if before is not None and before.each:
        other = before.other * THOUSAND // before.parts[0][0]
        return _Unit(before.each, other, before.strength)
    if strength is None and product is not None and not product.is_liquid:
        strength = product.strengths[0] if len(product.strengths) == 1 else None
    if strength is not None:
        return _Unit(label_amount(strength), strength.other, strength.label)
    written = target.written(series.span)
    message = f"'{written}' of which strength?"
    if product is None:
        hint = f"write it in {target.unit}: {written} (15 {target.unit})"
    elif product.is_liquid:
        hint = f"a liquid is measured: 5 {target.unit}, or 2.5 mL"
    else:
        example = f"{written} ({product.usual[0].label} {target.unit})"
        hint = f"write {example}; the strengths are {target.labels}"
    raise target.wrong(message, hint, series.span)


def _one(amount: Amount, units: Series, drug: Series, target: Target) -> _Unit:
    """What one unit holds: the amount written, or its share of a total."""
    weights = [weight(item, target) for item in drug.items]
    counts = [item.value for item in units.items]
    if len(weights) > 1:
        each = _share_of_range(amount, counts, weights, target)
    elif amount.each or counts[0] == THOUSAND or len(counts) > 1 or not counts[0]:
        each = weights[0]
    else:
        each = _each_or_share(amount, counts[0], weights[0], target)
    named = target.named
    if named is not None and each in {named.amount, label_amount(named)}:
        return _Unit(each, named.other, named.label)
    unit = _Unit(each)
    _check_named(unit, amount, target)
    return unit


def _share_of_range(amount: Amount, counts: list[int], weights: list[int], target: Target) -> int:
    """``1-2 tablets (5-10 mg)``: 5 mg each."""
    if len(counts) == TWO == len(weights) and counts[0]:
        each = weights[0] * THOUSAND // counts[0]
        if each and each * counts[1] == weights[1] * THOUSAND:
            return each
    raise target.wrong("the amounts do not fit the units", "1-2 x 5 mg", amount.span)


def _each_or_share(amount: Amount, count: int, written: int, target: Target) -> int:
    """``2 tablets (30 mg)``: 15 mg or 30 mg each, as the strengths allow."""
    share = written * THOUSAND // count if written * THOUSAND % count == 0 else 0
    if amount.total and share:
        return share
    known = amounts_of_units(target)
    if target.named is not None:
        known = {target.named.amount, label_amount(target.named)}
    if target.product is None or {written, share} <= known:
        hint = f"write {plain(count)} x {plain(written)} {target.unit}"
        if share:
            hint += f", or {plain(count)} x {plain(share)} {target.unit}"
        raise target.wrong("is that the content of one unit, or of all?", hint, amount.span)
    if written in known and not amount.total:
        return written
    if share not in known:
        raise _no_strength(amount, target)
    return share


def _no_strength(amount: Amount, target: Target) -> InputError:
    message = f"no strength makes '{target.written(amount.span)}'"
    if target.named is not None:
        return target.wrong(
            message, f"the name says {target.named.label} {target.unit}", amount.span
        )
    return target.wrong(message, f"the strengths are {target.labels}", amount.span)


def _check_named(unit: _Unit, amount: Amount, target: Target) -> None:
    """A unit that is written must be the one that the product's name told."""
    named = target.named
    if named is None:
        return
    same = unit.each in {named.amount, label_amount(named)} and unit.other in {0, named.other}
    if not same:
        message = f"'{target.written(amount.span)}' is not the strength in the product's name"
        hint = f"the name says {named.label} {target.unit}: correct one of the two"
        raise target.wrong(message, hint, amount.span)
