"""Requests in the plain words that the worked plans and the sweep use; nothing else is read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from verify.asked import Asked, Finish, pace
from verify.clock import CannotPlan, Days, Hold, Interval
from verify.curve import MIXED
from verify.medicine import HOURS_OF_DAY, THOUSAND, WEEK, exact, formulary
from verify.shelf import MOST_MEASURES, Shelf
from verify.times import ranks, usual

if TYPE_CHECKING:
    from verify.medicine import Medicine, Strength
    from verify.shelf import Units

PERCENT = Fraction(1, 100)
AFTER_EXTENDED = 4  # administrations a day of a finer product (SPEC 3.3)
SEARCHED = 12  # units at one administration, to find what the current dose needs
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHELVES: dict[tuple[Any, ...], Shelf] = {}


def asked(request: dict[str, Any], products: dict[str, Medicine] | None = None) -> Asked:
    """The taper that a request of plain words asks for."""
    known = products or formulary(request.get("market", "us"))
    product = known[request["product"]]
    dose = _dose(product, request["dose"])
    amounts = dose.amounts
    shelf = _shelf(product, dose, tuple(request.get("stock", ())))
    every = interval(request["every"])
    share, amount = _reduce(shelf, request["reduce"], amounts)
    start = date.fromisoformat(request["start"]).toordinal()
    times = usual(len(amounts), patch=product.is_patch)
    override = bool(request.get("override_rate"))
    made = Asked(
        shelf,
        tuple((time, n) for time, n in zip(times, amounts, strict=True) if n),
        pace(share, every, request.get("of", MIXED), amount=amount, override=override),
        every,
        start,
        dose.hours,
        goal=_goal(shelf, str(request.get("to") or "0"), amounts),
        baseline=interval(request.get("baseline", "0d")),
        favor=request.get("favor"),
        written=_written(product, dose),
    )
    if "last_dose_for" in request:
        made = replace(made, last_dose_for=interval(request["last_dose_for"]))
    holds = _holds(request.get("holds", ()))
    days = replace(_days(request), period=made.period)
    made = replace(made, holds=holds[0], days=replace(days, holds=holds[1]))
    return replace(made, finish=_finish(request, known, product, made))


def percent(text: str) -> Fraction:
    """``10%`` as a share."""
    return Fraction(text.removesuffix("%")) * PERCENT


def interval(text: str) -> Interval:
    """``10d``, ``2w`` or ``1mo``."""
    match = re.fullmatch(r"(\d+)(d|w|mo)", text)
    assert match, text
    number = int(match[1])
    if match[2] == "mo":
        return Interval(months=number)
    return Interval(number * (WEEK if match[2] == "w" else 1))


class Dose(NamedTuple):
    """The dose as it is written: of ``2 x 15 mg`` two units of one strength."""

    amounts: tuple[int, ...]  # in the order of the day
    hours: int
    at_once: int = 1
    label: str = ""  # of the strength, where the words name one
    other: int | None = None  # the second ingredient of a tablet


def _dose(product: Medicine, text: str) -> Dose:
    words = re.fullmatch(r"(?:(\d+) x )?([\d./]+) (\S+)(?: q(\d+)([hd]))?", text)
    assert words, text
    count, hours = int(words[1] or 1), int(words[4] or 0)
    hours *= HOURS_OF_DAY if words[5] == "d" else 1
    parts = words[2].split("/")
    tablet = product.is_combination and len(parts) > 1 and hours
    if len(parts) > 1 and not tablet:
        return Dose(tuple(exact(part) for part in parts), HOURS_OF_DAY // len(parts))
    if product.is_patch:
        amount = {s.label: s.amount for s in product.strengths}.get(parts[0], exact(parts[0]))
        return Dose((amount * count,), hours or product.intervals[0], count, parts[0])
    hours = hours or HOURS_OF_DAY
    amounts = (exact(parts[0]) * count,) * (HOURS_OF_DAY // hours)
    return Dose(amounts, hours, count, words[2], exact(parts[1]) if tablet else None)


def _written(product: Medicine, dose: Dose) -> Units | None:
    """The tablets that the dose names: several of one strength, or one of a combination."""
    named = product.named((dose.label,)) if dose.label else ()
    if product.is_liquid or not named or (dose.at_once == 1 and not product.is_combination):
        return None
    return ((named[0], dose.at_once * THOUSAND),)


def _shelf(product: Medicine, dose: Dose, stock: tuple[str, ...]) -> Shelf:
    """The strengths in use (SPEC 3.1), and as many units at once as the dose needs."""
    used = product.named(stock) if stock else product.usual
    if product.is_liquid:
        return liquid_shelf(product, used[0], max(dose.amounts))
    if product.is_combination and dose.other is not None:
        return _tablets(product, dose, used, stock)
    amounts = [amount for amount in dose.amounts if amount]
    if not stock:
        used = _with_needed(product, used, amounts, dose)
    wide = kept_shelf(product, used, SEARCHED)
    needed = ceil(max(sum(n for _, n in wide.ways[a][0]) for a in amounts) / THOUSAND)
    return kept_shelf(product, used, max(product.most_units, needed, dose.at_once))


def _tablets(
    product: Medicine, dose: Dose, used: tuple[Strength, ...], stock: tuple[str, ...]
) -> Shelf:
    """A combination: of several tablets at once that tablet alone; else those of one content."""
    tablet = product.named((dose.label,))
    if not stock:
        same = tuple(s for s in product.strengths if s.other == dose.other)
        used = tablet if dose.at_once > 1 else tuple(s for s in same if s in {*used, *tablet})
        used = used if set(used) - set(tablet) or dose.at_once > 1 else same
    return kept_shelf(product, used, dose.at_once)


def _with_needed(
    product: Medicine, used: tuple[Strength, ...], amounts: list[int], dose: Dose
) -> tuple[Strength, ...]:
    """With the seldom stocked strengths that the current dose needs: the fewest such units."""
    named = product.named((dose.label,)) if dose.at_once > 1 else ()
    ways = kept_shelf(product, used, product.most_units).ways
    more = kept_shelf(product, used, SEARCHED).ways
    every = [s for s in product.strengths if s not in used]
    found = {*used, *named}
    for amount in {*amounts} - {*ways}:
        for most in (product.most_units, *(() if amount in more else (SEARCHED,))):
            wide = kept_shelf(product, product.strengths, most) if every else None
            chosen = wide.every_way(amount) if wide else []
            best = min(chosen, key=lambda way: _seldom_first(way, used), default=())
            found |= {strength for strength, _ in best}
            if best:
                break
    return tuple(strength for strength in product.strengths if strength in found)


def _seldom_first(way: Units, used: tuple[Strength, ...]) -> tuple[int, int, list[int]]:
    seldom = sum(count for strength, count in way if strength not in used)
    return seldom, sum(count for _, count in way), [-s.amount for s, _ in way]


def liquid_shelf(product: Medicine, strength: Strength, most: int) -> Shelf:
    """A liquid up to some amount at one administration, and at least to 30 mL."""
    one = strength.amount * product.measure
    return kept_shelf(product, (strength,), max(MOST_MEASURES, -(-most * THOUSAND // one)))


def kept_shelf(
    product: Medicine, used: tuple[Strength, ...], most: int, *, halves: bool = False
) -> Shelf:
    """The shelf of some strengths, made once."""
    key = product.id, used, most, halves
    if key not in _SHELVES:
        _SHELVES[key] = Shelf(product, used, most, halves)
    return _SHELVES[key]


def _reduce(shelf: Shelf, text: str, amounts: tuple[int, ...]) -> tuple[Fraction, bool]:
    """The share of the original dose, and whether an amount was asked for.

    A tablet is one of the largest strength of the current dose.
    """
    if text.endswith("%"):
        return percent(text), False
    number, unit = text.split()
    original = sum(amounts)
    if unit.startswith("tablet"):
        units = shelf.units(ranks(tuple(("", amount) for amount in amounts)))
        largest = max(strength.amount for way in units for strength, _ in way)
        return Fraction(exact(number) * largest, THOUSAND * original), True
    return Fraction(exact(number), original), True


def _goal(shelf: Shelf, text: str, amounts: tuple[int, ...]) -> int:
    """A daily dose; of ``50 MME``, the highest that can be made at or below it."""
    if text == "current":
        return sum(amounts)
    number = exact(text.partition(" ")[0])
    if not text.endswith("MME"):
        return number
    factor = shelf.product.mme
    assert factor is not None
    caps = ranks(tuple(("", amount) for amount in amounts))
    return next((dose for dose in shelf.totals(caps) if dose and dose * factor <= number), 0)


def _holds(texts: tuple[str, ...]) -> tuple[tuple[Hold, ...], tuple[tuple[int, int], ...]]:
    holds, dated = [], []
    for text in texts:
        if ".." in text:
            first, last = (date.fromisoformat(day).toordinal() for day in text.split(".."))
            dated.append((first, last))
            continue
        length, _, where = text.partition("@")
        days = interval(length).counted
        if where.startswith("every"):
            holds.append(Hold(days, every=int(where[5:])))
        elif where.endswith("%"):
            holds.append(Hold(days, share=percent(where)))
        else:
            number = re.match(r"[\d.]+", where)
            assert number, text
            holds.append(Hold(days, dose=exact(number[0])))
    return tuple(holds), tuple(dated)


def _days(request: dict[str, Any]) -> Days:
    """Avoided weekends and weekdays; of holidays, the dates that a test gives."""
    weekdays: set[int] = set()
    if "weekends" in request.get("avoid", ()):
        weekdays |= {5, 6}
    if "reduce_on" in request:
        weekdays |= set(range(WEEK)) - {_WEEKDAYS.index(request["reduce_on"])}
    dates = {date.fromisoformat(day).toordinal() for day in request.get("avoid_dates", ())}
    return Days(frozenset(weekdays), frozenset(dates))


def _finish(
    request: dict[str, Any], known: dict[str, Medicine], product: Medicine, made: Asked
) -> Finish | None:
    if "finish_with" not in request:
        return None
    words = request["finish_with"].split()
    other = known[words[0]]
    number = AFTER_EXTENDED if product.release == "er" else None
    if not other.is_liquid and min(s.amount for s in other.usual) >= made.shelf.smallest:
        message = f"{other.id} makes no smaller dose"
        raise CannotPlan(message)
    if len(words) > 1:
        number = HOURS_OF_DAY // int(words[1][1:-1])
    if other.is_liquid:
        most = ceil(made.original * product.basis / other.basis / (number or 1))
        return Finish(liquid_shelf(other, other.usual[0], most), number)
    return Finish(kept_shelf(other, other.usual, other.most_units), number)
