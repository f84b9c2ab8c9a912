"""Dividing a daily dose over the administrations of a day: the least sum of squares, exactly."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Caps(NamedTuple):
    """What a day of a combination may hold at most: its other ingredient, and its tablets."""

    other: int  # thousandths of a milligram a day
    tablets: int  # thousandths of a tablet a day
    at_once: int  # thousandths of a tablet at one administration


class Content(NamedTuple):
    """What one administration of a combination holds, in the units of :class:`Caps`."""

    other: int
    tablets: int


def sums(choices: Sequence[Sequence[int]]) -> list[int]:
    """For each place, the set of sums that it and the places after it can make, as bits."""
    found = [1]
    for steps in reversed(choices):
        made = 0
        for step in steps:
            made |= found[-1] << step
        found.append(made)
    return found[::-1]


def bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, in rising order."""
    text = bin(number)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)


class Search:
    """Splits totals over places, each one of its choices, from the smallest amount up.

    ``choices`` holds rising amounts for every place; the places stand in rising order, so that
    no place may hold less than the one before it. ``within`` limits what the day may hold.
    """

    def __init__(
        self,
        choices: Sequence[Sequence[int]],
        made: Sequence[int] | None = None,
        contents: Mapping[int, Content] | None = None,
        within: Caps | None = None,
    ) -> None:
        """``made`` are the :func:`sums` of the choices, if they are known."""
        self.choices = choices
        self.made = sums(choices) if made is None else made
        self.contents = contents
        self.within = within

    def best(self, total: int) -> tuple[int, ...] | None:
        """The split with the least sum of squares, smallest amount first; None if none fits.

        Among equals the smaller amounts come first.
        """
        if not self.made[0] >> total & 1:
            return None
        self._best: tuple[int, tuple[int, ...]] | None = None
        self._split(0, total, 0, ())
        return None if self._best is None else self._best[1]

    def _split(self, place: int, left: int, squares: int, chosen: tuple[int, ...]) -> None:
        remaining = len(self.choices) - place
        least = chosen[-1] if chosen else 0
        if remaining == 1:
            self._finish(left, squares, chosen)
            return
        steps, after = self.choices[place], self.made[place + 1]
        for index in range(bisect_right(steps, left // remaining) - 1, -1, -1):
            step = steps[index]
            if step < least:
                break
            rest = left - step
            if self._best is not None:  # the rest costs at least its even split
                bound = (squares + step * step) * (remaining - 1) + rest * rest
                if bound > self._best[0] * (remaining - 1):
                    break
            if after >> rest & 1:
                self._split(place + 1, rest, squares + step * step, (*chosen, step))

    def _finish(self, left: int, squares: int, chosen: tuple[int, ...]) -> None:
        """The last place holds what is left: the sums say that it is one of its choices."""
        if chosen and left < chosen[-1]:
            return
        found = (squares + left * left, (*chosen, left))
        if (self._best is None or found < self._best) and self._fits(found[1]):
            self._best = found

    def _fits(self, amounts: tuple[int, ...]) -> bool:
        if self.within is None:
            return True
        assert self.contents is not None
        return fits(self.within, [self.contents[amount] for amount in amounts])


def fits(within: Caps, contents: Sequence[Content]) -> bool:
    """Whether a day holds no more of a combination than is allowed."""
    return (
        sum(each.other for each in contents) <= within.other
        and sum(each.tablets for each in contents) <= within.tablets
        and all(each.tablets <= within.at_once for each in contents)
    )
