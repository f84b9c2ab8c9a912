"""The second reading of section 7 reproduces the calendars that the contract works out."""

import json
from datetime import date
from pathlib import Path

import pytest

from verify.calendar import WINDOWS, Dates, checks, working_days

DATA = Path(__file__).parents[1] / "data"
WORKED = json.loads((DATA / "worked-checks.json").read_text(encoding="utf-8"))


def ordinal(text):
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize("number", range(len(WORKED)))
def test_a_worked_calendar_is_reproduced_to_the_day(number: int):
    example = WORKED[number]
    reductions = tuple(ordinal(day) for day in example["reductions"])
    stop = ordinal(example["stop"])
    dates = Dates(ordinal(example["start"]), reductions, stop, stop)
    found = checks(dates, lambda _: WINDOWS[example["formulation"]], working_days("US"))
    wanted = [(ordinal(day), set(reasons)) for day, *reasons in example["checks"]]
    assert [(day, set(reasons)) for day, reasons in found] == wanted
