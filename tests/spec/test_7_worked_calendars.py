"""Calendars of checks worked out by hand from contract 7, with the public holidays of the US."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from taper.formulary.working_days import calendar_from
from taper.safety.check_dates import Fall, Looked, Spacing, check_dates
from taper.safety.withdrawal_checks import facts

PATH = Path(__file__).parents[1] / "data" / "worked-checks.json"
CASES = json.loads(PATH.read_text(encoding="utf-8"))
TIMING = {
    "methadone": "long-acting",
    "fentanyl": "fentanyl-patch",
    "buprenorphine": "buprenorphine-patch",
    "film": "er",
}


def _calendar(case):
    known = facts()
    first, last = known.timing[TIMING.get(case["formulation"], case["formulation"])]
    start = date.fromisoformat(case["start"])

    def number(day):
        return (date.fromisoformat(day) - start).days

    falls = [Fall(number(day), first, last) for day in case["reductions"]]
    falls.append(Fall(number(case["stop"]), first, last, stops=True))
    spacing = Spacing(known.before, known.near, known.short, known.after_stop, 28)
    looked = Looked(falls[-1].day, tuple(falls), (), spacing)
    days = {}
    for place, reason in check_dates(looked, calendar_from("us", start)):
        day = start + timedelta(days=place)
        days.setdefault(day.isoformat(), set()).add(reason)
    return [[day, *sorted(reasons)] for day, reasons in days.items()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['formulation']} {case['start']}")
def test_the_calendar_is_the_one_worked_out(case):
    assert _calendar(case) == [[day, *sorted(reasons)] for day, *reasons in case["checks"]]
