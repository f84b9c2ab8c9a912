"""Directions on a label, read as a patient reads them."""

from datetime import date

import pytest

from verify.label import on, read

FIRST = date(2027, 1, 4).toordinal()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Take one 15 mg tablet by mouth at 06:00 and at 22:00.", {"06:00": 1000, "22:00": 1000}),
        (
            "Take two 15 mg tablets in the morning and one 15 mg tablet at noon.",
            {"morning": 2000, "noon": 1000},
        ),
        (
            "Take 9 mg (4.5 mL of the 2 mg/mL liquid) by mouth every 12 hours.",
            {"morning": 4500, "evening": 4500},
        ),
        ("Apply one 87.5 mcg/h patch to the skin; change every 72 hours.", {"patch": 1000}),
        ("Take half a tablet at bedtime.", {"bedtime": 500}),
        (
            "Take one 60 mg tablet every 8 hours; take with the 15 mg and 30 mg tablets.",
            {"morning": 1000, "afternoon": 1000, "evening": 1000},
        ),
    ],
)
def test_counts_by_time_of_day(text, wanted):
    assert on(read(text), FIRST) == wanted


def test_a_table_by_date():
    parts = read(
        "20 mg tablets, by date. 2027-01-04 to 2027-01-08: 4 every 12 hours. "
        "2027-01-09 to 2027-01-12: 3 once a day, in the morning; 2 once a day, in the evening."
    )
    assert on(parts, FIRST) == {"morning": 4000, "evening": 4000}
    assert on(parts, FIRST + 5) == {"morning": 3000, "evening": 2000}


def test_dated_parts_hold_for_their_days():
    parts = read(
        "From 2027-01-04 to 2027-01-10: Take one 5 mg tablet at noon. "
        "From 2027-01-18 to 2027-01-24: Take two 5 mg tablets once a day, in the evening."
    )
    assert on(parts, FIRST) == {"noon": 1000}
    assert on(parts, FIRST + 7) == {}
    assert on(parts, FIRST + 14) == {"evening": 2000}
