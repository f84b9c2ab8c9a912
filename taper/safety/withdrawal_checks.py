"""Withdrawal checks: when to look, how, and at what (contract 7)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from taper.data.files import data_file
from taper.engine.steps import CHANGE, HOLD, REDUCE, STOP
from taper.formulary.working_days import calendar_from
from taper.safety.check_dates import (
    AFTER,
    AFTER_STOP,
    BEFORE,
    REASONS,
    Fall,
    Looked,
    Spacing,
    check_dates,
    contacts,
    days_of_checks,
    in_order,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.engine.steps import Step
    from taper.formulary.working_days import Calendar
    from taper.request.model import Request
    from taper.safety.check_dates import Due

_FALLS = frozenset({REDUCE, CHANGE, STOP})
VISIT, VIDEO, TELEPHONE = "visit", "video", "telephone"
HOW = (VISIT, VIDEO, TELEPHONE)  # the most thorough way first


class Check(NamedTuple):
    """One check: the step in force that day, why it is made, how, and what to look at.

    ``reasons`` are of :data:`taper.safety.check_dates.REASONS`, in their order.
    """

    date: date
    step: int
    reasons: tuple[str, ...]
    how: str
    items: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The first of the reasons: the one that a check is called by."""
        return self.reasons[0]


class _Kind(NamedTuple):
    title: str
    how: str
    items: tuple[str, ...]


class Facts(NamedTuple):
    """The wording and timing of ``data/checks.toml``, in a market's own words if it has any."""

    timing: dict[str, tuple[int, int]]  # first and last day of the window after a reduction
    contact: dict[str, int]
    monitoring_days: int
    monitoring: str
    monitoring_title: str
    before: int
    near: int
    short: int
    after_stop: tuple[int, ...]
    visit_days: int
    scale: dict[str, str]
    always: tuple[str, ...]
    tolerance: str
    lost_tolerance: str
    first: str
    kinds: dict[str, _Kind]


@lru_cache(maxsize=8)
def facts(market: str = "us") -> Facts:
    """The wording and timing of a market."""
    data = data_file("checks.toml")
    data = data | data["market"].get(market, {})
    items = data["items"]
    return Facts(
        timing={key: (first, last) for key, (first, last) in data["timing"].items()},
        contact=data["contact_days"],
        monitoring_days=data["monitoring_days"],
        monitoring=data["monitoring"],
        monitoring_title=data["monitoring_title"],
        before=data["before_days"],
        near=data["near_days"],
        short=data["short_interval_days"],
        after_stop=tuple(data["after_stop_days"]),
        visit_days=data["visit_days"],
        scale=data["scale"],
        always=tuple(items["always"]),
        tolerance=items["tolerance"],
        lost_tolerance=items["lost_tolerance"],
        first=items["first"],
        kinds={
            reason: _Kind(data[reason]["title"], data[reason]["how"], tuple(data[reason]["items"]))
            for reason in REASONS
        },
    )


def checks(request: Request, steps: tuple[Step, ...]) -> tuple[Check, ...]:
    """Every check of a plan, by date; two of one day are one."""
    if request.checks == "none":
        return ()
    due = check_dates(looked(request, steps), _calendar(request, steps))
    return tuple(_made(due, steps, request.formulary.market))


def check_days(request: Request, steps: tuple[Step, ...]) -> list[date]:
    """The days of the checks alone, as those of :func:`checks`."""
    if request.checks == "none":
        return []
    start = _first_day(steps)
    days = days_of_checks(looked(request, steps), _calendar(request, steps))
    return [start + timedelta(days=day) for day in days]


def rechecks(
    request: Request, steps: tuple[Step, ...], before: tuple[Check, ...], day: date
) -> tuple[Check, ...]:
    """The checks of a plan that was changed on ``day``; those before it stay as they were.

    If withdrawal from the reduction in force has not been looked at yet, its check comes on
    ``day`` at the latest, however soon after the reduction the change was made. If nobody has
    asked yet whether the next reduction may come, that is asked on ``day``: a dose by hand begins
    with the visit that sets it.
    """
    if request.checks == "none":
        return before
    calendar, what = _calendar(request, steps), looked(request, steps)
    today = (day - _first_day(steps)).days
    bare = what._replace(spacing=what.spacing._replace(contact=0))
    due = [each for each in check_dates(bare, calendar) if each[0] >= today]
    if not _is_looked_at(steps, today, before, due):
        due.append((today, AFTER))
    if not _is_asked(steps, today, before, due):
        due.append((today, BEFORE))
    seen = [*_numbered(steps, before), *due]
    more = contacts(seen, what.end, what.spacing.contact, calendar)
    due += [(max(when, today), why) for when, why in more]
    due.sort(key=in_order)
    return (*before, *_made(due, steps, request.formulary.market, before))


def _numbered(steps: tuple[Step, ...], before: Iterable[Check]) -> list[Due]:
    """Checks that were made, as what is due: the first reason of each, on its day."""
    start = _first_day(steps)
    return [((check.date - start).days, check.reason) for check in before]


def _calendar(request: Request, steps: tuple[Step, ...]) -> Calendar:
    return calendar_from(request.formulary.market, _first_day(steps))


def _cuts_around(steps: tuple[Step, ...], day: int) -> tuple[int | None, int | None]:
    """The last reduction before a day, and the first from that day on."""
    start = _first_day(steps)
    falls = [(step.start - start).days for step in steps if step.kind in _FALLS and step.start]
    begun = [fall for fall in falls if fall < day]
    return begun[-1] if begun else None, next((fall for fall in falls if fall >= day), None)


def _made_since(steps: tuple[Step, ...], before: Iterable[Check], day: int | None) -> set[str]:
    """The reasons of the checks that were made after a day, or (None) ever."""
    since = date.min if day is None else _first_day(steps) + timedelta(days=day)
    return {reason for check in before if check.date > since for reason in check.reasons}


def _is_looked_at(
    steps: tuple[Step, ...], day: int, before: Iterable[Check], due: Iterable[Due]
) -> bool:
    """Whether a check looks for withdrawal from the reduction that is in force on ``day``."""
    last, following = _cuts_around(steps, day)
    if last is None:
        return True
    looks = {AFTER, AFTER_STOP}
    return bool(looks & _made_since(steps, before, last)) or any(
        reason in looks and (following is None or when < following) for when, reason in due
    )


def _is_asked(
    steps: tuple[Step, ...], day: int, before: Sequence[Check], due: Iterable[Due]
) -> bool:
    """Whether a check before the first reduction from ``day`` on asks if it may come."""
    last, following = _cuts_around(steps, day)
    if following is None:
        return True
    since = None if last is None else last - 1  # on the day of the last one too
    return BEFORE in _made_since(steps, before, since) or any(
        reason == BEFORE and when <= following for when, reason in due
    )


def looked(request: Request, steps: tuple[Step, ...]) -> Looked:
    """What decides the checks of a plan, in days from its first row."""
    known = facts()
    start, end = _first_day(steps), steps[-1].end or steps[-1].start
    assert end is not None
    contact = known.contact[request.checks]
    spacing = Spacing(known.before, known.near, known.short, known.after_stop, contact)
    reviews = tuple(
        (step.end - start).days
        for step, following in zip(steps, (*steps[1:], None), strict=True)
        if step.kind == HOLD and step.end and (following is None or following.kind not in _FALLS)
    )
    return Looked((end - start).days, _falls(request, steps, start), reviews, spacing)


def _first_day(steps: tuple[Step, ...]) -> date:
    """Day 0 of the checks: the plan begins."""
    start = steps[1].start
    assert start is not None
    return start


def _falls(request: Request, steps: tuple[Step, ...], start: date) -> tuple[Fall, ...]:
    """The reductions of a plan, each with the window in which withdrawal from it shows."""
    known = facts()
    always_short = all(part.every.days < known.short for part in request.rule.parts)
    found: list[Fall] = []
    for place, step in enumerate(steps):
        if step.kind not in _FALLS:
            continue
        assert step.start is not None
        day = (step.start - start).days
        first, last = known.timing[step.regimen.product.facts["withdrawal"]]
        is_short = always_short or (bool(found) and day - found[-1].day < known.short)
        held = steps[place - 1].kind == HOLD
        stops = step.kind == STOP and step is steps[-1]
        found.append(Fall(day, first, last, held, stops, is_short))
    return tuple(found)


def _made(
    due: Sequence[Due], steps: tuple[Step, ...], market: str, before: tuple[Check, ...] = ()
) -> list[Check]:
    """The checks of the days, each with its way of contact and its list."""
    known, start = facts(market), _first_day(steps)
    starts = [(step.start - start).days for step in steps[1:] if step.start is not None]
    days: dict[int, tuple[str, ...]] = {}
    for day, reason in due:
        if day not in days:
            days[day] = (reason,)
        elif reason not in days[day]:
            days[day] = (*days[day], reason)
    visits = [(check.date - start).days for check in before if check.how == VISIT]
    looked = [(check.date - start).days for check in before if known.monitoring in check.items]
    made: list[Check] = []
    for (day, reasons), following in zip_longest(days.items(), [*days][1:]):
        is_late = not visits or day - visits[-1] >= known.visit_days
        how = _how(market, reasons, is_late=is_late)
        items = _items(market, reasons, how, is_first=not made and not before)
        if _monitors(known, looked, following):
            items, looked = (*items, known.monitoring), [day]
        if how == VISIT:
            visits = [day]
        on = start + timedelta(days=day)
        made.append(Check(on, bisect_right(starts, day), reasons, how, items))
    return made


@lru_cache(maxsize=256)
def _how(market: str, reasons: tuple[str, ...], *, is_late: bool) -> str:
    """The most thorough way that a reason of the day asks for.

    A check before a reduction is a visit if it ``is_late``: no visit for ``visit_days``.
    """
    ways = {facts(market).kinds[reason].how for reason in reasons}
    if BEFORE in reasons and is_late:
        ways.add(VISIT)
    return min(ways, key=HOW.index)


@lru_cache(maxsize=256)
def _items(market: str, reasons: tuple[str, ...], how: str, *, is_first: bool) -> tuple[str, ...]:
    """The list of a check."""
    known = facts(market)
    own = [item for reason in reasons for item in known.kinds[reason].items]
    first = [known.first] if is_first and BEFORE in reasons else []
    end = known.lost_tolerance if AFTER_STOP in reasons else known.tolerance
    return (*first, *own, known.scale[how], *known.always, end)


def _monitors(known: Facts, looked: Sequence[int], following: int | None) -> bool:
    """Whether the prescription monitoring programme is due, at least every three months."""
    if not looked:
        return True
    return following is not None and following - looked[-1] > known.monitoring_days
