"""The sheets of a workbook (XLSX) as rows of text."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

from taper.errors import InputError, Problem

WORKBOOK = b"PK\x03\x04"  # what a workbook begins with, as every ZIP archive does


def sheets(data: bytes, name: str) -> list[list[list[str]]]:
    """Every sheet; days as ISO dates, numbers without zeros at their end.

    Raises :class:`~taper.InputError` if the file is no workbook that can be read.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - if a workbook comes in

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return [
            [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        ]
    except Exception as error:  # noqa: BLE001 - whatever is wrong within an archive of somebody's
        message = f"not a workbook that can be read: {error}"
        raise InputError(Problem(name, message, "save it as XLSX, or as CSV")) from None


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (float, int)) and not isinstance(value, bool):
        return format(Decimal(repr(value)).normalize(), "f")
    return " ".join(str(value).split())
