"""Which rows have an id that an earlier row has: exact, in little memory, however many rows.

Ids are written aside as they are read; of each an 8-byte hash is kept in a file too. Only
where two hashes are the same are the ids themselves compared.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from taper.batch.source import library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PART = 2**19  # ids that are looked at together
_SLICE = 2**20  # hashes read from the file at a time


class Ids:
    """Takes the ids of an input in its order, and says at the end which stood before."""

    def __init__(self, folder: Path, part: int = PART) -> None:
        """``folder`` takes the ids; ``part`` bounds how many are held in memory."""
        self._texts_path, self._hashes_path = folder / "ids", folder / "hashes"
        self._texts = self._texts_path.open("wb")
        self._hashes = self._hashes_path.open("wb")
        self._part = part
        self.count = 0

    def add(self, blob: bytes) -> None:
        """The ids of the next rows, one a line; an empty one is made from the row's number."""
        ids = blob.split(b"\n")
        if b"" in ids:
            named = enumerate(ids, self.count + 1)
            ids = [ident or b"row-%d" % number for number, ident in named]
            blob = b"\n".join(ids)
        self._texts.write(blob + b"\n")
        self._hashes.write(array("q", map(hash, ids)).tobytes())
        self.count += len(ids)

    def repeated(self) -> Repeated:
        """The rows whose id an earlier row has; closes and removes the files."""
        self._texts.close()
        self._hashes.close()
        found: dict[int, int] = {}
        classes = 1
        while classes * self._part < self.count:
            classes *= 2
        for number in range(classes if self.count else 0):
            twice = self._twice(classes, number)
            if twice:
                found.update(self._compared(twice))
        self._texts_path.unlink()
        self._hashes_path.unlink()
        return Repeated(found)

    def _twice(self, classes: int, number: int) -> set[int]:
        """The hashes of one class (by their low bits) that stand more than once."""
        if classes == 1:
            hashes = array("q", self._hashes_path.read_bytes())
            if len(set(hashes)) == len(hashes):
                return set()
            return _more_than_once(hashes)
        arrow, compute = library("pyarrow"), library("pyarrow.compute")
        parts = []
        with arrow.memory_map(str(self._hashes_path)) as file:
            while block := file.read_buffer(8 * _SLICE):
                hashes = arrow.Array.from_buffers(arrow.int64(), len(block) // 8, [None, block])
                low = compute.bit_wise_and(hashes, classes - 1)
                parts.append(hashes.filter(compute.equal(low, number)))
        together: Any = arrow.chunked_array(parts)
        if compute.count_distinct(together).as_py() == len(together):
            return set()
        return _more_than_once(together.to_pylist())

    def _compared(self, twice: set[int]) -> Iterator[tuple[int, int]]:
        """Each row with one of these hashes whose very id stood before, and where."""
        first: dict[bytes, int] = {}
        with self._texts_path.open("rb") as texts:
            for number, line in enumerate(texts, 1):
                ident = line[:-1]
                if hash(ident) in twice:
                    before = first.setdefault(ident, number)
                    if before != number:
                        yield number, before


def _more_than_once(hashes: Iterable[int]) -> set[int]:
    seen: set[int] = set()
    return {each for each in hashes if each in seen or seen.add(each)}  # type: ignore[func-returns-value]


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
