"""The ``revisions`` of a plan as checked changes: how they are written, and what they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from taper.quantities import Ratio, parse_interval
from taper.reading import read
from taper.reading.by_hand import doses_by_hand, is_nothing, taken_of_each
from taper.request.changes import Change, in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taper.formulary.product import Product
    from taper.request.model import Request, Rule
    from taper.request.rule import Part

RATE = ("reduce", "every", "of")
CHANGES = (
    "hold",
    *RATE,
    "to",
    "dose",
    "taking",
    "missed",
    "step_back",
    "specialist",
    "override_rate",
)
RESUME = "none"  # as a hold: ends the one that is under way


def is_rate(change: Mapping[str, str]) -> bool:
    """Whether a change is one of the rate, by the names of what is given."""
    return any(name in change for name in RATE)


def changes_of(request: Request, revisions: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """The changes of a request that count, from the ``revisions`` of its plan.

    A fact that is recorded and moves no row, such as a missed day, is none.
    """
    moving = (revision for revision in revisions if revision.get("moves", True))
    return in_force(change_of(request, revision) for revision in moving)


def change_of(request: Request, revision: Mapping[str, Any]) -> Change:
    """One entry of ``revisions``, which holds a rate in full (see :func:`whole`)."""
    given = revision["change"]
    hold = given.get("hold")
    rule = rule_of(request, given) if is_rate(given) or "to" in given else None
    return Change(
        date.fromisoformat(revision["from"]),
        hold=parse_interval(hold, "hold") if hold and hold != RESUME else None,
        resumes=hold == RESUME,
        step_back=given.get("step_back", ""),
        rate=rule if is_rate(given) else None,
        goal=rule.goal if rule and "to" in given else None,
        goal_mme=rule.goal_mme if rule and "to" in given else 0,
        dose=doses_by_hand(given["dose"], request) if given.get("dose") else (),
        taking=_taking(given.get("taking", ""), request),
        reason=given.get("override_rate", ""),
    )


def _taking(text: str, request: Request) -> tuple[tuple[Product, int], ...]:
    """What is really taken; missed days are recorded, and change no dose."""
    return taken_of_each(text, request) if text and not is_nothing(text) else ()


def rule_of(request: Request, change: Mapping[str, str]) -> Rule:
    """The rule of the request with other values; all their faults at once."""
    values = dict(request.text)
    if is_rate(change):
        values.update(dict.fromkeys(("guideline", "pace", "phases", "over", "by", "override_rate")))
        values.update({name: change[name] for name in RATE if name in change})
    values.update({name: change[name] for name in ("to", "override_rate") if name in change})
    return read(values).rule


def whole(request: Request, part: Part, of: str, given: Mapping[str, str]) -> dict[str, str]:
    """A change as it is recorded: a rate with all of its values, so that it can be made again.

    What is not given stays as in ``part`` and ``of``, which are in force.
    """
    asked = {name: given[name] for name in CHANGES if name in given}
    if "hold" in asked and asked["hold"] != RESUME:
        asked["hold"] = str(parse_interval(asked["hold"], "hold"))
    if not is_rate(given):
        return asked
    is_amount = isinstance(part.reduce, int)
    kept = _reduction(request, part)
    is_percentage = given.get("reduce", kept).endswith("%")
    rate = {
        "reduce": kept,
        "every": str(part.every),
        "of": of if is_percentage and not is_amount else "mixed",
    }
    found = rule_of(request, {**rate, **asked})
    asked["reduce"] = _reduction(request, found.parts[0])
    asked["every"], asked["of"] = str(found.parts[0].every), found.of
    return {name: asked[name] for name in CHANGES if name in asked}


def _reduction(request: Request, part: Part) -> str:
    reduce = part.reduce
    return str(reduce) if isinstance(reduce, Ratio) else request.product.text(reduce)


def with_rule_in_force(request: Request, changes: Iterable[Change]) -> Request:
    """The request with the rule that its changes have made of it."""
    rule = request.rule
    for change in changes:
        if change.rate is not None:
            rule = replace(change.rate, goal=rule.goal, goal_mme=rule.goal_mme)
        if change.goal is not None:
            rule = replace(rule, goal=change.goal, goal_mme=change.goal_mme)
    return replace(request, rule=rule)
