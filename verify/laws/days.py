"""Laws of the dates (contract 4.7 and 4.8)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from verify.clock import whole
from verify.laws.law import law
from verify.medicine import FOUR_WEEKS, TWO_WEEKS
from verify.planner import UNAVOIDABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.view import Plan, Step

SATURDAY = 5
EVENT = "cdc-2022-short"


@law("4.7, 6")
def every_day_once(plan: Plan) -> Iterator[str]:
    """Rows cover every day from the start to the stop, without gap or overlap."""
    now = plan.current
    if now.kind != "current" or now.first is not None or now.end is not None:
        yield "step 0 is not the current regimen without dates"
    if [row.number for row in plan.steps] != list(range(len(plan.steps))):
        yield "steps are not numbered one after another"
    due = plan.start
    for row in plan.rows:
        if row.first != due:
            yield f"step {row.number}: does not begin on the day after the row before"
        if row.end is None:
            if row is not plan.rows[-1] or row.kind != "stop":
                yield f"step {row.number}: no end"
            return
        if row.first is None or row.end <= row.first:
            yield f"step {row.number}: no days"
            return
        if row.entry["days"] != row.end - row.first:
            yield f"step {row.number}: days are counted wrongly"
        due = row.end


@law("6")
def ends_as_asked(plan: Plan) -> Iterator[str]:
    """A plan ends with the stop, or at its goal with 28 days to the first review."""
    last = plan.rows[-1]
    if plan.stop is not None:
        if last.kind != "stop" or last.first != plan.stop or last.entry["days"] is not None:
            yield f"step {last.number}: a {last.kind} where the plan should stop"
        return
    length = whole(FOUR_WEEKS, plan.period)
    if last.kind != "maintain" or _days(last) != length:
        yield f"step {last.number}: a {last.kind} of {_days(last)} days"


def _days(row: Step) -> int:
    return (row.end or 0) - (row.first or 0)


@law("4.7")
def no_row_is_too_short(plan: Plan) -> Iterator[str]:
    """No dose is kept for less than the interval, nor after an unavoidable cut for two weeks."""
    if not plan.simple:
        return
    for row, following in zip(plan.rows, plan.rows[1:], strict=False):
        if row.kind not in {"reduce", "change"} or row.first is None or row.end is None:
            continue
        if row.end < plan.every.after(row.first, 1, plan.period):
            yield f"step {row.number}: {_days(row)} days"
        stays = following.kind in {"hold", "maintain", "change"}  # at the same dose
        if UNAVOIDABLE in row.marks and _days(row) < TWO_WEEKS and not stays:
            yield f"step {row.number}: {_days(row)} days after an unavoidable cut"


@law("4.8")
def patches_are_changed_when_due(plan: Plan) -> Iterator[str]:
    """A patch's dose changes only on a day on which the patch is changed."""
    for row in plan.rows:
        mine = row.product is plan.product and plan.product.is_patch
        if mine and row.first is not None and (row.first - plan.start) % plan.period:
            yield f"step {row.number}: begins while a patch is worn"


@law("3.3")
def avoided_days_are_avoided(plan: Plan) -> Iterator[str]:
    """No reduction begins on an avoided day of the week, nor in a dated hold."""
    avoid = plan.request.get("avoid") or ()
    weekends = "weekends" in ([avoid] if isinstance(avoid, str) else avoid)
    dated = [text.split("..") for text in plan.request.get("holds") or () if ".." in text]
    for row in plan.rows:
        if row.kind not in {"reduce", "stop"} or row.first is None:
            continue
        when = date.fromordinal(row.first)
        if weekends and when.weekday() >= SATURDAY:
            yield f"step {row.number}: begins on {when:%A}"
        if any(first <= when.isoformat() <= last for first, last in dated):
            yield f"step {row.number}: begins in a hold"


@law("3.3, 4.7")
def holds_where_asked(plan: Plan) -> Iterator[str]:
    """A hold follows each reduction that asks for one, where the next would have begun."""
    if not plan.simple or plan.wanted is not None:
        return
    texts = [text for text in plan.request.get("holds") or () if "@every" in text]
    if len(texts) != 1 or len(plan.request["holds"]) > 1:
        return
    length, _, number = texts[0].partition("@every")
    reductions = 0
    for before, row in plan.turns:
        due = before.kind == "reduce" and reductions % int(number) == 0
        if row.kind not in {"maintain", "change"} and due != (row.kind == "hold"):
            yield f"step {row.number}: a {row.kind} after {reductions} reductions"
        if row.kind == "hold" and _days(row) < plan.days_of(length):
            yield f"step {row.number}: a hold of {_days(row)} days"
        reductions += row.kind == "reduce"
