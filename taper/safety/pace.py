"""How fast a request is, and the safety rules that refuse it (contract 3.3f)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.errors import Problem
from taper.quantities import Percent, ratio_text
from taper.safety.catalogue import wording

if TYPE_CHECKING:
    from taper.request.model import Request
    from taper.request.rule import Part

WEEKLY_LIMIT = (25, 100)  # of the reference dose a week


def share_of(part: Part, original: int) -> tuple[int, int]:
    """The reduction asked for at each opportunity, as a share of the reference dose."""
    if isinstance(part.reduce, Percent):
        return part.reduce.numerator, part.reduce.denominator
    return part.reduce, original


def pace(part: Part, original: int, days: int) -> tuple[int, int]:
    """The reduction asked for, as a share of the reference dose in ``days`` days."""
    top, bottom = share_of(part, original)
    return top * days, bottom * part.every.days


def exceeds(share: tuple[int, int], limit: tuple[int, int]) -> bool:
    """Whether one ratio is above another."""
    return share[0] * limit[1] > limit[0] * share[1]


def as_percent(share: tuple[int, int]) -> str:
    """A ratio as a percentage with at most one decimal."""
    return ratio_text(100 * share[0], share[1], 1) + "%"


def over_text(share: tuple[int, int], limit: tuple[int, int]) -> str:
    """A share over a limit, with as many decimals as show that it is over."""
    places = 1
    while ratio_text(100 * share[0], share[1], places) == ratio_text(100 * limit[0], limit[1]):
        places += 1
    return ratio_text(100 * share[0], share[1], places) + "%"


def reduction_text(request: Request, part: Part) -> str:
    """The reduction of a part as it was asked for: ``10%``, ``15 mg``."""
    if isinstance(part.reduce, Percent):
        return str(part.reduce)
    return request.product.text(part.reduce)


def refusals(request: Request) -> list[Problem]:
    """The safety rules that say no to a request; the first field named is what to change."""
    problems = []
    market = request.formulary.market
    for part in request.rule.parts:
        asked = pace(part, request.regimen.daily, 7)
        if exceeds(asked, WEEKLY_LIMIT) and not request.rule.override:
            values = {
                "pace": f"{over_text(asked, WEEKLY_LIMIT)} a week",
                "reduce": reduction_text(request, part),
                "every": str(part.every),
                "limit": "25%",
            }
            problems.append(_refusal("rate-over-band", "reduce", values, market))
            break
    problems += [
        _refusal(risk, "specialist", {}, market)
        for risk in ("pregnancy", "suicide-risk")
        if risk in request.risks and not request.specialist
    ]
    return problems


def _refusal(name: str, field: str, values: dict[str, str], market: str) -> Problem:
    entry = wording(name, market)
    message = f"{entry['message'].format(**values)} [{name}]"
    hints = {
        "rate-over-band": 'a smaller --reduce, a longer --every, or --override-rate "reason"',
        "pregnancy": "--specialist with who was consulted",
        "suicide-risk": "--specialist with who was consulted",
    }
    return Problem(field, message, hints[name], id=name)
