"""What was dispensed: fills, and what a history of them says of a day's use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND, plain

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.product import Product, Strength


@dataclass(frozen=True, slots=True)
class Fill:
    """One dispensing; ``quantity`` in thousandths of a unit, of a liquid in thousandths of a mL.

    ``day`` is None of a fill whose date does not count, ``days`` 0 if the supply is not known.
    """

    product: Product
    strength: Strength
    quantity: int
    day: date | None = None
    days: int = 0

    @property
    def amount(self) -> int:
        """What it held of the drug, in thousandths of the unit."""
        return self.quantity * self.strength.amount // THOUSAND

    def __str__(self) -> str:
        """As the field ``history`` has it: ``2026-10-05 oxycodone-ir 120 x 5 for 30d``."""
        day = f"{self.day.isoformat()} " if self.day else ""
        days = f" for {self.days}d" if self.days else ""
        return f"{day}{self.product.id} {plain(self.quantity)} x {self.strength.label}{days}"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What the fills of a product say: the average of a day in thousandths, and in words.

    ``irregular`` names gaps and overlaps, and is empty if there are none. ``average`` is 0 if
    it did not count: the dose is neither as needed nor a range, or ``taking`` was given.
    """

    product: Product
    average: int
    text: str
    irregular: str = ""
