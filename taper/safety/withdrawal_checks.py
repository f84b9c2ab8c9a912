"""Withdrawal checks: when to look, how, and at what (contract 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from taper.data.files import data_file
from taper.engine.steps import CHANGE, HOLD, REDUCE, STOP
from taper.formulary.holidays import is_holiday

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.request.model import Request

SATURDAY = 5
_DAY = timedelta(days=1)
# from a day of the week, Monday first, to the working day on or before it
_BACK = (*(timedelta(0) for _ in range(SATURDAY)), _DAY, 2 * _DAY)
REASONS = ("after-reduction", "before-reduction", "hold-review", "contact", "after-stop")
# Of several on one day, in this order.
_ORDER = {reason: place for place, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``reason`` is one of :data:`REASONS`, ``items`` is what to look at."""

    date: date
    step: int
    reason: str
    how: str
    items: tuple[str, ...]


class _Kind(NamedTuple):
    title: str
    how: str
    items: tuple[str, ...]
    with_monitoring: tuple[str, ...]


class _Facts(NamedTuple):
    timing: dict[str, tuple[int, int]]
    contact: dict[str, int]
    monitoring_days: int
    monitoring: str
    monitoring_title: str
    before: int
    after_stop: tuple[int, ...]
    kinds: dict[str, _Kind]


@lru_cache(maxsize=8)
def facts(market: str = "us") -> _Facts:
    """The wording and timing of ``data/checks.toml``, in a market's own words where it has any."""
    data = data_file("checks.toml")
    data = data | data["market"].get(market, {})
    kinds = {}
    for reason in REASONS:
        items = tuple(data[reason]["items"])
        kinds[reason] = _Kind(
            data[reason]["title"], data[reason]["how"], items, (*items, data["monitoring"])
        )
    timing = {key: (first, last) for key, (first, last) in data["timing"].items()}
    return _Facts(
        timing,
        data["contact_days"],
        data["monitoring_days"],
        data["monitoring"],
        data["monitoring_title"],
        data["before_days"],
        tuple(data["after_stop_days"]),
        kinds,
    )


def checks(request: Request, steps: tuple[Step, ...]) -> tuple[Check, ...]:
    """Every check of a plan, in order of its date."""
    return tuple(_with_items(_sorted(_due(request, steps)), request.formulary.market))


def check_days(request: Request, steps: tuple[Step, ...]) -> list[date]:
    """The days of the checks, in their order: as :func:`checks`, without what to look at."""
    return sorted(day for day, _, _ in _due(request, steps))


def _due(request: Request, steps: tuple[Step, ...]) -> list[_Due]:
    """When what is due, in no order."""
    if request.checks == "none":
        return []
    working = _Working(request.calendar.holidays)
    due = _after_and_before(steps, working)
    due += _contacts(due, steps, facts().contact[request.checks], working)
    return due


def _sorted(due: list[_Due]) -> list[_Due]:
    """By date; of several on one day in the order of their reasons."""
    return sorted(due, key=lambda check: (check[0], _ORDER[check[2]]))


def rechecks(
    request: Request, steps: tuple[Step, ...], before: tuple[Check, ...], day: date
) -> tuple[Check, ...]:
    """The checks of a plan that was changed on ``day``; those ``before`` it stay as they were."""
    if request.checks == "none":
        return before
    working = _Working(request.calendar.holidays)
    looked = {check.step for check in before if check.reason == "after-reduction"}
    falls = (s for s in steps if s.kind in {REDUCE, CHANGE, STOP} and s.start and s.start < day)
    last = max((step.number for step in falls), default=0)
    due: list[_Due] = [(check.date, check.step, check.reason) for check in before]
    for when, number, reason in _after_and_before(steps, working):
        step = steps[number]
        if reason == "after-reduction" and step.start is not None and step.start < day:
            # of the dose in force: withdrawal shows when it would have, however often it is held
            if number not in looked and number == last:
                due.append((max(_first_look(step, None, working), day), number, reason))
        elif when >= day:
            due.append((when, number, reason))
    contacts = _contacts(due, steps, facts().contact[request.checks], working)
    due += [(max(when, day), number, reason) for when, number, reason in contacts]
    return tuple(_with_items(_sorted(due), request.formulary.market, before))


class _Working:
    """Working days: Monday to Friday, and no public holiday where those are avoided."""

    def __init__(self, holidays: tuple[str, ...]) -> None:
        self.holidays = holidays

    def is_working(self, day: date) -> bool:
        if day.weekday() >= SATURDAY:
            return False
        return not (self.holidays and is_holiday(day, self.holidays))

    def on_or_before(self, day: date) -> date:
        if not self.holidays:
            return day - _BACK[day.weekday()]
        while not self.is_working(day):
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        while not self.is_working(day):
            day += _DAY
        return day

    def within(self, start: date, first: int, last: int) -> date:
        """The working day nearest to the middle of a window of days after ``start``.

        Its first day where it has none.
        """
        if not self.holidays:
            return start + _to_working_day(first, last, start.weekday())
        for offset in _from_the_middle(first, last):
            day = start + offset
            if self.is_working(day):
                return day
        return start + timedelta(days=first)


@lru_cache(maxsize=16)
def _from_the_middle(first: int, last: int) -> tuple[timedelta, ...]:
    """Offsets of a window of days, the middle first, the later first at a tie."""
    middle = first + (last - first + 1) // 2
    offsets = sorted(range(first, last + 1), key=lambda offset: (abs(offset - middle), -offset))
    return tuple(timedelta(days=offset) for offset in offsets)


@lru_cache(maxsize=128)
def _to_working_day(first: int, last: int, weekday: int) -> timedelta:
    """From a day of the week to the best day of a window, where there are no holidays."""
    for offset in _from_the_middle(first, last):
        if (weekday + offset.days) % 7 < SATURDAY:
            return offset
    return timedelta(days=first)


# a check to be: its date, its step and its reason
_Due = tuple[date, int, str]


def _after_and_before(steps: tuple[Step, ...], working: _Working) -> list[_Due]:
    """The checks that belong to reductions, holds and the stop."""
    known = facts()
    due: list[_Due] = []
    earlier = timedelta(days=known.before)
    for step, following in zip_longest(steps[1:], steps[2:]):
        assert step.start is not None
        before = None
        if following is not None and following.kind in {REDUCE, CHANGE, STOP}:
            assert following.start is not None
            before = max(working.on_or_before(following.start - earlier), step.start)
            due.append((before, step.number, "before-reduction"))
        if step.kind == HOLD and step.end is not None:
            review = before or working.on_or_before(step.end)
            due.append((max(review, step.start), step.number, "hold-review"))
        if step.kind in {REDUCE, CHANGE, STOP}:
            look = _first_look(step, before or step.end, working)
            due.append((look, step.number, "after-reduction"))
        if step.kind == STOP:
            for days in known.after_stop:
                day = working.on_or_after(step.start + timedelta(days=days))
                due.append((day, step.number, "after-stop"))
    return due


def _first_look(step: Step, limit: date | None, working: _Working) -> date:
    """When withdrawal from a reduction would show; not after the check before the next one."""
    assert step.start is not None
    withdrawal = step.regimen.product.facts["withdrawal"]
    first, last = facts().timing[withdrawal]
    if withdrawal == "fentanyl-patch":  # after the first full patch period, however long it is
        period = step.regimen.interval // 24
        first, last = period, period + last - first
    day = working.within(step.start, first, last)
    return day if limit is None or day <= limit else limit


def _contacts(due: list[_Due], steps: tuple[Step, ...], most: int, working: _Working) -> list[_Due]:
    """Contacts wherever more than ``most`` days would pass without one."""
    first = steps[1].start
    assert first is not None
    ends = [step.end for step in steps if step.end is not None]
    days = sorted({day for day, _, _ in due})
    contacts: list[_Due] = []
    last, place = first, 1
    longest = timedelta(days=most)
    for day in [*days, max([*days[-1:], *ends])]:
        if day - last > longest:
            for contact in _between(last, day, most, working):
                while place + 1 < len(steps) and (steps[place + 1].start or first) <= contact:
                    place += 1
                contacts.append((contact, steps[place].number, "contact"))
        last = max(last, day)
    return contacts


def _between(last: date, day: date, most: int, working: _Working) -> list[date]:
    """Days, evenly spread over a gap, so that no more than ``most`` pass without contact."""
    gap = (day - last).days
    # working days may be two days earlier, so that the days between are planned shorter
    parts = -(-gap // max(most - 2, 1))
    days = []
    before = last
    for part in range(1, parts):
        due = last + timedelta(days=gap * part // parts)
        contact = working.on_or_before(due)
        following = last + timedelta(days=gap * (part + 1) // parts)
        if contact <= before or (following - contact).days > most:
            contact = due
        days.append(contact)
        before = contact
    return days


def _with_items(due: list[_Due], market: str, before: tuple[Check, ...] = ()) -> list[Check]:
    """Add what to look at; the monitoring programme at least every three months."""
    known = facts(market)
    made = list(before)
    looked: date | None = None
    for check in before:
        if known.monitoring in check.items:
            looked = check.date
    for place, (day, step, reason) in enumerate(due):
        if place < len(before):
            continue
        kind = known.kinds[reason]
        following = due[place + 1][0] if place + 1 < len(due) else None
        items = kind.items
        if looked is None or (
            following is not None and (following - looked).days > known.monitoring_days
        ):
            items, looked = kind.with_monitoring, day
        made.append(Check(day, step, reason, kind.how, items))
    return made
