"""Problems with a request, and the errors that report them.

A :class:`Problem` is one fault: where it is, what it is, and what to do. All faults of one
input are collected and raised together, as :class:`InputError` (exit status 2) or, where a
safety rule says no, as :class:`Refused` (exit status 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input.

    ``field`` names the request field (``dose``), ``value`` is the text that was given,
    ``span`` the characters of it that are wrong, ``id`` the finding where one applies.
    """

    field: str
    message: str
    hint: str = ""
    value: str = ""
    span: tuple[int, int] | None = None
    id: str = ""

    def __str__(self) -> str:
        """One line: where, what, and a hint."""
        where = f"{self.field}: " if self.field else ""
        hint = f" (hint: {self.hint})" if self.hint else ""
        return " ".join(f"{where}{self.message}{hint}".split())


class TaperError(ValueError):
    """What was asked cannot be planned; ``problems`` says why, all at once."""

    exit_status = 2

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        """Keep every problem; the text of the error is one line for each."""
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[TaperError], tuple[tuple[Problem, ...]]]:
        """It comes back from another process with its problems."""
        return type(self), (self.problems,)


class InputError(TaperError):
    """The input is wrong or incomplete (exit status 2)."""


class Refused(TaperError):  # the name is the interface (contract 13a)
    """A safety rule says no (exit status 3)."""

    exit_status = 3


class FileFault(TaperError):
    """A file that cannot be read or written (exit status 1)."""

    exit_status = 1
