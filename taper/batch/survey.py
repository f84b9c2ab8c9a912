"""The first pass over the input: its columns, its ranges, its rows and their ids."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from taper.batch.job import Chunk, Job
from taper.batch.reading import csv, jsonl
from taper.batch.reading.arrow import copied
from taper.batch.reading.ids import Ids
from taper.batch.reading.mapping import said
from taper.batch.reading.row import Layout, layout_of
from taper.batch.reading.source import CSV, JSONL, PARQUET, Window
from taper.batch.reading.written import DATED, EITHER, Order, orders_of
from taper.batch.writing.tables import TABLES
from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from taper.batch.job import Output, Settings
    from taper.batch.pool import Crew, Range
    from taper.batch.reading.ids import Repeated
    from taper.batch.reading.source import Source

# bytes of input a chunk, so that its output fits into memory several times
_CHUNK = 2**17
_CHUNK_OF_DOCUMENTS = 2**16
_CHUNK_OF_COLUMNS = 2**22  # a row group a chunk
_WORTH_PROCESSES = 2**20  # bytes of input; below it they take longer to start than to work


class Seen(NamedTuple):
    """What the survey saw beside rows and ids."""

    orders: tuple[Order, ...]
    empty: int

    def said(self, job: Job) -> list[str]:
        """What a run says of it, once, and of no row's values."""
        lines = said(job.theirs, job.columns)
        unnamed = job.columns.count("")
        if unnamed:
            lines.append(f"columns without a name passed over: {unnamed}")
        if self.empty:
            lines.append(f"empty rows passed over: {self.empty:,}")
        return lines + [order.text() for order in self.orders if order.bits & EITHER]


def workers(settings: Settings, source: Source) -> int:
    """How many workers to begin."""
    if settings.jobs:
        return settings.jobs
    if source.path.stat().st_size < _WORTH_PROCESSES:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def job_of(settings: Settings, source: Source, folder: Path) -> tuple[Job, list[Range], int]:
    """The job of the workers, the ranges of the input, and the line of its first row."""
    keep = settings.keep_columns
    path, line = source.path, 1
    columns: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    renamed: dict[str, str] | None = None
    mapping = settings.mapping
    if source.kind == PARQUET:
        path, columns, theirs, counts = copied(source.path, source.shown, folder, mapping)
        layout = layout_of(columns, keep=keep, mapped=bool(mapping))
        ranges = [(number, number + 1) for number in range(len(counts))]
    else:
        size = settings.chunk_bytes or _chunk_bytes(settings.outputs)
        window = Window(path)
        try:
            if source.kind == CSV:
                found = csv.read_header(window, keep=keep, mapping=mapping)
                layout, columns, theirs, window.start = found
                line = 1 + window.lines_before()
                ranges = list(csv.split(window, size))
            elif mapping:
                renamed = jsonl.mapped_names(window, mapping)
                theirs, columns = tuple(renamed), tuple(renamed.values())
                layout = layout_of(columns, keep=keep, mapped=True)
                ranges = list(jsonl.split(window, size))
            else:
                layout = jsonl.LAYOUT if keep else jsonl.layout_of(window)
                ranges = list(jsonl.split(window, size))
        finally:
            window.close()
    _check_kept(layout, settings.outputs)
    job = Job(path, source.kind, layout, columns, settings.outputs, folder, settings.products)
    return replace(job, theirs=theirs, renamed=renamed), ranges, line


def with_kept(job: Job, crew: Crew, ranges: list[Range]) -> Job:
    """The job with the unknown names of JSONL as kept columns, in alphabetical order."""
    names: set[str] = set()
    for found in crew.each("names", ranges):
        names |= found
    layout = Layout(job.layout.names, tuple(sorted(names)))
    _check_kept(layout, job.outputs)
    return replace(job, layout=layout)


def surveyed(
    crew: Crew, ranges: list[Range], line: int, progress: Callable[[str, int, int], None]
) -> tuple[list[Chunk], Repeated, Seen]:
    """Count rows and lines, the first on ``line``, and find the ids that stand twice.

    Also how dates are written, and how many rows are empty.
    """
    job, row = crew.job, 1
    empty, bits = 0, (0,) * len(DATED)
    chunks: list[Chunk] = []
    ids = Ids(job.folder)
    answers = zip(ranges, crew.each("survey", ranges), strict=True)
    for number, ((start, end), (rows, lines, blob, without, found)) in enumerate(answers, 1):
        empty += without
        bits = tuple(a | b for a, b in zip(bits, found, strict=True))
        chunks.append(Chunk(start, end, row, line, rows))
        if rows and (job.kind == JSONL or "id" in job.columns):
            ids.add(blob)
        row, line = row + rows, line + lines
        progress("reading", number, len(ranges))
    return chunks, ids.repeated(), Seen(orders_of(bits), empty)


def _chunk_bytes(outputs: tuple[Output, ...]) -> int:
    if any(output.table == "plans" for output in outputs):
        return _CHUNK_OF_DOCUMENTS
    return _CHUNK_OF_COLUMNS if any(output.is_parquet for output in outputs) else _CHUNK


def _check_kept(layout: Layout, outputs: tuple[Output, ...]) -> None:
    """A kept column may not have the name of a column of the output."""
    taken = {name for output in outputs for name in TABLES[output.table].header}
    if any(output.table == "plans" for output in outputs):
        from taper.planning.schema import plan_schema  # noqa: PLC0415 - loads pydantic

        taken |= set(plan_schema()["properties"])
    found = sorted(taken & set(layout.kept))
    if found:
        listed = ", ".join(f"'{name}'" for name in found)
        message = f"{listed} cannot be kept: the output has columns of that name"
        raise InputError(Problem("input", message, "another name for them"))
