"""What the request states of the patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.safety.findings.labelled import limits_text
from taper.safety.findings.registry import about_plan, about_rows, finding

if TYPE_CHECKING:
    from taper.safety.findings.registry import Facts, Found

# risks whose finding says the same of every plan
_PLAIN = (
    "previous-overdose",
    "benzodiazepine",
    "gabapentinoid",
    "alcohol",
    "sleep-apnea",
    "lung-disease",
    "breastfeeding",
)
# risks that are planned only with a specialist
_WITH_SPECIALIST = ("pregnancy", "suicide-risk", "oud")


def _plain(risk: str) -> None:
    @finding(risk)
    def stated(facts: Facts) -> Found | None:
        return about_plan() if risk in facts.risks else None


def _with_specialist(risk: str) -> None:
    @finding(risk)
    def stated(facts: Facts) -> Found | None:
        if risk not in facts.risks:
            return None
        return about_plan("_with_specialist", specialist=facts.request.specialist)


for _risk in _PLAIN:
    _plain(_risk)
for _risk in _WITH_SPECIALIST:
    _with_specialist(_risk)


@finding("ran-out-early")
def ran_out_early(facts: Facts) -> Found | None:
    """More was taken than the plan directs, in the rows in force on those days."""
    if not facts.ran_out:
        return None
    return about_rows(
        step
        for step in facts.steps
        if step.start and any(step.start <= day <= (step.end or day) for day in facts.ran_out)
    )


@finding("renal")
def renal(facts: Facts) -> Found | None:
    """Reduced kidney function, with the labelled limits for it."""
    return about_plan(limits=limits_text(facts, "renal")) if "renal" in facts.risks else None


@finding("hepatic")
def hepatic(facts: Facts) -> Found | None:
    """Reduced liver function, with the labelled limits for it."""
    return about_plan(limits=limits_text(facts, "hepatic")) if "hepatic" in facts.risks else None


@finding("age")
def age(facts: Facts) -> Found | None:
    """An age from which opioids are cleared more slowly, with the labelled limits for it."""
    if "age-75" in facts.risks:
        return about_plan(age="75", limits=limits_text(facts, "age-65", "age-75"))
    if "age-65" in facts.risks:
        return about_plan(age="65", limits=limits_text(facts, "age-65"))
    return None
