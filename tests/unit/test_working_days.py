"""Working days: the data files hold the nation-wide public holidays, and no others."""

from datetime import date, timedelta

import holidays
import pytest

from taper.formulary.working_days import working_days

COUNTRIES = {"us": "US", "uk": "GB", "ca": "CA", "au": "AU"}


@pytest.mark.parametrize("market", COUNTRIES)
def test_the_holidays_are_those_of_the_library(market):
    known = holidays.country_holidays(COUNTRIES[market], years=range(2024, 2031))
    expected = {day for day in known if day.weekday() < 5 and 2024 <= day.year <= 2030}
    found = {day for day in working_days(market).holidays if 2024 <= day.year <= 2030}
    assert found == expected


@pytest.mark.parametrize("market", COUNTRIES)
def test_every_year_has_its_holidays(market):
    years = {day.year for day in working_days(market).holidays}
    assert years == set(range(2000, 2101))
    assert all(day.weekday() < 5 for day in working_days(market).holidays)


def test_the_working_day_before_and_after():
    american = working_days("us")
    thanksgiving = date(2026, 11, 26)
    assert not american.is_working(thanksgiving)
    assert american.on_or_before(thanksgiving) == date(2026, 11, 25)
    assert american.on_or_after(thanksgiving) == date(2026, 11, 27)
    assert working_days("uk").is_working(thanksgiving)
    assert american.on_or_after(date(2026, 11, 28)) == date(2026, 11, 28) + timedelta(days=2)
