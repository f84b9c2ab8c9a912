"""Laws of repetition: the same request is the same plan, and a plan survives its own file."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import event, given, settings
from hypothesis import strategies as st
from strategies import planned, requests

from taper.course.saved import parse_plan
from taper.errors import InputError, Refused
from taper.planning.make import ended, make_plan
from taper.reading import read


@given(requests())
def test_the_same_request_gives_the_same_bytes(fields):
    assert planned(fields).to_json() == planned(fields).to_json()


@given(requests())
def test_the_order_of_the_fields_does_not_matter(fields):
    backwards = dict(reversed(list(fields.items())))
    assert planned(fields).to_json() == planned(backwards).to_json()


@given(requests())
def test_the_request_of_a_plan_planned_again_gives_the_same_plan(fields):
    text = planned(fields).to_json()
    again = make_plan(read(json.loads(text)["request"]))
    assert again.to_json() == text


@given(requests())
def test_a_plan_read_back_is_the_plan_that_was_saved(fields):
    text = planned(fields).to_json()
    assert parse_plan(text).to_json() == text


@given(requests())
def test_of_another_version_the_rows_stand_and_give_the_same_checks_and_fills(fields):
    made = planned(fields).to_dict()
    made["made_with"]["taper"] = "0.0.1"
    read_back = parse_plan(json.dumps(made)).to_dict()
    for name in ("steps", "findings"):  # findings are counted anew, and name no other plan
        made.pop(name), read_back.pop(name)
    assert read_back == made


@settings(max_examples=settings.default.max_examples // 4)  # each tries many paces
@given(requests(simple=True), st.integers(10, 60))
def test_the_gentlest_pace_that_ends_in_time_is_found_and_kept(fields, weeks):
    fields = {name: fields[name] for name in fields if name not in {"reduce", "of"}}
    fields |= {"over": f"{weeks}w", "every": "2w"}
    try:
        plan = planned(fields)
    except Refused as refused:
        event("refused: " + refused.problems[0].id)
        return
    except InputError as error:
        if "no reduction every 2w ends by" not in str(error):
            raise
        at_once = {**fields, "over": None, "reduce": "100%", "override_rate": "to end in time"}
        assert ended(planned(at_once).steps) > date(2026, 12, 7) + timedelta(weeks=weeks)
        return
    text = plan.to_json()
    assert make_plan(read(json.loads(text)["request"])).to_json() == text
    assert parse_plan(text).to_json() == text
    day = plan.start + timedelta(weeks=weeks)
    assert ended(plan.steps) <= day
    tenths = round(Fraction(json.loads(text)["rule"]["parts"][0]["reduce"].rstrip("%")) * 10)
    if tenths > 10:
        slower = {**fields, "over": None, "reduce": f"{(tenths - 1) // 10}.{(tenths - 1) % 10}%"}
        assert ended(planned(slower).steps) > day
