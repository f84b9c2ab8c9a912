"""What is taken of a medicine that is prescribed as needed: the average of a day (contract 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taper.data.limits import share
from taper.errors import InputError, Problem
from taper.quantities import THOUSAND, parse_dose
from taper.regimen.as_needed import as_needed, at_fixed_times
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.table import regimens

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.regimen.prescription import Prescription
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens
    from taper.regimen.units import Units

HOW_MUCH = "how much was taken a day?"
FIXED, KEEP = "fixed", "keep"
AS_NEEDED_WAYS = (FIXED, KEEP)
MOST_ROUNDING = share("rounding-of-average")  # of what is taken
_UNITS = re.compile(
    r"\s*(\d{1,3})\s*(?:tab|tablet|cap|capsule|film)s?\s*", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True, eq=False)
class Medicine:
    """One product as it is taken now, and what can be made of it.

    ``taking`` is the average daily use of a medicine that is prescribed as needed; the regimen
    has it rounded down to whole units.
    """

    product: Product
    prescription: Prescription
    regimen: Regimen
    regimens: Regimens
    taking: int | None = None
    raised_units: int = 0

    @property
    def rounding(self) -> int:
        """By how much the average was rounded down, in thousandths a day."""
        return 0 if self.taking is None else self.taking - self.regimen.daily


def as_taken(medicine: Medicine, taking: str | None, text: str, way: str) -> Medicine:
    """The medicine with what is taken instead of the most that is prescribed.

    It is taken at fixed times from now on, or stays as needed (``keep``). A dose that is known
    stays as it is.
    """
    product = medicine.product
    if taking is None and not medicine.prescription.leaves_open:
        return medicine
    if taking is None:
        most = product.daily_text(_most_a_day(medicine))
        written = medicine.prescription
        ways = ["as needed"] if written.prn else []
        ways += ["in a range"] if written.most or written.longest_hours else []
        message = f"taken {' and '.join(ways)}, at most {most}: {HOW_MUCH}"
        hint = f'--taking "20 {product.unit}": the average of the last two weeks'
        raise InputError(Problem("taking", message, hint, text))
    if product.is_patch:
        raise InputError(Problem("taking", "a patch is worn, not taken", "leave it out", taking))
    if not medicine.prescription.leaves_open:
        message = "the dose is not prescribed as needed"
        hint = "write what is taken as the dose, or the dose with prn"
        raise InputError(Problem("taking", message, hint, taking))
    unit = _unit(medicine)
    daily = _average(medicine, taking, unit)
    whole = _whole_units(medicine, daily, unit, taking)
    if way == KEEP:
        return replace(_kept(medicine, whole, unit, taking), taking=daily)
    return replace(_fixed(medicine, whole, unit, taking), taking=daily)


def _unit(medicine: Medicine) -> int:
    """The prescribed unit: the tablet that is named, else the smallest amount taken at once."""
    written = medicine.prescription
    amount = min(amount for amount in written.amounts if amount)
    return amount // max(written.count, 1)


def _average(medicine: Medicine, taking: str, unit: int) -> int:
    """What is taken a day, in thousandths; of tablets the prescribed unit."""
    match = _UNITS.fullmatch(taking)
    product = medicine.product
    if match is not None:
        daily = int(match[1]) * unit
    else:
        daily = parse_dose(taking, product.unit, "taking").thousandths
    most = _most_a_day(medicine)
    if daily > most:
        message = f"{product.text(daily)} a day is more than is prescribed"
        hint = f"the prescription allows {product.text(most)} a day: correct the dose"
        raise InputError(Problem("taking", message, hint, taking))
    return daily


def _whole_units(medicine: Medicine, daily: int, unit: int, taking: str) -> int:
    """The average rounded down to whole units."""
    whole = daily // unit * unit
    top, bottom = MOST_ROUNDING
    if whole and (daily - whole) * bottom <= daily * top:
        return whole
    product = medicine.product
    message = f"{product.daily_text(daily)} is not close to whole units of {product.text(unit)}"
    finer = [s.label for s in product.strengths if s.amount < unit and not product.is_liquid]
    hint = f"write the dose in a finer strength: {', '.join(finer)} {product.unit_text}"
    if not finer:
        hint = "no finer strength is marketed: what was taken on most days?"
    raise InputError(Problem("taking", message, hint, taking))


def _most_at_once(medicine: Medicine) -> int:
    written = medicine.prescription
    return written.most or max(written.amounts)


def _most_a_day(medicine: Medicine) -> int:
    """The most that the directions allow in a day, in thousandths."""
    written = medicine.prescription
    allowed = written.most * written.administrations if written.most else medicine.regimen.daily
    return min(allowed, written.most_per_day) if written.most_per_day else allowed


def _kept(medicine: Medicine, daily: int, unit: int, taking: str) -> Medicine:
    """It stays as needed: the largest prescribed amount that makes the dose."""
    made, hours = medicine.regimens, medicine.prescription.hours
    assert hours is not None
    table = as_needed(
        medicine.product,
        made.strengths,
        hours,
        made.most,
        halves=made.halves,
        fewest_strengths=made.fewest_strengths,
        limit=made.amounts[-1],
    )
    amounts = range(unit, _most_at_once(medicine) + 1, unit)
    regimen = table.begun(daily, amounts)
    if regimen is None:
        product = medicine.product
        message = f"{product.daily_text(daily)} is not a whole number of doses"
        often = range(1, table.number + 1)
        whole = sorted({amount * times for amount in amounts for times in often})
        near = " and ".join(product.text(dose) for dose in table.nearest(daily, whole))
        raise InputError(Problem("taking", message, f"the nearest are {near}", taking))
    units = _units_of(table, regimen.amounts, unit)
    if units is not None:
        regimen = replace(regimen, units=units)
    return replace(medicine, regimen=regimen, regimens=table)


def _fixed(medicine: Medicine, daily: int, unit: int, taking: str) -> Medicine:
    """It is taken at fixed times, spread over the waking day."""
    made, hours = medicine.regimens, medicine.prescription.hours
    assert hours is not None
    amounts = at_fixed_times(daily, unit, _most_at_once(medicine), HOURS_OF_DAY // hours)
    if amounts is None or any(made.units(amount) is None for amount in amounts):
        units = daily // unit
        message = f"{units} units of {medicine.product.text(unit)} do not fit into the waking day"
        raise InputError(Problem("taking", message, "--as-needed keep", taking))
    number = len(amounts)
    table = regimens(
        medicine.product,
        made.strengths,
        0 if HOURS_OF_DAY % number else HOURS_OF_DAY // number,
        made.most,
        number=number,
        halves=made.halves,
        fewest_strengths=made.fewest_strengths,
        limit=0 if not medicine.product.is_liquid else made.amounts[-1],
        favor=made.favor,
    )
    return replace(medicine, regimen=_of_the_unit(table, amounts, unit), regimens=table)


def _of_the_unit(table: Regimens, amounts: tuple[int, ...], unit: int) -> Regimen:
    """The current regimen in the prescribed unit, if that is a strength."""
    return table.exactly(amounts, _units_of(table, amounts, unit))


def _units_of(table: Regimens, amounts: tuple[int, ...], unit: int) -> tuple[Units, ...] | None:
    """The amounts in the prescribed unit; None if that is no strength in use."""
    strength = next((s for s in table.strengths if s.amount == unit), None)
    if strength is None or table.product.is_liquid:
        return None
    return tuple(((strength, amount // unit * THOUSAND),) for amount in amounts)
