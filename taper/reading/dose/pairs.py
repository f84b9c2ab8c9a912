"""Two numbers that are the ingredients of a combination, in either order: ``300/30 mg``.

They are that combination, or an error; never two doses of a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taper.formulary.market import combinations
from taper.formulary.words import contents
from taper.quantities import plain

if TYPE_CHECKING:
    from taper.reading.dose.directions import Series
    from taper.reading.dose.meaning import Target

MG = "mg"  # of all combinations: 75/300 mcg of a film are two doses


class Pair(NamedTuple):
    """A unit of a combination; ``label`` is empty if it is more than one unit."""

    opioid: int
    other: int
    label: str


def pair_of(series: Series, target: Target) -> Pair | None:
    """The combination that two numbers are; None if they are something else.

    Raises :class:`~taper.InputError` if they are one that the product is not.
    """
    if set(series.between) - {"/", "-"}:
        return None
    first, second = (item.value for item in series.items)
    if series.items[1].many or first == 0 or second == 0:
        return None
    if target.combination:
        return _own(first, second, series, target)
    if target.unit != MG:
        return None
    market = target.product.market if target.product is not None else "us"
    sold = combinations(market)
    known = [ids for pair, ids in sold.items() if pair in {(first, second), (second, first)}]
    if known or (contents() & {first, second} and target.product is not None):
        numbers = f"{plain(first)}/{plain(second)}"
        name = target.product.id if target.product is not None else "the product"
        message = f"{numbers} is a strength of a combination, and {name} is none"
        hints = [f"{' or '.join(known[0])} has it"] if known else []
        if not contents() & {first, second}:  # nobody is led to 325 mg of an opioid
            if first < second and "-" in series.between:
                hints.append(f"as a range: {plain(first)} to {plain(second)} {target.unit}")
            each = [f"{plain(amount)} {target.unit}" for amount in (first, second)]
            hints.append(
                f"as two doses of a day: {each[0]} in the morning and {each[1]} in the evening"
            )
        hint = "; ".join(hints) or "the product that has both ingredients"
        raise target.wrong(message, hint, series.span)
    return None


def _own(first: int, second: int, series: Series, target: Target) -> Pair | None:
    """A strength of the combination itself, or several units of it."""
    strengths = target.product.strengths if target.product is not None else ()
    for strength in strengths:
        if {strength.amount, strength.other} == {first, second} and strength.other:
            return Pair(strength.amount, strength.other, strength.label)
    opioid, other = sorted((first, second))
    own = {strength.other for strength in strengths}
    if strengths and other in contents() | own:
        labels = ", ".join(strength.label for strength in strengths)
        assert target.product is not None
        message = f"{target.product.id} is not marketed as {plain(opioid)}/{plain(other)}"
        raise target.wrong(message, f"the strengths are {labels} {target.unit}", series.span)
    if other >= min(contents()) or (not strengths and series.between == ["/"] and first < second):
        return Pair(opioid, other, "")
    return None
