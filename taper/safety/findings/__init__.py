"""Safety findings: what a reader must know before acting on a plan (contract 8).

One small function a finding, in the module of its theme. It looks at the facts of a finished
plan and returns what it found; level, wording and source stand in ``data/findings.toml``, the
thresholds in ``data/limits.toml``. To add one: a function with ``@finding("its-id")``, an entry
in the data and a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.engine.steps import HOLD, STEP_BACK, STOP
from taper.safety.catalogue import US
from taper.safety.findings import (  # noqa: F401 - each registers its rules
    cuts,
    doses,
    fills,
    medicine,
    notes,
    patient,
    rate,
)
from taper.safety.findings.registry import Facts, rules

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from taper.engine.steps import Step
    from taper.request.model import Request
    from taper.safety.catalogue import Finding
    from taper.safety.findings.registry import Rule
    from taper.supply import Supply

RULES: tuple[Rule, ...] = rules(US)


def of_steps(
    request: Request, steps: tuple[Step, ...], *, as_asked: bool = True
) -> tuple[Finding, ...]:
    """The findings about single rows: known as soon as the steps are.

    The rows are not ``as_asked`` by the request if the plan was changed since.
    """
    facts = Facts(request, steps, as_asked=as_asked)
    return _found(rules(facts.market, of_rows=True), facts)


def find(
    request: Request,
    steps: tuple[Step, ...],
    dispensing: Supply,
    known: tuple[Finding, ...] | None = None,
    *,
    as_asked: bool = True,
    ran_out: tuple[date, ...] = (),
) -> tuple[Finding, ...]:
    """Every finding of a plan, one an id: warnings, the worst first, then notes.

    ``known`` are those :func:`of_steps`, if they were worked out before. The rows are not
    ``as_asked`` by the request if the plan was changed since, or if a person wrote them.
    ``ran_out`` are the days on which more was taken than planned.
    """
    facts = Facts(request, steps, dispensing, as_asked=as_asked, ran_out=ran_out)
    if known is None:
        return _found(rules(facts.market), facts)
    before = {each.id: each for each in known}
    found: list[Finding] = []
    for rule in rules(facts.market):
        each = before.get(rule.id) if rule.of_rows else rule.look(facts)
        if each is not None:
            found.append(each)
    return tuple(found)


def _found(wanted: Iterable[Rule], facts: Facts) -> tuple[Finding, ...]:
    return tuple(each for rule in wanted if (each := rule.look(facts)) is not None)


def marked(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> tuple[Step, ...]:
    """The steps with the ids of the findings that are about them."""
    about: dict[int, tuple[str, ...]] = {}
    for each in findings:
        for number in each.steps:
            about[number] = (*about.get(number, ()), each.id)
    for step in steps:
        if step.kind in {HOLD, STEP_BACK, STOP}:
            about[step.number] = (*about.get(step.number, ()), "lost-tolerance")
    return tuple(
        step.with_findings(about[step.number]) if step.number in about else step for step in steps
    )
