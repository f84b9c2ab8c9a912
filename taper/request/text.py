"""Free text: what an id, a label or a reason may hold."""

from __future__ import annotations

# They join the parts of one emoji, and letters of Persian and Indian scripts: no harm, no ink.
JOINERS = frozenset("\u200c\u200d")


def is_printable(text: str) -> bool:
    """Whether nothing in a text steers a terminal, or turns the order of its letters."""
    return text.isprintable() or all(mark.isprintable() or mark in JOINERS for mark in text)
