"""Faults of dates, of the pace and of quantities."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from verify.schedules.rows import (
    BAND,
    DAY,
    WEEK,
    CannotHave,
    Rows,
    Wanted,
    dosed,
    kind,
    some,
    wanted,
)

if TYPE_CHECKING:
    from random import Random

    from verify.schedules.faultless import Schedule


# --- dates ---------------------------------------------------------------------------------------


@kind("a gap")
def a_gap(schedule: Schedule, random: Random) -> Wanted:
    """A row and all after it begin some days later."""
    rows = Rows(schedule)
    place = some(random, range(1, len(rows)))
    rows.move(place, random.randint(2, 20))
    return wanted("gap", rows.number(place))


@kind("a missing day")
def a_missing_day(schedule: Schedule, random: Random) -> Wanted:
    """A row ends a day too early."""
    rows = Rows(schedule)
    place = some(random, (n for n in range(len(rows) - 1) if (rows.steps[n]["days"] or 0) > 1))
    start, end = rows.dates(place)
    assert end is not None
    rows.set_dates(place, start, end - DAY)
    rows.clear_quantity(place)
    return wanted("gap", rows.number(place + 1))


@kind("an overlap")
def an_overlap(schedule: Schedule, random: Random) -> Wanted:
    """A row and all after it begin before the row above ends."""
    rows = Rows(schedule)
    place = some(random, (n for n in range(1, len(rows)) if (rows.steps[n - 1]["days"] or 0) > 1))
    rows.move(place, -random.randint(1, min(6, rows.steps[place - 1]["days"] - 1)))
    return wanted("overlap", rows.number(place))


@kind("a date swapped")
def a_swapped_date(schedule: Schedule, random: Random) -> Wanted:
    """Day and month of a first day change places."""
    rows = Rows(schedule)
    places = [n for n in range(len(rows)) if _swapped(rows.dates(n)[0]) is not None]
    place = some(random, places)
    day = _swapped(rows.dates(place)[0])
    assert day is not None
    rows.put(place, start=day.isoformat())
    return wanted("gap overlap days-do-not-fit", rows.number(place))


def _swapped(day: date) -> date | None:
    """The day with its month for its day; None if that is no other day."""
    if day.day > 12 or day.day == day.month:  # noqa: PLR2004 - months
        return None
    return date(day.year, day.day, day.month)


@kind("an end before a start")
def an_end_before_a_start(schedule: Schedule, random: Random) -> Wanted:
    """The last day of a row is before its first."""
    rows = Rows(schedule)
    place = some(random, (n for n in range(len(rows)) if rows.steps[n]["end"]))
    start, _ = rows.dates(place)
    rows.put(place, end=(start - random.randint(1, 40) * DAY).isoformat())
    return wanted("days-do-not-fit", rows.number(place))


@kind("too fast")
def too_fast(schedule: Schedule, random: Random) -> Wanted:
    """Every row lasts a few days only, so that the cuts average more than the band."""
    rows = Rows(schedule)
    length = random.choice((2, 3, 4))
    day = rows.dates(0)[0]
    cuts = [n for n in dosed(rows, 1) if rows.daily(n) < rows.daily(n - 1)]
    if len(cuts) < 2:  # noqa: PLR2004 - a run of cuts
        raise CannotHave
    for place in range(len(rows)):
        last = None if rows.dates(place)[1] is None else day + (length - 1) * DAY
        rows.set_dates(place, day, last)
        rows.clear_quantity(place)
        day += length * DAY
    first = (
        rows.daily(0)
        if rows.first == 0
        else Fraction(rows.schedule.document["steps"][0]["daily_dose"])
    )
    fall = rows.daily(cuts[0] - 1) - rows.daily(cuts[-1])
    days = (cuts[-1] - cuts[0] + 1) * length
    if (
        days < WEEK
        or fall * WEEK <= BAND * first * days
        or rows.schedule.document["steps"][0]["companions"]
    ):
        raise CannotHave
    return wanted("rate-over-band", *(rows.number(place) for place in cuts))


# --- quantities ----------------------------------------------------------------------------------


def _quantity(schedule: Schedule, random: Random, sign: int) -> Wanted:
    """A quantity that is some units off."""
    rows = Rows(schedule)
    if rows.is_json:
        items = [item for fill in schedule.document["supply"] for item in fill["items"]]
        item = random.choice(items)
        count = int(Fraction(item["quantity"]))
        item["quantity"] = str(_off(count, sign, random))
        return wanted("quantity-does-not-fit", None)
    place = some(random, (n for n in range(len(rows)) if rows.get(n, "quantities")))
    text = rows.get(place, "quantities")
    found = list(re.finditer(r" x (\d+)", text))
    if not found:
        raise CannotHave
    match = random.choice(found)
    count = _off(int(match[1]), sign, random)
    rows.put(place, quantities=f"{text[: match.start()]} x {count}{text[match.end() :]}")
    return wanted("quantity-does-not-fit", rows.number(place))


def _off(count: int, sign: int, random: Random) -> int:
    changed = count + sign * random.randint(1, max(count // 3, 2))
    return max(changed, 0) if changed != count else count + 1


@kind("a quantity short")
def a_short_quantity(schedule: Schedule, random: Random) -> Wanted:
    """Fewer units than the days need."""
    return _quantity(schedule, random, -1)


@kind("a quantity too large")
def a_large_quantity(schedule: Schedule, random: Random) -> Wanted:
    """More units than the days need."""
    return _quantity(schedule, random, 1)
