"""The plan: steps, checks, supply and findings, made from a request, and its one document."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from taper.engine.steps import REDUCE, STOP
from taper.errors import InputError, Problem, Refused
from taper.planning.document import document, rule
from taper.quantities import Percent
from taper.request.rule import Part
from taper.safety.findings import find, marked, of_steps
from taper.safety.pace import WEEKLY_LIMIT, over_text, pace, refusals
from taper.safety.withdrawal_checks import check_days, checks
from taper.schedule import TooSlow, schedule, tables
from taper.supply import supply

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.steps import Step
    from taper.request.model import Request
    from taper.safety.catalogue import Finding
    from taper.safety.withdrawal_checks import Check
    from taper.schedule import UnderWay
    from taper.supply import Fill, Supply

_TENTH = 1000  # parts per million of a tenth of a percent


@dataclass(frozen=True, eq=False)
class Plan:
    """A tapering plan, as it was made; nothing in it changes.

    ``steps`` are the rows (0 is the current regimen), ``checks`` the withdrawal checks,
    ``dispensing`` the fills and what is left over, ``findings`` the safety findings. Doses
    are integers of a thousandth of the unit inside; :meth:`to_json` prints exact decimals.

    What follows from the steps is worked out when it is first looked at; ``given_...`` is set
    where it was read from a file, or where earlier fills count.
    """

    request: Request
    steps: tuple[Step, ...]
    revisions: tuple[dict[str, Any], ...] = ()
    made_with: dict[str, str] = field(default_factory=dict)
    step_findings: tuple[Finding, ...] | None = None
    given_checks: tuple[Check, ...] | None = None
    given_dispensing: Supply | None = None
    given_findings: tuple[Finding, ...] | None = None
    given_id: str = ""
    under_way: tuple[int, UnderWay] | None = None  # where the last revision found the taper

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The withdrawal checks, by date."""
        return checks(self.request, self.steps) if self.given_checks is None else self.given_checks

    @property
    def check_days(self) -> list[date]:
        """The days of the checks alone, in their order."""
        if self.given_checks is None and "checks" not in self.__dict__:
            return check_days(self.request, self.steps)
        return [check.date for check in self.checks]

    @cached_property
    def dispensing(self) -> Supply:
        """The fills, and what is left over at the end."""
        if self.given_dispensing is None:
            return supply(self.steps, self.request.fill, self.request.on_hand)
        return self.given_dispensing

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The safety findings: warnings, then notes."""
        if self.given_findings is None:
            return find(self.request, self.steps, self.dispensing, self.step_findings)
        return self.given_findings

    @property
    def supply(self) -> tuple[Fill, ...]:
        """The fills: what to dispense, and when."""
        return self.dispensing.fills

    @property
    def start(self) -> date:
        """Day 1."""
        return self.request.calendar.start

    @property
    def stop_date(self) -> date | None:
        """The first day without any opioid that is tapered; None where one has a goal.

        One that is kept as it is does not count: that is not what is stopped.
        """
        last = self.steps[-1]
        return last.start if last.kind == STOP and not self.request.rule.goal else None

    @cached_property
    def id(self) -> str:
        """The id that was given, or one made from the content of the request."""
        given = self.given_id or self.request.text.get("id")
        if given:
            return str(given)
        import hashlib  # noqa: PLC0415 - only where no id was given
        import json  # noqa: PLC0415

        content = {k: v for k, v in self.request.text.items() if k not in {"id", "label"}}
        text = json.dumps(content, sort_keys=True)
        return "plan-" + hashlib.sha256(text.encode()).hexdigest()[:12]

    def to_rule(self) -> dict[str, Any]:
        """The rule that was planned with, also where a guideline or an end was asked for."""
        return rule(self.request)

    def to_dict(self) -> dict[str, Any]:
        """The plan document (``taper-plan/1``), as plain values."""
        return document(self)

    def to_json(self) -> str:
        """The plan document as JSON text, the same bytes for the same plan."""
        import json  # noqa: PLC0415

        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    def _repr_html_(self) -> str:
        """A table, in a notebook."""
        from taper.planning.notebook import table  # noqa: PLC0415 - notebooks only

        return table(self)


def make_plan(request: Request) -> Plan:
    """Plan a checked request.

    Raises :class:`~taper.Refused` where a safety rule says no, and
    :class:`~taper.InputError` where the request cannot be laid out on dates.
    """
    if request.ends_by is not None:
        request = gentlest(request, request.ends_by)
    problems = refusals(request)
    if problems:
        raise Refused(problems)
    return finished(request, schedule(request))


def finished(request: Request, steps: tuple[Step, ...]) -> Plan:
    """The plan of these steps: from the fewest strengths if asked, and marked with findings."""
    if request.regimens.fewest_strengths:
        from taper.engine.fewest_strengths import fewest_strengths  # noqa: PLC0415 - only where it is asked for

        steps = fewest_strengths(steps, tables(request))
    found = of_steps(request, steps)
    return Plan(request, marked(steps, found), step_findings=found)


def ended(steps: tuple[Step, ...]) -> date:
    """The day on which the stop or the goal is reached."""
    last = [step for step in steps if step.kind in {REDUCE, STOP}][-1]
    assert last.start is not None
    return last.start


def gentlest(request: Request, day: date) -> Request:
    """The request with the smallest percentage, in tenths, that ends by ``day``.

    Raises :class:`~taper.Refused` that says what pace it would take, where that is over the
    band, and :class:`~taper.InputError` where no pace ends in time.
    """
    every = request.rule.parts[0].every
    days = max((day - request.calendar.start).days, 0)
    opportunities = days // every.days + 2
    name = "over" if request.text.get("over") else "by"
    least = (request.regimen.daily - request.rule.goal) * 500 // request.regimen.daily
    for tenths in range(max(least // opportunities, 1), 1001):
        rule = replace(request.rule, parts=(Part(Percent.of_ppm(tenths * _TENTH), every),))
        candidate = replace(request, rule=rule)
        if _ends_by(_unlimited(candidate), day):
            break
    else:
        message = f"no reduction every {every} ends by {day.isoformat()}"
        raise InputError(Problem(name, message, "a later day, or a shorter --every"))
    problems = refusals(candidate)
    if problems and problems[0].id == "rate-over-band":
        needed = candidate.rule.parts[0]
        share = pace(needed, request.regimen.daily, 7)
        message = (
            f"ending by {day.isoformat()} would take {needed.reduce} every {needed.every}, "
            f"{over_text(share, WEEKLY_LIMIT)} a week: over 25% a week [rate-over-band]"
        )
        raise Refused(replace(problems[0], field=name, message=message))
    return candidate


def _unlimited(request: Request) -> Request:
    """Over the band, the request as if a reason had been given: to say what it would take."""
    if request.rule.override or all(p.id != "rate-over-band" for p in refusals(request)):
        return request
    return replace(request, rule=replace(request.rule, override="to end in time"))


def _ends_by(request: Request, day: date) -> bool:
    """Whether a pace ends in time; one that takes decades is too slow, and no fault."""
    try:
        return ended(schedule(request)) <= day
    except TooSlow:
        return False
