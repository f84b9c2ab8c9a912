"""How fast the rows of a schedule go, whatever rule they were made by.

Each cut counts for the days up to the next one, or for the days since the one before, whichever
gives a run of cuts more days; the stop is not among them. The share is of the first dose, as
under ``--of original``; of several opioids at one time, of all of them in MME.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share, whole
from taper.engine.steps import CHANGE, REDUCE, STOP
from taper.lint.entries import DAY
from taper.lint.faults import Fault
from taper.quantities import THOUSAND, Ratio
from taper.safety.equivalents import total_mme
from taper.safety.findings.rate import SLOW_PRODUCT_DAYS
from taper.safety.pace import WEEK, WEEKLY_LIMIT, over_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.engine.steps import Step
    from taper.lint.entries import Line
    from taper.lint.timeline import Course

LABEL_LIMIT, LABEL_DAYS = share("label-pace"), whole("label-interval")


class Cut(NamedTuple):
    """A cut: the dose before and after it, and the days on which it and its neighbours begin."""

    line: Line
    before: Ratio
    after: Ratio
    start: date
    since: date | None
    until: date | None


class Run(NamedTuple):
    """Cuts one after another, as far as their days are known."""

    first: Cut
    last: Cut
    cuts: int
    days: int
    a_week: Ratio


def pace(course: Course, *, has_labels: bool) -> Iterator[Fault]:
    """Where two or more cuts are faster than the band; ``has_labels`` if the US labels count."""
    for steps in _courses(course):
        cuts, first = _cuts(steps, course)
        runs = list(_runs(cuts, first)) if first.numerator else []
        fastest = max(runs, key=lambda run: run.a_week, default=None)
        if fastest is None:
            continue
        if fastest.a_week > WEEKLY_LIMIT:
            yield _over_band(fastest)
        else:
            whole_course = [run for run in runs if run.cuts == len(cuts)]
            fastest = whole_course[0] if whole_course else fastest
        if has_labels and _of_label(fastest) > LABEL_LIMIT:
            yield Fault("faster-than-fda-label", None, "", _over_label(fastest))


def _over_label(run: Run) -> str:
    """The average of two weeks; of a shorter run its whole fall, which may be all there is."""
    if run.days >= LABEL_DAYS:
        return (
            f"the cuts average {over_text(_of_label(run), LABEL_LIMIT)} of the first dose"
            f" in {LABEL_DAYS} days, over the {LABEL_LIMIT.percent()} that US labels name"
        )
    fall = Ratio.of(run.a_week.numerator * run.days, run.a_week.denominator * WEEK)
    return (
        f"the cuts come to {fall.percent()} of the first dose in {run.days} days, faster than the"
        f" {LABEL_LIMIT.percent()} in {LABEL_DAYS} days that US labels name"
    )


def _courses(course: Course) -> list[list[Step]]:
    """All steps together if they can be counted so, else those of each opioid."""
    steps = list(course.steps)
    together = any(step.companions for step in steps)
    if not together or all(total_mme(step) is not None for step in steps):
        return [steps]
    drugs = list(dict.fromkeys(step.regimen.product.drug for step in steps))
    return [[step for step in steps if step.regimen.product.drug == drug] for drug in drugs]


def _amount(step: Step, *, in_mme: bool) -> Ratio:
    """What is taken in a day, in MME or in the drug's usual salt."""
    mme = total_mme(step) if in_mme else None
    if mme is not None:
        return mme
    top, bottom = step.regimen.product.basis
    return Ratio(step.daily * top, bottom * THOUSAND)


def _cuts(steps: list[Step], course: Course) -> tuple[list[Cut], Ratio]:
    """The cuts of a course, and the first dose."""
    in_mme = any(step.companions for step in steps)
    amounts = [_amount(step, in_mme=in_mme) for step in steps]
    found = [
        (step, before, now)
        for (before, now), step in zip(pairwise(amounts), steps[1:], strict=True)
        if now < before and step.kind in {REDUCE, CHANGE} and step.start is not None
    ]
    begins = [step.start for step in steps if step.start is not None]
    days = [step.start for step, _, _ in found]
    last = steps[-1]
    end = last.start if last.kind == STOP else last.end + DAY if last.end is not None else None
    around = zip([*begins[:1], *days], days, [*days[1:], end], strict=False)
    cuts = [
        Cut(course.lines[step.number], before, now, start, since, until)
        for (step, before, now), (since, start, until) in zip(found, around, strict=True)
        if start is not None
    ]
    return cuts, amounts[0] if amounts else Ratio(0, 1)


def _runs(cuts: list[Cut], first_dose: Ratio) -> Iterator[Run]:
    """Two or more cuts over a week or longer, with their average pace.

    The fall of a run is that of its cuts alone, and no more than that from its first dose to its
    last: a stop of another opioid between them does not count, and a step back does.
    """
    for start, first in enumerate(cuts):
        cut = _less(first.before, first.after)
        for place, last in enumerate(cuts[start + 1 :], 2):
            cut = _more(cut, _less(last.before, last.after))
            spans = [
                (end - begin).days
                for begin, end in ((first.since, last.start), (first.start, last.until))
                if begin is not None and end is not None
            ]
            days, fall = max(spans, default=0), min(cut, _less(first.before, last.after))
            if days >= WEEK and fall.numerator > 0:
                whole_dose = first_dose.numerator * fall.denominator * days
                a_week = Ratio.of(fall.numerator * WEEK * first_dose.denominator, whole_dose)
                yield Run(first, last, place, days, a_week)


def _less(one: Ratio, other: Ratio) -> Ratio:
    top = one.numerator * other.denominator - other.numerator * one.denominator
    return Ratio(top, one.denominator * other.denominator)


def _more(one: Ratio, other: Ratio) -> Ratio:
    top = one.numerator * other.denominator + other.numerator * one.denominator
    return Ratio.of(top, one.denominator * other.denominator)


def _of_label(run: Run) -> Ratio:
    """What a run comes to in the days that the US labels name."""
    return Ratio(run.a_week.numerator * LABEL_DAYS, run.a_week.denominator * WEEK)


def _over_band(run: Run) -> Fault:
    rows = f"rows {run.first.line.row} to {run.last.line.row}"
    message = (
        f"the cuts of {rows} average {over_text(run.a_week, WEEKLY_LIMIT)} of the first dose a"
        f" week ({run.days} days), over {WEEKLY_LIMIT.percent()}"
    )
    entry = run.last.line.entry
    return Fault("rate-over-band", entry.row, entry.dose_column, message)


def close_together(course: Course) -> Iterator[Fault]:
    """Reductions close together of a product whose effect changes slowly."""
    last: dict[str, Step] = {}
    told: set[str] = set()
    for step in course.steps:
        product = step.regimen.product
        if step.kind not in {REDUCE, STOP} or step.start is None:
            continue
        before = last.get(product.drug)
        last[product.drug] = step
        if not (product.is_patch or product.release == "long-acting") or product.drug in told:
            continue
        days = (step.start - before.start).days if before and before.start else SLOW_PRODUCT_DAYS
        if days < SLOW_PRODUCT_DAYS:
            told.add(product.drug)
            line = course.lines[step.number]
            message = (
                f"{product.name}: {days} days after the reduction before, under"
                f" {SLOW_PRODUCT_DAYS}: its effect may not have settled"
            )
            column = line.entry.column("start", "week", "day")
            yield Fault("short-interval-for-product", line.row, column, message)
