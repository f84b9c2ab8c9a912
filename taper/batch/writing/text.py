"""One output as text: what is shared of a plan in it, and the bytes of the rows of a chunk."""

from __future__ import annotations

import csv
import io
import json
import re
from abc import ABC, abstractmethod
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from taper.batch.reading.row import id_text
from taper.batch.reading.source import library
from taper.batch.sharing.step_rows import StepRows
from taper.batch.sharing.template import DATES, ID, KEPT, MARKS, Template, Windows, cut
from taper.export.csv import row_dates, safe, schedule_row, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.batch.sharing.moved_start import Restarted
    from taper.batch.sharing.planner import Planned
    from taper.batch.writing.tables import Table
    from taper.engine.steps import Step
    from taper.export.csv import RowDates
    from taper.planning.plan import Plan

_PLAIN_ID = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*", re.ASCII)


class TextOutput(ABC):
    """Collects the rows of a table in a format of text, compressed or not."""

    def __init__(self, table: Table, compression: str, kept: tuple[str, ...]) -> None:
        """``kept`` are the columns that are copied from the input, behind those of the table."""
        self.table = table
        self._compression = compression
        self._kept = kept
        self._labelled = table.name == "plans"
        self._windows = Windows()
        self._made: list[bytes] = []

    def head(self) -> bytes:
        """What the file begins with, as it is written."""
        head = self._head()
        return compressed(head, self._compression) if head else b""

    def moved(self, like: Template, plan: Restarted) -> Template:
        """The template of a plan begun on another day than ``like``.

        Only a schedule is moved: checks and fills look at the working days, and have other
        forms on other days.
        """
        made = like.moved(plan.next_checks) if like.checks else None
        return made or self.shared(plan.whole)

    def add(
        self,
        planned: Sequence[Planned],
        templates: Sequence[Template],
        kept: Sequence[tuple[Any, ...]],
    ) -> None:
        """The plans of the next rows, and of each the columns that are kept, if there are any."""
        of, ident_as, add = self._windows.of, self._ident, self._made.append
        for (ident, label, start, _), template, values in zip_longest(planned, templates, kept):
            window = of(start, template.reach)
            window[0] = ident_as(ident)
            if values:
                window[1] = self._values(values)
            if self._labelled:
                window[2] = json.dumps(label, ensure_ascii=False).encode()
            add(template.render(window))

    def add_records(self, rows: list[list[str]]) -> None:
        """Rows of cells."""
        self._made.append(self._rows_of(rows).encode(errors="replace"))

    def take(self) -> list[bytes]:
        """The bytes of everything since the last time."""
        made, self._made = self._made, []
        if not self._compression:
            return made
        whole = b"".join(made)
        return [compressed(whole, self._compression)] if whole else []

    @abstractmethod
    def shared(self, plan: Plan) -> Template:
        """The template of a plan."""

    @abstractmethod
    def _head(self) -> bytes: ...

    @abstractmethod
    def _ident(self, ident: str) -> bytes: ...

    @abstractmethod
    def _values(self, values: tuple[Any, ...]) -> bytes:
        """What is kept of a row of the input."""

    @abstractmethod
    def _rows_of(self, rows: list[list[str]]) -> str: ...


class Csv(TextOutput):
    """RFC 4180, CRLF, safe to open in a spreadsheet."""

    def __init__(self, table: Table, compression: str, kept: tuple[str, ...]) -> None:
        """Kept columns stand behind those of the table, but not in the errors."""
        super().__init__(table, compression, () if table.name == "errors" else kept)
        self._mark = [KEPT] if self._kept else []
        self._steps = StepRows(self._row)
        self._dates = [n for n, name in enumerate(table.header) if name in table.dates]

    def _head(self) -> bytes:
        return written([*self.table.header, *self._kept], []).encode()

    def shared(self, plan: Plan) -> Template:
        """The template of a plan; only that of a schedule may be moved to another start."""
        if self.table.steps:
            return self._of_steps(plan)
        return cut(self._rows_of([row + self._mark for row in self.table.rows(plan)]))

    def _of_steps(self, plan: Plan) -> Template:
        """The template of a schedule; the text of its rows is remembered from plan to plan."""
        base = plan.start.toordinal()
        gaps: list[int] = []
        checks: list[int | None] = []
        parts = [b""]
        for step, dates in zip(plan.steps, row_dates(plan), strict=True):
            parts += self._steps.of(plan, step, dates)
            gaps.append(MARKS[ID])
            gaps += [day.toordinal() - base + DATES for day in dates if day]
            checks.append(len(gaps) - 1 if dates[-1] else None)
            if self._mark:
                gaps.append(MARKS[KEPT])
        return Template(parts, gaps, checks)

    def _row(self, plan: Plan, step: Step, dates: RowDates) -> list[bytes]:
        """The parts of a row between its id, its dates and what is kept."""
        cells = schedule_row(ID, step, plan.start, dates)
        for place, day in zip(self._dates, dates, strict=True):
            cells[place] = ID if day else ""
        text = _line(cell if cell is ID else safe(cell) for cell in cells + self._mark)
        return [part.encode() for part in text.replace(KEPT, ID).split(ID)][1:]

    def _ident(self, ident: str) -> bytes:
        if ident.isalnum() or _PLAIN_ID.fullmatch(ident):
            return ident.encode()
        return self._rows_of([[ident]])[:-2].encode()

    def _values(self, values: tuple[Any, ...]) -> bytes:
        cells = _line(["", *(safe(value_text(value)) for value in values)])
        return cells[1:-2].encode(errors="replace")

    def _rows_of(self, rows: list[list[str]]) -> str:
        return written([], rows)[2:]  # without the line end of an empty header


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


class Jsonl(TextOutput):
    """A JSON object a row; of the table ``plans``, a plan document a line."""

    def _head(self) -> bytes:
        return b""

    def shared(self, plan: Plan) -> Template:
        """The template of the rows of a plan, or of its document, a line each."""
        documents: Iterable[dict[str, Any]] = [plan.to_dict()]
        if self.table.name != "plans":
            header = self.table.header
            documents = (dict(zip(header, row, strict=True)) for row in self.table.rows(plan))
        mark = {KEPT: KEPT} if self._kept else {}
        return cut("".join(_json({**document, **mark}) + "\n" for document in documents))

    def _ident(self, ident: str) -> bytes:
        return b'"%b"' % ident.encode() if ident.isalnum() else _json(ident).encode()

    def _values(self, values: tuple[Any, ...]) -> bytes:
        document = dict(zip(self._kept, map(plain_value, values), strict=True))
        return _json(document)[1:-1].encode(errors="replace")

    def _rows_of(self, rows: list[list[str]]) -> str:
        header = self.table.header
        return "".join(_json(dict(zip(header, row, strict=True))) + "\n" for row in rows)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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


def text_output(kind: str, compression: str, table: Table, kept: tuple[str, ...]) -> TextOutput:
    """A table in a format of text (``csv`` or ``jsonl``)."""
    return (Csv if kind == "csv" else Jsonl)(table, compression, kept)


def compressed(data: bytes, compression: str) -> bytes:
    """Bytes as a member (gzip) or frame (zstd) of their own: joined they are one file."""
    if not compression:
        return data
    if compression == "gzip":
        import gzip  # noqa: PLC0415 - only if it is needed

        return gzip.compress(data, compresslevel=6, mtime=0)
    frame: bytes = library("pyarrow").Codec("zstd").compress(data, asbytes=True)
    return frame
