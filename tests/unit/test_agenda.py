"""What falls due, from the text of saved plans: quick over hundreds of them."""

from __future__ import annotations

import time
from datetime import date

import pytest

from taper import InputError
from taper.course.agenda import due
from taper.planning.make import planned as plan

TEXT = plan("oxycodone-ir", "10 mg q6h", start="2026-12-07", every="2w").to_json()


def test_only_the_days_that_are_asked_for():
    found = due(TEXT, "a.json", date(2026, 12, 21), 1)
    assert {entry.date for entry in found} == {date(2026, 12, 21)}
    assert found == sorted(found)


def test_a_fill_says_what_is_dispensed():
    (fill,) = [entry for entry in due(TEXT, "a.json", date(2026, 12, 7), 1) if entry.kind == "fill"]
    assert fill.what.startswith("oxycodone-ir 10 x ")
    assert fill.what.endswith("(28 days)")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"schema": "taper-plan/1"}', '{"schema": "taper-plan/2"}']
)
def test_what_is_no_plan_is_an_error(text):
    with pytest.raises(InputError, match=r"a\.json"):
        due(text, "a.json", date(2026, 12, 7), 1)


def test_hundreds_of_plans_take_a_moment():
    begin = time.perf_counter()
    for number in range(300):
        due(TEXT, f"{number}.json", date(2026, 12, 7), 7)
    assert time.perf_counter() - begin < 5
