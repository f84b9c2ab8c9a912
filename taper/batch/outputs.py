"""Outputs: which names they may have, who holds them, how bytes get into them.

Under the name of an output stands nothing, or all of it. Every output is written to a hidden
file in its own folder, brought to the disk, and renamed when the whole run is complete. A pipe
or a device cannot be renamed: its bytes are written in turn.
"""

from __future__ import annotations

import errno
import filecmp
import os
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from taper.batch.reading.source import BatchError
from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taper.batch.job import Output

_BUFFERS = 1024  # that one system call takes


def check_names(outputs: Sequence[Output], source: str, *, force: bool) -> None:
    """Refuse output names that clash, or would overwrite the input or (without force) a file.

    Raises :class:`~taper.InputError`, and :class:`IsADirectoryError` for a folder.
    """
    named = [output.path.resolve() for output in outputs if not output.is_stream]
    found = [_against(output, named, source, force=force) for output in outputs]
    problems = [problem for problem in found if problem is not None]
    if sum(output.name == "-" for output in outputs) > 1:
        problems.append(Problem("output", "two outputs to standard output", "a file for one"))
    if problems:
        raise InputError(dict.fromkeys(problems))


def _against(output: Output, named: list[Path], source: str, *, force: bool) -> Problem | None:
    """The reason against the name of an output, if there is one."""
    if output.is_stream:
        message = f"{output.name} is a stream, and Parquet is no format for one"
        return Problem("output", message, "a file") if output.is_parquet else None
    path = output.path.resolve()
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), output.name)
    if source != "-" and path == Path(source).resolve():
        return Problem("output", f"{output.name} is the input", "another name")
    if named.count(path) > 1:
        return Problem("output", f"{output.name} is named twice", "two names")
    if output.name.startswith("/dev/") and not path.suffix:
        return Problem("output", f"{output.name} is a file here", "the file's own name")
    return _exists(output) if path.exists() and not force else None


def _exists(output: Output) -> Problem:
    return Problem("output", f"{output.name} exists", "--force replaces it")


@contextmanager
def held(outputs: Sequence[Output]) -> Iterator[list[IO[str]]]:
    """Hold every output for this run alone: two runs that share one would mix their rows.

    Gives the locks, which workers must not hold on to. Raises :class:`BatchError` if another
    run holds one of the outputs.
    """
    with ExitStack() as locks:
        files = []
        for output in outputs:
            if not output.is_stream:
                path = output.path
                lock = path.parent / f".{path.name}.taper-lock"
                files.append(locks.enter_context(_locked(lock, output.name)))
        yield files


@contextmanager
def _locked(path: Path, name: str) -> Iterator[IO[str]]:
    """Hold a lock file; the system lets go of it if this process is killed."""
    file = _lock(path, name)
    while not _is(file, path):  # the run that held it has just removed it
        file.close()
        file = _lock(path, name)
    try:
        yield file
    finally:
        with suppress(OSError):
            path.unlink()
        file.close()


def _lock(path: Path, name: str) -> IO[str]:
    file = path.open("w")
    try:
        import fcntl  # noqa: PLC0415 - not everywhere

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass
    except OSError:
        file.close()
        message = f"another run is writing to {name}"
        raise BatchError(Problem("output", message, "wait until it has ended")) from None
    return file


def _is(file: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def begin(output: Output, head: bytes) -> None:
    """Write the head to a new file: an old one may still be written to."""
    output.part.unlink(missing_ok=True)
    output.part.write_bytes(head)


def begin_stream(output: Output, head: bytes, streams: ExitStack) -> None:
    """Write the head, and keep the stream open: a reader takes a close for the end of input."""
    if output.name == "-":
        os.write(1, head)
        return
    streams.enter_context(output.part.open("wb", buffering=0)).write(head)


def opened(output: Output) -> int:
    """The file descriptor for the rows of an output that was begun.

    To open a named pipe waits until somebody reads from it, forever if its reader has gone since
    the head was written. So it is opened without waiting: a missing reader is then the same error
    as a write to a closed pipe.
    """
    if output.name == "-":
        return 1
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
    if not output.is_stream:
        return os.open(output.part, flags)
    try:
        file = os.open(output.part, flags | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from None
        raise
    os.set_blocking(file, True)
    return file


def write_at(file: int, buffers: list[bytes], offset: int | None) -> None:
    """Write buffers one behind another, at an offset or (None) at the place of the stream."""
    for first in range(0, len(buffers), _BUFFERS):
        some = buffers[first : first + _BUFFERS]
        size = sum(map(len, some))
        written = 0
        if offset is None:
            written = os.writev(file, some) if hasattr(os, "writev") else 0
        elif hasattr(os, "pwritev"):
            written = os.pwritev(file, some, offset)
        if written < size:  # a pipe, a full disk: the rest piece by piece, until it is an error
            if offset is not None:
                os.lseek(file, offset + written, os.SEEK_SET)
            rest = memoryview(b"".join(some))[written:]
            while rest:
                rest = rest[os.write(file, rest) :]
        if offset is not None:
            offset += size


def bring_to_disk(outputs: Sequence[Output], sizes: Sequence[int | None]) -> None:
    """Bring every output to the disk.

    ``sizes`` are those that the files must have, if known. Raises :class:`BatchError` if a
    file has another size.
    """
    for output, size in zip(outputs, sizes, strict=True):
        if output.is_stream:
            continue
        with output.part.open("rb+") as file:
            found = os.fstat(file.fileno()).st_size
            if size is not None and found > size:  # a chunk that was written and not noted
                found = file.truncate(size)
            if size is not None and found != size:
                message = f"{output.name} would have {found} bytes instead of {size}"
                raise BatchError(Problem("output", message, "start again"))
            os.fsync(file.fileno())


def check_same(outputs: Sequence[Output]) -> None:
    """Refuse to replace outputs that exist, unless they are what this run has written.

    They are if a run was killed after it had given the names, and its journal is gone.
    Raises :class:`~taper.InputError`.
    """
    problems = [
        _exists(output)
        for output in outputs
        if not output.is_stream
        and output.path.exists()
        and not filecmp.cmp(output.part, output.path, shallow=False)
    ]
    if problems:
        raise InputError(problems)


def give_names(outputs: Sequence[Output]) -> None:
    """Rename every output that still has its hidden name."""
    for output in outputs:
        if not output.is_stream and output.part.is_file():
            output.part.replace(output.path)
            _sync_folder(output.path.parent)


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk, if the system can."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    except OSError:
        return
    finally:
        os.close(number)


def discard(outputs: Sequence[Output]) -> None:
    """Remove the hidden files."""
    for output in outputs:
        if not output.is_stream:
            with suppress(OSError):  # the error that led here says more
                output.part.unlink(missing_ok=True)
