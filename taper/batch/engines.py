"""Arrow record batches in, record batches out: what an engine that people already run calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.batch.reading.arrow import names_of, rows_of
from taper.batch.reading.row import Fault, Loose, layout_of
from taper.batch.reading.source import library
from taper.batch.sharing.planner import Failed, Planner
from taper.batch.writing.arrow import ArrowOutput
from taper.batch.writing.packed import Packed
from taper.batch.writing.schemas import known, typed_schema
from taper.batch.writing.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taper.batch.reading.row import Layout, Row
    from taper.batch.writing.arrow import Cells
    from taper.planning.plan import Plan


def _kept(row: Row, layout: Layout) -> tuple[Any, ...]:
    """The kept columns of a row; of one that cannot be read there are none."""
    if isinstance(row, Fault):
        return (None,) * len(layout.kept)
    return row.kept if isinstance(row, Loose) else row[layout.end :]


class _Batches:
    """Plans record batches, one after another."""

    def __init__(self, table: str, names: tuple[str, ...], *, keep: bool) -> None:
        self.table = TABLES[known(table)]
        self.names = names
        self.layout = layout_of(names, keep=keep)
        self.schema = typed_schema(self.table.name, self.layout.kept, errors=True)
        self.number = 0
        self._renew()

    def _renew(self) -> None:
        self.output = ArrowOutput(self.table, self.layout.kept)
        self.planner = Planner(self.layout, self._rendering, whole=self.table.whole)

    def _rendering(self, plan: Plan, start: int | None, like: Any) -> Cells | None:
        return self.output.shared(plan, start, like)

    def planned(self, batch: Any) -> Any:
        arrow = library("pyarrow")
        for row in rows_of(batch, self.layout):
            self.number += 1
            result = self.planner.plan(row, self.number)
            kept = _kept(row, self.layout)
            if isinstance(result, Failed):
                self.output.add_failed(result, kept)
            else:
                self.output.add([result], [result[3]], [kept] if kept else [])
        fields, messages = self.output.errors(arrow)
        made = self.output.take()
        assert isinstance(made, Packed)
        columns = [
            column.cast(field.type) if column.type != field.type else column
            for column, field in zip(made.unpacked(self.table).columns, self.schema, strict=False)
        ]
        if self.output.is_full:
            self._renew()
        return arrow.record_batch([*columns, fields, messages], schema=self.schema)


# The last one that was used: an engine calls for every partition, often in the same process,
# and plans that are known need not be made again.
_spare: dict[tuple[str, tuple[str, ...], bool], _Batches] = {}


def plan_batches(
    batches: Iterable[Any], table: str = "schedule", *, keep_columns: bool = False
) -> Iterator[Any]:
    """Plan every row of Arrow record batches: an iterator of batches in, one of batches out.

    The input columns are the request fields (text, dates or integers; lists as lists or with
    ``;`` between). ``table`` is ``schedule``, ``checks``, ``supply`` or ``summary``; the columns
    are those of ``taper batch``, with ``error_field`` and ``error``, which are null except in
    the rows that stand for a request that failed: one a problem, with its id and nothing else.
    Nothing is lost, and nothing is raised for a bad row. A batch comes out for each that goes in.

    An id is asked for: rows without one are counted, and an engine counts in every partition.
    That an id stands twice is for the engine to find, which has the whole table.

    Raises :class:`~taper.InputError` for columns that are no fields, unless they are kept.
    Source: contract 12.
    """
    library("pyarrow")
    planner: _Batches | None = None
    for batch in batches:
        names = names_of(batch.schema)
        if planner is None or planner.names != names:
            planner = _spare.pop((table, names, keep_columns), None)
            planner = planner or _Batches(table, names, keep=keep_columns)
            planner.number = 0
        yield planner.planned(batch)
    if planner is not None:
        _spare.clear()
        _spare[table, planner.names, keep_columns] = planner
