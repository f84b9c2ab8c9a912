"""The units of a prescription as they are written: ``2 x 15 mg``, ``25 + 12 mcg/h``, halves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.quantities import THOUSAND
from taper.reading.dose import label_amount
from taper.regimen.units import MOST_UNITS, fewest_units_for

if TYPE_CHECKING:
    from taper.formulary.product import Product, Strength
    from taper.regimen.prescription import Prescription
    from taper.regimen.table import Regimen


def released(written: Prescription, product: Product) -> int:
    """The rate of all patches that are worn at once, as it is counted: 2 x 12 mcg/h is 25."""
    if written.parts:
        return sum(as_released(product, each) * n // THOUSAND for n, each in written.parts[0])
    several = max(written.count, 1)
    return as_released(product, written.amounts[0] // several) * several


def as_released(product: Product, amount: int) -> int:
    """A rate read off a patch's label, as it is counted: 12 is 12.5 mcg/h."""
    half = THOUSAND // 2
    labels = {s.label: s.amount for s in product.strengths if s.amount % THOUSAND == half}
    for label, counted in labels.items():
        if label.isdigit() and amount == int(label) * THOUSAND:
            return counted
    return amount


def labelled(written: Prescription, product: Product) -> Prescription:
    """The dose of a patch as its label says it: 12.5 is 12 mcg/h."""
    several = max(written.count, 1)
    label = product.number(written.amounts[0] // several)
    if not product.is_patch or written.parts or not label.isdigit():
        return written
    return replace(written, amounts=(int(label) * THOUSAND * several,))


def units_needed(
    product: Product,
    strengths: tuple[Strength, ...],
    written: Prescription,
    amounts: tuple[int, ...],
    *,
    halves: bool,
) -> int:
    """The units at one administration that the current dose needs (0 where none make it)."""
    if written.count > MOST_UNITS:
        message = f"{written.count} {product.kind}s at one administration"
        hint = f"at most {MOST_UNITS}: check the dose"
        raise InputError(Problem("dose", message, hint, str(written.count)))
    needed = [fewest_units_for(a, strengths, halves=halves) or 0 for a in set(amounts) if a]
    named = [-(-sum(n for n, _ in parts) // THOUSAND) for parts in written.parts]
    if any(count > MOST_UNITS for count in named):
        message, hint = "too many units at one administration", f"at most {MOST_UNITS}"
        raise InputError(Problem("dose", message, hint, str(written)))
    return max([written.count, *named, *needed])


def as_written(
    written: Prescription, strengths: tuple[Strength, ...], amounts: tuple[int, ...], text: str
) -> tuple[tuple[tuple[Strength, int], ...], ...] | None:
    """The units of ``2 x 15 mg`` and ``25 + 12 mcg/h``, which are taken as they are written."""
    if written.parts:
        per_amount = written.parts if len(written.parts) > 1 else written.parts * len(amounts)
        return tuple(
            tuple((_unit(each, written, strengths, text), n) for n, each in parts)
            for parts in per_amount
        )
    if not written.count:
        return None
    each = max(amounts) // written.count
    units = ((_unit(each, written, strengths, text), written.count * THOUSAND),)
    return tuple(units if amount else () for amount in amounts)


def _unit(each: int, written: Prescription, strengths: tuple[Strength, ...], text: str) -> Strength:
    """The strength in use that one written unit is."""
    other = written.other // written.count if written.count else 0
    labelled = [s for s in strengths if s.label == written.strength]
    for strength in labelled or strengths:
        same = each in {strength.amount, label_amount(strength)}
        if same and other in {0, strength.other} and "mL" not in strength.label:
            return strength
    labels = ", ".join(strength.label for strength in strengths)
    message = f"'{text}' names a strength that is not in use"
    raise InputError(Problem("dose", message, f"the strengths are {labels}", text))


def check_whole(
    written: Prescription, product: Product, strengths: tuple[Strength, ...], *, halves: bool
) -> None:
    """Parts of a unit only if the product may be cut, and halves were allowed."""
    cut = {n % THOUSAND for parts in written.parts for n, _ in parts} - {0}
    if not cut:
        return
    what = f"{'half' if cut == {THOUSAND // 2} else 'part of'} a {product.kind}"
    if not product.splittable:
        message = f"{what} of {product.name}: they are never cut"
        labels = ", ".join(strength.label for strength in strengths)
        hint = f"whole {product.kind}s; the strengths are {labels} {product.unit}"
        raise InputError(Problem("dose", message, hint, str(written), id="needs-splitting"))
    if not halves or cut != {THOUSAND // 2}:
        hint = "--split halves if the tablets are known to be scored"
        raise InputError(Problem("dose", what, hint, str(written), id="needs-splitting"))


def check_other(written: Prescription, current: Regimen, text: str) -> None:
    """The second ingredient must be what the units contain."""
    units = next(units for units in current.units if units)
    found = sum(s.other * count for s, count in units) // THOUSAND
    if found == written.other:
        return
    product = current.product
    made = " + ".join(s.label for s, _ in units)
    message = (
        f"{product.text(current.amounts[0])} is made as {made}, "
        f"with {found // THOUSAND} mg of the other ingredient"
    )
    hint = "write 2 x 5/325 mg for two units, or name the strengths with --stock"
    raise InputError(Problem("dose", message, hint, text))
