"""Columns of extracts by the names that pharmacies, health systems and OMOP give them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from taper.data.files import data_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS = ("fills", "omop")
_SIGNS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=1)
def _known() -> dict[str, Any]:
    return data_file("columns.toml")


def plain(name: str) -> str:
    """The name of a column in lower case, with spaces for every sign: ``Days' Supply``."""
    return _SIGNS.sub(" ", name.lower().replace("'", "").replace("\u2019", "")).strip()


def recognised(names: Sequence[str], kind: str) -> dict[str, str]:
    """Our name for each of these columns that is known; of several for one of ours the best."""
    known: Mapping[str, list[str]] = _known()[kind]
    by_name = {plain(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for ours, theirs in known.items():
        for name in (plain(ours), *map(plain, theirs)):
            if name in by_name and by_name[name] not in found:
                found[by_name[name]] = ours
                break
    return found
