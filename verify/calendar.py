"""The calendar of withdrawal checks (SPEC 7), from the dates of a plan alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from holidays import country_holidays

from verify.medicine import WEEK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verify.medicine import Medicine

    Window = tuple[int, int]
    Windows = Callable[[int], Window]  # of a reduction on a day: the first and last day after it

HOLD_REVIEW, BEFORE, AFTER = "hold-review", "before-reduction", "after-reduction"
CONTACT, AFTER_STOP = "contact", "after-stop"
REASONS = (HOLD_REVIEW, BEFORE, AFTER, CONTACT, AFTER_STOP)
WINDOWS = {  # days after a reduction in which withdrawal shows
    "ir": (1, 3),
    "er": (2, 4),
    "film": (2, 4),
    "long-acting": (3, 5),
    "methadone": (3, 5),
    "fentanyl-patch": (3, 6),
    "fentanyl": (3, 6),
    "buprenorphine-patch": (5, 7),
    "buprenorphine": (5, 7),
}
WORKING_WEEK = 5  # days
NOTICE = 2  # the check before a reduction is at least this much earlier
CLOSE_BY = 3  # two checks that are at most so far apart are one
LATE = (28, 84)  # after the stop
CONTACT_DAYS = {"standard": 28, "close": 7}


@dataclass(frozen=True)
class Dates:
    """The dated rows that matter: ordinals. ``reviews`` are the reductions that follow a hold."""

    start: int
    reductions: tuple[int, ...]
    stop: int | None
    end: int  # the last day of the plan, or the stop
    reviews: frozenset[int] = frozenset()
    every: int = WEEK  # the interval, of a month 28
    checks: str = "standard"


def window(product: Medicine) -> Window:
    """The days after a reduction in which withdrawal from this product shows."""
    if product.is_patch:
        return WINDOWS[f"{product.drug}-patch"]
    if product.is_slow:
        return WINDOWS["long-acting"]
    return WINDOWS["ir" if product.release == "ir" else "er"]


@lru_cache(maxsize=8)
def working_days(country: str = "US") -> Callable[[int], bool]:
    """Whether a day is one from Monday to Friday and no nation-wide holiday."""
    days = country_holidays(country, years=range(2000, 2103))

    @cache
    def working(day: int) -> bool:
        when = date.fromordinal(day)
        return when.weekday() < WORKING_WEEK and when not in days

    return working


def checks(
    dates: Dates, windows: Windows, working: Callable[[int], bool]
) -> list[tuple[int, tuple[str, ...]]]:
    """Every check with its reasons, in the order of the days."""
    found: dict[int, set[str]] = {}

    def add(day: int, *reasons: str) -> None:
        found.setdefault(day, set()).update(reasons)

    _around_reductions(dates, windows, working, add)
    if dates.stop is not None:
        for day in after_stop(dates.stop, windows(dates.stop), working):
            add(day, AFTER_STOP)
    if dates.checks in CONTACT_DAYS:
        for day in contacts(sorted(found), dates, CONTACT_DAYS[dates.checks], working):
            add(day, CONTACT)
    return [(day, tuple(r for r in REASONS if r in found[day])) for day in sorted(found)]


def _around_reductions(
    dates: Dates,
    windows: Windows,
    working: Callable[[int], bool],
    add: Callable[..., None],
) -> None:
    """The checks before and after each reduction, the stop included; after the stop: elsewhere."""
    changes = [*dates.reductions, *([dates.stop] if dates.stop is not None else [])]
    if not changes:
        return
    if dates.every < WEEK:  # one contact, the day before each
        for day in changes:
            add(day - 1, *_before(day, dates), *([AFTER] if day != changes[0] else []))
    else:
        add(before(changes[0], dates.start, working), *_before(changes[0], dates))
        for day, following in pairwise(changes):
            _between(day, following, dates, windows(day), working, add)
    if dates.stop is None:
        add(_usable(changes[-1], None, windows(changes[-1]), working)[0], AFTER)


def before(change: int, start: int, working: Callable[[int], bool]) -> int:
    """The last working day at least two days earlier; before day 1, the last before the start."""
    return on_or_before(change - (1 if change == start else NOTICE), working)


def _before(change: int, dates: Dates) -> tuple[str, ...]:
    return (HOLD_REVIEW, BEFORE) if change in dates.reviews else (BEFORE,)


def _between(
    day: int,
    following: int,
    dates: Dates,
    window: Window,
    working: Callable[[int], bool],
    add: Callable[..., None],
) -> None:
    """The check after a reduction and the one before the next, which may be one."""
    usable = _usable(day, following, window, working)
    decided, reasons = before(following, dates.start, working), _before(following, dates)
    last = usable[-1]
    if day + window[0] <= decided <= last and decided in usable:
        add(decided, AFTER, *reasons)
    elif decided <= last + CLOSE_BY:
        add(last, AFTER, *reasons)
    else:
        add(usable[0], AFTER)
        add(decided, *reasons)


def _usable(
    day: int, following: int | None, window: Window, working: Callable[[int], bool]
) -> list[int]:
    """The working days of a window; where there is none, the one that stands for them."""
    last = day + window[1]
    if following is not None:
        last = min(last, following - 1)
    found = [each for each in range(day + window[0], last + 1) if working(each)]
    if found:
        return found
    later = on_or_after(max(last, day) + 1, working)
    if following is None or later < following:
        return [later]
    earlier = on_or_before(day + window[0] - 1, working)
    return [earlier if earlier > day else min(day + window[0], last)]


def after_stop(stop: int, window: Window, working: Callable[[int], bool]) -> list[int]:
    """A check after the stop, after a week unless that is close by, and after 4 and 12 weeks."""
    first = _usable(stop, None, window, working)[0]
    week = on_or_after(stop + WEEK, working)
    found = [first, *([week] if week - first > CLOSE_BY else [])]
    return [*found, *(on_or_after(stop + days, working) for days in LATE)]


def contacts(
    days: Sequence[int], dates: Dates, most: int, working: Callable[[int], bool]
) -> list[int]:
    """As few as keep the days without contact within bounds, evenly between."""
    last = dates.stop if dates.stop is not None else dates.end
    known = [dates.start, *(day for day in days if dates.start < day < last), last]
    found: list[int] = []
    for begin, end in pairwise(known):
        found += _spread(begin, end, most, working)
    return found


def _spread(begin: int, end: int, most: int, working: Callable[[int], bool]) -> list[int]:
    number = (end - begin - 1) // most
    while True:
        due = [begin + (end - begin) * place // (number + 1) for place in range(1, number + 1)]
        found = [on_or_before(day, working) for day in due]
        turns = zip([begin, *found], [*found, end], strict=True)
        if all(later - earlier <= most for earlier, later in turns) or number >= end - begin:
            return [day for day in found if day > begin]
        number += 1


def on_or_before(day: int, working: Callable[[int], bool]) -> int:
    """The last working day up to this one."""
    while not working(day):
        day -= 1
    return day


def on_or_after(day: int, working: Callable[[int], bool]) -> int:
    """The first working day from this one on."""
    while not working(day):
        day += 1
    return day
