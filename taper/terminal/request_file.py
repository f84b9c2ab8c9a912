"""The file that `taper plan` is given: a request, a saved plan, or orders of a health record."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.quantities import parse_day
from taper.request.fields import NAMES, PRODUCTS
from taper.terminal.files import parse_values, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_HINT = "a request (field names with values), a saved plan, or FHIR R4 orders"


def read_request(
    name: str, given: Mapping[str, Any], market: str
) -> tuple[dict[str, Any], list[str]]:
    """The fields of a request that a file gives, and what to say of how they were found.

    ``given`` are the options beside it: of a record's dosages one after another, ``start`` says
    which one counts, and a ``dose`` stands for that of the main order.
    """
    text = read_text(name)
    if name.lower().endswith(".toml"):
        return _beside(parse_values(text, name), name), []
    from taper.reading.orders import is_order  # noqa: PLC0415 - if a file of JSON comes in

    if is_order(text):
        return _of_orders(text, given, market)
    shown = "standard input" if name == "-" else name
    if name.lower().endswith((".ndjson", ".jsonl")):
        hint = "`taper batch` plans a file with one request a line"
        raise InputError(Problem(shown, "the lines are no FHIR orders", hint))
    values = parse_values(text, name)
    if str(values.get("schema", "")).startswith("taper-plan/"):
        return _of_plan(values, shown), []
    if values and not {*NAMES, PRODUCTS} & set(values):
        message = "the file is neither a request nor a saved plan nor a FHIR order"
        raise InputError(Problem(shown, message, _HINT))
    return _beside(values, name), []


def _beside(values: dict[str, Any], name: str) -> dict[str, Any]:
    """The values of a request; the file of the clinic's own products is sought beside it."""
    if isinstance(values.get(PRODUCTS), str) and name != "-":
        values[PRODUCTS] = str(Path(name).parent / values[PRODUCTS])
    return values


def _of_plan(values: dict[str, Any], shown: str) -> dict[str, Any]:
    """The request that a saved plan was made of."""
    request = values.get("request")
    if not isinstance(request, dict):
        raise InputError(Problem(shown, "a plan without its request", "plan it again"))
    if values.get("revisions"):
        message = "the plan was revised, and planning its request again would drop that"
        hint = "`taper export` shows it, `taper revise` changes it"
        raise InputError(Problem(shown, message, hint))
    from taper.course.saved import saved_from  # noqa: PLC0415 - where a plan comes in

    saved_from(values)  # a plan that was changed by hand is no request either
    return {**request, PRODUCTS: request.get(PRODUCTS)}  # complete: no setting adds to it


def _of_orders(
    text: str, given: Mapping[str, Any], market: str
) -> tuple[dict[str, Any], list[str]]:
    from taper.reading.medicine import with_products  # noqa: PLC0415 - where orders come in
    from taper.reading.orders import read_orders  # noqa: PLC0415

    start = None
    if given.get("start"):
        with suppress(InputError):  # reading the request says what is wrong with it
            start = parse_day(str(given["start"]), "start")
    known = with_products(market, given.get(PRODUCTS))
    found = read_orders(text, known, start, str(given.get("dose") or ""))
    return found.fields, found.lines
