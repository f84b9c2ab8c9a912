"""One output as Arrow: what is shared of a plan in it, and the columns of the rows of a chunk."""

from __future__ import annotations

from array import array
from datetime import date
from typing import TYPE_CHECKING, Any

from taper.batch.reading.source import library
from taper.batch.sharing.days import FIRST
from taper.batch.sharing.step_rows import StepRows
from taper.batch.sharing.template import Windows, cut
from taper.batch.writing.formats import value_text
from taper.batch.writing.packed import Packed, numbers, strings, taken
from taper.batch.writing.schemas import typed_schema
from taper.batch.writing.tables import error_rows
from taper.export.csv import row_dates, schedule_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.batch.sharing.planner import Failed, Planned
    from taper.batch.sharing.template import Template
    from taper.batch.writing.tables import Table
    from taper.engine.steps import Step
    from taper.errors import Problem
    from taper.export.csv import RowDates
    from taper.planning.plan import Plan

_NULL = -(2**31)
_EPOCH = FIRST.toordinal() - 719163  # days from 1970 to the first day of the table
_OVERHEAD = 2000
MOST_WORDS = 300_000
_MESSAGE = 5  # where the message stands in an error record


class Cells:
    """What is shared of a plan: numbers by column, the words as their place in a list."""

    __slots__ = ("columns", "gaps", "rows", "size")

    def __init__(self, columns: list[bytes], gaps: dict[int, list[Template]], rows: int) -> None:
        """``gaps`` has the columns of words with dates in them, a template a row."""
        self.columns = columns
        self.gaps = gaps
        self.rows = rows
        self.size = sum(map(len, columns)) + _OVERHEAD


class ArrowOutput:
    """Collects the rows of a table, and builds a record batch of them."""

    def __init__(self, table: Table, kept: tuple[str, ...]) -> None:
        """``kept`` are the columns that are copied from the input, as text."""
        self.table = table
        self.kept = kept
        self._words: dict[str, int] = {}
        self._planned: list[Planned] = []
        self._cells: list[Cells] = []  # of each plan
        self._kept_values: list[tuple[Any, ...]] = []
        self._records: list[list[str]] = []
        self._errors: dict[int, tuple[Problem, ...]] = {}
        self._list: list[str] = []  # the words in order
        self._dated = [n for n, name in enumerate(table.header) if name in table.dates]
        self._rows = StepRows(self._row)
        self._windows = Windows()

    def shared(self, plan: Plan, start: int | None, like: Cells | None) -> Cells | None:
        """The cells of a plan: its dates as days from the start.

        ``like`` are those of the same plan begun on another weekday.
        """
        base = plan.start.toordinal() - FIRST.toordinal()
        if like is not None and self.table.steps:
            columns = list(like.columns)  # only the checks depend on the weekday
            columns[self._dated[-1]] = self._days([row[-1] for row in row_dates(plan)], base)
            return Cells(columns, {}, like.rows)
        if self.table.steps and start is not None:
            return self._of_steps(plan, base)
        rows = self.table.rows(plan)
        columns = []
        gaps = {}
        for place, name in enumerate(self.table.header):
            cells = [row[place] for row in rows]
            if place == 0:  # the id
                columns.append(b"")
            elif name in self.table.dates:
                days = (date.fromisoformat(cell) if cell else None for cell in cells)
                columns.append(self._days(days, base))
            elif name in self.table.numbers:
                columns.append(array("i", (int(c) if c else _NULL for c in cells)).tobytes())
            else:
                made = [cut(cell, start) for cell in cells] if name == "directions" else []
                if any(template is None for template in made):
                    return None
                if any(template is not None and template.reach >= 0 for template in made):
                    gaps[place] = [template for template in made if template is not None]
                columns.append(self._places(cells))
        return Cells(columns, gaps, len(rows))

    def _of_steps(self, plan: Plan, base: int) -> Cells:
        """The cells of a schedule, whose dates stand in columns of their own."""
        days = row_dates(plan)
        rows = [
            self._rows.of(plan, step, dates) for step, dates in zip(plan.steps, days, strict=True)
        ]
        columns = [array("i", cells).tobytes() for cells in zip(*rows, strict=True)]
        for place, dates in zip(self._dated, zip(*days, strict=True), strict=True):
            columns[place] = self._days(dates, base)
        return Cells(columns, {}, len(rows))

    def _row(self, plan: Plan, step: Step, dates: RowDates) -> list[int]:
        """The numbers of a row, and its words as their places; nothing for its id and dates."""
        cells = schedule_row("", step, plan.start, dates)
        made = [0]
        for name, cell in zip(self.table.header[1:], cells[1:], strict=True):
            if name in self.table.dates:
                made.append(0)
            elif name in self.table.numbers:
                made.append(int(cell) if cell else _NULL)
            else:
                made.append(self._words.setdefault(cell, len(self._words)))
        return made

    @staticmethod
    def _days(days: Iterable[date | None], base: int) -> bytes:
        first = FIRST.toordinal() + base
        return array("i", [day.toordinal() - first if day else _NULL for day in days]).tobytes()

    def _places(self, cells: list[str]) -> bytes:
        """Each word's place in the list of words that were seen."""
        words = self._words
        return array("i", (words.setdefault(cell, len(words)) for cell in cells)).tobytes()

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

    def add_records(self, rows: list[list[str]]) -> None:
        """Rows of text cells (error records)."""
        self._records += rows

    def add_failed(self, failed: Failed, kept: tuple[Any, ...]) -> None:
        """In place of a plan, a row for each problem: nothing but its id and what is wrong."""
        self._errors[len(self._planned)] = failed.problems
        count = len(failed.problems)
        nothing = array("i", [_NULL] * count).tobytes()
        cells = Cells([nothing] * len(self.table.header), {}, count)
        self.add([(failed.id, None, 0, None)], [cells], [kept] if self.kept else [])

    @property
    def is_full(self) -> bool:
        """Whether so many words were seen that it is better to begin anew."""
        return len(self._words) > MOST_WORDS

    def take(self) -> Packed | tuple[Any]:
        """Everything since the last time; words are dictionary-encoded."""
        arrow = library("pyarrow")
        made: Packed | tuple[Any]
        if self.table.name == "errors":
            made = (self._record_batch(arrow, typed_schema("errors", self.kept, errors=False)),)
        else:
            made = self._packed(arrow)
        self._planned, self._cells = [], []
        self._kept_values, self._records, self._errors = [], [], {}
        return made

    def _record_batch(self, arrow: Any, schema: Any) -> Any:
        columns = []
        for place, field in enumerate(schema):
            cells: list[Any] = [row[place] for row in self._records]
            if field.name in self.table.numbers:
                cells = [int(cell) for cell in cells]
            columns.append(arrow.array(cells, field.type))
        return arrow.record_batch(columns, schema.names)

    def _packed(self, arrow: Any) -> Packed:
        """The columns of what is shared once each, and which plan takes which of its rows."""
        places = {cells: place for place, cells in enumerate(dict.fromkeys(self._cells))}
        with_gaps: set[int] = set().union(*(cells.gaps for cells in places))
        columns = list(zip(*(cells.columns for cells in places), strict=True))
        columns = columns or [()] * len(self.table.header)
        if len(self._list) != len(self._words):
            self._list = list(self._words)
        shared, own = {}, {}
        for number, name in enumerate(self.table.header[1:], 1):
            if number in with_gaps:
                own[name] = self._filled(arrow, number)
                continue
            found = numbers(b"".join(columns[number]))
            if name in self.table.dates or name in self.table.numbers:
                shared[name] = _with_nulls(arrow, found)
            else:
                shared[name] = self._spelled(arrow, found)
        starts = numbers(array("i", [planned[2] for planned in self._planned]))
        plans = [
            _each_one([planned[0] for planned in self._planned]),
            library("pyarrow.compute").add(starts, _number(_EPOCH)),
            *(
                strings([value_text(values[number]) for values in self._kept_values])
                for number in range(len(self.kept))
            ),
        ]
        each = array("i", map(places.__getitem__, self._cells))
        return Packed(
            arrow.record_batch(shared),
            arrow.record_batch(plans, ["id", "start", *self.kept]),
            taken(each, [cells.rows for cells in places]),
            arrow.record_batch(own),
        )

    def _spelled(self, arrow: Any, found: Any) -> Any:
        """The words of a column, those that occur in the order in which they do."""
        # only errors have none
        found = _with_nulls(arrow, found) if self._errors else found
        places = found.dictionary_encode()
        words = [self._list[place] for place in places.dictionary.to_pylist()]
        return arrow.DictionaryArray.from_arrays(places.indices, strings(words))

    def _filled(self, arrow: Any, number: int) -> Any:
        """A column of words some of which have dates in them."""
        words: list[str | None] = []
        for (_, _, start, _), cells in zip(self._planned, self._cells, strict=True):
            templates = cells.gaps.get(number)
            if templates is None:
                places = array("i", cells.columns[number])
                words += [None if place == _NULL else self._list[place] for place in places]
            else:
                for template in templates:
                    window = self._windows.of(start, template.reach)
                    words.append(template.render(window).decode())
        return arrow.array(words, arrow.string()).dictionary_encode()

    def errors(self, arrow: Any) -> tuple[Any, Any]:
        """Two columns beside those of the plans: the field of a problem, and what it is."""
        fields: list[str | None] = []
        messages: list[str | None] = []
        for place, cells in enumerate(self._cells):
            problems = self._errors.get(place)
            if problems is None:
                fields += [None] * cells.rows
                messages += [None] * cells.rows
            else:
                fields += [problem.field for problem in problems]
                messages += [error_rows(0, 0, "", [problem])[0][_MESSAGE] for problem in problems]
        return arrow.array(fields, arrow.string()), arrow.array(messages, arrow.string())


def _with_nulls(arrow: Any, found: Any) -> Any:
    """The integers of a column, null where there is none."""
    compute = library("pyarrow.compute")
    empty = compute.equal(found, _number(_NULL))
    return compute.if_else(empty, arrow.nulls(1, arrow.int32())[0], found)


def _number(value: int) -> Any:
    """A number for Arrow; ``arrow.scalar`` would load pandas where it is installed."""
    return numbers(array("i", [value]))[0]


def _each_one(texts: list[str]) -> Any:
    """Texts that are taken many times each, as a dictionary's."""
    arrow = library("pyarrow")
    every = numbers(array("i", range(len(texts))))
    return arrow.DictionaryArray.from_arrays(every, strings(texts))
