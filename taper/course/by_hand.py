"""A dose set by hand, what the patient takes, and missed days: what is refused (contract 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.course.position import salt_of, table_of
from taper.data.limits import share, whole
from taper.engine.under_way import as_taken
from taper.errors import InputError, Problem, Refused
from taper.quantities import parse_interval
from taper.reading.by_hand import by_hand, is_nothing, taking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.course.position import Position
    from taper.regimen.regimen import Regimen
    from taper.request.model import Request

LARGEST_FALL = share("cut-of-current")
TOLERANCE_DAYS = whole("tolerance-lost-after")
RAN_OUT = "ran-out-early"


def check_words(values: Mapping[str, str]) -> list[Problem]:
    """The faults of what is given together, before anything is looked at in the plan."""
    problems = []
    if "dose" in values and "taking" in values:
        message = "a dose by hand and what is taken cannot both be set"
        problems.append(Problem("taking", message, "one of the two"))
    for name in ("dose", "taking", "missed"):
        if name in values and "step_back" in values:
            message = "a step back goes to the previous dose, and to no other"
            problems.append(Problem(name, message, "one of the two"))
        if values.get(name) == "":
            problems.append(Problem(name, "is empty", "an amount, such as 30 mg"))
    takes = values.get("taking")
    if takes and is_nothing(takes) and "missed" not in values:
        message = "nothing is taken: for how long?"
        problems.append(Problem("missed", message, "--missed 5d", takes))
    if "missed" in values and takes and not is_nothing(takes):
        message = "days without the medicine, and an amount that is taken"
        problems.append(Problem("missed", message, "--taking 0 --missed 5d", values["missed"]))
    return problems


def check_missed(values: Mapping[str, str], at: Position) -> None:
    """Refuse to resume after days without the medicine: tolerance is lost."""
    if "missed" not in values:
        return
    missed = parse_interval(values["missed"], "missed")
    if missed.days < TOLERANCE_DAYS:
        return
    product = at.regimen.product
    message = (
        f"after {missed.days} days without {product.name} tolerance is lost: the dose in force, "
        f"{product.daily_text(at.regimen.daily)}, is no longer safe, and the plan does not resume"
    )
    hint = "see the prescriber the same day; take none of it until then; have naloxone at hand"
    raise Refused(Problem("missed", message, hint, values["missed"]))


def check_dose(values: Mapping[str, str], request: Request, at: Position) -> None:
    """Refuse a dose by hand that rises, falls by more than half without a reason, or is no change.

    ``request`` has the rule and the goal after the change.
    """
    if "dose" not in values:
        return
    text, now = values["dose"], at.regimen
    regimen = by_hand(text, table_of(request, now.product))
    product = now.product
    if regimen.ranks == now.ranks:
        message = f"{product.daily_text(now.daily)} is the dose in force"
        raise InputError(Problem("dose", message, "--hold 2w to stay on it", text))
    if rises(regimen, now):
        message = (
            f"{_dose(regimen)} is a rise from {_dose(now)}: no administration may be larger, "
            "and none may be added"
        )
        hint = 'the only way up is --step-back "reason"'
        raise Refused(Problem("dose", message, hint, text, id="dose-rises"))
    top, bottom = LARGEST_FALL
    if (now.daily - regimen.daily) * bottom > now.daily * top and not values.get("override_rate"):
        message = (
            f"from {product.text(now.daily)} to {product.daily_text(regimen.daily)} is a fall of "
            "more than half [rate-over-band]"
        )
        hint = 'a smaller fall, or --override-rate "reason"'
        raise Refused(Problem("dose", message, hint, text, id="rate-over-band"))
    _check_goal("dose", text, regimen, request, at)


def check_taking(values: Mapping[str, str], request: Request, at: Position) -> bool:
    """Refuse what is no change, or cannot be made; whether more is taken than planned."""
    text = values.get("taking", "")
    if not text or is_nothing(text):
        return False
    now, product = at.regimen, at.regimen.product
    daily = taking(text, product)
    if daily > now.daily:
        return True
    if daily == now.daily:
        message = f"{product.daily_text(daily)} is what the plan directs"
        raise InputError(Problem("taking", message, "nothing is to be changed", text))
    made = table_of(request, product)
    regimen = as_taken(made, now, daily)
    if regimen is None:
        message = f"nothing at or below {product.daily_text(daily)} is made of the strengths in use"
        hint = f"the smallest dose is {product.text(made.smallest)}; --dose sets the next one"
        raise InputError(Problem("taking", message, hint, text))
    top, bottom = share("rounding-of-average")
    if (daily - regimen.daily) * bottom > daily * top:
        near = product.daily_text(regimen.daily)
        message = f"{product.daily_text(daily)} is not close to a dose that can be made"
        raise InputError(Problem("taking", message, f"the nearest below is {near}", text))
    _check_goal("taking", text, regimen, request, at)
    return False


def _check_goal(name: str, text: str, regimen: Regimen, request: Request, at: Position) -> None:
    goal = 0 if at.place else request.rule.goal
    salt = salt_of(request, regimen.product)
    goal = goal * salt[0] // salt[1]
    if regimen.daily < goal:
        product = regimen.product
        message = (
            f"{product.daily_text(regimen.daily)} is below the goal, {product.daily_text(goal)}"
        )
        raise InputError(Problem(name, message, "a new goal as well: --to", text))


def rises(now: Regimen, before: Regimen) -> bool:
    """Whether an administration, in order of size, or the number of them rises."""
    if now.most_often:
        return now.daily > before.daily or now.ranks[0] > before.ranks[0]
    pairs = zip(now.ranks, before.ranks, strict=False)
    return len(now.ranks) > len(before.ranks) or any(one > other for one, other in pairs)


def _dose(regimen: Regimen) -> str:
    """``120 mg a day (45/30/45)``."""
    product = regimen.product
    text = product.daily_text(regimen.daily)
    if product.is_patch or regimen.most_often or len(regimen.amounts) == 1:
        return text
    return f"{text} ({'/'.join(product.number(amount) for amount in regimen.amounts)})"
