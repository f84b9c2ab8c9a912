"""`taper check`: what is wrong in a schedule that somebody wrote, all of it at once.

The rows come from a CSV (:mod:`taper.lint.handwritten`) or from a plan document
(:mod:`taper.lint.plan`); the rules are the same (:mod:`taper.lint.rules`). Nothing is wrong in a
plan that the tool itself wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.formulary.market import formulary
from taper.lint.handwritten import Reader
from taper.lint.pace import pace
from taper.lint.rules import check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.lint.handwritten import Fault
    from taper.request.model import Calendar


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; ``where`` is what a row is called: a ``row`` of a file, a ``step``."""

    faults: tuple[Fault, ...]
    where: str

    @property
    def wrong(self) -> bool:
        """Whether there is an error among it."""
        return any(fault.level == "error" for fault in self.faults)


def lint(
    text: str,
    name: str,
    *,
    market: str = "us",
    local: str = "",
    product: str | None = None,
    avoid: Calendar | None = None,
) -> Report:
    """Check a schedule (CSV) or a plan (JSON).

    ``local`` holds the clinic's own products (:class:`taper.formulary.local.Local`).
    ``product`` is what is meant where a CSV does not say; ``avoid`` the days on which no
    reduction is to begin. Raises :class:`~taper.InputError` where the text is neither.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        from taper.lint.plan import faults_of  # noqa: PLC0415 - loads pydantic

        return Report(ordered(faults_of(text, name, avoid)), "step")
    known = formulary(market, local)
    reader = Reader(known, known.find(product) if product else None)
    entries = reader.read(text, name)
    if not entries:
        raise InputError(Problem(name, "there is no row below the header", "one row a step"))
    faults = [*reader.faults, *check(entries, avoid)]
    from taper.lint.findings import further  # noqa: PLC0415 - of what can be read

    faults += pace(entries, has_labels=market == "us")
    faults += further(entries, {fault.id for fault in faults})
    return Report(ordered(faults), "row")


def ordered(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """By row, each fault once; what is about the whole comes last."""
    unique = dict.fromkeys(faults)
    return tuple(sorted(unique, key=lambda fault: (fault.row is None, fault.row or 0)))
