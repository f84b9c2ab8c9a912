"""The library entry: the same plan from Python as from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.planning.make import make_plan
from taper.reading import read

if TYPE_CHECKING:
    from taper.planning.plan import Plan


def plan(product: str | None = None, dose: str | None = None, **fields: object) -> Plan:
    """Plan a taper.

    The keyword arguments are the request fields of the contract, with the values that are
    written on the command line (``reduce="10%"``, ``every="1w"``, ``holds=["2w@every4"]``);
    ``start`` may be a :class:`datetime.date`, and is required. ``history`` lists fills
    (``2026-10-05 oxycodone-ir 120 x 5 mg for 30d``), or names files of them (CSV, JSONL, XLSX).

    Raises :class:`taper.InputError` (bad input) or :class:`taper.Refused` (a safety rule), each
    with ``problems``. Source of the rules: the sections of the contract named in the modules.
    """
    values: dict[str, object] = dict(fields)
    values.update(product=product, dose=dose)
    if values.get("history"):
        values["history"] = _fills(values)
    return make_plan(read(values))


def _fills(values: dict[str, object]) -> list[str]:
    """The fills of ``history``; files that it names are read here, and nowhere else."""
    from taper.reading.fill_file import with_files  # noqa: PLC0415 - where there is a history
    from taper.reading.medicine import with_products  # noqa: PLC0415

    market = with_products(str(values.get("market") or "us").lower(), values.get("products"))
    fills, _ = with_files(values["history"], _read, market)
    return fills


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror or error}"
        raise InputError(Problem("history", message, "a file of fills")) from None
