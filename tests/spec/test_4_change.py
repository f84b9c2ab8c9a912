"""Contract 4.7h: a change of product keeps the dose; a dose too far from it is no change."""

from __future__ import annotations

import pytest
from written import amounts, taper

from taper.errors import InputError
from taper.quantities import plain


def change_of(plan):
    """The row in which the product changes."""
    return next(step for step in plan.steps if step.kind == "change")


@pytest.mark.parametrize(
    ("reduce", "before", "after"),
    [  # oxycodone-ir once a day makes at most 120 mg; 8% of 140 mg is 11.2 mg
        ("8%", "130", "120"),
        ("10%", "120", "120"),
    ],
)
def test_a_change_may_lower_the_dose_by_the_reduction_asked_for(reduce, before, after):
    fields = {"finish_with": "oxycodone-ir q24h", "finish_at": "95%", "reduce": reduce}
    change = change_of(taper("oxycodone-er", "70 mg q12h", **fields))
    assert (plain(change.before), plain(change.daily)) == (before, after)


def test_a_change_that_lowers_the_dose_by_more_names_what_works():
    fields = {"finish_with": "oxycodone-ir q24h", "finish_at": "95%", "reduce": "5%"}
    with pytest.raises(InputError) as caught:
        taper("oxycodone-er", "80 mg q12h", **fields)
    (problem,) = caught.value.problems
    assert problem.message == (
        "oxycodone-ir taken once a day makes at most 120 mg a day, and the change is at 150 mg"
    )
    assert problem.hint == "take it more often: oxycodone-ir q12h"


@pytest.mark.parametrize(
    ("product", "dose", "finish", "after"),
    [
        # as often as the medicine in force
        ("methadone-tablet", "10 mg q8h", "methadone-solution", "5/5/5"),
        ("oxycodone-ir", "10 mg q8h", "oxycodone-solution", "5/5/5"),
        # after an extended-release product four times a day
        ("oxycodone-er", "20 mg q12h", "oxycodone-ir", "5/5/5/5"),
        ("morphine-er", "30 mg q12h", "morphine-solution", "11/11/11/12"),
        # another extended-release product as often as the first
        ("morphine-er", "30 mg q12h", "morphine-er-capsule", "20/20"),
        # an interval that is asked for
        ("oxycodone-er", "20 mg q12h", "oxycodone-ir q12h", "10/10"),
    ],
)
def test_how_often_the_other_product_is_taken(product, dose, finish, after):
    change = change_of(taper(product, dose, every="2w", finish_with=finish))
    assert amounts(change.regimen) == after


def test_the_product_changes_before_the_next_cut_would_be_unavoidable():
    # 20 mg in 10 mg tablets: the next lower dose is 10 mg, half
    plan = taper("oxycodone-er", "20 mg q12h", every="2w", finish_with="oxycodone-ir")
    change = change_of(plan)
    assert plain(change.before) == "20"
    assert all(4 * step.cut <= step.before for step in plan.steps[1 : change.number] if step.cut)


def test_halves_are_of_the_product_that_can_be_split():
    fields = {"finish_with": "oxycodone-ir", "split": "halves", "every": "2w"}
    plan = taper("oxycodone-er", "20 mg q12h", **fields)
    last = plan.steps[-2].regimen
    assert (last.product.id, amounts(last)) == ("oxycodone-ir", "2.5")


@pytest.mark.parametrize(
    ("product", "dose", "finish"),
    [
        ("buprenorphine-patch", "20 mcg/h", "buprenorphine-buccal"),
        ("buprenorphine-buccal", "450 mcg q12h", "buprenorphine-patch"),
    ],
)
def test_no_change_between_a_patch_and_a_film(product, dose, finish):
    with pytest.raises(InputError) as caught:
        taper(product, dose, finish_with=finish)
    (problem,) = caught.value.problems
    assert problem.field == "finish_with"


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
