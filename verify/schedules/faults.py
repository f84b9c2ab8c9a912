"""One fault in a schedule: fifteen kinds, each with the ids and the rows that must be named."""

from __future__ import annotations

import copy
import re
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.formulary.market import formulary
from verify.schedules.faultless import BY_HAND, EXPORTED, JSON, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

DAY = timedelta(days=1)
WEEK = 7
BAND = Fraction(1, 4)  # of the first dose in a week


class Wanted(NamedTuple):
    """What must be found: one of the ids, in one of the rows (None: of the whole)."""

    ids: frozenset[str]
    rows: frozenset[int | None]


class CannotHave(Exception):
    """The schedule is none that can have the fault."""


Fault = "Callable[[Schedule, Random], Wanted]"
KINDS: dict[str, Callable[[Schedule, Random], Wanted]] = {}


def kind(name: str) -> Callable[[Any], Any]:
    """Register a kind of fault by its name."""

    def register(function: Callable[[Schedule, Random], Wanted]) -> Any:
        KINDS[name] = function
        return function

    return register


def wanted(ids: str, *rows: int | None) -> Wanted:
    """One of some ids in one of some rows."""
    return Wanted(frozenset(ids.split()), frozenset(rows))


# --- the rows of a schedule, whatever way it is written ------------------------------------------


class Rows:
    """The dated rows, with what is in them, to be changed."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.steps = schedule.steps
        self.first = len(schedule.document["steps"]) - len(self.steps)
        self.by_hand = schedule.way == BY_HAND
        self.table = schedule.rows[self.first :]
        self.is_json = schedule.way == JSON

    def __len__(self) -> int:
        return len(self.steps)

    def number(self, place: int) -> int:
        """The number of a row as `taper check` names it."""
        if self.is_json:
            return int(self.steps[place]["step"])
        return place + 2 + self.first

    def name(self, field: str) -> str:
        """The column of a field of the document."""
        exported = {"start": "start_date", "end": "end_date"}
        hand = {"product": "drug", "daily_dose": "total", "quantities": "quantity"}
        return (hand if self.by_hand else exported).get(field, field)

    def get(self, place: int, field: str) -> Any:
        """What stands in a field of a row."""
        return self.steps[place][field] if self.is_json else self.table[place][self.name(field)]

    def put(self, place: int, **fields: Any) -> None:
        """Write fields of a row."""
        for field, value in fields.items():
            if self.is_json:
                self.steps[place][field] = value
            else:
                self.table[place][self.name(field)] = "" if value is None else str(value)

    def dates(self, place: int) -> tuple[date, date | None]:
        """The first and the last day of a row."""
        end = self.steps[place]["end"]
        return date.fromisoformat(self.steps[place]["start"]), date.fromisoformat(
            end
        ) if end else None

    def move(self, place: int, days: int) -> None:
        """Move a row and all after it by some days."""
        for each in range(place, len(self)):
            start, end = self.dates(each)
            self.set_dates(each, start + days * DAY, end + days * DAY if end else None)

    def set_dates(self, place: int, start: date, end: date | None) -> None:
        """Give a row its first and last day, and the days that fit them."""
        length = (end - start).days + 1 if end else None
        self.put(place, start=start.isoformat(), end=end.isoformat() if end else None)
        self.put(place, days=length)

    def clear_quantity(self, place: int) -> None:
        """Leave the quantity of a row out, so that a fault of the dose is one fault."""
        if not self.is_json:
            self.put(place, quantities="")

    def daily(self, place: int) -> Fraction:
        """The dose of a day, in the usual salt of the opioid."""
        step = self.steps[place]
        basis = formulary(self.schedule.market).products[step["product"]].basis
        return Fraction(step["daily_dose"]) * Fraction(*basis)


def some(random: Random, places: Iterable[int]) -> int:
    """One of some places."""
    found = list(places)
    if not found:
        raise CannotHave
    return random.choice(found)


def dosed(rows: Rows, first: int = 0) -> list[int]:
    """The places of the rows in which something is taken."""
    return [n for n in range(first, len(rows)) if rows.steps[n]["doses"]]


# --- doses ---------------------------------------------------------------------------------------


def give(rows: Rows, place: int, other: int) -> None:
    """The dose of another row of the same product."""
    fields = ["daily_dose", "doses"] if not rows.by_hand else ["dose", "daily_dose"]
    fields += ["directions"]
    rows.put(place, **{field: copy.deepcopy(rows.get(other, field)) for field in fields})
    rows.clear_quantity(place)


def higher(rows: Rows) -> list[tuple[int, int]]:
    """A row, and one before the row above it, of the same product and with a higher dose."""
    return [
        (place, other)
        for place in dosed(rows, 2)
        for other in range(place - 1)
        if rows.steps[other]["product"] == rows.steps[place]["product"]
        and rows.steps[place - 1]["product"] == rows.steps[place]["product"]
        and rows.daily(other) > rows.daily(place - 1)
    ]


@kind("a rise")
def a_rise(schedule: Schedule, random: Random) -> Wanted:
    """The dose of a row is that of an earlier one, above the row before it."""
    rows = Rows(schedule)
    found = higher(rows)
    place, other = found[some(random, range(len(found)))]
    give(rows, place, other)
    return wanted("dose-rises", rows.number(place))


@kind("twice the dose")
def twice_the_dose(schedule: Schedule, random: Random) -> Wanted:
    """Every amount of a row is doubled, and so are its units."""
    rows = Rows(schedule)
    place = some(
        random,
        (n for n in dosed(rows, 1) if 2 * rows.daily(n) > rows.daily(n - 1)),
    )
    step = rows.steps[place]
    doses = copy.deepcopy(step["doses"])
    for dose in doses:
        dose["amount"] = _number(2 * Fraction(dose["amount"]))
        for unit in dose["units"]:
            unit["count"] = _number(2 * Fraction(unit["count"]))
    _write(rows, place, _number(2 * Fraction(step["daily_dose"])), doses, factor=2)
    return wanted("dose-rises", rows.number(place))


@kind("a cut ER tablet")
def a_cut_tablet(schedule: Schedule, random: Random) -> Wanted:
    """Half of a larger unit stands for a whole one, of a product that is never cut."""
    if schedule.product.splittable or schedule.product.is_liquid:
        raise CannotHave
    rows = Rows(schedule)
    known = {s.label: s.amount for s in schedule.product.strengths}
    by_amount = {(s.amount, s.other): s.label for s in schedule.product.strengths}
    other = {s.label: s.other for s in schedule.product.strengths}
    places = [
        (place, at, number, by_amount[double])
        for place in dosed(rows)
        if rows.steps[place]["product"] == schedule.product.id
        for at, dose in enumerate(rows.steps[place]["doses"])
        for number, unit in enumerate(dose["units"])
        if int(unit["count"]) % 2
        and (double := (2 * known[unit["strength"]], 2 * other[unit["strength"]])) in by_amount
    ]
    place, at, number, label = places[some(random, range(len(places)))]
    if rows.by_hand:
        words = ("half of a", "0.5 of a", "a half", "\u00bd", "break in two one")
        rows.put(
            place, directions=f"take {random.choice(words)} {label} mg {schedule.product.kind}"
        )
        return wanted("needs-splitting", rows.number(place))
    doses = copy.deepcopy(rows.steps[place]["doses"])
    unit = doses[at]["units"][number]
    unit["strength"], unit["count"] = label, _number(Fraction(unit["count"]) / 2)
    _write(rows, place, rows.steps[place]["daily_dose"], doses)
    return wanted("needs-splitting", rows.number(place))


@kind("a wrong total")
def a_wrong_total(schedule: Schedule, random: Random) -> Wanted:
    """The dose of a day is not what its doses come to, and is below that of the row before."""
    rows = Rows(schedule)
    places = [n for n in dosed(rows, 1) if rows.daily(n) < rows.daily(n - 1)]
    if rows.by_hand:  # a dose of a day beside itself says nothing
        places = [n for n in places if "times a day" in rows.get(n, "dose")]
    place = some(random, places)
    daily = Fraction(rows.steps[place]["daily_dose"])
    rows.put(place, daily_dose=_number(daily * random.choice((3, 7, 11)) / 10 + Fraction(1, 2)))
    return wanted("dose-not-makeable", rows.number(place))


@kind("a strength that does not exist")
def a_strange_strength(schedule: Schedule, random: Random) -> Wanted:
    """A unit of a strength that nobody makes."""
    if schedule.product.is_liquid:
        raise CannotHave
    rows = Rows(schedule)
    known = {s.amount for s in schedule.product.strengths}
    known |= {int(Fraction(s.label.partition("/")[0]) * 1000) for s in schedule.product.strengths}
    place = some(
        random, (n for n in dosed(rows) if rows.steps[n]["product"] == schedule.product.id)
    )
    doses = copy.deepcopy(rows.steps[place]["doses"])
    unit = random.choice(doses)["units"][0]
    strength, _, other = unit["strength"].partition("/")
    strange = Fraction(strength)
    while int(strange * 1000) in known:
        strange -= Fraction(random.choice((1, 2, 3)), 10) * max(strange, 1) / 5
        strange = Fraction(round(strange * 10), 10)
    if strange <= 0:
        raise CannotHave
    label = _number(strange) + (f"/{other}" if other else "")
    if rows.by_hand:
        if schedule.product.is_patch:
            rows.put(place, dose=f"{label} {rows.steps[place]['unit']}", daily_dose="")
        else:
            number = len(doses)
            text = f"1 x {label} {rows.steps[place]['unit']} {number} times a day"
            rows.put(place, dose=text, daily_dose="")
        rows.clear_quantity(place)
        return wanted("dose-not-makeable", rows.number(place))
    unit["strength"] = label
    _write(rows, place, rows.steps[place]["daily_dose"], doses)
    return wanted("dose-not-makeable", rows.number(place))


@kind("a unit lost")
def a_lost_unit(schedule: Schedule, random: Random) -> Wanted:
    """A row without the unit that the others have."""
    rows = Rows(schedule)
    if rows.is_json:
        place = some(random, range(len(rows)))
        del rows.steps[place]["unit"]
        return wanted("unreadable", rows.number(place))
    place = some(random, dosed(rows))
    rows.put(place, unit="")
    if rows.by_hand:
        text = str(rows.get(place, "daily_dose"))
        rows.put(place, dose=text, daily_dose="")
    return wanted("unreadable", rows.number(place))


@kind("a wrong release")
def a_wrong_release(schedule: Schedule, random: Random) -> Wanted:
    """A row names another product of the same opioid."""
    product = schedule.product
    others = [
        each.id
        for each in formulary(schedule.market).of_drug(product.drug)
        if each.release != product.release and each.unit == product.unit
    ]
    rows = Rows(schedule)
    places = [
        n for n in dosed(rows, 1)[:-1] if rows.steps[n]["product"] == rows.steps[n + 1]["product"]
    ]
    if not others:
        raise CannotHave
    place = some(random, places)
    rows.put(place, product=random.choice(sorted(others)))
    return wanted("unreadable dose-not-makeable", rows.number(place))


def _number(value: Fraction) -> str:
    """An exact decimal, as the schedules write it."""
    text = f"{float(value):.3f}".rstrip("0").rstrip(".")
    return text or "0"


def _write(
    rows: Rows, place: int, daily: str, doses: list[dict[str, Any]], factor: int = 1
) -> None:
    """The doses of a row, in its own way of writing."""
    rows.clear_quantity(place)
    if rows.is_json:
        rows.put(place, daily_dose=daily, doses=doses)
        return
    if rows.by_hand:
        text = rows.get(place, "dose")
        number = re.compile(r"(\d+) x |^([\d.]+)(?= )")
        rows.put(place, daily_dose=daily, directions="")
        if "times a day" not in text and " x " not in text and "every" not in text:
            rows.put(place, dose=f"{daily} {rows.steps[place]['unit']}")
        elif " + " in text:
            raise CannotHave
        else:
            rows.put(
                place,
                dose=number.sub(lambda m: _times(m, factor), text, count=1),
            )
        return
    unit = " mL" if rows.schedule.product.is_liquid else ""
    parts = []
    for dose in doses:
        units = [f"{each['strength']} x {each['count']}{unit}" for each in dose["units"]]
        parts.append(f"{dose['time']} {dose['amount']} ({' + '.join(units)})")
    rows.put(place, daily_dose=daily, doses="; ".join(parts), directions="")


def _times(match: re.Match[str], factor: int) -> str:
    if match[1]:
        return f"{int(match[1]) * factor} x "
    return _number(Fraction(match[2]) * factor)


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


__all__ = ["EXPORTED", "KINDS", "CannotHave", "Wanted"]
