"""A batch of rows on its way to a Parquet file: what plans share once, and who takes it.

Rows that are shared by many plans are written out only where the file is written: what workers
hand over is a tenth of the size.
"""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.batch.reading.source import library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from taper.batch.writing.tables import Table


class Packed(NamedTuple):
    """Four record batches.

    ``rows`` has the columns of all rows that are shared, dates as days from the start; ``plans``
    has for each plan its id, its first day (from 1970), and what is kept. ``taken`` says of
    every row that is to be written which of the two it takes; ``own`` has the columns of what
    no two plans share.
    """

    rows: Any
    plans: Any
    taken: Any
    own: Any

    def unpacked(self, table: Table) -> Any:
        """The record batch of every row of every plan."""
        arrow, compute = library("pyarrow"), library("pyarrow.compute")
        ids, days, *kept = self.plans.columns
        row, plan = self.taken.columns
        starts = days.take(plan)
        named = dict(zip(self.rows.schema.names, self.rows.columns, strict=True))
        own = dict(zip(self.own.schema.names, self.own.columns, strict=True))
        columns = [ids.take(plan)]
        for name in table.header[1:]:
            if name in own:
                columns.append(own[name])
            elif name in table.dates:
                columns.append(compute.add(named[name].take(row), starts).cast(arrow.date32()))
            else:
                columns.append(named[name].take(row))
        columns += [values.take(plan) for values in kept]
        names = [*table.header, *self.plans.schema.names[2:]]
        return arrow.record_batch(columns, names)


def taken(each: array[int], counts: Sequence[int]) -> Any:
    """For plans that take the ``each``-th of some lists: the rows, and of which plan each is.

    ``counts`` says how many rows each list has.
    """
    arrow, compute = library("pyarrow"), library("pyarrow.compute")
    ends = array("i", accumulate(counts, initial=0))
    every = numbers(array("i", range(ends[-1])))
    found = arrow.ListArray.from_arrays(numbers(ends), every).take(numbers(each))
    plans = compute.list_parent_indices(found).cast(arrow.int32())
    return arrow.record_batch([found.flatten(), plans], ["row", "plan"])


def numbers(data: array[int] | bytes) -> Any:
    """An Arrow array of 32-bit integers, those of an array or its bytes."""
    arrow = library("pyarrow")
    buffer = arrow.py_buffer(data)
    return arrow.Array.from_buffers(arrow.int32(), buffer.size // 4, [None, buffer])


def strings(texts: Sequence[str]) -> Any:
    """An Arrow array of texts; ``arrow.array`` would load pandas where it is installed."""
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
    """The record batch of a part."""
    arrow = library("pyarrow")
    batches = []
    with arrow.OSFile(str(path)) as file:
        size = file.size()
        while file.tell() < size:
            with arrow.ipc.open_stream(file) as reader:
                batches += list(reader)
    return batches[0] if len(batches) == 1 else Packed(*batches).unpacked(table)
