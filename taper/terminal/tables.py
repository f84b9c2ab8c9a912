"""Plain tables: columns of text, for what is short and may be piped."""

from __future__ import annotations

import os
import sys
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_INDENT = 4


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> str:
    """Lines with each column as wide as its widest cell.

    ``right`` has an ``r`` at the place of each column that is set to the right.
    """
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    lines = []
    for row in cells:
        parts = [
            cell.rjust(width) if right[place : place + 1] == "r" else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


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
    """The table; where a terminal is too narrow for it, a block of lines a row.

    What is piped stays a table, so that it can be cut into columns.
    """
    kept = [list(row) for row in rows]
    text = table(header, kept, right=right)
    width = room()
    if width is None or max(map(len, text.splitlines())) <= width:
        return text
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
