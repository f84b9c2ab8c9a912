"""A whole batch: survey the input, plan it chunk by chunk, count, and give the outputs their names.

Every row of the input is in the output or in the errors: they are counted when the input is
surveyed and when they are planned, and a run whose two counts differ is no run.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.batch.outputs import Journal, bring_to_disk, check_names, discard, give_names
from taper.batch.pool import Alone, Crew, Team, few_collections
from taper.batch.reading import csv as cells
from taper.batch.reading import jsonl as lines
from taper.batch.reading.arrow import copied
from taper.batch.reading.ids import Ids, Repeated
from taper.batch.reading.row import Layout, layout_of
from taper.batch.reading.source import (
    CSV,
    JSONL,
    PARQUET,
    BatchError,
    Window,
    fingerprint,
    free,
    open_source,
    stamp,
)
from taper.batch.worker import Counts, Job, Task
from taper.batch.writing.parquet import Parts
from taper.batch.writing.tables import TABLES
from taper.batch.writing.text import TextOutput
from taper.errors import InputError, Problem
from taper.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from taper.batch.outputs import Output
    from taper.batch.reading.source import Source

# bytes of input a chunk, so that its output fits into memory several times
_CHUNK = 2**17
_CHUNK_OF_DOCUMENTS = 2**16
_CHUNK_OF_COLUMNS = 2**22  # a row group a chunk
_WORTH_A_TEAM = 2**20  # bytes of input; below it processes take longer to start than to work


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked of a run; ``jobs`` 0 is as many as there are processors."""

    source: str
    outputs: tuple[Output, ...]
    jobs: int = 0
    resume: bool = False
    force: bool = False
    keep_columns: bool = False
    chunk_bytes: int = 0  # 0: by the outputs


@dataclass
class Result:
    """What came of a run."""

    rows: int
    planned: int
    failed: int
    fields: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    resumed: int = 0  # rows that an earlier run had planned


class Chunk(NamedTuple):
    """A range of the input with the numbers of its first row and line."""

    start: int
    end: int
    first_row: int
    first_line: int
    rows: int


def run(settings: Settings, progress: Callable[[str, int, int], None] | None = None) -> Result:
    """Plan a file.

    ``progress`` is told what is being done, how much of it is done, and how much there is.
    Raises :class:`~taper.InputError` for an input or options that cannot be used (nothing is
    written), :class:`BatchError` and :class:`OSError` where the run could not be brought to
    its end: then nothing stands under the outputs' names, and what is done is kept for resume.
    """
    kept = work_folder(settings.outputs)
    if any(output.is_stream for output in settings.outputs):
        settings = replace(settings, resume=False)  # what was printed is gone
    if settings.resume and kept is not None and kept.exists():
        done = _only_named(settings.outputs, kept)
        if done is not None:
            return done
    check_names(settings.outputs, settings.source, force=settings.force)
    folder = kept or Path(tempfile.mkdtemp(prefix="taper-"))
    journal = Journal(folder)
    running = _Run(settings, journal, progress or (lambda *_: None))
    try:
        with few_collections():
            result = running.run()
    except BaseException as error:
        useful = running.can_resume and not isinstance(error, InputError)
        keep = kept is not None and (useful or settings.resume)
        if not keep:
            discard(settings.outputs)
        journal.close(remove=not keep)
        if isinstance(error, OSError) and error.filename is None and kept is not None:
            _say_where(error, kept.parent)
        raise
    journal.close(remove=True)
    free(folder)
    return result


def _say_where(error: OSError, folder: Path) -> None:
    """A disk that is full says only that, and Arrow says more than that."""
    error.filename = str(folder)
    if error.errno:
        error.strerror = os.strerror(error.errno)


def _only_named(outputs: tuple[Output, ...], folder: Path) -> Result | None:
    """The end of a run that was stopped while it gave its outputs their names."""
    journal = Journal(folder)
    entry = journal.was_complete(outputs)
    if entry is None:
        journal.close(remove=False)
        return None
    give_names(outputs)
    journal.close(remove=True)
    counts = Counts.of(entry)
    rows = counts.planned + counts.failed
    return Result(rows, counts.planned, counts.failed, dict(counts.fields), counts.lines, rows)


def work_folder(outputs: tuple[Output, ...]) -> Path | None:
    """Where a run that is stopped leaves what it did; None where all outputs are streams."""
    for output in outputs:
        if not output.is_stream:
            return output.path.parent / f".{output.path.name}.taper-work"
    return None


class _Run:
    """One run, from the survey to the end."""

    def __init__(
        self, settings: Settings, journal: Journal, progress: Callable[[str, int, int], None]
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.progress = progress
        self.can_resume = False

    def run(self) -> Result:
        """Do all of it."""
        source = open_source(self.settings.source, self.journal.folder)
        found = stamp(source)
        job, ranges, start_line = self._job(source)
        crew = self._crew(job, source, ranges)
        try:
            if job.kind == JSONL and self.settings.keep_columns:
                job = self._with_kept(job, crew, ranges)
                crew.close()
                crew = self._crew(job, source, ranges)
            chunks, repeated = self._survey(crew, job, ranges, start_line)
            done = self.journal.begin(
                self._manifest(job, chunks, source), resume=self.settings.resume
            )
            ledger = _Ledger(job, done)
            try:
                result = self._plan(crew, job, chunks, repeated, ledger)
                crew.close()
                self._finish(job, ledger, unchanged=stamp(source) == found)
            finally:
                ledger.close()
            return result
        finally:
            crew.close()

    def _crew(self, job: Job, source: Source, ranges: list[tuple[int, int]]) -> Crew:
        jobs = self.settings.jobs
        if not jobs:
            small = source.path.stat().st_size < _WORTH_A_TEAM
            jobs = 1 if small else _processors()
        return Alone(job) if jobs == 1 else Team(job, jobs, self.journal.lock, ranges)

    def _job(self, source: Source) -> tuple[Job, list[tuple[int, int]], int]:
        """What the workers are told, the ranges of the input, and the line of the first row."""
        settings, folder = self.settings, self.journal.folder
        size = settings.chunk_bytes or _chunk_bytes(settings.outputs)
        keep = settings.keep_columns
        path, line = source.path, 1
        columns: tuple[str, ...] = ()
        if source.kind == PARQUET:
            path, columns, counts = copied(source.path, source.shown, folder)
            layout = layout_of(columns, keep=keep)
            ranges = [(number, number + 1) for number in range(len(counts))]
        else:
            window = Window(path)
            try:
                if source.kind == CSV:
                    layout, columns, window.start = cells.read_header(window, keep=keep)
                    line = 1 + window.lines_before()
                    ranges = list(cells.split(window, size))
                else:
                    layout = lines.LAYOUT if keep else lines.layout_of(window)
                    ranges = list(lines.split(window, size))
            finally:
                window.close()
        _check_kept(layout, settings.outputs)
        return Job(path, source.kind, layout, columns, settings.outputs, folder), ranges, line

    def _with_kept(self, job: Job, crew: Crew, ranges: list[tuple[int, int]]) -> Job:
        """The job with the unknown names of JSONL as kept columns, in alphabetical order."""
        names: set[str] = set()
        for found in crew.each("names", ranges):
            names |= found
        layout = Layout(job.layout.names, tuple(sorted(names)))
        _check_kept(layout, job.outputs)
        return Job(job.path, job.kind, layout, job.columns, job.outputs, job.folder)

    def _survey(
        self, crew: Crew, job: Job, ranges: list[tuple[int, int]], line: int
    ) -> tuple[list[Chunk], Repeated]:
        """Count rows and lines, and find the ids that stand twice."""
        ids = Ids(self.journal.folder)
        chunks: list[Chunk] = []
        row = 1
        for (start, end), (rows, count, blob) in zip(
            ranges, crew.each("survey", ranges), strict=True
        ):
            chunks.append(Chunk(start, end, row, line, rows))
            if rows and (job.kind == JSONL or "id" in job.columns):
                ids.add(blob)
            row, line = row + rows, line + count
            self.progress("reading", len(chunks), len(ranges))
        crew.prepare()
        return chunks, ids.repeated()

    def _plan(
        self, crew: Crew, job: Job, chunks: list[Chunk], repeated: Repeated, ledger: _Ledger
    ) -> Result:
        """Plan and write every chunk that is not written yet, and count."""
        total, done = sum(chunk.rows for chunk in chunks), ledger.done
        self.can_resume = True
        parts = Parts(job)
        tasks = (
            Task(number, *chunk[:4], repeated.within(chunk.first_row, chunk.rows))
            for number, chunk in enumerate(chunks)
            if number >= done
        )
        for number in range(done):
            parts.ready(number)
        rows = sum(chunk.rows for chunk in chunks[:done])
        result = Result(total, 0, 0, resumed=rows)
        in_turn = any(output.is_stream for output in job.outputs)
        for written in crew.plan(tasks, ledger.place, in_turn=in_turn):
            ledger.count(written.counts)
            self.journal.wrote(written.number, written.sizes, written.counts)
            parts.ready(written.number)
            rows += chunks[written.number].rows
            self.progress("planning", rows, total)
        counts = ledger.counts
        if counts.planned + counts.failed != total:
            lost = total - counts.planned - counts.failed
            message = f"{lost} of {total} rows are neither planned nor failed: nothing is written"
            raise BatchError(Problem("batch", message, "please report it"))
        parts.close()
        result.planned, result.failed = counts.planned, counts.failed
        result.fields, result.lines = dict(counts.fields), counts.lines
        return result

    def _finish(self, job: Job, ledger: _Ledger, *, unchanged: bool) -> None:
        """Bring everything to the disk, and give the outputs their names."""
        if not unchanged:
            self.can_resume = False
            message = "the input was changed while it was read: nothing is written"
            raise BatchError(Problem("input", message, "start again when nobody writes to it"))
        bring_to_disk(job.outputs, ledger.sizes())
        self.journal.complete(ledger.counts)
        give_names(job.outputs)

    def _manifest(self, job: Job, chunks: list[Chunk], source: Source) -> dict[str, Any]:
        """What must be the same for a run to be taken up."""
        return {
            "version": VERSION,
            "input": fingerprint(source),
            "columns": [job.layout.names, job.layout.kept],
            "outputs": [each.described for each in job.outputs],
            "chunks": [len(chunks), chunks[-1].end if chunks else 0],
        }


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Ledger:
    """Where the next bytes of every output go, and what became of the rows."""

    def __init__(self, job: Job, done: list[dict[str, Any]]) -> None:
        """Write the heads of new files, or check those that are gone on with."""
        self.job = job
        self.done = len(done)  # chunks that an earlier run wrote
        self.counts = Counts()
        self.streams: list[IO[bytes]] = []
        self.offsets = [0] * len(job.outputs)
        for entry in done:
            self.count(Counts.of(entry))
        for place, output in enumerate(job.outputs):
            if output.kind == PARQUET:
                continue
            kept = job.layout.kept
            head = TextOutput(output.kind, output.compression, TABLES[output.table], kept).head()
            self.offsets[place] = len(head) + sum(entry["sizes"][place] for entry in done)
            if output.is_stream:
                self._begin_stream(output, head)
            elif not done:
                _begin(output, head)
            elif not output.part.exists() or output.part.stat().st_size < self.offsets[place]:
                message = f"what was written of {output.name} is gone"
                raise InputError(Problem("resume", message, "start again without --resume"))

    def _begin_stream(self, output: Output, head: bytes) -> None:
        """Write the head, and hold the stream: its reader goes away when nobody does."""
        if output.name == "-":
            os.write(1, head)
            return
        self.streams.append(output.part.open("wb", buffering=0))
        self.streams[-1].write(head)

    def close(self) -> None:
        """Let go of the streams."""
        for stream in self.streams:
            stream.close()

    def place(self, sizes: list[int]) -> list[int]:
        """Where a chunk goes, the next in order."""
        offsets = self.offsets
        self.offsets = [offset + size for offset, size in zip(offsets, sizes, strict=True)]
        return offsets

    def count(self, counts: Counts) -> None:
        """Count what became of a chunk."""
        self.counts.add(counts)

    def sizes(self) -> list[int | None]:
        """The bytes that every output must have; None where only its library knows."""
        return [
            None if output.kind == PARQUET else offset
            for output, offset in zip(self.job.outputs, self.offsets, strict=True)
        ]


def _begin(output: Output, head: bytes) -> None:
    """Write what a file begins with, to a new file: an old one may still be written to."""
    output.part.unlink(missing_ok=True)
    with output.part.open("wb") as file:
        file.write(head)


def _chunk_bytes(outputs: tuple[Output, ...]) -> int:
    if any(output.table == "plans" for output in outputs):
        return _CHUNK_OF_DOCUMENTS
    if any(output.kind == PARQUET for output in outputs):
        return _CHUNK_OF_COLUMNS
    return _CHUNK


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
