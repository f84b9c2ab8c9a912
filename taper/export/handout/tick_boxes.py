"""Boxes to tick on a step of the hand-out: a dose, a day, a patch or a week each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.engine.rows import patch_days

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from taper.engine.steps import Step
    from taper.export.language import Language
    from taper.export.medicine import Medicine
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

WEEK = 7
_MOST_WEEKS = 13  # of daily boxes; a longer step has a box a week
_MOST_BESIDE = 3  # boxes that have room beside the date
# Where a time of day stands in the day, for boxes of several medicines in one row.
_HOURS = {
    "06:00": 6,
    "morning": 8,
    "09:00": 9,
    "10:00": 10,
    "noon": 12,
    "12:00": 12,
    "as-needed": 13,
    "14:00": 14,
    "15:00": 15,
    "afternoon": 16,
    "18:00": 18,
    "evening": 20,
    "21:00": 21,
    "22:00": 22,
    "bedtime": 23,
    "00:00": 24,
    "02:00": 26,
    "03:00": 27,
}
# Of a page: its height, and that of the parts of a step, in tenths of the size of the letters.
_PAGE = {False: 540, True: 375}
_HEAD = {False: 60, True: 75}
_NOTE_LINE = 15
_NOTE_LETTERS = {False: 90, True: 52}  # on one line
_DOSE = {False: 20, True: 20}
_UNITS_MORE = {False: 0, True: 15}  # each strength after the first wraps in large print
_NAME = 30
_CHECKS_PER_LINE = {False: 3, True: 2}
_LINE = {False: 18, True: 20}
_ROW = {False: 19, True: 29}  # of a calendar, boxes beside or below the date
_BELOW = 12
_CALENDAR_HEAD = {False: 40, True: 52}
_WEEKS_PER_LINE = {False: 5, True: 2}
_FEW_BOXES = 4  # a row of them has room in large print


@dataclass(frozen=True, slots=True)
class Cell:
    """One day (or week) to tick: its label, how many boxes, and whether a patch is changed."""

    label: str
    boxes: int
    patch: bool = False


@dataclass(frozen=True, slots=True)
class Ticks:
    """Boxes to tick.

    ``kind`` is ``week`` (one row of boxes a dose, beside it), ``days`` (a calendar), ``list``
    (patch changes, or weeks of a long step) or ``none``. In a ``stacked`` calendar the boxes
    stand below the date.
    """

    kind: str
    lead: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    stacked: bool = False


class Room:
    """What is left of a page beside a step: a step never breaks across pages.

    The heights are estimates on the safe side; a step that has no room for a box a day gets a
    box a week, and without room for those none.
    """

    def __init__(
        self,
        notes: Sequence[str],
        medicines: Sequence[Medicine],
        checks: Sequence[str],
        *,
        large: bool,
    ) -> None:
        """Take off what stands on the step in any case."""
        self.large = large
        heights = [self._height(medicine) for medicine in medicines]
        beside = len(heights) == 2 and not large  # noqa: PLR2004 - two side by side
        lines = -(-len(checks) // _CHECKS_PER_LINE[large]) + large
        self.left = (
            _PAGE[large]
            - _HEAD[large]
            - sum(self._note(note) for note in notes)
            - (max(heights) if beside else sum(heights))
            - (_LINE[large] * lines if checks else 0)
        )

    def _note(self, note: str) -> int:
        return _NOTE_LINE * (1 + len(note) // _NOTE_LETTERS[self.large]) + 6

    def _height(self, medicine: Medicine) -> int:
        rows = sum(
            _DOSE[self.large]
            + _UNITS_MORE[self.large] * (len(dose.units) - 1)
            + (_LINE[self.large] if dose.note else 0)
            for dose in medicine.doses
        )
        return rows + (_NAME if medicine.name else 0)

    def for_days(self, days: int, boxes: int, *, stacked: bool, patches: bool) -> bool:
        """Whether a calendar of so many days has room."""
        row = _ROW[stacked or self.large] + _BELOW * patches
        if self.large and boxes > _FEW_BOXES:
            row += _BELOW
        return _CALENDAR_HEAD[self.large] + row * -(-days // WEEK) <= self.left

    def for_list(self, items: int) -> bool:
        """Whether so many boxes with a date each have room."""
        lines = -(-items // _WEEKS_PER_LINE[self.large]) + 1
        return _LINE[self.large] * lines <= self.left


class Boxes:
    """Makes the boxes of one step."""

    def __init__(
        self, plan: Plan, words: Language, step: Step, taken: Sequence[Regimen], room: Room
    ) -> None:
        """Take what is taken on the step, and the room there is for boxes."""
        self.plan, self.words, self.step, self.room = plan, words, step, room
        self.worn = [regimen for regimen in taken if regimen.product.is_patch]
        self.oral = [regimen for regimen in taken if not regimen.product.is_patch]
        self.beside = len(taken) == 1 and not step.companions and not room.large

    def ticks(self) -> Ticks:
        """The finest boxes that there is room for."""
        step = self.step
        if step.days is None or step.start is None or not (self.worn or self.oral):
            return Ticks("none")
        days = [step.start + timedelta(days=n) for n in range(step.days)]
        changes = {day for day in days if any(self._is_changed(each, day) for each in self.worn)}
        long = len(days) > WEEK * _MOST_WEEKS
        if not self.oral and not long and self.room.for_list(len(changes)):
            return self._changes(sorted(changes))
        times = sorted({time for each in self.oral for time in _taken_times(each)}, key=_hour)
        if len(days) <= WEEK and self.oral and self.beside:
            row = tuple(Cell(str(day.day), 1) for day in days)
            return Ticks("week", "", self._columns(days), (row,))
        stacked = self.room.large or len(times) > _MOST_BESIDE or bool(changes)
        fits = self.room.for_days(len(days), len(times), stacked=stacked, patches=bool(changes))
        if self.oral and not long and fits:
            return self._calendar(days, times, changes, stacked=stacked)
        if self.room.for_list(-(-len(days) // WEEK)):
            return self._weeks(days)
        return Ticks("none")

    def few(self) -> Ticks:
        """The boxes of a plan of many steps: a change of patch, a day of a week, or a week each."""
        step = self.step
        if step.days is None or step.start is None or not (self.worn or self.oral):
            return Ticks("none")
        days = [step.start + timedelta(days=n) for n in range(step.days)]
        if self.worn:
            changed = [
                day for day in days if any(self._is_changed(each, day) for each in self.worn)
            ]
            cells = tuple(Cell(self.words.month_day(day), 1) for day in changed)
            return Ticks("list", self.words.say("steps.tick_patches"), (), (cells,))
        if len(days) <= WEEK:
            cells = tuple(self._cells(days, 1, ()))
            return Ticks("list", "", (), (cells,))
        cells = tuple(Cell(self.words.month_day(day), 1) for day in days[::WEEK])
        return Ticks("list", "", (), (cells,))

    def _is_changed(self, regimen: Regimen, day: date) -> bool:
        return (day - self.plan.start).days % patch_days(regimen) == 0

    def _columns(self, days: Sequence[date]) -> tuple[str, ...]:
        return tuple(self.words.short_weekday(day) for day in days[:WEEK])

    def _cells(self, days: list[date], boxes: int, changes: Collection[date]) -> list[Cell]:
        """A cell a day; the month stands where it begins."""
        labels = [
            self.words.month_day(day) if place == 0 or day.day == 1 else str(day.day)
            for place, day in enumerate(days)
        ]
        return [Cell(label, boxes, day in changes) for label, day in zip(labels, days, strict=True)]

    def _calendar(
        self, days: list[date], times: list[str], changes: set[date], *, stacked: bool
    ) -> Ticks:
        words = self.words
        cells = self._cells(days, len(times), changes)
        rows = tuple(tuple(cells[n : n + WEEK]) for n in range(0, len(cells), WEEK))
        lead = words.say("steps.tick_one")
        if len(times) > 1:
            named = ", ".join(words.say(f"time.{time}").lower() for time in times)
            lead = words.say("steps.tick_days", times=named)
        if changes:
            lead += " " + words.say("steps.tick_patch")
        return Ticks("days", lead, self._columns(days), rows, stacked)

    def _changes(self, days: list[date]) -> Ticks:
        cells = tuple(Cell(self.words.short_day(day), 1) for day in days)
        return Ticks("list", self.words.say("steps.tick_changes"), (), (cells,))

    def _weeks(self, days: list[date]) -> Ticks:
        words = self.words
        cells = tuple(
            Cell(words.say("steps.week_of", day=words.month_day(day)), 1) for day in days[::WEEK]
        )
        return Ticks("list", words.say("steps.tick_weeks"), (), (cells,))


def _hour(time: str) -> int:
    return _HOURS[time]


def _taken_times(regimen: Regimen) -> list[str]:
    return [t for t, amount in zip(regimen.times, regimen.amounts, strict=True) if amount]
