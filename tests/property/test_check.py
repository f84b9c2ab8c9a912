"""`taper check` finds nothing wrong in what the tool itself wrote, in any format."""

from __future__ import annotations

from hypothesis import given
from strategies import planned, requests
from test_revise import courses

from taper.export import render
from taper.lint import lint


def errors(text: str, name: str, market: str = "us") -> list[str]:
    """What is wrong, in words."""
    report = lint(text, name, market=market)
    return [f"{f.row} {f.column} {f.message}" for f in report.faults if f.level == "error"]


@given(requests())
def test_nothing_is_wrong_in_a_plan_that_the_tool_wrote(fields):
    plan = planned(fields)
    assert errors(plan.to_json(), "plan.json") == []


@given(requests())
def test_nothing_is_wrong_in_the_schedule_csv_of_a_plan(fields):
    plan = planned(fields)
    assert errors(render(plan, ".csv"), "plan.csv", plan.request.formulary.market) == []


@given(courses())
def test_nothing_is_wrong_in_a_plan_that_was_changed_under_way(versions):
    plan = versions[-1][0]
    assert errors(plan.to_json(), "plan.json") == []
    assert errors(render(plan, ".csv"), "plan.csv", plan.request.formulary.market) == []


@given(requests())
def test_the_json_says_no_more_than_the_plan_itself(fields):
    plan = planned(fields)
    found = {fault.id for fault in lint(plan.to_json(), "plan.json").faults}
    assert found == {finding.id for finding in plan.findings}
