"""What falls due, from saved plans that are made again: quick over hundreds of them."""

from __future__ import annotations

import time
from datetime import date

from taper.course.agenda import due
from taper.course.saved import parse_plan
from taper.planning.make import planned as plan

TEXT = plan("oxycodone-ir", "10 mg q6h", start="2026-12-07", every="2w").to_json()


def test_only_the_days_that_are_asked_for():
    found = due(parse_plan(TEXT), "a.json", date(2026, 12, 21), 1)
    assert {entry.date for entry in found} == {date(2026, 12, 21)}
    assert found == sorted(found)


def test_a_fill_says_what_is_dispensed():
    (fill,) = [
        entry
        for entry in due(parse_plan(TEXT), "a.json", date(2026, 12, 7), 1)
        if entry.kind == "fill"
    ]
    assert fill.what == "oxycodone-ir 70 x 10 mg, 42 x 5 mg (28 days)"


def test_hundreds_of_plans_take_a_moment():
    begin = time.perf_counter()
    for number in range(100):
        due(parse_plan(TEXT), f"{number}.json", date(2026, 12, 7), 7)
    assert time.perf_counter() - begin < 5
