"""What `taper check` finds: one thing, where it is, and how bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.safety.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.errors import Problem

NOT_ASSESSED, UNREADABLE = "not-assessed", "unreadable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is found in a file: where, what, and how bad.

    ``level`` is ``error``, ``warning`` or ``note``; left out, it is that of the finding's id.
    """

    id: str
    row: int | None
    column: str
    message: str
    value: str = ""
    level: str = ""

    def __post_init__(self) -> None:
        """Look up the level."""
        if not self.level:
            object.__setattr__(self, "level", str(catalogue()[self.id]["level"]))

    def to_dict(self) -> dict[str, object]:
        """As plain values; None for what is not said."""
        return {
            "id": self.id,
            "level": self.level,
            "row": self.row,
            "column": self.column or None,
            "value": self.value or None,
            "message": self.message,
        }


def of_problem(problem: Problem, row: int | None, column: str, value: str = "") -> Fault:
    """What cannot be read, or be made, as a fault of its cell."""
    text = f"{problem.message} (hint: {problem.hint})" if problem.hint else problem.message
    return Fault(problem.id or UNREADABLE, row, column, text, value or problem.value)


def not_assessed(ids: Iterable[str], why: str, row: int | None = None) -> Fault:
    """Findings that were not looked for, and why."""
    named = list(ids)
    message = f"Not assessed, since {why}: {', '.join(named)}"
    return Fault(NOT_ASSESSED, row, "", message, " ".join(named))


def remark(message: str, row: int | None = None, column: str = "", value: str = "") -> Fault:
    """How something was read that could be read in another way, or what was passed over."""
    return Fault(NOT_ASSESSED, row, column, message, value)
