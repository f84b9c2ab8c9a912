"""Laws of the withdrawal checks (SPEC 7)."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from verify.calendar import CONTACT_DAYS, REASONS, Dates, checks, window, working_days
from verify.laws.law import law
from verify.medicine import WEEK, market_facts
from verify.view import day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.view import Plan

CLOSE = {"suicide-risk", "oud", "previous-overdose"}  # SPEC 3.3: a contact every week
MONITORING_DAYS = 92  # three months
MONITORED = {"us", "ca", "au"}  # markets with a monitoring programme
PROGRAMMES = ("monitoring program", "prescription monitoring")  # as the markets call them
WAYS = {"visit", "video", "telephone"}
ALWAYS = ("PEG", "mood", "suicid", "sleep", "naloxone")
SCALES = ("COWS", "16-item Subjective Opiate Withdrawal Scale")


def spacing(plan: Plan) -> str:
    """``standard``, ``close`` or ``none``."""
    asked = plan.request.get("checks")
    if asked:
        return str(asked)
    return "close" if CLOSE & set(plan.request.get("risks") or ()) else "standard"


def working(plan: Plan) -> Callable[[int], bool]:
    """Working days of the market."""
    return working_days(market_facts(plan.market)["holidays"]["country"])


def dates(plan: Plan) -> Dates:
    """What the calendar follows from; another product can bring withdrawal as less of one can."""
    reductions = [
        row for row in plan.rows if row.kind in {"reduce", "change"} or _passing_stop(plan, row)
    ]
    reviews = {
        row.first for before, row in plan.turns if before.kind == "hold" and row.first is not None
    }
    return Dates(
        plan.start,
        tuple(row.first for row in reductions if row.first is not None),
        plan.stop,
        plan.last - 1,
        frozenset(reviews),
        plan.every.counted,
        spacing(plan),
    )


def _passing_stop(plan: Plan, row: Any) -> bool:
    """The stop of an opioid that is not the last one."""
    return bool(row.kind == "stop" and row.first != plan.stop)


@law("7")
def checks_are_those_of_the_second_reading(plan: Plan) -> Iterator[str]:
    """Every check is on the day, and for the reasons, that the second reading works out."""
    if spacing(plan) == "none":
        return
    if plan.document.get("revisions") or any(row.kind == "step-back" for row in plan.rows):
        return
    products = {row.first: row.product for row in plan.rows}
    wanted = checks(dates(plan), lambda first: window(products[first]), working(plan))
    found = [(day(check["date"]), tuple(check["reasons"])) for check in plan.document["checks"]]
    for mine, theirs in zip(wanted, found, strict=False):
        if mine[0] != theirs[0] or set(mine[1]) != set(theirs[1]):
            yield f"{theirs}, not {mine}"
            return
    if len(wanted) != len(found):
        yield f"{len(found)} checks, not {len(wanted)}"


@law("7")
def checks_are_on_working_days(plan: Plan) -> Iterator[str]:
    """Checks are on working days, but at intervals under a week, and never on a reduction."""
    is_working = working(plan)
    begun = {row.first for row in plan.rows if row.kind in {"reduce", "stop"}}
    for check in plan.document["checks"]:
        when = day(check["date"])
        assert when is not None
        if plan.every.counted >= WEEK and not is_working(when) and plan.simple:
            yield f"{check['date']} is no working day"
        if when in begun and "after-reduction" in check["reasons"] and plan.every.counted >= WEEK:
            yield f"{check['date']}: withdrawal is looked for on the day of a reduction"


@law("7")
def never_long_without_contact(plan: Plan) -> Iterator[str]:
    """From start to stop no more than 28 days pass without contact; 7 where it is close."""
    most = CONTACT_DAYS.get(spacing(plan))
    if most is None:
        return
    end = plan.stop if plan.stop is not None else plan.last - 1
    days = [day(check["date"]) or 0 for check in plan.document["checks"]]
    for earlier, later in pairwise([plan.start, *(d for d in days if plan.start < d < end), end]):
        if later - earlier > most:
            yield f"{later - earlier} days without contact from day {earlier - plan.start} on"


@law("7")
def checks_belong_to_their_rows(plan: Plan) -> Iterator[str]:
    """Each check names the row in force, its reasons in order, and a way of contact."""
    begun = [row.first for row in plan.rows if row.first is not None]
    before = 0
    for check in plan.document["checks"]:
        when = day(check["date"]) or 0
        if when <= before:
            yield f"{check['date']}: out of order"
        before = when
        if check["step"] != bisect_right(begun, when):
            yield f"{check['date']}: step {check['step']} is not in force"
        reasons = check["reasons"]
        if not reasons or check["reason"] != min(reasons, key=REASONS.index):
            yield f"{check['date']}: {check['reason']} of {reasons}"
        if check["how"] not in WAYS:
            yield f"{check['date']}: by {check['how']}"


@law("7")
def checks_say_what_to_look_at(plan: Plan) -> Iterator[str]:
    """Each check lists a scale, pain, mood, sleep and naloxone; no COWS by telephone."""
    for check in plan.document["checks"]:
        for missing in _missing(tuple(check["items"]), check["how"]):
            yield f"{check['date']}: {missing}"


@law("7")
def monitored_every_three_months(plan: Plan) -> Iterator[str]:
    """The prescription monitoring programme is looked at at least every three months."""
    if plan.market not in MONITORED or not plan.document["checks"]:
        return
    last = None
    for check in plan.document["checks"]:
        when = day(check["date"]) or 0
        if _monitors(tuple(check["items"])):
            last = when
        elif last is None or when - last > MONITORING_DAYS:
            yield f"not looked at by {check['date']}"
            return


@lru_cache(maxsize=64)
def _monitors(items: tuple[str, ...]) -> bool:
    return any(words in item.lower() for item in items for words in PROGRAMMES)


@lru_cache(maxsize=64)
def _missing(items: tuple[str, ...], how: str) -> tuple[str, ...]:
    text = " ".join(items)
    missing = [f"{word} is missing" for word in ALWAYS if word.lower() not in text.lower()]
    if not any(scale in text for scale in SCALES):
        missing.append("a withdrawal scale is missing")
    if how == "telephone" and "COWS" in text:
        missing.append("COWS by telephone")
    if "SOWS" in text:
        missing.append("the name of a scale is not in full")
    return tuple(missing)
