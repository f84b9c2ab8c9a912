"""The four plans that every export is kept of, and how a kept file is compared.

After a change that is meant, write the files anew and read the difference before it is kept:
``TAPER_GOLDEN=write python -m pytest tests/golden``.
"""

from __future__ import annotations

import os
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from taper.course.revise import revise
from taper.export import Options, render
from taper.planning.make import planned as plan

if TYPE_CHECKING:
    from taper.planning.plan import Plan

FILES = Path(__file__).parent / "files"

REQUESTS: dict[str, dict[str, object]] = {
    # extended-release tablets three times a day, with a hold after every four reductions
    "er-hold": {
        "product": "morphine-er",
        "dose": "90 mg q8h",
        "reduce": "10%",
        "every": "1w",
        "start": "2026-12-07",
        "holds": ["2w@every4"],
        "on_opioids_for": "8w",
        "label": "Practice copy",
    },
    # immediate-release tablets four times a day, halves allowed, slowly, over a year
    "ir-q6h": {
        "product": "oxycodone-ir",
        "dose": "20 mg q6h",
        "reduce": "10%",
        "every": "2w",
        "start": "2026-12-07",
        "split": "halves",
        "on_opioids_for": "8mo",
        "risks": ["age-65", "sleep-apnea"],
        "reduce_on": ["mon"],
    },
    # patches, monthly
    "fentanyl-patch": {
        "product": "fentanyl patch",
        "dose": "75 mcg/h",
        "reduce": "12 mcg/h",
        "every": "4w",
        "start": "2026-12-07",
        "on_opioids_for": "3y",
    },
    # two opioids, one tapered after the other; revised under way
    "two-opioids": {
        "product": "morphine-er",
        "dose": "60 mg q12h",
        "also": ["oxycodone-ir 10 mg q6h"],
        "every": "2w",
        "start": "2026-12-07",
        "on_opioids_for": "20w",
    },
}
NAMES = tuple(REQUESTS)
REVISIONS: dict[str, tuple[date, dict[str, str]]] = {
    "two-opioids": (
        date(2027, 2, 22),
        {"hold": "4w", "step_back": "withdrawal, no sleep", "why": "agreed at the visit"},
    ),
}


def first_plan_of(name: str) -> Plan:
    """One of the four plans, before any revision."""
    return plan(**REQUESTS[name])  # type: ignore[arg-type]


@lru_cache(maxsize=8)
def plan_of(name: str) -> Plan:
    """One of the four plans, revised where it is to be."""
    made = first_plan_of(name)
    if name in REVISIONS:
        day, change = REVISIONS[name]
        made = revise(made, day, **change)
    return made


def rendered(name: str, suffix: str, options: Options | None = None) -> bytes:
    """The bytes of a plan in a format, as they are written to a file."""
    made = render(plan_of(name), suffix, options)
    return made if isinstance(made, bytes) else made.encode("utf-8")


def assert_same_as_kept(
    name: str, suffix: str, options: Options | None = None, variant: str = ""
) -> None:
    """Compare an export with the kept file ``NAME[.VARIANT]SUFFIX``."""
    path = FILES / ".".join(part for part in (name, variant) if part)
    path = path.with_name(path.name + suffix)
    made = rendered(name, suffix, options)
    if os.environ.get("TAPER_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made)
    kept = path.read_bytes()
    if suffix not in {".pdf", ".xlsx", ".png"}:  # text first: its difference can be read
        assert made.decode().splitlines() == kept.decode().splitlines()
    assert made == kept, f"{path.name} is not what was kept"
