"""On which days a taper is checked (contract 7): dates and reasons, before anything is worded.

Two questions are asked at every reduction: has it brought withdrawal (the check *after* it, in the
window in which withdrawal from that formulation shows), and may the next one come (the check
*before* it, two days earlier at the latest). Clinics do not see a patient on two days running, so
the two become one if they lie close together.

A day is a number here, counted from the first day of the plan: plans of a batch that differ in
their start alone have the same reductions, and only the calendar is another.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.formulary.working_days import Calendar

AFTER, BEFORE, REVIEW, CONTACT, AFTER_STOP = (
    "after-reduction",
    "before-reduction",
    "hold-review",
    "contact",
    "after-stop",
)
REASONS = (REVIEW, BEFORE, AFTER, CONTACT, AFTER_STOP)  # the first of a day gives its `reason`


class Spacing(NamedTuple):
    """The numbers of section 7, in days, as ``data/checks.toml`` has them."""

    before: int  # a check before a reduction is at least this much earlier
    near: int  # a check so soon after the window serves for it
    short: int  # at shorter intervals there is one contact a reduction
    after_stop: tuple[int, ...]
    contact: int  # most days without contact; 0 adds none


class Fall(NamedTuple):
    """A reduction, a change of product or a stop: its day, and the window after it in days.

    ``held`` is whether a hold ends as it begins, ``stops`` whether the taper ends with it.
    """

    day: int
    first: int
    last: int
    held: bool = False
    stops: bool = False
    is_short: bool = False  # it comes less than a week after the one before


class Looked(NamedTuple):
    """What decides the checks of a plan: its days from the first to the ``end``.

    ``reviews`` are the last days of holds that no reduction follows.
    """

    end: int
    falls: tuple[Fall, ...]
    reviews: tuple[int, ...]
    spacing: Spacing


Due = tuple[int, str]


def check_dates(looked: Looked, calendar: Calendar) -> list[Due]:
    """Every check of a plan, by date; a day may stand more than once."""
    return sorted(_due(looked, calendar), key=in_order)


@lru_cache(maxsize=16_384)
def days_of_checks(looked: Looked, calendar: Calendar) -> tuple[int, ...]:
    """The days of the checks alone, each once.

    They are kept: half of the plans of a batch that begin on one day have the same reductions on
    the same days, though other doses.
    """
    return tuple(sorted({day for day, _ in _due(looked, calendar)}))


def in_order(due: tuple[object, str]) -> tuple[object, int]:
    """What sorts checks: by day, and those of a day by their reasons."""
    return due[0], REASONS.index(due[1])


def _due(looked: Looked, calendar: Calendar) -> list[Due]:
    end, falls, reviews, spacing = looked
    due = [(calendar.on_or_before[day], REVIEW) for day in reviews]
    after = (*falls[1:], None) if falls else ()
    for fall, following in zip(falls, after, strict=True):
        if fall is falls[0]:
            due += _first(fall, spacing, calendar)
        if following is not None and following.is_short:
            reasons = (REVIEW, BEFORE, AFTER) if following.held else (BEFORE, AFTER)
            due += [(following.day - 1, reason) for reason in reasons]
        elif fall.stops:
            due += _after_stop(fall, following, spacing, calendar)
        else:
            due += _between(fall, following, spacing, calendar)
    if spacing.contact:
        due += contacts(due, end, spacing.contact, calendar)
    return due


def _before(fall: Fall, spacing: Spacing, calendar: Calendar) -> list[Due]:
    """The check before a reduction; at the end of a hold it is the review of the hold too."""
    day = calendar.on_or_before[fall.day - spacing.before]
    return [(day, REVIEW), (day, BEFORE)] if fall.held else [(day, BEFORE)]


def _first(fall: Fall, spacing: Spacing, calendar: Calendar) -> list[Due]:
    """The check before the first reduction: on day 1, the visit that makes the plan."""
    if fall.is_short:
        return [(fall.day - 1, BEFORE)]
    if fall.day == 0:
        return [(calendar.on_or_before[-1], BEFORE)]
    return _before(fall, spacing, calendar)


def _window(fall: Fall, following: Fall | None, calendar: Calendar) -> tuple[int, int]:
    """The first and the last day on which to look for withdrawal, both working days.

    A window without a working day gives the next one if that is before the next reduction, else
    the last one before the window, but never the day of the reduction.
    """
    last = fall.day + fall.last
    if following is not None:
        last = min(last, following.day - 1)
    begin = calendar.on_or_after[min(fall.day + fall.first, last)]
    end = calendar.on_or_before[last]
    if begin <= last:
        return begin, end
    if following is None or begin < following.day:
        return begin, begin
    return (end, end) if end > fall.day else (last, last)


def _between(fall: Fall, following: Fall | None, spacing: Spacing, calendar: Calendar) -> list[Due]:
    """The check after a reduction and the one before the next, which may be one."""
    first, last = _window(fall, following, calendar)
    if following is None:
        return [(first, AFTER)]
    before = _before(following, spacing, calendar)
    day = before[0][0]
    if day > last + spacing.near:
        return [(first, AFTER), *before]
    one = day if first <= day <= last else last
    return [(one, AFTER), *((one, reason) for _, reason in before)]


def _after_stop(
    fall: Fall, following: Fall | None, spacing: Spacing, calendar: Calendar
) -> list[Due]:
    """The checks after a stop: one in its window, then at 1, 4 and 12 weeks.

    Another opioid that is tapered next has its own first check.
    """
    look = _window(fall, following, calendar)[0]
    days = [calendar.on_or_after[fall.day + each] for each in spacing.after_stop]
    if days and look >= days[0] - spacing.near:
        del days[0]
    found = [(day, AFTER_STOP) for day in (look, *days)]
    return found if following is None else [*found, *_before(following, spacing, calendar)]


def contacts(due: Iterable[Due], end: int, most: int, calendar: Calendar) -> list[Due]:
    """The contacts that keep the days without one within ``most``, up to the ``end``."""
    days = sorted({0, end, *(day for day, _ in due if 0 < day < end)})
    return [
        (day, CONTACT)
        for last, following in pairwise(days)
        if following - last > most
        for day in _spread(last, following, most, calendar)
    ]


@lru_cache(maxsize=4096)
def _spread(last: int, following: int, most: int, calendar: Calendar) -> tuple[int, ...]:
    """As few contacts between two days as keep the gaps within ``most``, evenly spread.

    Each is on the working day before the even share of days, so one more may be needed.
    """
    gap = following - last
    for parts in range(-(-gap // most), gap + 1):
        shares = [last + gap * part // parts for part in range(1, parts)]
        found = [calendar.on_or_before[day] for day in shares]
        edges = [last, *found, following]
        if all(b - a <= most for a, b in pairwise(edges)):
            return tuple(sorted({day for day in found if day > last}))
    return tuple(shares)  # no working days enough: the even days themselves
