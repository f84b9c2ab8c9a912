"""Which rows have an id that an earlier row has: exact, in little memory, however many rows.

Ids are written to a file as they are read, and an 8-byte hash of each to one of many files by
its last bits: equal ids meet in the same file, and one file fits into memory. The ids
themselves are compared only if their hashes are equal.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CLASSES = 256  # a power of two
_HELD = 4096  # hashes of a class that are held before they are written
_BLOCK = 2**20  # bytes of ids that are read at once
MOST_TWICE = 500_000  # hashes that stand twice, compared in one reading of the ids


class Ids:
    """Takes the ids of an input in its order, and finds those that stood before."""

    def __init__(self, folder: Path) -> None:
        """``folder`` takes the ids."""
        self._folder = folder
        self._path = folder / "ids"
        self._texts = self._path.open("wb")
        self._held = [array("q") for _ in range(CLASSES)]
        self._written: set[int] = set()
        self.count = 0

    def add(self, blob: bytes) -> None:
        """The ids of the next rows, one a line; an empty one is made from the row's number."""
        ids = blob.split(b"\n")
        if b"" in ids:
            named = enumerate(ids, self.count + 1)
            ids = [ident or b"row-%d" % number for number, ident in named]
            blob = b"\n".join(ids)
        self._texts.write(blob + b"\n")
        held, last = self._held, CLASSES - 1
        for each in map(hash, ids):
            held[each & last].append(each)
        for number, hashes in enumerate(held):
            if len(hashes) > _HELD:
                self._write(number)
        self.count += len(ids)

    def _write(self, number: int) -> None:
        """Write the hashes of a class that are held behind those that were."""
        mode = "ab" if number in self._written else "wb"
        with self._file(number).open(mode) as file:
            self._held[number].tofile(file)
        self._written.add(number)
        self._held[number] = array("q")

    def _file(self, number: int) -> Path:
        return self._folder / f"hashes-{number}"

    def repeated(self) -> Repeated:
        """The rows whose id an earlier row has; removes the files."""
        self._texts.close()
        found: dict[int, int] = {}
        twice: set[int] = set()
        for number in range(CLASSES):
            twice |= self._twice(number)
            if len(twice) > MOST_TWICE:
                found.update(self._compared(twice))
                twice = set()
        if twice:
            found.update(self._compared(twice))
        self._path.unlink()
        return Repeated(found)

    def _twice(self, number: int) -> set[int]:
        """The hashes of a class that stand more than once."""
        hashes = self._held[number]
        self._held[number] = array("q")
        if number in self._written:
            path = self._file(number)
            hashes.frombytes(path.read_bytes())
            path.unlink()
        return _more_than_once(hashes)

    def _compared(self, twice: set[int]) -> Iterator[tuple[int, int]]:
        """Each row with one of these hashes whose very id stood before, and where."""
        first: dict[bytes, int] = {}
        number, rest = 1, b""
        with self._path.open("rb") as texts:
            while block := texts.read(_BLOCK):
                *ids, rest = (rest + block).split(b"\n")
                places = [place for place, each in enumerate(map(hash, ids)) if each in twice]
                for place in places:
                    before = first.setdefault(ids[place], number + place)
                    if before != number + place:
                        yield number + place, before
                number += len(ids)


def _more_than_once(hashes: Iterable[int]) -> set[int]:
    seen: set[int] = set()
    add = seen.add
    return {each for each in hashes if each in seen or add(each)}


class Repeated:
    """Rows whose id stood before, and the row where it did: two columns of numbers."""

    def __init__(self, found: dict[int, int]) -> None:
        """``found`` has the rows by number."""
        self._rows = array("q", sorted(found))
        self._first = array("q", (found[row] for row in self._rows))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def within(self, first: int, count: int) -> dict[int, int]:
        """Those among ``count`` rows from row ``first`` on."""
        start, end = bisect_left(self._rows, first), bisect_left(self._rows, first + count)
        return dict(zip(self._rows[start:end], self._first[start:end], strict=True))
