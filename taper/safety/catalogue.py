"""The findings by id: level, wording and source, from ``data/findings.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from taper.data.files import data_file
from taper.errors import InputError, Problem
from taper.formulary.market import formulary

US = "us"  # the market whose words and sources an entry has, unless it says otherwise
# what says how an entry is used, and explains nothing
_EXPLAINED = ("title", "meaning", "why", "do")
_EQUIVALENT, _EQUIVALENTS = "MME", "morphine milligram equivalents"  # as the entries have them
_NOT_EXPLAINED = frozenset({"markets", "source_elsewhere", "reasons", "uk", "ca", "au"})


class Words(NamedTuple):
    """What a finding says: its level (``error``, ``warning`` or ``note``), and who says so."""

    level: str
    message: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One finding; ``steps`` are the rows it is about, none if it is about the plan.

    Two findings are equal if they say the same of the same rows. ``values`` fill the message of
    ``data/findings.toml``, each printed only then: a remedy is worked out only if its message is
    read. ``variant`` picks another message there, and ``market`` (but the US) the wording of that
    market if it has its own. ``words`` are what it says if they are known already, as those of a
    plan document are.
    """

    id: str
    steps: tuple[int, ...] = ()
    values: tuple[tuple[str, object], ...] = ()
    variant: str = ""
    words: Words | None = None
    market: str = ""

    def __eq__(self, other: object) -> bool:
        """Whether it says the same of the same rows, in whatever way it came about."""
        return isinstance(other, Finding) and self._said() == other._said()

    def __hash__(self) -> int:
        """The same for equal findings."""
        return hash((self.id, self.steps))

    def _said(self) -> tuple[object, ...]:
        return self.id, self.steps, self.level, self.message, self.source

    @property
    def step(self) -> int | None:
        """The first row it is about; None for the plan."""
        return self.steps[0] if self.steps else None

    @property
    def level(self) -> str:
        """``error``, ``warning`` or ``note``."""
        if self.words:
            return self.words.level
        entry = catalogue()[self.id]
        return str(entry.get("level" + self.variant, entry["level"]))

    @property
    def message(self) -> str:
        """One line, with the rows it is about."""
        if self.words:
            return self.words.message
        entry = wording(self.id, self.market)
        template = entry.get("message" + self.variant, entry["message"])
        text: str = template.format(**dict(self.values))
        if self.steps:
            rows = "step" if len(self.steps) == 1 else "steps"
            text += f" ({rows} {', '.join(str(step) for step in self.steps)})"
        return text

    @property
    def source(self) -> str:
        """Who says so."""
        return self.words.source if self.words else str(wording(self.id, self.market)["source"])


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, Any]]:
    """Every finding by id, as it stands in the data file."""
    return data_file("findings.toml")


@lru_cache(maxsize=256)
def wording(name: str, market: str) -> dict[str, Any]:
    """The entry of a finding in the words of a market, with the sources that count there."""
    entry = catalogue()[name]
    if market in {"", US}:
        return entry
    elsewhere = {"source": entry["source_elsewhere"]} if "source_elsewhere" in entry else {}
    own: dict[str, Any] = entry.get(market, {})
    return entry | _in_words_of(market, entry) | elsewhere | own


def _in_words_of(market: str, entry: dict[str, Any]) -> dict[str, str]:
    """What is explained, with morphine equivalents by the name that the market has for them."""
    words = formulary(market).words
    return {
        field: entry[field]
        .replace(_EQUIVALENTS, words["equivalents"])
        .replace(_EQUIVALENT, words["equivalent"])
        for field in _EXPLAINED
        if field in entry
    }


@lru_cache(maxsize=256)
def is_raised_in(name: str, market: str) -> bool:
    """Whether a finding is raised in a market: not if it rests only on another one's sources."""
    return market in catalogue()[name].get("markets", (market,))


@lru_cache(maxsize=1)
def ranks() -> dict[str, int]:
    """The place of each finding in the order in which they are printed: the worst first."""
    return {name: place for place, name in enumerate(catalogue())}


def _elsewhere(name: str, market: str) -> dict[str, Any]:
    """The explanation of a finding that a market does not raise, in another market's words."""
    entry = catalogue()[name]
    where = entry["markets"][0]
    return {
        "level": entry["level"],
        "title": f"Not raised in {market}",
        "message": "",
        "meaning": f"It rests on the rules of another market: no plan of {market} has it.",
        "why": "A rule of one country is no reason in another.",
        "do": f"To read it: taper explain {name} --market {where}.",
        "source": "The contract of this tool, section 8",
    }


def explain(name: str, market: str = "us") -> dict[str, Any]:
    """The entry of a finding in the words of a market.

    Raises :class:`~taper.InputError` with the closest ids.
    """
    key = name.strip().lower()
    if key in catalogue() and not is_raised_in(key, market):
        return _elsewhere(key, market)
    if key in catalogue():
        entry = wording(key, market)
        return {field: text for field, text in entry.items() if field not in _NOT_EXPLAINED}
    from difflib import get_close_matches  # noqa: PLC0415 - on a miss only

    close = get_close_matches(name, catalogue(), n=3, cutoff=0.4) or list(catalogue())
    raise InputError(
        Problem("id", f"'{name}' is not a finding", "one of " + ", ".join(close), name)
    )
