"""Random courses: a plan, and what happens to it, one event after another.

Shared by the tests and by ``python -m verify.courses``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from strategies import planned, requests

from taper.course.revise import revise
from taper.engine.steps import STOP
from taper.errors import InputError, Refused
from taper.quantities import THOUSAND, plain
from taper.request.rule import BASES

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.planning.plan import Plan

EVENTS = 10
MOST_DRAWN = 16  # events that lead nowhere among them
# what is said of a change that is sound but leads nowhere on that day, or in that plan
NOWHERE = (
    "at this pace the taper never",
    "no day is left on which",
    "makes no dose at or below",
    "and the change is at",
    "cannot make the goal",
    "no lower dose down to",
    "stands before",
    "was stopped on",
    "is above the dose in force",
    "cannot be made",
    "is not below the current dose",
    "ended with the stop",
    "covers the days until",
    "is at its end by then",
    "of acetaminophen",
    "of paracetamol",
    "is the dose in force",
    "is what the plan directs",
    "is below the goal",
    "is not close to a dose",
    "nothing at or below",
    "was stepped back on",
    "how often",
    "but this product is measured in",
    "dose is zero",
    "the last cut was",
    "a fall of more than half",
)
REFUSALS = {"rate-over-band", "dose-rises"}


@dataclass(frozen=True)
class Event:
    """One event that was met: its kind, its day, what was asked for, and the plan after it."""

    kind: str
    day: date
    change: dict[str, str]
    plan: Plan


@dataclass(frozen=True)
class Course:
    """A plan and the events that were met, and those that led nowhere."""

    first: Plan
    events: tuple[Event, ...]
    nowhere: tuple[str, ...]

    def __repr__(self) -> str:
        """Short: the request, and the changes."""
        asked = {key: value for key, value in self.first.request.text.items() if value}
        return f"{asked} {[(str(each.day), each.change) for each in self.events]}"


def in_force(plan: Plan, day: date) -> Step:
    """The row on the eve of a day."""
    return [step for step in plan.steps if step.start is None or step.start < day][-1]


def _dose(draw: st.DrawFn, plan: Plan, day: date) -> str:
    """A dose by hand: one of the doses that are still to come, as it would be written."""
    now = in_force(plan, day).regimen
    later = [
        step.regimen
        for step in plan.steps
        if step.start and step.start >= day and step.regimen.product is now.product
        if 0 < step.daily < now.daily
    ]
    regimen = draw(st.sampled_from(later)) if later else now
    product = regimen.product
    if product.is_patch or not regimen.daily:
        return product.text(regimen.daily or THOUSAND)
    if regimen.most_often:
        most = f"max {plain(regimen.daily)} {product.unit} a day"
        return (
            f"{product.number(regimen.amounts[0])} {product.unit} q{regimen.interval}h prn {most}"
        )
    each = [f"{plain(amount)} {product.unit}" for amount in regimen.amounts]
    if len(each) == 1:
        return f"{each[0]} once a day"
    if len(set(each)) == 1 and regimen.interval:
        return f"{each[0]} q{regimen.interval}h"
    if len(each) == 2:
        return f"{each[0]} in the morning and {each[1]} in the evening"
    return " / ".join(each)


def _taking(draw: st.DrawFn, plan: Plan, day: date, *, more: bool) -> str:
    now = in_force(plan, day).regimen
    daily = max(now.daily, 1)
    percent = draw(st.integers(105, 200) if more else st.integers(20, 99))
    step = 1000 if daily % 1000 == 0 and daily >= 2000 else 1
    return f"{plain(max(daily * percent // 100 // step * step, step))} {now.product.unit}"


@st.composite
def rates(draw: st.DrawFn, *, slow: bool) -> dict[str, str]:
    """Another rate: slower than most plans, or perhaps faster."""
    change = {"reduce": f"{draw(st.integers(2, 6 if slow else 25))}%"}
    change["every"] = draw(st.sampled_from(["2w", "4w", "1mo"] if slow else ["1w", "2w"]))
    if draw(st.booleans()):
        change["of"] = draw(st.sampled_from(BASES))
    return change


def _goal(draw: st.DrawFn, plan: Plan, day: date) -> dict[str, str]:
    goal = draw(st.sampled_from(plan.steps)).daily
    return {"to": f"{plain(goal)} {plan.request.product.unit}" if goal else "0"}


def _step_back(draw: st.DrawFn, plan: Plan, day: date) -> dict[str, str]:
    change = {"step_back": "withdrawal, COWS 14"}
    return change | ({"specialist": "Dr A"} if draw(st.booleans()) else {})


def _by_hand(draw: st.DrawFn, plan: Plan, day: date) -> dict[str, str]:
    change = {"dose": _dose(draw, plan, day)}
    return change | ({"override_rate": "sedated"} if draw(st.integers(1, 3)) == 1 else {})


ASKED = {
    "hold": lambda draw, *_: {
        "hold": draw(st.sampled_from(["4w", "2w", "1w", "10d", "1mo", "3d"]))
    },
    "resume": lambda *_: {"hold": "none"},
    "slow": lambda draw, *_: draw(rates(slow=True)),
    "fast": lambda draw, *_: draw(rates(slow=False)),
    "goal": _goal,
    "stop": lambda *_: {"to": "0"},
    "step-back": _step_back,
    "dose": _by_hand,
    "taking-less": lambda draw, plan, day: {"taking": _taking(draw, plan, day, more=False)},
    "taking-more": lambda draw, plan, day: {"taking": _taking(draw, plan, day, more=True)},
    "missed": lambda draw, *_: {"taking": "0", "missed": draw(st.sampled_from(["1d", "2d"]))},
}


@st.composite
def changes(draw: st.DrawFn, plan: Plan, day: date) -> tuple[str, dict[str, str]]:
    """What happens on a day, and how it is asked for; what moves doses more often."""
    often = ("hold", "slow", "step-back", "step-back", "dose", "dose", "taking-less")
    kind = draw(st.sampled_from((*ASKED, *often)))
    return kind, ASKED[kind](draw, plan, day)


def _day(draw: st.DrawFn, plan: Plan, last: date) -> date:
    """The day of the next event: soon after the last one, sometimes the same or an earlier one."""
    end = plan.steps[-1]
    until = (end.start if end.kind == STOP else end.end) or last
    after = draw(st.sampled_from([0, 1, 1, 2, 3, 5, 7, 10, 14, 14, 21, 28, 35, 60, -3, -20]))
    return max(plan.start, min(last + timedelta(days=after), until))


def met(plan: Plan, day: date, change: dict[str, str]) -> Plan | None:
    """The plan after an event; None if it is sound and leads nowhere."""
    try:
        return revise(plan, day, **change)
    except Refused as error:
        if not {problem.id for problem in error.problems} <= REFUSALS:
            raise
    except InputError as error:
        if not any(words in str(error) for words in NOWHERE):
            raise
    return None


@st.composite
def courses(draw: st.DrawFn, events: int = EVENTS) -> Course:
    """A plan and ten events, as many as it has room for."""
    plan = first = planned(draw(requests()))
    last, found, nowhere = plan.start, [], []
    for _ in range(MOST_DRAWN):
        day = _day(draw, plan, last)
        kind, change = draw(changes(plan, day))
        new = met(plan, day, change)
        if new is None:
            nowhere.append(kind)
            continue
        plan, last = new, date.fromisoformat(new.revisions[-1]["from"])
        found.append(Event(kind, last, change, plan))
        if len(found) == events:
            break
    return Course(first, tuple(found), tuple(nowhere))
