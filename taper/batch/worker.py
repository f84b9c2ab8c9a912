"""The work of one worker: read a range of the input, plan its rows, write them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from taper.batch.job import Counts, Task
from taper.batch.outputs import opened, write_at
from taper.batch.reading import jsonl
from taper.batch.reading.arrow import Batches
from taper.batch.reading.csv import Cells
from taper.batch.reading.row import Fault, Layout, Loose, Rows, id_text, value_of
from taper.batch.reading.source import CSV, JSONL, PARQUET, Window, library
from taper.batch.reading.written import DATED, dated
from taper.batch.sharing.days import starts
from taper.batch.sharing.planner import Failed, Planner
from taper.batch.sharing.words import Spoken, spoken
from taper.batch.writing.columns import ColumnOutput, RecordOutput, write_part
from taper.batch.writing.tables import TABLES, error_rows
from taper.batch.writing.text import TextOutput, text_output
from taper.errors import Problem, TaperError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from taper.batch.job import Job, Output
    from taper.batch.reading.row import Row
    from taper.batch.sharing.moved_start import Restarted
    from taper.planning.plan import Plan

_FEW = 20  # one row in so many may be read slowly
_REHEARSED = 20_000  # rows that are planned in advance, at most
_AT_ONCE = 50
_SHARED = 2  # of so many rows one may be new


class _Rendering:
    """What is shared of a plan, one piece an output."""

    __slots__ = ("pieces", "size")

    def __init__(self, pieces: list[Any]) -> None:
        self.pieces = pieces
        self.size = sum(piece.size for piece in pieces)


class _Renderer:
    """Renders a plan for every output."""

    def __init__(self, outputs: list[Any]) -> None:
        """``outputs`` are those of plans."""
        self.outputs = outputs

    def shared(self, plan: Plan) -> _Rendering:
        """The rendering of a plan."""
        return _Rendering([output.shared(plan) for output in self.outputs])

    def moved(self, like: _Rendering, plan: Restarted) -> _Rendering:
        """The rendering of a plan begun on another day than ``like``."""
        pairs = zip(self.outputs, like.pieces, strict=True)
        return _Rendering([output.moved(piece, plan) for output, piece in pairs])


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
        self._made: list[list[bytes]] = []
        self._renew()

    def _renew(self) -> None:
        """Forget everything that is shared."""
        made = [_output(output, self.job.layout.kept) for output in self.job.outputs]
        self.outputs: list[Any] = made
        self._plans = [out for out in made if out.table.name != "errors"]
        self._errors = [out for out in made if out.table.name == "errors"]
        whole = any(out.table.whole for out in self.outputs)
        products = self.job.products
        renderer = _Renderer(self._plans)
        planner = Planner(self.layout, renderer, whole=whole, products=products)
        self._planner = spoken(planner, self.layout, products)

    def prepare(self) -> None:
        """Load what planning needs, once: workers are then forked with it."""
        starts()
        if any(output.is_parquet for output in self.job.outputs):
            library("pyarrow.compute")

    def rehearsed(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bool]:
        """Plan rows a few at a time, so that what they have in common is known.

        Yields whether it is worth going on even while all others wait: what each of them would
        plan again is better planned once, but rows that are all new will have nothing in common
        with later ones. Nothing is written; a problem of the input is reported when it is planned.
        """
        self.prepare()
        left, new = _REHEARSED, 0
        for start, end in ranges:
            try:
                rows = self._read(Task(0, start, end, 1, 1, {})).rows
            except (TaperError, OSError):
                return
            for first in range(0, min(len(rows), left), _AT_ONCE):
                yield new * _SHARED < _AT_ONCE
                before = self._planner.read_in_full
                self._planner.plans(rows[first : first + _AT_ONCE], 1)
                new = self._planner.read_in_full - before
            left -= len(rows)
            if left <= 0:
                return

    def survey(self, start: int, end: int) -> tuple[int, int, bytes, int, tuple[int, ...]]:
        """Rows and lines of a range, and the ids, one a line (nothing without a column).

        Of a CSV file also how many rows are empty, and how its dates are written.
        """
        job = self.job
        empty, bits = 0, (0,) * len(DATED)
        if job.kind == PARQUET:
            count, ids = self._batches.survey(start)
        elif job.renamed is not None:
            data = self._bytes(start, end)
            rows = jsonl.renamed(data, 1, job.layout, job.renamed).rows
            ids = [_id_of(row) for row in rows]
            count = data.count(b"\n") + (not data.endswith(b"\n"))
        elif job.kind == JSONL:
            count, ids = jsonl.survey(self._bytes(start, end), job.layout)
        else:
            assert self._cells is not None
            count, ids, empty, bits = self._cells.seen(self._bytes(start, end))
        without = job.kind != JSONL and "id" not in job.columns
        blob = b"" if without else "\n".join(ids).encode("utf-8", "replace")
        return len(ids), count, blob, empty, bits

    def names(self, start: int, end: int) -> set[str]:
        """The names in a range of JSONL that are not fields."""
        return jsonl.names(self._bytes(start, end))

    def _bytes(self, start: int, end: int) -> bytes:
        assert self._window is not None
        return self._window.read(start, end)

    def _read(self, task: Task) -> Rows:
        job = self.job
        if job.kind == PARQUET:
            return self._batches.decode(task.start, task.first_line)
        data = self._bytes(task.start, task.end)
        if job.renamed is not None:
            return jsonl.renamed(data, task.first_line, self.layout, job.renamed)
        decode: Callable[[bytes, int, Layout], Rows]
        if job.kind == JSONL:
            decode = jsonl.decode_kept if job.layout.kept else jsonl.decode
        else:
            assert self._cells is not None
            decode = self._cells.decode
        rows = decode(data, task.first_line, self.layout)
        if job.kind == JSONL and self.layout is not jsonl.LAYOUT and not self.layout.kept:
            loose = list(map(type, rows.rows)).count(Loose)
            if loose * _FEW > len(rows.rows):  # the sample did not have a field of these rows
                self.layout = jsonl.LAYOUT
                self._renew()
                rows = decode(data, task.first_line, self.layout)
        return rows

    def plan(self, task: Task) -> tuple[list[int], Counts]:
        """Plan a chunk; returns the bytes for every output (0 for Parquet), and the counts."""
        read = self._read(task)
        if task.orders:
            read = Rows(dated(read.rows, self.layout, task.orders), read.lines)
        rows, first = read.rows, task.first_row
        results = self._planner.plans(rows, first)
        for number, before in task.repeated.items():
            results[number - first] = _again(rows[number - first], before)
        counts = Counts(unused=self._unused())
        failed = [n for n, result in enumerate(results) if result.__class__ is Failed]
        if failed:
            self._add_records(read, results, failed, first, counts)
            rows = [
                row
                for row, result in zip(rows, results, strict=True)
                if result.__class__ is not Failed
            ]
        planned: list[Any] = [result for result in results if result.__class__ is not Failed]
        counts.planned = len(planned)
        end = self.layout.end
        kept = [kept_of(row, end) for row in rows] if self.layout.kept else []
        for number, output in enumerate(self._plans):
            output.add(planned, [plan[3].pieces[number] for plan in planned], kept)
        return self._taken(task.number), counts

    def _unused(self) -> int:
        """The quantities of doses that are known, in the rows that were planned last."""
        if not isinstance(self._planner, Spoken):
            return 0
        found, self._planner.unused = self._planner.unused, 0
        return found

    def _add_records(
        self, read: Rows, results: list[Any], failed: list[int], first: int, counts: Counts
    ) -> None:
        """Count the rows that failed, and write the records of their problems."""
        records: list[list[str]] = []
        for place in failed:
            result, line = results[place], read.lines[place]
            counts.add_failed(result, line)
            problems = [
                _whole(problem, read.rows[place], self.layout) for problem in result.problems
            ]
            records += error_rows(line, first + place, result.id, problems)
        for errors in self._errors:
            errors.add_records(records)

    def _taken(self, chunk: int) -> list[int]:
        """Take what was made; Parquet parts are written at once, each to a file of its own."""
        self._made = []
        full = False
        for place, output in enumerate(self.outputs):
            if isinstance(output, TextOutput):
                self._made.append(output.take())
            else:
                write_part(self.job.part(place, chunk), output.take())
                full = full or output.is_full
                self._made.append([])
        if full:
            self._renew()
        return [sum(map(len, made)) for made in self._made]

    def write(self, offsets: list[int]) -> None:
        """Write what was planned last, each output at its offset."""
        for place, (output, made) in enumerate(zip(self.job.outputs, self._made, strict=True)):
            if made:
                if place not in self._files:
                    self._files[place] = opened(output)
                at = None if output.is_stream else offsets[place]
                write_at(self._files[place], made, at)
        self._made = []

    def close(self) -> None:
        """Close the input and the outputs."""
        while self._files:
            _, file = self._files.popitem()
            if file != 1:
                os.close(file)
        if self._window is not None:
            self._window.close()


def _output(output: Output, kept: tuple[str, ...]) -> Any:
    table = TABLES[output.table]
    if not output.is_parquet:
        return text_output(output.kind, output.compression, table, kept)
    return RecordOutput(table) if table.name == "errors" else ColumnOutput(table, kept)


def _whole(problem: Problem, row: Row, layout: Layout) -> Problem:
    """The problem with the whole value of its field, if the row has one."""
    value = value_of(row, layout, problem.field) if problem.field else ""
    return replace(problem, value=value) if value else problem


def _id_of(row: Row) -> str:
    if isinstance(row, Fault):
        return row.id
    return id_text(row.values.get("id") if isinstance(row, Loose) else row[0])


def kept_of(row: Row, end: int) -> tuple[Any, ...]:
    """The kept columns of a row that could be read, which stand behind its fields."""
    return row.kept if isinstance(row, Loose) else row[end:]


def _again(row: Row, first: int) -> Failed:
    """The error of a row whose id stood before."""
    if isinstance(row, Fault):
        return Failed(row.id, row.problems)
    ident = _id_of(row)
    message = f"the id '{ident}' is already that of row {first}"
    return Failed(ident, (Problem("id", message, "one row an id", ident),))
