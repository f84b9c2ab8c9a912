"""The text of a plan with gaps: fill in an id and a start date, and it is another row's plan.

The exporters render a plan once, with marks in place of its id, its label and the kept columns:
characters that no input can hold, so that no text of a plan is taken for one. Dates are found
by their form, and a gap holds the distance of its date from the start. So a row is rendered by
joining bytes, whatever its table and format are, and cannot differ from what the exporters write.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

from taper.batch.sharing.days import numbers, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

# characters for private use: a request with one is refused as not printable
ID, KEPT, LABEL = "\ue000", "\ue001", "\ue002"
MARKS = {ID: 0, KEPT: 1, LABEL: 2}
_EMPTY = 3  # the gap that is filled with nothing
DATES = 4  # the date ``n`` days after the start fills the gap ``n + DATES``
_MARKED = rf'"{KEPT}":"{KEPT}"|"?[{ID}{KEPT}{LABEL}]"?'
_WITHOUT_DATES = re.compile(f"({_MARKED})")
_WITH_DATES = re.compile(rf"({_MARKED}|\b\d{{4}}-\d\d-\d\d\b)")
REACH = 1200  # days from the start that the cached windows hold


class Template:
    """Parts of text, and the places in a window of what fills the gaps between them."""

    __slots__ = ("fill", "gaps", "parts", "reach", "size")

    def __init__(self, parts: list[bytes], gaps: Sequence[int]) -> None:
        """``parts`` are one more than ``gaps``."""
        joined: list[bytes] = [b""] * (2 * len(parts) - 1)
        joined[::2] = parts
        while len(gaps) < 2:  # noqa: PLR2004 - with one gap an itemgetter gives no tuple
            joined += [b"", b""]
            gaps = [*gaps, _EMPTY]
        self.parts = joined
        self.gaps = gaps
        self.fill = itemgetter(*gaps)
        self.reach = max(gaps) - DATES
        self.size = sum(map(len, parts)) + 40 * len(joined)

    def moved(self, dates: list[list[int]]) -> Template | None:
        """The same text with other dates in its gaps: those of each row, in days from the start.

        None if the rows do not have as many dates as before.
        """
        gaps: list[int] = []
        following = iter(day + DATES for row in dates for day in row)
        counts = iter([*map(len, dates), 0])
        left = 0
        for gap in self.gaps:
            if gap == MARKS[ID]:
                if left:
                    return None
                left = next(counts)
            if gap >= DATES:
                left -= 1
                gap = next(following, _EMPTY)  # noqa: PLW2901
            gaps.append(gap)
        if left or next(following, None) is not None:
            return None
        made = Template.__new__(Template)
        made.parts, made.gaps = self.parts, gaps  # every rendering fills all gaps anew
        made.fill = itemgetter(*gaps)
        made.reach = max(gaps) - DATES
        made.size = 16 * len(gaps)
        return made

    def render(self, window: list[bytes]) -> bytes:
        """The text for one row; see :class:`Windows`."""
        parts = self.parts
        parts[1::2] = self.fill(window)
        return b"".join(parts)


def cut(text: str, start: int | None, later: str | None = None) -> Template | None:
    """The template of a text, for a plan that starts on day ``start`` (None: dates stay).

    ``later`` is the text of the same plan begun a week later: only the dates that moved with it
    are gaps, and a date in a name or a source is not. None if a date is beyond the table.
    """
    pieces = (_WITHOUT_DATES if start is None else _WITH_DATES).split(text)
    moved = [] if later is None else _WITH_DATES.split(later)
    assert later is None or len(moved) == len(pieces), "the same plan has the same form"
    known = numbers()
    parts: list[str] = [pieces[0]]
    gaps: list[int] = []
    for place in range(1, len(pieces), 2):
        slot, following = pieces[place], pieces[place + 1]
        mark = MARKS.get(slot.strip('"')[:1])
        if mark is not None:
            gap = mark
        elif moved and moved[place] == slot:
            parts[-1] += slot + following  # a date of something else
            continue
        else:
            day = known.get(slot)
            if day is None or start is None or day < start:
                return None
            gap = day - start + DATES
        gaps.append(gap)
        parts.append(following)
    return Template([part.encode() for part in parts], gaps)


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
