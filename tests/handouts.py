"""Plans of every kind that a hand-out must read right for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from taper.course.revise import revise
from taper.planning.make import planned as plan

if TYPE_CHECKING:
    from taper.planning.plan import Plan

START = date(2026, 12, 7)
PLANS: dict[str, dict[str, object]] = {
    "er": {
        "product": "morphine-er",
        "dose": "90 mg q8h",
        "holds": ["2w@50%"],
        "on_opioids_for": "8w",
    },
    "ir": {"product": "oxycodone-ir", "dose": "20 mg q6h", "every": "2w", "on_opioids_for": "3y"},
    "patch": {
        "product": "fentanyl-patch",
        "dose": "75 mcg/h",
        "reduce": "12 mcg/h",
        "every": "4w",
        "on_opioids_for": "3y",
    },
    "two": {
        "product": "morphine-er",
        "dose": "60 mg q12h",
        "also": ["oxycodone-ir 10 mg q6h"],
        "every": "2w",
        "on_opioids_for": "2y",
    },
    "clock": {
        "product": "oxycodone-apap",
        "dose": "10/325 mg q4h",
        "risks": ["benzodiazepine", "age-65"],
        "on_opioids_for": "8w",
    },
    "halves": {
        "product": "oxycodone-ir",
        "dose": "10 mg q8h",
        "split": "halves",
        "on_opioids_for": "8w",
    },
    "goal": {
        "product": "methadone-tablet",
        "dose": "30 mg q8h",
        "every": "4w",
        "to": "45 mg",
        "baseline": "3w",
        "on_opioids_for": "5y",
    },
    "patch goal": {
        "product": "fentanyl-patch",
        "dose": "100 mcg/h",
        "reduce": "25 mcg/h",
        "every": "4w",
        "to": "25 mcg/h",
        "on_opioids_for": "5y",
    },
    "liquid at the end": {
        "product": "morphine-er",
        "dose": "30 mg q12h",
        "every": "4w",
        "finish_with": "morphine-solution",
        "on_opioids_for": "5y",
    },
    "kept": {
        "product": "fentanyl-patch",
        "dose": "50 mcg/h",
        "also": ["oxycodone-apap 5/325 mg q6h"],
        "keep": ["oxycodone-apap"],
        "reduce": "25%",
        "every": "4w",
        "on_opioids_for": "5y",
    },
    "film": {"product": "buprenorphine-buccal", "dose": "450 mcg q12h", "every": "4w"},
    "with food": {"product": "oxycodone-er-capsule", "dose": "36 mg q12h", "every": "4w"},
    "empty stomach": {"product": "oxymorphone-ir", "dose": "10 mg q6h", "every": "4w"},
    "atypical": {"product": "tramadol-ir", "dose": "100 mg q6h", "every": "2w"},
    "many": {
        "product": "hydrocodone-apap",
        "dose": "10/325 mg q4h",
        "also": ["morphine-er 60 mg q8h"],
        "reduce": "5%",
        "every": "4w",
        "on_opioids_for": "8y",
    },
    "long": {
        "product": "morphine-er",
        "dose": "60 mg q12h",
        "baseline": "26w",
        "every": "4w",
        "on_opioids_for": "8y",
    },
    "eight a day": {
        "product": "morphine-ir",
        "dose": "15 mg q3h",
        "every": "4w",
        "on_opioids_for": "3y",
    },
    "as needed": {
        "product": "oxycodone-ir",
        "dose": "10 mg q6h prn",
        "taking": "30 mg",
        "as_needed": "keep",
        "every": "2w",
        "on_opioids_for": "8mo",
    },
    "patch revised": {
        "product": "fentanyl-patch",
        "dose": "50 mcg/h",
        "reduce": "25%",
        "every": "4w",
        "on_opioids_for": "5y",
    },
    "step back": {"product": "morphine-er", "dose": "90 mg q8h", "on_opioids_for": "8w"},
}


@lru_cache(maxsize=32)
def plan_of(name: str) -> Plan:
    """One of the plans; the last two are changed under way."""
    made = plan(start=START, **PLANS[name])  # type: ignore[arg-type]
    if name == "step back":
        made = revise(made, date(2027, 1, 11), why="agreed at the visit", step_back="no sleep")
    if name == "patch revised":
        made = revise(made, date(2027, 1, 6), why="agreed at the visit", hold="4w")
    return made


def labelled(name: str, label: str) -> Plan:
    """The same plan with another label."""
    made = plan_of(name)
    return replace(made, request=replace(made.request, text={**made.request.text, "label": label}))
