"""Contract 10i: dates as people and spreadsheets write them."""

from __future__ import annotations

from datetime import date

import pytest

from taper.errors import InputError
from taper.reading.written_dates import read_date, read_days

DAY = date(2026, 12, 17)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-17",
        "2026/12/17",
        "20261217",
        "2026-12-17T00:00:00",
        "2026-12-17 00:00",
        "12/17/2026",
        "12/17/2026 0:00",
        "17/12/2026",
        "17.12.2026",
        "17-12-26",
        "17 Dec 2026",
        "17-Dec-26",
        "17th December 2026",
        "17 December, 2026",
        "Dec 17 2026",
        "Dec. 17, 2026",
        "December 17th, 2026",
        "17DEC2026",
        "Thu 17 Dec 2026",
        "Thursday, December 17, 2026",
        "12/17/2026 (Thu)",
        "46373",
    ],
)
def test_one_day_in_many_ways(text):
    written = read_date(text)
    assert not written.is_ambiguous
    assert written.by("month first") == DAY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Thursday 12/10", "'Thursday 12/10' is not a date"),
        ("soon", "'soon' is not a date"),
        ("2027-02-30", "2027-02-30 is not in the calendar"),
        ("30/30/2027", "30/30/2027 is not in the calendar"),
        ("1926-12-07", "1926-12-07 is not between 2000 and 2100"),
        ("Tue 17 Dec 2026", "2026-12-17 is a Thursday"),
    ],
)
def test_no_date_is_named_whole(text, message):
    with pytest.raises(InputError, match=message) as caught:
        read_date(text)
    assert caught.value.problems[0].value == text


def test_the_year_is_asked_for_where_it_is_missing():
    with pytest.raises(InputError) as caught:
        read_date("Dec 10")
    assert caught.value.problems[0].hint.startswith("with the year")


MARCH_4, APRIL_3 = date(2027, 3, 4), date(2027, 4, 3)


@pytest.mark.parametrize(
    ("texts", "market", "day", "why"),
    [
        # another row settles it
        (["03/04/2027", "03/18/2027"], "uk", MARCH_4, "month first: as in 03/18/2027"),
        (["03/04/2027", "17/04/2027"], "us", APRIL_3, "day first: as in 17/04/2027"),
        # then the order of the rows
        (["03/04/2027", "10/04/2027"], "us", MARCH_4, "month first: as in the market us"),
        (["2027-03-28", "03/04/2027"], "us", APRIL_3, "day first: so that the dates follow"),
        (["03/04/2027", "2027-03-20"], "uk", MARCH_4, "month first: so that the dates follow"),
        # then points, then the market
        (["3.4.2027"], "us", APRIL_3, "day first: as dates with points are written"),
        (["03/04/2027"], "us", MARCH_4, "month first: as in the market us"),
        (["03/04/2027"], "uk", APRIL_3, "day first: as in the market uk"),
        (["Sat 03/04/2027"], "us", APRIL_3, ""),  # the weekday tells
    ],
)
def test_a_date_that_may_be_two_days_is_settled_and_this_is_told(texts, market, day, why):
    found = read_days(texts, market)
    assert day in found.days.values()
    assert found.settled.startswith(why)
    assert bool(found.ambiguous) == bool(why)


def test_a_column_keeps_its_faults_and_passes_over_what_is_empty():
    found = read_days(["2026-12-07", "", "soon"], "us")
    assert found.days == {0: date(2026, 12, 7)}
    assert list(found.faults) == [2]
