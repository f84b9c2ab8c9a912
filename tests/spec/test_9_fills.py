"""Contract 9 as a pharmacy would fill it: every fill of a few plans, and what its labels say."""

from __future__ import annotations

import re
from datetime import date

import pytest
from written import taper

from taper.course.revise import revise
from taper.quantities import plain


def fills(plan) -> list[tuple[str, int, str]]:
    """Each fill as (first day, days, what is dispensed): ``42 x 30, 14 x 15``."""
    return [
        (
            fill.date.isoformat(),
            fill.days_supply,
            ", ".join(f"{plain(item.quantity)} x {item.strength.label}" for item in fill.items),
        )
        for fill in plan.supply
    ]


@pytest.fixture(scope="module")
def planned():
    """30/30 mg; 15/30 mg from 21 December; 15/15 mg from 18 January; 15 mg in March; then none."""
    return taper("morphine-er", "30 mg q12h", every="2w")


def test_four_weeks_at_a_time(planned):
    assert fills(planned) == [
        ("2026-12-07", 28, "42 x 30, 14 x 15"),
        ("2027-01-04", 28, "14 x 30, 42 x 15"),
        ("2027-02-01", 28, "56 x 15"),
        ("2027-03-01", 28, "28 x 15"),
    ]
    assert [fill.number for fill in planned.supply] == [1, 2, 3, 4]
    assert [fill.not_before for fill in planned.supply] == [fill.date for fill in planned.supply]
    assert {item.unit for fill in planned.supply for item in fill.items} == {"tablet"}
    assert planned.dispensing.leftover == ()


def test_the_label_of_each_strength_has_the_days_that_it_is_taken(planned):
    assert [[item.directions for item in fill.items] for fill in planned.supply] == [
        [
            (
                "From 2026-12-07 to 2026-12-20: Take one 30 mg tablet by mouth every 12 hours."
                " From 2026-12-21 to 2027-01-03:"
                " Take one 30 mg tablet by mouth once a day, in the evening."
            ),
            (
                "From 2026-12-21 to 2027-01-03:"
                " Take one 15 mg tablet by mouth once a day, in the morning."
            ),
        ],
        [
            (
                "From 2027-01-04 to 2027-01-17:"
                " Take one 30 mg tablet by mouth once a day, in the evening."
            ),
            (
                "From 2027-01-04 to 2027-01-17:"
                " Take one 15 mg tablet by mouth once a day, in the morning."
                " From 2027-01-18 to 2027-01-31: Take one 15 mg tablet by mouth every 12 hours."
            ),
        ],
        ["Take one 15 mg tablet by mouth every 12 hours."],
        ["Take one 15 mg tablet by mouth once a day, in the evening."],
    ]


def test_rows_that_say_the_same_are_one_on_a_label():
    plan = taper("morphine-er", "15 mg q12h", every="2w", holds=["2w@every1"], fill="90d")
    # 15/15 mg to 3 January, 15 mg to 28 February and, held, to 14 March
    (item, *_), (second, *_) = (fill.items for fill in plan.supply)
    assert [(str(s.start), str(s.end), s.whole) for s in item.serves] == [
        ("2026-12-07", "2027-01-03", False),
        ("2027-01-04", "2027-03-06", False),
    ]
    assert [(str(s.start), str(s.end), s.whole) for s in second.serves] == [
        ("2027-03-07", "2027-03-14", True)
    ]


def test_one_step_at_a_time_but_never_for_more_than_four_weeks():
    plan = taper("morphine-er", "15 mg q12h", every="12w", of="original", fill="step")
    # 24 weeks of 15/15 mg, then 60 weeks of 15 mg
    assert [what for _, _, what in fills(plan)] == ["56 x 15"] * 6 + ["28 x 15"] * 15
    assert {days for _, days, _ in fills(plan)} == {28}


def test_a_patch_one_step_at_a_time():
    plan = taper("fentanyl-patch", "25 mcg/h", every="2w", baseline="16w", fill="step")
    # 114 days of 25 mcg/h, then 60 of 12: the rest of each is a fill of its own
    assert fills(plan) == [
        ("2026-12-07", 27, "9 x 25"),
        ("2027-01-03", 27, "9 x 25"),
        ("2027-01-30", 27, "9 x 25"),
        ("2027-02-26", 27, "9 x 25"),
        ("2027-03-25", 6, "2 x 25"),
        ("2027-03-31", 27, "9 x 12"),
        ("2027-04-27", 27, "9 x 12"),
        ("2027-05-24", 6, "2 x 12"),
    ]
    assert plan.supply[0].items[0].directions == (
        "Apply one 25 mcg/h patch to the skin; change every 72 hours."
    )


def test_half_tablets_carry_over_to_the_next_fill():
    plan = taper("oxycodone-ir", "5 mg q12h", every="2w", split="halves", stock=["5"], fill="10d")
    # 14 days of 5/5 mg, 28 of 2.5/5 mg, 42 of 2.5/2.5 mg, 28 of 2.5 mg
    assert [dispensed for _, _, dispensed in fills(plan)] == [
        "20 x 5",
        "17 x 5",
        "15 x 5",
        "15 x 5",
        "11 x 5",
        "10 x 5",
        "10 x 5",
        "10 x 5",
        "7 x 5",
        "5 x 5",
        "5 x 5",
        "1 x 5",
    ]
    assert fills(plan)[-1][:2] == ("2027-03-27", 2)


def test_a_half_that_is_left_at_the_end():
    plan = taper(
        "oxycodone-ir", "2.5 mg q24h", every="1w", last_dose_for="15d", split="halves",
        stock=["5"], fill="5d",
    )  # fmt: skip
    days = (plan.steps[-1].start - plan.start).days
    assert days % 2 == 1
    assert sum(int(dispensed.split()[0]) for _, _, dispensed in fills(plan) if dispensed) == (
        (days + 1) // 2
    )
    (left,) = plan.dispensing.leftover
    assert (left.quantity, left.strength.label, left.serves, left.directions) == (500, "5", (), "")


def test_two_opioids_stand_in_a_fill_by_name_and_then_by_strength():
    plan = taper("oxycodone-ir", "15 mg q12h", every="2w", also=["morphine-er 45 mg q12h"])
    first = plan.supply[0]
    assert [(item.product.id, item.strength.label) for item in first.items] == [
        ("morphine-er", "30"),
        ("morphine-er", "15"),
        ("oxycodone-ir", "15"),
        ("oxycodone-ir", "10"),
    ]


def test_a_liquid_in_millilitres():
    plan = taper("morphine-solution", "5 mg q12h", every="2w")
    # 4/5 mg from the first day, which is 2 mL and 2.5 mL; 4/4 mg from 21 December
    assert fills(plan)[0] == ("2026-12-07", 28, "119 x 2 mg/mL")
    assert plan.supply[0].items[0].unit == "mL"


def test_two_items_stand_by_name_whichever_is_tapered_first():
    plan = taper("oxycodone-ir", "5 mg q12h", every="2w", also=["morphine-er 15 mg q12h"])
    assert fills(plan)[0] == ("2026-12-07", 28, "56 x 15, 56 x 5")


def test_patches_beside_tablets_are_counted_on_the_days_of_their_change():
    also = {"also": ["fentanyl-patch 25 mcg/h"], "keep": ["fentanyl-patch"]}
    plan = taper("morphine-er", "15 mg q12h", **also)
    # every third day from day 1: on days 1, 4, 7, 10 and 13, then 16, 19, 22, 25 and 28, ...
    assert fills(plan) == [
        ("2026-12-07", 14, "5 x 25, 28 x 15"),
        ("2026-12-21", 14, "5 x 25, 14 x 15"),
        ("2027-01-04", 14, "4 x 25, 14 x 15"),
        ("2027-01-18", 7, "3 x 25, 7 x 15"),
    ]


# --- a plan that is changed under way ------------------------------------------------------------


def test_after_a_change_what_is_at_home_is_used_first(planned):
    held = revise(planned, date(2027, 1, 6), hold="4w")
    # 15/30 mg to 14 February; at home on 6 January are 40 of 15 mg and 12 of 30 mg
    assert fills(held) == [
        ("2026-12-07", 28, "42 x 30, 14 x 15"),
        ("2027-01-04", 28, "14 x 30, 42 x 15"),
        ("2027-01-06", 26, "14 x 30"),  # to 31 January; 14 of 15 mg are left then
        ("2027-02-01", 28, "14 x 30, 28 x 15"),
        ("2027-03-01", 28, "56 x 15"),
        ("2027-03-29", 28, "28 x 15"),
    ]
    assert [fill.number for fill in held.supply] == [1, 2, 3, 4, 5, 6]


def test_a_change_on_the_day_of_a_reduction(planned):
    held = revise(planned, date(2027, 1, 18), hold="2w")
    assert fills(held)[2:4] == [
        ("2027-01-18", 14, "14 x 30"),
        ("2027-02-01", 28, "42 x 15"),
    ]


def test_a_change_on_the_day_of_a_fill(planned):
    held = revise(planned, date(2027, 3, 1), hold="4w")
    # 15/15 mg in March as well, instead of the fill of 28 tablets
    assert fills(held)[2:4] == [("2027-02-01", 28, "56 x 15"), ("2027-03-01", 28, "56 x 15")]


def test_a_step_back_on_the_last_day_needs_no_fill_for_what_is_at_home(planned):
    back = revise(planned, date(2027, 3, 28), step_back="withdrawal")
    assert fills(back)[3:] == [
        ("2027-03-01", 28, "28 x 15"),  # one tablet of it is left, and two are taken
        ("2027-03-28", 1, "1 x 15"),
        ("2027-03-29", 28, "41 x 15"),  # two a day to 10 April, then one
        ("2027-04-26", 13, "13 x 15"),
    ]


def test_a_faster_end_leaves_nothing_to_dispense_and_something_over(planned):
    faster = revise(planned, date(2027, 2, 15), every="1w")
    # 15/15 mg to 21 February, 15 mg to 7 March: of 56 tablets 28 are left, and all are taken
    assert fills(faster)[2:] == [("2027-02-01", 28, "56 x 15")]


def test_a_hold_shortly_before_the_end_is_filled_when_the_rest_is_used(planned):
    held = revise(planned, date(2027, 3, 26), hold="2w")
    # 15 mg to 11 April, two weeks more; the three tablets at home last to 28 March
    assert fills(held)[4:] == [("2027-03-29", 14, "14 x 15")]


def test_a_patch_that_is_held():
    plan = taper("fentanyl-patch", "50 mcg/h", every="2w", fill="14d")
    # at most 14 days in whole patches: 12; fewer than four days of a new dose wait
    assert fills(plan)[:5] == [
        ("2026-12-07", 12, "4 x 50"),
        ("2026-12-19", 12, "1 x 50, 3 x 37.5"),
        ("2026-12-31", 12, "4 x 37.5"),
        ("2027-01-12", 9, "3 x 37.5"),
        ("2027-01-21", 12, "4 x 25"),
    ]
    held = revise(plan, date(2027, 1, 5), hold="2w")
    assert fills(held)[3:6] == [
        ("2027-01-12", 12, "4 x 37.5"),
        ("2027-01-24", 12, "4 x 37.5"),
        ("2027-02-05", 12, "4 x 25"),
    ]


def test_what_is_at_home_is_used_before_the_rest_is_filled(planned):
    held = revise(planned, date(2027, 3, 15), hold="2w")
    assert fills(held)[3:] == [("2027-03-01", 28, "28 x 15"), ("2027-03-29", 14, "14 x 15")]


def test_a_change_on_the_first_day_begins_with_the_first_fill(planned):
    held = revise(planned, date(2026, 12, 7), hold="2w")
    assert [fill.number for fill in held.supply] == [1, 2, 3, 4, 5]
    assert fills(held)[0] == ("2026-12-07", 28, "56 x 30")


def test_a_liquid_that_is_at_home_is_not_dispensed_again():
    plan = taper("morphine-solution", "5 mg q12h", every="2w", fill="90d")
    assert fills(plan)[0] == ("2026-12-07", 90, "285 x 2 mg/mL")
    faster = revise(plan, date(2027, 1, 20), every="1w")
    assert fills(faster) == fills(plan)[:1]
    assert [item.quantity for item in faster.dispensing.leftover] == [36_500]


# --- prescriptions of schedule II that are written together ---------------------------------------


@pytest.mark.parametrize("fill", ["45d", "90d"])
def test_fills_of_exactly_ninety_days_are_written_together(fill):
    plan = taper("morphine-er", "90 mg q8h", every="4w", reduce="45 mg", fill=fill)
    assert new_prescriptions(plan) == ["2027-03-07", "2027-06-05"]


def test_after_a_change_they_are_written_anew():
    plan = taper("morphine-er", "90 mg q8h", every="4w", reduce="45 mg")
    assert new_prescriptions(plan) == ["2027-03-01", "2027-05-24"]
    held = revise(plan, date(2027, 1, 4), hold="4w")  # the day of a fill
    assert new_prescriptions(held) == ["2027-01-04", "2027-03-29", "2027-06-21"]
    later = revise(plan, date(2027, 1, 20), hold="4w")  # what is at home lasts to the next fill
    assert new_prescriptions(later) == ["2027-02-01", "2027-04-26"]


def new_prescriptions(plan) -> list[str]:
    """The days that the note on prescriptions names."""
    (message,) = [f.message for f in plan.findings if f.id == "new-prescriptions"]
    return re.findall(r"\d{4}-\d\d-\d\d", message)
