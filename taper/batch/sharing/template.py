"""The text of a plan with gaps: fill in an id and a start date, and it is another row's plan.

The exporters render a plan once, with marks in place of its id, its label and the kept columns:
characters that no input can hold, so that no text of a plan is taken for one. A gap for a date
holds its distance from the start. So a row is rendered by joining bytes, whatever its table and
format are, and cannot differ from what the exporters write.
"""

from __future__ import annotations

import re
from copy import copy
from operator import itemgetter
from typing import TYPE_CHECKING

from taper.batch.sharing.days import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

# characters for private use: a request with one is refused as not printable
ID, KEPT, LABEL = "\ue000", "\ue001", "\ue002"
MARKS = {ID: 0, KEPT: 1, LABEL: 2}
_EMPTY = 3  # the gap that is filled with nothing
DATES = 4  # the date ``n`` days after the start fills the gap ``n + DATES``
_MARKED = re.compile(rf'("{KEPT}":"{KEPT}"|"?[{ID}{KEPT}{LABEL}]"?)')
REACH = 1200  # days from the start that the cached windows hold


class Template:
    """Parts of text, and the places in a window of what fills the gaps between them."""

    __slots__ = ("checks", "fill", "gaps", "parts", "reach", "size")

    def __init__(
        self, parts: list[bytes], gaps: list[int], checks: Sequence[int | None] = ()
    ) -> None:
        """``parts`` are one more than ``gaps``.

        ``checks`` has for every row of a schedule which gap its next check fills, if it has one.
        """
        joined: list[bytes] = [b""] * (2 * len(parts) - 1)
        joined[::2] = parts
        while len(gaps) < 2:  # noqa: PLR2004 - with one gap an itemgetter gives no tuple
            joined += [b"", b""]
            gaps = [*gaps, _EMPTY]
        self.parts = joined
        self.size = sum(map(len, parts)) + 40 * len(joined)
        self._fill_with(gaps, checks)

    def _fill_with(self, gaps: list[int], checks: Sequence[int | None]) -> None:
        self.gaps = gaps
        self.checks = checks
        self.fill = itemgetter(*gaps)
        self.reach = max(gaps) - DATES

    def moved(self, days: Sequence[int | None]) -> Template | None:
        """The same schedule with other next checks, in days from the start.

        None if other rows have one.
        """
        gaps = self.gaps.copy()
        for gap, day in zip(self.checks, days, strict=True):
            if gap is not None and day is not None:
                gaps[gap] = day + DATES
            elif gap is not day:
                return None
        made = copy(self)  # with the same parts: every rendering fills all gaps anew
        made.size = 16 * len(gaps)
        made._fill_with(gaps, self.checks)  # noqa: SLF001 - its own class
        return made

    def render(self, window: list[bytes]) -> bytes:
        """The text for one row; see :class:`Windows`."""
        parts = self.parts
        parts[1::2] = self.fill(window)
        return b"".join(parts)


def cut(text: str) -> Template:
    """The template of a text with marks; its dates stay as they are."""
    pieces = _MARKED.split(text)
    gaps = [MARKS[mark.strip('"')[:1]] for mark in pieces[1::2]]
    return Template([part.encode() for part in pieces[::2]], gaps)


class Windows:
    """By start, what may fill gaps: the texts of a row, then the dates from its start on."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_start: dict[int, list[bytes]] = {}
        self._dates = texts()

    def of(self, start: int, reach: int) -> list[bytes]:
        """The window of a start, at least ``reach`` days wide."""
        if reach > REACH:
            return [b"", b"", b"", b"", *self._dates[start : start + reach + 1]]
        window = self._by_start.get(start)
        if window is None:
            if len(self._by_start) > 400:  # noqa: PLR2004 - about 4 MB
                self._by_start.clear()
            window = [b"", b"", b"", b"", *self._dates[start : start + REACH + 1]]
            self._by_start[start] = window
        return window
