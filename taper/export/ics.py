"""The plan as a calendar (RFC 5545): all-day events of dose changes, checks, fills, prescriptions.

An event keeps its UID as long as it is the same event (see :mod:`taper.planning.events`). So a
calendar that imports a revised plan moves what has moved, and cancels what fell away. There is no
METHOD: RFC 5546 wants an ORGANIZER with it, and some clients refuse a calendar without.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from taper.export.characters import visible
from taper.export.words import words
from taper.planning.events import (
    changes,
    fallen_away,
    keyed_checks,
    keyed_fills,
    keyed_sets,
    uid,
)
from taper.planning.window import limited
from taper.quantities import THOUSAND, plain
from taper.regimen.directions import strength_text, unit_noun
from taper.safety.withdrawal_checks import facts
from taper.supply import DAYS_TOGETHER

if TYPE_CHECKING:
    from collections.abc import Callable

    from icalendar import Calendar, Event

    from taper.export import Options
    from taper.formulary.product import Product
    from taper.planning.events import Change
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.safety.withdrawal_checks import Check
    from taper.supply import Fill

# An alarm stands before the day that it is about: not every calendar rings after an event began.
# A new dose is announced the evening before, at 18:00; a check at 9:00 the day before.
DOSE_ALARM = timedelta(hours=-6)
CHECK_ALARM = timedelta(hours=-15)


def _product_name(product: Product) -> str:
    """Short, for a small screen: ``morphine ER``; by its brand: ``MST Continus``."""
    if product.brand:
        return product.brand
    form = words()["calendar"]["form"].get(product.form, "")
    return f"{product.drug} {form}".strip()


def _dose(before: Regimen | None, after: Regimen) -> str:
    """The dose of a day before and after: ``90 → 75 mg a day``; of a patch ``75 → 62 mcg/h``."""
    product = after.product
    text = product.daily_text(after.daily)
    if before is None or before.daily == after.daily:
        return text
    return f"{product.number(before.daily)} \N{RIGHTWARDS ARROW} {text}"


def _change_texts(change: Change) -> tuple[str, str]:
    """Summary and description of a dose change."""
    text, step = words()["calendar"], change.step
    assert step.start is not None
    kind = "new_dose"
    if not step.daily:
        kind = "stop"
    elif change.before is not None and change.before.amounts == step.regimen.amounts:
        kind = "other_units"
    name, dose = _product_name(step.regimen.product), _dose(change.before, step.regimen)
    summary = text[kind].format(product=name, dose=dose)
    lines = [step.regimen.directions]
    if change.end is None or not step.daily:
        lines.append(text["from"].format(start=step.start))
    else:
        days = (change.end - step.start).days + 1
        lines.append(text["until"].format(start=step.start, end=change.end, days=days))
    lines += [text["also"].format(directions=other.directions) for other in step.companions]
    return summary, "\n".join([*lines, text["care"]])


def _check_texts(check: Check) -> tuple[str, str]:
    """Summary and description of a check."""
    text, title = words()["calendar"], facts().kinds[check.reason].title
    summary = text["check"].format(title=title[:1].lower() + title[1:])
    lines = [text["how"].format(how=check.how), *(f"- {item}" for item in check.items)]
    return summary, "\n".join(lines)


def _names(fill: Fill) -> str:
    """The medicines of a fill: ``morphine ER and oxycodone IR``."""
    return " and ".join(dict.fromkeys(_product_name(item.product) for item in fill.items))


def _fill_texts(fill: Fill) -> tuple[str, str]:
    """Summary and description of a fill."""
    text = words()["calendar"]
    summary = text["fill"].format(number=fill.number, products=_names(fill))
    last = fill.date + timedelta(days=fill.days_supply - 1)
    lines = [text["fill_for"].format(start=fill.date, end=last, days=fill.days_supply)]
    for item in fill.items:
        count = f"{plain(item.quantity)} {unit_noun(item.product, many=item.quantity != THOUSAND)}"
        strength = strength_text(item.product, item.strength)
        named = {"count": count, "product": item.product.name, "strength": strength}
        lines.append(text["fill_item"].format(**named, directions=item.directions))
    return summary, "\n".join(lines)


def _set_texts(fill: Fill) -> tuple[str, str]:
    """Summary and description of a new set of prescriptions."""
    text = words()["calendar"]
    return text["prescriptions"].format(products=_names(fill)), text["prescriptions_why"].format(
        start=fill.date, limit=DAYS_TOGETHER
    )


class _Maker:
    """Makes the events of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan_id = plan.id
        # The plan has no clock: its first day stands for when it was made, and the day from
        # which it was revised for when that was, so that the later version is the later one.
        days = [plan.start, *(date.fromisoformat(entry["from"]) for entry in plan.revisions)]
        self.stamp = datetime.combine(max(days), time(), UTC)
        self.sequence = len(plan.revisions)

    def event(self, key: str, day: date, summary: str, status: str) -> Event:
        """An all-day event that takes up no time; private if a calendar is shared."""
        from icalendar import Event  # noqa: PLC0415 - if a calendar is written

        event = Event()
        event.add("uid", uid(self.plan_id, key))
        event.add("dtstamp", self.stamp)
        event.add("sequence", self.sequence)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", visible(summary))
        event.add("status", status)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        return event

    def planned(
        self, key: str, day: date, texts: tuple[str, str], category: str, alarm: timedelta
    ) -> Event:
        """An event that is to happen, with its alarm."""
        from icalendar import Alarm  # noqa: PLC0415 - if a calendar is written

        summary, description = texts
        event = self.event(key, day, summary, "CONFIRMED")
        event.add("description", visible(description))
        event.add("categories", [category])
        ring = Alarm()
        ring.add("action", "DISPLAY")
        ring.add("trigger", alarm)
        ring.add("description", visible(summary))
        event.add_component(ring)
        return event


def _calendar(plan: Plan) -> Calendar:
    from icalendar import Calendar  # noqa: PLC0415 - if a calendar is written

    text = words()["calendar"]
    label = plan.request.text.get("label")
    calendar = Calendar()
    calendar.add("prodid", "-//taper//opioid-taper//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    title = f"{text['title']}: {label}" if label else text["title"]
    calendar.add("x-wr-calname", visible(title))
    calendar.add("x-wr-caldesc", words()["disclaimer"])
    return calendar


def _shown(plan: Plan, options: Options) -> Callable[[tuple[date, Any]], bool]:
    """Whether an event is of the next steps; the calendar of all of them has every one.

    Events keep the keys that they have in the whole plan, and what fell away stays cancelled.
    """
    if options.window is None:
        return lambda _: True
    first, last = options.window.on, limited(plan, options.window).steps[-1].end or date.max
    return lambda item: first <= item[0] <= last or str(item[1]["status"]) == "CANCELLED"


def render(plan: Plan, options: Options) -> bytes:
    """The calendar as bytes: UTF-8, folded lines, CRLF line ends."""
    text, maker = words()["calendar"], _Maker(plan)
    is_shown = _shown(plan, options)
    events: list[tuple[date, Any]] = []
    for change in changes(plan):
        day = change.step.start
        assert day is not None
        texts, category = _change_texts(change), text["dose_category"]
        events.append((day, maker.planned(change.key, day, texts, category, DOSE_ALARM)))
    for key, check in keyed_checks(plan):
        day, texts, category = check.date, _check_texts(check), text["check_category"]
        events.append((day, maker.planned(key, day, texts, category, CHECK_ALARM)))
    for key, fill in keyed_fills(plan):
        day, texts, category = fill.not_before, _fill_texts(fill), text["fill_category"]
        events.append((day, maker.planned(key, day, texts, category, CHECK_ALARM)))
    for key, fill in keyed_sets(plan):
        day, texts, category = fill.not_before, _set_texts(fill), text["prescription_category"]
        events.append((day, maker.planned(key, day, texts, category, CHECK_ALARM)))
    for key, day in fallen_away(plan).items():
        events.append((day, maker.event(key, day, text["cancelled"], "CANCELLED")))
    calendar = _calendar(plan)
    for _, event in sorted(filter(is_shown, events), key=lambda item: item[0]):
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
