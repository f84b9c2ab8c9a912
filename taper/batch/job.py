"""The records of a run: its settings, its tasks, and its counts.

Reading, planning, writing and the run that puts them together all need these records, and would
otherwise import each other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.batch.reading.mapping import AS_OURS, Mapping
from taper.batch.reading.source import PARQUET
from taper.request.fields import NAMES

if TYPE_CHECKING:
    from collections import abc

    from taper.batch.reading.row import Layout
    from taper.batch.reading.written import Order
    from taper.batch.sharing.planner import Failed

MOST_LINES = 10  # of rows that failed, named at the end
_KNOWN = {*NAMES, "row"}  # a row may have any number of names that are not fields


@dataclass(frozen=True, slots=True)
class Output:
    """One file to write: which table, in which format, under which name (``-``: the stream)."""

    table: str
    kind: str
    compression: str
    name: str

    @property
    def described(self) -> list[str]:
        """What distinguishes it from another output."""
        return [self.table, self.kind, self.compression, self.name]

    @property
    def path(self) -> Path:
        """The file; if the name is a link, the file that it leads to."""
        path = Path(self.name)
        return path.resolve() if path.is_symlink() and not self.is_stream else path

    @property
    def is_stream(self) -> bool:
        """Whether it is standard output, a pipe or a device: nothing to rename, no way back."""
        path = Path(self.name)
        return self.name == "-" or (path.exists() and not path.is_file() and not path.is_dir())

    @property
    def is_parquet(self) -> bool:
        """Whether this process writes it from parts; workers write all others themselves."""
        return self.kind == PARQUET

    @property
    def part(self) -> Path:
        """The hidden file that is written first; for a stream, the stream itself."""
        if self.name == "-":
            return Path("/dev/stdout")
        path = self.path
        return path if self.is_stream else path.parent / f".{path.name}.taper-part"


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a run; ``jobs`` 0 is one worker a processor."""

    source: str
    outputs: tuple[Output, ...]
    jobs: int = 0
    resume: bool = False
    force: bool = False
    keep_columns: bool = False
    products: str = ""  # the clinic's own (:class:`taper.formulary.local.Unchecked`)
    chunk_bytes: int = 0  # 0: the outputs decide
    mapping: Mapping = AS_OURS  # how the columns are called


@dataclass
class Result:
    """The counts of a run."""

    rows: int
    planned: int
    failed: int
    fields: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    resumed: int = 0  # rows that an earlier run had planned
    said: list[str] = field(default_factory=list)  # of columns, dates, empty rows; of no value


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker of a run needs to know."""

    path: Path
    kind: str
    layout: Layout
    columns: tuple[str, ...]  # of a CSV or Parquet file, in its order
    outputs: tuple[Output, ...]
    folder: Path
    products: str = ""  # as of the settings
    theirs: tuple[str, ...] = ()  # the columns as the file has them
    renamed: dict[str, str] | None = None  # of JSONL: our names by theirs, if they differ

    @property
    def has_streams(self) -> bool:
        """Whether any output is a stream."""
        return any(output.is_stream for output in self.outputs)

    def part(self, output: int, chunk: int) -> Path:
        """The file with the rows of a chunk for a Parquet output."""
        return self.folder / f"part-{output}-{chunk}.arrow"


class Chunk(NamedTuple):
    """A range of the input with the numbers of its first row and line."""

    start: int
    end: int
    first_row: int
    first_line: int
    rows: int


class Task(NamedTuple):
    """One chunk to plan; ``repeated`` has the rows whose id stood before, and where.

    ``orders`` say how dates are written, if not all of them are ISO dates.
    """

    number: int
    start: int
    end: int
    first_row: int
    first_line: int
    repeated: abc.Mapping[int, int]
    orders: tuple[Order, ...] = ()


@dataclass
class Counts:
    """How many rows were planned and failed, which fields had problems, on which lines first."""

    planned: int = 0
    failed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)
    unused: int = 0  # quantities of doses that are known

    def add_failed(self, failed: Failed, line: int) -> None:
        """Count a row without a plan."""
        self.failed += 1
        names = {problem.field or "row" for problem in failed.problems}
        self.fields.update(name if name in _KNOWN else "unknown" for name in names)
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)

    def entry(self) -> dict[str, Any]:
        """The counts as an entry of the journal."""
        fields, lines = dict(self.fields), self.lines
        return {
            "planned": self.planned,
            "failed": self.failed,
            "fields": fields,
            "lines": lines,
            "unused": self.unused,
        }

    @staticmethod
    def of(entry: abc.Mapping[str, Any]) -> Counts:
        """The counts of an entry of the journal."""
        fields = Counter(entry["fields"])
        lines, unused = list(entry["lines"]), entry.get("unused", 0)
        return Counts(entry["planned"], entry["failed"], fields, lines, unused)

    def add(self, other: Counts) -> None:
        """Add the counts of a later chunk."""
        self.planned += other.planned
        self.failed += other.failed
        self.unused += other.unused
        self.fields.update(other.fields)
        self.lines = sorted([*self.lines, *other.lines])[:MOST_LINES]


class Written(NamedTuple):
    """A chunk that is written: the bytes in every output, and the counts of its rows."""

    number: int
    sizes: list[int]
    counts: Counts
