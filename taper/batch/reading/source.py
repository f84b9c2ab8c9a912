"""The input as it comes: a file or standard input, compressed or not, in one of three formats.

A stream or a compressed file is first copied to a file that can be read at any place, so that
memory stays bounded and every worker can read its own range.
"""

from __future__ import annotations

import mmap
import os
import shutil
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from taper.errors import InputError, Problem, TaperError

if TYPE_CHECKING:
    from collections.abc import Iterator

CSV, JSONL, PARQUET = "csv", "jsonl", "parquet"
SUFFIXES = {".csv": CSV, ".jsonl": JSONL, ".ndjson": JSONL, ".parquet": PARQUET, ".pq": PARQUET}
COMPRESSED = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_BOM = b"\xef\xbb\xbf"
_COPY = 2**20
_FIRST = 4  # bytes that show an encoding
_AGAIN = "copy it again"
LONGEST_RECORD = 64 * 2**20  # bytes


class BatchError(TaperError):
    """The batch could not be completed, for a reason that is not a row (exit status 1)."""

    exit_status = 1


def library(name: str) -> Any:
    """A library of the extra ``batch``."""
    try:
        return import_module(name)
    except ImportError:
        what = f"{name.partition('.')[0]} is not installed"
        hint = "pip install 'opioid-taper[batch]', or '.[batch]' in a checkout"
        raise InputError(Problem("batch", what, hint)) from None


def format_of(name: str, field: str) -> tuple[str, str]:
    """The format and the compression (or an empty string) of a file, by its suffix."""
    path = Path(name.lower())
    compression = COMPRESSED.get(path.suffix, "")
    if compression:
        path = path.with_suffix("")
    kind = SUFFIXES.get(path.suffix)
    if kind is None or (kind == PARQUET and compression):
        known = ".csv, .jsonl and .parquet; .csv and .jsonl also with .gz or .zst"
        message = f"'{Path(name).name}' has no suffix of a table"
        raise InputError(Problem(field, message, known, name))
    return kind, compression


@dataclass(frozen=True, slots=True)
class Source:
    """An input that can be read at any place: ``path`` holds it uncompressed."""

    path: Path
    kind: str
    shown: str  # what the user calls it


class Window:
    """The bytes of a text input, mapped into memory to look for the ends of lines."""

    def __init__(self, path: Path) -> None:
        """Map the file; ``start`` is behind a byte order mark."""
        self._file = path.open("rb", buffering=0)
        size = os.fstat(self._file.fileno()).st_size
        self.data: Any = b""
        if size:
            self.data = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self.start = len(_BOM) if self.data[:3] == _BOM else 0
        _check_text(self.data[:_FIRST])

    def line_end(self, place: int) -> int:
        """Behind the first line end at or after a place; the end of the file without one."""
        found = self.data.find(b"\n", place)
        return len(self.data) if found < 0 else found + 1

    def lines_before(self) -> int:
        """How many line ends there are before ``start``."""
        return bytes(self.data[: self.start]).count(b"\n")

    def read(self, start: int, end: int) -> bytes:
        """The bytes of a range, read past the mapping."""
        if hasattr(os, "pread"):  # processes that were forked share the place in the file
            return os.pread(self._file.fileno(), end - start, start)
        self._file.seek(start)
        return self._file.read(end - start)

    def passed(self, start: int, end: int) -> None:
        """Give the pages of a range back to the system: they would count as memory."""
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            first = start - start % mmap.PAGESIZE
            self.data.madvise(mmap.MADV_DONTNEED, first, end - first)

    def close(self) -> None:
        """Let go of the file."""
        if isinstance(self.data, mmap.mmap):
            self.data.close()
        self._file.close()


def _check_text(head: bytes) -> None:
    """Refuse what cannot be UTF-8 by its first bytes; without a mark UTF-16 has zeros in it."""
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or (head.count(0) and head.strip(b"\0")):
        hint = "in Excel: save as 'CSV UTF-8 (comma delimited)'"
        raise InputError(Problem("input", "the file is UTF-16, not UTF-8", hint))
    if head[:1] == b"\0":
        hint = "was it cut off while it was written? copy it again"
        raise InputError(Problem("input", "the file begins with zeros: it is no text", hint))


def open_source(name: str, folder: Path) -> Source:
    """The input of that name (``-`` is standard input), readable at any place.

    ``folder`` takes a copy if one is needed. Raises :class:`~taper.InputError` for a name
    without a known suffix, :class:`OSError` for a file that cannot be read.
    """
    path = Path(name)
    if name == "-":
        return _spooled(sys.stdin.buffer, "standard input", folder)
    if not path.suffix and path.exists() and not path.is_file() and not path.is_dir():
        with path.open("rb") as file:  # as a shell passes the output of a command: <(...)
            return _spooled(file, name, folder)
    kind, compression = format_of(name, "input")
    if not compression and path.is_file():
        with path.open("rb"):
            pass
        return Source(path, kind, path.name)
    with path.open("rb") as file:
        copy = _spool(file, compression, folder, path.name)
    return Source(copy, kind, path.name)


def _spooled(stream: IO[bytes], shown: str, folder: Path) -> Source:
    """A copy of a stream; its first bytes show its format."""
    copy = _spool(stream, "", folder, shown)
    with copy.open("rb") as file:
        head = file.read(4096)
    compression = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "")
    if compression:
        raw = copy.rename(folder / "compressed")
        with raw.open("rb") as file:
            copy = _spool(file, compression, folder, shown)
        raw.unlink()
        with copy.open("rb") as file:
            head = file.read(4096)
    kind = CSV
    if head.startswith(b"PAR1"):
        kind = PARQUET
    elif head.removeprefix(_BOM).lstrip()[:1] in {b"{", b"["}:
        kind = JSONL
    return Source(copy, kind, shown)


def _spool(file: IO[bytes], compression: str, folder: Path, shown: str) -> Path:
    copy = folder / "input"
    with copy.open("wb") as out:
        try:
            for block in _blocks(file, compression, shown):
                out.write(block)
        except EOFError:
            raise BatchError(Problem("input", f"{shown} is cut short", _AGAIN)) from None
    return copy


def _blocks(file: IO[bytes], compression: str, shown: str) -> Iterator[bytes]:
    if compression == "gzip":
        import gzip  # noqa: PLC0415 - only if it is needed
        import zlib  # noqa: PLC0415

        try:
            with gzip.open(file) as stream:
                yield from iter(lambda: stream.read(_COPY), b"")
        except (gzip.BadGzipFile, zlib.error):
            raise BatchError(Problem("input", f"{shown} is not gzip, or damaged", _AGAIN)) from None
        return
    if compression == "zstd":
        arrow = library("pyarrow")
        with arrow.CompressedInputStream(arrow.PythonFile(file), "zstd") as stream:
            try:
                yield from iter(lambda: stream.read(_COPY), b"")
            except OSError as error:
                if error.errno:
                    raise
                message = f"{shown} is not zstd, or damaged"
                raise BatchError(Problem("input", message, _AGAIN)) from None
        return
    yield from iter(lambda: file.read(_COPY), b"")


def not_too_long(size: int) -> None:
    """Refuse an input with a row that would not fit into memory with the others."""
    if size > LONGEST_RECORD:
        most = LONGEST_RECORD // 2**20
        message = f"a row is longer than {most} MB"
        raise InputError(
            Problem("input", message, "is a quote never closed, or a line never ended?")
        )


def free(folder: Path) -> None:
    """Remove a folder of copies and parts."""
    shutil.rmtree(folder, ignore_errors=True)


def stamp(source: Source) -> tuple[int, int, int]:
    """What differs after somebody wrote to an input, or put another one in its place."""
    found = source.path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def fingerprint(source: Source) -> list[object]:
    """What distinguishes an input from another one: a checksum of all of it."""
    import zlib  # noqa: PLC0415

    size = checksum = 0
    with source.path.open("rb", buffering=0) as file:
        while block := file.read(_COPY):
            size += len(block)
            checksum = zlib.crc32(block, checksum)
    return [source.kind, size, checksum]
