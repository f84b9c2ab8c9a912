"""The journal of a run: which chunks are written, so that a run that was killed can go on.

It lies in a folder beside the first output, together with everything else that a run needs
for a while: a copy of a compressed input, ids, the parts of Parquet outputs.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from taper.batch.reading.source import free
from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.batch.job import Counts, Output

JOURNAL = "journal.jsonl"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def _boot() -> str:
    """Which start of the machine this is: files that were written before it may be gone."""
    return _BOOT.read_text().strip() if _BOOT.exists() else ""


class Journal:
    """The work folder of a run: what the run is, and which chunks are written."""

    def __init__(self, folder: Path) -> None:
        """Make the folder; the outputs are held already, so no other run uses it."""
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._path = folder / JOURNAL
        self._file: IO[str] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is anything to go on with."""
        return self._path.exists()

    def begin(self, manifest: dict[str, Any], *, resume: bool) -> list[dict[str, Any]]:
        """Start the journal, or go on with one; returns the chunks that are already written."""
        manifest = json.loads(json.dumps({**manifest, "boot": _boot()}))  # as it reads back
        done = self._earlier(manifest) if resume else []
        self._file = self._path.open("w", encoding="utf-8")
        for entry in (manifest, *done):
            self._line(entry)
        return done

    def _read(self) -> list[dict[str, Any]]:
        """The entries; the last line may be cut short, and a journal may be missing."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
            return [json.loads(line) for line in lines if line.endswith("}")]
        except (OSError, ValueError):
            return []

    def _earlier(self, manifest: dict[str, Any]) -> list[dict[str, Any]]:
        """The chunks of an earlier run of the same, up to the first that is missing."""
        was, *entries = self._read() or [manifest]
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
        """Note a chunk that is written: its bytes in every output, and its counts."""
        self._line({"chunk": number, "sizes": sizes, **counts.entry()})

    def complete(self, counts: Counts) -> None:
        """Note that everything is written, and only the names remain to be given."""
        self._line({"complete": counts.entry()})

    def was_complete(self, outputs: Sequence[Output]) -> dict[str, Any] | None:
        """The counts of a run of these outputs that had only names to give."""
        entries = self._read()
        if not entries:
            return None
        was, last = entries[0], entries[-1]
        same = was.get("outputs") == [each.described for each in outputs]
        found: dict[str, Any] | None = last.get("complete")
        return found if same and was.get("boot") == _boot() else None

    def _line(self, entry: dict[str, Any]) -> None:
        assert self._file is not None
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def close(self, *, remove: bool) -> None:
        """End the journal; remove the folder, the journal last.

        Whoever is killed meanwhile can still be told by the journal that the run was complete.
        """
        if self._file is not None:
            self._file.close()
        if remove:
            for path in self.folder.iterdir():
                if path != self._path:
                    path.unlink() if path.is_file() else free(path)
            with suppress(OSError):
                self._path.unlink()
            free(self.folder)
