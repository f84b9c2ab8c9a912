"""Tables as text: CSV and JSONL, of plans with marks for templates, and of error records."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from taper.batch.reading.row import id_text
from taper.batch.sharing.days import numbers, texts
from taper.batch.sharing.step_rows import StepRows
from taper.batch.sharing.template import DATES, ID, KEPT, MARKS, Template
from taper.export.csv import row_dates, safe, schedule_row, written

if TYPE_CHECKING:
    from taper.batch.writing.tables import Table
    from taper.engine.steps import Step
    from taper.export.csv import RowDates
    from taper.planning.plan import Plan

_PLAIN_ID = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*", re.ASCII)


class Csv:
    """RFC 4180, CRLF, safe to open in a spreadsheet."""

    def __init__(self, table: Table, kept: tuple[str, ...]) -> None:
        """Kept columns stand behind those of the table."""
        self.table = table
        self.columns = [*table.header, *(kept if table.name != "errors" else ())]
        self._mark = [KEPT] if kept else []
        self._rows = StepRows(self._row)
        self._dates = [n for n, name in enumerate(table.header) if name in table.dates]

    def head(self) -> bytes:
        """The header."""
        return written(self.columns, []).encode()

    def marked(self, plan: Plan) -> str:
        """The rows as the single plan's export writes them."""
        rows = self.table.rows(plan)
        if self._mark:
            rows = [row + self._mark for row in rows]
        return self._body(rows)

    def template(self, plan: Plan, start: int | None) -> Template | None:
        """The template of a plan in a table with every date in a cell of its own.

        None if a date is beyond the table.
        """
        rows = self.table.rows(plan)
        known = numbers()
        gaps: list[int] = []
        for row in rows:
            row[0] = ID
            gaps.append(MARKS[ID])
            for place in self._dates if start is not None else ():
                cell = row[place]
                if cell:
                    day = known.get(cell)
                    if day is None or start is None or day < start:
                        return None
                    gaps.append(day - start + DATES)
                    row[place] = ID
            if self._mark:
                row.append(ID)
                gaps.append(MARKS[KEPT])
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerows([cell if cell is ID else safe(cell) for cell in row] for row in rows)
        return Template([part.encode() for part in out.getvalue().split(ID)], gaps)

    def of_steps(self, plan: Plan, start: int) -> Template | None:
        """The same for a schedule; the text of its rows is remembered from plan to plan."""
        base = plan.start.toordinal()
        gaps: list[int] = []
        parts = [b""]
        for step, dates in zip(plan.steps, row_dates(plan), strict=True):
            parts += self._rows.of(plan, step, dates)
            gaps.append(MARKS[ID])
            gaps += [day.toordinal() - base + DATES for day in dates if day]
            if self._mark:
                gaps.append(MARKS[KEPT])
        if start + max(gaps) - DATES >= len(texts()):
            return None
        return Template(parts, gaps)

    def _row(self, plan: Plan, step: Step, dates: RowDates) -> list[bytes]:
        """The parts of a row between its id, its dates and what is kept."""
        cells = schedule_row(ID, step, plan.start, dates)
        for place, day in zip(self._dates, dates, strict=True):
            cells[place] = ID if day else ""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([cell if cell is ID else safe(cell) for cell in cells + self._mark])
        text = out.getvalue().replace(KEPT, ID)
        return [part.encode() for part in text.split(ID)][1:]

    def _body(self, rows: list[list[str]]) -> str:
        return written([], rows)[2:]  # without the line end of an empty header

    def ident(self, ident: str) -> bytes:
        """An id as a cell."""
        if ident.isalnum() or _PLAIN_ID.fullmatch(ident):
            return ident.encode()
        return self._body([[ident]])[:-2].encode()

    def kept(self, values: tuple[Any, ...]) -> bytes:
        """The kept cells."""
        out = io.StringIO()
        cells = [safe(value_text(value)) for value in values]
        csv.writer(out, lineterminator="\r\n").writerow(["", *cells])
        return out.getvalue()[1:-2].encode(errors="replace")

    def label(self, label: str | None) -> bytes:
        """No table has it."""
        del label
        return b""

    def records(self, rows: list[list[str]]) -> bytes:
        """Rows of cells."""
        return self._body(rows).encode(errors="replace")


class Jsonl:
    """A JSON object a row; of the table ``plans``, a plan document a line."""

    def __init__(self, table: Table, kept: tuple[str, ...]) -> None:
        """Kept columns stand behind the others, by their names."""
        self.table = table
        self._kept = kept
        self._mark = {KEPT: KEPT} if kept else {}

    def head(self) -> bytes:
        """A file without a header."""
        return b""

    def marked(self, plan: Plan) -> str:
        """The rows of a plan, or its document, a line each."""
        if self.table.name == "plans":
            return _line({**plan.to_dict(), **self._mark})
        header = self.table.header
        rows = self.table.rows(plan)
        return "".join(_line({**dict(zip(header, row, strict=True)), **self._mark}) for row in rows)

    def ident(self, ident: str) -> bytes:
        """An id in quotes."""
        if ident.isalnum():
            return b'"%b"' % ident.encode()
        return json.dumps(ident, ensure_ascii=False).encode()

    def kept(self, values: tuple[Any, ...]) -> bytes:
        """Names and values, without braces."""
        document = dict(zip(self._kept, map(plain_value, values), strict=True))
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))[1:-1].encode(
            errors="replace"
        )

    def label(self, label: str | None) -> bytes:
        """A label in quotes, or null."""
        return json.dumps(label, ensure_ascii=False).encode()

    def records(self, rows: list[list[str]]) -> bytes:
        """A line for each row of cells."""
        header = self.table.header
        return "".join(_line(dict(zip(header, row, strict=True))) for row in rows).encode(
            errors="replace"
        )


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def value_text(value: object) -> str:
    """A kept value as a cell."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (bool, list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return id_text(value)


def plain_value(value: object) -> object:
    """A kept value as JSON can hold it."""
    kinds = (str, int, float, bool, list, tuple, dict, type(None))
    return value if isinstance(value, kinds) else str(value)


Text = Csv | Jsonl


def text_format(kind: str, table: Table, kept: tuple[str, ...]) -> Text:
    """The writer of a table in a text format (``csv`` or ``jsonl``)."""
    return Csv(table, kept) if kind == "csv" else Jsonl(table, kept)
