"""Arrow and Parquet: one request a row of a record batch."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

from taper.batch.fields import Layout, Rows, id_text
from taper.batch.source import BatchError, library
from taper.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from taper.batch.fields import Row

ROWS = 8192  # of a record batch in the copy that workers read


def rows_of(batch: Any, layout: Layout) -> list[Row]:
    """The flat rows of a record batch."""
    names = batch.schema.names
    columns: list[Iterable[Any]] = []
    for name in (*layout.names, *layout.kept):
        if name in names:
            columns.append(_values(batch.column(names.index(name))))
        else:
            columns.append(repeat(None, batch.num_rows))
    return list(zip(*columns, strict=True))


def _values(column: Any) -> list[Any]:
    """The values of a column: whole numbers and days as they are meant, lists as tuples."""
    arrow = library("pyarrow")
    kind = column.type
    if arrow.types.is_dictionary(kind):
        return _values(column.dictionary_decode())
    try:
        if arrow.types.is_timestamp(kind):  # a table of days from pandas has times at midnight
            column = column.cast(arrow.date32())
        if arrow.types.is_floating(kind):  # integers with gaps in them, from pandas
            column = column.cast(arrow.int64())
        if arrow.types.is_date(column.type):
            column = column.cast(arrow.string())
    except arrow.ArrowInvalid:
        pass  # the reader says what is wrong with each value
    values: list[Any] = column.to_pylist()
    if arrow.types.is_list(kind) or arrow.types.is_large_list(kind):
        return [None if value is None else _tuple(value) for value in values]
    if arrow.types.is_nested(kind):
        return [None if value is None else str(value) for value in values]
    return values


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple("" if value is None else value for value in values)


def copied(path: Path, shown: str, folder: Path) -> tuple[Path, tuple[str, ...], list[int]]:
    """A Parquet file as batches that can be read at any place: its copy, columns, row counts."""
    arrow, parquet = library("pyarrow"), library("pyarrow.parquet")
    copy = folder / "batches"
    counts = []
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            with arrow.OSFile(str(copy), "wb") as out, arrow.ipc.new_file(out, schema) as writer:
                for batch in file.iter_batches(ROWS):
                    writer.write_batch(batch)
                    counts.append(batch.num_rows)
    except arrow.ArrowInvalid as error:
        reason = str(error).splitlines()[0]
        raise BatchError(Problem("input", f"{shown} is not Parquet: {reason}", "")) from None
    return copy, tuple(schema.names), counts


class Batches:
    """Reads record batches from the copy."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Open the file."""
        arrow = library("pyarrow")
        self.layout = layout
        self._file = arrow.OSFile(str(path))  # not mapped: its pages would count as memory
        self._reader = arrow.ipc.open_file(self._file)

    def decode(self, number: int, first_line: int) -> Rows:
        """The rows of a batch; for a line they have their number."""
        rows = rows_of(self._reader.get_batch(number), self.layout)
        return Rows(rows, range(first_line, first_line + len(rows)))

    def survey(self, number: int) -> tuple[int, list[str]]:
        """How many rows a batch has, and the id of each (empty where it has none)."""
        batch = self._reader.get_batch(number)
        names = batch.schema.names
        if "id" not in names:
            return batch.num_rows, [""] * batch.num_rows
        return batch.num_rows, [id_text(value) for value in _values(batch.column("id"))]
