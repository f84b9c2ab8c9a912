"""Requests in the plain words that the worked plans and the sweep use; nothing else is read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from verify.asked import Asked, Finish, pace
from verify.clock import Days, Hold, Interval
from verify.curve import MIXED
from verify.medicine import HOURS_OF_DAY, THOUSAND, WEEK, exact, formulary
from verify.shelf import MOST_MEASURES, Shelf
from verify.times import ranks, usual

if TYPE_CHECKING:
    from verify.medicine import Medicine, Strength

PERCENT = Fraction(1, 100)
SEARCHED = 8  # units at one administration, to find what the current dose needs
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHELVES: dict[tuple[Any, ...], Shelf] = {}


def asked(request: dict[str, Any], products: dict[str, Medicine] | None = None) -> Asked:
    """The taper that a request of plain words asks for."""
    known = products or formulary(request.get("market", "us"))
    product = known[request["product"]]
    amounts, hours, other = _dose(product, request["dose"])
    shelf = _shelf(product, amounts, tuple(request.get("stock", ())), other)
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
        hours,
        goal=0 if request.get("to", "0") == "0" else exact(request["to"].split()[0]),
        baseline=interval(request.get("baseline", "0d")),
        favor=request.get("favor"),
    )
    if "last_dose_for" in request:
        made = replace(made, last_dose_for=interval(request["last_dose_for"]))
    holds = _holds(request.get("holds", ()))
    days = replace(_days(request), period=made.period)
    made = replace(made, holds=holds[0], days=replace(days, holds=holds[1]))
    return replace(made, finish=_finish(request, known, product, made))


def interval(text: str) -> Interval:
    """``10d``, ``2w`` or ``1mo``."""
    match = re.fullmatch(r"(\d+)(d|w|mo)", text)
    assert match, text
    number = int(match[1])
    if match[2] == "mo":
        return Interval(months=number)
    return Interval(number * (WEEK if match[2] == "w" else 1))


def _dose(product: Medicine, text: str) -> tuple[tuple[int, ...], int, int | None]:
    """Amounts in the order of the day, the hours between them, the other ingredient."""
    words = re.fullmatch(r"(?:(\d+) x )?([\d./]+) (\S+)(?: q(\d+)([hd]))?", text)
    assert words, text
    hours = int(words[4] or 0) * (HOURS_OF_DAY if words[5] == "d" else 1)
    parts = words[2].split("/")
    if product.is_combination and len(parts) > 1 and hours:
        opioid, other = (exact(part) for part in parts)
    else:
        opioid, other = exact(parts[0]), None
    if not hours:
        hours = product.intervals[0] if product.is_patch else HOURS_OF_DAY // len(parts)
    if len(parts) > 1 and other is None:
        return tuple(exact(part) for part in parts), hours, None
    counted = {s.label: s.amount for s in product.strengths}
    opioid = counted.get(parts[0], opioid) if product.is_patch else opioid
    number = 1 if product.is_patch else HOURS_OF_DAY // hours
    return (opioid * int(words[1] or 1),) * number, hours, other


def _shelf(
    product: Medicine, amounts: tuple[int, ...], stock: tuple[str, ...], other: int | None
) -> Shelf:
    """The strengths in use (SPEC 3.1), and as many units at once as the dose needs."""
    used = product.named(stock) if stock else product.usual
    if product.is_liquid:
        return _kept(product, used[:1], MOST_MEASURES)
    if other is not None and not stock:
        used = tuple(s for s in product.strengths if s.other == other and s in _in_use(product, s))
    wide = _kept(product, used, SEARCHED)
    needed = ceil(max(sum(n for _, n in wide.ways[a][0]) for a in amounts if a) / THOUSAND)
    if product.is_combination and not stock and needed > 1:
        used = tuple({s for way in wide.units(amounts[:1]) for s, _ in way})
    most = needed if product.is_combination else max(product.most_units, needed)
    return _kept(product, used, most)


def _in_use(product: Medicine, strength: Strength) -> tuple[Strength, ...]:
    """The usual strengths, or one of a content that no usual strength has."""
    if strength.other in {s.other for s in product.usual}:
        return product.usual
    return (*product.usual, strength)


def _kept(product: Medicine, used: tuple[Strength, ...], most: int) -> Shelf:
    key = product.id, used, most
    if key not in _SHELVES:
        _SHELVES[key] = Shelf(product, used, most)
    return _SHELVES[key]


def _reduce(shelf: Shelf, text: str, amounts: tuple[int, ...]) -> tuple[Fraction, bool]:
    """The share of the original dose, and whether an amount was asked for.

    A tablet is one of the largest strength of the current dose.
    """
    if text.endswith("%"):
        return Fraction(text[:-1]) * PERCENT, False
    number, unit = text.split()
    original = sum(amounts)
    if unit.startswith("tablet"):
        units = shelf.units(ranks(tuple(("", amount) for amount in amounts)))
        largest = max(strength.amount for way in units for strength, _ in way)
        return Fraction(exact(number) * largest, THOUSAND * original), True
    return Fraction(exact(number), original), True


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
            holds.append(Hold(days, share=Fraction(where[:-1]) * PERCENT))
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
    number = len(made.now) if product.release != "er" else 4
    if len(words) > 1:
        number = HOURS_OF_DAY // int(words[1][1:-1])
    shelf = _kept(other, other.usual, MOST_MEASURES if other.is_liquid else other.most_units)
    return Finish(shelf, number)
