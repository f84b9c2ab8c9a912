"""The formulary's facts, read anew from its data files; amounts are integers of a thousandth."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "taper" / "data"
THOUSAND = 1000
FOUR_WEEKS, TWO_WEEKS, WEEK = 28, 14, 7
HOURS_OF_DAY = 24


def exact(amount: str | int | Fraction) -> int:
    """Thousandths of a unit; what is finer is refused."""
    found = Fraction(amount) * THOUSAND
    if found.denominator != 1:
        raise ValueError(amount)
    return found.numerator


@dataclass(frozen=True, slots=True)
class Strength:
    """``amount`` of the opioid and ``other`` of the second ingredient in one unit.

    For a liquid ``amount`` is that of a millilitre. Both in thousandths.
    """

    label: str
    amount: int
    other: int = 0


@dataclass(frozen=True)
class Medicine:
    """A product, with what the rules of tapering ask of it."""

    id: str
    drug: str
    kind: str
    release: str
    unit: str
    strengths: tuple[Strength, ...]
    usual: tuple[Strength, ...]
    most_units: int
    least: int
    measure: int  # thousandths of a millilitre; 0 unless a liquid
    intervals: tuple[int, ...]
    mme: Fraction | None  # of one whole unit of dose
    basis: Fraction  # salt per unit of what the label states
    facts: dict[str, Any]

    @property
    def is_patch(self) -> bool:
        """Whether it is worn."""
        return self.kind == "patch"

    @property
    def is_liquid(self) -> bool:
        """Whether it is measured in millilitres."""
        return self.kind == "liquid"

    @property
    def is_combination(self) -> bool:
        """Whether it holds a second ingredient."""
        return any(strength.other for strength in self.strengths)

    @property
    def holds_acetaminophen(self) -> bool:
        """Whether that is acetaminophen: of a combination no other one is named."""
        return self.is_combination and "other_ingredient" not in self.facts

    @property
    def is_slow(self) -> bool:
        """Methadone, levorphanol and patches: no default under two weeks (SPEC 3.3)."""
        return self.is_patch or self.drug in {"methadone", "levorphanol"}

    def named(self, labels: tuple[str, ...]) -> tuple[Strength, ...]:
        """The strengths of these labels; a bare number is the opioid part (SPEC 3.3)."""
        return tuple(
            s for s in self.strengths if {s.label, s.label.partition("/")[0]} & set(labels)
        )


def _strength(label: str, counted: dict[str, str], *, liquid: bool) -> Strength:
    if liquid:
        return Strength(label, exact(label.split(maxsplit=1)[0]))
    opioid, _, other = label.partition("/")
    return Strength(label, exact(counted.get(label, opioid)), exact(other or "0"))


def _most(entry: dict[str, Any]) -> int:
    return int(entry.get("max_units", 0))


def medicine(entry: dict[str, Any]) -> Medicine:
    """An entry of a formulary file."""
    liquid = entry["kind"] == "liquid"
    counted = entry.get("counted", {})
    every = tuple(_strength(label, counted, liquid=liquid) for label in entry["strengths"])
    every = tuple(sorted(every, key=lambda s: (s.amount, s.other)))
    seldom = {*entry.get("seldom_stocked", ()), *entry.get("only_if_named", ())}
    usual = tuple(s for s in every if s.label not in seldom)
    if liquid:
        usual = usual[:1]  # the weakest concentration
    basis = Fraction(entry.get("mme_basis", "1"))
    factor = entry.get("mme_factor")
    measure = exact(entry.get("measure_ml", "0.5")) if liquid else 0
    return Medicine(
        entry["id"],
        entry["drug"],
        entry["kind"],
        entry["release"],
        entry["unit"],
        every,
        usual,
        _most(entry),
        exact(entry.get("least_dose", "0")),
        measure,
        tuple(entry["intervals_hours"]),
        None if factor is None else Fraction(factor) * basis,
        basis,
        entry,
    )


@lru_cache(maxsize=8)
def market_facts(market: str = "us") -> dict[str, Any]:
    """The whole file of a market."""
    return tomllib.loads((DATA / f"{market}.toml").read_text(encoding="utf-8"))


def brands(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """What is prescribed by brand is a product for each brand, with that brand's strengths."""
    if "by_brand" not in entry:
        return [entry]
    return [
        entry | {"id": "-".join([entry["id"], *brand.lower().split()]), "strengths": strengths}
        for brand, strengths in entry["by_brand"].items()
    ]


@lru_cache(maxsize=8)
def formulary(market: str = "us") -> dict[str, Medicine]:
    """The products of a market by id."""
    entries = [one for entry in market_facts(market)["product"] for one in brands(entry)]
    assert len({entry["id"] for entry in entries}) == len(entries)
    return {entry["id"]: medicine(entry) for entry in entries}


def with_usual(product: Medicine, labels: tuple[str, ...]) -> Medicine:
    """The product with other strengths for usual ones."""
    return replace(product, usual=product.named(labels))
