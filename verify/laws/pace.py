"""Laws of the size of a cut and of the choice (SPEC 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verify.curve import ORIGINAL, QUARTER
from verify.laws.law import law
from verify.planner import UNAVOIDABLE
from verify.shelf import tablets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from verify.view import Plan, Step


def most(plan: Plan, current: int) -> Fraction:
    """Limit a: the most that a cut may be."""
    share, amount = plan.share
    if amount:
        return max(share, QUARTER) * plan.original
    return QUARTER * (plan.original if plan.of == ORIGINAL else current)


def _cuts(plan: Plan) -> Iterator[tuple[Step, Step]]:
    """The cuts that the rule chose for the main product, not those after a change."""
    if not plan.simple:
        return
    for before, row in plan.cuts:
        if row.product is plan.product and not row.needed:
            yield before, row


def _even_between(plan: Plan, before: Step, row: Step) -> Iterator[int]:
    """Every even dose above the one that was chosen."""
    shelf = plan.shelf
    limits = tablets(before.units) if shelf.product.is_combination else None
    for amounts in shelf.divisions(before.amounts, limits):
        if sum(amounts) <= row.daily:
            return
        if shelf.is_even(amounts, before.amounts):
            yield sum(amounts)


@law("4.3")
def cuts_are_within_limits(plan: Plan) -> Iterator[str]:
    """A cut is at most 25% of the reference dose, or is marked; and at most half of the dose."""
    for before, row in _cuts(plan):
        cut = before.daily - row.daily
        if 2 * cut > before.daily:
            yield f"step {row.number}: {before.daily} to {row.daily} is more than half"
        if (cut > most(plan, before.daily)) != (UNAVOIDABLE in row.marks):
            yield f"step {row.number}: {before.daily} to {row.daily}, marked {row.marks}"


@law("4.3")
def no_cut_is_avoidable(plan: Plan) -> Iterator[str]:
    """A cut over the limit is taken only where no smaller even one can be made."""
    for before, row in _cuts(plan):
        if before.daily - row.daily <= most(plan, before.daily):
            continue
        smaller = [*_even_between(plan, before, row)]
        if smaller:
            yield f"step {row.number}: {before.daily} to {row.daily} over {smaller}"


@law("4.3")
def divisions_are_even(plan: Plan) -> Iterator[str]:
    """An uneven division is taken only where no even one is left within half of the dose."""
    for before, row in _cuts(plan):
        if plan.shelf.is_even(row.amounts, before.amounts):
            continue
        limits = tablets(before.units) if row.product.is_combination else None
        for amounts in plan.shelf.divisions(before.amounts, limits):
            if 2 * sum(amounts) < before.daily:
                break
            if plan.shelf.is_even(amounts, before.amounts):
                yield f"step {row.number}: {row.amounts}, though {amounts} is even"


@law("4")
def rows_are_those_of_the_second_reading(plan: Plan) -> Iterator[str]:
    """Rows, their dates, doses and units are those that the second reading works out."""
    if plan.wanted is None:
        return
    wanted = [
        (row.kind, row.first, row.end, row.taken, UNAVOIDABLE in row.marks) for row in plan.wanted
    ]
    found = [
        (row.kind, row.first, row.end, row.taken, UNAVOIDABLE in row.marks) for row in plan.rows
    ]
    for number, (mine, theirs) in enumerate(zip(wanted, found, strict=False), 1):
        if mine != theirs:
            yield f"step {number}: {theirs}, not {mine}"
            return
    if len(wanted) != len(found):
        yield f"{len(found)} rows, not {len(wanted)}"
