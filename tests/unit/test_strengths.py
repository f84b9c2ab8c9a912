"""``--prefer fewest-strengths``: what each row is then taken from, over the whole plan."""

from __future__ import annotations

import pytest

from taper.planning.make import planned as plan
from taper.regimen.directions import units_in_figures


def taken(made) -> list[str]:
    """What each administration of the first rows is taken from."""
    return [
        ", ".join(
            units_in_figures(step.regimen.product, units) or "-" for units in step.regimen.units
        )
        for step in made.steps
    ]


@pytest.mark.parametrize(
    ("product", "dose", "fields", "rows"),
    [
        (  # one strength makes it all; the current dose stays as it is taken now
            "morphine-er",
            "60 mg q8h",
            {},
            ["60, 60, 60", "4x15, 3x15, 4x15", "3x15, 3x15, 4x15", "3x15, 2x15, 3x15"],
        ),
        (  # with four tablets at most two strengths are needed: of these the fewest tablets
            "morphine-er",
            "90 mg q8h",
            {"every": "4w"},
            [
                "3x30, 3x30, 3x30",
                "2x30 + 15, 2x30 + 15, 3x30",
                "2x30 + 15, 2x30, 2x30 + 15",
                "2x30, 2x30, 2x30 + 15",
                "2x30, 30 + 15, 2x30",
            ],
        ),
        (
            "oxycodone-ir",
            "30 mg q6h",
            {"every": "2w"},
            [
                "30, 30, 30, 30",
                "2x15, 15 + 2x5, 15 + 2x5, 2x15",
                "15 + 2x5, 15 + 5, 15 + 2x5, 15 + 2x5",
            ],
        ),
        (
            "oxycodone-ir",
            "20 mg q12h",
            {"every": "2w", "stock": ["10", "20"]},
            ["20, 20", "2x10, 2x10", "10, 2x10", "10, 10", "10", ""],
        ),
        (  # halves of one strength
            "oxycodone-ir",
            "10 mg q6h",
            {"every": "2w", "split": "halves", "stock": ["5", "10", "15"]},
            ["10, 10, 10, 10", "2x5, 1½x5, 1½x5, 2x5", "1½x5, 1½x5, 1½x5, 2x5"],
        ),
        (
            "fentanyl-patch",
            "100 mcg/h",
            {"every": "2w"},
            ["100", "62.5 + 25", "62.5 + 12", "62.5", "2x25", "25 + 12", "25"],
        ),
        (
            "morphine-solution",
            "10 mg q6h",
            {"every": "2w"},
            ["5 mL, 5 mL, 5 mL, 5 mL", "4.5 mL, 4.5 mL, 4.5 mL, 4.5 mL"],
        ),
    ],
)
def test_what_each_row_is_taken_from(product, dose, fields, rows):
    made = plan(product, dose, start="2026-12-07", prefer="fewest-strengths", **fields)
    assert taken(made)[: len(rows)] == rows
    usual = plan(product, dose, start="2026-12-07", **fields)
    assert [step.regimen.amounts for step in made.steps] == [
        step.regimen.amounts for step in usual.steps
    ]


def test_each_product_has_its_own():
    made = plan(
        "oxycodone-er",
        "40 mg q12h",
        start="2026-12-07",
        every="2w",
        finish_with="oxycodone-ir q6h",
        finish_at="40 mg",
        prefer="fewest-strengths",
    )
    used: dict[str, set[str]] = {}
    for step in made.steps[1:]:
        for strength, _ in step.regimen.per_day:
            used.setdefault(step.regimen.product.id, set()).add(strength.label)
    assert used == {"oxycodone-er": {"10", "15"}, "oxycodone-ir": {"5"}}


def test_other_opioids_have_their_own_while_they_wait_too():
    fields = {"also": ["oxycodone-ir 15 mg q6h", "tramadol-ir 50 mg q6h"], "keep": ["tramadol-ir"]}
    made = plan(
        *("morphine-er", "30 mg q12h"),
        start="2026-12-07",
        every="2w",
        prefer="fewest-strengths",
        **fields,
    )
    usual = plan("morphine-er", "30 mg q12h", start="2026-12-07", every="2w", **fields)
    labels: dict[str, set[str]] = {}
    for step in made.steps[1:]:
        for regimen in (step.regimen, *step.companions):
            labels.setdefault(regimen.product.id, set()).update(
                strength.label for strength, _ in regimen.per_day
            )
    assert labels == {"morphine-er": {"15"}, "oxycodone-ir": {"5"}, "tramadol-ir": {"50"}}
    assert made.steps[0] == usual.steps[0]  # what is taken now
    for few, many in zip(made.steps, usual.steps, strict=True):
        assert few.regimen.amounts == many.regimen.amounts
        for ours, theirs in zip(few.companions, many.companions, strict=True):
            assert ours.amounts == theirs.amounts


@pytest.mark.parametrize(
    ("dose", "most"),
    [("10 mg q6h", 1300), ("2 x 5/325 mg q6h", 2275), ("3 x 5/325 mg q6h", 3575)],
)
def test_no_row_has_more_of_the_other_ingredient_than_the_plan_had(dose, most):
    fields = {"start": "2026-12-07", "every": "2w"}
    for prefer in ("fewest-units", "fewest-strengths"):
        made = plan("oxycodone-apap", dose, prefer=prefer, **fields)
        assert max(step.regimen.other_daily for step in made.steps[1:]) == most * 1000
