"""Laws of dispensing (contract 9)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from verify.calendar import on_or_before
from verify.clock import whole
from verify.laws.checks import CLOSE, working
from verify.laws.law import law
from verify.medicine import FOUR_WEEKS, THOUSAND, TWO_WEEKS, WEEK, exact
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
    period = plan.worn(product)
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


def on_hand(plan: Plan) -> Need:
    """Units of each strength that the patient holds already, of the first product that has it."""
    found: Need = Counter()
    for text in plan.request.get("on_hand") or ():
        match = re.fullmatch(r"([\d.]+) (?:x ([\d./]+)|mL)", text)
        assert match, text
        products = [plan.medicine(name) for name in _products(plan)]
        for product in products:
            named = product.usual if match[2] is None else product.named((match[2],))
            usual = [strength for strength in named if strength in product.usual] or [*named]
            if usual and product.is_liquid == (match[2] is None):
                found[product.id, usual[0].label] += exact(match[1])
                break
    return found


def _products(plan: Plan) -> list[str]:
    """The ids of every product of the request: the main one, the finer one, the others."""
    finish = str(plan.request.get("finish_with") or "").split()[:1]
    others = [str(text).split()[0] for text in plan.request.get("also") or ()]
    return [plan.product.id, *finish, *others]


def _spans(plan: Plan) -> Iterator[tuple[dict[str, Any], int, int]]:
    for fill in plan.document["supply"]:
        first = day(fill["date"]) or 0
        yield fill, first, first + fill["days_supply"]


@law("9")
def fills_add_up_to_the_steps(plan: Plan) -> Iterator[str]:
    """With what is on hand, the fills hold what the steps need, to the tablet, and no more."""
    spare, done = on_hand(plan), plan.start
    changed = max((day(each["from"]) or 0 for each in _revisions(plan)), default=0)
    for fill, first, end in _spans(plan):
        here = _items(fill["items"])
        spare.update(here)
        spare.subtract(needed(plan, done, end))
        done = end
        for key, count in spare.items():
            one = 1 if plan.medicine(key[0]).is_liquid else THOUSAND
            if count < 0:
                yield f"fill {fill['fill']}: {-count} of {key} are missing"
            elif here[key] and count >= one and first >= changed:
                yield f"fill {fill['fill']}: {count} of {key} too many"
    spare.subtract(needed(plan, done, plan.last))
    left = _items(plan.document["leftover"])
    if any(spare[key] != left[key] for key in {*spare, *left}):
        yield f"{dict(left)} are left over, not {dict(spare)}"


def _revisions(plan: Plan) -> list[dict[str, Any]]:
    return list(plan.document.get("revisions") or ())


def _items(items: list[dict[str, Any]]) -> Need:
    found: Need = Counter()
    for item in items:
        found[item["product"], item["strength"]] += exact(item["quantity"])
    return found


@law("9")
def fills_follow_one_another(plan: Plan) -> Iterator[str]:
    """Fills cover the plan one after another, none for longer than asked.

    One that would hold nothing is left out, as where a patch is not changed in its days, or
    half a tablet is left of the one before.
    """
    due, most = plan.start, longest(plan)
    spare = on_hand(plan) or plan.request.get("split") == "halves"
    for place, (fill, first, end) in enumerate(_spans(plan), 1):
        if fill["fill"] != place:
            yield f"fill {fill['fill']} is the {place}th"
        if first < due or (first > due and not spare and needed(plan, due, first)):
            yield f"fill {fill['fill']} is dated {fill['date']}"
        if not 0 < end - first <= most:
            yield f"fill {fill['fill']} is for {end - first} days, of {most} at most"
        due = end
    if not spare and needed(plan, due, plan.last):
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
