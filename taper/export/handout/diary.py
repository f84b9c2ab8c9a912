"""The diary: a page on which the patient notes pain, sleep and withdrawal, a line a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from taper.export.language import Language

DAYS = 28


@dataclass(frozen=True, slots=True)
class Diary:
    """A heading, how to fill it in, the columns, and the days of its lines."""

    title: str
    lead: str
    columns: tuple[str, ...]
    days: tuple[str, ...]


def diary(words: Language, start: date) -> Diary:
    """Four weeks from a day on."""
    columns = ("day", "pain", "sleep", "withdrawal", "notes")
    return Diary(
        words.say("diary.title"),
        words.say("diary.lead"),
        tuple(words.say(f"diary.{column}") for column in columns),
        tuple(words.short_day(start + timedelta(days=number)) for number in range(DAYS)),
    )
