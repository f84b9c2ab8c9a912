"""Exact quantities: read, printed by the ISMP rules, and read again as the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.errors import InputError
from taper.quantities import (
    Dose,
    Interval,
    Ratio,
    decimal,
    one_decimal,
    parse_day,
    parse_dose,
    parse_interval,
    parse_percent,
    percent_text,
    plain,
    prose,
    ratio_text,
    thousandths,
)

amounts = st.integers(0, 10**9)


@given(amounts)
def test_an_amount_printed_is_read_as_the_same(amount):
    assert thousandths(plain(amount)) == amount
    assert decimal(amount) * 1000 == amount
    assert parse_dose(f"{plain(amount)} mg", "mg") == Dose(amount, "mg")


@given(amounts)
def test_printing_follows_the_rules_for_safe_labels(amount):
    text = plain(amount)
    assert not text.startswith(".")
    assert not ("." in text and text.endswith("0"))
    assert "," not in text


@pytest.mark.parametrize(
    ("amount", "text", "sentence"),
    [
        (500, "0.5", "0.5"),
        (5000, "5", "5"),
        (7500, "7.5", "7.5"),
        (1_250_000, "1250", "1,250"),
        (1, "0.001", "0.001"),
    ],
)
def test_amounts_in_tables_and_in_prose(amount, text, sentence):
    assert (plain(amount), prose(amount)) == (text, sentence)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_one_decimal_is_rounded_half_up(part, whole):
    exact = Decimal(100 * part) / Decimal(whole)
    assert abs(Decimal(percent_text(part, whole)) - exact) <= Decimal("0.05")
    assert one_decimal(1, 20) == "0.1"  # 0.05, half up


@given(st.integers(1, 1_000_000))
def test_a_percentage_printed_is_read_as_the_same(ppm):
    percent = Ratio.of_ppm(ppm)
    assert parse_percent(str(percent)) == percent
    assert percent.numerator * 1_000_000 == ppm * percent.denominator


WHOLE = st.integers(0, 10**9)
RATIOS = st.builds(Ratio, WHOLE, st.integers(1, 10**9))


@given(RATIOS, RATIOS)
def test_ratios_compare_by_their_value(one, other):
    first, second = Fraction(*one), Fraction(*other)
    assert (one == other) == (first == second)
    assert (one != other) == (first != second)
    assert (one < other) == (first < second)
    assert (one <= other) == (first <= second)
    assert (one > other) == (first > second)
    assert (one >= other) == (first >= second)


@given(RATIOS, st.integers(1, 1000))
def test_a_ratio_in_other_terms_is_the_same(ratio, factor):
    larger = Ratio(ratio.numerator * factor, ratio.denominator * factor)
    assert larger == ratio
    assert hash(larger) == hash(ratio)
    lowest = Ratio.of(*larger)
    assert tuple(lowest) == Fraction(*ratio).as_integer_ratio()


def test_a_ratio_is_printed_as_a_percentage():
    assert [str(Ratio.of(*each)) for each in ((1, 4), (1, 3), (1, 1))] == [
        "25%",
        "33.3333%",
        "100%",
    ]
    assert Ratio(1, 3).percent() == "33.3%"
    assert Ratio(1, 4) != "25%"


@pytest.mark.parametrize(
    ("top", "bottom", "text"),
    [(1, 3, "0.333"), (2, 3, "0.667"), (5, 2, "2.5"), (4, 2, "2"), (1, 2000, "0.001")],
)
def test_ratios(top, bottom, text):
    assert ratio_text(top, bottom) == text


@pytest.mark.parametrize("unit", ["mcg", "µg", "μg", "ug", "micrograms", "MCG"])
def test_micrograms_in_any_spelling_are_printed_as_mcg(unit):
    assert str(parse_dose(f"75 {unit}", "mcg")) == "75 mcg"


@pytest.mark.parametrize("text", ["15mg", " 15  mg ", "15 MG", "15.0 mg", "15.000000 mg"])
def test_the_same_dose_in_other_words(text):
    assert parse_dose(text, "mg") == Dose(15_000, "mg")


@pytest.mark.parametrize(
    "text", ["15.0001 mg", "15 g", "15", "mg", "+15 mg", "1e3 mg", "१५ mg", "", "15 mg mg"]
)
def test_what_is_not_a_dose(text):
    with pytest.raises(InputError):
        parse_dose(text, "mg")


@pytest.mark.parametrize(
    ("text", "days", "words"),
    [
        ("1w", 7, "week"),
        ("10d", 10, "10 days"),
        ("4 weeks", 28, "4 weeks"),
        ("1mo", 28, "month"),
        ("1 day", 1, "day"),
    ],
)
def test_intervals(text, days, words):
    interval = parse_interval(text)
    assert (interval.days, interval.words) == (days, words)
    assert parse_interval(str(interval)) == interval


@pytest.mark.parametrize(
    ("day", "interval", "after"),
    [
        (date(2027, 1, 31), Interval(1, "mo"), date(2027, 2, 28)),
        (date(2028, 1, 31), Interval(1, "mo"), date(2028, 2, 29)),
        (date(2028, 2, 29), Interval(1, "y"), date(2029, 2, 28)),
        (date(2026, 12, 28), Interval(1, "w"), date(2027, 1, 4)),
        (date(2028, 2, 28), Interval(1, "d"), date(2028, 2, 29)),
    ],
)
def test_a_day_after_an_interval(day, interval, after):
    assert interval.after(day) == after


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_every_day_of_the_century_is_read(day):
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["2026-2-3", "20261207", "2026-13-01", "1999-12-31", "2101-01-01", "2026-12-07T00:00"]
)
def test_what_is_not_a_day(text):
    with pytest.raises(InputError):
        parse_day(text)
