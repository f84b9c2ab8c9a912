"""Directions as a patient reads them on one bottle: what is taken from it, when."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from verify.medicine import THOUSAND

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WORDS = {"half": "1/2", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
TIMES = ("morning", "noon", "afternoon", "evening", "bedtime")
_UNIT = r"(?:tablets?|capsules?|films?|patch(?:es)?|mL)"
_TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\d)"
    r"|(?P<clock>\d\d:\d\d)"
    rf"|(?P<with>with the .*? {_UNIT})"
    rf"|(?P<count>\d+ 1/2|\d+/\d+|\d+(?:\.\d+)?|half|one|two|three|four|five|six)"
    rf"(?: (?:a|of a))?(?: (?:[\d./]+ )?(?:mg|mcg|mcg/h))? (?P<unit>{_UNIT})\b"
    rf"|(?P<time>{'|'.join(TIMES)})",
    re.IGNORECASE,
)


class Direction(NamedTuple):
    """From a day on (None: from the first), counts in thousandths by time of day."""

    first: int | None
    taken: dict[str, int]


def read(text: str) -> list[Direction]:
    """Directions in dated parts; in each, the last count holds for the times that follow it."""
    parts = [Direction(None, {})]
    count = 0
    until = False
    for match in _TOKEN.finditer(text):
        if match["iso"]:
            day = date.fromisoformat(match["iso"]).toordinal()
            until = text[: match.start()].rstrip().lower().endswith(("to", "until", "through"))
            if not until:
                parts.append(Direction(day, {}))
                count = 0
        elif match["count"]:
            count = counted(match["count"])
            if match["unit"].lower().startswith("patch"):
                parts[-1].taken["patch"] = count
        elif match["clock"] or match["time"]:
            time = match["clock"] or match["time"].lower()
            parts[-1].taken[time] = parts[-1].taken.get(time, 0) + count
    return [part for part in parts if part.taken or part.first is not None]


def counted(text: str) -> int:
    """``2``, ``1 1/2``, ``0.5`` or ``half`` in thousandths."""
    words = WORDS.get(text.lower(), text).split()
    return int(sum(Fraction(word) for word in words) * THOUSAND)


def on(parts: list[Direction], day: int) -> dict[str, int]:
    """What a label says for a day."""
    before = [part for part in parts if part.first is None or part.first <= day]
    return before[-1].taken if before else {}
