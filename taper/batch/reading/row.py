"""A row as it is read: its values in a fixed order, or its problems.

A row is a flat tuple: ``id``, ``label``, ``start``; then what is checked but does not change a
schedule (:data:`ASIDE`); then the other fields that the input has; then the columns that are
kept. A slice of it is the key under which plans are shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.errors import InputError, Problem
from taper.request.fields import COLUMNS, FIELDS, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

APART = ("id", "label", "start")
ASIDE = ("specialist", "risks", "on_opioids_for")
HEAD = (*APART, *ASIDE)
# What decides what the words of a row mean: they stand together, at the end of its fields.
WORDS = frozenset(
    {
        *("market", "product", "dose", "taking", "history", "drug", "form", "release"),
        *("max_units", *COLUMNS),
    }
)
SHARED = len(HEAD)  # where a flat row's shared values begin
LONGEST_VALUE = 4096  # characters of one field that are parsed
SHOWN_VALUE = 200  # characters of a value in an error record


class Fault(NamedTuple):
    """A row that could not be read: the problems, and its id if it has one."""

    problems: tuple[Problem, ...]
    id: str = ""


class Loose(NamedTuple):
    """A row with values of an unusual kind, by name: only the full reader takes it."""

    values: dict[str, Any]
    kept: tuple[Any, ...] = ()


Row = tuple[Any, ...]  # a flat row, a Fault or a Loose


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one chunk, with the line of the input on which each begins."""

    rows: list[Row]
    lines: Sequence[int]


@dataclass(frozen=True, slots=True)
class Layout:
    """The order of values in a flat row: ``names`` of fields, then ``kept`` columns."""

    names: tuple[str, ...]
    kept: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """Where the fields end and the kept columns begin."""
        return len(self.names)

    def values(self, row: Row) -> dict[str, Any]:
        """The fields of a flat row by name; those without a value are left out."""
        return given(zip(self.names, row, strict=False))


def given(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The fields that have a value: an empty cell of a table is none."""
    return {
        name: value
        for name, value in pairs
        if value is not None and not (value.__class__ is str and not value.strip())
    }


def layout_of(names: Sequence[str], *, keep: bool, mapped: bool = False) -> Layout:
    """The layout of an input with these columns; a column without a name is none.

    If the columns are ``mapped``, those that are not known are passed over.

    Raises :class:`~taper.InputError` that names the columns that are not request fields (unless
    they are kept), and those that stand twice; if none is a field, it names none.
    """
    names = [name for name in names if name]
    known = {*NAMES}
    unknown = [name for name in names if name not in known]
    if names and not known & set(names):  # they may be the first row, and values of a patient
        message = "the columns are no fields of a request: is the line with their names missing?"
        raise InputError(Problem("input", message, "the fields are " + ", ".join(FIELDS)))
    problems = [
        Problem("input", f"the column '{_short(name)}' stands twice", "one column a field")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if unknown and not keep and not mapped:
        listed = ", ".join(f"'{_short(name)}'" for name in unknown[:20])
        what = "is no field" if len(unknown) == 1 else "are no fields"
        hint = "--keep-columns copies them to the output; the fields are " + ", ".join(FIELDS)
        problems.append(Problem("input", f"{listed} {what} of a request", hint))
    if problems:
        raise InputError(problems)
    return Layout((*HEAD, *places(names)), tuple(unknown) if keep else ())


def places(names: Iterable[str]) -> list[str]:
    """The fields with a place in a row, those last that an extract has in its own words.

    Words of an extract stand for a product and a dose.
    """
    found = {*names}
    if not found.isdisjoint({*COLUMNS, "release"}):
        found |= {"product", "dose"}
    listed = [name for name in NAMES if name in found and name not in HEAD]
    return sorted(listed, key=lambda name: name in WORDS)


def id_text(value: object) -> str:
    """A row's id as the reader takes it; empty if the row has none."""
    if isinstance(value, str):
        return " ".join(value.split())
    if value is None or isinstance(value, (bool, list, dict, tuple)):
        return ""
    return str(value)


def too_long(values: dict[str, Any]) -> list[Problem]:
    """The problems of values that are too long to be parsed."""
    return [
        Problem(name, "the value is too long", f"at most {LONGEST_VALUE} characters", text)
        for name, value in values.items()
        if len(text := value if value.__class__ is str else longest(value)) > LONGEST_VALUE
    ]


def longest(value: object) -> str:
    """The longest text in a list; empty if there is none."""
    if isinstance(value, (list, tuple)):
        return max((item for item in value if isinstance(item, str)), key=len, default="")
    return ""


def _short(name: str) -> str:
    return name if len(name) <= SHOWN_VALUE else name[:SHOWN_VALUE] + "..."


def value_of(row: Row, layout: Layout, field: str) -> str:
    """The whole value of a field as it stands in a row; empty if the row has none."""
    if isinstance(row, Fault):
        return ""
    values = row.values if isinstance(row, Loose) else layout.values(row)
    names = ("dose", "sig") if field == "dose" else (field,)
    value = next((values[name] for name in names if values.get(name)), "")
    if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        return "; ".join(value)
    return str(value) if isinstance(value, (str, int)) else ""
