"""The columns of the tables as Arrow types.

Dates are ``date32``, counts ``int32``; doses, MME, quantities and percentages are decimals.
Everything else is text, the kept columns of the input too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from taper.batch.reading.source import library
from taper.batch.writing.tables import TABLES
from taper.errors import InputError, Problem

_DIGITS = 18


@lru_cache(maxsize=64)
def typed_schema(name: str, kept: tuple[str, ...], *, errors: bool) -> Any:
    """The columns of a table with their types; with ``errors``, two more for what is wrong."""
    arrow = library("pyarrow")
    table = TABLES[name]
    fields = []
    for column in table.header:
        kind = arrow.string()
        if column in table.dates:
            kind = arrow.date32()
        elif column in table.numbers:
            kind = arrow.int32()
        elif column in table.places:
            kind = decimal(table.places[column])
        fields.append((column, kind))
    fields += [(column, arrow.string()) for column in kept]
    if errors:
        fields += [("error_field", arrow.string()), ("error", arrow.string())]
    return arrow.schema(fields)


def decimal(places: int) -> Any:
    """The type of an exact amount; its digits fit into 64 bits."""
    return library("pyarrow").decimal128(_DIGITS, places)


def plain_schema(name: str, kept: tuple[str, ...], *, encoded: bool) -> Any:
    """The schema of a table in a file; ``encoded`` if its words are dictionaries."""
    schema = typed_schema(name, kept, errors=False)
    if not encoded or name == "errors":
        return schema
    arrow = library("pyarrow")
    words = arrow.dictionary(arrow.int32(), arrow.string())
    return arrow.schema(
        (
            field.name,
            words if field.type == arrow.string() and field.name not in kept else field.type,
        )
        for field in schema
    )


def schema_of(table: str = "schedule", kept: tuple[str, ...] = ()) -> Any:
    """The Arrow schema of what :func:`plan_batches` gives, for an engine that asks for it.

    ``table`` is ``schedule``, ``checks``, ``supply`` or ``summary``.
    """
    return typed_schema(known(table), kept, errors=True)


def outcome_schema() -> Any:
    """The Arrow schema of what :func:`write_batches` hands back."""
    arrow = library("pyarrow")
    text, count = arrow.string(), arrow.int64()
    names = ("plan_id", "error_field", "error", "part")
    return arrow.schema([*((name, text) for name in names), ("planned", count), ("failed", count)])


def known(table: str) -> str:
    """The name of a table that has rows of plans; raises :class:`~taper.InputError`."""
    names = [name for name, each in TABLES.items() if each.header and name != "errors"]
    if table not in names:
        raise InputError(Problem("table", f"'{table}' is no table", "one of " + ", ".join(names)))
    return table
