"""The Clinical Opiate Withdrawal Scale (COWS): a score from its item values, and its band.

Source: Wesson and Ling 2003, as it stands in ``data/cows.toml``. Totals alone hide impossible
entries, so every item is checked against the values that its form has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from taper.data.files import data_file
from taper.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the form, with the values that it can have and what they stand for."""

    id: str
    name: str
    values: dict[int, str]


@dataclass(frozen=True, slots=True)
class Score:
    """A form that was filled in: its total (0 to 48) and its band."""

    items: dict[str, int]
    total: int
    band: str

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "scale": "COWS",
            "total": self.total,
            "maximum": _data()["maximum"],
            "band": self.band,
            "items": dict(self.items),
            "source": source(),
        }


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return data_file("cows.toml")


@lru_cache(maxsize=1)
def items() -> tuple[Item, ...]:
    """The eleven items in the order of the form."""
    return tuple(
        Item(item["id"], item["name"], {int(key): text for key, text in item["values"].items()})
        for item in _data()["item"]
    )


def source() -> str:
    """Who says so."""
    return str(_data()["source"])


def band(total: int) -> str:
    """The name of the band of a total."""
    found = [entry["name"] for entry in _data()["band"] if entry["from"] <= total]
    return str(found[-1])


def score(values: Mapping[str, int]) -> Score:
    """The score of a form, from the value of each item by id.

    Raises :class:`~taper.InputError` with every item that is missing, unknown, or has a value
    that the form does not have.
    """
    known = {item.id: item for item in items()}
    problems = [
        Problem(name, "is not an item of the form", "one of " + ", ".join(known))
        for name in values
        if name not in known
    ]
    for item in items():
        allowed = ", ".join(str(value) for value in item.values)
        if item.id not in values:
            problems.append(Problem(item.id, f"is missing ({item.name})", f"one of {allowed}"))
        elif values[item.id] not in item.values:
            given = str(values[item.id])
            message = f"{given} is not a value of this item ({item.name})"
            problems.append(Problem(item.id, message, f"one of {allowed}", given))
    if problems:
        raise InputError(problems)
    total = sum(values.values())
    return Score({item.id: values[item.id] for item in items()}, total, band(total))


def in_order(values: Sequence[str]) -> dict[str, int]:
    """The values of the eleven items in the order of the form, as they are written."""
    known = items()
    if len(values) != len(known):
        message = f"{len(values)} values, but the form has {len(known)} items"
        hint = ", ".join(item.id for item in known)
        raise InputError(Problem("items", message, f"in this order: {hint}"))
    return {item.id: whole(item.id, text) for item, text in zip(known, values, strict=True)}


def whole(name: str, text: str) -> int:
    """A value as written."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) < 3):  # noqa: PLR2004
        hint = "0, 1, 2, 3, 4 or 5"
        raise InputError(Problem(name, f"'{stripped}' is not a value", hint, text))
    return int(stripped)
