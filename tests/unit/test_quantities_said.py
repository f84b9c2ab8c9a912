"""What is said of a quantity that cannot be read, word for word, and every way to write a unit."""

from __future__ import annotations

from datetime import date

import pytest

from taper.errors import InputError
from taper.quantities import (
    Dose,
    Interval,
    Ratio,
    one_decimal,
    parse_day,
    parse_dose,
    parse_interval,
    parse_percent,
    percent_text,
    prose,
    ratio_text,
    thousandths,
    unit_of,
)

LIFE = "d w mo y"
COMMA = "a decimal point, and no comma between thousands"
PLAIN = "a number and mg: 15 mg"
MICROGRAMS = "mcg given, but this product is measured in mg"
NO_DATE = "year-month-day: 2026-12-07"

# (how it is read, what was written, field, what is said, the hint, the part that is wrong)
SAID = [
    (parse_dose, ("-5 mg", "mg"), "dose", "'-5 mg' is negative", "an amount above 0 mg", None),
    (parse_dose, (" - 5 mg ", "mg"), "dose", "'- 5 mg' is negative", "an amount above 0 mg", None),
    (
        parse_dose,
        ("\u22125 mg", "mg"),
        "dose",
        "'\u22125 mg' is negative",
        "an amount above 0 mg",
        None,
    ),
    (parse_dose, (".5 mg", "mg"), "dose", "'.5 mg' has no leading zero", "write 0.5 mg", None),
    (parse_dose, (" .5 mg ", "mg"), "dose", "'.5 mg' has no leading zero", "write 0.5 mg", None),
    (parse_dose, (" 1,000 mg ", "mg"), "dose", "'1,000 mg' has a comma", COMMA, None),
    (parse_dose, (" fast ", "mg"), "dose", "'fast' is not an amount", PLAIN, None),
    (parse_dose, ("x.5 mg", "mg"), "dose", "'x.5 mg' is not an amount", PLAIN, None),
    (parse_dose, ("x-5 mg", "mg"), "dose", "'x-5 mg' is not an amount", PLAIN, None),
    (parse_dose, ("x", "mg", "to"), "to", "'x' is not an amount", PLAIN, None),
    (parse_dose, (" 15", "mg"), "dose", "'15' has no unit", "write 15 mg", (1, 3)),
    (parse_dose, ("0.1", "mg"), "dose", "'0.1' has no unit", "write 0.1 mg", (0, 3)),
    (parse_dose, ("15", "mcg/h"), "dose", "'15' has no unit", "write 15 mcg/h", (0, 2)),
    (
        parse_dose,
        ("15", "mg", "reduce"),
        "reduce",
        "'15' has no unit",
        "write 15 mg or 15%",
        (0, 2),
    ),
    (parse_dose, ("0", "mg", "reduce"), "reduce", "'0' has no unit", "write 0 mg or 0%", (0, 1)),
    (
        parse_dose,
        ("0.0", "mg", "reduce"),
        "reduce",
        "'0.0' has no unit",
        "write 0.0 mg or 0.0%",
        (0, 3),
    ),
    (
        parse_dose,
        ("10.5", "mg", "reduce"),
        "reduce",
        "'10.5' has no unit",
        "write 10.5 mg or 10.5%",
        (0, 4),
    ),
    (
        parse_dose,
        ("0.25", "mg", "reduce"),
        "reduce",
        "'0.25' has no unit",
        "25% if a share was meant, 0.25 mg if an amount",
        (0, 4),
    ),
    (
        parse_dose,
        ("0.123456", "mg", "reduce"),
        "reduce",
        "'0.123456' has no unit",
        "12.346% if a share was meant, 0.123456 mg if an amount",
        (0, 8),
    ),
    (parse_dose, ("15  qg ", "mg"), "dose", "'qg' is not a unit", "write mg", (4, 6)),
    (parse_dose, ("15 mcg", "mg"), "dose", MICROGRAMS, "write the amount in mg", (3, 6)),
    (parse_dose, ("15 ug", "mg"), "dose", MICROGRAMS, "write the amount in mg", (3, 5)),
    (
        parse_dose,
        ("15.0001 mg", "mg"),
        "dose",
        "15.0001 mg is finer than can be measured",
        "at most three decimals of mg",
        (0, 7),
    ),
    (
        parse_dose,
        ("1234567890 mg", "mg"),
        "dose",
        "'1234567890 mg' is not an amount",
        PLAIN,
        None,
    ),
    (parse_percent, (" ten ",), "reduce", "'ten' is not a percentage", "write it as 10%", None),
    (
        parse_percent,
        ("10", "finish_at"),
        "finish_at",
        "'10' is not a percentage",
        "write it as 10%",
        None,
    ),
    (
        parse_percent,
        (" 10.00001% ",),
        "reduce",
        "10.00001% is finer than can be used",
        "at most four decimals",
        (1, 9),
    ),
    (
        parse_percent,
        ("0%", "finish_at"),
        "finish_at",
        "0% is not above 0% and at most 100%",
        "between 0% and 100%: 10%",
        (0, 1),
    ),
    (
        parse_percent,
        (" 100.0001%",),
        "reduce",
        "100.0001% is not above 0% and at most 100%",
        "between 0% and 100%: 10%",
        (1, 9),
    ),
    (
        parse_interval,
        (" weekly ",),
        "every",
        "'weekly' is not a length of time",
        "write 10d or 4w or 1mo",
        None,
    ),
    (
        parse_interval,
        ("5 y",),
        "every",
        "'5 y' is not a length of time",
        "write 10d or 4w or 1mo",
        (2, 3),
    ),
    (
        parse_interval,
        ("5 fortnights", "on_opioids_for", LIFE),
        "on_opioids_for",
        "'5 fortnights' is not a length of time",
        "write 10d or 4w or 1mo or 3y",
        (2, 12),
    ),
    (
        parse_interval,
        ("3w", "fill", "d"),
        "fill",
        "'3w' is not a length of time",
        "write 10d",
        (1, 2),
    ),
    (parse_interval, (" 0w",), "every", "'0w' is no time at all", "at least 1d", (1, 2)),
    (
        parse_interval,
        (" 3654d",),
        "every",
        "'3654d' is longer than ten years",
        "at most ten years: is the unit right?",
        (1, 5),
    ),
    (
        parse_interval,
        ("43831d", "on_opioids_for", LIFE),
        "on_opioids_for",
        "'43831d' is longer than 120 years",
        "at most 120 years: is the unit right?",
        (0, 5),
    ),
    (parse_day, (" 2026-2-3 ",), "start", "'2026-2-3' is not a date", NO_DATE, None),
    (parse_percent, ("१०%",), "reduce", "'१०%' is not a percentage", "write it as 10%", None),
    (
        parse_interval,
        ("२w",),
        "every",
        "'२w' is not a length of time",
        "write 10d or 4w or 1mo",
        None,
    ),
    (parse_day, ("२०२६-१२-०७",), "start", "'२०२६-१२-०७' is not a date", NO_DATE, None),
    (parse_day, ("x", "by"), "by", "'x' is not a date", NO_DATE, None),
    (
        parse_day,
        ("2026-02-30",),
        "start",
        "2026-02-30 is not in the calendar",
        "check the day and month",
        None,
    ),
    (
        parse_day,
        ("1999-12-31",),
        "start",
        "1999-12-31 is not between 2000 and 2100",
        "check the year",
        (0, 4),
    ),
    (
        parse_day,
        ("2101-01-01",),
        "start",
        "2101-01-01 is not between 2000 and 2100",
        "check the year",
        (0, 4),
    ),
]


@pytest.mark.parametrize(("reads", "given", "field", "message", "hint", "span"), SAID)
def test_what_is_said_of_a_quantity_that_cannot_be_read(reads, given, field, message, hint, span):
    with pytest.raises(InputError) as caught:
        reads(*given)
    (problem,) = caught.value.problems
    assert (problem.field, problem.message, problem.hint) == (field, message, hint)
    assert (problem.span, problem.value) == (span, given[0])


@pytest.mark.parametrize(
    ("reads", "given", "value"),
    [
        (parse_dose, (" 15 mg ", "mg"), Dose(15_000, "mg")),
        (parse_dose, ("123456789 mg", "mg"), Dose(123_456_789_000, "mg")),
        (parse_dose, ("0.000000000 mg", "mg"), Dose(0, "mg")),
        (parse_dose, ("0 mg", "mg"), Dose(0, "mg")),
        (parse_percent, ("0.0001%",), Ratio(1, 1_000_000)),
        (parse_percent, (" 100 % ",), Ratio(1, 1)),
        (parse_percent, ("33.3333%",), Ratio(333_333, 1_000_000)),
        (parse_percent, ("12.50%",), Ratio(1, 8)),
        (parse_interval, (" 2 wk ",), Interval(2, "w")),
        (parse_interval, ("3653d",), Interval(3653, "d")),
        (parse_interval, ("1 MONTH",), Interval(1, "mo")),
        (parse_interval, ("43830d", "on_opioids_for", LIFE), Interval(43830, "d")),
        (parse_interval, ("120 years", "on_opioids_for", LIFE), Interval(120, "y")),
        (parse_day, (" 2000-01-01 ",), date(2000, 1, 1)),
        (parse_day, ("2100-12-31",), date(2100, 12, 31)),
    ],
)
def test_what_can_be_read_up_to_its_limits(reads, given, value):
    assert reads(*given) == value


@pytest.mark.parametrize(
    ("unit", "spellings"),
    [
        ("mg", "mg milligram milligrams MG"),
        ("mcg", "mcg µg μg ug microgram micrograms"),
        (
            "mcg/h",
            "mcg/h mcg/hr mcg/hour µg/h μg/h ug/h microgram/hour micrograms/hour Micrograms/Hour",
        ),
        (None, "g ng mcg/day mg/h mgs"),
    ],
)
def test_every_spelling_of_a_unit(unit, spellings):
    assert {unit_of(f" {spelling} ") for spelling in spellings.split()} == {unit}


@pytest.mark.parametrize(
    ("unit", "spellings", "text", "words"),
    [
        ("d", "d day days", "3d", "3 days"),
        ("w", "w wk week weeks", "3w", "3 weeks"),
        ("mo", "mo month months", "3mo", "3 months"),
        ("y", "y yr year years", "3y", "3 years"),
    ],
)
def test_every_spelling_of_a_length_of_time(unit, spellings, text, words):
    for spelling in spellings.split():
        interval = parse_interval(f"3{spelling}", "on_opioids_for", LIFE)
        assert (interval, str(interval), interval.words) == (Interval(3, unit), text, words)
        assert Interval(1, unit).words == words[2:-1]


@pytest.mark.parametrize(
    ("text", "days", "calendar", "reaches_a_year"),
    [
        ("363d", 363, False, False),
        ("364d", 364, False, True),
        ("51w", 357, False, False),
        ("52w", 364, False, True),
        ("11mo", 308, True, False),
        ("12mo", 336, True, True),
        ("1y", 365, True, True),
    ],
)
def test_days_for_a_pace_and_what_counts_as_a_year(text, days, calendar, reaches_a_year):
    interval = parse_interval(text, "on_opioids_for", LIFE)
    assert (interval.days, interval.calendar) == (days, calendar)
    assert interval.reaches(Interval(1, "y")) == reaches_a_year


@pytest.mark.parametrize(
    ("text", "other", "reaches"),
    [
        ("27d", "1mo", False),
        ("28d", "1mo", True),
        ("4w", "1mo", True),
        ("1mo", "1mo", True),
        ("11w", "3mo", False),
        ("12w", "3mo", True),
        ("2mo", "3mo", False),
        ("1y", "12mo", True),
        ("1mo", "4w", True),
        ("1mo", "5w", False),
    ],
)
def test_whether_one_length_of_time_reaches_another(text, other, reaches):
    assert parse_interval(text, units=LIFE).reaches(parse_interval(other, units=LIFE)) == reaches


def test_a_multiple_of_an_interval():
    assert Interval(2, "w").times(3) == Interval(6, "w")
    assert Interval(2, "mo").after(date(2026, 12, 31)) == date(2027, 2, 28)
    assert Interval(2, "y").after(date(2028, 2, 29)) == date(2030, 2, 28)


@pytest.mark.parametrize(
    ("number", "amount"),
    [("7.5", 7500), ("0.001", 1), ("15.000000", 15_000), ("0.0001", None), ("1.2345", None)],
)
def test_thousandths(number, amount):
    assert thousandths(number) == amount


def test_how_numbers_are_printed():
    assert prose(1_234_500) == "1,234.5"
    assert prose(1_000_000) == "1,000"
    assert str(Dose(7500, "mcg/h")) == "7.5 mcg/h"
    assert [percent_text(part, 8) for part in (0, 1, 3, 8)] == ["0.0", "12.5", "37.5", "100.0"]
    assert percent_text(5, 0) == "0.0"
    assert [one_decimal(number, 40) for number in (1, 2, 3, 398, 399)] == [
        "0.0",
        "0.1",
        "0.1",
        "10.0",
        "10.0",
    ]
    assert [ratio_text(*ratio) for ratio in ((1, 2000), (1, 2001), (999_999, 1000))] == [
        "0.001",
        "0",
        "999.999",
    ]
    assert [ratio_text(2, 3, places) for places in (0, 1, 2, 4)] == ["1", "0.7", "0.67", "0.6667"]
    assert ratio_text(100, 1, 1) == "100"
