"""How fast a request is, and the band that it must keep to (contract 3.3f)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share
from taper.quantities import Ratio

if TYPE_CHECKING:
    from taper.request.model import Request
    from taper.request.rule import Part

WEEK = 7  # days
WEEKLY_LIMIT = share("band-in-a-week")
STEP_LIMIT = share("band-in-one-step")


class TooFast(NamedTuple):
    """A part of a rule that is over the band: what was asked for, and the limit in words."""

    part: Part
    text: str
    limit_text: str


def share_of(part: Part, original: int) -> Ratio:
    """The reduction asked for at each opportunity, as a share of the reference dose."""
    return part.reduce if isinstance(part.reduce, Ratio) else Ratio(part.reduce, original)


def pace(part: Part, original: int, days: int) -> Ratio:
    """The reduction asked for, as a share of the reference dose in ``days`` days."""
    asked = share_of(part, original)
    return Ratio(asked.numerator * days, asked.denominator * part.every.days)


def over_text(share: Ratio, limit: Ratio) -> str:
    """A share over a limit, with as many decimals as show that it is over."""
    places = 1
    while share.percent(places) == limit.percent():
        places += 1
    return share.percent(places)


def weekly_text(share: Ratio) -> str:
    """A weekly pace over the limit: ``30% a week``."""
    return f"{over_text(share, WEEKLY_LIMIT)} a week"


def reduction_text(request: Request, part: Part) -> str:
    """The reduction of a part as it was asked for: ``10%``, ``15 mg``."""
    if isinstance(part.reduce, Ratio):
        return str(part.reduce)
    return request.product.text(part.reduce)


def too_fast(request: Request) -> TooFast | None:
    """The first part of the rule that is over the band, in a week or (a percentage) in one step."""
    if request.rule.is_short:
        return None
    for part in request.rule.parts:
        asked = pace(part, request.regimen.daily, WEEK)
        if asked > WEEKLY_LIMIT:
            return TooFast(part, weekly_text(asked), f"{WEEKLY_LIMIT} a week")
        if isinstance(part.reduce, Ratio) and part.reduce > STEP_LIMIT:
            step = f"{over_text(part.reduce, STEP_LIMIT)} in one step"
            return TooFast(part, step, f"{STEP_LIMIT} in one step")
    return None
