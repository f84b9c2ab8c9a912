"""Standard input and output as they may be found: closed, not UTF-8, full, or cut off.

Nothing that was given is printed raw: a terminal would act on what it holds.
"""

from __future__ import annotations

import os
import sys
from typing import IO


def ready() -> None:
    """Make the standard streams usable, whatever the shell has done to them.

    A stream that was closed reads as empty, or fails where it is written to. What an encoding
    lacks is written as an escape: a figure is never dropped, and output never stops half-way.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    if sys.stdout is None:
        # opened for reading: to write to it is the error that it should be
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a notebook's or a test's stream may have none
            reconfigure(errors="backslashreplace")


def to_nowhere(stream: IO[str]) -> None:
    """Drop what is left to be written, so that it does not fail once more at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):  # not a file
        return


def escaped(text: str) -> str:
    """Text with what cannot be printed shown as an escape: the escape character as ``x1b``."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
