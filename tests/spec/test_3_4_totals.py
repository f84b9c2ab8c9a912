"""Contract 3.4 and 3.3: a goal in MME is that of all opioids together, also on the way."""

from __future__ import annotations

from fractions import Fraction

import pytest
from written import taper

from taper.course.revise import replay, revise
from taper.course.saved import parse_plan
from taper.errors import InputError
from taper.quantities import THOUSAND
from taper.safety.equivalents import total_mme

OXYCODONE = {"also": ["oxycodone-ir 10 mg q6h"]}
# (product, dose, other fields, goal, the last row: product, mg a day, and MME of all)
REACHED = [
    ("morphine-er", "60 mg q8h", {}, "50 MME", "morphine-er", 45, 45),
    ("morphine-er", "60 mg q8h", OXYCODONE, "90 MME", "morphine-er", 30, 90),
    ("morphine-er", "60 mg q8h", OXYCODONE, "50 MME", "oxycodone-ir", 30, 45),
    (
        *("morphine-er", "60 mg q8h"),
        {"also": ["oxycodone-ir 5 mg q6h"], "keep": ["oxycodone-ir"]},
        *("50 MME", "morphine-er", 15, 45),
    ),
    (
        *("morphine-er", "30 mg q12h"),
        {"also": ["oxycodone-ir 10 mg q6h", "tramadol-ir 50 mg q6h"]},
        *("50 MME", "oxycodone-ir", 5, Fraction("47.5")),
    ),
    ("morphine-er", "15 mg q12h", {"also": ["oxycodone-ir 20 mg q6h"]}, "50 MME", "oxycodone-ir", 30, 45),
    ("fentanyl-patch", "100 mcg/h", {}, "50 MME", "fentanyl-patch", Fraction("12.5"), 30),
    ("fentanyl-patch", "50 mcg/h", OXYCODONE, "50 MME", "oxycodone-ir", 30, 45),
    ("morphine-solution", "30 mg q4h", {}, "50 MME", "morphine-solution", 50, 50),
    ("oxycodone-apap", "10/325 mg q4h", {}, "50 MME", "oxycodone-apap", Fraction("32.5"), Fraction("48.75")),
    (
        *("oxycodone-ir", "15 mg q4h prn", {"taking": "90 mg", "as_needed": "keep"}),
        *("50 MME", "oxycodone-ir", 30, 45),
    ),
    ("oxycodone-er", "40 mg q12h", {"finish_with": "oxycodone-ir"}, "20 MME", "oxycodone-ir", 10, 15),
]  # fmt: skip


def ends(plan):
    """The last row: its product, dose and what everything comes to in MME."""
    last = plan.steps[-1]
    mme = total_mme(last)
    return last.regimen.product.id, Fraction(last.daily, THOUSAND), Fraction(*mme)


@pytest.mark.parametrize(("product", "dose", "fields", "goal", "last", "daily", "mme"), REACHED)
def test_the_goal_is_of_all_opioids_together(product, dose, fields, goal, last, daily, mme):
    plan = taper(product, dose, every="2w", to=goal, **fields)
    assert ends(plan) == (last, daily, mme)
    assert plan.steps[-1].kind == "maintain"
    assert plan.stop_date is None


def test_what_is_kept_must_leave_room_for_the_goal():
    fields = {"also": ["oxycodone-ir 20 mg q6h"], "keep": ["oxycodone-ir"], "to": "50 MME"}
    with pytest.raises(InputError, match="what is kept comes to 120 MME a day, above the goal"):
        taper("morphine-er", "60 mg q8h", **fields)


@pytest.mark.parametrize("day", ["2026-12-10", "2027-02-01", "2027-05-10", "2027-06-01"])
def test_a_goal_in_mme_on_the_way_whichever_opioid_it_is_the_turn_of(day):
    asked = {"every": "2w", "also": ["oxycodone-ir 20 mg q6h"]}
    first = taper("morphine-er", "30 mg q12h", **asked)
    plan = revise(first, day, to="50 MME")
    assert ends(plan) == ("oxycodone-ir", 30, 45)
    assert plan.stop_date is None
    text = plan.to_json()
    assert parse_plan(text).to_json() == text
    assert replay(first, plan.revisions).to_json() == text


def test_a_goal_in_mg_is_that_of_the_main_opioid():
    first = taper("morphine-er", "30 mg q12h", every="2w", also=["oxycodone-ir 20 mg q6h"])
    with pytest.raises(InputError, match="at its end by then"):
        revise(first, "2027-06-01", to="15 mg")
