"""Contract 4: the worked plans, row by row: kind, days, administrations by size, unavoidable cuts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taper.planning.make import make_plan
from taper.quantities import plain
from taper.reading import read

DATA = Path(__file__).parents[1] / "data"
WORKED = json.loads((DATA / "worked-plans.json").read_text(encoding="utf-8"))


def written(request: dict) -> str:
    return "{product} {dose}, {reduce} every {every} of {of}".format(**request)


def as_worked(step) -> list:
    """A row as the examples print it."""
    row = [step.kind, step.days, [plain(amount) for amount in step.regimen.ranks]]
    return [*row, "unavoidable-cut"] if "unavoidable-cut" in step.findings else row


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: written(worked["request"]))
def test_the_rows_of_a_worked_plan(worked):
    plan = make_plan(read(worked["request"]))
    assert [as_worked(step) for step in plan.steps[1:]] == worked["rows"]
