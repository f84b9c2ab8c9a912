"""A law: a function that looks at one plan and says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verify.view import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Check = Callable[[Plan], Iterable[str]]

LAWS: dict[str, Law] = {}  # by name, in the order of the contract


@dataclass(frozen=True, slots=True)
class Law:
    """``text`` is what it says, ``section`` where."""

    name: str
    section: str
    text: str
    check: Check

    def __call__(self, document: dict[str, Any]) -> list[str]:
        """What is broken in a plan document."""
        return list(self.check(Plan(document)))


def law(section: str) -> Callable[[Check], Law]:
    """Enter a function as a law, under its name and the first line of its docstring."""

    def enter(check: Check) -> Law:
        name = check.__name__.replace("_", "-")
        text = (check.__doc__ or "").splitlines()[0]
        LAWS[name] = Law(name, section, text, check)
        return LAWS[name]

    return enter
