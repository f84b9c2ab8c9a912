"""The clinical numbers of ``limits.toml``, each by its name, as exact values.

A module that needs one reads it once: ``LARGE_CUT = share("large-cut")``. The text of an entry
(unit, date, source, meaning) is read only by those who print it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from taper.data.files import data_file, data_text
from taper.quantities import Interval, Ratio, parse_interval, parse_percent

if TYPE_CHECKING:
    from datetime import date

_FILE = "limits.toml"
# At start-up the values alone are read: parsing the whole file takes 20 times as long.
_VALUE = re.compile(r'^\[([a-z0-9-]+)\]\nvalue = "?([^"\n]+?)"?$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Limit:
    """An entry as it stands in the file."""

    name: str
    value: int | str
    unit: str
    date: date
    source: str
    meaning: str


@lru_cache(maxsize=1)
def limits() -> dict[str, Limit]:
    """Every entry by name, with its unit, date, source and meaning."""
    return {name: Limit(name, **entry) for name, entry in data_file(_FILE).items()}


@lru_cache(maxsize=1)
def _values() -> dict[str, str]:
    return dict(_VALUE.findall(data_text(_FILE)))


def whole(name: str) -> int:
    """A whole number, of what the entry's unit says: days, MME a day."""
    return int(_values()[name])


def exact(name: str) -> Ratio:
    """A whole number as a ratio, to compare others with."""
    return Ratio(whole(name), 1)


def share(name: str) -> Ratio:
    """A share, such as 25%."""
    return parse_percent(_values()[name], name)


def length(name: str) -> Interval:
    """A length of time, such as a year."""
    return parse_interval(_values()[name], name, "d w mo y")
