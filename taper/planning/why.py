"""Why a row is what it is, in one line: the ideal dose and what rounding did."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from taper.engine.steps import BASELINE, CHANGE, CURRENT, HOLD, MAINTAIN, STOP
from taper.quantities import THOUSAND, ratio_text

if TYPE_CHECKING:
    from taper.engine.steps import Step

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


def why(step: Step) -> str:
    """The reason of a row, for the plan and for ``explain``."""
    if step.saved_why:
        return step.saved_why
    if step.kind == BASELINE:
        assert step.end is not None
        following = step.end + timedelta(days=1)
        return f"the dose stays as it is; the first lower dose begins on {following.isoformat()}"
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
