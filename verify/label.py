"""Directions as a patient reads them on one bottle: what is taken from it, when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from verify.medicine import HOURS_OF_DAY, THOUSAND
from verify.times import AS_NEEDED, PATCH, TIMES

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORDS = {word: str(number) for number, word in enumerate(_NUMBERS, 1)}
OFTEN = {"twice": 2, "three times": 3, "four times": 4}
_NAMED = "morning|noon|afternoon|evening|bedtime"
_DOSE = "(?:mg|mcg/h|mcg|micrograms/hour|micrograms)"
_UNIT = r"(?:tablets?|capsules?|films?|patch(?:es)?|mL)"
_TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\d)"
    r"|(?P<clock>\d\d:\d\d)"
    rf"|(?P<with>with the .*? {_UNIT})"
    rf"|(?P<count>\d+ 1/2|\d+/\d+|\d+(?:\.\d+)?|half|(?:{'|'.join(_NUMBERS)})(?: and a half)?)"
    rf"(?: (?:an?|of an?|of one))?(?: [\d./]+ {_DOSE}(?: (?-i:[A-Z])[\w ]*?)?)? (?P<unit>{_UNIT})\b"
    r"|[:;] (?P<bare>\d*\u00bd|\d+(?:\.\d+)?(?: 1/2)?) "
    r"(?=every|once|twice|three|four|in|at|as)"
    rf"|(?P<time>{_NAMED})|(?P<needed>as needed)"
    rf"|(?<!most )(?P<often>{'|'.join(OFTEN)}) a day"
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
        elif match["bare"]:
            count = counted(match["bare"])
        else:
            for time in _times(match):
                parts[-1].add(time, count)
    return [part for part in parts if part.taken or part.first is not None]


def _times(match: re.Match[str]) -> tuple[str, ...]:
    """The times of day that a word stands for."""
    if match["hours"]:
        return TIMES.get(HOURS_OF_DAY // int(match["hours"]), ())
    if match["often"]:
        return TIMES[OFTEN[match["often"].lower()]]
    if match["needed"]:
        return (AS_NEEDED,)
    clock, time = match["clock"], match["time"]
    return (clock or time.lower(),) if clock or time else ()


def counted(text: str) -> int:
    """``2``, ``1 1/2``, ``0.5``, ``half`` or ``two and a half`` in thousandths."""
    text = text.lower().replace(" and a half", " 1/2").replace("half", "1/2")
    words = text.replace("\u00bd", " 1/2").split()
    return int(sum(Fraction(WORDS.get(word, word)) for word in words) * THOUSAND)


def on(parts: list[Direction], day: int) -> dict[str, int]:
    """What a label says for a day."""
    begun = [part for part in parts if part.first is None or part.first <= day]
    last = begun[-1] if begun else Direction()
    return last.taken if last.last is None or day <= last.last else {}
