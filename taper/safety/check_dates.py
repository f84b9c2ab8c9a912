"""On which days a taper is checked (contract 7): dates and reasons, before anything is worded.

Two questions are asked at every reduction: has it brought withdrawal (the check *after* it, in the
window in which withdrawal from that formulation shows), and may the next one come (the check
*before* it, two days earlier at the latest). Clinics do not see a patient on two days running, so
the two become one if they lie close together.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.formulary.working_days import WorkingDays

AFTER, BEFORE, REVIEW, CONTACT, AFTER_STOP = (
    "after-reduction",
    "before-reduction",
    "hold-review",
    "contact",
    "after-stop",
)
REASONS = (REVIEW, BEFORE, AFTER, CONTACT, AFTER_STOP)  # the first of a day gives its `reason`
_DAY = timedelta(days=1)


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

    day: date
    first: int
    last: int
    held: bool = False
    stops: bool = False
    is_short: bool = False  # it comes less than a week after the one before


Due = tuple[date, str]


def check_dates(
    start: date,
    end: date,
    falls: Sequence[Fall],
    reviews: Iterable[date],
    spacing: Spacing,
    working: WorkingDays,
) -> list[Due]:
    """Every check of a taper from ``start`` to ``end``, by date; a day may stand more than once.

    ``reviews`` are the last days of holds that no reduction follows.
    """
    due = [(working.on_or_before(day), REVIEW) for day in reviews]
    for place, fall in enumerate(falls):
        following = falls[place + 1] if place + 1 < len(falls) else None
        if not place:
            due += _first(start, fall, spacing, working)
        if following is not None and following.is_short:
            reasons = (REVIEW, BEFORE, AFTER) if following.held else (BEFORE, AFTER)
            due += [(following.day - _DAY, reason) for reason in reasons]
        elif fall.stops:
            due += _after_stop(fall, following, spacing, working)
        else:
            due += _between(fall, following, spacing, working)
    if spacing.contact:
        due += contacts(due, start, end, spacing.contact, working)
    return sorted(due, key=lambda each: (each[0], REASONS.index(each[1])))


def _before(fall: Fall, spacing: Spacing, working: WorkingDays) -> list[Due]:
    """The check before a reduction; at the end of a hold it is the review of the hold too."""
    day = working.on_or_before(fall.day - timedelta(days=spacing.before))
    return [(day, REVIEW), (day, BEFORE)] if fall.held else [(day, BEFORE)]


def _first(start: date, fall: Fall, spacing: Spacing, working: WorkingDays) -> list[Due]:
    """The check before the first reduction: on day 1, the visit that makes the plan."""
    if fall.is_short:
        return [(fall.day - _DAY, BEFORE)]
    if fall.day == start:
        return [(working.on_or_before(start - _DAY), BEFORE)]
    return _before(fall, spacing, working)


def _window(fall: Fall, following: Fall | None, working: WorkingDays) -> tuple[date, date]:
    """The first and the last day on which to look for withdrawal, both working days.

    A window without a working day gives the next one if that is before the next reduction, else
    the last one before the window, but never the day of the reduction.
    """
    first = fall.day + timedelta(days=fall.first)
    last = fall.day + timedelta(days=fall.last)
    if following is not None:
        last = min(last, following.day - _DAY)
    first = min(first, last)
    begin, end = working.on_or_after(first), working.on_or_before(last)
    if begin <= last:
        return begin, end
    if following is None or begin < following.day:
        return begin, begin
    return (end, end) if end > fall.day else (last, last)


def _between(
    fall: Fall, following: Fall | None, spacing: Spacing, working: WorkingDays
) -> list[Due]:
    """The check after a reduction and the one before the next, which may be one."""
    first, last = _window(fall, following, working)
    if following is None:
        return [(first, AFTER)]
    before = _before(following, spacing, working)
    day = before[0][0]
    if day > last + timedelta(days=spacing.near):
        return [(first, AFTER), *before]
    one = day if first <= day <= last else last
    return [(one, AFTER), *((one, reason) for _, reason in before)]


def _after_stop(
    fall: Fall, following: Fall | None, spacing: Spacing, working: WorkingDays
) -> list[Due]:
    """The checks after a stop: one in its window, then at 1, 4 and 12 weeks.

    Another opioid that is tapered next has its own first check.
    """
    look = _window(fall, following, working)[0]
    days = [working.on_or_after(fall.day + timedelta(days=each)) for each in spacing.after_stop]
    if days and look >= days[0] - timedelta(days=spacing.near):
        del days[0]
    found = [(day, AFTER_STOP) for day in (look, *days)]
    return found if following is None else [*found, *_before(following, spacing, working)]


def contacts(
    due: Iterable[Due], start: date, end: date, most: int, working: WorkingDays
) -> list[Due]:
    """The contacts that keep the days without one within ``most``, from ``start`` to ``end``."""
    days = sorted({start, end, *(day for day, _ in due if start < day < end)})
    return [
        (day, CONTACT)
        for last, following in pairwise(days)
        if (following - last).days > most
        for day in _spread(last, following, most, working)
    ]


def _spread(last: date, following: date, most: int, working: WorkingDays) -> list[date]:
    """As few contacts between two days as keep the gaps within ``most``, evenly spread.

    Each is on the working day before the even share of days, so one more may be needed.
    """
    gap = (following - last).days
    for parts in range(-(-gap // most), gap + 1):
        shares = [last + timedelta(days=gap * part // parts) for part in range(1, parts)]
        found = [working.on_or_before(day) for day in shares]
        edges = [last, *found, following]
        if all((b - a).days <= most for a, b in pairwise(edges)):
            return sorted({day for day in found if day > last})
    return shares  # no working days enough: the even days themselves
