"""A file of fills (CSV, JSONL, XLSX) as entries of the field ``history`` (contract 3.5).

The columns have the names that pharmacies and monitoring programmes give them. A fill of what is
no opioid is passed over and named; an opioid that is no one product, a date or a number that
cannot be read is an error: a fill that is left out would lower what is taken.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from taper.data.texts import each_once
from taper.errors import InputError, Problem
from taper.formulary.columns import recognised
from taper.formulary.names import is_opioid, name_or_code
from taper.reading.workbook import WORKBOOK, sheets
from taper.reading.written_dates import read_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from taper.formulary.market import Formulary
    from taper.formulary.names import Named

SUFFIXES = (".csv", ".jsonl", ".ndjson", ".xlsx", ".tsv", ".txt")
_NEEDED = {"start": "a date filled", "quantity": "a quantity"}
_ABOVE = 20  # rows above the header, such as a title and a name
_NAMED = 5  # medicines that are passed over, by name
_HINT = "columns such as Drug, Date Filled, Quantity, Days Supply"
Row = tuple[int, dict[str, str]]


@dataclass(slots=True)
class FillFile:
    """The fills of a file as texts, and what to say of them."""

    fills: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def is_fill_file(text: str) -> bool:
    """Whether an entry of ``history`` names a file rather than a fill."""
    return text.lower().endswith(SUFFIXES)


def read_fill_file(name: str, data: bytes, market: Formulary) -> FillFile:
    """The fills of a file; raises :class:`~taper.InputError` with every problem."""
    rows, columns = _rows(name, data)
    dates = read_days([row.get("start", "") for _, row in rows], market.market, name)
    found, others = FillFile(), dict[str, int]()
    problems: list[Problem] = []
    for place, (number, row) in enumerate(rows):
        shown = _shown(row)
        try:
            named = _named(row, market)
        except InputError as error:
            if not _is_opioid(row, market):
                others[shown] = others.get(shown, 0) + 1
                continue
            problems += [_at(name, number, problem) for problem in error.problems]
            continue
        if place not in dates.days:
            fault = dates.faults.get(place) or Problem(name, "the date is missing", "2026-10-05")
            problems.append(_at(name, number, fault))
            continue
        quantity, days = row.get("quantity", ""), row.get("days_supply", "")
        strength = f" x {named.strength}" if named.strength else ""
        supply = f" for {_whole(days)}d" if days else ""
        day = dates.days[place].isoformat()
        found.fills.append(f"{day} {named.product.id} {_whole(quantity)}{strength}{supply}")
    if problems:
        raise InputError(problems)
    found.lines = [*_said(name, found, columns, dates.settled), *_passed_over(others)]
    return found


def _said(name: str, found: FillFile, columns: dict[str, str], settled: str) -> Iterator[str]:
    read = ", ".join(f"{ours} from '{theirs}'" for theirs, ours in columns.items())
    number = len(found.fills)
    yield f"{name}: {number} fill{'' if number == 1 else 's'} of opioids ({read})"
    if settled:
        yield f"{name}: dates are read {settled}"


def _passed_over(others: dict[str, int]) -> Iterator[str]:
    if others:
        names = ", ".join(list(others)[:_NAMED]) + (", ..." if len(others) > _NAMED else "")
        number = sum(others.values())
        yield f"passed over: {number} fill{'' if number == 1 else 's'} of no opioid ({names})"


def _at(name: str, number: int, problem: Problem) -> Problem:
    return Problem(name, f"row {number}: {problem.message}", problem.hint, problem.value)


def _shown(row: dict[str, str]) -> str:
    return row.get("product") or row.get("code") or "no name"


def _whole(text: str) -> str:
    """A number as fills have it: ``120.000`` is 120."""
    plain = text.replace(",", "").strip()
    head, point, tail = plain.partition(".")
    return head if point and not tail.strip("0") else plain


def _named(row: dict[str, str], market: Formulary) -> Named:
    """The product, with the strength that the name, the code or a column of its own tells."""
    name, code = row.get("product", ""), row.get("code", "")
    release = {"er": "er", "ir": "ir"}.get(row.get("release", "").lower(), "")
    parts = [row.get("strength", ""), row.get("form", "")]
    longer = [" ".join([name, *parts]), f"{name} {parts[0]}"] if any(parts) else []
    errors = []
    found = None
    for text in (name, *longer):
        try:
            found = name_or_code(market, text.strip(), code, release)
        except InputError as error:
            errors.append(error)
        else:
            if found.strength:
                return found
    if found is None:
        raise errors[-1]
    return found


def _is_opioid(row: dict[str, str], market: Formulary) -> bool:
    return any(is_opioid(market, text) for text in (row.get("product"), row.get("code")) if text)


# --- rows ----------------------------------------------------------------------------------------


def _rows(name: str, data: bytes) -> tuple[list[Row], dict[str, str]]:
    """The rows that are not empty by our names, each with its number, and the columns."""
    tables: list[Iterable[tuple[int, list[str]]]]
    if data.startswith(WORKBOOK):
        tables = [enumerate(sheet, 1) for sheet in sheets(data, name)]
    elif name.lower().endswith((".jsonl", ".ndjson")):
        return _of_lines(name, _text(name, data))
    else:
        tables = [_of_csv(name, _text(name, data))]
    first: list[str] = []
    for table in tables:
        columns: dict[str, str] = {}
        places: dict[int, str] = {}
        rows: list[Row] = []
        for number, cells in table:
            first = first or cells
            if places:
                row = {ours: cells[p].strip() for p, ours in places.items() if p < len(cells)}
                if any(row.values()):
                    rows.append((number, row))
                continue
            if number > _ABOVE:
                break
            columns = recognised(cells, "fills")
            if _is_enough(columns):
                places = {cells.index(theirs): ours for theirs, ours in columns.items()}
        if places:
            return rows, columns
    raise _no_columns(name, first)


def _of_csv(name: str, text: str) -> Iterable[tuple[int, list[str]]]:
    header = next((line for line in text.splitlines() if line.strip(",;|\t ")), "")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t|", key=header.count), strict=True
    )
    try:
        return [
            (number, [cell.strip() for cell in cells]) for number, cells in enumerate(reader, 1)
        ]
    except csv.Error as error:
        hint = "rows of columns, and every quotation mark closed"
        raise InputError(Problem(name, f"not CSV: {error}", hint)) from None


def _of_lines(name: str, text: str) -> tuple[list[Row], dict[str, str]]:
    """One JSON object a line; each may have other names."""
    rows: list[Row] = []
    columns: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line, parse_float=Decimal, object_pairs_hook=each_once)
        except (ValueError, RecursionError) as error:
            raise InputError(Problem(name, f"line {number} is not JSON: {error}", _HINT)) from None
        if not isinstance(values, dict):
            raise InputError(Problem(name, f"line {number} is no JSON object", _HINT))
        own = recognised(list(values), "fills")
        if not _is_enough(own):
            raise _no_columns(f"{name}, line {number}", list(values))
        columns.update(own)
        rows.append((number, {ours: _cell(values[theirs]) for theirs, ours in own.items()}))
    if not rows:
        raise InputError(Problem(name, "the file is empty", _HINT))
    return rows, columns


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = "in Excel: save as 'CSV UTF-8 (comma delimited)', or as XLSX"
        raise InputError(Problem(name, "the file is not UTF-8", hint)) from None


def _is_enough(columns: dict[str, str]) -> bool:
    return {*_NEEDED} <= {*columns.values()} and not {"product", "code"}.isdisjoint(
        columns.values()
    )


def _no_columns(name: str, header: list[str]) -> InputError:
    found = {*recognised(header, "fills").values()}
    missing = [text for ours, text in _NEEDED.items() if ours not in found]
    missing += [] if {"product", "code"} & found else ["a drug or its code"]
    message = f"no columns of a dispensing history: {' and '.join(missing)} is missing"
    return InputError(Problem(name, message, _HINT))


def names_a_file(history: object) -> bool:
    """Whether any entry of ``history`` names a file."""
    given = history if isinstance(history, (list, tuple)) else [history]
    return any(is_fill_file(str(entry)) for entry in given if entry)


def with_files(
    history: object, read: Callable[[str], bytes], market: Formulary
) -> tuple[list[str], list[str]]:
    """The entries of ``history`` with the fills of the files that it names, and what to say."""
    given = history if isinstance(history, (list, tuple)) else [history]
    fills: list[str] = []
    lines: list[str] = []
    for entry in map(str, given):
        if is_fill_file(entry):
            found = read_fill_file(entry, read(entry), market)
            fills += found.fills
            lines += found.lines
        else:
            fills.append(entry)
    return fills, lines
