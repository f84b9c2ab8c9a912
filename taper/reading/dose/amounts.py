"""What the amounts of a dose mean for a product: units, milligrams or millilitres at once.

Two numbers may be a range, the doses of a day, or the two ingredients of a combination. What is
open is an error that says how to write either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from taper.reading.dose.directions import Series
from taper.reading.dose.liquids import measured
from taper.reading.dose.meaning import SLOTS, TWO, Taken, Target, shape, weight
from taper.reading.dose.pairs import Pair, pair_of
from taper.reading.dose.units import counted, counted_and_weighed

if TYPE_CHECKING:
    from taper.errors import InputError
    from taper.reading.dose.directions import Amount

_MOST_BARE = 4_000  # thousandths: more units are not written without a word for them


def taken(amount: Amount, target: Target, before: Taken | None = None) -> list[Taken]:
    """The administrations that one amount says: one, or all of a day.

    ``before`` is an earlier amount, whose unit goes on: ``2 tabs am, 1 noon``.
    """
    amount = _with_units(amount, target, before)
    if amount.volume is not None or amount.concentration is not None:
        return [measured(amount, target)]
    if amount.drug is None:
        assert amount.units is not None
        return counted(amount.units, target, before)
    if amount.units is None:
        return weighed(amount.drug, target)
    return counted_and_weighed(amount, target)


# --- numbers without a unit ----------------------------------------------------------------------


def _with_units(amount: Amount, target: Target, before: Taken | None) -> Amount:
    """Give numbers without a unit the one that they can only have."""
    bare, drug = amount.bare, amount.drug
    if drug is not None and not drug.kind and pair_of(drug, target) is None:
        raise _no_unit(drug, target)
    if bare is None:
        return amount
    if drug is not None:
        if amount.units is None and (amount.noun or not drug.kind):
            return replace(amount, bare=None, units=bare)  # two 15 mg tablets
    elif amount.units is None and amount.volume is None:
        is_pair = len(bare.items) == TWO and target.combination
        if is_pair and pair_of(bare, target) is not None:
            return replace(amount, bare=None, drug=bare)  # 5-325
        if _is_count(bare, target, before):
            return replace(amount, bare=None, units=bare)
        if before is not None:
            return replace(amount, bare=None, drug=bare)
    raise _no_unit(bare, target)


def _no_unit(series: Series, target: Target) -> InputError:
    number = target.written(series.span)
    rest = target.source[series.span[1] :].strip()
    hint = f"write {number} {target.unit} {rest}".rstrip()
    return target.wrong(f"'{number}' has no unit", hint, series.span)


def _is_count(bare: Series, target: Target, before: Taken | None) -> bool:
    """Whether numbers without a unit count units: ``1-0-0-1``, ``one``, the 2 of ``2 qds``."""
    if before is not None:
        return before.by_units
    if len(bare.items) >= SLOTS and set(bare.between) == {"-"}:
        return True
    if all(target.written(item.span).isalpha() for item in bare.items):
        return True
    return _is_too_small(bare, target)


def _is_too_small(bare: Series, target: Target) -> bool:
    """Whether numbers cannot be amounts, being below half of the smallest unit."""
    product = target.product
    known = target.named is not None or (product is not None and len(product.strengths) == 1)
    if product is None or not known or product.is_liquid:
        return False
    least = min(strength.amount for strength in product.strengths)
    values = [item.value for item in bare.items]
    return all(v % THOUSAND == 0 and v <= _MOST_BARE and TWO * v < least for v in values)


# --- amounts of drug -----------------------------------------------------------------------------


def weighed(series: Series, target: Target) -> list[Taken]:
    """``90 mg``, ``2 x 15 mg``, ``5/325 mg``, ``5-10 mg``, ``30/15/30 mg``, ``25 + 12 mcg/h``."""
    pairs = _pairs(series, target)
    if pairs:
        return pairs
    weights = [weight(item, target) for item in series.items]
    if {"+", "&"} & set(series.between):
        return _summed(series, weights, target)
    kind = shape(series, target)
    if kind == "range":
        if any(item.many for item in series.items):
            raise target.wrong(
                "a range of amounts, and a number of them", "1-2 x 5 mg", series.span
            )
        return [Taken(weights[0], weights[1])]
    counts = [item.many for item in series.items]
    if kind == "slots" and not any(counts[1:]) and not any(i.kind for i in series.items[:-1]):
        counts = counts[:1] * len(counts)  # 2 x 15/30 mg
    found = [_many(count, each) for count, each in zip(counts, weights, strict=True)]
    return [replace(one, in_slots=True) for one in found] if kind == "slots" else found


def _many(many: tuple[int, int] | None, each: int) -> Taken:
    """A number of units, or an amount."""
    if many is None:
        return Taken(each, each)
    low, high = many
    parts = ((low, each),) if low else ()
    return Taken(low * each // THOUSAND, high * each // THOUSAND, parts)


def _pairs(series: Series, target: Target) -> list[Taken]:
    """``5/325 mg``; ``2 x 5/325 mg / 1 x 5/325 mg``: combinations; or nothing."""
    size = len(series.items)
    if size == TWO:
        pair = pair_of(series, target)
        return [] if pair is None else [_of_pair(pair, series.items[0].many)]
    if not target.combination or size % TWO or set(series.between) != {"/"}:
        return []
    found = []
    for place in range(0, size, TWO):
        two = Series(series.items[place : place + TWO], ["/"])
        pair = pair_of(two, target) if two.items[0].many else None
        if pair is None:
            return []
        found.append(replace(_of_pair(pair, two.items[0].many), in_slots=True))
    return found


def _of_pair(pair: Pair, many: tuple[int, int] | None) -> Taken:
    """One or more units of a combination."""
    count = THOUSAND if many is None else many[0]
    other = count * pair.other // THOUSAND
    return replace(_many(many, pair.opioid), other=other, strength=pair.label)


def _summed(series: Series, weights: list[int], target: Target) -> list[Taken]:
    """``25 + 12 mcg/h``; ``30 + 15 mg / 30 mg``: what is taken together, and the doses of a day."""
    if set(series.between) - {"+", "&", "/"}:
        raise target.wrong(
            "the signs between the amounts differ", "30 + 15 mg / 30 mg", series.span
        )
    together: list[list[tuple[int, int]]] = [[]]
    for item, each, sign in zip(series.items, weights, ["+", *series.between], strict=True):
        if sign == "/":
            together.append([])
        low, high = item.many or (THOUSAND, THOUSAND)
        if low != high:
            raise target.wrong("a range of units of several strengths", "30 + 15 mg", item.span)
        if low and each:
            together[-1].append((low, each))
    found = []
    for parts in together:
        total = sum(count * each for count, each in parts) // THOUSAND
        found.append(Taken(total, total, tuple(parts), in_slots=len(together) > 1))
    return found
