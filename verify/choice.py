"""What to take from an opportunity on (SPEC 4.3)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.shelf import Amounts, Shelf

HALF = Fraction(1, 2)


class Opportunity(NamedTuple):
    """What the rule asks for: the curve, its fall, the most that a cut may be.

    ``is_last`` says that it is the last one within 12 weeks, where that counts.
    """

    ideal: Fraction
    fall: Fraction
    most: Fraction
    is_last: bool = False


class Candidate(NamedTuple):
    """A daily dose with its division, and whether that is even."""

    total: int
    amounts: Amounts
    even: bool
    strengths: int


class Choice(NamedTuple):
    """``amounts`` is None to stay; ``stuck`` where no dose is left within half of the current.

    ``unavoidable`` also of a cut that is still waited for.
    """

    amounts: Amounts | None
    unavoidable: bool = False
    stuck: bool = False


def candidates(
    shelf: Shelf, now: Amounts, goal: Fraction, limits: tuple[int, int, int] | None
) -> list[Candidate]:
    """Every daily dose below the current one, not below the goal nor half of the current."""
    found = []
    for amounts in shelf.divisions(now, limits):
        total = sum(amounts)
        if total < goal or 2 * total < sum(now):
            break
        found.append(Candidate(total, amounts, shelf.is_even(amounts, now), shelf.needs(amounts)))
    return found


def choose(within: Sequence[Candidate], current: int, asked: Opportunity) -> Choice:
    """The choice among the candidates within half of the current dose, the highest first."""
    if not within:
        return Choice(None, stuck=True)
    pool = [each for each in within if each.even] or list(within)
    allowed = [each for each in pool if current - each.total <= asked.most]
    if not allowed:
        following = pool[0]
        waits = asked.ideal >= HALF * (current + following.total) and not asked.is_last
        return Choice(None if waits else following.amounts, unavoidable=True)
    chosen = _nearest(allowed, current, asked)
    if abs(current - asked.ideal) <= abs(chosen.total - asked.ideal):
        return Choice(None)
    return Choice(chosen.amounts)


def _nearest(allowed: list[Candidate], current: int, asked: Opportunity) -> Candidate:
    large = [each for each in allowed if 2 * (current - each.total) >= asked.fall] or allowed
    nearest = min(large, key=lambda each: (abs(each.total - asked.ideal), -each.total))
    near = [each for each in large if 2 * abs(each.total - nearest.total) <= asked.fall]
    return min(near, key=lambda each: (each.strengths, abs(each.total - asked.ideal), -each.total))
