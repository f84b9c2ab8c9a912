"""How long a dose is kept before and after a cut that the strengths force (contract 4.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from taper.data.limits import share, whole
from taper.quantities import DAYS_OF_MONTH, Ratio

if TYPE_CHECKING:
    from datetime import date

    from taper.request.rule import Part

LONGEST_WAIT = timedelta(days=whole("longest-wait"))
LONGEST_WAIT_OF_PATCHES = timedelta(days=whole("longest-wait-of-patches"))
BRISK = share("wait-asks")  # in four weeks
AFTER_UNAVOIDABLE = timedelta(days=whole("after-unavoidable-cut"))


def is_brisk(part: Part, original: int) -> bool:
    """Whether a rule asks for at least 10% in four weeks: then no cut waits for ever."""
    top, bottom = part.reduce if isinstance(part.reduce, Ratio) else (part.reduce, original)
    return Ratio(top * DAYS_OF_MONTH, bottom * part.every.days) >= BRISK


def may_wait(begun: date, following: date, *, patch: bool) -> bool:
    """Whether an unavoidable cut of a dose may wait for the ``following`` opportunity."""
    return following - begun <= (LONGEST_WAIT_OF_PATCHES if patch else LONGEST_WAIT)


def is_too_soon(begun: date, day: date) -> bool:
    """Whether a dose that began with an unavoidable cut must still be kept on a day."""
    return day - begun < AFTER_UNAVOIDABLE
