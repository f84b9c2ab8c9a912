"""Parquet outputs: the parts that workers wrote, joined in the order of the input."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from taper.batch.reading.source import library
from taper.batch.writing.columns import read_part
from taper.batch.writing.schemas import plain_schema
from taper.batch.writing.tables import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from taper.batch.job import Job


class ParquetFiles:
    """Joins the parts of a chunk as soon as those of all chunks before it are there."""

    def __init__(self, job: Job) -> None:
        """Files are begun when the first part is there: meanwhile the workers plan."""
        self._job = job
        self._places = [n for n, output in enumerate(job.outputs) if output.is_parquet]

    @cached_property
    def _writers(self) -> dict[int, Any]:
        return {place: self._writer(place) for place in self._places}

    def _writer(self, place: int) -> Any:
        output = self._job.outputs[place]
        kept = () if output.table == "errors" else self._job.layout.kept
        return writer_of(output.part, plain_schema(output.table, kept, encoded=True))

    def add(self, number: int) -> None:
        """Write the next chunk, a row group in every file; its parts are written."""
        for place, writer in self._writers.items():
            table = TABLES[self._job.outputs[place].table]
            batch = read_part(self._job.part(place, number), table)
            if batch.num_rows:
                writer.write_batch(batch)

    def close(self) -> None:
        """Write the ends of the files."""
        for writer in self._writers.values():
            writer.close()


def writer_of(where: Path | str, schema: Any, **options: Any) -> Any:
    """A writer of a Parquet file with these columns."""
    parquet = library("pyarrow.parquet")
    return parquet.ParquetWriter(where, schema, compression="zstd", store_schema=False, **options)
