"""Arrow and Parquet: one request a row of a record batch."""

from __future__ import annotations

from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any

from taper.batch.reading.mapping import AS_OURS, Mapping
from taper.batch.reading.row import Fault, Layout, Loose, Rows, id_text
from taper.batch.reading.source import BatchError, library
from taper.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from taper.batch.reading.row import Row

_EXACT = 10**15  # below it a float is the integer that was meant
ROWS = 8192  # of a record batch in the copy that workers read


class _Unreadable:
    """Stands for a value that cannot be read."""


_UNREADABLE = _Unreadable()


def names_of(schema: Any) -> tuple[str, ...]:
    """The names of columns as fields have them, as in the header of a CSV file."""
    return tuple(name.strip().lower() for name in schema.names)


def rows_of(batch: Any, layout: Layout) -> list[Row]:
    """The rows of a record batch, flat unless they have values that no field takes."""
    names = names_of(batch.schema)
    columns: list[Iterable[Any]] = []
    odd: list[int] = []
    for place, name in enumerate((*layout.names, *layout.kept)):
        if name not in names:
            columns.append(repeat(None, batch.num_rows))
            continue
        column = batch.column(names.index(name))
        values = _values(column)
        columns.append(values)
        if _UNREADABLE in values or (place < layout.end and _is_nested(column.type)):
            odd.append(place)
    rows: list[Row] = list(zip(*columns, strict=True))
    if odd:
        rows = [
            _odd(row, layout) if any(row[place] is not None for place in odd) else row
            for row in rows
        ]
    return rows


def _odd(row: Row, layout: Layout) -> Row:
    """A row with a value that a flat one cannot have, or that cannot be read at all."""
    names = (*layout.names, *layout.kept)
    problems = tuple(
        Problem(name, "the value is not UTF-8, or beyond every date", "text, as in the other rows")
        for name, value in zip(names, row, strict=True)
        if value is _UNREADABLE
    )
    if problems:
        ident = "" if row[0] is _UNREADABLE else id_text(row[0])
        return Fault(problems, ident)
    return Loose(layout.values(row), tuple(row[layout.end :]))


def _is_list(kind: Any) -> bool:
    types = library("pyarrow").types
    checks = ("is_list", "is_large_list", "is_fixed_size_list", "is_list_view")
    return any(getattr(types, check, lambda _: False)(kind) for check in checks)


def _is_nested(kind: Any) -> bool:
    """Whether values are more than a text, a number or a list of these."""
    types = library("pyarrow").types
    if types.is_dictionary(kind):
        return _is_nested(kind.value_type)
    return types.is_nested(kind.value_type) if _is_list(kind) else bool(types.is_nested(kind))


def _values(column: Any) -> list[Any]:
    """The values of a column: whole numbers and days as they are meant, lists as tuples."""
    arrow = library("pyarrow")
    kind = column.type
    if arrow.types.is_dictionary(kind):
        return _values(column.dictionary_decode())
    try:
        if arrow.types.is_timestamp(kind):
            column = _days(arrow, column)
        elif arrow.types.is_date(kind) or kind in {arrow.binary(), arrow.large_binary()}:
            column = column.cast(arrow.string())  # some engines write text as bytes
    except arrow.ArrowInvalid:
        pass  # the reader says what is wrong with each value
    values = _listed(column)
    if arrow.types.is_floating(kind) or arrow.types.is_decimal(kind):
        return [_number(value) for value in values]
    if _is_list(kind) and not _is_nested(kind):
        return [None if value is None else tuple(map(_item, value)) for value in values]
    return values


def _days(arrow: Any, column: Any) -> Any:
    """Times at midnight, as pandas writes days, as days; others as the text that they are."""
    if column.type.tz:
        column = library("pyarrow.compute").local_timestamp(column)
    days = column.cast(arrow.date32(), safe=False)
    whole = library("pyarrow.compute").equal(days.cast(column.type), column)
    return library("pyarrow.compute").if_else(
        whole, days.cast(arrow.string()), column.cast(arrow.string())
    )


def _listed(column: Any) -> list[Any]:
    """The values as Python has them, unreadable ones marked."""
    try:
        found: list[Any] = column.to_pylist()
    except (ArithmeticError, ValueError):
        found = [_one(value) for value in column]
    return found


def _one(value: Any) -> Any:
    try:
        return value.as_py()
    except (ArithmeticError, ValueError):
        return _UNREADABLE


def _number(value: Any) -> Any:
    """A whole number as an integer: pandas writes integers with gaps as floats."""
    if value is None or value != value:  # noqa: PLR0124 - not a number: there is none
        return None
    whole = int(value) if abs(value) < _EXACT else None
    return whole if whole == value else value


def _item(value: Any) -> Any:
    """An item of a list; an empty one is an error, which the reader reports."""
    if value is None:
        return ""
    return _number(value) if isinstance(value, (float, Decimal)) else value


def copied(
    path: Path, shown: str, folder: Path, mapping: Mapping = AS_OURS
) -> tuple[Path, tuple[str, ...], tuple[str, ...], list[int]]:
    """A Parquet file as batches that can be read at any place.

    Gives its copy, its columns by our names and by theirs, and the numbers of rows.
    """
    arrow, parquet = library("pyarrow"), library("pyarrow.parquet")
    copy = folder / "batches"
    counts = []
    try:
        with parquet.ParquetFile(path) as file:
            theirs = names_of(file.schema_arrow)
            schema = _plain(arrow, file.schema_arrow, mapping.names(theirs))
            with arrow.OSFile(str(copy), "wb") as out, arrow.ipc.new_file(out, schema) as writer:
                for batch in file.iter_batches(ROWS):
                    columns = [
                        column if column.type == kind else column.cast(kind)
                        for column, kind in zip(batch.columns, schema.types, strict=True)
                    ]
                    writer.write_batch(arrow.record_batch(columns, schema=schema))
                    counts.append(batch.num_rows)
    except (arrow.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        reason = str(error).splitlines()[0]
        raise BatchError(
            Problem("input", f"{shown} cannot be read as Parquet: {reason}", "")
        ) from None
    return copy, names_of(schema), theirs, counts


def _plain(arrow: Any, schema: Any, names: tuple[str, ...]) -> Any:
    """The schema without dictionaries: a file of batches may have only one for a column."""
    return arrow.schema(
        (name, _plain_type(arrow, kind)) for name, kind in zip(names, schema.types, strict=True)
    )


def _plain_type(arrow: Any, kind: Any) -> Any:
    if arrow.types.is_dictionary(kind):
        return kind.value_type
    if _is_list(kind) and arrow.types.is_dictionary(kind.value_type):
        return arrow.list_(kind.value_type.value_type)
    return kind


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
        """How many rows a batch has, and the id of each (empty if it has none)."""
        batch = self._reader.get_batch(number)
        names = names_of(batch.schema)
        if "id" not in names:
            return batch.num_rows, [""] * batch.num_rows
        return batch.num_rows, [
            id_text(value) for value in _values(batch.column(names.index("id")))
        ]
