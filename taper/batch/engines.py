"""Arrow record batches in, record batches out or files written: what other engines call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from taper.batch.reading.arrow import names_of, rows_of
from taper.batch.reading.row import Fault, layout_of
from taper.batch.reading.source import library
from taper.batch.sharing.planner import Failed, Planner
from taper.batch.sharing.words import spoken
from taper.batch.worker import kept_of
from taper.batch.writing.columns import ColumnOutput
from taper.batch.writing.parquet import writer_of
from taper.batch.writing.schemas import known, outcome_schema, plain_schema, typed_schema
from taper.batch.writing.tables import TABLES, message_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from taper.batch.sharing.planner import Planned
    from taper.errors import Problem

_HIDDEN = ".taper-"  # engines pass over files whose names begin with a point


class _Batches:
    """Plans record batches, one after another."""

    def __init__(
        self, table: str, names: tuple[str, ...], *, keep: bool, products: str = ""
    ) -> None:
        self.table = TABLES[known(table)]
        self.key = (table, names, keep, products)
        self.products = products
        self.layout = layout_of(names, keep=keep)
        self.schema = typed_schema(table, self.layout.kept, errors=True)
        self.number = 0  # of the last row
        self._renew()

    def _renew(self) -> None:
        self.output = ColumnOutput(self.table, self.layout.kept)
        whole, products = self.table.whole, self.products
        planner = Planner(self.layout, self.output, whole=whole, products=products)
        self.planner = spoken(planner, self.layout, products)

    def planned(self, batch: Any) -> Any:
        """The rows of every plan, and in place of one that failed a row a problem."""
        results, kept = self._results(batch)
        plans: list[Planned] = [_stand_in(result, self.output) for result in results]
        self.output.add(plans, [plan[3] for plan in plans], kept)
        columns = self._taken().columns + _errors(results)
        columns = [
            column.cast(each.type) for column, each in zip(columns, self.schema, strict=True)
        ]
        return library("pyarrow").record_batch(columns, schema=self.schema)

    def written(self, batch: Any) -> tuple[Any, int, list[Failed]]:
        """The rows of every plan as a file has them, how many plans, and what failed."""
        results, kept = self._results(batch)
        failed = [result for result in results if isinstance(result, Failed)]
        plans = [result for result in results if not isinstance(result, Failed)]
        if kept and failed:
            pairs = zip(kept, results, strict=True)
            kept = [values for values, result in pairs if not isinstance(result, Failed)]
        self.output.add(plans, [plan[3] for plan in plans], kept)
        return self._taken(), len(plans), failed

    def _results(self, batch: Any) -> tuple[list[Planned | Failed], list[tuple[Any, ...]]]:
        """The plan of every row, and its kept columns; a row that cannot be read has none."""
        rows, layout = rows_of(batch, self.layout), self.layout
        results = self.planner.plans(rows, self.number + 1)
        self.number += len(rows)
        if not layout.kept:
            return results, []
        nothing = (None,) * len(layout.kept)
        return results, [
            nothing if isinstance(row, Fault) else kept_of(row, layout.end) for row in rows
        ]

    def _taken(self) -> Any:
        made = self.output.take().unpacked(self.table)
        if self.output.is_full:
            self._renew()
        return made


def _stand_in(result: Planned | Failed, output: ColumnOutput) -> Planned:
    """A plan, or in place of one that failed a row a problem with nothing but its id."""
    if isinstance(result, Failed):
        return result.id, None, 0, output.nothing(len(result.problems))
    return result


def _errors(results: Sequence[Planned | Failed]) -> list[Any]:
    """Two columns beside those of the plans: the field of a problem, and its message."""
    problems: list[Problem | None] = []
    for result in results:
        problems += result.problems if isinstance(result, Failed) else [None] * result[3].rows
    arrow = library("pyarrow")
    fields = [None if problem is None else problem.field for problem in problems]
    messages = [None if problem is None else message_of(problem) for problem in problems]
    return [arrow.array(fields, arrow.string()), arrow.array(messages, arrow.string())]


# The last one that was used: an engine calls for every partition, often in the same process,
# and plans that are known need not be made again.
_spare: dict[tuple[str, tuple[str, ...], bool, str], _Batches] = {}


def _with_planners(
    batches: Iterable[Any], table: str, *, keep: bool, products: str | None
) -> Iterator[tuple[Any, _Batches]]:
    """Each batch, and who plans it: the same for batches with the same columns."""
    library("pyarrow")
    own = _own(products)
    planner: _Batches | None = None
    for batch in batches:
        key = (table, names_of(batch.schema), keep, own)
        if planner is None or planner.key != key:
            planner = _spare.pop(key, None) or _Batches(table, key[1], keep=keep, products=own)
            planner.number = 0
        yield batch, planner
    if planner is not None:
        _spare.clear()
        _spare[planner.key] = planner


def _own(path: str | None) -> str:
    """The clinic's own products, as workers are given them."""
    if not path:
        return ""
    from taper.formulary.local import Unchecked, load  # noqa: PLC0415 - only if there are any

    return Unchecked.of(load(path))


def plan_batches(
    batches: Iterable[Any],
    table: str = "schedule",
    *,
    keep_columns: bool = False,
    products: str | None = None,
) -> Iterator[Any]:
    """Plan every row of Arrow record batches: an iterator of batches in, one of batches out.

    The input columns are the request fields (text, dates or integers; lists as lists or with
    ``;`` between). ``table`` is ``schedule``, ``checks``, ``supply`` or ``summary``; the columns
    are those of ``taper batch``, with ``error_field`` and ``error``, which are null except in
    the rows that stand for a request that failed: one a problem, with its id and nothing else.
    Nothing is lost, and nothing is raised for a bad row. A batch comes out for each that goes in.

    ``products`` is the path of a TOML file of the clinic's own products.

    Give every row an id: rows without one are numbered, and an engine begins anew in every
    partition. An id that stands twice is for the engine to find, which has the whole table.

    Raises :class:`~taper.InputError` for columns that are not fields, unless they are kept.
    """
    for batch, planner in _with_planners(batches, table, keep=keep_columns, products=products):
        yield planner.planned(batch)


def write_batches(
    batches: Iterable[Any],
    folder: str,
    table: str = "schedule",
    *,
    keep_columns: bool = False,
    products: str | None = None,
) -> Iterator[Any]:
    """Plan every row of Arrow record batches, and write the plans to a Parquet file in a folder.

    A task of a distributed engine calls this: the rows of its plans, forty times those of its
    requests, go from here to the storage, and the engine gets batches of ``outcome_schema``
    alone: a row for every problem (``plan_id``, ``error_field``, ``error``), and at the end one
    with the name of the file (``part``), and the numbers of rows ``planned`` and ``failed``.

    The file has a hidden name: engines run a task twice if they have lost its first outcome.
    When all is done, :func:`name_parts` names the files that count and removes the others.
    ``folder`` is a path, or an address that Arrow knows (``s3://``, ``hdfs://``, ``gs://``).
    Fields, tables and errors are those of :func:`plan_batches`.
    """
    files, folder = _storage(folder)
    name = f"{_HIDDEN}{uuid4().hex}.parquet"
    writer: Any = None
    planned = failed = 0
    try:
        for batch, planner in _with_planners(batches, table, keep=keep_columns, products=products):
            rows, count, faults = planner.written(batch)
            if writer is None:
                schema = plain_schema(table, planner.layout.kept, encoded=True)
                files.create_dir(folder, recursive=True)
                writer = writer_of(f"{folder}/{name}", schema, filesystem=files)
            writer.write_batch(rows)
            planned, failed = planned + count, failed + len(faults)
            if faults:
                yield _outcome(faults)
        if writer is not None:
            writer.close()
            yield _outcome((), name, planned, failed)
    except BaseException:
        if writer is not None:
            writer.close()
            files.delete_file(f"{folder}/{name}")
        raise


def _outcome(faults: Iterable[Failed], part: str = "", planned: int = 0, failed: int = 0) -> Any:
    """A row for every problem; one of counts for a part."""
    rows = [
        {"plan_id": each.id, "error_field": problem.field, "error": message_of(problem)}
        for each in faults
        for problem in each.problems
    ]
    counts = [{"part": part, "planned": planned, "failed": failed}] if part else []
    return library("pyarrow").RecordBatch.from_pylist([*rows, *counts], outcome_schema())


def name_parts(folder: str, parts: Sequence[str]) -> None:
    """Name the files that :func:`write_batches` handed back, in this order.

    Every other Parquet file in the folder is removed: those of tasks that were lost or run
    twice, and those of an earlier run.
    """
    files, folder = _storage(folder)
    selector = library("pyarrow.fs").FileSelector(folder, allow_not_found=True)
    for found in files.get_file_info(selector):
        if found.base_name.endswith(".parquet") and found.base_name not in parts:
            files.delete_file(found.path)
    for number, part in enumerate(parts):
        files.move(f"{folder}/{part}", f"{folder}/part-{number:05}.parquet")


def _storage(folder: str) -> tuple[Any, str]:
    """The file system of a folder, and its path there."""
    systems = library("pyarrow.fs")
    if "://" in folder or folder.startswith("file:"):
        files, path = systems.FileSystem.from_uri(folder)
    else:
        files, path = systems.LocalFileSystem(), folder
    return files, path.rstrip("/")
