"""The steps of the hand-out: what to take when, with a picture of the day and boxes to tick."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taper.engine.rows import patch_days
from taper.engine.steps import BASELINE, CHANGE, HOLD, MAINTAIN, REDUCE, STEP_BACK, STOP
from taper.export.handout.glance import needed_values, span, times
from taper.export.handout.tick_boxes import Boxes, Room, Ticks
from taper.export.medicine import (
    Dose,
    Medicine,
    Units,
    capital,
    drug_name,
    ordered,
    product_name,
    short_names,
    units_taken,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.engine.steps import Step
    from taper.export.language import Language
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step as the patient sees it."""

    number: str
    title: str
    dates: str
    days: str
    amount: str  # of the one medicine; with several it stands beside each
    medicines: tuple[Medicine, ...]
    notes: tuple[str, ...]
    ticks: Ticks
    checks: tuple[str, ...]
    quiet: bool  # nothing changes: drawn lighter
    long: bool  # more than a page: the only card that may break


MOST_CARDS = 4  # steps with a calendar of boxes; of more, each has a box a day or a week


class Timetable:
    """Makes the cards of a plan; ``large`` print leaves no room for boxes beside the doses."""

    def __init__(self, plan: Plan, words: Language, *, large: bool) -> None:
        """Look at what the plan has as a whole."""
        self.plan, self.words, self.large = plan, words, large
        self.many = any(step.companions for step in plan.steps)
        self.names = short_names(words, plan)
        self.compact = len(plan.steps) - 1 > MOST_CARDS

    def cards(self) -> tuple[StepCard, ...]:
        """One card a step, in order."""
        return tuple(self._card(place) for place in range(1, len(self.plan.steps)))

    def _card(self, place: int) -> StepCard:
        step, words = self.plan.steps[place], self.words
        regimens = ordered(self.plan, (step.regimen, *step.companions))
        taken = [regimen for regimen in regimens if regimen.daily]
        notes, checks = tuple(self._notes(place)), tuple(self._checks(step))
        medicines = tuple(self._medicine(step, regimen) for regimen in taken)
        if self.compact and sum(len(each.doses) for each in medicines) > MOST_CARDS:
            medicines = tuple(_grouped(each) for each in medicines)
        room = Room(notes, medicines, checks, large=self.large)
        boxes = Boxes(self.plan, words, step, taken, room)
        ticks = boxes.few() if self.compact else boxes.ticks()
        return StepCard(
            number=words.say("steps.number", number=str(step.number)),
            title=self._title(step),
            dates=self._dates(step),
            days=self._days(step.days),
            amount="" if self.many or not taken else self._amount(step.regimen, step.before),
            medicines=medicines,
            notes=notes,
            ticks=ticks,
            checks=checks,
            quiet=step.kind in {BASELINE, HOLD, MAINTAIN},
            long=room.left < 0,
        )

    # --- its head

    def _title(self, step: Step) -> str:
        words = self.words
        if step.kind == STEP_BACK:
            return words.say("kind.back")
        product = step.regimen.product
        name = self.names[product.id] if self.compact else product_name(words, product)
        if step.kind == REDUCE and self.many:
            return words.say("kind.reduce_of", name=name)
        if step.kind == STOP:
            return words.say("kind.stop", name=name if self.many else self._drug(step))
        return words.say(f"kind.{step.kind}")

    def _drug(self, step: Step) -> str:
        return drug_name(self.words, step.regimen.product.drug)

    def _dates(self, step: Step) -> str:
        assert step.start is not None
        words = self.words
        if step.end is None:
            return words.say("steps.from_on", day=words.day(step.start))
        if self.compact:
            return span(words, step.start, step.end)
        if step.end == step.start:
            return words.day(step.start)
        same = step.start.year == step.end.year
        first = words.day_of_year(step.start) if same else words.day(step.start)
        return words.say("steps.from_to", first=first, last=words.day(step.end))

    def _days(self, days: int | None) -> str:
        if days is None:
            return ""
        if days == 1:
            return self.words.say("steps.one_day")
        return self.words.say("steps.days", count=str(days))

    def _amount(self, regimen: Regimen, before: int) -> str:
        """The dose of a day, and the one before if it was another."""
        words, product = self.words, regimen.product
        if self.compact:
            amount = product.text(regimen.daily)
            return amount if product.is_patch else words.say("chart.daily", amount=amount)
        key = "steps.each_day_patch" if product.is_patch else "steps.each_day"
        text = words.say(key, amount=product.text(regimen.daily))
        if before != regimen.daily:
            text += f" ({words.say('steps.before', amount=product.text(before))})"
        return text

    # --- the picture of the day

    def _medicine(self, step: Step, regimen: Regimen) -> Medicine:
        words, product = self.words, regimen.product
        name = amount = ""
        if self.many:
            name = capital(self.names[product.id] if self.compact else product_name(words, product))
            before = step.before if regimen is step.regimen else regimen.daily
            amount = self._amount(regimen, before)
        if product.is_patch:
            return Medicine(name, amount, (self._patch(regimen),))
        if regimen.most_often:
            return Medicine(name, amount, (self._as_needed(regimen),))
        return Medicine(
            name,
            amount,
            tuple(
                Dose(
                    icon=_icon(time),
                    picture=self._picture(time),
                    time=words.say(f"time.{time}"),
                    units=units_taken(words, product, taken, units),
                    taken=bool(taken),
                )
                for time, taken, units in zip(
                    regimen.times, regimen.amounts, regimen.units, strict=True
                )
            ),
        )

    def _patch(self, regimen: Regimen) -> Dose:
        words, product, units = self.words, regimen.product, regimen.units[0]
        return Dose(
            icon="patch",
            picture=words.say("picture.patch"),
            time=words.say("time.patch"),
            units=units_taken(words, product, regimen.daily, units),
            taken=True,
            note=words.say("dose.change_every", days=str(patch_days(regimen))),
        )

    def _as_needed(self, regimen: Regimen) -> Dose:
        words, product = self.words, regimen.product
        return Dose(
            icon="as-needed",
            picture=words.say("picture.as-needed"),
            time=words.say("time.as-needed"),
            units=units_taken(words, product, regimen.amounts[0], regimen.units[0]),
            taken=True,
            note=words.say("dose.as_needed", **needed_values(regimen)),
        )

    def _picture(self, time: str) -> str:
        if ":" in time:
            return self.words.say("picture.clock", time=self.words.say(f"time.{time}"))
        return self.words.say(f"picture.{time}")

    # --- what to know

    def _notes(self, place: int) -> Iterator[str]:
        step, words = self.plan.steps[place], self.words
        following = self.plan.steps[place + 1] if place + 1 < len(self.plan.steps) else None
        name = product_name(words, step.regimen.product)
        if step.kind == BASELINE and following and following.kind == REDUCE and following.start:
            yield words.say("note.baseline", date=words.day(following.start))
        if step.kind in {HOLD, STEP_BACK}:
            yield words.say("note.hold")
        if step.kind == CHANGE:
            old = product_name(words, self.plan.steps[place - 1].regimen.product)
            yield words.say("note.change", new=name, old=old)
        if step.kind == MAINTAIN and step.end is not None:
            yield words.say("note.maintain", date=words.day(step.end))
        if step.kind == STOP:
            key = "note.stop_patch" if step.regimen.product.is_patch else "note.stop"
            drug = self._drug(step)
            yield words.say(key, name=name if self.many else drug, drug=drug)
            if any(other.daily for other in step.companions):
                yield words.say("note.stop_others")

    def _checks(self, step: Step) -> Iterator[str]:
        """The contacts of a step."""
        for check in self.plan.checks:
            if check.step == step.number:
                how = self.words.say(f"how.{check.how}")
                day = self.words.short_day(check.date)
                yield self.words.say("steps.check_in", day=day, how=how)


def _grouped(medicine: Medicine) -> Medicine:
    """The doses of a day that are alike, on one line: ``Morning, noon``."""
    groups: dict[tuple[Units, ...], list[Dose]] = {}
    for dose in medicine.doses:
        groups.setdefault(dose.units, []).append(dose)
    alike = [replace(each[0], time=times([dose.time for dose in each])) for each in groups.values()]
    return replace(medicine, doses=tuple(alike))


def _icon(time: str) -> str:
    """The picture of a time: a clock of that hour, dark from evening to night."""
    return f"clock-{time[:2]}" if ":" in time else time
