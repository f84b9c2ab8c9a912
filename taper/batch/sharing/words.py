"""Rows in the words of pharmacies and records, put into the words of a request.

Plans are shared by the very characters that decide them. A pharmacy writes one medicine and one
dose in a hundred ways, so what a row's words mean is looked up by these words, and its plan is
shared with every row that means the same. The words are read once by the reader of a request; what
it prints for them is checked to be read as the same. A row whose words do not mean one product
and one dose goes on as it is, and so does a row that fails: its problems name its own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from taper.batch.reading.row import WORDS, given
from taper.batch.sharing.planner import Failed
from taper.errors import TaperError
from taper.reading.dose import read_dose
from taper.reading.medicine import read_market, read_product
from taper.reading.values import Fields
from taper.request.fields import COLUMNS, PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.batch.reading.row import Layout, Row
    from taper.batch.sharing.planner import Planned, Planner
    from taper.formulary.market import Formulary
    from taper.formulary.names import Named

_MOST = 200_000  # rows of words that are remembered


class _Meant(NamedTuple):
    """What stands in the place of a row's words; None if they go on as they are."""

    values: tuple[Any, ...] | None
    unused: bool  # whether the row has a quantity that does not count


def spoken(planner: Planner, layout: Layout, products: str = "") -> Planner | Spoken:
    """The planner, or one that knows words if the rows have columns of an extract."""
    if {*COLUMNS, "release"}.isdisjoint(layout.names):
        return planner
    return Spoken(planner, layout, products)


class Spoken:
    """A planner of rows in their own words."""

    def __init__(self, planner: Planner, layout: Layout, products: str) -> None:
        """``layout`` must have places for a product and a dose; ``products`` as of the settings."""
        self._planner = planner
        self._products = products
        self._names = [name for name in layout.names if name in WORDS]
        self._end = layout.end
        self._first = layout.end - len(self._names)
        self._known: dict[Any, _Meant] = {}
        self.unused = 0  # quantities of doses that are known, since they were last taken

    @property
    def read_in_full(self) -> int:
        """The rows that the planner read in full."""
        return self._planner.read_in_full

    def plans(self, rows: Sequence[Row], first: int) -> list[Planned | Failed]:
        """The plans of a chunk; its first row is the ``first``-th of the input."""
        meant = self._meant(rows)
        made = self._planner.plans(meant, first)
        for place, result in enumerate(made):
            if result.__class__ is Failed and meant[place] is not rows[place]:
                made[place] = self._planner.plans([rows[place]], first + place)[0]
        return made

    def _meant(self, rows: Sequence[Row]) -> list[Row]:
        known, first, end, unused = self._known, self._first, self._end, 0
        found: list[Row] = []
        add = found.append
        for row in rows:
            if row.__class__ is tuple:
                key = row[first:end]
                values, passed_over = known.get(key) or self._read(key)
                unused += passed_over
                if values is not None:
                    row = row[:first] + values + row[end:]  # noqa: PLW2901 - the same row
            add(row)
        self.unused += unused
        return found

    def _read(self, key: tuple[Any, ...]) -> _Meant:
        if len(self._known) >= _MOST:
            self._known.clear()
        try:
            meant = self._understood(given(zip(self._names, key, strict=True)))
        except (TaperError, TypeError):
            meant = _Meant(None, unused=False)
        self._known[key] = meant
        return meant

    def _understood(self, values: dict[str, Any]) -> _Meant:
        nothing = _Meant(None, unused=False)
        fields = Fields({**values, PRODUCTS: self._products or None})
        market = read_market(fields)
        named = read_product(fields, market) if market else None
        text = fields.text("dose") or fields.text("sig")
        if market is None or named is None or text is None or fields.problems:
            return nothing
        both = fields.given("dose") and fields.given("sig")
        limit = fields.text("max_units")
        if both or (limit is not None and not limit.isdigit()):
            return nothing
        return self._canonical(values, market, named, text, int(limit or 0))

    def _canonical(
        self, values: dict[str, Any], market: Formulary, named: Named, text: str, limit: int
    ) -> _Meant:
        strength = next((s for s in named.product.strengths if s.label == named.strength), None)
        written = read_dose(text, named.product, strength, limit)
        dose, product = str(written), f"{named.product.id} {named.strength}".strip()
        again = read_dose(dose, named.product, strength, limit)
        # the strength that is used first is that of the name, if the dose does not tell it
        told = {written.strength or named.strength, again.strength or named.strength}
        same = again == written and len(told) == 1
        if market.identify(product) != named or not same:
            return _Meant(None, unused=False)
        fills = ("quantity", "days_supply", "history")
        kept = ("market", "taking", "max_units", *(fills if written.leaves_open else ("history",)))
        new: dict[str, Any] = {"product": product, "dose": dose}
        new |= {name: values[name] for name in kept if name in values}
        unused = "quantity" in values and not written.leaves_open
        return _Meant(tuple(new.get(name) for name in self._names), unused=unused)
