"""The fewest strengths that make every dose of a plan (``--prefer fewest-strengths``)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from taper.regimen.table import Regimens, of_strengths
from taper.regimen.units import fewest_units_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.engine.steps import Step
    from taper.formulary.product import Product, Strength
    from taper.regimen.table import Regimen


def fewest_strengths(steps: tuple[Step, ...], tables: Iterable[Regimens]) -> tuple[Step, ...]:
    """The same doses, each product of ``tables`` from the fewest strengths that make all of them.

    The first of ``steps`` is what is taken now, and stays. Among as few strengths the ones with
    the fewest units over the rows win, then whole tablets before halves, then the larger.
    """
    chosen = {
        made.product: _table(made.product, steps, made)
        for made in tables
        if not made.product.is_liquid and len(made.strengths) > 1 and made.divides
    }

    def remade(regimen: Regimen) -> Regimen:
        made = chosen.get(regimen.product)
        return regimen if made is None else made.exactly(regimen.amounts, times=regimen.times)

    now, *rows = steps
    return (
        now,
        *(
            row._replace(regimen=remade(row.regimen), companions=tuple(map(remade, row.companions)))
            for row in rows
        ),
    )


def _table(product: Product, steps: tuple[Step, ...], made: Regimens) -> Regimens:
    """The table of the best subset of the strengths."""
    every = (regimen for step in steps[1:] for regimen in (step.regimen, *step.companions))
    taken = [regimen for regimen in every if regimen.product is product]
    amounts = [amount for regimen in taken for amount in regimen.amounts if amount]
    for size in range(1, len(made.strengths) + 1):
        found: list[tuple[int, tuple[Strength, ...]]] = []
        for subset in combinations(sorted(made.strengths, key=lambda s: -s.amount), size):
            units = _units(subset, amounts, made)
            if units is not None:
                found.append((units, subset))
        tables = [
            (units, of_strengths(made, subset, halves=made.halves)) for units, subset in found
        ]
        if product.is_combination:
            tables = [(units, table) for units, table in tables if _no_more_other(table, taken)]
        if tables:
            return min(tables, key=lambda item: (item[0], _halves(item[1], amounts)))[1]
    return made


def _units(strengths: tuple[Strength, ...], amounts: list[int], made: Regimens) -> int | None:
    """The units of all amounts together; None if the strengths cannot make one of them."""
    units = 0
    for amount in amounts:
        needed = fewest_units_for(amount, strengths, halves=made.halves)
        if needed is None or needed > made.most:
            return None
        units += needed
    return units


def _no_more_other(table: Regimens, taken: list[Regimen]) -> bool:
    """Whether no day has more of a combination's other ingredient than the plan had."""
    most = max((regimen.other_daily for regimen in taken), default=0)
    return all(table.exactly(regimen.amounts).other_daily <= most for regimen in taken)


def _halves(made: Regimens, amounts: list[int]) -> int:
    """How many tablets are broken: whole ones are preferred."""
    units = [made.units(amount) or () for amount in amounts]
    return sum(count % THOUSAND != 0 for each in units for _, count in each)
