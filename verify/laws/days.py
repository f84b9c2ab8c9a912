"""Laws of the dates (contract 4.7 and 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verify.case import PAUSES
from verify.laws.law import law
from verify.rules import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.case import Case


@law("4.7, 6")
def every_day_once(case: Case) -> Iterator[str]:
    """Rows cover every day from the start to the stop, without gap or overlap."""
    now = case.plan.steps[0]
    if now.kind != "current" or now.start or now.end:
        yield "step 0 is not the current regimen without dates"
    if [step.number for step in case.plan.steps] != list(range(len(case.plan.steps))):
        yield "steps are not numbered one after another"
    day = case.begin
    for row in case.rows:
        if row.first != day:
            yield f"step {row.number}: does not begin on the day after the row before"
        if row.kind == "stop":
            if row.end is not None:
                yield f"step {row.number}: a stop that ends"
            continue
        if row.end is None or row.end <= row.first:
            yield f"step {row.number}: no days"
            return
        if case.plan.steps[row.number].days != row.end - row.first:
            yield f"step {row.number}: days are counted wrongly"
        day = row.end


@law("4.7")
def dated_by_the_rule(case: Case) -> Iterator[str]:
    """Rows begin and end on the days on which the rule's second reading lays them out."""
    begin = case.begin
    found = [
        (row.kind, row.first - begin, None if row.end is None else row.end - begin - 1, row.amounts)
        for row in case.rows
    ]
    if found != case.expected:
        yield f"{found} where the rule gives {case.expected}"


@law("4.7")
def no_row_too_short(case: Case) -> Iterator[str]:
    """No dose is kept for less than the interval before it is reduced."""
    for row in case.rows:
        if row.kind == "reduce" and row.end is not None and row.end - row.first < case.every:
            yield f"step {row.number}: {row.end - row.first} days"


@law("3.3")
def smallest_dose_is_kept(case: Case) -> Iterator[str]:
    """Under current and mixed the smallest dose is kept for two intervals before the stop."""
    if case.asked.of == "original":
        return
    smallest, stop = [row for row in case.rows if row.daily == case.shelf.smallest], case.rows[-1]
    if smallest and stop.first - smallest[0].first < 2 * case.every:
        yield f"step {stop.number}: the smallest dose is kept {stop.first - smallest[0].first} days"


@law("3.3, 4.7")
def holds_where_asked(case: Case) -> Iterator[str]:
    """A hold follows each fourth reduction and the first at half of the dose, and nothing else."""
    pauses, original = PAUSES[case.asked.holds], case.current.daily
    reductions, at_share, due = 0, False, 0
    for before, row in case.turns:
        if (row.kind == "hold") != bool(due):
            yield f"step {row.number}: {'a hold is missing' if due else 'a hold for no reason'}"
        if row.kind == "hold":
            if row.end is None or row.end - row.first != due:
                yield f"step {row.number}: not the {due} days that the hold was asked for"
            if before.kind == "reduce" and row.first - before.first < case.every:
                yield f"step {row.number}: the hold does not wait for the full interval"
        due = 0
        if row.kind == "reduce":
            reductions += 1
            if pauses.every and reductions % pauses.every == 0:
                due = whole(pauses.days, case.period)
            if pauses.share and not at_share and 100 * row.daily <= pauses.share * original:
                at_share, due = True, max(due, whole(pauses.share_days, case.period))


@law("4.8")
def patches_are_changed_when_due(case: Case) -> Iterator[str]:
    """A patch's dose changes only on a day on which the patch is changed."""
    if case.period == 1:
        return
    for row in case.rows:
        if (row.first - case.begin) % case.period:
            yield f"step {row.number}: begins while a patch is worn"
