"""The second reading reproduces every plan that the contract works out, row by row."""

import json
from pathlib import Path

import pytest

from verify.planner import Row, plan
from verify.words import asked

DATA = Path(__file__).parents[1] / "data"
WORKED = json.loads((DATA / "worked-plans.json").read_text(encoding="utf-8"))


def written(row: Row) -> list[object]:
    days = None if row.end is None else row.end - row.first
    amounts = [f"{amount / 1000:g}" for amount in sorted((a for _, a in row.taken), reverse=True)]
    return [row.kind, days, amounts, *row.marks]


@pytest.mark.parametrize("number", range(len(WORKED)))
def test_a_worked_plan_is_reproduced_row_by_row(number: int):
    example = WORKED[number]
    assert [written(row) for row in plan(asked(example["request"]))] == example["rows"]
