"""Laws of the doses (contract 4.1 to 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from verify.laws.law import law
from verify.rules import allowed, curve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.regimen.table import Regimen
    from verify.case import Case
    from verify.shelf import Amounts, Shelf, Units


@law("4.1")
def doses_are_made_of_units(case: Case) -> Iterator[str]:
    """Every administration is a sum of whole units of the strengths in use, within the limits."""
    known = case.group.faults
    for row in (case.current, *case.rows):
        regimen = row.regimen
        key = id(regimen)
        if key not in known:
            known[key] = list(_made(case, regimen))
            case.group.regimens[key] = regimen
        for fault in known[key]:
            yield f"step {row.number}: {fault}"


def _made(case: Case, regimen: Regimen) -> Iterator[str]:
    """What is wrong with a regimen by itself."""
    shelf, product = case.shelf, case.product
    if regimen.product is not product or regimen.interval != case.start.hours:
        yield "another product or interval"
    if regimen.interval not in product.intervals_hours:
        yield "not a labelled interval"
    if len(regimen.amounts) != shelf.number or len(regimen.units) != shelf.number:
        yield "not as many administrations as there are in a day"
    if sum(regimen.amounts) != regimen.daily:
        yield "the administrations do not add up to the daily dose"
    for amount, units in zip(regimen.amounts, regimen.units, strict=False):
        yield from _administration(shelf, amount, units)


def _administration(shelf: Shelf, amount: int, units: Units) -> Iterator[str]:
    product = shelf.product
    grain = product.measure if product.is_liquid else THOUSAND
    if sum(strength.amount * count for strength, count in units) != amount * THOUSAND:
        yield "the units do not add up to the administration"
    if any(count <= 0 or count % grain for _, count in units):
        yield "not whole units"
    if any(strength not in shelf.strengths for strength, _ in units):
        yield "a strength that is not in use"
    if sum(count for _, count in units) > shelf.most * grain:
        yield "more units at one administration than allowed"
    if 0 < amount < product.least_dose or amount < 0:
        yield "less than the least single dose"


@law("4.5")
def fewest_units(case: Case) -> Iterator[str]:
    """Each administration takes the fewest units, larger strengths first; those written, as written."""  # noqa: E501
    shelf, start = case.shelf, case.start
    for row in (case.current, *case.rows):
        if start.count and row.amounts == start.amounts:
            made = [case.start.count * THOUSAND]
            if any([count for _, count in units] != made for units in row.regimen.units):
                yield f"step {row.number}: not the tablets that are taken now"
            continue
        for amount, units in zip(row.amounts, row.regimen.units, strict=False):
            if shelf.units.get(amount) != units:
                yield f"step {row.number}: {amount} has better units"


@law("4.2")
def no_dose_rises(case: Case) -> Iterator[str]:
    """No single administration is ever higher than in the row before."""
    for before, row in case.turns:
        if row.regimen is before.regimen:
            continue
        for now, then in zip(row.amounts, before.amounts, strict=False):
            if now > then:
                yield f"step {row.number}: {then} rises to {now}"


@law("4.2")
def only_reductions_reduce(case: Case) -> Iterator[str]:
    """A reduction and the stop lower the daily dose; a baseline and a hold change nothing."""
    for before, row in case.turns:
        if row.kind in {"reduce", "stop"}:
            if row.daily >= before.daily:
                yield f"step {row.number}: a {row.kind} that does not reduce"
        elif row.regimen is not before.regimen and (
            row.amounts != before.amounts or row.regimen.units != before.regimen.units
        ):
            yield f"step {row.number}: a {row.kind} that changes what is taken"


def _cuts(case: Case) -> Iterator[tuple[int, Amounts, Amounts, bool, bool]]:
    """Each reduction: its row, what was and is taken, whether it was marked, of what is left."""
    points = curve(case.asked.percent, case.asked.of)
    places = [place for place, _, _ in case.taper.reductions]
    number = 0
    for before, row in case.turns:
        if row.kind == "reduce":
            place = places[number] if number < len(places) else -1
            number += 1
            slow = points[place].of_current
            yield row.number, before.amounts, row.amounts, "unavoidable-cut" in row.marks, slow


@law("4.3")
def cuts_are_limited(case: Case) -> Iterator[str]:
    """A cut is at most 25% of the reference dose and half of the current one, or is unavoidable."""
    original = case.current.daily
    for number, then, now, marked, slow in _cuts(case):
        current, daily = sum(then), sum(now)
        reference = current if slow else original
        if not marked and not allowed([daily], current, reference):
            yield f"step {number}: {current} to {daily} is too large, and is not marked"


@law("4.3")
def unavoidable_cuts_are(case: Case) -> Iterator[str]:
    """An unavoidable cut is one where no smaller dose can be made, down to the next that can."""
    original = case.current.daily
    combination = case.product.is_combination
    for number, then, now, marked, slow in _cuts(case):
        if not marked:
            continue
        current, daily = sum(then), sum(now)
        reference = current if slow else original
        lower = [total for total in case.shelf.totals(then) if 0 < total < current]
        if combination:  # what gives more of the second ingredient than at the start is none
            most = case.taper.most_other
            ways = {total: case.shelf.divided(total, then) for total in lower}
            lower = [t for t, way in ways.items() if way and case.shelf.other(way) <= most]
        if allowed(lower, current, reference):
            yield f"step {number}: a smaller cut than {current} to {daily} can be made"
        if lower and daily != lower[0]:
            yield f"step {number}: {lower[0]} is the next lower dose, not {daily}"


@law("4.3, 4.6")
def chosen_by_the_rule(case: Case) -> Iterator[str]:
    """Each dose is the one nearest to the curve that the rule's second reading chooses."""
    expected = [amounts for _, amounts, _ in case.taper.reductions]
    found = [row.amounts for row in case.rows if row.kind == "reduce"]
    if found != expected:
        yield f"{found} where the rule gives {expected}"


@law("4.4")
def zero_follows_the_smallest(case: Case) -> Iterator[str]:
    """Zero follows only a single daily administration of the smallest amount, and ends the plan."""
    for before, row in case.turns:
        if row.daily == 0 and (row.kind != "stop" or row.number != case.rows[-1].number):
            yield f"step {row.number}: nothing is taken, and it is not the stop"
        if row.kind == "stop":
            if any(row.amounts) or any(row.regimen.units):
                yield f"step {row.number}: something is taken after the stop"
            taken = [amount for amount in before.amounts if amount]
            if taken != [case.shelf.smallest]:
                yield f"step {row.number}: the stop follows {taken}"
    if case.rows[-1].kind != "stop":
        yield "the plan does not end with a stop"


@law("4.5")
def divided_over_the_day(case: Case) -> Iterator[str]:
    """A daily dose is divided with the least sum of squares, and ties by time of day."""
    for before, row in case.turns:
        if row.kind == "reduce":
            best = case.shelf.divided(row.daily, before.amounts)
            if row.amounts != best:
                yield f"step {row.number}: {row.amounts} where {best} is better"


@law("3.2, 4.5")
def given_at_the_times_of_day(case: Case) -> Iterator[str]:
    """Administrations are named by the times of a day; a patch is one."""
    expected = ("patch",) if case.product.is_patch else case.shelf.times
    for row in (case.current, *case.rows):
        if row.regimen.times != expected:
            yield f"step {row.number}: {row.regimen.times}"


@law("8")
def second_ingredient_never_rises(case: Case) -> Iterator[str]:
    """Acetaminophen is never more in a day than at the start."""
    if not case.product.is_combination:
        return
    most = _other(case.current.regimen)
    for row in case.rows:
        if _other(row.regimen) > most:
            yield f"step {row.number}: more acetaminophen than at the start"


def _other(regimen: Regimen) -> int:
    return sum(strength.other * count for units in regimen.units for strength, count in units)
