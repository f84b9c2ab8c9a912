"""Outputs written aside: under their name stands nothing, or all of it.

Every output is written to a hidden file in its own folder, brought to the disk, and renamed
when the whole run is known to be complete. A journal says which chunks are written, so that a
run that was killed can be taken up.
"""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taper.batch.reading.source import PARQUET, BatchError, free
from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.batch.worker import Counts

JOURNAL = "journal.jsonl"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Output:
    """One file to write: which table, in which format, under which name (``-``: the stream)."""

    table: str
    kind: str
    compression: str
    name: str

    @property
    def described(self) -> list[str]:
        """What tells it from another one."""
        return [self.table, self.kind, self.compression, self.name]

    @property
    def path(self) -> Path:
        """The file: where the name is a link, what it leads to."""
        path = Path(self.name)
        return path.resolve() if path.is_symlink() and not self.is_stream else path

    @property
    def is_stream(self) -> bool:
        """Whether it is standard output, a pipe or a device: nothing to rename, no way back."""
        path = Path(self.name)
        return self.name == "-" or (path.exists() and not path.is_file() and not path.is_dir())

    @property
    def part(self) -> Path:
        """The hidden file that it is written to; for a stream, the stream itself."""
        if self.name == "-":
            return Path("/dev/stdout")
        path = self.path
        return path if self.is_stream else path.parent / f".{path.name}.taper-part"


def check_names(outputs: Sequence[Output], source: str, *, force: bool) -> None:
    """Refuse names that would lose something.

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
    """What speaks against an output, if anything does."""
    if output.is_stream:
        message = f"{output.name} is a stream, and Parquet is no format for one"
        return Problem("output", message, "a file") if output.kind == PARQUET else None
    path = output.path.resolve()
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), output.name)
    if source != "-" and path == Path(source).resolve():
        return Problem("output", f"{output.name} is the input", "another name")
    if named.count(path) > 1:
        return Problem("output", f"{output.name} is named twice", "two names")
    if output.name.startswith("/dev/") and not path.suffix:
        return Problem("output", f"{output.name} is a file here", "the file's own name")
    if path.exists() and not force:
        return Problem("output", f"{output.name} exists", "--force replaces it")
    return None


def _boot() -> str:
    """Which start of the machine this is: what was written before it may be gone."""
    return _BOOT.read_text().strip() if _BOOT.exists() else ""


class Journal:
    """The work folder of a run: a lock, what the run is, and which chunks are written."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, alone; raises :class:`BatchError` where another run has it."""
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.lock = (folder / "lock").open("w")
        try:
            import fcntl  # noqa: PLC0415 - not everywhere

            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError:
            message = f"another run is writing to {folder}"
            raise BatchError(Problem("output", message, "wait until it has ended")) from None
        self._path = folder / JOURNAL
        self._file: Any = None

    def begin(self, manifest: dict[str, Any], *, resume: bool) -> list[dict[str, Any]]:
        """Start the journal, or go on with one; gives the chunks that are written already."""
        manifest = json.loads(json.dumps({**manifest, "boot": _boot()}))  # as it reads back
        done = self._earlier(manifest) if resume else []
        self._file = self._path.open("w", encoding="utf-8")
        self._line(manifest)
        for entry in done:
            self._line(entry)
        return done

    def _earlier(self, manifest: dict[str, Any]) -> list[dict[str, Any]]:
        """The chunks of a run that was the same, as far as they are known without a gap."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
            was, *entries = [json.loads(line) for line in lines if line.endswith("}")]
        except (OSError, ValueError):
            return []
        if was != manifest:
            changed = [key for key in manifest if was.get(key) != manifest[key]]
            if changed == ["boot"]:  # what was written may not have reached the disk
                return []
            message = f"the run that was stopped was another one ({', '.join(changed)} differ)"
            raise InputError(Problem("resume", message, "start again without --resume"))
        by_number = {entry["chunk"]: entry for entry in entries if "chunk" in entry}
        done: list[dict[str, Any]] = []
        while len(done) in by_number:
            done.append(by_number[len(done)])
        return done

    def wrote(self, number: int, sizes: list[int], counts: Counts) -> None:
        """Note a chunk that is written: its bytes in every output, and what became of its rows."""
        self._line({"chunk": number, "sizes": sizes, **counts.entry()})

    def complete(self, counts: Counts) -> None:
        """Note that everything is written, and only the names are to be given."""
        self._line({"complete": counts.entry()})

    def was_complete(self, outputs: Sequence[Output]) -> dict[str, Any] | None:
        """What became of the rows of a run of these outputs that only had names to give."""
        try:
            was, *_, last = map(json.loads, self._path.read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError):
            return None
        same = was.get("outputs") == [each.described for each in outputs] and was["boot"] == _boot()
        found: dict[str, Any] | None = last.get("complete") if same else None
        return found

    def _line(self, entry: dict[str, Any]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def close(self, *, remove: bool) -> None:
        """Give the folder back, or remove it."""
        if self._file is not None:
            self._file.close()
        if remove:
            free(self.folder)
        self.lock.close()


def bring_to_disk(outputs: Sequence[Output], sizes: Sequence[int | None]) -> None:
    """Bring every output to the disk.

    ``sizes`` are what the files must have, where that is known. Raises :class:`BatchError`
    where one has not.
    """
    for output, size in zip(outputs, sizes, strict=True):
        if output.is_stream:
            continue
        with output.part.open("rb+") as file:
            if size is not None:
                file.truncate(size) if os.fstat(file.fileno()).st_size > size else None
                found = os.fstat(file.fileno()).st_size
                if found != size:
                    message = f"{output.name} would have {found} bytes instead of {size}"
                    raise BatchError(Problem("output", message, "start again"))
            os.fsync(file.fileno())


def give_names(outputs: Sequence[Output]) -> None:
    """Give every output that is still aside its name."""
    for output in outputs:
        if not output.is_stream and output.part.is_file():
            output.part.replace(output.path)
            _sync_folder(output.path.parent)


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk, where the system can."""
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
    """Remove what was written aside."""
    for output in outputs:
        if not output.is_stream:
            with suppress(OSError):  # what failed says more
                output.part.unlink(missing_ok=True)
