"""Contract 7 as calendars: every check of a few plans, on its day, as a clinic would list them."""

from __future__ import annotations

from datetime import date

import pytest
from written import taper

from taper.course.revise import revise
from taper.safety.withdrawal_checks import check_days, checks, facts

MONITORING = "check the prescription drug monitoring program"


def calendar(plan) -> list[tuple[str, int, str]]:
    """Each check as (day, row, reason); a star where the monitoring programme is looked at."""
    return [
        (f"{c.date:%a %d %b %Y}", c.step, c.reason + "*" * (MONITORING in c.items))
        for c in plan.checks
    ]


def test_an_extended_release_tablet_with_a_hold_after_its_reduction():
    plan = taper("morphine-er", "15 mg q12h", every="2w", holds=["2w@every1"])
    # 30 mg; 15 mg from Monday 4 January; held from 15 to 28 March; stopped on 29 March
    assert calendar(plan) == [
        ("Fri 01 Jan 2027", 1, "before-reduction*"),
        ("Thu 07 Jan 2027", 2, "after-reduction"),
        ("Tue 02 Feb 2027", 2, "contact"),
        ("Fri 26 Feb 2027", 2, "contact"),
        ("Fri 26 Mar 2027", 3, "before-reduction"),
        ("Fri 26 Mar 2027", 3, "hold-review*"),
        ("Thu 01 Apr 2027", 4, "after-reduction"),
        ("Mon 05 Apr 2027", 4, "after-stop"),
        ("Mon 26 Apr 2027", 4, "after-stop"),
    ]


def test_public_holidays_that_are_avoided_are_no_working_days():
    plan = taper(
        "oxycodone-ir", "10 mg q24h", start="2027-05-14", every="1w", reduce="25%",
        baseline="1w", avoid=["holidays:US"],
    )  # fmt: skip
    # 5 mg from Friday 28 May, before Memorial Day on Monday; stopped on Friday 11 June
    assert calendar(plan) == [
        ("Wed 26 May 2027", 1, "before-reduction*"),
        ("Sat 29 May 2027", 2, "after-reduction"),  # no working day in the window: its first day
        ("Wed 09 Jun 2027", 2, "before-reduction"),
        ("Mon 14 Jun 2027", 3, "after-reduction"),
        ("Mon 21 Jun 2027", 3, "after-stop"),  # Juneteenth is kept on Friday the 18th
        ("Fri 09 Jul 2027", 3, "after-stop"),
    ]


@pytest.mark.parametrize(
    ("product", "dose", "days"),
    [  # of a window the working day nearest to its middle, the later at a tie
        ("oxycodone-ir", "10 mg q6h", [2, 2, 2, 1, 3, 2]),
        ("morphine-er", "30 mg q12h", [3, 3, 2, 4, 3, 3]),
        ("methadone-tablet", "20 mg q12h", [4, 3, 5, 4, 4, 4]),
        ("fentanyl-patch", "50 mcg/h", [4, 3, 5, 4, 4, 4]),
        ("buprenorphine-patch", "20 mcg/h", [7, 6, 6, 6, 6, 6]),
    ],
)
def test_days_from_a_reduction_to_its_check_from_monday_to_saturday(product, dose, days):
    found = []
    for place in range(6):
        plan = taper(product, dose, start=f"2026-12-{7 + place:02}", every="4w", reduce="25%")
        check = next(check for check in plan.checks if check.reason == "after-reduction")
        found.append((check.date - plan.steps[check.step].start).days)
    assert found == days


def test_of_two_working_days_beside_a_holiday_the_later():
    plan = taper(
        "morphine-er", "30 mg q12h", start="2027-11-22", every="4w", reduce="25%",
        avoid=["holidays:US"],
    )  # fmt: skip
    # Monday, and the middle of the window is Thanksgiving
    assert calendar(plan)[0] == ("Fri 26 Nov 2027", 1, "after-reduction*")


def test_a_patch_that_is_worn_for_two_days_is_looked_at_after_two():
    plan = taper("fentanyl-patch", "25 mcg/h q48h", every="2w")
    # 12 mcg/h from Monday 4 January, stopped on Monday 15 March
    assert [row for row in calendar(plan) if row[2] == "after-reduction"] == [
        ("Thu 07 Jan 2027", 2, "after-reduction"),
        ("Thu 18 Mar 2027", 3, "after-reduction"),
    ]


def test_close_contact_is_spread_over_working_days():
    plan = taper("morphine-er", "15/15 mg", every="10d", reduce="25%", checks="close")
    # 15 mg from Thursday 17 December, stopped on Wednesday 6 January
    assert calendar(plan) == [
        ("Fri 11 Dec 2026", 1, "contact*"),
        ("Tue 15 Dec 2026", 1, "before-reduction"),
        ("Mon 21 Dec 2026", 2, "after-reduction"),
        ("Fri 25 Dec 2026", 2, "contact"),
        ("Wed 30 Dec 2026", 2, "contact"),
        ("Mon 04 Jan 2027", 2, "before-reduction"),
        ("Fri 08 Jan 2027", 3, "after-reduction"),
        ("Wed 13 Jan 2027", 3, "after-stop"),
        ("Fri 15 Jan 2027", 3, "contact"),
        ("Thu 21 Jan 2027", 3, "contact"),
        ("Mon 25 Jan 2027", 3, "contact"),
        ("Fri 29 Jan 2027", 3, "contact"),
        ("Wed 03 Feb 2027", 3, "after-stop"),
    ]


def test_close_contact_goes_on_to_the_end_of_a_goal():
    plan = taper("morphine-er", "15/15 mg", to="15 mg", every="4w", checks="close")
    # 15 mg from Monday 1 February, stays at its goal from 1 to 28 March
    assert calendar(plan)[-8:] == [
        ("Thu 18 Feb 2027", 2, "contact"),
        ("Mon 22 Feb 2027", 2, "contact"),
        ("Fri 26 Feb 2027", 2, "contact"),
        ("Thu 04 Mar 2027", 3, "contact*"),
        ("Tue 09 Mar 2027", 3, "contact"),
        ("Fri 12 Mar 2027", 3, "contact"),
        ("Thu 18 Mar 2027", 3, "contact"),
        ("Tue 23 Mar 2027", 3, "contact"),
    ]


def test_at_a_goal_there_is_contact_until_its_review():
    plan = taper("morphine-er", "30 mg q24h", to="15 mg", every="12w")
    assert calendar(plan) == [
        ("Wed 30 Dec 2026", 1, "contact*"),
        ("Fri 22 Jan 2027", 1, "contact"),
        ("Mon 15 Feb 2027", 1, "contact"),
        ("Thu 11 Mar 2027", 1, "contact*"),
        ("Fri 02 Apr 2027", 1, "contact"),
        ("Tue 27 Apr 2027", 1, "contact"),
        ("Fri 21 May 2027", 1, "before-reduction"),
        ("Thu 27 May 2027", 2, "after-reduction*"),
        ("Thu 17 Jun 2027", 2, "contact"),
        ("Fri 09 Jul 2027", 2, "contact"),
        ("Fri 30 Jul 2027", 2, "contact*"),
        ("Fri 20 Aug 2027", 3, "contact"),
    ]


def test_how_each_check_is_made_and_what_it_looks_at_first():
    plan = taper("morphine-er", "15 mg q12h", every="2w", holds=["2w@every1"])
    assert {c.reason: (c.how, c.items[0]) for c in reversed(plan.checks)} == {
        "before-reduction": ("visit or phone call", "go on, hold or slow down: decide together"),
        "after-reduction": (
            "phone call",
            "withdrawal: 16-item Subjective Opiate Withdrawal Scale (0-64)",
        ),
        "contact": (
            "phone call",
            "how it is going: withdrawal, 16-item Subjective Opiate Withdrawal Scale (0-64)",
        ),
        "hold-review": (
            "visit",
            "what made the hold necessary, and whether it has settled",
        ),
        "after-stop": (
            "visit or phone call",
            (
                "late withdrawal: COWS at a visit, 16-item Subjective Opiate Withdrawal Scale on the"
                " phone"
            ),
        ),
    }


def test_in_the_united_kingdom_the_shared_record_is_looked_at():
    plan = taper("MST Continus", "15 mg q12h", market="uk", every="4w")
    text = " ".join(item for check in plan.checks for item in check.items)
    assert "check the shared care record" in text
    assert MONITORING not in text
    held = revise(plan, date(2027, 1, 6), hold="4w")
    later = [check for check in held.checks if check.date >= date(2027, 1, 6)]
    assert str(later).count("check the shared care record") == 3  # every three months
    assert MONITORING not in str(held.checks)
    assert facts("uk").monitoring_title == "Shared care record"
    assert facts().monitoring_title == "Prescription drug monitoring programme"
    american = taper("morphine-er", "15 mg q12h")
    assert "shared care record" not in str(american.checks)


def test_the_days_alone_are_those_of_the_checks():
    plan = taper("morphine-er", "15 mg q12h", every="2w", holds=["2w@every1"])
    assert check_days(plan.request, plan.steps) == [check.date for check in plan.checks]
    assert [c.date for c in checks(plan.request, plan.steps)] == [c.date for c in plan.checks]
    unchecked = taper("morphine-er", "15 mg q12h", checks="none")
    assert check_days(unchecked.request, unchecked.steps) == []


# --- a plan that is changed under way ------------------------------------------------------------


@pytest.fixture(scope="module")
def planned():
    """60 mg; 45 mg from Monday 21 December; 30 mg from 18 January; 15 mg; stopped on 29 March."""
    return taper("morphine-er", "30 mg q12h", every="2w")


def test_the_checks_of_the_plan_before_it_is_changed(planned):
    assert calendar(planned) == [
        ("Fri 18 Dec 2026", 1, "before-reduction*"),
        ("Thu 24 Dec 2026", 2, "after-reduction"),
        ("Fri 15 Jan 2027", 2, "before-reduction"),
        ("Thu 21 Jan 2027", 3, "after-reduction"),
        ("Mon 08 Feb 2027", 3, "contact"),
        ("Fri 26 Feb 2027", 3, "before-reduction"),
        ("Thu 04 Mar 2027", 4, "after-reduction*"),
        ("Fri 26 Mar 2027", 4, "before-reduction"),
        ("Thu 01 Apr 2027", 5, "after-reduction"),
        ("Mon 05 Apr 2027", 5, "after-stop"),
        ("Mon 26 Apr 2027", 5, "after-stop"),
    ]


def test_held_before_withdrawal_would_have_shown_the_check_stays_on_its_day(planned):
    held = revise(planned, date(2026, 12, 23), hold="2w")
    assert calendar(held)[:4] == [
        ("Fri 18 Dec 2026", 1, "before-reduction*"),
        ("Thu 24 Dec 2026", 2, "after-reduction"),
        ("Mon 11 Jan 2027", 3, "contact"),
        ("Fri 29 Jan 2027", 3, "before-reduction"),
    ]


def test_changed_twice_before_withdrawal_would_have_shown_the_check_stays_on_its_day():
    plan = taper("morphine-er", "60 mg q12h", every="2w", start="2027-01-04")
    assert plan.steps[1].kind == "reduce"
    held = revise(revise(plan, date(2027, 1, 5), hold="1w"), date(2027, 1, 6), hold="4w")
    assert calendar(held)[0] == ("Thu 07 Jan 2027", 1, "after-reduction*")


def test_held_after_that_it_is_not_made_twice(planned):
    held = revise(planned, date(2027, 1, 6), hold="4w")
    assert calendar(held) == [
        ("Fri 18 Dec 2026", 1, "before-reduction*"),  # as it was
        ("Thu 24 Dec 2026", 2, "after-reduction"),
        ("Mon 18 Jan 2027", 3, "contact"),
        ("Fri 12 Feb 2027", 3, "before-reduction"),
        ("Fri 12 Feb 2027", 3, "hold-review"),
        ("Thu 18 Feb 2027", 4, "after-reduction"),
        ("Mon 08 Mar 2027", 4, "contact*"),
        ("Fri 26 Mar 2027", 4, "before-reduction"),
        ("Thu 01 Apr 2027", 5, "after-reduction"),
        ("Fri 23 Apr 2027", 5, "before-reduction"),
        ("Thu 29 Apr 2027", 6, "after-reduction"),
        ("Mon 03 May 2027", 6, "after-stop"),
        ("Mon 24 May 2027", 6, "after-stop"),
    ]


def test_a_new_reduction_in_the_place_of_a_row_has_its_own_check(planned):
    faster = revise(planned, date(2027, 1, 11), reduce="20%", every="1w")
    assert faster.steps[3].start == date(2027, 1, 11)
    assert calendar(faster)[1:3] == [
        ("Thu 24 Dec 2026", 2, "after-reduction"),
        ("Thu 14 Jan 2027", 3, "after-reduction"),
    ]


def test_without_checks_a_change_adds_none():
    plan = taper("morphine-er", "30 mg q12h", every="2w", checks="none")
    assert revise(plan, date(2027, 1, 6), hold="4w").checks == ()


def test_of_several_on_one_day_their_order_is_that_of_the_reasons(planned):
    for plan in (planned, revise(planned, date(2027, 1, 6), hold="4w")):
        order = [(c.date, REASONS.index(c.reason)) for c in plan.checks]
        assert order == sorted(order)


REASONS = ("after-reduction", "before-reduction", "hold-review", "contact", "after-stop")


def test_a_check_that_is_due_on_the_day_of_the_change_is_made(planned):
    gentler = revise(planned, date(2027, 1, 15), reduce="8%")
    # the next reduction stays on Monday 18 January: to go on or not is decided on the Friday
    assert calendar(gentler)[1:4] == [
        ("Thu 24 Dec 2026", 2, "after-reduction"),
        ("Fri 15 Jan 2027", 3, "before-reduction"),
        ("Thu 21 Jan 2027", 4, "after-reduction"),
    ]


def test_what_was_looked_at_before_the_change_stays():
    plan = taper("morphine-er", "30 mg q24h", every="12w")
    faster = revise(plan, date(2027, 3, 12), every="1w")
    assert calendar(faster)[:5] == [
        ("Wed 30 Dec 2026", 1, "contact*"),
        ("Fri 22 Jan 2027", 1, "contact"),
        ("Mon 15 Feb 2027", 1, "contact"),
        ("Thu 11 Mar 2027", 1, "contact*"),
        ("Mon 15 Mar 2027", 2, "after-reduction"),
    ]
    assert faster.checks[:4] == plan.checks[:4]
