"""A schedule as a table: the header and the rows of a CSV text or of a workbook."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.lint.columns import is_header
from taper.reading.workbook import sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Rows = list[tuple[int, list[str]]]  # each with its number in the file
_MOST_ABOVE = 20  # rows above the header, such as a title and a name


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a table, as text; rows are numbered as in the file, where the first is 1."""

    header: list[str]
    rows: Rows


def from_csv(text: str, name: str) -> Sheet:
    """The table of a CSV text: comma, semicolon or tab, whatever the header has most of."""
    text = text.removeprefix("\ufeff")
    try:
        lines = list(_parsed(text))
    except csv.Error as error:
        hint = "rows of columns, and every quotation mark closed"
        raise InputError(Problem(name, f"not CSV: {error}", hint)) from None
    cells = [(number, [_of_csv(cell) for cell in line]) for number, line in lines]
    sheet = _table(cells)
    if sheet is None:
        first = next((line for _, line in cells if any(line)), [])
        sheet = Sheet(first, [row for row in cells if row[1] is not first])
    return sheet


def _parsed(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers: a record is one row, however many lines it has."""
    header = next((line for line in text.splitlines() if line.strip(",;\t ")), "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    yield from enumerate(reader, 1)


def _of_csv(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    text = cell.strip()
    if text[:1] == "'" and text[1:].lstrip()[:1] in "=+-@\uff1d\uff0b\uff0d\uff20":
        text = text[1:]
    return " ".join(text.split())


def from_workbook(data: bytes, name: str) -> Sheet:
    """The first sheet of a workbook that has the columns of a schedule."""
    for rows in sheets(data, name):
        sheet = _table(enumerate(rows, 1))
        if sheet is not None:
            return sheet
    raise InputError(
        Problem(name, "no sheet has the columns of a schedule", "a date, a dose and a product")
    )


def _table(rows: Iterable[tuple[int, list[str]]]) -> Sheet | None:
    """The rows below the first one that names the columns of a schedule."""
    header: list[str] | None = None
    found: Rows = []
    for number, cells in rows:
        if header is not None:
            if any(cells):
                found.append((number, cells))
        elif is_header(cells):
            header = cells
        elif number > _MOST_ABOVE:
            return None
    return None if header is None else Sheet(header, found)
