"""A product: a drug in one formulation, with everything that is known of it.

What a product is stands in the data file of its market (see :mod:`taper.formulary.market`), with
its sources; nothing is inferred from a name or a dosage form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from taper.quantities import THOUSAND, Dose, Ratio, plain, thousandths

ORAL_INTERVALS = (24, 12, 8, 6, 4, 3)
PATCH_INTERVALS = (48, 72, 96, 168)


class Strength(NamedTuple):
    """One marketed strength: its label, and the opioid in it, counted in thousandths.

    For a liquid the amount is that of one millilitre. ``other`` is the second ingredient of a
    combination (acetaminophen, or naloxone), in thousandths of a milligram.
    """

    label: str
    amount: int
    other: int = 0


@dataclass(frozen=True, eq=False)
class Product:
    """A drug in one formulation, as one market sells it; compared by identity.

    Amounts are in thousandths of ``unit``. ``facts`` holds the rest of the entry as it stands
    in the data file (sources, judgements, RxNorm codes, notes).
    """

    id: str
    drug: str
    form: str
    name: str
    kind: str  # tablet, capsule, liquid, patch, film
    release: str  # ir, er, long-acting, patch
    unit: str
    market: str
    strengths: tuple[Strength, ...]
    seldom_stocked: tuple[str, ...]
    intervals_hours: tuple[int, ...]
    interval: int
    handling: str
    splittable: bool
    least_dose: int
    measure: int  # thousandths of a millilitre; 0 for what is not a liquid
    max_units: int
    facts: dict[str, Any] = field(repr=False)
    words: dict[str, Any] = field(repr=False)  # of the market: see Formulary
    beside: str = field(default="", repr=False)  # the clinic's own products of its formulary
    is_local: bool = False  # one of those

    @property
    def is_patch(self) -> bool:
        """Whether it is worn, and changed every few days, rather than taken."""
        return self.kind == "patch"

    @property
    def is_liquid(self) -> bool:
        """Whether a dose is measured in millilitres."""
        return self.kind == "liquid"

    @property
    def brands(self) -> tuple[str, ...]:
        """Brand names by which it is found."""
        return tuple(self.facts.get("brands", ()))

    @property
    def brand(self) -> str:
        """The brand that it is prescribed by; empty where brands are interchangeable."""
        return str(self.facts.get("brand", ""))

    @property
    def schedule(self) -> str:
        """The controlled-drug schedule, such as ``CII``."""
        return str(self.facts.get("schedule", ""))

    @cached_property
    def mme(self) -> Ratio | None:
        """MME a unit of drug; None if the market's table has no factor."""
        factor = self.facts.get("mme_factor")
        if factor is None:
            return None
        top, bottom = self.basis
        milli = thousandths(factor)
        assert milli is not None, factor
        return Ratio.of(milli * top, THOUSAND * bottom)

    @cached_property
    def basis(self) -> Ratio:
        """What a milligram on this label is of the drug's usual salt (base: 10/9)."""
        top, _, bottom = str(self.facts.get("mme_basis", "1/1")).partition("/")
        return Ratio.of(int(top), int(bottom))

    @cached_property
    def max_daily(self) -> int | None:
        """The labelled daily maximum in thousandths of the unit, if one was seen."""
        text = self.facts.get("max_daily")
        return None if text is None else thousandths(text)

    @cached_property
    def is_limited(self) -> bool:
        """Whether a labelled daily maximum was seen, of the opioid or of tablets."""
        return self.max_daily is not None or "max_units_daily" in self.facts

    @cached_property
    def is_combination(self) -> bool:
        """Whether its units hold another ingredient."""
        return any(strength.other for strength in self.strengths)

    @cached_property
    def holds_acetaminophen(self) -> bool:
        """Whether that other ingredient is acetaminophen, which has a daily maximum."""
        return self.is_combination and "other_ingredient" not in self.facts

    @cached_property
    def usual(self) -> tuple[Strength, ...]:
        """The strengths that are used unless the request or the current dose needs others."""
        return tuple(s for s in self.strengths if s.label not in self.seldom_stocked)

    def rxcui(self, label: str) -> str:
        """The RxNorm code of a strength (the plain one first), or an empty string."""
        codes = self.facts.get("rxnorm", {}).get(label, ())
        return str(codes[0]) if codes else ""

    def mme_of(self, amount: int) -> Ratio | None:
        """MME of a daily amount (thousandths of the unit), or None."""
        if self.mme is None:
            return None
        return Ratio(amount * self.mme.numerator, THOUSAND * self.mme.denominator)

    @cached_property
    def unit_text(self) -> str:
        """The unit as printed: ``mg``; ``mcg/h``, in the UK ``micrograms/hour``."""
        return str(self.words["units"].get(self.unit, self.unit))

    def text(self, amount: int) -> str:
        """An amount as printed: ``7.5 mg``; a patch labelled 12 as ``12 mcg/h``."""
        return f"{self.number(amount)} {self.unit_text}"

    def daily_text(self, amount: int) -> str:
        """The dose of a day: ``120 mg a day``; of a patch its rate, ``75 mcg/h``."""
        return self.text(amount) if self.is_patch else f"{self.text(amount)} a day"

    def number(self, amount: int) -> str:
        """An amount as printed, without its unit."""
        if self.is_patch:
            for strength in self.strengths:
                if strength.amount == amount:
                    return strength.label
        return plain(amount)

    def dose(self, amount: int) -> Dose:
        """The amount as a :class:`~taper.quantities.Dose`."""
        return Dose(amount, self.unit)
