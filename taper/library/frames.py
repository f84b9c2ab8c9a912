"""The tables of a plan for pandas, and for any consumer of Arrow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from taper.batch.writing.tables import TABLES as OF_BATCHES
from taper.batch.writing.tables import Table
from taper.errors import InputError, Problem
from taper.export.daily import DAILY, daily_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from taper.planning.plan import Plan

_NAMES = ("schedule", "checks", "supply", "summary")
_DIGITS, _PLACES = 18, 3  # of an exact amount: thousandths, in 64 bits
TABLES = {name: OF_BATCHES[name] for name in _NAMES} | {
    "supply": OF_BATCHES["supply"]._replace(dates=frozenset({"fill_date", "not_before"})),
    "daily": Table(
        "daily",
        DAILY,
        lambda plan: list(daily_rows(plan)),
        dates=frozenset({"date"}),
        numbers=frozenset({"step"}),
        places={"amount": _PLACES},
    ),
}
_INSTALL = "pip install pandas, or for Arrow 'opioid-taper[batch]' ('.[batch]' in a checkout)"


def frame(plan: Plan, name: str, kind: str | None) -> Any:
    """A table of the plan as ``kind`` asks; see :meth:`taper.Plan.to_frame`."""
    if name not in TABLES:
        raise InputError(Problem("table", f"'{name}' is no table", "one of " + ", ".join(TABLES)))
    if kind is not None and kind not in _KINDS:
        hint = "one of " + ", ".join(_KINDS)
        raise InputError(Problem("kind", f"'{kind}' is not known", hint))
    wanted = tuple(_KINDS) if kind is None else (kind,)
    for each in wanted:
        library, make = _KINDS[each]
        try:
            found = import_module(library)
        except ImportError:
            continue
        return make(found, plan, TABLES[name])
    what = " and ".join(_KINDS[each][0] for each in wanted)
    raise InputError(Problem("to_frame", f"{what} not installed", _INSTALL))


def _columns(plan: Plan, table: Table) -> dict[str, list[Any]]:
    """Each column with its values; None if a date, a count or an amount is missing."""
    rows = table.rows(plan)
    return {
        column: [_read(table, column, row[place]) for row in rows]
        for place, column in enumerate(table.header)
    }


def _read(table: Table, column: str, cell: str) -> Any:
    if column in table.dates:
        return date.fromisoformat(cell) if cell else None
    if column in table.numbers:
        return int(cell) if cell else None
    if column in table.places:
        return Decimal(cell) if cell else None
    return cell


def _of_pandas(pandas: Any, plan: Plan, table: Table) -> Any:
    """A DataFrame: dates to the second, counts that may be missing, decimals as objects."""
    kinds = dict.fromkeys(table.dates, "datetime64[s]") | dict.fromkeys(table.numbers, "Int64")
    kinds |= dict.fromkeys(table.places, "object")
    columns = _columns(plan, table)
    return pandas.DataFrame(
        {name: pandas.Series(values, dtype=kinds.get(name)) for name, values in columns.items()}
    )


def _of_arrow(arrow: Any, plan: Plan, table: Table) -> Any:
    """A Table of ``date32``, ``int32``, decimals and text."""
    kinds = dict.fromkeys(table.dates, arrow.date32()) | dict.fromkeys(table.numbers, arrow.int32())
    kinds |= {name: arrow.decimal128(_DIGITS, places) for name, places in table.places.items()}
    columns = _columns(plan, table)
    schema = arrow.schema([(name, kinds.get(name, arrow.string())) for name in table.header])
    return arrow.table(columns, schema=schema)


# what can be asked for: the library that it needs, and what makes it
_KINDS: dict[str, tuple[str, Callable[[Any, Plan, Table], Any]]] = {
    "pandas": ("pandas", _of_pandas),
    "arrow": ("pyarrow", _of_arrow),
}
