"""Dates as a spreadsheet saves them: the column decides which number is the month.

The survey looks at every date of a column; what it finds goes to the workers with each chunk,
so that a row is read in the same way wherever it stands.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from taper.batch.reading.row import Fault, id_text
from taper.errors import InputError, Problem
from taper.reading.written_dates import DAY_FIRST, MONTH_FIRST, market_order, read_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.batch.reading.row import Layout, Row

DATED = ("start", "by")  # fields of one date
MONTH, DAY, EITHER, OTHER = 1, 2, 4, 8  # what the dates of a column are: bits
_ISO = 10  # characters


class Order(NamedTuple):
    """How a field's dates are written: bits of what its column holds."""

    field: str
    bits: int

    @property
    def decided(self) -> str:
        """Which number comes first; empty if no row of the column tells."""
        sure = self.bits & (MONTH | DAY)
        return {MONTH: MONTH_FIRST, DAY: DAY_FIRST}.get(sure, "")

    @property
    def is_mixed(self) -> bool:
        """Whether some rows have the month first and others the day."""
        return self.bits & (MONTH | DAY) == MONTH | DAY

    def text(self) -> str:
        """What is said once: how dates that may be two days are read."""
        if self.is_mixed:
            return f"{self.field}: some dates have the month first and others the day"
        if self.decided:
            return (
                f"{self.field}: dates that may be two days are read {self.decided}, as the others"
            )
        us, others = market_order("us"), market_order("uk")
        return f"{self.field}: dates that may be two days are read {us} in us, {others} elsewhere"


@lru_cache(maxsize=65_536)
def bits_of(text: str) -> int:
    """What one text tells of its column; 0 for an ISO date, and for what is no date."""
    if not text or (len(text) == _ISO and text[4] == "-"):
        return 0
    try:
        found = read_date(text, "start")
    except InputError:
        return 0
    if found.is_ambiguous:
        return EITHER | (DAY if found.by_points else 0)
    if found.month_first is None or found.day_first is None:
        return MONTH if found.day_first is None else DAY
    return OTHER


def orders_of(bits: Iterable[int]) -> tuple[Order, ...]:
    """The orders of the fields of :data:`DATED` by what their columns hold."""
    return tuple(Order(field, each) for field, each in zip(DATED, bits, strict=True) if each)


@lru_cache(maxsize=65_536)
def _iso(text: str, order: str) -> str:
    """A date in ISO form; what is no date stays as it is, for the reader to refuse."""
    if len(text) == _ISO and text[4] == "-":
        return text
    try:
        return read_date(text, "start").by(order).isoformat()
    except InputError:
        return text


def dated(rows: list[Row], layout: Layout, orders: tuple[Order, ...]) -> list[Row]:
    """The rows with their dates in ISO form."""
    names = layout.names
    market_at = names.index("market") if "market" in names else None
    for order in orders:
        if order.field not in names:
            continue
        at = names.index(order.field)
        rows = [
            _with_date(row, at, order, row[market_at] if market_at is not None else "")
            if row.__class__ is tuple and row[at].__class__ is str and row[at]
            else row
            for row in rows
        ]
    return rows


def _with_date(row: Row, at: int, order: Order, market: object) -> Row:
    text = row[at].strip()
    if order.is_mixed and bits_of(text) & EITHER:
        message = f"'{text}' may be two days, and the column has dates of both kinds"
        problem = Problem(order.field, message, "year-month-day: 2026-12-07", text)
        return Fault((problem,), id_text(row[0]))
    first = order.decided or market_order(str(market or "us").strip().lower())
    found = _iso(text, first)
    return row if found == row[at] else (*row[:at], found, *row[at + 1 :])
