"""The map in CONTRIBUTING.md leads to files that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|toml|yml))`")


def exists(path: str) -> bool:
    """Whether a path leads somewhere: from the root, or from a folder of the package."""
    places = [ROOT / path, *(ROOT / "taper").rglob(path.rstrip("/"))]
    found = [place for place in places if place.exists()]
    return any(place.is_dir() for place in found) if path.endswith("/") else bool(found)


def test_every_path_that_the_map_names_exists():
    named = [path for path in _PATH.findall(TEXT) if not path.startswith("build/")]
    assert len(named) > 40
    assert [path for path in named if not exists(path)] == []


def test_a_change_of_each_kind_has_one_place():
    """The table of changes: a module or a file of data, and the test that shows it."""
    table = TEXT.partition("## Where a change goes")[2].partition("\n\nBeside")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 10
    for change, module, data, test in rows:
        assert "`" in module + data, change
        assert _PATH.search(test), change
