"""The library entry: the same plan from Python as from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.planning.make import make_plan
from taper.reading import read

if TYPE_CHECKING:
    from taper.planning.plan import Plan


def plan(product: str | None = None, dose: str | None = None, **fields: object) -> Plan:
    """Plan a taper.

    The keyword arguments are the request fields of the contract, with the values that are
    written on the command line (``reduce="10%"``, ``every="1w"``, ``holds=["2w@every4"]``);
    ``start`` may be a :class:`datetime.date`, and is required.

    Raises :class:`taper.InputError` (bad input) or :class:`taper.Refused` (a safety rule), each
    with ``problems``. Source of the rules: the sections of the contract named in the modules.
    """
    values: dict[str, object] = dict(fields)
    values.update(product=product, dose=dose)
    return make_plan(read(values))
