"""Text broken over lines at spaces, but never between a number and what it counts."""

from __future__ import annotations

import re

BREAK = "\N{ZERO WIDTH SPACE}"  # a cell may be broken here, though there is no space
_TIE = "\N{NO-BREAK SPACE}"
# Spaces that stay in their line: 15 mg, 42 x 60 mg, 75 = 60+15, Mon 2026-12-07.
_TIED = re.compile(
    r"(?<=\d) (?=[A-Za-z=])|(?<==) (?=\d)|(?<=\dx) (?=\d)|(?<= x) (?=\d)"
    r"|(?<=\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)) (?=\d)"
)


def tied(text: str) -> str:
    """The text with its numbers tied to what they count."""
    return _TIED.sub(_TIE, text)


def width_of(text: str) -> int:
    """How many columns the text takes in one line."""
    return len(text.replace(BREAK, ""))


def parts_of(text: str) -> list[str]:
    """What may stand on lines of its own."""
    return [part.rstrip(" ") for part in _pieces(text) if part]


def _pieces(text: str) -> list[str]:
    return re.split(f"(?<= )|(?<={BREAK})", text)


def folded(text: str, width: int) -> list[str]:
    """The lines of a text that is tied; a part that is wider than a line stays whole."""
    lines = [""]
    for part in _pieces(text):
        if lines[-1] and width_of((lines[-1] + part).rstrip(" ")) > width:
            lines.append("")
        lines[-1] += part
    return [line.rstrip(" ").replace(BREAK, "").replace(_TIE, " ") for line in lines]


def paragraph(first: str, text: str, width: int) -> list[str]:
    """Lines with ``first`` before them, the later ones indented below the text."""
    lines = folded(tied(text), max(width - len(first), 1))
    return [first + lines[0], *(" " * len(first) + line for line in lines[1:])]
