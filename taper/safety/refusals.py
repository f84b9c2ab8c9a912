"""The safety rules that refuse a request: the band, the scope, and who must be consulted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.errors import Problem
from taper.safety.catalogue import catalogue, wording
from taper.safety.pace import reduction_text, too_fast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.request.model import Request

PAIN = "pain"
METHADONE = "methadone"
ONCE_A_DAY = 24  # hours between administrations
# the risks that are planned only with a specialist
NEEDS_SPECIALIST = ("pregnancy", "suicide-risk", "oud")


def refusals(request: Request) -> list[Problem]:
    """Every reason to refuse a request; each names the field to change."""
    return [*_band(request), *_scope(request), *_specialists(request)]


def _band(request: Request) -> Iterator[Problem]:
    over = None if request.rule.override else too_fast(request)
    if over is not None:
        hint = 'a smaller --reduce, a longer --every, or --override-rate "reason"'
        values = {
            "pace": over.text,
            "limit": over.limit_text,
            "reduce": reduction_text(request, over.part),
            "every": str(over.part.every),
        }
        yield _refusal(request, "rate-over-band", "reduce", hint, values)


def _scope(request: Request) -> Iterator[Problem]:
    """What is not pain, or may not be (contract 1)."""
    reasons = catalogue()["out-of-scope"]["reasons"]
    indication = request.indication
    if indication not in {"", PAIN}:
        hint = "a guideline of that indication"
        values = {"reason": reasons[indication]}
        yield _refusal(request, "out-of-scope", "indication", hint, values)
    elif not indication and _may_be_treatment(request):
        values = {"reason": reasons[METHADONE]}
        yield _refusal(request, "out-of-scope", "indication", "--indication pain", values)


def _may_be_treatment(request: Request) -> bool:
    """Whether methadone is tapered that is taken once a day."""
    others = (companion.regimen for companion in request.also if not companion.keep)
    return any(
        regimen.product.drug == METHADONE and regimen.interval == ONCE_A_DAY
        for regimen in (request.regimen, *others)
    )


def _specialists(request: Request) -> Iterator[Problem]:
    for risk in NEEDS_SPECIALIST:
        if risk in request.risks and not request.specialist:
            hint = "--specialist with who was consulted"
            yield _refusal(request, risk, "specialist", hint, {})


def _refusal(request: Request, name: str, field: str, hint: str, values: dict[str, str]) -> Problem:
    entry = wording(name, request.formulary.market)
    message = f"{entry['message'].format(**values)} [{name}]"
    return Problem(field, message, hint, id=name)
