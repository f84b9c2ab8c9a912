"""Plain tables: columns of text, for what is short and may be piped."""

from __future__ import annotations

import os
import sys
from itertools import zip_longest
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

from taper.terminal import folding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_INDENT = 4
_GAP = "  "
_NARROW = 20  # columns: a text is not folded to less


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: str = "",
    widths: Sequence[int] | None = None,
) -> str:
    """Lines with each column as wide as its widest cell, or as ``widths`` say.

    ``right`` has an ``r`` at the place of each column that is set to the right.
    """
    cells = [list(header), *(list(row) for row in rows)]
    widths = widths or _widest(cells)
    lines = []
    for row in cells:
        texts = [
            folding.folded(folding.tied(cell), width)
            for cell, width in zip(row, widths, strict=True)
        ]
        for parts in zip_longest(*texts, fillvalue=""):
            line = [
                part.rjust(width) if right[place : place + 1] == "r" else part.ljust(width)
                for place, (part, width) in enumerate(zip(parts, widths, strict=True))
            ]
            lines.append(_GAP.join(line).rstrip())
    lines.insert(1, _GAP.join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


def _widest(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _fitting(cells: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """The widths of columns that fit, the widest folded first; None if they cannot."""
    widths = _widest(cells)
    least = [
        max(min(_NARROW, max(map(len, column))), *(_longest_part(cell) for cell in column))
        for column in zip(*cells, strict=True)
    ]
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    while over > 0:
        can_fold = [place for place, width in enumerate(widths) if width > least[place]]
        if not can_fold:
            return None
        widths[max(can_fold, key=widths.__getitem__)] -= 1
        over -= 1
    return widths


def _longest_part(cell: str) -> int:
    return max(map(len, folding.parts_of(folding.tied(cell))), default=0)


def room() -> int | None:
    """How many columns a terminal has; None where output is piped, and lines stay whole."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return get_terminal_size().columns
    return None


def folded(lead: str, text: str) -> str:
    """``lead`` and ``text`` in one line; where a terminal is too narrow, in as many as it takes."""
    width = room()
    if width is None or len(lead) + len(text) <= width:
        return f"{lead}{text}\n"
    beside = len(lead) <= width // 2
    indent = len(lead) if beside else _INDENT
    lines = wrap(text, max(width - indent, 1), break_long_words=False, break_on_hyphens=False)
    first = lead + lines.pop(0) if beside else lead.rstrip()
    return "\n".join([first, *(" " * indent + line for line in lines)]) + "\n"


def table_or_list(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> str:
    """The table, folded to the width of a terminal; if it cannot be, a block of lines a row.

    What is piped stays a table of whole lines, so that it can be cut into columns.
    """
    kept = [list(row) for row in rows]
    width = room()
    if width is None:
        return table(header, kept, right=right)
    widths = _fitting([list(header), *kept], width)
    if widths is not None:
        return table(header, kept, right=right, widths=widths)
    indent = max(map(len, header[1:]))
    return "".join(
        folded("", row[0])
        + "".join(
            folded(f"  {title:{indent}}  ", cell)
            for title, cell in zip(header[1:], row[1:], strict=True)
            if cell
        )
        for row in kept
    )
