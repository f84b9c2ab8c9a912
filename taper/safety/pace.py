"""How fast a request is, and the safety rules that refuse one (contract 3.3f)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.data.limits import share
from taper.errors import Problem
from taper.quantities import Ratio
from taper.safety.catalogue import wording

if TYPE_CHECKING:
    from taper.request.model import Request
    from taper.request.rule import Part

WEEK = 7  # days
WEEKLY_LIMIT = share("band-in-a-week")
_NEEDS_SPECIALIST = ("pregnancy", "suicide-risk")
_HINTS = {
    "rate-over-band": 'a smaller --reduce, a longer --every, or --override-rate "reason"',
    **dict.fromkeys(_NEEDS_SPECIALIST, "--specialist with who was consulted"),
}


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


def refusals(request: Request) -> list[Problem]:
    """The safety rules that refuse a request; each names the field to change."""
    problems = []
    market = request.formulary.market
    may_be_fast = request.rule.override or request.rule.is_short
    over = None if may_be_fast else too_fast(request)
    if over is not None:
        part, asked = over
        values = {
            "pace": weekly_text(asked),
            "reduce": reduction_text(request, part),
            "every": str(part.every),
            "limit": str(WEEKLY_LIMIT),
        }
        problems.append(_refusal("rate-over-band", "reduce", values, market))
    problems += [
        _refusal(risk, "specialist", {}, market)
        for risk in _NEEDS_SPECIALIST
        if risk in request.risks and not request.specialist
    ]
    return problems


def too_fast(request: Request) -> tuple[Part, Ratio] | None:
    """The first part of the rule with a pace over the weekly limit, and that pace."""
    for part in request.rule.parts:
        asked = pace(part, request.regimen.daily, WEEK)
        if asked > WEEKLY_LIMIT:
            return part, asked
    return None


def _refusal(name: str, field: str, values: dict[str, str], market: str) -> Problem:
    entry = wording(name, market)
    message = f"{entry['message'].format(**values)} [{name}]"
    return Problem(field, message, _HINTS[name], id=name)
