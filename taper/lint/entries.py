"""The rows of a schedule, from whatever kind of file, as the rules of `taper check` see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from taper.engine.steps import CURRENT
from taper.safety.pace import WEEK

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.product import Product
    from taper.regimen.units import Units

DAY = timedelta(days=1)


@dataclass(slots=True)
class Taken:
    """What is taken of one product in a row; ``amounts`` is empty if only a day is known.

    Amounts are in thousandths, ``units`` what each is made of, empty if it is not written. What
    stays as needed has one amount, ``often`` times a day. ``hours`` are those that are written,
    ``other`` the content of one tablet of a combination, if it is known.
    """

    product: Product
    daily: int
    amounts: tuple[int, ...] = ()
    units: tuple[Units, ...] = ()
    times: tuple[str, ...] = ()
    hours: int | None = None
    often: int = 1
    other: int = 0


@dataclass(slots=True)
class Entry:
    """One row of the file, as far as it can be read.

    A table of weeks or days without a first date is dated from ``nominal``: then its days are
    told as weeks. ``cells`` are the texts of the row by what its column is.
    """

    row: int
    kind: str = ""
    start: date | None = None
    end: date | None = None
    days: int | None = None
    taken: Taken | None = None
    companions: list[Taken] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    nominal: date | None = None
    unit_days: int = WEEK  # of what is counted: weeks, or days
    is_cut: bool = False  # whether a unit is directed to be cut, broken or crushed
    halves: bool = False  # whether halves of tablets that can be split are allowed
    is_out_of_order: bool = False
    names: Product | None = None  # the product of a row whose dose cannot be read

    @property
    def all(self) -> list[Taken]:
        """Everything that is taken."""
        return [*([self.taken] if self.taken else []), *self.companions]

    def column(self, *roles: str) -> str:
        """The name of the first of these columns that the file has."""
        return next((self.columns[role] for role in roles if role in self.columns), roles[0])

    @property
    def dose_column(self) -> str:
        """Where the dose of a day stands."""
        timed = sorted(set(self.columns) & set(TIMED))
        return self.column("daily", "dose", "doses", *timed, "tablets", "directions")

    def cell(self, role: str) -> str:
        """The text of a column; empty if there is none."""
        return self.cells.get(role, "")

    def said(self, day: date) -> str:
        """A day as the file counts it: a date, ``week 3``, ``day 15``."""
        if self.nominal is None:
            return day.isoformat()
        number = (day - self.nominal).days // self.unit_days + 1
        return f"{'week' if self.unit_days > 1 else 'day'} {number}"


TIMED = ("morning", "noon", "afternoon", "evening", "bedtime")  # columns of administrations


class Line(NamedTuple):
    """What one row says of one product. ``is_after_unread`` if a row before it cannot be read."""

    entry: Entry
    taken: Taken
    start: date | None  # None: what is taken before the schedule begins
    end: date | None
    is_after_unread: bool = False

    @property
    def row(self) -> int:
        """The row of the file."""
        return self.entry.row


Chain = list[Line]  # of one opioid, in the order of the dates


def lines_of(entries: list[Entry]) -> list[Line]:
    """What the rows say of each product, in the order of the file."""
    found = []
    unread: list[Product | None] = []
    for entry in entries:
        dated = entry.start is not None or entry.kind == CURRENT
        if entry.taken is None or not dated or entry.is_out_of_order:
            unread.append(entry.taken.product if entry.taken else entry.names)
            continue
        end = entry.end
        if end is not None and entry.start is not None and end < entry.start:
            end = None
        for taken in entry.all:
            known = {taken.product, None}
            after = any(product in known for product in unread)
            found.append(Line(entry, taken, entry.start, end, after))
            unread = [product for product in unread if product not in known]
    return found


def chains(entries: list[Entry]) -> list[Chain]:
    """The lines of each opioid; products of one drug are one chain unless taken at one time.

    Each line has its last day: the day before the next one where none is written.
    """
    by_product: dict[Product, Chain] = {}
    for line in lines_of(entries):
        by_product.setdefault(line.taken.product, []).append(line)
    for lines in by_product.values():
        lines.sort(key=_first)
    found: list[Chain] = []
    for lines in sorted(by_product.values(), key=lambda lines: _first(lines[0])):
        for chain in found:
            same = chain[0].taken.product.drug == lines[0].taken.product.drug
            if same and (_follows(chain, lines) or _alternates(chain, lines)):
                chain.extend(lines)
                chain.sort(key=_first)
                break
        else:
            found.append(lines)
    return [_ended(chain) for chain in found]


def _first(line: Line) -> tuple[bool, date | None]:
    return (line.start is not None, line.start)


def _follows(chain: Chain, lines: Chain) -> bool:
    """Whether a product begins after the last row of another."""
    last, first = chain[-1], lines[0]
    if first.start is None:
        return False
    return last.start is None or first.start > (last.end or last.start)


def _alternates(chain: Chain, lines: Chain) -> bool:
    """Whether a product takes the place of another for some rows: no row has both."""
    rows = sorted([*chain, *lines], key=_first)
    if any(line.start is None for line in lines) or any(line.entry.companions for line in rows):
        return False
    starts = [line.start for line in rows]
    if len(set(starts)) < len(starts):
        return False
    if any(line.end is None for line in rows[:-1]):
        return min(len(chain), len(lines)) == 1  # one row among those of another product
    pairs = pairwise(rows)
    return all(a.end < b.start for a, b in pairs if a.end is not None and b.start is not None)


def _ended(chain: Chain) -> Chain:
    ended = []
    for line, after in zip(chain, [*chain[1:], None], strict=True):
        end = line.end
        if end is None and after and line.start and after.start and after.start > line.start:
            end = after.start - DAY
        ended.append(line._replace(end=end))
    return ended
