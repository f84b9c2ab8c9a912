"""The size of the cuts, the last dose, and how long a dose stays."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from taper.data.limits import exact, share, whole
from taper.engine.steps import BASELINE, CHANGE, REDUCE, STOP
from taper.quantities import Ratio, percent_text, ratio_text
from taper.request.rule import ORIGINAL
from taper.safety.equivalents import share_of_total
from taper.safety.findings.registry import Cut, about_plan, about_rows, finding
from taper.safety.pace import WEEK
from taper.safety.remedies import Lazy, remedy

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.safety.findings.registry import Facts, Found

LARGE_CUT = share("large-cut")
LARGE_LAST_MME = exact("large-last-mme")
LARGE_LAST_SHARE = share("large-last-share")
LONG_ROW_DAYS = whole("longest-wait")
LONG_ROW_DAYS_OF_PATCHES = whole("longest-wait-of-patches")
_UNAVOIDABLE = "unavoidable"
_NOT_ASKED_FOR = {_UNAVOIDABLE, "taken"}
LARGE_CUTS = frozenset({"cut-over-25-percent", "unavoidable-cut"})  # what marks a row


@finding("no-smaller-dose", of_rows=True)
def no_smaller_dose(facts: Facts) -> Found | None:
    """A starting dose that is the smallest already: this is a stop and not a taper."""
    made, regimen = facts.request.regimens, facts.request.regimen
    if facts.request.rule.goal or not made.is_last(regimen):
        return None
    if any(step.kind == CHANGE for step in facts.steps):
        return None  # the finer product makes smaller ones
    dose = made.product.daily_text(regimen.daily)
    return about_plan(dose=dose, remedy=_remedy(facts, facts.now))


@finding("unavoidable-cut", of_rows=True)
def unavoidable_cut(facts: Facts) -> Found | None:
    """Large cuts that the strengths in use do not allow to be smaller."""
    cuts = [cut for cut in _large_cuts(facts) if cut.step.reason.kind == _UNAVOIDABLE]
    if not cuts:
        return None
    rows = (cut.step for cut in cuts)
    return about_rows(rows, **_largest(facts, cuts), remedy=_remedy(facts, cuts[-1].step))


@finding("large-last-dose", of_rows=True)
def large_last_dose(facts: Facts) -> Found | None:
    """The last dose of each opioid before its stop; the message is about the last of them."""
    last = [before for before, stop in pairwise(facts.steps) if stop.kind == STOP]
    large = [(step, size) for step in last if (size := _size_of_last(step))]
    if not large:
        return None
    step, size = large[-1]
    dose = step.regimen.product.text(step.daily)
    rows = (row for row, _ in large)
    return about_rows(rows, dose=dose, size=size, remedy=_remedy(facts, step))


def _size_of_last(last: Step) -> str:
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


def _remedy(facts: Facts, step: Step) -> Lazy:
    """What would help, and what it would make of the plan; one for all findings of a product."""
    product = step.regimen.product
    if product not in facts.remedies:
        as_asked = facts.as_asked
        make = partial(remedy, facts.request, facts.steps, step.regimen, as_asked=as_asked)
        facts.remedies[product] = Lazy(make)
    return facts.remedies[product]


@finding("cut-over-25-percent", of_rows=True)
def cut_over_25_percent(facts: Facts) -> Found | None:
    """Large cuts that were asked for; the stop is none, nor is what a patient takes."""
    cuts = [cut for cut in _large_cuts(facts) if cut.step.reason.kind not in _NOT_ASKED_FOR]
    if not cuts:
        return None
    found = about_rows(
        (cut.step for cut in cuts), **_largest(facts, cuts), remedy=_slower(facts), limit=LARGE_CUT
    )
    is_by_hand = max(cuts, key=lambda cut: cut.share).step.reason.kind == "by-hand"
    return found._replace(variant="_by_hand" if is_by_hand else "")


def _slower(facts: Facts) -> str:
    """What to ask for instead of large cuts."""
    rule = facts.request.rule
    if rule.override or rule.of != ORIGINAL:
        return "a smaller --reduce"
    return (
        "--of mixed" if isinstance(rule.parts[0].reduce, Ratio) else "a percentage with --of mixed"
    )


def _large_cuts(facts: Facts) -> list[Cut]:
    """The reductions by a large share."""
    if facts.large_cuts is None:
        top, bottom = LARGE_CUT
        facts.large_cuts = found = []
        for before, step in pairwise(facts.steps):
            if step.kind not in {REDUCE, CHANGE}:
                continue
            total = share_of_total(before, step) if before.companions else None
            if total is not None:
                if total > LARGE_CUT:
                    found.append(Cut(step, total, of_total=True))
            elif step.cut * bottom > step.before * top:
                found.append(Cut(step, Ratio(step.cut, step.before), of_total=False))
    return facts.large_cuts


def _largest(facts: Facts, cuts: list[Cut]) -> dict[str, str]:
    """The largest of some cuts, as a percentage, and what it is a share of."""
    largest = max(cuts, key=lambda cut: cut.share)
    total = f"the total in {facts.words['equivalent']}"
    of = total if largest.of_total else "the current dose"
    return {"largest": f"{percent_text(*largest.share)}%", "of": of}


@finding("long-row", of_rows=True)
def long_row(facts: Facts) -> Found | None:
    """A long time at one dose that is neither a hold nor a goal."""
    long = [step for step in facts.steps[1:] if _is_long(step)]
    if not long:
        return None
    longest = max(long, key=lambda step: step.days or 0)
    return about_rows(long, days=longest.days, most=f"{_longest(longest) // WEEK} weeks")


def _is_long(step: Step) -> bool:
    return step.kind in {REDUCE, BASELINE, CHANGE} and (step.days or 0) > _longest(step)


def _longest(step: Step) -> int:
    return LONG_ROW_DAYS_OF_PATCHES if step.regimen.product.is_patch else LONG_ROW_DAYS
