"""CSV (RFC 4180, UTF-8): one request a record, read by the csv module."""

from __future__ import annotations

import csv
import io
import sys
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from taper.batch.reading.row import Fault, Layout, Rows, id_text, layout_of
from taper.batch.reading.source import not_too_long
from taper.errors import InputError, Problem
from taper.request.fields import ALIASES, FIELDS

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


def read_header(window: Window, *, keep: bool) -> tuple[Layout, tuple[str, ...], int]:
    """The layout, the names of the columns, and where the records begin.

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
        if announced or (len(names) == 1 < len(parts) and parts & {*FIELDS, *ALIASES}):
            message = f"the columns are separated by {called}, not by commas"
            hint = "save as 'CSV UTF-8 (comma delimited)', amounts with a decimal point: 7.5 mg"
            raise InputError(Problem("input", message, hint))
    return layout_of(names, keep=keep), names, end


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
            elif not whole and any(_broken(cell) for cell in cells):
                problem = Problem("", "the row is not UTF-8", "save the file as 'CSV UTF-8'")
                rows.append(Fault((problem,)))
            else:
                cells.append("")
                rows.append(flat(cells))
        return Rows(rows, lines)

    def survey(self, data: bytes, layout: Layout) -> tuple[int, list[str]]:
        """How many lines a byte range has, and the id of each row (empty if it has none)."""
        del layout
        text, _ = _text(data)
        ids = [self._id(cells) for _, cells in _records(text)]
        return sum(1 for _ in io.StringIO(text, newline="")), ids

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


def _records(text: str) -> Iterator[tuple[int, list[str] | Problem]]:
    """The records that are not empty, each with how many lines came before it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    while True:
        try:
            for cells in reader:
                if cells:
                    yield before, cells
                before = reader.line_num
        except csv.Error as error:
            message = f"not CSV: {error}"
            if "end of data" in str(error):
                message = "a quote is opened and never closed: everything after it is in this cell"
            yield before, Problem("", message, 'a quote inside a quoted cell is written ""')
            before = reader.line_num
        else:
            return


def _ragged(cells: Iterable[str], count: int) -> Problem:
    found = sum(1 for _ in cells)
    shown = ",".join(islice(cells, 3))
    hint = 'a cell with a comma in it is quoted: "a, b"'
    return Problem("", f"{found} cells, but the header has {count}", hint, shown)
