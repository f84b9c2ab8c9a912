"""Faults of doses, units and products."""

from __future__ import annotations

import copy
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from taper.formulary.market import formulary
from verify.schedules.rows import CannotHave, Rows, Wanted, dosed, kind, some, wanted

if TYPE_CHECKING:
    from random import Random

    from verify.schedules.faultless import Schedule


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
