"""Laws of dispensing (contract 9)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from verify.calendar import on_or_before
from verify.clock import whole
from verify.laws.checks import CLOSE, working
from verify.laws.law import law
from verify.medicine import FOUR_WEEKS, HOURS_OF_DAY, THOUSAND, TWO_WEEKS, WEEK, exact
from verify.view import day
from verify.words import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.view import Plan, Step

CARRIED = 4  # days of the next row that are worth carrying
Need = Counter[tuple[str, str]]  # thousandths of units (mL), by product and strength


def longest(plan: Plan) -> int:
    """The most days of a fill (SPEC 3.3)."""
    asked = plan.request.get("fill")
    if asked == "step":
        days = FOUR_WEEKS
    elif asked:
        days = interval(str(asked)).counted
    elif CLOSE & set(plan.request.get("risks") or ()):
        days = WEEK
    else:
        days = FOUR_WEEKS if plan.every.counted >= TWO_WEEKS else TWO_WEEKS
    return whole(days, plan.period)


def changes(plan: Plan, product: str, first: int, end: int) -> int:
    """How often a regimen is given in a span of days: each day, or at each change of patches."""
    medicine = plan.medicine(product)
    if not medicine.is_patch:
        return end - first
    mine = product == plan.product.id
    period = plan.period if mine else medicine.intervals[0] // HOURS_OF_DAY
    return sum((each - plan.start) % period == 0 for each in range(first, end))


def regimens(row: Step) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What is taken in a row: of its product, and of its companions."""
    yield row.product.id, row.entry["doses"]
    for other in row.entry["companions"]:
        yield other["product"], other["doses"]


def a_day(doses: list[dict[str, Any]]) -> Counter[str]:
    """Thousandths of units of each strength, once through."""
    found: Counter[str] = Counter()
    for dose in doses:
        number = 1
        if "most_per_day" in dose and dose["most_per_day"] is not None:
            number = exact(dose["most_per_day"]) // exact(dose["amount"])
        for unit in dose["units"]:
            found[unit["strength"]] += exact(unit["count"]) * number
    return found


def needed(plan: Plan, first: int, end: int) -> Need:
    """What the rows need in a span of days, exactly."""
    found: Need = Counter()
    for row in plan.rows:
        if row.first is None or row.end is None or row.end <= first or row.first >= end:
            continue
        span = max(row.first, first), min(row.end, end)
        for product, doses in regimens(row):
            times = changes(plan, product, *span)
            for strength, count in a_day(doses).items():
                found[product, strength] += count * times
    return +found


def on_hand(plan: Plan) -> Counter[str]:
    """Units of each strength that the patient holds already."""
    found: Counter[str] = Counter()
    for text in plan.request.get("on_hand") or ():
        match = re.match(r"([\d.]+) x ([\d./]+)", text)
        if match:
            found[match[2]] += exact(match[1])
    return found


def _spans(plan: Plan) -> Iterator[tuple[dict[str, Any], int, int]]:
    for fill in plan.document["supply"]:
        first = day(fill["date"]) or 0
        yield fill, first, first + fill["days_supply"]


@law("9")
def fills_add_up_to_the_steps(plan: Plan) -> Iterator[str]:
    """With what is on hand, the fills hold what the steps need, to the tablet."""
    held = on_hand(plan)
    filled: Need = Counter()
    for fill, first, end in _spans(plan):
        here: Need = Counter()
        for item in fill["items"]:
            here[item["product"], item["strength"]] += exact(item["quantity"])
        need = needed(plan, first, end)
        if not held and here != need:
            yield f"fill {fill['fill']}: {dict(here)}, but {dict(need)} are needed"
        filled += here
    if not held:
        if plan.document["leftover"]:
            yield "something is left over"
        return
    left: Need = Counter()
    for item in plan.document["leftover"]:
        left[item["product"], item["strength"]] += exact(item["quantity"])
    total = needed(plan, plan.start, plan.last)
    for key in {*total, *filled}:
        opioid = key[1].partition("/")[0]
        own = held.get(key[1], held.get(opioid, 0))
        if own + filled[key] - left[key] != total[key]:
            yield f"{key}: {own} + {filled[key]} - {left[key]}, not {total[key]}"


@law("9")
def fills_follow_one_another(plan: Plan) -> Iterator[str]:
    """Fills cover the plan one after another, none for longer than asked."""
    due, most = plan.start, longest(plan)
    for place, (fill, first, end) in enumerate(_spans(plan), 1):
        if fill["fill"] != place:
            yield f"fill {fill['fill']} is the {place}th"
        if first != due and not on_hand(plan):
            yield f"fill {fill['fill']} is dated {fill['date']}"
        if not 0 < end - first <= most:
            yield f"fill {fill['fill']} is for {end - first} days, of {most} at most"
        due = end
    if due != plan.last and not on_hand(plan):
        yield "the fills do not last until the stop"


@law("9")
def fills_end_with_rows(plan: Plan) -> Iterator[str]:
    """A fill ends with a row rather than carry fewer than four days of the next one."""
    if on_hand(plan):
        return
    starts = {row.first for row in plan.rows if row.kind != "hold"}
    for fill, first, end in _spans(plan):
        inside = [start for start in starts if start is not None and first < start < end]
        last = max(inside, default=None)
        row = next((each for each in plan.rows if each.first == last), None)
        ends = row is not None and row.end == end
        if last is not None and end - last < CARRIED and not ends:
            yield f"fill {fill['fill']} carries {end - last} days of another row"


@law("9")
def fills_are_not_late(plan: Plan) -> Iterator[str]:
    """A fill can be dispensed on the last working day on or before its first day."""
    is_working = working(plan)
    for fill, first, _ in _spans(plan):
        if day(fill["not_before"]) != on_or_before(first, is_working):
            yield f"fill {fill['fill']} of {fill['date']} not before {fill['not_before']}"


@law("9")
def fills_are_counted_in_the_unit(plan: Plan) -> Iterator[str]:
    """Tablets, capsules, films and patches are whole (halves add up); liquids are in mL."""
    for fill, _, _ in _spans(plan):
        for item in fill["items"]:
            liquid = plan.medicine(item["product"]).is_liquid
            quantity = exact(item["quantity"])
            if quantity <= 0 or (not liquid and quantity % (THOUSAND // 2)):
                yield f"fill {fill['fill']}: a quantity of {item['quantity']}"
            if (item["unit"] == "mL") != liquid:
                yield f"fill {fill['fill']}: {item['unit']} of {item['product']}"
