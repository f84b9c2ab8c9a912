"""The cells that only the schedule CSV of the tool has: ``morning 75 (60 x 1 + 15 x 1)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.lint.amounts import amount_of
from taper.lint.counts import units_of
from taper.lint.entries import Taken
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.times import AS_NEEDED, TIMES
from taper.safety.pace import WEEK

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product
    from taper.regimen.units import Units

_TIME = re.compile(r"(?:([a-z0-9-]+): )?(\S+) ([\d.]+) \((.+)\)")
_MOST = re.compile(r"at most (once|\d+ times) a day")
_APART = re.compile(r"at least (\d+) hours? apart")
_CHANGED = re.compile(r"change[d]? every (\d+) (hours|days)")
_SEVEN_DAYS = re.compile(r"once a week|weekly|every week")


@dataclass(slots=True)
class _Doses:
    amounts: list[int]
    units: list[Units]
    times: list[str]


def doses(cell: str, product: Product, market: Formulary, directions: str) -> list[Taken]:
    """What is taken of the row's product, then of each companion.

    Raises :class:`~taper.InputError` if a part of the cell is no such dose.
    """
    by_product: dict[Product, _Doses] = {product: _Doses([], [], [])}
    current = product
    for part in cell.split("; "):
        match = _TIME.fullmatch(part)
        if match is None:
            hint = "as in a schedule CSV: morning 15 (15 x 1); evening 30 (30 x 1)"
            raise InputError(Problem("doses", f"'{part}' is not a dose", hint, part))
        if match[1]:
            current = market.find(match[1])
        one = by_product.setdefault(current, _Doses([], [], []))
        one.amounts.append(amount_of(match[3]))
        one.units.append(units_of(current, match[4]))
        one.times.append(match[2])
    said = _Said(directions)
    return [said.taken(each, one) for each, one in by_product.items()]


class _Said:
    """What only the directions of a row tell: how often as needed, and how long a patch stays."""

    def __init__(self, directions: str) -> None:
        self.most = [1 if n == "once" else int(n.split()[0]) for n in _MOST.findall(directions)]
        self.apart = [int(hours) for hours in _APART.findall(directions)]
        self.patches = patch_hours(directions)

    def taken(self, product: Product, one: _Doses) -> Taken:
        amounts, times = tuple(one.amounts), tuple(one.times)
        taken = Taken(product, sum(amounts), amounts, tuple(one.units), times)
        if times == AS_NEEDED:
            taken.often = self.most.pop(0) if self.most else 1
            taken.hours = self.apart.pop(0) if self.apart else None
            taken.daily *= taken.often
        elif product.is_patch and amounts:
            taken.hours = self.patches.pop(0) if self.patches else None
        elif len(amounts) in TIMES and amounts:
            divides = not HOURS_OF_DAY % len(amounts)
            taken.hours = HOURS_OF_DAY // len(amounts) if divides else None
        return taken


def patch_hours(directions: str) -> list[int]:
    """How long the patches of directions stay, in the order in which they are told."""
    found = []
    for match in re.finditer(f"{_CHANGED.pattern}|{_SEVEN_DAYS.pattern}", directions.lower()):
        number = int(match[1]) if match[1] else WEEK
        days = match[2] != "hours"
        found.append(number * HOURS_OF_DAY if days else number)
    return found
