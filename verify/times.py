"""At what times of day a dose is taken, and which administration is the larger (SPEC 3.2, 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.shelf import Amounts

Placed = tuple[tuple[str, int], ...]  # time and amount, in the order of the day
PATCH = ("patch",)
AS_NEEDED = "as-needed"
_FIVE = ("06:00", "10:00", "14:00", "18:00", "22:00")
_SEVEN = ("06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "00:00")
TIMES: dict[int, tuple[str, ...]] = {
    1: ("morning",),
    2: ("morning", "evening"),
    3: ("morning", "afternoon", "evening"),
    4: ("morning", "noon", "evening", "bedtime"),
    5: _FIVE,
    6: (*_FIVE, "02:00"),
    7: _SEVEN,
    8: (*_SEVEN, "03:00"),
}
_FIVE_SMALLER = ("10:00", "18:00", "14:00", "06:00", "22:00")
_EIGHT_SMALLER = ("03:00", "00:00", "12:00", "15:00", "09:00", "18:00", "06:00", "21:00")
SMALLER_FIRST: dict[int, tuple[str, ...]] = {
    1: ("morning",),
    2: ("morning", "evening"),
    3: ("afternoon", "morning", "evening"),
    4: ("noon", "evening", "morning", "bedtime"),
    5: _FIVE_SMALLER,
    6: ("02:00", *_FIVE_SMALLER),
    7: _EIGHT_SMALLER[1:],
    8: _EIGHT_SMALLER,
}


def usual(number: int, *, patch: bool = False) -> tuple[str, ...]:
    """The times of so many administrations."""
    return PATCH if patch else TIMES[number]


def fallen(before: Placed, number: int) -> tuple[str, ...]:
    """The times when the number falls: of one, the evening, or the night where that was written."""
    if number == 1:
        written = len(before) == len(TIMES[2]) and before[-1][0] == "bedtime"
        return ("bedtime",) if written else ("evening",)
    return TIMES[number]


def smaller_first(times: Sequence[str], favor: str | None = None) -> list[int]:
    """The places of a day in the order in which they take the smaller amounts.

    Of times that are not the usual ones of their number, each stands for the one in its place.
    """
    number = len(times)
    order = SMALLER_FIRST[number]
    places = sorted(range(number), key=lambda place: order.index(TIMES[number][place]))
    return sorted(places, key=lambda place: times[place] == favor)


def divide(amounts: Amounts, before: Placed, favor: str | None = None) -> Placed:
    """Put amounts at their times: the larger where they stood, among equals by the order."""
    if before[0][0] == AS_NEEDED:
        return tuple((AS_NEEDED, amount) for amount in amounts)
    number = len(amounts)
    if number == len(before):
        times = [time for time, _ in before]
        stood = [amount for _, amount in before]
    else:
        times, stood = list(fallen(before, number)), [0] * number
    places = sorted(smaller_first(times, favor), key=lambda place: stood[place])
    at = dict(zip(places, sorted(amounts), strict=True))
    return tuple((time, at[place]) for place, time in enumerate(times))


def spread(amounts: Amounts, times: Sequence[str], favor: str | None = None) -> Placed:
    """Put amounts at new times, as after a change of product."""
    return divide(amounts, tuple((time, 0) for time in times), favor)


def ranks(placed: Placed) -> Amounts:
    """The amounts of a day, the largest first."""
    return tuple(sorted((amount for _, amount in placed if amount), reverse=True))
