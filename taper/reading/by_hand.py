"""A dose that is set by hand, and what a patient really takes, in the course of a plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.reading.dose import read_dose
from taper.reading.medicine import read_amount, take
from taper.regimen.as_needed import AsNeeded

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens
    from taper.request.model import Request

_NOTHING = re.compile(r"0+(?:\.0+)?\s*[a-z/ ]*", re.ASCII | re.IGNORECASE)


def tables_of(request: Request) -> list[Regimens]:
    """What can be made of every product whose dose may be changed in the course of a plan."""
    finish = [request.finish.regimens] if request.finish else []
    others = [each.regimens for each in request.also if not each.keep]
    return [request.regimens, *finish, *others]


def by_hand(text: str, made: Regimens) -> Regimen:
    """The regimen of a dose as it is written, of the strengths in use.

    Raises :class:`~taper.InputError` with what cannot be read, or cannot be made of them.
    """
    if isinstance(made, AsNeeded):
        return _as_needed(text, made)
    if read_dose(text, made.product, None, made.most).leaves_open:
        message = "as needed, or a range: the next dose is one amount at fixed times"
        raise InputError(Problem("dose", message, "45 mg q12h", text))
    taken = take(
        made.product,
        text,
        made.strengths,
        made.most,
        halves=made.halves,
        fewest_strengths=made.fewest_strengths,
    ).regimen
    for amount in sorted(set(taken.amounts)):
        if made.units(amount) is None:
            near = " and ".join(
                made.product.text(each) for each in made.nearest(amount, made.amounts)
            )
            message = f"{made.product.text(amount)} at once is not made of the strengths in use"
            raise InputError(Problem("dose", message, f"the nearest are {near}", text))
    return made.exactly(taken.amounts, taken.units, taken.times)


def _as_needed(text: str, made: AsNeeded) -> Regimen:
    """A dose of what stays as needed: one amount, at most so many times a day."""
    written = read_dose(text, made.product, None, made.most)
    amount = written.most or max(written.amounts)
    if not written.hours or len(written.amounts) > 1:
        message = "how often may it be taken?"
        raise InputError(Problem("dose", message, "5 mg q6h prn max 15 mg a day", text))
    most = written.most_per_day or amount * written.administrations
    regimen = made.taken(amount, most // amount)
    if regimen is None:
        message = f"{made.product.text(amount)} so often is not made of the strengths in use"
        near = " and ".join(made.product.text(each) for each in made.nearest(amount, made.amounts))
        raise InputError(Problem("dose", message, f"the nearest amounts are {near}", text))
    return regimen


def is_nothing(text: str) -> bool:
    """Whether an amount says that nothing is taken: ``0``, ``0 mg``."""
    return _NOTHING.fullmatch(text.strip()) is not None


def taking(text: str, product: Product) -> int:
    """What is taken a day, in thousandths, as it is counted."""
    return read_amount(text, product, "taking")


def doses_by_hand(text: str, request: Request) -> tuple[Regimen, ...]:
    """The dose as it reads for each product that may be in force."""
    found = []
    for made in tables_of(request):
        try:
            found.append(by_hand(text, made))
        except InputError:  # of another product; the one in force was read when it was given
            continue
    return tuple(found)


def taken_of_each(text: str, request: Request) -> tuple[tuple[Product, int], ...]:
    """What is taken, as it reads for each product that may be in force."""
    found = []
    for made in tables_of(request):
        try:
            found.append((made.product, taking(text, made.product)))
        except InputError:
            continue
    return tuple(found)
