"""The library entry: the same plan from Python as from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from taper.errors import InputError, Problem
from taper.library.plan import Plan
from taper.planning.make import planned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.library.keywords import Keywords


def plan(product: str | None = None, dose: str | None = None, **fields: Unpack[Keywords]) -> Plan:
    """Plan a taper.

    ``product`` is a product's id, brand, name or code, ``dose`` what is taken now, with its unit:
    ``"90 mg q8h"``. The other keywords are the request fields of the contract, in the words of the
    command line (``reduce="10%"``, ``every="1w"``, ``holds=["2w@every4"]``). ``start`` is required;
    it is a :class:`datetime.date`, a timestamp at midnight (also of pandas or NumPy), or ISO text.
    ``history`` lists fills (``2026-10-05 oxycodone-ir 120 x 5 mg for 30d``), or names files of them
    (CSV, JSONL, XLSX).

    The library reads no configuration, no environment and no clock. Raises
    :class:`taper.InputError` (bad input) or :class:`taper.Refused` (a safety rule), each with all
    its ``problems``. Source of the rules: the sections of the contract named in the modules.
    """
    values: dict[str, object] = {**fields}
    if values.get("history"):
        values["history"] = _fills(values)
    return Plan(planned(product, dose, **values))


def _fills(values: Mapping[str, object]) -> object:
    """The fills of ``history``; files that it names are read here, and nowhere else."""
    from taper.reading.fill_file import names_a_file, with_files  # noqa: PLC0415 - if given
    from taper.reading.medicine import with_products  # noqa: PLC0415

    history = values["history"]
    if not names_a_file(history):
        return history
    market = with_products(str(values.get("market") or "us").lower(), values.get("products"))
    fills, _ = with_files(history, _read, market)
    return fills


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror or error}"
        raise InputError(Problem("history", message, "a file of fills")) from None
