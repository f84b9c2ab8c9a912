"""A step: one row of the schedule, and the kinds of rows there are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from taper.quantities import THOUSAND, ratio_text

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.choice import Reason
    from taper.regimen.table import Regimen

CURRENT, BASELINE, REDUCE, HOLD, CHANGE, STEP_BACK, MAINTAIN, STOP = (
    "current",
    "baseline",
    "reduce",
    "hold",
    "change",
    "step-back",
    "maintain",
    "stop",
)


_FIXED = {
    CURRENT: "what is taken now",
    HOLD: "a pause: the dose stays as it is",
    MAINTAIN: "the goal is reached: the dose stays as it is",
    STOP: "the smallest dose was taken once a day, and the ideal is below half of it",
}
_ROUNDING = {
    "exact": "the ideal dose",
    "nearest": "{dose} is the nearest that can be made",
    "limited": "{dose} is as far as one cut may go",
    "unavoidable": "{dose} is the next lower dose that can be made",
}
# why, of a baseline row
STAYS = "the dose stays as it is"
BEFORE_A_HOLD = f"{STAYS}; a hold follows"


class Step(NamedTuple):
    """One row: what is taken from ``start`` to ``end``, both inclusive.

    ``number`` 0 is the current regimen, without dates; a stop has a start only. ``original``
    and ``before`` are the daily doses at the start and in the row before, in thousandths,
    counted as this row's product is (another salt after a change of product).
    ``companions`` are the other opioids taken, as they are in this row.
    """

    number: int
    kind: str
    start: date | None
    end: date | None
    regimen: Regimen
    original: int
    before: int
    reason: Reason
    words: str = ""  # why, if the reason does not say it: a row read from a file, or changed since
    companions: tuple[Regimen, ...] = ()
    findings: tuple[str, ...] = ()  # ids

    def with_findings(self, ids: tuple[str, ...]) -> Step:
        """The same row with findings."""
        return Step(*self[:-1], ids)

    @property
    def why(self) -> str:
        """Why the row is what it is: in words, or from the ideal dose and what rounding did."""
        return self.words or _why(self)

    @property
    def days(self) -> int | None:
        """Days of the row; None if it has no end."""
        if self.start is None or self.end is None:
            return None
        return (self.end - self.start).days + 1

    @property
    def daily(self) -> int:
        """The daily dose in thousandths of the unit."""
        return self.regimen.daily

    @property
    def cut(self) -> int:
        """How much lower the daily dose is than in the row before, in thousandths."""
        return self.before - self.regimen.daily


def is_as_low(one: Regimen, other: Regimen) -> bool:
    """Whether the daily dose of one regimen is at most that of another, in one salt."""
    ours, theirs = one.product.basis, other.product.basis
    return one.daily * ours[0] * theirs[1] <= other.daily * theirs[0] * ours[1]


def _why(step: Step) -> str:
    if step.kind == BASELINE:
        assert step.end is not None
        following = step.end + timedelta(days=1)
        return f"{STAYS}; the first lower dose begins on {following.isoformat()}"
    if step.kind == CHANGE:
        return _change(step)
    if step.kind == STOP and step.regimen.product.is_patch:
        return "the smallest patch was worn, and the ideal is below half of it"
    return _FIXED[step.kind] if step.kind in _FIXED else _reduction(step)


def _change(step: Step) -> str:
    product = step.regimen.product
    how = "at the same daily dose"
    if step.cut:
        how = f"at the nearest dose below that can be made, {product.text(step.cut)} less"
    return f"a change to {product.name}, for smaller steps, {how}"


def _reduction(step: Step) -> str:
    product, point = step.regimen.product, step.reason.point
    assert point is not None
    ideal = f"{ratio_text(point.ideal, point.denominator * THOUSAND, 2)} {product.unit_text}"
    asked = f"{ratio_text(point.asked, point.denominator * THOUSAND, 2)} {product.unit_text}"
    rounding = _ROUNDING[step.reason.kind].format(dose=product.text(step.daily))
    if step.reason.kind == "exact":
        return f"{rounding}: {asked} less"
    return f"ideal {ideal} ({asked} less at a time); {rounding}"
