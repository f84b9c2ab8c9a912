"""The values of a plan document, as pydantic types: exact decimals, days and texts."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from taper.request.text import is_printable

LAST_YEAR = 2299  # of a plan that begins by 2100: beyond it a date is a slip
_DECIMAL = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{0,2}[1-9])?$"
_PERCENTAGE = r"^(0|[1-9][0-9]{0,8})\.[0-9]$"


def _matches(pattern: str, what: str, text: str) -> str:
    if re.fullmatch(pattern, text) is None:
        raise ValueError(f"not {what}")
    return text


def _is_day(text: str) -> str:
    _matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 2026-12-07", text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("not in the calendar") from None
    if not 2000 <= day.year <= LAST_YEAR:  # noqa: PLR2004 - contract 3.3i
        raise ValueError(f"not between 2000 and {LAST_YEAR}")
    return text


def _is_text(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return _is_printable(text)


def _is_printable(text: str) -> str:
    if not is_printable(text):
        raise ValueError("has characters that cannot be printed")
    return text


Decimal = Annotated[
    str,
    AfterValidator(partial(_matches, _DECIMAL, "an exact decimal, of 0 or more, such as 7.5")),
    Field(json_schema_extra={"pattern": _DECIMAL}),
]
Percentage = Annotated[
    str,
    AfterValidator(partial(_matches, _PERCENTAGE, "a percentage with one decimal, such as 12.5")),
    Field(json_schema_extra={"pattern": _PERCENTAGE}),
]
Day = Annotated[str, AfterValidator(_is_day), Field(json_schema_extra={"format": "date"})]
Text = Annotated[str, AfterValidator(_is_text), Field(json_schema_extra={"minLength": 1})]
TextOrNone = Annotated[str, AfterValidator(_is_printable)]  # may be empty
Count = Annotated[int, Field(ge=0, le=1_000_000)]


Kind = Literal["current", "baseline", "reduce", "hold", "change", "step-back", "maintain", "stop"]
