"""Plain tables: columns of text, for what is short and may be piped."""

from __future__ import annotations

import os
import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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


def table_or_list(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table; where a terminal is too narrow for it, a block of lines a row.

    What is piped stays a table, so that it can be cut into columns.
    """
    kept = [list(row) for row in rows]
    text = table(header, kept)
    at_terminal = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    if not at_terminal or max(map(len, text.splitlines())) <= get_terminal_size().columns:
        return text
    indent = max(map(len, header[1:]))
    blocks = [
        "\n".join(
            [row[0], *(f"  {h:{indent}}  {c}" for h, c in zip(header[1:], row[1:], strict=True))]
        )
        for row in kept
    ]
    return "\n".join(blocks) + "\n"
