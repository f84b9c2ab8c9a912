"""The days of the rows: dates as they are written, or weeks and days counted from a start."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from taper.engine.steps import CURRENT
from taper.lint.entries import DAY
from taper.lint.faults import Fault, of_problem, remark
from taper.reading.written_dates import read_days
from taper.safety.pace import WEEK

if TYPE_CHECKING:
    from taper.formulary.product import Product
    from taper.lint.entries import Entry

_MOST_OUT_OF_ORDER = 4  # of so many rows one: of more than that none tells the others
NOMINAL = date(2001, 1, 1)  # a Monday: the days of a table of weeks that has no start
_SPAN = re.compile(r"\s+(?:to|until|till|through|thru|-)\s+|\s*(?:\u2013|\u2014|\.\.)\s*")
_NUMBER = r"(?:weeks?|wks?\.?|days?|d|w)?\s*#?\s*(\d{1,3})"
_COUNTED = re.compile(
    rf"{_NUMBER}\s*(?:(?:-|\u2013|\u2014|to|and|&|/|through)\s*{_NUMBER})?"
    r"\s*(\+|on|onwards?|and on)?\s*:?",
    re.IGNORECASE,
)


def put_dates(entries: list[Entry], market: str) -> list[Fault]:
    """Give each row its first and its last day, from the texts of its cells."""
    faults: list[Fault] = []
    texts: list[str] = []
    for entry in entries:
        first, last = entry.cell("start"), entry.cell("end")
        if not last:
            parts = _SPAN.split(first)
            first, last = parts if len(parts) == 2 else (first, "")  # noqa: PLR2004 - from, to
        texts += [first, last]
    found = read_days(texts, market)
    for place, entry in enumerate(entries):
        entry.start, entry.end = found.days.get(2 * place), found.days.get(2 * place + 1)
        for role, number in (("start", 2 * place), ("end", 2 * place + 1)):
            if number in found.faults:
                column = entry.column(role, "start")
                faults.append(of_problem(found.faults[number], entry.row, column))
        if not texts[2 * place] and entry.kind != CURRENT:
            faults.append(
                Fault("unreadable", entry.row, entry.column("start"), "the first day is missing")
            )
    if found.ambiguous:
        entry, text = entries[found.ambiguous[0] // 2], texts[found.ambiguous[0]]
        more = len(found.ambiguous) - 1
        others = f" (and {more} more)" if more else ""
        message = f"'{text}'{others} may be two days, and is read with the {found.settled}"
        faults.append(remark(message, entry.row, entry.column("start"), text))
    return faults


def put_counted(entries: list[Entry], role: str, start: date | None) -> list[Fault]:
    """Give each row its days from the number of its week or its day."""
    faults = []
    length = WEEK if role == "week" else 1
    for entry in entries:
        text = entry.cell(role)
        match = _COUNTED.fullmatch(text.strip())
        if match is None or (match[2] and int(match[2]) < int(match[1])):
            what = f"'{text}' is not a number of a {role}" if text else f"the {role} is missing"
            message = f"{what} (hint: 3, or 3-4)"
            faults.append(Fault("unreadable", entry.row, entry.column(role), message, text))
            continue
        base = start or NOMINAL
        first, last = int(match[1]), int(match[2] or match[1])
        entry.start = base + timedelta(days=(first - 1) * length)
        entry.end = None if match[3] else base + timedelta(days=last * length - 1)
        entry.unit_days = length
        entry.nominal = None if start is not None else base
    return faults


def is_counted(texts: list[str]) -> bool:
    """Whether most cells of a column count weeks or days rather than being dates."""
    filled = [text for text in texts if text]
    counted = [text for text in filled if _COUNTED.fullmatch(text.strip())]
    return bool(filled) and 2 * len(counted) > len(filled)


def put_lengths(entries: list[Entry]) -> list[Fault]:
    """The days of each row, and its last day where only they are written."""
    faults = []
    for entry in entries:
        text = entry.cell("days").lower()
        if not text:
            continue
        match = re.fullmatch(r"(\d{1,5})(?:\.0+)?\s*(days?|d|weeks?|wks?|w)?", text, re.ASCII)
        if match is None or not int(match[1]):
            message = "not a number of days (hint: 14, or 2 weeks)"
            cell = entry.cell("days")
            faults.append(Fault("unreadable", entry.row, entry.column("days"), message, cell))
            continue
        weeks = (match[2] or "d").startswith("w")
        entry.days = int(match[1]) * (WEEK if weeks else 1)
        if entry.start is not None and (entry.end is None or entry.nominal is not None):
            entry.end = entry.start + timedelta(days=entry.days - 1)
    return faults


def mark_out_of_order(entries: list[Entry]) -> list[Fault]:
    """The rows whose first day does not follow that of the rows above, nor is before those below.

    The fewest rows are taken to be wrong, of each product for itself. A file that goes backwards
    from first to last is in order too.
    """
    by_product: dict[Product, list[Entry]] = {}
    for entry in entries:
        product = entry.taken.product if entry.taken else entry.names
        if entry.start is not None and product is not None:
            by_product.setdefault(product, []).append(entry)
    return [fault for rows in by_product.values() for fault in _out_of_order(rows)]


def _out_of_order(rows: list[Entry]) -> list[Fault]:
    days = [row.start.toordinal() for row in rows if row.start]
    kept = _longest_rise(days)
    if len(kept) == len(days) - 1:
        kept = _kept_but_one(rows, days)
    if len(kept) < len(days) and len(_longest_rise(days[::-1])) == len(days):
        return []
    if len(days) - len(kept) > max(1, len(days) // _MOST_OUT_OF_ORDER):
        return []  # in no order at all: the dates alone count
    faults = []
    for place, row in enumerate(rows):
        if place in kept or row.start is None:
            continue
        row.is_out_of_order = True
        above = [rows[each] for each in kept if each < place]
        below = [rows[each] for each in kept if each > place]
        faults.append(_misplaced(row, above[-1] if above else None, below[0] if below else None))
    return faults


def _kept_but_one(rows: list[Entry], days: list[int]) -> set[int]:
    """All rows but the one that is wrong: without it most rows follow on each other's ends.

    Where no ends are written the rows go on in the most equal times without it.
    """
    places = range(len(days))
    ways: list[list[int]] = [[n for n in places if n != one] for one in places]
    rising = [way for way in ways if all(days[a] <= days[b] for a, b in pairwise(way))]

    def fits(way: list[int]) -> tuple[int, int]:
        ends = [rows[n].end for n in way[:-1]]
        nexts = [date.fromordinal(days[n]) for n in way[1:]]
        follow = sum(e is not None and e + DAY == d for e, d in zip(ends, nexts, strict=True))
        times = Counter(days[b] - days[a] for a, b in pairwise(way))
        return follow, max(times.values(), default=0)

    best: list[int] = max(rising, key=fits)
    return set(best)


def _misplaced(row: Entry, above: Entry | None, below: Entry | None) -> Fault:
    """Which rows a row begins before, or after, against its place in the file."""
    assert row.start is not None
    day = row.said(row.start)
    if above is not None and above.start is not None and above.start >= row.start:
        message = (
            f"the row begins on {day}, but row {above.row} above it on {above.said(above.start)}"
        )
    else:
        assert below is not None
        assert below.start is not None
        message = (
            f"the row begins on {day}, but row {below.row} below it on {below.said(below.start)}"
        )
    return Fault("overlap", row.row, row.column("start", "week", "day"), message, day)


def _longest_rise(days: list[int]) -> set[int]:
    """The places of the most days that follow each other (equal ones count)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, day in enumerate(days):
        at = bisect_right(tails, day)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(day)
            ends.append(place)
        else:
            tails[at], ends[at] = day, place
    found: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found
