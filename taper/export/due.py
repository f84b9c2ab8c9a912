"""What falls due over many plans, as CSV and as a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from taper.export.characters import visible
from taper.export.csv import written
from taper.export.words import words
from taper.planning.events import uid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.course.agenda import Due

COLUMNS = ["date", "plan", "label", "kind", "what", "file"]


def as_csv(entries: Sequence[Due]) -> str:
    """A row an entry: UTF-8, RFC 4180."""
    rows = [list(entry.to_dict().values()) for entry in entries]
    return written(COLUMNS, rows)


def as_calendar(entries: Sequence[Due]) -> bytes:
    """An all-day event an entry; the same entry has the same UID."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - where a calendar is written

    text = words()["calendar"]
    calendar = Calendar()
    calendar.add("prodid", "-//taper//opioid-taper//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", text["due"])
    for entry in entries:
        event = Event()
        event.add("uid", uid(entry.plan, f"due/{entry.date.isoformat()}/{entry.kind}/{entry.what}"))
        event.add("dtstamp", datetime.combine(entry.date, time(), UTC))
        event.add("dtstart", entry.date)
        event.add("dtend", entry.date + timedelta(days=1))
        named = f"{entry.plan} {entry.label}".strip()
        event.add("summary", visible(f"{named}: {entry.kind}"))
        event.add("description", visible(entry.what))
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
