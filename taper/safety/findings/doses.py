"""Daily doses above a labelled maximum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import THOUSAND, Ratio, prose
from taper.safety.findings.registry import about_rows, finding

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.regimen.table import Regimen
    from taper.safety.findings.registry import Facts, Found

_ALL = Ratio(1, 1)


@finding("above-labelled-maximum", of_rows=True)
def above_labelled_maximum(facts: Facts) -> Found | None:
    """More of an opioid, or more of its tablets, than its label allows in a day."""
    if not any(product.is_limited for product in facts.products):
        return None
    over = [(step, regimen) for step in facts.steps if (regimen := _first_over(step))]
    if not over:
        return None
    regimen = over[0][1]
    dose = regimen.product.text(regimen.daily)
    return about_rows((step for step, _ in over), dose=dose, maximum=_maximum(regimen))


def _first_over(step: Step) -> Regimen | None:
    """The first regimen of a row that is above its maximum."""
    taken = (step.regimen, *step.companions)
    return next((regimen for regimen in taken if regimen.daily and _is_over(regimen)), None)


def _is_over(regimen: Regimen) -> bool:
    product = regimen.product
    if product.max_daily is not None and regimen.daily > product.max_daily:
        return True
    caps: dict[str, int] = product.facts.get("max_units_daily", {})
    return bool(caps) and _share_of_caps(regimen, caps) > _ALL


def _share_of_caps(regimen: Regimen, caps: dict[str, int]) -> Ratio:
    """The tablets of a day as a share of those that the labels allow, over all strengths."""
    top, bottom = 0, 1
    for strength, count in regimen.per_day:
        if strength.label in caps:
            most = caps[strength.label] * THOUSAND
            top, bottom = top * most + count * bottom, bottom * most
    return Ratio(top, bottom)


def _maximum(regimen: Regimen) -> str:
    product = regimen.product
    if product.max_daily is not None and regimen.daily > product.max_daily:
        return product.daily_text(product.max_daily)
    by_cap: dict[int, list[str]] = {}
    for label, cap in product.facts.get("max_units_daily", {}).items():
        by_cap.setdefault(cap, []).append(label)
    (first, labels), *others = by_cap.items()
    shown = [f"{first} tablets of {_any_of(labels)}"]
    shown += [f"{cap} of {_any_of(labels)}" for cap, labels in others]
    return f"{', or '.join(shown)} {product.unit} a day"


def _any_of(labels: list[str]) -> str:
    """``8/500, 15/500 or 30/500``."""
    return " or ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))


@finding("acetaminophen-over-maximum", of_rows=True)
def acetaminophen_over_maximum(facts: Facts) -> Found | None:
    """More acetaminophen in all products together than its maximum for a day."""
    if not any(product.holds_acetaminophen for product in facts.products):
        return None
    most = facts.request.formulary.acetaminophen_max
    amounts = [(step, acetaminophen(step)) for step in facts.steps]
    over = [(step, amount) for step, amount in amounts if amount > most]
    if not over:
        return None
    largest = max(amount for _, amount in over)
    rows = (step for step, _ in over)
    return about_rows(rows, acetaminophen=f"{prose(largest)} mg", maximum=f"{prose(most)} mg")


def acetaminophen(step: Step) -> int:
    """All that is taken of it in a day, in thousandths of a milligram."""
    taken = (step.regimen, *step.companions)
    return sum(regimen.other_daily for regimen in taken if regimen.product.holds_acetaminophen)
