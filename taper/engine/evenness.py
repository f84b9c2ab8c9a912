"""Whether a day is divided evenly (contract 4.3): only uneven days are avoided, never forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from taper.data.limits import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_UNEVEN = whole("largest-administration")  # times the smallest


class Strengths(Protocol):
    """What evenness asks of the strengths in use."""

    smallest: int

    def step_below(self, amount: int) -> int:
        """From the largest strength that fits into an amount down to the next lower one."""


def is_even(new: Sequence[int], old: Sequence[int], strengths: Strengths) -> bool:
    """Whether the division ``new`` is even for someone who takes ``old``.

    Both hold the administrations in order of size, the largest first. A division is also even if
    it is no less even than the one in force.
    """
    largest, smallest = new[0], new[-1]
    apart = largest - smallest
    if len(new) == len(old):
        if apart <= old[0] - old[-1]:
            return True
    elif largest > strengths.smallest:
        return False  # one administration is left out while another could still be lowered
    return apart <= strengths.step_below(largest) and largest <= MOST_UNEVEN * smallest
