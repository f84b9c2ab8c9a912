"""Which goals rules 2 and 3 of contract 4 reach from a regimen (contract 3.3, ``to``)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from taper.engine.falls import falls_from_ranks

if TYPE_CHECKING:
    from taper.engine.falls import Division, Falls
    from taper.regimen.regimen import Regimen
    from taper.regimen.table import Regimens


def lowest_reached(made: Regimens, regimen: Regimen, goal: int) -> int:
    """The lowest daily dose at or above ``goal`` to which a taper from here can come."""
    return _lowest(falls_from_ranks(made, regimen.ranks, made.caps(regimen)), goal)


def leads_to(made: Regimens, regimen: Regimen, division: Division, goal: int) -> bool:
    """Whether the goal can still be reached after ``regimen`` has fallen to a division."""
    after = made.after(regimen, division.ranks)
    return lowest_reached(made, after, goal) == goal


@lru_cache(maxsize=8192)
def _lowest(falls: Falls, goal: int) -> int:
    """Depth first, the lowest dose first: nearly always the first way reaches the goal."""
    lowest = falls.daily
    if lowest <= goal:
        return lowest
    for division in _ways(falls, goal):
        caps = falls.made.caps_of(division.ranks, falls.caps)
        after = falls_from_ranks(falls.made, division.ranks, caps)
        lowest = min(lowest, _lowest(after, goal))
        if lowest == goal:
            break
    return lowest


def _ways(falls: Falls, goal: int) -> list[Division]:
    """The doses that count at one reduction, the lowest first."""
    ways = list(falls.downward(goal))
    even = [way for way in ways if way.is_even]
    return (even or ways)[::-1]
