"""A law: a function that looks at one plan and says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from verify.case import Case

    Check = Callable[[Case], Iterable[str]]

LAWS: dict[str, Law] = {}  # by name, in the order of the contract


@dataclass(frozen=True, slots=True)
class Law:
    """``text`` is what it says, ``section`` where; ``sampled`` where not on every plan."""

    name: str
    section: str
    text: str
    check: Check
    sampled: bool


def law(section: str, *, sampled: bool = False) -> Callable[[Check], Check]:
    """Enter a function as a law, under its name and the first line of its docstring."""

    def enter(check: Check) -> Check:
        name = check.__name__.replace("_", "-")
        text = (check.__doc__ or "").splitlines()[0]
        LAWS[name] = Law(name, section, text, check, sampled)
        return check

    return enter
