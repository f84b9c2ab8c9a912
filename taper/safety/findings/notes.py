"""Notes: what every plan says, and what was assumed of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.data.limits import exact
from taper.engine.steps import CHANGE
from taper.quantities import prose, ratio_text
from taper.regimen.directions import prescription_in_words
from taper.regimen.prescription import HOURS_OF_DAY, frequency
from taper.safety.findings.doses import acetaminophen
from taper.safety.findings.registry import about_plan, finding
from taper.supply import DAYS_TOGETHER, new_prescription_dates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.regimen.regimen import Regimen
    from taper.safety.findings.registry import Facts, Found

NALOXONE_MME = exact("naloxone-mme")
# risks that are reasons for naloxone in their own words; of one the market has its own
_NALOXONE_RISKS = {
    "previous-overdose": "a previous overdose",
    "oud": "opioid use disorder",
    "benzodiazepine": "a benzodiazepine",
    "gabapentinoid": "a gabapentinoid",
    "alcohol": "alcohol",
    "sleep-apnea": "",
    "lung-disease": "lung disease",
}


@finding("naloxone")
def naloxone(facts: Facts) -> Found:
    """Naloxone, with every reason for it; stronger if there is more than the taper itself."""
    reasons = ["a taper is itself a reason", *_reasons_for_naloxone(facts)]
    return about_plan("_strong" if len(reasons) > 1 else "", because=", ".join(reasons))


def _reasons_for_naloxone(facts: Facts) -> Iterator[str]:
    equivalent = facts.words["equivalent"]
    if facts.mme is None:
        yield f"no {equivalent} factor for what is taken"
    elif facts.mme >= NALOXONE_MME:
        yield f"{ratio_text(*facts.mme, 1)} {equivalent} a day"
    for risk, text in _NALOXONE_RISKS.items():
        if risk in facts.risks:
            yield text or facts.words["sleep_apnea"]


@finding("lost-tolerance")
def lost_tolerance(_: Facts) -> Found:
    """An earlier dose can be too much."""
    return about_plan()


@finding("no-mme-factor")
def no_mme_factor(facts: Facts) -> Found | None:
    """Products that the market's table has no factor for."""
    without = [each.name for each in facts.products if each.mme is None]
    return about_plan(product=" and ".join(without), **facts.equivalents) if without else None


@finding("prn-as-taken")
def prn_as_taken(facts: Facts) -> Found | None:
    """A plan from what is taken, which is not what is prescribed."""
    request = facts.request
    if request.taking is None:
        return None
    prescribed = prescription_in_words(request.product, request.prescription)
    return about_plan(taking=request.product.text(request.taking), prescribed=prescribed)


@finding("interval-off-label")
def interval_off_label(facts: Facts) -> Found | None:
    """Products that are begun more often than their labels say, now or by a change of product."""
    begun = (facts.now.regimen, *facts.now.companions)
    begun += tuple(step.regimen for step in facts.steps if step.kind == CHANGE)
    off = {regimen.product: _how_often(regimen) for regimen in begun if _is_more_often(regimen)}
    if not off:
        return None
    several = len(facts.products) > 1
    taken = [f"{product.id} {often}" if several else often for product, often in off.items()]
    labels = [" or ".join(map(frequency, product.intervals_hours)) for product in off]
    return about_plan(interval=", ".join(taken), labelled=", ".join(labels))


def _is_more_often(regimen: Regimen) -> bool:
    """Whether a day has more administrations than the shortest interval on the label gives."""
    shortest = min(regimen.product.intervals_hours)
    if regimen.interval:
        return regimen.interval < shortest
    return len(regimen.amounts) * shortest > HOURS_OF_DAY


def _how_often(regimen: Regimen) -> str:
    return (
        frequency(regimen.interval) if regimen.interval else f"{len(regimen.amounts)} times a day"
    )


@finding("max-units-raised")
def max_units_raised(facts: Facts) -> Found | None:
    """More units at one time than usual, because the current dose needs them."""
    units = facts.request.raised_units
    return about_plan(units=str(units)) if units else None


@finding("acetaminophen-falls")
def acetaminophen_falls(facts: Facts) -> Found | None:
    """A second ingredient that falls with the opioid: from how much to how much a day."""
    first, last = acetaminophen(facts.now), acetaminophen(facts.steps[-1])
    if last >= first:
        return None
    return about_plan(first=f"{prose(first)} mg", last=f"{prose(last)} mg")


@finding("new-prescriptions")
def new_prescriptions(facts: Facts) -> Found | None:
    """The days on which a new set of schedule II prescriptions is needed."""
    if not any(each.schedule == "CII" for each in facts.products):
        return None
    assert facts.dispensing is not None
    dates = new_prescription_dates(facts.dispensing.fills, facts.dispensing.renewed)
    if not dates:
        return about_plan("_once") if facts.dispensing.fills else None
    return about_plan(dates=", ".join(day.isoformat() for day in dates), limit=DAYS_TOGETHER)
