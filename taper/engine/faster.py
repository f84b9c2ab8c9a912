"""Whether another rule asks for a faster pace: only then may it bring a reduction forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.request.rule import CURRENT, MIXED, ORIGINAL

if TYPE_CHECKING:
    from taper.engine.curve import Curve
    from taper.request.model import Rule
    from taper.request.rule import Part

_LATER_AND_LATER = (ORIGINAL, MIXED, CURRENT)  # the same percentage, from the fastest on


def faster(now: Curve, of: str, rule: Rule, original: int) -> tuple[bool, bool]:
    """Whether a rule asks for a faster pace than the present one: from now on, and later on.

    It does not if its reductions are smaller a day. From two-week intervals on ``mixed`` ends with
    larger cuts than below them; who slows a taper down does not ask for them to come earlier.
    """
    late = _LATER_AND_LATER.index(rule.of) < _LATER_AND_LATER.index(of)
    part = rule.parts[0]
    if not late and not any(_asks_more(part, each, original) for each in now.parts):
        return False, False
    new = _speed(now, part, rule.of)
    soon = _is_above(new, _speed(now, now.part, of))
    later = any(_is_above(new, _speed(now, each, of)) for each in now.parts[1:])
    return soon, late or later


def _speed(curve: Curve, part: Part, of: str) -> tuple[int, int]:
    """The fall of a curve a day from its present height, as a ratio."""
    other = curve.turned((part,), of, 0)
    other.fall()
    return other.asked, other.denominator * part.every.days


def _asks_more(one: Part, other: Part, original: int) -> bool:
    """Whether one part of a rule asks for a larger share a day than another."""
    shares = []
    for part in (one, other):
        reduce = part.reduce
        share = (reduce, original) if isinstance(reduce, int) else tuple(reduce)
        shares.append((share[0], share[1] * part.every.days))
    return _is_above(shares[0], shares[1])


def _is_above(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] * other[1] > other[0] * one[1]
