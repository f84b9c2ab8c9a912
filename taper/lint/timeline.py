"""The rows of a schedule as the steps of a plan, with everything that is taken at one time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share
from taper.engine.choice import NOTHING, Reason
from taper.engine.falls import falls_from
from taper.engine.steps import (
    BASELINE,
    CHANGE,
    CURRENT,
    HOLD,
    MAINTAIN,
    REDUCE,
    STEP_BACK,
    STOP,
    Step,
)
from taper.errors import InputError, Problem
from taper.formulary.local import Local
from taper.lint.makeable import MOST_AS_WRITTEN, day_table
from taper.quantities import THOUSAND
from taper.reading import read
from taper.regimen.in_use import in_use
from taper.regimen.prescription import HOURS_OF_DAY
from taper.regimen.table import Regimen, Regimens, most_of_a_liquid, regimens
from taper.regimen.times import AS_NEEDED, PATCH, TIMES
from taper.regimen.units import MOST_UNITS, fewest_units_for
from taper.request.model import Companion

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.product import Product, Strength
    from taper.lint.entries import Chain, Line, Taken
    from taper.request.model import Request

_KINDS = {BASELINE, HOLD, MAINTAIN, STEP_BACK, CHANGE}
LARGE_CUT = share("large-cut")


class Placed(NamedTuple):
    """A line with its regimen, and why it has no units if it has none."""

    line: Line
    regimen: Regimen
    why: str = ""


class Course(NamedTuple):
    """The steps, the line that each of them begins with, and the lines without units."""

    request: Request
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    without_units: tuple[Placed, ...]


def course_of(made: list[Chain], known: Formulary) -> Course | None:
    """Everything that the rows say as one course; None if nothing of it can be placed in time."""
    chains = [[Placed(line, *_placed(line, chain)) for line in chain] for chain in made]
    if not chains:
        return None
    days = sorted({_day(each.line) for chain in chains for each in chain})
    first = _in_force(chains, days[0])
    main = next(iter(first))
    steps: list[Step] = []
    lines: list[Line] = []
    if days[0] != date.min:
        steps.append(_current(first, main))
        lines.append(first[main].line)
    for day in days:
        force = _in_force(chains, day)
        begun = [n for n, each in force.items() if _day(each.line) == day]
        if not begun:
            continue
        main = _changed(begun, force, chains, day)
        if day == date.min:
            steps.append(_current(force, main))
        else:
            steps.append(_step(len(steps), force, main, chains[main]))
        lines.append(force[main].line)
    start = next((line.start for line in lines if line.start), None)
    request = _request(steps[0], start, known)
    without_units = tuple(each for chain in chains for each in chain if each.why)
    return Course(request, tuple(steps), tuple(lines), without_units)


def _day(line: Line) -> date:
    return line.start or date.min


def _in_force(chains: list[list[Placed]], day: date) -> dict[int, Placed]:
    """What is taken on a day, by the number of its chain."""
    force = {}
    for number, chain in enumerate(chains):
        begun = [each for each in chain if _day(each.line) <= day]
        if begun and (begun[-1].line.end is None or begun[-1].line.end >= day):
            force[number] = begun[-1]
    return force


def _changed(
    begun: list[int], force: dict[int, Placed], chains: list[list[Placed]], day: date
) -> int:
    """Of what begins on a day the row's own product: what it names first, if that changes."""
    own = [n for n in begun if force[n].line.taken is force[n].line.entry.taken]
    for number in own or begun:
        before = [each for each in chains[number] if _day(each.line) < day]
        if before and before[-1].line.taken.daily != force[number].line.taken.daily:
            return number
    return (own or begun)[0]


def _others(force: dict[int, Placed], main: int) -> tuple[Regimen, ...]:
    return tuple(each.regimen for n, each in force.items() if n != main and each.regimen.daily)


def _current(force: dict[int, Placed], main: int) -> Step:
    regimen = force[main].regimen
    daily = regimen.daily
    others = _others(force, main)
    return Step(0, CURRENT, None, None, regimen, daily, daily, NOTHING, "", others)


def _step(number: int, force: dict[int, Placed], main: int, chain: list[Placed]) -> Step:
    placed = force[main]
    line, regimen = placed.line, placed.regimen
    earlier = [each for each in chain if _day(each.line) < _day(line)]
    before = earlier[-1].regimen if earlier else regimen
    first = chain[0].regimen
    then = _counted(before, regimen.product)
    kind = STOP if not regimen.daily else REDUCE if regimen.daily < then else HOLD
    if before.product is not regimen.product:
        kind = CHANGE
    elif line.entry.kind in _KINDS and kind != STOP:
        kind = line.entry.kind
    elif not earlier:
        kind = BASELINE
    original, others = _counted(first, regimen.product), _others(force, main)
    reason = NOTHING
    if (
        kind == REDUCE
        and not line.is_after_unread
        and _is_forced(before, regimen, [each.regimen for each in chain])
    ):
        reason = Reason("unavoidable")
    return Step(number, kind, line.start, line.end, regimen, original, then, reason, "", others)


def _counted(regimen: Regimen, product: Product) -> int:
    """A daily dose as another product of the opioid counts it."""
    ours, theirs = regimen.product.basis, product.basis
    return regimen.daily * ours[0] * theirs[1] // (ours[1] * theirs[0])


def _is_forced(before: Regimen, regimen: Regimen, course: list[Regimen]) -> bool:
    """Whether no smaller even cut than this one is possible with what is usually stocked."""
    product = before.product
    top, bottom = LARGE_CUT
    if (before.daily - regimen.daily) * bottom <= before.daily * top:
        return False
    if before.most_often or not before.amounts or not all(before.units):
        return False
    if max(before.amounts) < product.least_dose:
        return False
    falls = falls_from(_usual_table(product, before, course), before)
    highest = falls.highest(1)
    return highest is not None and highest.daily <= regimen.daily


def _usual_table(product: Product, regimen: Regimen, course: list[Regimen]) -> Regimens:
    """What the strengths make that a plan from this regimen would use.

    Where two or more tablets of a combination are taken at once, it is that tablet alone.
    """
    number = 1 if product.is_patch else len(regimen.amounts)
    content = next((s.other for units in regimen.units for s, _ in units), 0)
    used = {s for units in regimen.units for s, _ in units}
    strengths = in_use(product, regimen.amounts, product.max_units, other=content)
    strengths = tuple(s for s in product.strengths if s in strengths or s in used)
    if product.is_liquid:
        strengths = strengths[:1]
    at_once = max((sum(n for _, n in units) for units in regimen.units), default=0)
    halves = any(n % THOUSAND for units in regimen.units for _, n in units)
    most = -(-at_once // THOUSAND)
    if not product.is_combination:
        most = max(most, product.max_units)
    elif any(n > THOUSAND for each in course for units in each.units for _, n in units):
        strengths = tuple(s for s in strengths if s in used)
    limit = max(regimen.amounts) if product.is_liquid else 0
    if product.is_liquid:
        most = product.max_units
    return regimens(
        product,
        strengths,
        regimen.interval,
        min(most, MOST_UNITS),
        number=number,
        halves=halves and product.splittable,
        limit=limit,
    )


# --- regimens -------------------------------------------------------------------------------------


def _placed(line: Line, chain: Chain) -> tuple[Regimen, str]:
    """What is taken; without units, and with the reason, if no units make it."""
    taken = line.taken
    why = ""
    if taken.product.is_combination and taken.daily and not (taken.units or taken.amounts):
        why = "the tablets that a day is made of are not written"
    try:
        if not why:
            return regimen_of(taken, _content(line, chain)), ""
    except InputError as error:
        why = error.problems[0].message
    amounts = taken.amounts or (taken.daily,)
    hours = taken.hours or taken.product.interval
    times = TIMES.get(len(amounts), TIMES[1] * len(amounts))
    none = ((),) * len(amounts)
    return Regimen(taken.product, hours, amounts, none, taken.daily, times), why


def _content(line: Line, chain: Chain) -> int:
    """The other ingredient of one tablet, as the row or the last row before it says."""
    if not line.taken.product.is_combination:
        return 0
    known = 0
    for each in chain:
        if each.taken.product is line.taken.product:
            contents = [s.other for units in each.taken.units for s, _ in units]
            known = each.taken.other or (contents[0] if contents else known)
        if each is line:
            break
    return known


def regimen_of(taken: Taken, content: int = 0) -> Regimen:
    """What is taken, from what is written or from the best way to make it.

    Raises :class:`~taper.InputError` where it cannot be made.
    """
    product = taken.product
    if not taken.daily:
        return Regimen(product, HOURS_OF_DAY, (), (), 0, ())
    hours = taken.hours or product.interval
    if taken.units:
        most = taken.often if taken.times == AS_NEEDED else 0
        number = len(taken.amounts)
        times = taken.times or (PATCH if product.is_patch else TIMES.get(number, ()))
        if not (product.is_patch or most):
            hours = 0 if HOURS_OF_DAY % number else HOURS_OF_DAY // number
        return Regimen(product, hours, taken.amounts, taken.units, taken.daily, times, most)
    strengths = _strengths(product, taken, content)
    amounts = taken.amounts or (taken.daily,)
    if not taken.amounts:
        day = day_table(taken, strengths) or day_table(taken, product.strengths)
        if day is not None:
            return day.of(taken.daily)
    limit = most_of_a_liquid(product, strengths[0]) if product.is_liquid else 0
    number = 0 if product.is_patch else len(taken.amounts)
    between = hours if product.is_patch or not HOURS_OF_DAY % hours else HOURS_OF_DAY
    most = _most(taken, strengths)
    table = regimens(product, strengths, between, most, number=number, limit=limit)
    if taken.amounts and all(table.units(amount) is not None for amount in taken.amounts):
        return table.exactly(taken.amounts, None, taken.times)
    text = "/".join(product.number(amount) for amount in amounts)
    message = f"{text} {product.unit} cannot be made of {product.id}"
    raise InputError(Problem("dose", message, "another dose"))


def _strengths(product: Product, taken: Taken, content: int) -> tuple[Strength, ...]:
    if product.is_liquid:
        return product.usual[:1]
    alike = tuple(s for s in product.strengths if s.other == content) if content else ()
    wanted = taken.amounts or (taken.daily,)
    if alike and all(fewest_units_for(amount, alike, halves=False) for amount in wanted):
        return alike
    return product.strengths


def _most(taken: Taken, strengths: tuple[Strength, ...]) -> int:
    """How many units may be taken at once: as many as the amounts that are written need."""
    needed = (fewest_units_for(each, strengths, halves=False) for each in taken.amounts)
    return max(MOST_AS_WRITTEN, *(each or 0 for each in needed), 0)


# --- the request ----------------------------------------------------------------------------------


def _request(first: Step, start: date | None, known: Formulary) -> Request:
    """A request of what is taken first, for the rules that look at one."""
    regimen = first.regimen
    product = regimen.product
    base = read(
        {
            "market": product.market,
            "products": Local(known.local),
            "product": product.id,
            "dose": _any_dose(product),
            "start": start or "2001-01-01",
            "indication": "pain",
        }
    )
    also = tuple(Companion(each, base.regimens, base.prescription) for each in first.companions)
    return replace(base, regimen=regimen, also=also, raised_units=0)


def _any_dose(product: Product) -> str:
    """A dose of a product that can be read, whatever it is."""
    if product.is_patch:
        return f"1 x {product.usual[0].label} {product.unit}"
    if product.is_liquid:
        amount = product.usual[0].amount * max(product.measure, THOUSAND) // THOUSAND
        times = max(-(-product.least_dose // amount), 1)
        return f"{product.number(amount * times)} {product.unit} q24h"
    largest = max(product.usual, key=lambda s: s.amount)
    return f"1 x {largest.label} {product.unit} q24h"
