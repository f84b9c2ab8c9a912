"""Contract 9: labels, fills and what is on hand, as a pharmacist would read them."""

from __future__ import annotations

import pytest
from written import taper

from taper import InputError
from taper.quantities import plain


def labels(plan, number=0):
    """The label of each strength of a fill."""
    return {item.strength.label: item.directions for item in plan.supply[number].items}


def dispensed(plan):
    return [
        (fill.date.isoformat(), {i.strength.label: plain(i.quantity) for i in fill.items})
        for fill in plan.supply
    ]


@pytest.mark.parametrize(
    ("product", "dose", "expected"),
    [
        (
            "morphine-er",
            "75 mg q12h",
            {
                "60": "Take one 60 mg tablet by mouth every 12 hours; take with the 15 mg tablets.",
                "15": "Take one 15 mg tablet by mouth every 12 hours; take with the 60 mg tablets.",
            },
        ),
        (
            "morphine-er",
            "75/60 mg",
            {
                "60": "Take one 60 mg tablet by mouth every 12 hours; take with the 15 mg tablets.",
                "15": (
                    "Take one 15 mg tablet by mouth once a day, in the morning;"
                    " take with the 60 mg tablets."
                ),
            },
        ),
        (
            "oxycodone-ir",
            "10/5/5/10 mg",
            {
                "10": "Take one 10 mg tablet by mouth in the morning and at bedtime.",
                "5": "Take one 5 mg tablet by mouth at noon and in the evening.",
            },
        ),
        (
            "fentanyl-patch",
            "112.5 mcg/h",
            {
                "100": (
                    "Apply one 100 mcg/h patch to the skin; change every 72 hours;"
                    " apply with the 12 mcg/h patches."
                ),
                "12": (
                    "Apply one 12 mcg/h patch to the skin; change every 72 hours;"
                    " apply with the 100 mcg/h patches."
                ),
            },
        ),
        (
            "morphine-solution",
            "5/10 mg",
            {
                "2 mg/mL": (
                    "Take by mouth, from the 2 mg/mL liquid: 5 mg (2.5 mL) in the morning;"
                    " 10 mg (5 mL) in the evening."
                )
            },
        ),
    ],
)
def test_the_label_of_each_bottle_says_what_is_taken_from_it(product, dose, expected):
    assert labels(taper(product, dose, baseline="8w")) == expected


def test_a_label_is_dated_if_the_dose_changes_within_the_fill():
    plan = taper("morphine-er", "30 mg q12h", baseline="1w", reduce="50%", override_rate="test")
    (label,) = [text for text in labels(plan).values() if "30 mg" in text.split(";")[0]][:1]
    assert label.startswith("From 2026-12-07 to 2026-12-13: Take one 30 mg tablet by mouth every")


def test_a_fill_ends_with_a_row_rather_than_carry_less_than_four_days_of_the_next():
    plan = taper("morphine-er", "60 mg q12h", baseline="26d", every="4w")
    assert plan.supply[0].days_supply == 26
    longer = taper("morphine-er", "60 mg q12h", baseline="24d", every="4w")
    assert longer.supply[0].days_supply == 28


def test_a_fill_is_made_on_the_last_working_day_before_it_serves():
    plan = taper("morphine-er", "60 mg q12h", start="2026-12-26", baseline="8w")  # a Saturday
    assert f"{plan.supply[0].not_before:%a %d %b}" == "Thu 24 Dec"  # Friday is Christmas Day


def test_one_step_at_a_time_is_at_most_four_weeks():
    plan = taper("morphine-er", "60 mg q12h", baseline="8w", fill="step")
    assert [fill.days_supply for fill in plan.supply][:2] == [28, 28]


@pytest.mark.parametrize(
    ("product", "fill", "patches", "days"),
    [
        ("fentanyl-patch", "28d", 9, 27),  # at most 28 days, in whole patches
        ("fentanyl-patch", "30d", 10, 30),
        ("fentanyl-patch", "2d", 1, 3),  # one patch at least
        ("buprenorphine-patch", "28d", 4, 28),
    ],
)
def test_fills_hold_whole_patches(product, fill, patches, days):
    dose = "75 mcg/h" if product == "fentanyl-patch" else "10 mcg/h"
    first = taper(product, dose, fill=fill, baseline="20w").supply[0]
    assert sum(item.quantity for item in first.items) == patches * 1000
    assert first.days_supply == days


def test_what_is_on_hand_is_used_first():
    plan = taper(
        "morphine-er", "60 mg q12h", every="4w", baseline="8w", on_hand=["60 x 60 mg", "5 x 15"]
    )
    assert dispensed(plan)[0] == ("2027-01-04", {"60": "52"})  # 56 + 56 - 60
    left = {item.strength.label: item.quantity for item in plan.dispensing.leftover}
    assert "60" not in left


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("some tablets", "'some tablets' is not an amount on hand"),
        ("40 x 17 mg", "morphine-er is not marketed as '17 mg'"),
        ("120 mL", "no medicine of this plan is counted so"),
    ],
)
def test_what_cannot_be_on_hand(text, said):
    with pytest.raises(InputError) as caught:
        taper("morphine-er", "60 mg q12h", on_hand=[text])
    (problem,) = caught.value.problems
    assert (problem.field, problem.message) == ("on_hand", said)


@pytest.mark.parametrize(
    ("dose", "fields", "expected"),
    [
        (  # five a day are no round number of hours apart
            "5 mg q4h prn",
            {"taking": "25 mg"},
            "Take one 5 mg tablet by mouth at 06:00, at 10:00, at 14:00, at 18:00 and at 22:00.",
        ),
        (  # nor are morning and noon twelve hours apart
            "5/5/0/0 mg",
            {},
            "Take one 5 mg tablet by mouth in the morning and at noon.",
        ),
        (
            "5 mg q6h prn",
            {"taking": "15 mg", "as_needed": "keep"},
            (
                "Take one 5 mg tablet by mouth as needed, at least 6 hours apart,"
                " at most 3 times a day."
            ),
        ),
    ],
    ids=["five a day", "morning and noon", "as needed"],
)
def test_a_label_tells_the_times_that_hours_do_not(dose, fields, expected):
    plan = taper("oxycodone-ir", dose, baseline="8w", every="4w", **fields)
    assert labels(plan) == {"5": expected}
