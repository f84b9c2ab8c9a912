"""The size of the cuts, and how long a dose stays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from taper.data.limits import exact, share, whole
from taper.engine.steps import BASELINE, CHANGE, REDUCE, STOP
from taper.quantities import Ratio, percent_text, ratio_text
from taper.safety.findings.registry import about_rows, finding
from taper.safety.remedies import remedy

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.safety.findings.registry import Facts, Found

LARGE_CUT = share("large-cut")
LARGE_LAST_MME = exact("large-last-mme")
LARGE_LAST_SHARE = share("large-last-share")
LONG_ROW_DAYS = whole("longest-wait")


@finding("cut-over-25-percent", of_rows=True)
def large_cut(facts: Facts) -> Found | None:
    """Cuts of a large share of the current dose; the stop is none."""
    top, bottom = LARGE_CUT
    large = [
        step
        for step in facts.steps[1:]
        if step.kind in {REDUCE, CHANGE} and step.cut * bottom > step.before * top
    ]
    return about_rows(large, largest=_largest(large)) if large else None


@finding("unavoidable-cut", of_rows=True)
def unavoidable_cut(facts: Facts) -> Found | None:
    """Cuts that the strengths in use do not allow to be smaller."""
    cuts = [
        step
        for step in facts.steps[1:]
        if step.reason.kind == "unavoidable" and step.kind in {REDUCE, CHANGE}
    ]
    if not cuts:
        return None
    better = remedy(facts.request, cuts[-1].regimen)
    return about_rows(cuts, largest=_largest(cuts), remedy=better)


def _largest(steps: list[Step]) -> str:
    """The largest of some cuts, as a percentage of the dose before it."""
    largest = max(steps, key=lambda step: Ratio(step.cut, step.before))
    return percent_text(largest.cut, largest.before) + "%"


@finding("large-last-dose", of_rows=True)
def large_last_dose(facts: Facts) -> Found | None:
    """The last dose of each opioid before its stop; the message is about the last of them."""
    last = [before for before, stop in pairwise(facts.steps) if stop.kind == STOP]
    large = [(step, size) for step in last if (size := _large(step))]
    if not large:
        return None
    step, size = large[-1]
    dose = step.regimen.product.text(step.daily)
    better = remedy(facts.request, step.regimen)
    return about_rows((row for row, _ in large), dose=dose, size=size, remedy=better)


def _large(last: Step) -> str:
    """In what way the last dose before stopping is large; empty if it is not."""
    product = last.regimen.product
    name = product.words["equivalent"]
    mme = product.mme_of(last.daily)
    if mme is None:
        return f"no {name} factor"
    if mme >= LARGE_LAST_MME:
        return f"{ratio_text(*mme)} {name}"
    if Ratio(last.daily, last.original) > LARGE_LAST_SHARE:
        return f"{percent_text(last.daily, last.original)}% of the original dose"
    return ""


@finding("long-row", of_rows=True)
def long_row(facts: Facts) -> Found | None:
    """A long time at one dose that is neither a hold nor a goal."""
    long = [
        step
        for step in facts.steps[1:]
        if step.kind in {REDUCE, BASELINE, CHANGE} and (step.days or 0) > LONG_ROW_DAYS
    ]
    return about_rows(long, days=str(max(step.days or 0 for step in long))) if long else None
