"""Random courses of ten events keep every law; two faults that they were made to find."""

from __future__ import annotations

from datetime import date, timedelta

from courses import ASKED, courses
from hypothesis import given, settings

from taper.course.revise import revise
from taper.planning.make import planned as plan
from verify.course import broken
from verify.courses import faults_of

DAY = timedelta(days=1)


@settings(max_examples=12)
@given(courses())
def test_no_event_breaks_a_law(course):
    assert faults_of(course) == []


def test_every_kind_of_event_is_drawn():
    assert set(ASKED) == {
        *("hold", "resume", "slow", "fast", "goal", "stop", "step-back"),
        *("dose", "taking-less", "taking-more", "missed"),
    }


def test_two_changes_within_days_of_a_reduction_keep_its_check():
    first = plan("morphine-er", "60 mg q12h", start="2027-01-04", every="2w")
    for days in range(1, 5):
        once = revise(first, date(2027, 1, 4) + days * DAY, hold="1w")
        for more in range(1, 5):
            day = date(2027, 1, 4) + (days + more) * DAY
            twice = revise(once, day, hold="4w")
            looked = [c.date for c in twice.checks if "after-reduction" in c.reasons]
            assert date(2027, 1, 4) < looked[0] <= max(day, date(2027, 1, 8))
            assert broken(once.to_dict(), twice.to_dict()) == []


def test_a_step_back_near_the_stop_dispenses_the_kept_opioid_once():
    asked = {"also": ["oxycodone-ir 10 mg q6h"], "keep": ["oxycodone-ir"], "every": "2w"}
    first = plan("morphine-er", "30 mg q12h", start="2026-12-07", **asked)
    for days in range(1, 29):
        back = revise(
            first, first.stop_date - days * DAY, step_back="withdrawal", specialist="Dr A"
        )
        assert broken(first.to_dict(), back.to_dict()) == []
        assert not [i for i in back.dispensing.leftover if i.product.id == "oxycodone-ir"]


def test_a_slower_pace_brings_nothing_forward_where_mixed_would_cut_more():
    """Under ``mixed`` the end of a rule of two weeks falls faster than that of one week."""
    first = plan("morphine-solution", "20 mg q6h", start="2026-12-07", reduce="11%", every="1w")
    day = first.steps[-6].start + DAY
    slower = revise(first, day, reduce="5%", every="2w")
    assert broken(first.to_dict(), slower.to_dict()) == []
    assert slower.stop_date >= first.stop_date
