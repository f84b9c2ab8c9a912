"""What the request states of the patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.safety.findings.registry import about_plan, finding

if TYPE_CHECKING:
    from taper.safety.findings.registry import Facts, Found

# risks that say nothing but themselves
_PLAIN = ("benzodiazepine", "oud", "sleep-apnea", "previous-overdose", "renal", "hepatic")


@finding("pregnancy")
def pregnancy(facts: Facts) -> Found | None:
    """A taper in pregnancy, which is planned only with a specialist."""
    return _with_specialist(facts, "pregnancy")


@finding("suicide-risk")
def suicide_risk(facts: Facts) -> Found | None:
    """A taper at a risk of suicide, which is planned only with a specialist."""
    return _with_specialist(facts, "suicide-risk")


def _with_specialist(facts: Facts, risk: str) -> Found | None:
    if risk not in facts.request.risks:
        return None
    return about_plan("_with_specialist", specialist=facts.request.specialist)


def _stated(risk: str) -> None:
    """Register a finding that only repeats a stated risk."""

    @finding(risk)
    def stated(facts: Facts) -> Found | None:
        return about_plan() if risk in facts.request.risks else None


for _risk in _PLAIN:
    _stated(_risk)


@finding("age")
def age(facts: Facts) -> Found | None:
    """An age from which opioids are cleared more slowly."""
    return about_plan() if "age-65" in facts.request.risks else None
