"""The keywords of :func:`taper.plan` and of :meth:`taper.Plan.write`, typed.

A test compares them with the fields of a request (contract 3.3) and the options of writing. An
editor completes them, and mypy and pyright find one that is misspelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypedDict


class Moment(Protocol):
    """A timestamp of NumPy, which is accepted at midnight."""

    def astype(self, dtype: Any, /) -> Any:
        """Have another precision."""
        ...


Number = int | Decimal | str
Day = date | Moment | str  # a datetime or a pandas timestamp is a date; it must be at midnight
Texts = Sequence[str] | str | None
Products = Sequence[Mapping[str, Any]] | Path | str | None  # a clinic's own: tables, or a file


class Keywords(TypedDict, total=False):
    """Every field but ``product`` and ``dose``, each in the words of the command line."""

    drug: str | None
    form: str | None
    release: str | None
    code: str | None
    sig: str | None
    quantity: Number | None
    days_supply: Number | None
    id: str | None
    label: str | None
    market: str | None
    taking: str | None
    history: Texts
    as_needed: str | None
    start: Day | None
    guideline: str | None
    pace: str | None
    reduce: str | None
    every: str | None
    of: str | None
    to: Number | None
    over: str | None
    by: Day | None
    phases: Texts
    holds: Texts
    baseline: str | None
    avoid: Texts
    reduce_on: Texts
    last_dose_for: str | None
    stock: Sequence[Number] | Number | None
    max_units: int | str | None
    split: str | None
    prefer: str | None
    on_hand: Texts
    favor: str | None
    finish_with: str | None
    finish_at: Number | None
    also: Texts
    keep: Texts
    fill: str | None
    on_opioids_for: str | None
    risks: Texts
    indication: str | None
    specialist: str | None
    override_rate: str | None
    checks: str | None
    products: Products


class Writing(TypedDict, total=False):
    """How to write what has a choice; ``paper`` is the market's if it is not given."""

    language: str
    paper: str
    large_print: bool
    clinic: str
    telephone: str
    diary: bool
    subject: str
    bundle: str
    one_request_per_step: bool
