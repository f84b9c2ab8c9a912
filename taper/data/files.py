"""The one reader of the data files that stand beside it."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent


@lru_cache(maxsize=32)
def data_text(name: str) -> str:
    """The text of a data file, by its path in the folder: ``us.toml``."""
    return (DATA / name).read_text(encoding="utf-8")


@lru_cache(maxsize=32)
def data_file(name: str) -> dict[str, Any]:
    """The contents of a TOML data file; shared, so nobody may change them."""
    return tomllib.loads(data_text(name))
