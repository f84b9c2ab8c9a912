"""`taper check` finds nothing wrong in what the tool itself wrote, in any format."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from strategies import planned, requests
from test_revise import courses

from taper.export import render
from taper.lint import lint


def errors(text: str | bytes, name: str, market: str = "us") -> list[str]:
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
def test_the_json_gives_the_findings_of_the_plan_exactly(fields):
    plan = planned(fields)
    faults = lint(plan.to_json(), "plan.json").faults
    found = sorted((f.id, f.row or 0, f.level, f.message) for f in faults)
    assert found == sorted((f.id, f.step or 0, f.level, f.message) for f in plan.findings)


# What a plan says of its own rule where the rows show something of their own; either way round.
_OF_THE_RULE = {
    "cut-over-25-percent",  # asked for or forced: the strengths at hand and the rule decide
    "unavoidable-cut",
    "stop-from-high-dose",  # of the strengths at hand
    "no-smaller-dose",
}


def without_findings(text: str) -> str:
    """A schedule CSV without the column in which the plan says what it found."""
    rows = list(csv.reader(io.StringIO(text)))
    place = rows[0].index("findings")
    out = io.StringIO()
    csv.writer(out).writerows(row[:place] + row[place + 1 :] for row in rows)
    return out.getvalue()


@given(requests())
def test_the_schedule_csv_gives_the_findings_of_the_plan_or_says_which_it_cannot(fields):
    plan = planned(fields)
    text = without_findings(render(plan, ".csv"))
    faults = lint(text, "plan.csv", market=plan.request.formulary.market).faults
    found = {fault.id for fault in faults} - {"not-assessed"}
    left_out = {
        name for fault in faults if fault.id == "not-assessed" for name in fault.value.split()
    }
    of_plan = {finding.id for finding in plan.findings}
    assert of_plan - found <= left_out
    assert found - of_plan <= _OF_THE_RULE


@given(requests())
def test_nothing_is_wrong_in_the_workbook_and_the_fhir_of_a_plan(fields):
    plan = planned(fields)
    market = plan.request.formulary.market
    assert errors(render(plan, ".fhir.json"), "plan.fhir.json", market) == []
    assert errors(render(plan, ".xlsx"), "plan.xlsx", market) == []
