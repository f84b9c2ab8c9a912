"""CSV (RFC 4180, UTF-8): one request a record, read by the csv module."""

from __future__ import annotations

import csv
import io
import sys
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from taper.batch.reading.mapping import AS_OURS, Mapping
from taper.batch.reading.row import Fault, Layout, Rows, id_text, layout_of
from taper.batch.reading.source import not_too_long
from taper.batch.reading.written import DATED, bits_of
from taper.errors import InputError, Problem
from taper.request.fields import FIELDS, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taper.batch.reading.row import Row
    from taper.batch.reading.source import Window

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def _lines(window: Window, start: int) -> Iterator[bytes]:
    """The lines from ``start`` on."""
    end = len(window.data)
    while start < end:
        cut = window.line_end(start)
        yield from window.data[start:cut].splitlines(keepends=True)  # a lone CR ends one too
        start = cut


def _record_end(window: Window, start: int, least: int) -> int:
    """Where the first record ends that reaches ``least``; quoted line ends are inside one."""
    read = start

    def lines() -> Iterator[str]:
        nonlocal read
        for line in _lines(window, start):
            read += len(line)
            yield line.decode("utf-8", "surrogateescape")

    end = len(window.data)
    reader = csv.reader(lines(), strict=True)
    before = start
    while read < least:
        try:
            next(reader)
        except StopIteration:
            return end
        except csv.Error:
            if read >= end:
                return end
        not_too_long(read - before)
        before = read
    return read


def split(window: Window, size: int) -> Iterator[tuple[int, int]]:
    """Byte ranges of about ``size``, each of whole records."""
    start, end = window.start, len(window.data)
    while start < end:
        cut = window.line_end(min(start + size, end) - 1)
        if window.data.find(b'"', start, cut) >= 0:
            cut = _record_end(window, start, cut)
        not_too_long(cut - start - size)
        window.passed(start, cut)
        yield start, cut
        start = cut


def read_header(
    window: Window, *, keep: bool, mapping: Mapping = AS_OURS
) -> tuple[Layout, tuple[str, ...], tuple[str, ...], int]:
    """The layout, the columns by our names and by theirs, and where the records begin.

    Raises :class:`~taper.InputError` if the first record is not a list of fields.
    """
    end = _record_end(window, window.start, window.start + 1) if window.data else 0
    try:
        text = window.data[window.start : end].decode()
    except UnicodeDecodeError:
        hint = "in Excel: save as 'CSV UTF-8 (comma delimited)'"
        raise InputError(Problem("input", "the file is not UTF-8", hint)) from None
    cells = next(csv.reader(io.StringIO(text, newline="")), [])
    names = tuple(cell.strip().lower() for cell in cells)
    if not any(names):
        fields = "the first line names the columns: " + ", ".join(FIELDS[3:7])
        raise InputError(Problem("input", "the file is empty", fields))
    for mark, called in ((";", "';'"), ("\t", "tabs"), ("|", "'|'")):
        parts = {part.strip(' "') for part in names[0].split(mark)}
        announced = names == (f"sep={mark}".strip(),)
        if announced or (len(names) == 1 < len(parts) and parts & {*NAMES}):
            message = f"the columns are separated by {called}, not by commas"
            hint = "save as 'CSV UTF-8 (comma delimited)', amounts with a decimal point: 7.5 mg"
            raise InputError(Problem("input", message, hint))
    ours = mapping.names(names)
    return layout_of(ours, keep=keep, mapped=bool(mapping)), ours, names, end


class Cells:
    """Reads records into flat rows, by the columns of the header."""

    def __init__(self, layout: Layout, names: tuple[str, ...]) -> None:
        """``names`` are the columns in the order of the file."""
        self.layout = layout
        self.count = len(names)
        places = {name: place for place, name in enumerate(names)}
        # a field without a column takes the empty cell that is appended to every record
        wanted = (*layout.names, *layout.kept)
        self.flat = itemgetter(*(places.get(name, self.count) for name in wanted))
        self.id_place = places.get("id")
        self.dated = [places.get(name) for name in DATED]
        self.unnamed = [place for place, name in enumerate(names) if not name]

    def decode(self, data: bytes, first_line: int, layout: Layout) -> Rows:
        """The rows of a byte range; empty lines are not rows."""
        del layout
        rows: list[Row] = []
        lines: list[int] = []
        flat, count = self.flat, self.count
        text, whole = _text(data)
        for line, cells in _records(text):
            lines.append(first_line + line)
            if isinstance(cells, Problem):
                rows.append(Fault((cells,)))
            elif len(cells) != count:
                rows.append(Fault((_ragged(cells, count),), self._id(cells)))
            elif self.unnamed and any(cells[place].strip() for place in self.unnamed):
                rows.append(Fault((_UNNAMED,), self._id(cells)))
            elif not whole and any(_broken(cell) for cell in cells):
                problem = Problem("", "the row is not UTF-8", "save the file as 'CSV UTF-8'")
                rows.append(Fault((problem,)))
            else:
                cells.append("")
                rows.append(flat(cells))
        return Rows(rows, lines)

    def survey(self, data: bytes, layout: Layout) -> tuple[int, list[str]]:
        """How many lines a byte range has, and the id of each row (empty if it has none)."""
        lines, ids, _, _ = self.seen(data)
        del layout
        return lines, ids

    def seen(self, data: bytes) -> tuple[int, list[str], int, tuple[int, ...]]:
        """Lines and ids, how many rows are empty, and how the dates of the columns are written."""
        text, _ = _text(data)
        bits = [0] * len(self.dated)
        places = [(n, place) for n, place in enumerate(self.dated) if place is not None]
        ids, empty = [], [0]
        for _, cells in _records(text, empty):
            ids.append(self._id(cells))
            for number, place in places:
                if cells.__class__ is list and place < len(cells):
                    bits[number] |= bits_of(cells[place].strip())
        return sum(1 for _ in io.StringIO(text, newline="")), ids, empty[0], tuple(bits)

    def _id(self, cells: list[str] | Problem) -> str:
        place = self.id_place
        if place is None or isinstance(cells, Problem) or len(cells) <= place:
            return ""
        ident = id_text(cells[place])
        return "" if _broken(ident) else ident


def _text(data: bytes) -> tuple[str, bool]:
    """The text of a byte range, and whether all of it is UTF-8."""
    try:
        return data.decode(), True
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape"), False


def _broken(text: str) -> bool:
    """Whether a text has bytes that are not UTF-8."""
    return not text.isascii() and any("\udc80" <= mark <= "\udcff" for mark in text)


def _records(
    text: str, empty: list[int] | None = None
) -> Iterator[tuple[int, list[str] | Problem]]:
    """The records that are not empty, each with how many lines came before it.

    Rows of nothing but separators are counted in ``empty``: a spreadsheet saves them.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    while True:
        try:
            for cells in reader:
                if cells and (cells[0].strip() or _has_any(cells)):
                    yield before, cells
                elif cells and empty is not None:
                    empty[0] += 1
                before = reader.line_num
        except csv.Error as error:
            message = f"not CSV: {error}"
            if "end of data" in str(error):
                message = "a quote is opened and never closed: everything after it is in this cell"
            yield before, Problem("", message, 'a quote inside a quoted cell is written ""')
            before = reader.line_num
        else:
            return


_UNNAMED = Problem("", "a value in a column without a name", "a name in the first line")


def _has_any(cells: list[str]) -> bool:
    """Whether a row has a value; one cell alone is a row, however empty."""
    return len(cells) == 1 or any(cell.strip() for cell in cells)


def _ragged(cells: Iterable[str], count: int) -> Problem:
    found = sum(1 for _ in cells)
    shown = ",".join(islice(cells, 3))
    hint = 'a cell with a comma in it is quoted: "a, b"'
    return Problem("", f"{found} cells, but the header has {count}", hint, shown)
