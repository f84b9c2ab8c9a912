"""The words of the hand-out: one catalogue a language, ``data/languages/en.toml`` and its like.

A catalogue is plain strings in tables; a translator edits it and nothing else. Every language
has the same keys and the same ``{placeholders}``: a test compares them. Under ``[market.uk]`` stand
the words, dates and spellings of a market that differ from those above them.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from taper.data.files import DATA
from taper.errors import InputError, Problem
from taper.quantities import THOUSAND

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

FOLDER = DATA / "languages"


def available() -> tuple[str, ...]:
    """The codes of the languages there are: ``en``, ``es``."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = value
    return found


class Language:
    """One catalogue: its strings by dotted key, and dates and lists in its words."""

    def __init__(self, code: str, strings: dict[str, str]) -> None:
        """Take the strings as :func:`language` has read them."""
        self.code = code
        self.strings = strings

    def say(self, key: str, **values: str) -> str:
        """The string of a key, its placeholders filled in; values are taken as they are."""
        return self.strings[key].format_map(values)

    def say_or(self, key: str, otherwise: str) -> str:
        """The string of a key, or ``otherwise`` where the catalogue does not know it."""
        return self.strings.get(key, otherwise)

    def number_of(self, key: str, count: int) -> str:
        """The form of a noun for a count in thousandths: one (and half of one), or more."""
        return self.say(f"{key}.one" if count <= THOUSAND else f"{key}.other")

    def listing(self, parts: Sequence[str]) -> str:
        """``a``, ``a and b``, ``a, b and c``."""
        if len(parts) < 2:  # noqa: PLR2004 - nothing to join
            return "".join(parts)
        return self.say("list.last", first=", ".join(parts[:-1]), last=parts[-1])

    def _of_day(self, key: str, day: date) -> str:
        return self.say(
            key,
            weekday=self.say(f"weekday.{day.isoweekday()}"),
            short_weekday=self.say(f"short_weekday.{day.isoweekday()}"),
            day=str(day.day),
            month=self.say(f"month.{day.month}"),
            short_month=self.say(f"short_month.{day.month}"),
            year=str(day.year),
        )

    def day(self, day: date) -> str:
        """In full: ``Monday, December 7, 2026``."""
        return self._of_day("date.full", day)

    def day_of_year(self, day: date) -> str:
        """Without the year: ``Monday, December 7``."""
        return self._of_day("date.no_year", day)

    def short_day(self, day: date) -> str:
        """Short: ``Mon, Dec 7``."""
        return self._of_day("date.short", day)

    def month_day(self, day: date) -> str:
        """Shortest: ``Dec 7``."""
        return self._of_day("date.month_day", day)

    def year_day(self, day: date) -> str:
        """Short, with the year: ``Dec 7, 2026``."""
        return self._of_day("date.year_day", day)

    def short_weekday(self, day: date) -> str:
        """``Mon``."""
        return self.say(f"short_weekday.{day.isoweekday()}")


@lru_cache(maxsize=16)
def language(code: str, market: str = "") -> Language:
    """The catalogue of a language (``en``, ``es``), in the words of a market.

    Raises :class:`~taper.InputError` that lists the languages there are.
    """
    if code not in available():
        message = f"'{code}' is not a language of the hand-out"
        raise InputError(Problem("language", message, "one of " + ", ".join(available()), code))
    with (FOLDER / f"{code}.toml").open("rb") as file:
        table = tomllib.load(file)
    markets = table.pop("market", {})
    return Language(code, _flat(table) | _flat(markets.get(market, {})))
