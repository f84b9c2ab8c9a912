"""Standard input and output as they may be found: closed, not UTF-8, full, or cut off.

Nothing that was given is printed raw: a terminal would act on what it holds.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from taper.errors import Problem

HALF = "\N{VULGAR FRACTION ONE HALF}"
_STEERS = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)"
)
_AFTER_DIGIT = re.compile(f"(?<=[0-9]){HALF}")


def ready() -> None:
    """Make the standard streams usable, whatever the shell has done to them.

    A closed stream reads as empty, and fails when it is written to. What an encoding
    lacks is written in other characters: no figure is dropped, and no output stops half-way.
    """
    codecs.register_error("in_ascii", _in_ascii)
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
            reconfigure(errors="in_ascii")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks: a half as a decimal, anything else as an escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    before = error.object[max(error.start - 1, 0) : error.start]
    lacking = halves_in_figures(before + error.object[error.start : error.end])[len(before) :]
    return lacking.encode("ascii", "backslashreplace").decode("ascii"), error.end


def halves_in_figures(text: str) -> str:
    """``1.5x10`` and ``0.5x10``, where halves are written with a character of their own."""
    return _AFTER_DIGIT.sub(".5", text).replace(HALF, "0.5") if HALF in text else text


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


def unsteered(text: str) -> str:
    """Text of several lines without what a terminal would act on, or cannot be encoded.

    It is shown as an escape that JSON can hold too. A terminal acts on control characters, and
    turns text round at marks of its direction.
    """
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text that holds what was given, for people: a value in it steers no terminal."""
    stream = sys.stderr if err else sys.stdout
    stream.write(unsteered(text) + "\n" * nl)


def report(problem: Problem) -> None:
    """One line a problem on standard error; at a terminal a caret under what is wrong."""
    sys.stderr.write(f"error: {escaped(str(problem))}\n")
    if problem.span is None or not sys.stderr.isatty():
        return
    start, end = problem.span
    shown = problem.value.rstrip()
    if len(shown) <= 60 and shown.isprintable():  # noqa: PLR2004 - fits a narrow terminal
        sys.stderr.write(f"    {shown}\n    {' ' * start}{'^' * max(end - start, 1)}\n")
