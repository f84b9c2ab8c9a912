"""When in the day each dose is taken, and which of them is lowered first (contract 3.2 and 4.5)."""

from __future__ import annotations

from functools import lru_cache

# The times of a day by the number of administrations. Nothing is moved into the night: 02:00,
# 03:00 and 00:00 belong to medicines that are prescribed that often.
TIMES: dict[int, tuple[str, ...]] = {
    0: (),
    1: ("morning",),
    2: ("morning", "evening"),
    3: ("morning", "afternoon", "evening"),
    4: ("morning", "noon", "evening", "bedtime"),
    5: ("06:00", "10:00", "14:00", "18:00", "22:00"),
    6: ("06:00", "10:00", "14:00", "18:00", "22:00", "02:00"),
    7: ("06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "00:00"),
    8: ("06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "00:00", "03:00"),
}
FELL_TO_ONE = ("evening",)  # the last dose to go covers the night
_NIGHT = "bedtime"
PATCH = ("patch",)
AS_NEEDED = ("as-needed",)
# Which administration gets the smaller amount first, by its place in the day.
SMALLER_FIRST: dict[int, tuple[int, ...]] = {
    0: (),
    1: (0,),
    2: (0, 1),
    3: (1, 0, 2),
    4: (1, 2, 0, 3),
    5: (1, 3, 2, 0, 4),
    6: (5, 1, 3, 2, 0, 4),
    7: (6, 2, 3, 1, 4, 0, 5),
    8: (7, 6, 2, 3, 1, 4, 0, 5),
}


@lru_cache(maxsize=256)
def smaller_first(times: tuple[str, ...], favor: str = "") -> tuple[int, ...]:
    """The places of the day in the order in which they get the smaller amounts.

    The administration that ``favor`` names keeps the larger amount longest.
    """
    order = SMALLER_FIRST[len(times)]
    if favor in times:
        kept = times.index(favor)
        return (*(place for place in order if place != kept), kept)
    return order


@lru_cache(maxsize=4096)
def placed(
    ranks: tuple[int, ...], times: tuple[str, ...], before: tuple[int, ...], favor: str = ""
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The times and the amounts in the order of the day.

    ``ranks`` are the new amounts, the largest first; ``before`` are those taken so far at
    ``times``. As long as their number stays, each keeps its time and the larger amounts stand
    where they stood. When the number falls, the doses are spread over the day anew.
    """
    if len(ranks) == len(before):
        order = smaller_first(times, favor)
        rising = sorted(order, key=before.__getitem__)  # stable: among equals the order stays
    else:
        times = _spread_anew(len(ranks), times)
        rising = list(smaller_first(times, favor))
    amounts = [0] * len(ranks)
    for place, amount in zip(rising, reversed(ranks), strict=True):
        amounts[place] = amount
    return times, tuple(amounts)


def _spread_anew(number: int, before: tuple[str, ...]) -> tuple[str, ...]:
    """The times of fewer administrations; what was written for the night stays there."""
    if number != 1:
        return TIMES[number]
    is_written = _NIGHT in before and before != TIMES[len(before)]
    return (_NIGHT,) if is_written else FELL_TO_ONE
