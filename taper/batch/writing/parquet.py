"""Parquet outputs: the parts that workers wrote, joined in the order of the input."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from taper.batch.reading.source import PARQUET, library
from taper.batch.worker import part_path
from taper.batch.writing.packed import read_part
from taper.batch.writing.schemas import plain_schema
from taper.batch.writing.tables import TABLES

if TYPE_CHECKING:
    from taper.batch.worker import Job


class Parts:
    """Joins parts as soon as all before them are there; one row group a part."""

    def __init__(self, job: Job) -> None:
        """Files are begun when the first part is there: meanwhile the workers plan."""
        self._job = job
        self._ready: set[int] = set()
        self._next = 0
        self._places = [n for n, output in enumerate(job.outputs) if output.kind == PARQUET]

    @cached_property
    def _writers(self) -> dict[int, Any]:
        return {place: self._writer(place) for place in self._places}

    def _writer(self, place: int) -> Any:
        output = self._job.outputs[place]
        kept = () if output.table == "errors" else self._job.layout.kept
        schema = plain_schema(output.table, kept, encoded=True)
        return library("pyarrow.parquet").ParquetWriter(
            output.part, schema, compression="zstd", store_schema=False
        )

    def ready(self, number: int) -> None:
        """The parts of a chunk are written."""
        if not self._places:
            return
        self._ready.add(number)
        while self._next in self._ready:
            self._ready.remove(self._next)
            for place, writer in self._writers.items():
                self._join(place, writer)
            self._next += 1

    def _join(self, place: int, writer: Any) -> None:
        path = part_path(self._job.folder, place, self._next)
        batch = read_part(path, TABLES[self._job.outputs[place].table])
        if batch.num_rows:
            writer.write_batch(batch)

    def close(self) -> None:
        """Write the ends of the files."""
        for writer in self._writers.values():
            writer.close()
