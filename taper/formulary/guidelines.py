"""Published rule sets, read from ``data/guidelines.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from taper.data.files import data_file
from taper.errors import InputError, Problem

GENTLE = "gentle"  # the pace of a guideline unless another is asked for


class Planned(NamedTuple):
    """What is planned with: one rate and its interval, or phases."""

    reduce: str | None
    every: str | None
    phases: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """``10% every 4w``, or the phases in a row."""
        return ", then ".join(self.phases) or f"{self.reduce} every {self.every}"


@dataclass(frozen=True)
class Guideline:
    """One published rule set: what it says, what it leaves open, and what the tool chose.

    The rule the tool plans with is ``reduce``/``every``/``of``, or ``phases`` and ``of``, in
    the words of the request fields. ``facts`` is the entry as it stands in the data file.
    """

    id: str
    name: str
    market: str
    year: int | str
    applies: str
    rate: str
    interval: str
    base: str
    reduce: str | None
    every: str | None
    of: str
    phases: tuple[str, ...]
    leaves_open: tuple[str, ...]
    chosen: tuple[str, ...]
    source: str
    grade: str
    facts: dict[str, Any]

    @property
    def paces(self) -> dict[str, Planned]:
        """The rules of the paces by name; none if one figure only is published."""
        return {
            name: Planned(entry.get("reduce"), entry.get("every"), tuple(entry.get("phases", ())))
            for name, entry in self.facts.get("pace", {}).items()
        }

    def at(self, pace: str = GENTLE) -> Planned:
        """The rule at a pace.

        Raises :class:`~taper.InputError` if one figure only is published.
        """
        if pace == GENTLE:
            return Planned(self.reduce, self.every, self.phases)
        found = self.paces.get(pace)
        if found is None:
            message = f"{self.id} publishes one figure, not a range"
            hint = f"leave it out: {self.at().text} is planned"
            raise InputError(Problem("pace", message, hint, pace))
        return found

    @property
    def range(self) -> str:
        """What is published: ``10% to 25% every 2 to 4 weeks``; empty if it is no range."""
        if not self.paces:
            return ""
        least, most = self.facts.get("min_reduce"), self.facts.get("max_reduce")
        rate = f"{least} to {most}" if least else self.rate
        return f"{rate} every {self.interval}"


@lru_cache(maxsize=1)
def guidelines() -> dict[str, Guideline]:
    """All rule sets by id, in the order of the data file."""
    entries = data_file("guidelines.toml")
    return {
        key: Guideline(
            id=key,
            name=entry["name"],
            market=entry["market"],
            year=entry["year"],
            applies=entry["applies"],
            rate=entry["rate"],
            interval=entry["interval"],
            base=entry["base"],
            reduce=entry.get("reduce"),
            every=entry.get("every"),
            of=entry["of"],
            phases=tuple(entry.get("phases", ())),
            leaves_open=tuple(entry["leaves_open"]),
            chosen=tuple(entry["chosen"]),
            source=entry["source"],
            grade=entry["grade"],
            facts=entry,
        )
        for key, entry in entries.items()
        if key != "sources"
    }


@lru_cache(maxsize=1)
def sources() -> dict[str, str]:
    """What each citation key stands for."""
    return dict(data_file("guidelines.toml")["sources"])


def guideline(name: str) -> Guideline:
    """The rule set of that name, in any letter case.

    Raises :class:`~taper.InputError` that lists them.
    """
    known = guidelines()
    found = known.get(name.strip().lower())
    if found is None:
        message = f"'{name}' is not a guideline that is built in"
        raise InputError(Problem("guideline", message, "one of " + ", ".join(known), name))
    return found
