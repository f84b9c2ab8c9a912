"""The laws of a course: of a plan document, and of the one that a change has made of it.

Like the laws of one plan (:mod:`verify.laws`) they look at the documents alone. ``from`` of the
last entry of ``revisions`` is the day of the change, ``change`` what was asked for.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from verify.calendar import CONTACT_DAYS
from verify.clock import whole
from verify.laws import LAWS
from verify.laws.checks import spacing
from verify.laws.supply import _items, needed, on_hand
from verify.view import Plan, day
from verify.words import interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.view import Step

FALLS = {"reduce", "change", "stop"}
AFTER = {"after-reduction", "after-stop"}
# laws of one plan that hold of a plan under way as well
OF_ONE = (
    *("units-add-up", "doses-can-be-taken", "no-dose-rises", "every-day-once"),
    *("ends-as-asked", "patches-are-changed-when-due"),
    *("checks-belong-to-their-rows", "fills-are-counted-in-the-unit", "fills-are-not-late"),
)


class Turn(NamedTuple):
    """A change: the plan before it and after it, its day, and what was asked for."""

    before: Plan
    after: Plan
    day: int
    change: dict[str, str]


def turn(before: dict[str, Any], after: dict[str, Any]) -> Turn:
    """The last change of a document."""
    last = after["revisions"][-1]
    when = day(last["from"])
    assert when is not None
    return Turn(Plan(before), Plan(after), when, last["change"])


def broken(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Every law that a change breaks, with where."""
    at = turn(before, after)
    found = [f"{name}: {text}" for name in OF_ONE for text in LAWS[name].check(at.after)]
    for check in COURSE:
        name = check.__name__.replace("_", "-")
        found += [f"{name}: {text}" for text in check(at)]
    return found


def _known(row: Step) -> dict[str, Any]:
    """What of a row must not change once it is behind."""
    names = ("step", "kind", "start", "product", "daily_dose", "doses", "companions", "mme")
    return {name: row.entry[name] for name in names}


def nothing_before_it_changed(at: Turn) -> Iterator[str]:
    """Rows, checks and fills before the day of the change stay as they were."""
    behind = [row for row in at.before.steps if row.first is None or row.first < at.day]
    for was, now in zip(behind, at.after.steps, strict=False):
        if _known(was) != _known(now):
            yield f"step {was.number} is another one"
        if was.end is not None and was.end <= at.day and was.end != now.end:
            yield f"step {was.number} ends on another day"
    for name in ("checks", "supply"):
        was, now = (
            [each for each in plan.document[name] if (day(each["date"]) or 0) < at.day]
            for plan in (at.before, at.after)
        )
        if was != now:
            yield f"{name} before the day are others"
    if at.before.document["revisions"] != at.after.document["revisions"][:-1]:
        yield "earlier revisions are others"


def only_a_step_back_goes_up(at: Turn) -> Iterator[str]:
    """A dose rises only in a step back that was asked for, to the dose of the previous step."""
    backs = {
        day(each["from"])
        for each in at.after.document["revisions"]
        if "step_back" in each["change"]
    }
    for row in at.after.rows:
        if row.kind != "step-back":
            continue
        if row.first not in backs:
            yield f"step {row.number}: nobody asked for it"
        taken = [
            each.amounts for each in at.after.steps[: row.number] if each.product is row.product
        ]
        others = [each for each in taken if taken and each != taken[-1]]
        first = at.after.current.entry["companions"]
        known = others or [None for each in first if each["product"] == row.product.id]
        if not known or (others and others[-1] != row.amounts):
            yield f"step {row.number}: not the dose of the previous step"


def every_reduction_has_its_checks(at: Turn) -> Iterator[str]:
    """Before every reduction a check, after it another, in time to look for withdrawal."""
    if spacing(at.after) == "none":
        return
    checks = [
        (day(each["date"]) or 0, set(each["reasons"])) for each in at.after.document["checks"]
    ]
    falls = [row for row in at.after.rows if row.kind in FALLS and row.first is not None]
    last = None
    for row, following in pairwise([*falls, None]):
        assert row is not None
        assert row.first is not None
        until = following.first if following is not None else None
        asked = [when for when, why in checks if "before-reduction" in why and when <= row.first]
        if not [when for when in asked if last is None or when >= last]:
            yield f"step {row.number}: no check before it"
        looked = [when for when, why in checks if AFTER & why and when > row.first]
        if not [when for when in looked if until is None or when <= until]:
            yield f"step {row.number}: no check after it"
        last = row.first


def never_long_without_contact(at: Turn) -> Iterator[str]:
    """No more than 28 days (close: 7) pass without contact, or there is one on the day itself.

    A plan that had ended, and goes on by a change, has its next contact on the day of the change.
    """
    plan = at.after
    most = CONTACT_DAYS.get(spacing(plan))
    if most is None:
        return
    changed = {day(each["from"]) for each in plan.document["revisions"]}
    end = plan.stop if plan.stop is not None else plan.last - 1
    days = [day(check["date"]) or 0 for check in plan.document["checks"]]
    for earlier, later in pairwise([plan.start, *(d for d in days if plan.start < d < end), end]):
        if later - earlier > most and later not in changed:
            yield f"{later - earlier} days without contact from day {earlier - plan.start} on"


def enough_on_every_day(at: Turn) -> Iterator[str]:
    """On every day what was dispensed is enough for the day, and nothing is dispensed twice."""
    plan = at.after
    held = on_hand(plan)
    fills = {day(each["date"]): _items(each["items"]) for each in plan.document["supply"]}
    bounds = sorted({plan.start, plan.last, *(f for f in fills if f is not None)})
    for first, end in pairwise(bounds):
        held.update(fills.get(first, {}))
        held.subtract(needed(plan, first, end))
        for key, count in held.items():
            if count < 0:
                yield f"before day {end - plan.start}: {-count} of {key} are missing"
                held[key] = 0
    left = _items(plan.document["leftover"])
    if any(held[key] != left[key] for key in {*held, *left}):
        yield f"{dict(left)} are left over, not {dict(held)}"
    for key, count in left.items():
        if count < 0:
            yield f"{count} of {key} left over"


def falls_keep_their_interval(at: Turn) -> Iterator[str]:
    """After the change no dose is kept for less than the shortest interval in force."""
    asked = at.after.request
    if asked.get("also") and not asked.get("every"):
        return  # the others have intervals of their own
    every = [interval(part["every"]).counted for part in at.after.document["rule"]["parts"]]
    by_hand = {
        day(each["from"])
        for each in at.after.document["revisions"]
        if {"dose", "taking"} & set(each["change"])
    }
    moving = [each for each in at.after.document["revisions"] if each.get("moves", True)]
    begun = max([at.day, *(day(each["from"]) or 0 for each in moving)])
    since: dict[str, int] = {}
    for row in at.after.rows:
        if row.first is None or row.kind not in {*FALLS, "step-back"}:
            continue
        shortest = min(whole(days, at.after.worn(row.product.id)) for days in every)
        last = since.get(row.product.id, 0)
        is_of_the_rule = row.kind in FALLS and row.first not in by_hand
        if is_of_the_rule and last >= begun and row.first - last < shortest:
            yield f"step {row.number}: {row.first - last} days after the one before"
        since[row.product.id] = row.first


def _left(row: Step) -> Fraction:
    """The daily dose of a row in one salt of its opioid."""
    return row.daily * Fraction(row.product.basis)


def _opioid(plan: Plan, row: Step) -> str:
    """The opioid of a row: a finer product is the same one."""
    finish = str(plan.request.get("finish_with") or "").split()[:1]
    return plan.product.id if row.product.id in finish else row.product.id


def nothing_comes_earlier(at: Turn) -> Iterator[str]:
    """No dose is reached earlier than planned, unless a faster pace or a dose was asked for."""
    if _may_be_earlier(at):
        return
    planned = [row for row in at.before.rows if row.end is None or row.end > at.day]
    for row in at.after.rows:
        if row.kind not in FALLS or row.first is None or row.first < at.day:
            continue
        left, opioid = _left(row), _opioid(at.after, row)
        as_low = [
            each.first
            for each in planned
            if _opioid(at.before, each) == opioid and _left(each) <= left
        ]
        if as_low and as_low[0] is not None and row.first < as_low[0]:
            yield f"step {row.number}: {as_low[0] - row.first} days earlier"


def _may_be_earlier(at: Turn) -> bool:
    """Whether what was asked for may bring a reduction forward, or takes an earlier change back."""
    change = at.change
    if {"dose", "taking"} & set(change) or change.get("hold") == "none":
        return True
    earlier = at.before.document["revisions"]
    if any((day(each["from"]) or 0) >= at.day and _asks(each["change"]) for each in earlier):
        return True
    was, now = at.before.document["rule"], at.after.document["rule"]
    paces = [[_pace(plan, part) for part in plan.document["rule"]["parts"]] for plan in at[:2]]
    order = ("current", "mixed", "original")
    return max(paces[1]) > min(paces[0]) or order.index(now["of"]) > order.index(was["of"])


def _asks(change: dict[str, str]) -> bool:
    return bool(set(change) - {"taking", "missed"}) or bool(change.get("taking"))


def _pace(plan: Plan, part: dict[str, str]) -> Fraction:
    """The reduction asked for a day, as a share."""
    text, days = part["reduce"], plan.days_of(part["every"])
    if text.endswith("%"):
        return Fraction(text.removesuffix("%")) / days
    amount = Fraction(text.split()[0].replace(",", ""))
    return amount * 100 * 1000 / plan.original / days


COURSE: tuple[Callable[[Turn], Iterator[str]], ...] = (
    nothing_before_it_changed,
    only_a_step_back_goes_up,
    every_reduction_has_its_checks,
    never_long_without_contact,
    enough_on_every_day,
    falls_keep_their_interval,
    nothing_comes_earlier,
)
