"""From a dispensing history to the average use of a day (contract 3.5).

The field ``history`` lists fills: ``2026-10-05 oxycodone-ir 120 x 5 mg for 30d``. Those dated in
the days before the start count, fills of one day as one. With two or more, what all but the last
one held is divided by the days from the first to the last; with one, its quantity by its days.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from taper.data.limits import whole
from taper.errors import InputError, Problem
from taper.quantities import THOUSAND, parse_day, plain, thousandths
from taper.reading.strengths import named_strength
from taper.regimen.directions import unit_noun
from taper.request.fill import Fill, Reckoned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.formulary.market import Formulary
    from taper.formulary.names import Named
    from taper.formulary.product import Product, Strength
    from taper.reading.values import Fields
    from taper.regimen.prescription import Prescription
    from taper.request.model import Request

WINDOW_DAYS = whole("history-window")
TOLERATED_DAYS = whole("fill-tolerance")
_FILL = re.compile(
    r"""(?:(?P<day>\d{4}-\d{2}-\d{2})\s+)?
    (?:(?P<product>[a-z][a-z0-9-]*)\s+)?
    (?P<quantity>\d{1,6}(?:\.\d{1,3})?)\s*
    (?:x\s*(?P<strength>.+?))?
    (?:\s*\bfor\s+(?P<days>\d{1,4})\s*d(?:ays?)?)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_NUMBER = re.compile(r"\d{1,6}(?:,\d{3})*(?:\.\d{1,3})?0*", re.ASCII)
_HINT = "2026-10-05 oxycodone-ir 120 x 5 mg for 30d"


class History:
    """The fills that a request names, and what was made of them, by product."""

    def __init__(
        self,
        fields: Fields,
        fills: list[Fill],
        start: date | None = None,
        row: tuple[str, str] | None = None,
    ) -> None:
        """``start`` is None if it is missing or wrong; then nothing can be reckoned.

        ``row`` are the quantity and the days' supply in a row of an extract, which tell what is
        taken of the main product if its dose leaves that open.
        """
        self.fields = fields
        self.fills = fills
        self.start = start
        self.row = row
        self.reckoned: list[Reckoned] = []
        self._keep()

    def _keep(self) -> None:
        """Keep the fills in the request, in one spelling."""
        self.fields.put("history", [str(fill) for fill in self.fills])

    def of(
        self, product: Product, written: Prescription, named: Strength | None, *, counts: bool
    ) -> str | None:
        """What was taken of a product a day; None if no fill is of it, or if it does not ``count``.

        Raises :class:`~taper.InputError` if its fills do not tell.
        """
        if self.row is not None and counts:
            strength = named or _unit(written, product)
            self.fills, self.row = [_made(product, strength, *self.row, None, "quantity")], None
            self._keep()
        fills = [fill for fill in self.fills if fill.product.id == product.id]
        if not fills or self.start is None:
            return None
        found = reckon(fills, self.start, counts=counts)
        self.reckoned.append(found)
        return f"{plain(found.average)} {product.unit}" if found.average else None


def read_history(fields: Fields, market: Formulary, named: Named) -> History:
    """The fills of the field ``history``, or the one of ``quantity`` and ``days_supply``."""
    product = named.product
    strength = next((s for s in product.strengths if s.label == named.strength), None)
    start = None
    text = fields.text("start")
    if text is not None:
        try:
            start = parse_day(text, "start")
        except InputError:
            start = None  # the calendar says what is wrong with it
    read = partial(_fill, market=market, product=product, strength=strength)
    found = [fields.attempt(partial(read, text)) for text in fields.many("history")]
    row = None
    if not found and fields.given("quantity"):
        row = fields.text("quantity") or "", fields.text("days_supply") or ""
    return History(fields, [fill for fill in found if fill is not None], start, row)


def _fill(text: str, market: Formulary, product: Product, strength: Strength | None) -> Fill:
    """Read one fill; the main product and its named strength stand for what it leaves out."""
    match = _FILL.fullmatch(text)
    if match is None:
        raise InputError(Problem("history", f"'{text}' is not a fill", _HINT, text))
    day = parse_day(match["day"], "history") if match["day"] else None
    of = market.products.get(match["product"].lower()) if match["product"] else product
    if of is None:
        message = f"'{match['product']}' is no product"
        raise InputError(Problem("history", message, _HINT, text))
    if match["strength"]:
        try:
            strength = named_strength(match["strength"], of)
        except InputError as error:
            raise InputError(replace(p, field="history") for p in error.problems) from None
    elif of is not product:
        strength = None
    return _made(of, strength, match["quantity"], match["days"] or "", day, "history", text)


def _unit(written: Prescription, product: Product) -> Strength | None:
    """The unit that the directions name, or the one that is taken if only one can be."""
    label = written.strength
    if not label and len(product.strengths) == 1:
        return product.strengths[0]
    each = written.amounts[0] // written.count if written.count else 0
    return next((s for s in product.strengths if s.label == label or s.amount == each), None)


def _made(
    product: Product,
    strength: Strength | None,
    quantity: str,
    days: str,
    day: date | None,
    field: str,
    text: str = "",
) -> Fill:
    text = text or quantity
    if strength is None:
        message = f"{quantity} of which strength of {product.id}?"
        raise InputError(Problem(field, message, _HINT, text))
    held = _count(quantity, field)
    supply = _count(days, "days_supply" if field == "quantity" else field) if days else 0
    if not held:
        raise InputError(Problem(field, "nothing was dispensed", "a number above 0", text))
    if supply % THOUSAND:
        message = f"'{days}' is not a number of days"
        raise InputError(Problem("days_supply", message, "whole days: 30", days))
    return Fill(product, strength, held, day, supply // THOUSAND)


def _count(text: str, field: str) -> int:
    """A number as an extract has it: ``120``, ``120.000``, ``1,200``."""
    if _NUMBER.fullmatch(text.strip()):
        found = thousandths(text.strip().replace(",", ""))
        if found is not None:
            return found
    raise InputError(Problem(field, f"'{text}' is not a number", "a number: 120", text))


def of_history(request: Request) -> Iterator[str]:
    """What a history did not settle: fills of other medicines, doses that it does not decide."""
    fills = request.text.get("history")
    assert isinstance(fills, list)
    taken = {request.product.id, *(each.regimen.product.id for each in request.also)}
    others = dict.fromkeys(product_of(str(fill)) for fill in fills)
    for name in others:
        if name not in taken:
            yield f"there are fills of {name}, which is not in this plan"
    for each in request.history:
        if not each.average:
            yield f"the dose of {each.product.id} is known, so that its fills do not decide it"


def product_of(fill: str) -> str:
    """The id of the product in the text of a fill."""
    match = _FILL.fullmatch(fill)
    return (match["product"] or "").lower() if match else ""


# --- reckoning -----------------------------------------------------------------------------------


def reckon(fills: list[Fill], start: date, *, counts: bool = True) -> Reckoned:
    """What the fills of one product say of a day, and whether they leave gaps or overlap.

    Raises :class:`~taper.InputError` if they do not tell what is taken, and that ``counts``.
    """
    product = fills[0].product
    first = start - timedelta(WINDOW_DAYS)
    held = [fill for fill in fills if fill.day is None or first <= fill.day < start]
    days = sorted({fill.day for fill in held if fill.day is not None})
    irregular = " and ".join(_irregular(held, days, start))
    if not counts:
        return Reckoned(product, 0, "", irregular)
    if not held:
        message = f"no fill of {product.id} in the {WINDOW_DAYS} days before {start.isoformat()}"
        raise InputError(Problem("history", message, "what is taken a day: --taking"))
    used, length = held, max(fill.days for fill in held)
    spelled = f"for {length} days"
    if len(days) > 1:
        used = [fill for fill in held if fill.day != days[-1]]
        length = (days[-1] - days[0]).days
        spelled = f"from {days[0].isoformat()} to {days[-1].isoformat()} ({length} days)"
    if not length:
        message = f"the one fill of {product.id} says no days' supply, so that no day follows"
        raise InputError(Problem("history", message, "its days, or what is taken: --taking"))
    average = sum(fill.amount for fill in used) // length
    text = f"{_held(used)} {spelled}, {product.daily_text(average)}"
    return Reckoned(product, average, text, irregular)


def _held(fills: list[Fill]) -> str:
    """``180 tablets of 5 mg and 30 tablets of 10 mg``."""
    by_strength: dict[Strength, int] = {}
    for fill in fills:
        by_strength[fill.strength] = by_strength.get(fill.strength, 0) + fill.quantity
    product = fills[0].product
    parts = []
    for strength, quantity in by_strength.items():
        noun = "mL" if product.is_liquid else unit_noun(product, many=quantity != THOUSAND)
        unit = "" if product.is_liquid else f" {product.unit}"
        parts.append(f"{plain(quantity)} {noun} of {strength.label}{unit}")
    return " and ".join(parts)


def _irregular(fills: list[Fill], days: list[date], start: date) -> Iterator[str]:
    """The gaps and overlaps between fills, and the gap before the start."""
    covered = None
    for day in days:
        if covered is not None:
            yield from _between(covered, day)
        supply = max(fill.days for fill in fills if fill.day == day)
        if not supply:
            return  # not known how long it lasts
        covered = max(day, covered or day) + timedelta(supply)
    if covered is not None and (start - covered).days > TOLERATED_DAYS:
        yield f"no supply from {covered.isoformat()} to the start"


def _between(covered: date, day: date) -> Iterator[str]:
    """``covered`` is the first day without supply, ``day`` that of the next fill."""
    late = (day - covered).days
    if late > TOLERATED_DAYS:
        yield f"a gap of {late} days before {day.isoformat()}"
    elif -late > TOLERATED_DAYS:
        yield f"an overlap of {-late} days at {day.isoformat()}"
