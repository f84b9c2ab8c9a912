"""Contract 4.7h: a change of product keeps the dose; a dose too far from it is no change."""

from __future__ import annotations

import pytest
from written import taper

from taper.errors import InputError
from taper.quantities import plain


@pytest.mark.parametrize(
    ("dose", "at", "before", "after"),
    [  # oxycodone-ir once a day makes at most 120 mg
        ("80 mg q12h", "95%", "150", "120"),
        ("90 mg q12h", "165 mg", "165", "120"),  # 45 mg: exactly 25% of the original 180 mg
        ("160 mg q8h", "245 mg", "240", "120"),  # exactly half, and exactly 25% of 480 mg
        ("240 mg q8h", "240 mg", "230", "120"),
    ],
)
def test_a_smaller_dose_of_the_other_product_within_the_limits_of_a_cut(dose, at, before, after):
    fields = {"finish_with": "oxycodone-ir q24h", "finish_at": at, "reduce": "2%"}
    plan = taper("oxycodone-er", dose, **fields)
    change = next(step for step in plan.steps if step.kind == "change")
    assert (plain(change.before), plain(change.daily)) == (before, after)


@pytest.mark.parametrize(
    ("dose", "at", "same"),
    [
        ("90 mg q12h", "170 mg", "170"),  # 50 mg is more than 25% of the original 180 mg
        ("240 mg q8h", "245 mg", "245"),  # 125 mg is not, of 720 mg, but it is more than half
    ],
)
def test_a_cut_over_the_limits_is_no_change(dose, at, same):
    fields = {"finish_with": "oxycodone-ir q24h", "finish_at": at, "reduce": "2%"}
    with pytest.raises(InputError) as caught:
        taper("oxycodone-er", dose, **fields)
    (problem,) = caught.value.problems
    assert problem.message == (
        f"oxycodone-ir makes at most 120 mg a day every 24 hours, and the change is at {same} mg"
    )


def test_a_change_to_a_combination_within_the_maximum_of_the_other_ingredient():
    fields = {"every": "4w", "reduce": "20%", "of": "original", "market": "uk"}
    finish = {"finish_with": "co-codamol q6h", "finish_at": "240 mg"}
    plan = taper("codeine-ir", "75 mg q6h", **fields, **finish)
    change = next(step for step in plan.steps if step.kind == "change")
    assert change.regimen.other_daily == 4_000_000  # eight tablets of 30/500: the maximum


def test_a_change_over_the_maximum_of_the_other_ingredient():
    finish = {"finish_with": "hydrocodone-apap q4h", "finish_at": "95%"}
    with pytest.raises(InputError) as caught:
        taper("hydrocodone-er", "200 mg q24h", **finish)
    (problem,) = caught.value.problems
    assert (problem.field, problem.message, problem.hint) == (
        "finish_with",
        "hydrocodone-apap would give 5,850 mg of acetaminophen",
        "change at a lower dose with --finish-at",
    )
