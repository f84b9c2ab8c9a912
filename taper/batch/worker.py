"""What one worker does: read a range of the input, plan its rows, write what came of them."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.batch.reading import jsonl as lines
from taper.batch.reading.arrow import Batches
from taper.batch.reading.csv import Cells
from taper.batch.reading.row import Fault, Layout, Loose, Rows, id_text
from taper.batch.reading.source import CSV, JSONL, PARQUET, Window, library
from taper.batch.sharing.days import starts
from taper.batch.sharing.planner import Failed, Planner
from taper.batch.writing.arrow import ArrowOutput
from taper.batch.writing.packed import write_part
from taper.batch.writing.tables import TABLES, error_rows
from taper.batch.writing.text import TextOutput
from taper.errors import Problem, TaperError
from taper.request.fields import ALIASES, FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from taper.batch.outputs import Output
    from taper.batch.reading.row import Row
    from taper.batch.sharing.planner import Planned
    from taper.planning.plan import Plan

MOST_LINES = 10  # of rows that failed, named at the end
_KNOWN = {*FIELDS, *ALIASES, "row"}  # a row may have any number of names that are no fields
_FEW = 20  # one row in so many may be read slowly
_REHEARSED = 50_000  # rows that are planned in advance, at most
_AT_ONCE = 50
_BUFFERS = 1024  # that one system call takes


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker of a run needs to know."""

    path: Path
    kind: str
    layout: Layout
    columns: tuple[str, ...]  # of a CSV or Parquet file, in its order
    outputs: tuple[Output, ...]
    folder: Path


class Task(NamedTuple):
    """One chunk: where it is, the numbers of its first row and line, ids that stood before."""

    number: int
    start: int
    end: int
    first_row: int
    first_line: int
    repeated: Mapping[int, int]


@dataclass
class Counts:
    """What became of rows: how many, which fields had problems, on which lines first."""

    planned: int = 0
    failed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)

    def add_failed(self, failed: Failed, line: int) -> None:
        """Count a row without a plan."""
        self.failed += 1
        names = {problem.field or "row" for problem in failed.problems}
        self.fields.update(name if name in _KNOWN else "unknown" for name in names)
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)

    def entry(self) -> dict[str, Any]:
        """As an entry of the journal."""
        fields = dict(self.fields)
        return {
            "planned": self.planned,
            "failed": self.failed,
            "fields": fields,
            "lines": self.lines,
        }

    @staticmethod
    def of(entry: Mapping[str, Any]) -> Counts:
        """Those of an entry of the journal."""
        fields = Counter(entry["fields"])
        return Counts(entry["planned"], entry["failed"], fields, list(entry["lines"]))

    def add(self, other: Counts) -> None:
        """Count others too, those of a later chunk."""
        self.planned += other.planned
        self.failed += other.failed
        self.fields.update(other.fields)
        self.lines = sorted([*self.lines, *other.lines])[:MOST_LINES]


class _Rendering:
    """What is shared of a plan, one piece an output."""

    __slots__ = ("pieces", "size")

    def __init__(self, pieces: list[Any]) -> None:
        self.pieces = pieces
        self.size = sum(piece.size for piece in pieces)


class Worker:
    """Reads, plans and writes chunks, one after another."""

    def __init__(self, job: Job) -> None:
        """Open the input; outputs are opened when they are first written to."""
        self.job = job
        self._files: dict[int, int] = {}
        self._window: Window | None = None
        if job.kind == PARQUET:
            self._batches = Batches(job.path, job.layout)
        else:
            self._window = Window(job.path)
            self._cells = Cells(job.layout, job.columns) if job.kind == CSV else None
        self.layout = job.layout
        self._renew()

    def _renew(self) -> None:
        """Begin anew with what is remembered."""
        kept = self.job.layout.kept
        self.outputs: list[TextOutput | ArrowOutput] = []
        for output in self.job.outputs:
            table = TABLES[output.table]
            if output.kind == PARQUET:
                self.outputs.append(ArrowOutput(table, kept if table.name != "errors" else ()))
            else:
                self.outputs.append(TextOutput(output.kind, output.compression, table, kept))
        self._plans = [out for out in self.outputs if _table(out) != "errors"]
        self._errors = [out for out in self.outputs if _table(out) == "errors"]
        whole = any(TABLES[output.table].whole for output in self.job.outputs)
        self._planner = Planner(self.layout, self._shared, whole=whole)
        self._made: list[Any] = []

    def _shared(self, plan: Plan, start: int | None, like: Any) -> _Rendering | None:
        pieces = []
        before = repeat(None) if like is None else like.pieces
        for output, old in zip(self._plans, before, strict=False):
            piece = output.shared(plan, start, old)
            if piece is None:
                return None
            pieces.append(piece)
        return _Rendering(pieces)

    def rehearse(self, ranges: Iterable[tuple[int, int]], stop: Callable[[], bool]) -> None:
        """Plan rows, so that what they have in common is known, until there is other work.

        Nothing is written, and what is wrong with the input is said when it is planned.
        """
        left = _REHEARSED if self.job.kind != PARQUET else 0  # Arrow has threads: no fork after it
        for start, end in ranges if left else ():
            try:
                rows = self._read(Task(0, start, end, 1, 1, {})).rows
            except (TaperError, OSError):
                return
            for first in range(0, len(rows), _AT_ONCE):
                if left <= 0 or stop():
                    return
                some = rows[first : first + _AT_ONCE]
                left -= len(list(self._planner.plans(some, 1)))

    def prepare(self) -> None:
        """Load what planning takes: while others think there is nothing else to do."""
        starts()
        if any(output.kind == PARQUET for output in self.job.outputs):
            library("pyarrow.compute")

    def survey(self, start: int, end: int) -> tuple[int, int, bytes]:
        """Rows and lines of a range, and the ids, one a line (nothing without a column)."""
        job = self.job
        if job.kind == PARQUET:
            count, ids = self._batches.survey(start)
        elif job.kind == JSONL:
            count, ids = lines.survey(self._bytes(start, end), job.layout)
        else:
            assert self._cells is not None
            count, ids = self._cells.survey(self._bytes(start, end), job.layout)
        without = job.kind != JSONL and "id" not in job.columns
        blob = b"" if without else "\n".join(ids).encode("utf-8", "replace")
        return len(ids), count, blob

    def names(self, start: int, end: int) -> set[str]:
        """The names in a range of JSONL that are no fields."""
        return lines.names(self._bytes(start, end))

    def _bytes(self, start: int, end: int) -> bytes:
        assert self._window is not None
        return self._window.read(start, end)

    def _read(self, task: Task) -> Rows:
        job = self.job
        if job.kind == PARQUET:
            return self._batches.decode(task.start, task.first_line)
        data = self._bytes(task.start, task.end)
        decode: Callable[[bytes, int, Layout], Rows]
        if job.kind == JSONL:
            decode = lines.decode_kept if job.layout.kept else lines.decode
        else:
            assert self._cells is not None
            decode = self._cells.decode
        rows = decode(data, task.first_line, self.layout)
        if job.kind == JSONL and self.layout is not lines.LAYOUT and not self.layout.kept:
            loose = list(map(type, rows.rows)).count(Loose)
            if loose * _FEW > len(rows.rows):  # the sample did not have a field of these rows
                self.layout = lines.LAYOUT
                self._renew()
                rows = decode(data, task.first_line, self.layout)
        return rows

    def plan(self, task: Task) -> tuple[list[int], Counts]:
        """Plan a chunk; the bytes that every output takes (0 for Parquet), and the counts."""
        read = self._read(task)
        rows, first = read.rows, task.first_row
        results = list(self._planner.plans(rows, first))
        for number, before in task.repeated.items():
            results[number - first] = _again(rows[number - first], before)
        counts = Counts()
        planned: list[Planned] = []
        records: list[list[str]] = []
        for place, result in enumerate(results):
            if isinstance(result, Failed):
                line = read.lines[place]
                counts.add_failed(result, line)
                records += error_rows(line, first + place, result.id, list(result.problems))
            else:
                planned.append(result)
        counts.planned = len(planned)
        for errors in self._errors if records else ():
            errors.add_records(records)
        kept: list[tuple[Any, ...]] = []
        if self.layout.kept:
            end = self.layout.end
            pairs = zip(rows, results, strict=True)
            kept = [_kept(row, end) for row, result in pairs if not isinstance(result, Failed)]
        for number, output in enumerate(self._plans):
            output.add(planned, [plan[3].pieces[number] for plan in planned], kept)
        return self._taken(task.number), counts

    def _taken(self, chunk: int) -> list[int]:
        """Take what was made; Parquet parts are written at once, in a file of their own."""
        self._made = []
        sizes = []
        full = False
        for place, output in enumerate(self.outputs):
            if isinstance(output, ArrowOutput):
                write_part(part_path(self.job.folder, place, chunk), output.take())
                full = full or output.is_full
                self._made.append([])
                sizes.append(0)
            else:
                made = output.take()
                self._made.append(made)
                sizes.append(sum(map(len, made)))
        made_now = self._made
        if full:
            self._renew()
            self._made = made_now
        return sizes

    def write(self, offsets: list[int]) -> None:
        """Write what was planned last, each output at its offset."""
        for place, (output, made) in enumerate(zip(self.job.outputs, self._made, strict=True)):
            if made:
                write_at(
                    self._file(place, output), made, None if output.is_stream else offsets[place]
                )
        self._made = []

    def close(self) -> None:
        """Let go of the input and the outputs."""
        while self._files:
            _, file = self._files.popitem()
            if file != 1:
                os.close(file)
        if self._window is not None:
            self._window.close()

    def _file(self, place: int, output: Output) -> int:
        if place not in self._files:
            name = output.part
            flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
            self._files[place] = 1 if output.name == "-" else os.open(name, flags)
        return self._files[place]


def _table(output: TextOutput | ArrowOutput) -> str:
    return output.table.name if isinstance(output, ArrowOutput) else output.text.table.name


def _kept(row: Row, end: int) -> tuple[Any, ...]:
    return row.kept if isinstance(row, Loose) else row[end:]


def _again(row: Row, first: int) -> Failed:
    """A row whose id stood before."""
    if isinstance(row, Fault):
        return Failed(row.id, row.problems)
    ident = id_text(row.values.get("id") if isinstance(row, Loose) else row[0])
    message = f"the id '{ident}' is already that of row {first}"
    return Failed(ident, (Problem("id", message, "one row an id", ident),))


def part_path(folder: Path, output: int, chunk: int) -> Path:
    """Where the rows of a chunk for a Parquet output are."""
    return folder / f"part-{output}-{chunk}.arrow"


def write_at(file: int, buffers: list[bytes], offset: int | None) -> None:
    """Write buffers one behind another, at an offset or (None) where the stream is."""
    for first in range(0, len(buffers), _BUFFERS):
        some = buffers[first : first + _BUFFERS]
        size = sum(map(len, some))
        written = 0
        if offset is None:
            written = os.writev(file, some) if hasattr(os, "writev") else 0
        elif hasattr(os, "pwritev"):
            written = os.pwritev(file, some, offset)
        if written < size:  # a pipe, a full disk: the rest piece by piece, until it is an error
            if offset is not None:
                os.lseek(file, offset + written, os.SEEK_SET)
            rest = memoryview(b"".join(some))[written:]
            while rest:
                rest = rest[os.write(file, rest) :]
        if offset is not None:
            offset += size
