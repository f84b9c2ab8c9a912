"""Contract 7 as calendars: reductions on given days, and the checks that a clinic would put down.

Public holidays are those of the US: 18 January and 15 February 2027 are two of them.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from taper.formulary.working_days import calendar_from
from taper.safety.check_dates import Fall, Looked, Spacing, check_dates
from taper.safety.withdrawal_checks import facts

KNOWN = facts()
IR, ER, FENTANYL = (KNOWN.timing[key] for key in ("ir", "er", "fentanyl-patch"))


def number(start, day):
    return (date.fromisoformat(day) - date.fromisoformat(start)).days


def calendar(start, *falls, window=ER, contact=28, end=None, reviews=(), market="us"):
    """Each day of checks with its reasons; a fall is a day, with `held`, `short` or `stops`."""
    made = []
    for fall in falls:
        day, *marks = fall.split()
        held, short, stops = (mark in marks for mark in ("held", "short", "stops"))
        made.append(Fall(number(start, day), *window, held, stops, short))
    spacing = Spacing(KNOWN.before, KNOWN.near, KNOWN.short, KNOWN.after_stop, contact)
    last = number(start, end) if end else made[-1].day
    ends = tuple(number(start, day) for day in reviews)
    first = date.fromisoformat(start)
    days = {}
    looked = Looked(last, tuple(made), ends, spacing)
    for place, reason in check_dates(looked, calendar_from(market, first)):
        day = first + timedelta(days=place)
        days.setdefault(f"{day:%a} {day}", []).append(reason)
    return {day: " ".join(reasons) for day, reasons in days.items()}


def test_two_weeks_apart_withdrawal_and_the_next_reduction_are_looked_at_apart():
    assert calendar("2027-03-01", "2027-03-01", "2027-03-15", end="2027-03-20") == {
        "Fri 2027-02-26": "before-reduction",
        "Wed 2027-03-03": "after-reduction",
        "Fri 2027-03-12": "before-reduction",
        "Wed 2027-03-17": "after-reduction",
    }


def test_a_week_apart_one_check_serves_for_both():
    assert calendar("2027-03-01", "2027-03-01", "2027-03-08", window=IR, end="2027-03-10") == {
        "Fri 2027-02-26": "before-reduction",
        "Thu 2027-03-04": "before-reduction after-reduction",  # the last day of the window
        "Tue 2027-03-09": "after-reduction",
    }


def test_the_check_before_a_reduction_inside_the_window_stays_on_its_day():
    found = calendar("2027-03-03", "2027-03-03", "2027-03-10", window=FENTANYL, end="2027-03-12")
    assert found["Mon 2027-03-08"] == "before-reduction after-reduction"


def test_a_public_holiday_is_no_working_day():
    # two days before Wednesday 20 January is Martin Luther King Day
    found = calendar("2027-01-06", "2027-01-06", "2027-01-20", end="2027-01-21")
    assert "Fri 2027-01-15" in found
    assert not any("2027-01-18" in day for day in found)
    british = calendar("2027-01-06", "2027-01-06", "2027-01-20", end="2027-01-21", market="uk")
    assert "Mon 2027-01-18" in british


@pytest.mark.parametrize(
    ("reduction", "following", "window", "day"),
    [  # Christmas 2026 is a Friday, New Year's Day 2027 too
        ("2026-12-24", "2027-01-14", IR, "Mon 2026-12-28"),  # the next working day
        ("2026-12-24", "2026-12-31", IR, "Mon 2026-12-28"),
        ("2026-12-23", "2027-01-13", (2, 3), "Mon 2026-12-28"),
        ("2026-12-23", "2026-12-28", (2, 4), "Thu 2026-12-24"),  # it would be the next reduction's
        ("2026-12-24", "2026-12-28", (1, 3), "Sun 2026-12-27"),  # never the day of the reduction
    ],
)
def test_a_window_without_a_working_day(reduction, following, window, day):
    found = calendar(reduction, reduction, following, window=window, end=following)
    assert "after-reduction" in found[day]


def test_a_hold_ends_with_a_review_that_is_the_check_before_the_reduction():
    found = calendar("2027-03-01", "2027-03-01", "2027-03-29 held", end="2027-03-30")
    assert found["Fri 2027-03-26"] == "hold-review before-reduction"


def test_a_hold_that_no_reduction_follows_ends_with_a_review():
    found = calendar("2027-03-01", "2027-03-01", reviews=["2027-03-28"], end="2027-04-20")
    assert found["Fri 2027-03-26"] == "hold-review"


def test_after_stopping_at_one_four_and_twelve_weeks():
    assert calendar("2027-03-01", "2027-03-01 stops", window=IR) == {
        "Fri 2027-02-26": "before-reduction",
        "Tue 2027-03-02": "after-stop",
        "Mon 2027-03-08": "after-stop",
        "Mon 2027-03-29": "after-stop",
        "Mon 2027-05-24": "after-stop",
    }


def test_the_check_at_one_week_falls_away_if_the_first_is_close_to_it():
    found = calendar("2027-03-01", "2027-03-01 stops", window=FENTANYL)
    assert list(found)[1:] == [
        "Thu 2027-03-04",
        "Mon 2027-03-08",
        "Mon 2027-03-29",
        "Mon 2027-05-24",
    ]
    patch = calendar("2027-03-01", "2027-03-01 stops", window=(5, 7))
    assert list(patch)[1:3] == ["Mon 2027-03-08", "Mon 2027-03-29"]


def test_under_a_week_apart_there_is_one_contact_the_day_before_each_reduction():
    assert calendar(
        "2027-03-04", "2027-03-04 short", "2027-03-06 short", "2027-03-08 short stops", window=IR
    ) == {
        "Wed 2027-03-03": "before-reduction",
        "Fri 2027-03-05": "before-reduction after-reduction",
        "Sun 2027-03-07": "before-reduction after-reduction",  # weekends included
        "Tue 2027-03-09": "after-stop",
        "Mon 2027-03-15": "after-stop",
        "Mon 2027-04-05": "after-stop",
        "Tue 2027-06-01": "after-stop",  # Monday is Memorial Day
    }


def test_contact_fills_what_is_longer_than_four_weeks_evenly_with_as_few_as_do():
    found = calendar("2027-03-01", "2027-03-01", "2027-05-24", end="2027-05-25")
    assert [day for day, why in found.items() if why == "contact"] == [
        "Mon 2027-03-29",
        "Fri 2027-04-23",
    ]


@pytest.mark.parametrize("contact", [28, 7])
@pytest.mark.parametrize("days", [30, 56, 57, 90, 200, 365])
@pytest.mark.parametrize("begin", [date(2026, 11, 16) + timedelta(days=n) for n in range(7)])
def test_never_longer_without_contact(begin, days, contact):
    end = begin + timedelta(days=days)
    found = calendar(begin.isoformat(), begin.isoformat(), f"{end} stops", contact=contact)
    looked = [date.fromisoformat(day.split()[1]) for day in found]
    within = [begin, *(day for day in looked if begin < day <= end), end]
    assert max((b - a).days for a, b in pairwise(within)) <= contact
