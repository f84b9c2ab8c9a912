"""One output as Arrow: what is shared of a plan in it, and the columns of the rows of a chunk.

A plan is shared as numbers: dates as days from its start, words as their places in a list. The
columns of a chunk have the rows of every shared plan once, and which of them each plan takes:
a tenth of the rows that come of it. So they pass from a worker to the process that writes the
file, which alone writes them out; a word stays a dictionary's until Parquet has it.
"""

from __future__ import annotations

from array import array
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.batch.reading.source import library
from taper.batch.sharing.days import FIRST
from taper.batch.sharing.step_rows import StepRows
from taper.batch.writing.schemas import decimal, typed_schema
from taper.batch.writing.text import value_text
from taper.export.csv import row_dates, schedule_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from taper.batch.sharing.moved_start import Restarted
    from taper.batch.sharing.planner import Planned
    from taper.batch.writing.tables import Table
    from taper.engine.steps import Step
    from taper.export.csv import RowDates
    from taper.planning.plan import Plan

_NULL = -(2**31)
_EPOCH = FIRST.toordinal() - date(1970, 1, 1).toordinal()  # Arrow counts days from there
_OVERHEAD = 2000
MOST_WORDS = 300_000


class Cells:
    """What is shared of a plan: numbers by column, the words as their places in a list."""

    __slots__ = ("columns", "rows", "size")

    def __init__(self, columns: list[bytes], rows: int) -> None:
        """The numbers of a column stand side by side, each in four bytes."""
        self.columns = columns
        self.rows = rows
        self.size = sum(map(len, columns)) + _OVERHEAD


class Packed(NamedTuple):
    """The columns of a chunk as three record batches.

    ``shared`` has the columns of all rows that plans share, dates as days from the start;
    ``plans`` has for each plan its id, its first day (from 1970) and the kept columns; ``taken``
    has for every row of the output the row of ``shared`` and the plan that it is made of.
    """

    shared: Any
    plans: Any
    taken: Any

    def unpacked(self, table: Table) -> Any:
        """The record batch of every row of every plan."""
        arrow, compute = library("pyarrow"), library("pyarrow.compute")
        ids, days, *kept = self.plans.columns
        row, plan = self.taken.columns
        starts = days.take(plan)
        columns = [ids.take(plan)]
        for name, shared in zip(table.header[1:], self.shared.columns, strict=True):
            column = shared.take(row)
            if name in table.dates:
                column = compute.add(column, starts).cast(arrow.date32())
            columns.append(column)
        columns += [values.take(plan) for values in kept]
        return arrow.record_batch(columns, [*table.header, *self.plans.schema.names[2:]])


class ColumnOutput:
    """Collects the rows of a table, and builds the columns of a chunk of them."""

    def __init__(self, table: Table, kept: tuple[str, ...]) -> None:
        """``kept`` are the columns that are copied from the input, as text."""
        self.table = table
        self.kept = kept
        self._words: dict[str, int] = {}
        self._list: list[str] = []  # the words in order
        self._dated = [n for n, name in enumerate(table.header) if name in table.dates]
        self._rows = StepRows(self._row)
        self._empty()

    def _empty(self) -> None:
        self._planned: list[Planned] = []
        self._cells: list[Cells] = []  # of each plan
        self._kept_values: list[tuple[Any, ...]] = []

    def shared(self, plan: Plan) -> Cells:
        """The cells of a plan: its dates as days from the start."""
        base = plan.start.toordinal()
        if self.table.steps:
            return self._of_steps(plan, base)
        rows = self.table.rows(plan)
        columns = [b""]  # the id is not shared
        for place, name in enumerate(self.table.header[1:], 1):
            columns.append(self._column(name, [row[place] for row in rows], base))
        return Cells(columns, len(rows))

    def moved(self, like: Cells, plan: Restarted) -> Cells:
        """The cells of a plan begun on another day than ``like``: of a schedule, other checks."""
        if not self.table.steps:
            return self.shared(plan.whole)
        columns = list(like.columns)
        columns[self._dated[-1]] = _bytes(plan.next_checks)
        return Cells(columns, like.rows)

    def _column(self, name: str, cells: list[str], base: int) -> bytes:
        if name in self.table.dates:
            return _days([date.fromisoformat(cell) if cell else None for cell in cells], base)
        return array("i", [self._number(name, cell) for cell in cells]).tobytes()

    def _number(self, name: str, cell: str) -> int:
        """A number, or the place of a word among those that were seen."""
        if name in self.table.numbers:
            return int(cell) if cell else _NULL
        return self._words.setdefault(cell, len(self._words))

    def _of_steps(self, plan: Plan, base: int) -> Cells:
        """The cells of a schedule, whose dates stand in columns of their own."""
        days = row_dates(plan)
        rows = [self._rows.of(plan, *each) for each in zip(plan.steps, days, strict=True)]
        columns = [array("i", cells).tobytes() for cells in zip(*rows, strict=True)]
        for place, dates in zip(self._dated, zip(*days, strict=True), strict=True):
            columns[place] = _days(dates, base)
        return Cells(columns, len(rows))

    def _row(self, plan: Plan, step: Step, dates: RowDates) -> list[int]:
        """The numbers of a row; nothing for its id and its dates."""
        cells = schedule_row("", step, plan.start, dates)
        made = [
            0 if name in self.table.dates else self._number(name, cell)
            for name, cell in zip(self.table.header[1:], cells[1:], strict=True)
        ]
        return [0, *made]

    def add(
        self,
        planned: Sequence[Planned],
        cells: Sequence[Cells],
        kept: Sequence[tuple[Any, ...]],
    ) -> None:
        """The plans of the next rows, and of each the columns that are kept, if there are any."""
        self._planned += planned
        self._cells += cells
        self._kept_values += kept

    def nothing(self, rows: int) -> Cells:
        """The cells of a row that failed: one row a problem, with nothing but its id."""
        nothing = array("i", [_NULL] * rows).tobytes()
        return Cells([nothing] * len(self.table.header), rows)

    @property
    def is_full(self) -> bool:
        """Whether so many words were seen that it is better to begin anew."""
        return len(self._words) > MOST_WORDS

    def take(self) -> Packed:
        """The columns of everything that was added since the last time."""
        places = {cells: place for place, cells in enumerate(dict.fromkeys(self._cells))}
        each = array("i", map(places.__getitem__, self._cells))
        made = Packed(
            self._shared_columns(list(places)),
            self._plans(),
            _taken(each, [cells.rows for cells in places]),
        )
        self._empty()
        return made

    def _shared_columns(self, cells: list[Cells]) -> Any:
        if len(self._list) != len(self._words):
            self._list = list(self._words)
        columns = {}
        for place, name in enumerate(self.table.header[1:], 1):
            found = _with_nulls(numbers(b"".join(each.columns[place] for each in cells)))
            is_number = name in self.table.dates or name in self.table.numbers
            if not is_number:
                found = self._spelled(found)
            if name in self.table.places:
                found = _decimals(found, decimal(self.table.places[name]))
            columns[name] = found
        return library("pyarrow").record_batch(columns)

    def _spelled(self, found: Any) -> Any:
        """The words of a column as a dictionary, in the order in which they occur."""
        places = found.dictionary_encode()
        words = [self._list[place] for place in places.dictionary.to_pylist()]
        return library("pyarrow").DictionaryArray.from_arrays(places.indices, strings(words))

    def _plans(self) -> Any:
        """What every plan has of its own: its id, its first day, and what is kept."""
        arrow, compute = library("pyarrow"), library("pyarrow.compute")
        starts = numbers(array("i", [planned[2] for planned in self._planned]))
        every = numbers(array("i", range(len(self._planned))))
        ids = strings([planned[0] for planned in self._planned])
        columns = [
            arrow.DictionaryArray.from_arrays(every, ids),
            compute.add(starts, _number(_EPOCH)),
            *(
                strings([value_text(values[number]) for values in self._kept_values])
                for number in range(len(self.kept))
            ),
        ]
        return arrow.record_batch(columns, ["id", "start", *self.kept])


class RecordOutput:
    """Collects error records, which no two rows share."""

    def __init__(self, table: Table) -> None:
        """Begin with none."""
        self.table = table
        self.is_full = False
        self._records: list[list[str]] = []

    def add_records(self, rows: list[list[str]]) -> None:
        """Rows of text cells."""
        self._records += rows

    def take(self) -> tuple[Any]:
        """The record batch of everything that was added since the last time."""
        arrow = library("pyarrow")
        schema = typed_schema(self.table.name, (), errors=False)
        columns = []
        for place, field in enumerate(schema):
            cells: list[Any] = [row[place] for row in self._records]
            if field.name in self.table.numbers:
                cells = [int(cell) for cell in cells]
            columns.append(arrow.array(cells, field.type))
        self._records = []
        return (arrow.record_batch(columns, schema.names),)


def _days(days: Iterable[date | None], base: int) -> bytes:
    return _bytes([None if day is None else day.toordinal() - base for day in days])


def _bytes(numbers: Iterable[int | None]) -> bytes:
    return array("i", [_NULL if each is None else each for each in numbers]).tobytes()


def _taken(each: array[int], counts: Sequence[int]) -> Any:
    """For plans that take the ``each``-th of some lists: the rows, and of which plan each is.

    ``counts`` are the lengths of the lists.
    """
    arrow, compute = library("pyarrow"), library("pyarrow.compute")
    ends = array("i", accumulate(counts, initial=0))
    every = numbers(array("i", range(ends[-1])))
    found = arrow.ListArray.from_arrays(numbers(ends), every).take(numbers(each))
    plans = compute.list_parent_indices(found).cast(arrow.int32())
    return arrow.record_batch([found.flatten(), plans], ["row", "plan"])


def _with_nulls(found: Any) -> Any:
    """The integers of a column, null if there is none."""
    compute = library("pyarrow.compute")
    empty = compute.equal(found, _number(_NULL))
    return compute.if_else(empty, library("pyarrow").nulls(1, found.type)[0], found)


def _decimals(words: Any, kind: Any) -> Any:
    """Amounts as decimals, null if there is none; each word is read once."""
    compute = library("pyarrow.compute")
    texts = words.dictionary
    empty = compute.equal(compute.binary_length(texts), _number(0))
    known = compute.if_else(empty, library("pyarrow").nulls(1, texts.type)[0], texts)
    return known.cast(kind).take(words.indices)


def _number(value: int) -> Any:
    """A number for Arrow; ``arrow.scalar`` would load pandas if it is installed."""
    return numbers(array("i", [value]))[0]


def numbers(data: array[int] | bytes) -> Any:
    """An Arrow array of 32-bit integers, of an array or of its bytes."""
    arrow = library("pyarrow")
    buffer = arrow.py_buffer(data)
    return arrow.Array.from_buffers(arrow.int32(), buffer.size // 4, [None, buffer])


def strings(texts: Sequence[str]) -> Any:
    """An Arrow array of texts; ``arrow.array`` would load pandas if it is installed."""
    arrow = library("pyarrow")
    whole = "".join(texts)
    parts = texts if whole.isascii() else [text.encode(errors="replace") for text in texts]
    ends = array("i", accumulate(map(len, parts), initial=0)).tobytes()
    buffers = [arrow.py_buffer(ends), arrow.py_buffer(whole.encode(errors="replace"))]
    return arrow.StringArray.from_buffers(len(texts), *buffers)


def write_part(path: Path, batches: tuple[Any, ...]) -> None:
    """Write record batches to a file, one behind another."""
    arrow = library("pyarrow")
    with arrow.OSFile(str(path), "wb") as out:
        for batch in batches:
            with arrow.ipc.new_stream(out, batch.schema) as writer:
                writer.write_batch(batch)


def read_part(path: Path, table: Table) -> Any:
    """The record batch of a part, every row written out."""
    arrow = library("pyarrow")
    batches = []
    with arrow.OSFile(str(path)) as file:
        size = file.size()
        while file.tell() < size:
            with arrow.ipc.open_stream(file) as reader:
                batches += list(reader)
    return batches[0] if len(batches) == 1 else Packed(*batches).unpacked(table)
