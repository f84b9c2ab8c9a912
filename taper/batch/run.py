"""A whole batch: survey the input, plan it chunk by chunk, count, and give the outputs their names.

Every row of the input is in the output or in the errors: rows are counted by the survey and
when they are planned, and a run with two different counts is an error.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taper.batch.job import Counts, Output, Result, Settings, Task, Written
from taper.batch.journal import Journal
from taper.batch.outputs import (
    begin,
    begin_stream,
    bring_to_disk,
    check_names,
    check_same,
    discard,
    give_names,
    held,
)
from taper.batch.pool import Crew, few_collections
from taper.batch.reading.source import JSONL, BatchError, fingerprint, open_source, stamp
from taper.batch.survey import job_of, surveyed, with_kept, workers
from taper.batch.writing.parquet import ParquetFiles
from taper.batch.writing.tables import TABLES
from taper.batch.writing.text import text_output
from taper.errors import InputError, Problem
from taper.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from taper.batch.job import Chunk, Job
    from taper.batch.reading.ids import Repeated
    from taper.batch.reading.source import Source
    from taper.batch.reading.written import Order

    # told of the stage of a run, how much of it is done, and how much there is
    Progress = Callable[[str, int, int], None]

__all__ = ["KEPT", "Output", "Result", "Settings", "run"]

KEPT = "what was done is kept: the same command with --resume goes on"  # a note of an error


def run(settings: Settings, progress: Progress | None = None) -> Result:
    """Plan a file.

    Raises :class:`~taper.InputError` for an input or options that cannot be used (nothing is
    written), :class:`BatchError` and :class:`OSError` if the run could not be completed: then
    nothing stands under the names of the outputs. An error has the note :data:`KEPT` if the
    run can be resumed.
    """
    outputs = settings.outputs
    if any(output.is_stream for output in outputs):
        settings = replace(settings, resume=False)  # what was printed is gone
    check_names(outputs, settings.source, force=settings.force or settings.resume)
    with held(outputs) as locks:
        folder = _work_folder(outputs)
        if settings.resume and folder is not None and folder.exists():
            result = _only_named(outputs, folder)
            if result is not None:
                return result
        return _in_folder(settings, folder, locks, progress or (lambda *_: None))


def _work_folder(outputs: Sequence[Output]) -> Path | None:
    """Where a run that is stopped leaves its work; None if all outputs are streams."""
    for output in outputs:
        if not output.is_stream:
            return output.path.parent / f".{output.path.name}.taper-work"
    return None


def _only_named(outputs: Sequence[Output], folder: Path) -> Result | None:
    """The end of a run that was stopped while it gave its outputs their names, or later."""
    journal = Journal(folder)
    entry = journal.was_complete(outputs)
    if entry is None:
        return None
    give_names(outputs)
    journal.close(remove=True)
    counts = Counts.of(entry)
    rows = counts.planned + counts.failed
    return Result(rows, counts.planned, counts.failed, dict(counts.fields), counts.lines, rows)


def _in_folder(
    settings: Settings, folder: Path | None, locks: list[IO[str]], progress: Progress
) -> Result:
    """A run, in its work folder; whether that is kept if anything goes wrong."""
    journal = Journal(folder or Path(tempfile.mkdtemp(prefix="taper-")))
    running = _Run(settings, journal, locks, progress)
    try:
        with few_collections():
            result = running.run()
    except BaseException as error:
        useful = running.can_resume and not isinstance(error, InputError)
        keep = folder is not None and (useful or settings.resume)
        if not keep:
            discard(settings.outputs)
        journal.close(remove=not keep)
        if keep and journal.exists:
            error.add_note(KEPT)
        if isinstance(error, OSError) and error.filename is None and folder is not None:
            _name_folder(error, folder.parent)
        raise
    journal.close(remove=True)
    return result


def _name_folder(error: OSError, folder: Path) -> None:
    """A full disk does not name itself, and Arrow writes more than that it is full."""
    error.filename = str(folder)
    if error.errno:
        error.strerror = os.strerror(error.errno)


class _Run:
    """One run, from the survey to the end."""

    def __init__(
        self, settings: Settings, journal: Journal, locks: list[IO[str]], progress: Progress
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.locks = locks
        self.progress = progress
        self.can_resume = False

    def run(self) -> Result:
        """Do all of it."""
        source = open_source(self.settings.source, self.journal.folder)
        found = stamp(source)
        job, ranges, line = job_of(self.settings, source, self.journal.folder)
        count = workers(self.settings, source)
        with ExitStack() as crews:
            crew = self._crew(job, count, crews)
            if job.kind == JSONL and self.settings.keep_columns and job.renamed is None:
                job = with_kept(job, crew, ranges)
                crew = self._crew(job, count, crews)
            chunks, repeated, seen = surveyed(crew, ranges, line, self.progress)
            manifest = _manifest(job, chunks, source)
            done = self.journal.begin(manifest, resume=self.settings.resume)
            ledger = self._plan(crew, chunks, repeated, seen.orders, done)
        self._finish(ledger, unchanged=stamp(source) == found)
        return replace(ledger.result(), said=[*seen.said(job), *ledger.said()])

    def _crew(self, job: Job, count: int, crews: ExitStack) -> Crew:
        crew = Crew(job, count, self.locks)
        crews.callback(crew.close)
        return crew

    def _plan(
        self,
        crew: Crew,
        chunks: list[Chunk],
        repeated: Repeated,
        orders: tuple[Order, ...],
        done: list[dict[str, Any]],
    ) -> _Ledger:
        """Plan and write every chunk that is not yet written, and count."""
        job, ledger, first = crew.job, _Ledger(crew.job, done), len(done)
        total = sum(chunk.rows for chunk in chunks)
        tasks = (
            Task(number, *chunk[:4], repeated.within(chunk.first_row, chunk.rows), orders)
            for number, chunk in enumerate(chunks[first:], first)
        )
        with ExitStack() as streams:
            ledger.begin(streams)
            self.can_resume = True
            parquet = ParquetFiles(job)
            for number in range(first):
                parquet.add(number)
            for written in crew.plan(tasks, first, ledger.sizes):
                ledger.add(written)
                self.journal.wrote(*written)
                parquet.add(written.number)
                self.progress("planning", ledger.rows, total)
            parquet.close()
        lost = total - ledger.rows
        if lost:
            message = f"{lost} of {total} rows are neither planned nor failed: nothing is written"
            raise BatchError(Problem("batch", message, "please report it"))
        return ledger

    def _finish(self, ledger: _Ledger, *, unchanged: bool) -> None:
        """Bring everything to the disk, and give the outputs their names."""
        outputs = self.settings.outputs
        if not unchanged:
            self.can_resume = False
            message = "the input was changed while it was read: nothing is written"
            raise BatchError(Problem("input", message, "start again when nobody writes to it"))
        bring_to_disk(outputs, ledger.known_sizes())
        if not self.settings.force:
            check_same(outputs)
        self.journal.complete(ledger.counts)
        give_names(outputs)


def _manifest(job: Job, chunks: list[Chunk], source: Source) -> dict[str, Any]:
    """What must be the same for a run to be resumed."""
    return {
        "version": VERSION,
        "input": fingerprint(source),
        "products": job.products,
        "columns": [job.layout.names, job.layout.kept, job.columns],
        "outputs": [each.described for each in job.outputs],
        "chunks": [len(chunks), chunks[-1].end if chunks else 0],
    }


class _Ledger:
    """How many bytes every output has so far, and the counts of their rows."""

    def __init__(self, job: Job, done: list[dict[str, Any]]) -> None:
        """``done`` are the chunks that an earlier run wrote."""
        self.outputs = job.outputs
        self.counts = Counts()
        self.heads = [_head(output, job.layout.kept) for output in job.outputs]
        self.sizes = list(map(len, self.heads))
        self.resumed = 0
        for entry in done:
            self.add(Written(entry["chunk"], entry["sizes"], Counts.of(entry)))
        self.resumed = self.rows

    @property
    def rows(self) -> int:
        """The rows that were planned or failed."""
        return self.counts.planned + self.counts.failed

    def begin(self, streams: ExitStack) -> None:
        """Begin new outputs, and look whether those that are continued are still there."""
        for output, head, size in zip(self.outputs, self.heads, self.sizes, strict=True):
            if output.is_stream:
                begin_stream(output, head, streams)
            elif not self.resumed and not output.is_parquet:
                begin(output, head)
            elif size and not (output.part.exists() and output.part.stat().st_size >= size):
                message = f"what was written of {output.name} is gone"
                raise InputError(Problem("resume", message, "start again without --resume"))

    def add(self, written: Written) -> None:
        """Count a chunk."""
        self.counts.add(written.counts)
        self.sizes = [size + more for size, more in zip(self.sizes, written.sizes, strict=True)]

    def said(self) -> list[str]:
        """What is said of all rows together."""
        if not self.counts.unused:
            return []
        rows = "row" if self.counts.unused == 1 else "rows"
        return [f"quantities passed over, for the dose is known: {self.counts.unused:,} {rows}"]

    def known_sizes(self) -> list[int | None]:
        """The bytes that every output must have; None if only its library knows."""
        pairs = zip(self.outputs, self.sizes, strict=True)
        return [None if output.is_parquet else size for output, size in pairs]

    def result(self) -> Result:
        """The counts of the run."""
        counts, fields = self.counts, dict(self.counts.fields)
        planned, failed = counts.planned, counts.failed
        return Result(self.rows, planned, failed, fields, counts.lines, self.resumed)


def _head(output: Output, kept: tuple[str, ...]) -> bytes:
    """What a text output begins with."""
    if output.is_parquet:
        return b""
    return text_output(output.kind, output.compression, TABLES[output.table], kept).head()
