"""The daily dose over time, as data for a drawing and as blocks for a terminal.

A plan has one series for each opioid in it; a change of product of the same opioid goes on in
the same series. Doses are in thousandths of the unit, or of a percent of the first dose where
several opioids, or several salts of one, share the axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from taper.engine.steps import CHANGE, HOLD
from taper.quantities import THOUSAND
from taper.schedule import schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taper.engine.steps import Step
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

PERCENT = "%"
_DAYS_AFTER_STOP = 14  # how much of the time at zero is drawn, at most
_SHARE_BEFORE = 25  # one part of so many shows the dose before the first day
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_HALF_CELL = 4  # eighths
_LEAST_ROWS = 2
_LEAST_COLUMNS = 20  # two dates
_ROWS_BELOW = 2  # the axis and its dates


@dataclass(frozen=True, slots=True)
class Level:
    """The daily dose from ``start`` to before ``end``."""

    start: date
    end: date
    dose: int


@dataclass(frozen=True, slots=True)
class Series:
    """One opioid: its levels in order of time; if it has none, none is taken.

    ``first`` is the first daily dose as printed, ``product`` the id of the first product.
    """

    product: str
    drug: str
    first: str
    levels: tuple[Level, ...]

    @property
    def joined(self) -> tuple[Level, ...]:
        """The levels, equal neighbours as one: what a line is drawn through."""
        found: list[Level] = []
        for level in self.levels:
            if found and (found[-1].end, found[-1].dose) == (level.start, level.dose):
                found[-1] = Level(found[-1].start, level.end, level.dose)
            else:
                found.append(level)
        return tuple(found)

    @property
    def top(self) -> int:
        """The largest daily dose."""
        return max(level.dose for level in self.levels)

    def on(self, day: date) -> int:
        """The dose of a day."""
        return next((at.dose for at in self.levels if at.start <= day < at.end), 0)


@dataclass(frozen=True, slots=True)
class Ideal:
    """The curve on a day, exactly: ``dose`` over ``denominator``."""

    day: date
    dose: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: from ``start`` to before ``end``, doses in ``unit``.

    ``start`` is a little before the plan's first day, so that the dose before it is seen.
    """

    start: date
    first_day: date
    end: date
    unit: str
    series: tuple[Series, ...]
    holds: tuple[tuple[date, date], ...]  # from the first day to before the last
    checks: tuple[date, ...]
    ideal: tuple[Ideal, ...]
    stop: date | None

    @property
    def days(self) -> int:
        """Days from the first to the last."""
        return (self.end - self.start).days

    @property
    def top(self) -> int:
        """The largest daily dose of any series."""
        return max(series.top for series in self.series)


def chart(plan: Plan) -> Chart:
    """The chart of a plan."""
    rows = plan.steps[1:]
    last = max(row.end or row.start or plan.start for row in rows)
    end = last + timedelta(days=1)
    if plan.stop_date is not None:  # a little of what comes after, so that zero is seen
        days = (plan.stop_date - plan.start).days
        end = plan.stop_date + timedelta(days=max(min(days // 12, _DAYS_AFTER_STOP), 1))
    shares = bool(plan.request.also) or any(row.original != plan.steps[0].daily for row in rows)
    start = plan.start - timedelta(days=max((end - plan.start).days // _SHARE_BEFORE, 1))
    series = _series(plan.steps, start, plan.start, end, shares=shares)
    holds = tuple(
        (row.start, row.end + timedelta(days=1))
        for row in rows
        if row.kind == HOLD and row.start is not None and row.end is not None
    )
    return Chart(
        start=start,
        first_day=plan.start,
        end=end,
        unit=PERCENT if shares else plan.steps[0].regimen.product.unit_text,
        series=series,
        holds=holds,
        checks=tuple(sorted({check.date for check in plan.checks if check.date < end})),
        ideal=() if shares else _ideal(plan),
        stop=plan.stop_date,
    )


def _series(
    rows: Sequence[Step], start: date, first_day: date, end: date, *, shares: bool
) -> tuple[Series, ...]:
    """The levels of every opioid; a change of product goes on under the first one's name."""
    levels: dict[str, list[Level]] = {}
    first: dict[str, Regimen] = {}
    names: dict[str, str] = {}
    originals: dict[str, int] = {}
    before = ""
    for row in rows:
        since = row.start or start
        until = row.end + timedelta(days=1) if row.end else end if row.start else first_day
        own = row.regimen.product.id
        if row.kind == CHANGE and before:
            names[own] = names.get(before, before)
        before = own
        originals[own] = row.original  # in the salt of this row
        for regimen in (row.regimen, *row.companions):
            product = regimen.product.id
            name = names.setdefault(product, product)
            first.setdefault(name, regimen)
            dose = regimen.daily
            if shares:
                dose = dose * 100 * THOUSAND // originals.setdefault(product, dose)
            levels.setdefault(name, []).append(Level(since, until, dose))
    return tuple(
        Series(name, first[name].product.drug, _text(first[name]), tuple(levels[name]))
        for name in levels
    )


def _text(regimen: Regimen) -> str:
    return regimen.product.text(regimen.daily)


def _ideal(plan: Plan) -> tuple[Ideal, ...]:
    """The curve at each reduction; none if it is no longer known.

    A plan read from a file does not say where the curve was: the same request gives the same
    rows, and with them the curve. After a revision the rows are no longer those of one rule.
    """
    rows = plan.steps
    if plan.revisions:
        return ()
    if not any(row.reason.point for row in rows):
        again = schedule(plan.request)
        same = [(row.start, row.daily) for row in again] == [(row.start, row.daily) for row in rows]
        if not same:
            return ()
        rows = again
    return tuple(
        Ideal(row.start, row.reason.point.ideal, row.reason.point.denominator)
        for row in rows
        if row.start is not None and row.reason.point is not None
    )


# --- the terminal ------------------------------------------------------------------------------


def blocks(plan: Plan, width: int, height: int, *, ascii_only: bool = False) -> list[str]:
    """The chart as ``height`` lines of at most ``width`` characters.

    Bars are the dose of the middle day of each column; holds are lighter. Several opioids are
    drawn one below the other, each in its own unit. Too small a space gives no lines.
    """
    drawn = chart(plan)
    rows = height // len(drawn.series) - _ROWS_BELOW
    if rows < _LEAST_ROWS:
        return []
    lines: list[str] = []
    for series in drawn.series:
        label = f"{series.drug} {series.first}" if len(drawn.series) > 1 else series.first
        lines += _Bars(drawn, series, label, width, rows, ascii_only=ascii_only).lines()
    return lines


class _Bars:
    """One series in character cells."""

    def __init__(
        self, drawn: Chart, series: Series, label: str, width: int, rows: int, *, ascii_only: bool
    ) -> None:
        self.drawn, self.series, self.label, self.rows = drawn, series, label, rows
        self.gutter = len(label) + 1
        self.columns = width - self.gutter - 1
        self.ascii = ascii_only

    def lines(self) -> list[str]:
        """The bars, the axis, and the dates below it."""
        if self.columns < _LEAST_COLUMNS:
            return []
        days = [
            self.drawn.start + timedelta(days=self.drawn.days * (2 * x + 1) // (2 * self.columns))
            for x in range(self.columns)
        ]
        held = [any(first <= day < last for first, last in self.drawn.holds) for day in days]
        eighths = [self._eighths(day) for day in days]
        bars = [
            "".join(self._cell(eighths[x] - 8 * row, held[x]) for x in range(self.columns))
            for row in range(self.rows - 1, -1, -1)
        ]
        labels = [self.label, *[""] * (self.rows - 1)]
        side, line, corner = ("|", "-", "+") if self.ascii else ("│", "─", "└")
        drawn = [
            f"{label:>{self.gutter - 1}} {side}{bar}".rstrip()
            for label, bar in zip(labels, bars, strict=True)
        ]
        drawn.append(f"{'0':>{self.gutter - 1}} {corner}{line * self.columns}")
        drawn.append(" " * (self.gutter + 1) + self._dates(hold=any(held)))
        return drawn

    def _eighths(self, day: date) -> int:
        """The height of a bar in eighths of a cell, at least one where anything is taken."""
        dose = self.series.on(day)
        return -(-dose * 8 * self.rows // self.series.top)

    def _cell(self, eighths: int, held: bool) -> str:  # noqa: FBT001 - one column's two facts
        """One cell of a bar of which ``eighths`` are left above the cell's foot."""
        if eighths <= 0:
            return " "
        if self.ascii:
            return "=" if held else "#"
        if held and eighths >= _HALF_CELL:
            return "▒"
        return _EIGHTHS[min(eighths, 8)]

    def _dates(self, *, hold: bool) -> str:
        """The first and the last day where they are, and what a lighter bar means."""
        drawn = self.drawn
        first = drawn.first_day.isoformat()
        last = (drawn.stop or drawn.end - timedelta(days=1)).isoformat()
        before = " " * ((drawn.first_day - drawn.start).days * self.columns // drawn.days)
        legend = ("= hold" if self.ascii else "▒ hold") if hold else ""
        between = self.columns - len(before) - len(first) - len(last)
        if len(legend) + 4 > between:
            legend = ""
        return before + first + legend.center(max(between, 1)) + last
