"""Directions as a patient reads them on one bottle: what is taken from it, when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from verify.medicine import HOURS_OF_DAY, THOUSAND
from verify.times import PATCH, TIMES

WORDS = {"half": "1/2", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
_NAMED = "morning|noon|afternoon|evening|bedtime"
_UNIT = r"(?:tablets?|capsules?|films?|patch(?:es)?|mL)"
_TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\d)"
    r"|(?P<clock>\d\d:\d\d)"
    rf"|(?P<with>with the .*? {_UNIT})"
    rf"|(?P<count>\d+ 1/2|\d+/\d+|\d+(?:\.\d+)?|half|one|two|three|four|five|six)"
    rf"(?: (?:a|of a))?(?: [\d./]+ (?:mg|mcg/h|mcg))? (?P<unit>{_UNIT})\b"
    r"|: (?P<bare>\d+(?:\.\d+)?(?: 1/2)?) (?=every|once|in|at)"
    r"|; (?P<next>\d+(?:\.\d+)?(?: 1/2)?) (?=every|once|in|at)"
    rf"|(?P<time>{_NAMED})"
    r"|every (?P<hours>\d+) hours",
    re.IGNORECASE,
)


@dataclass
class Direction:
    """What is taken from a day on, up to a last one if it is named, by time of day."""

    first: int | None = None
    last: int | None = None
    taken: dict[str, int] = field(default_factory=dict)  # counts in thousandths

    def add(self, time: str, count: int) -> None:
        """Take so many more at a time of day."""
        self.taken[time] = self.taken.get(time, 0) + count


def read(text: str) -> list[Direction]:
    """Directions in dated parts; in each, the last count holds for the times that follow it."""
    parts = [Direction()]
    count = 0
    for match in _TOKEN.finditer(text):
        if match["iso"]:
            day = date.fromisoformat(match["iso"]).toordinal()
            if text[: match.start()].rstrip().lower().endswith(("to", "until", "through")):
                parts[-1].last = day
            else:
                parts.append(Direction(day))
        elif match["count"]:
            count = counted(match["count"])
            if match["unit"].lower().startswith("patch"):
                parts[-1].add(PATCH[0], count)
        elif match["bare"] or match["next"]:
            count = counted(match["bare"] or match["next"])
        elif match["hours"]:
            for time in TIMES.get(HOURS_OF_DAY // int(match["hours"]), ()):
                parts[-1].add(time, count)
        elif match["clock"] or match["time"]:
            parts[-1].add(match["clock"] or match["time"].lower(), count)
    return [part for part in parts if part.taken or part.first is not None]


def counted(text: str) -> int:
    """``2``, ``1 1/2``, ``0.5`` or ``half`` in thousandths."""
    words = WORDS.get(text.lower(), text).split()
    return int(sum(Fraction(word) for word in words) * THOUSAND)


def on(parts: list[Direction], day: int) -> dict[str, int]:
    """What a label says for a day."""
    begun = [part for part in parts if part.first is None or part.first <= day]
    last = begun[-1] if begun else Direction()
    return last.taken if last.last is None or day <= last.last else {}
