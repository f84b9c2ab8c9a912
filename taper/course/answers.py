"""The answers to a check, side by side: what each would make of the plan (contract 10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taper.course.position import part_in_force, position
from taper.course.records import alarms, in_words, is_long_hard
from taper.course.revise import revise
from taper.data.limits import length
from taper.engine.steps import STEP_BACK
from taper.engine.under_way import FALLS
from taper.errors import InputError, Problem, Refused, TaperError
from taper.quantities import parse_interval, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from taper.engine.steps import Step
    from taper.planning.plan import Plan

GO_ON, HOLD, SLOW, BACK, STAY, REFER = "go-on", "hold", "slow", "step-back", "stay", "refer"
ANSWERS = (GO_ON, HOLD, SLOW, BACK, STAY, REFER)
USUAL_HOLD = str(length("hold-after-check"))
WHERE = "buprenorphine, a pain service or an addiction service"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the plan that it would make, or why it is not offered.

    ``next`` is the row that begins next; None if nothing changes any more.
    """

    name: str
    plan: Plan | None
    next: Step | None = None
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        plan, row = self.plan, self.next
        stop = plan.stop_date if plan else None
        return {
            "answer": self.name,
            "offered": not self.why,
            "next_dose": None if row is None else plain(row.daily),
            "unit": None if row is None else row.regimen.product.unit,
            "next_date": None if row is None or row.start is None else row.start.isoformat(),
            "stop_date": None if stop is None else stop.isoformat(),
            "why": self.why,
        }


def answers(plan: Plan, on: date, record: Mapping[str, Any], hold: str = "") -> list[Answer]:
    """Every answer, those that come first first; ``plan`` has the record."""
    found = {answer.name: answer for answer in _answers(plan, on, record, hold or USUAL_HOLD)}
    order: tuple[str, ...] = ANSWERS
    if is_long_hard(plan, on):
        order = (STAY, REFER, *(name for name in ANSWERS if name not in {STAY, REFER}))
    elif found[GO_ON].why:
        order = (*(name for name in ANSWERS if name != GO_ON), GO_ON)
    return [found[name] for name in order]


def _answers(plan: Plan, on: date, record: Mapping[str, Any], hold: str) -> Iterator[Answer]:
    bad = alarms(record)
    why = "" if record["reason"] else "; ".join(bad)
    yield Answer(GO_ON, plan, _next(plan, on), f"{why} (--reason to go on)" if why else "")
    for name, change in _changes(plan, on, record, hold).items():
        if isinstance(change, str):
            yield Answer(name, None, why=change)
            continue
        try:
            after = revise(plan, max(on, plan.start), **change)
        except TaperError as error:
            yield Answer(name, None, why=error.problems[0].message)
        else:
            day = max(on, plan.start)
            yield Answer(name, after, _next(after, day))
    yield Answer(REFER, plan)


def _changes(
    plan: Plan, on: date, record: Mapping[str, Any], hold: str
) -> dict[str, dict[str, str] | str]:
    """What each answer asks of a revision, or why it cannot be asked."""
    try:
        at = position(plan, max(on, plan.start), steps_back=False, new_goal=False)
    except TaperError as error:
        return dict.fromkeys((HOLD, SLOW, BACK, STAY), error.problems[0].message)
    every = _twice(str(part_in_force(plan.request, at).every))
    product = at.regimen.product
    return {
        HOLD: {"hold": hold},
        SLOW: {"every": every},
        BACK: {"step_back": str(record["reason"] or in_words(record) or "after a check")},
        STAY: {"to": product.text(at.regimen.daily)},
    }


def _twice(every: str) -> str:
    """Twice an interval: ``4w`` of ``2w``."""
    return re.sub(r"\d+", lambda number: str(2 * int(number[0])), every)


def _next(plan: Plan, day: date) -> Step | None:
    """The next dose: the first reduction, or step back, from a day on."""
    return next(
        (
            step
            for step in plan.steps
            if step.start is not None and step.start >= day and step.kind in {*FALLS, STEP_BACK}
        ),
        None,
    )


def read_then(text: str) -> tuple[str, str]:
    """The answer that ``--then`` names, and the length of a hold: ``hold:2w``, ``slow``."""
    name, _, rest = text.strip().lower().partition(":")
    if name not in ANSWERS or (rest and name != HOLD):
        hint = "hold:2w, slow, step-back, stay, go-on or refer"
        raise InputError(Problem("then", f"'{text}' is not an answer", hint, text))
    if name != HOLD:
        return name, ""
    return name, str(parse_interval(rest, "then")) if rest else USUAL_HOLD


def applied(
    plan: Plan, on: date, record: Mapping[str, Any], then: str, specialist: str = ""
) -> Plan:
    """The plan after one of the answers; ``plan`` has the record already.

    Raises :class:`~taper.Refused` for going on after a bad check without a reason.
    """
    name, hold = read_then(then)
    if name == GO_ON and alarms(record) and not record["reason"]:
        message = f"going on is not offered: {'; '.join(alarms(record))}"
        raise Refused(Problem("then", message, '--reason "why it is right all the same"', then))
    if name in {GO_ON, REFER}:
        return plan
    change = _changes(plan, on, record, hold)[name]
    if isinstance(change, str):
        raise InputError(Problem("then", change, "", then))
    if name == BACK and specialist:
        change["specialist"] = specialist
    why = f"check of {on.isoformat()}: {record['reason'] or in_words(record)}"
    return revise(plan, max(on, plan.start), why=why[:200], **change)
