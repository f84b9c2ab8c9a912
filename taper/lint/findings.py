"""The safety findings of a schedule that a person wrote, as far as it says enough for them.

Findings that rest on what no schedule says, such as risks, are listed as not assessed.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from taper.engine.steps import CHANGE, STOP
from taper.lint.faults import Fault, not_assessed
from taper.lint.pace import close_together, pace
from taper.lint.smallest import smaller, smallest
from taper.lint.timeline import Course, Placed, course_of
from taper.quantities import THOUSAND, percent_text, ratio_text
from taper.safety.catalogue import US, is_raised_in
from taper.safety.equivalents import share_of_total
from taper.safety.findings import find
from taper.safety.findings.cuts import LARGE_CUT, LARGE_CUTS, LARGE_LAST_MME, LARGE_LAST_SHARE
from taper.supply import Supply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.engine.steps import Step
    from taper.formulary.market import Formulary
    from taper.lint.entries import Chain, Line
    from taper.quantities import Ratio
    from taper.regimen.regimen import Regimen
    from taper.safety.catalogue import Finding

# by what a schedule does not say
UNSAID = {
    "how long opioids have been taken is not written": (
        "duration-unknown",
        "short-use",
        "faster-than-cdc-for-duration",
    ),
    "risks are not written": (
        *("pregnancy", "breastfeeding", "oud", "suicide-risk", "previous-overdose"),
        *("benzodiazepine", "gabapentinoid", "alcohol", "sleep-apnea", "lung-disease"),
        *("renal", "hepatic", "age"),
    ),
    "the rule is not written, and only the rows are judged": (
        *("rate-overridden", "faster-than-fda-label", "short-interval-for-product"),
        "max-units-raised",
    ),
    "what was dispensed, and what is taken of it, is not written": (
        *("prn-as-taken", "irregular-fills", "taking-from-history", "ran-out-early"),
        "new-prescriptions",
    ),
    "what the opioid is for is not written": ("out-of-scope",),
    "the strengths at hand are not written, and those usually stocked are taken instead": (
        "unavoidable-cut",
        "cut-over-25-percent",
        "no-smaller-dose",
    ),
}
# worked out here from the rows, or not at all
_OWN = frozenset(
    {
        *(each for ids in UNSAID.values() for each in ids),
        *("large-last-dose", "cut-over-25-percent", "faster-than-fda-label"),
        *("short-interval-for-product", "rate-over-band"),
    }
)
NAMED_IN_CHECK = "interval-off-label"


def further(made: list[Chain], known: Formulary) -> list[Fault]:
    """What the rows show beyond the rules of rows, one entry an id; and what they cannot show."""
    market, course = known.market, course_of(made, known)
    if course is None:
        ids = ["naloxone", "lost-tolerance", "rate-over-band", "high-dose-specialist"]
        return [not_assessed(ids, "no row can be read"), *_unsaid(market, set())]
    found = [*pace(course, has_labels=market == US), *close_together(course)]
    found += _from_rules(course)
    found += _cuts(course)
    found += _last_doses(made, known)
    found += _first_is_smallest(course)
    found += _without_units(course.without_units)
    missing = list(_unsaid(market, {fault.id for fault in found}))
    if _says_how_often(course.lines[0]):
        return [*found, *missing]
    return [*found, not_assessed([NAMED_IN_CHECK], "how often is not written"), *missing]


def _unsaid(market: str, found: set[str]) -> Iterator[Fault]:
    """What was not looked for and not found."""
    for why, ids in UNSAID.items():
        raised = [name for name in ids if is_raised_in(name, market) and name not in found]
        if raised:
            yield not_assessed(raised, why)


def _says_how_often(line: Line) -> bool:
    return bool(line.taken.amounts and (line.taken.hours or line.taken.times)) or bool(
        line.taken.hours
    )


def _from_rules(course: Course) -> Iterator[Fault]:
    """The findings of a plan that rest on the rows alone."""
    known = _says_how_often(course.lines[0])
    ends = (course.steps[0], course.steps[-1])
    falls = all(_is_counted(regimen) for step in ends for regimen in _all(step))
    for each in find(course.request, course.steps, Supply((), ()), as_asked=False):
        if each.id in _OWN or (each.id == NAMED_IN_CHECK and not known):
            continue
        if each.id == "acetaminophen-falls" and not falls:
            continue
        line = course.lines[each.step] if each.step is not None else None
        column = line.entry.dose_column if line else ""
        message = _without_steps(each, course)
        yield Fault(each.id, line.row if line else None, column, message, "", each.level)


def _all(step: Step) -> tuple[Regimen, ...]:
    return (step.regimen, *step.companions)


def _is_counted(regimen: Regimen) -> bool:
    """Whether the other ingredient of a combination can be counted: its tablets are known."""
    return not regimen.daily or not regimen.product.is_combination or any(regimen.units)


def _without_steps(finding: Finding, course: Course) -> str:
    """The message with the rows of the file instead of the steps of a plan."""
    message = finding.message.partition(" (step")[0]
    rows = list(dict.fromkeys(course.lines[number].row for number in finding.steps))
    if len(rows) > 1:
        message += f" (rows {', '.join(map(str, rows))})"
    return message


# --- cuts and last doses -------------------------------------------------------------------------


def _share(course: Course, step: Step) -> tuple[Ratio | None, str]:
    """A cut as a share of the dose before it, or of everything taken, in words."""
    before = course.steps[step.number - 1]
    total = share_of_total(before, step) if before.companions else None
    if total is not None:
        return total, f"the total in {course.request.formulary.words['equivalent']}"
    return None, "the dose before"


def _cuts(course: Course) -> Iterator[Fault]:
    """Each large cut, in its row."""
    for each in find(course.request, course.steps, Supply((), ()), as_asked=False):
        if each.id not in LARGE_CUTS:
            continue
        for number in each.steps:
            step, line = course.steps[number], course.lines[number]
            if line.is_after_unread:
                continue
            total, of = _share(course, step)
            percent = total.percent() if total else f"{percent_text(step.cut, step.before)}%"
            text = step.regimen.product.text
            message = f"{text(step.before)} to {text(step.daily)} is a cut of {percent} of {of}"
            if each.id == "unavoidable-cut":
                message += ", the smallest that the strengths usually stocked allow"
            else:
                message += f", over {LARGE_CUT.percent()}"
            yield Fault(each.id, line.row, line.entry.dose_column, message, text(step.daily))


def _last_doses(made: list[Chain], known: Formulary) -> Iterator[Fault]:
    """The dose before each stop: large for a last one, or larger than need be."""
    for chain in made:
        for last, line in pairwise(chain):
            if line.taken.daily or not last.taken.daily or line.is_after_unread:
                continue
            product, daily = last.taken.product, last.taken.daily
            size, text = _size(last, chain[0], known), product.text(daily)
            what = smaller(product, daily)
            if size:
                message = f"the last dose before stopping is {text} ({size}): {what}"
                column = last.entry.dose_column
                yield Fault("large-last-dose", last.row, column, message, text)
            if daily > _least(last, chain):
                said = f"{product.daily_text(daily)} (row {last.row})"
                message = f"the dose before the stop is {said}: {what}"
                column = line.entry.dose_column
                yield Fault("stop-from-high-dose", line.row, column, message, text)


def _least(last: Line, chain: Chain) -> int:
    """The smallest single dose: of the strengths that are written, else of those stocked."""
    product = last.taken.product
    units = [u for each in chain if each.taken.product is product for u in each.taken.units]
    if last.taken.units and not product.is_liquid:
        parts = [s.amount * min(n, THOUSAND) // THOUSAND for unit in units for s, n in unit]
        least = [part for part in parts if part >= product.least_dose]
        if least:
            return min(least)
    return smallest(product, other=last.taken.other)


def _size(last: Line, first: Line, known: Formulary) -> str:
    """In what way the last dose before stopping is large; empty if it is not."""
    product, daily = last.taken.product, last.taken.daily
    name = known.words["equivalent"]
    mme = product.mme_of(daily)
    if mme is None:
        return f"no {name} factor"
    if mme >= LARGE_LAST_MME:
        return f"{ratio_text(*mme)} {name}"
    ours, theirs = first.taken.product.basis, product.basis
    original = first.taken.daily * ours[0] * theirs[1] // (ours[1] * theirs[0])
    top, bottom = LARGE_LAST_SHARE
    if daily * bottom > original * top:
        return f"{percent_text(daily, original)}% of the original dose"
    return ""


def _first_is_smallest(course: Course) -> Iterator[Fault]:
    """A stop from the smallest dose: no taper is possible."""
    first = course.steps[0].regimen
    product = first.product
    if course.steps[-1].kind != STOP or any(step.kind == CHANGE for step in course.steps):
        return
    content = next((s.other for units in first.units for s, _ in units), 0)
    if len(first.ranks) == 1 and first.daily <= smallest(product, other=content):
        line = course.lines[0]
        message = (
            f"{product.daily_text(first.daily)} is the smallest dose of {product.id}: this is a"
            f" stop and not a taper; {smaller(product, first.daily)}"
        )
        yield Fault("no-smaller-dose", line.row, line.entry.dose_column, message)


def _without_units(lines: tuple[Placed, ...]) -> Iterator[Fault]:
    """The rows of a combination whose tablets cannot be counted."""
    rows = [each for each in lines if each.regimen.product.is_combination]
    if not rows:
        return
    acetaminophen = [each for each in rows if each.regimen.product.holds_acetaminophen]
    ids = ["acetaminophen-over-maximum", "acetaminophen-falls"] if acetaminophen else []
    numbers = ", ".join(str(each.line.row) for each in rows)
    yield not_assessed([*ids, "above-labelled-maximum"], f"{rows[0].why} (rows {numbers})")
