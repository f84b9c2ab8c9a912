"""The schedule at a terminal: as many columns as fit, and no figure ever broken in two.

Columns are measured, not guessed. Each time of day has a column; of several opioids each has
one, with its day in a row. What is spared first is what stands elsewhere too: weekdays, the
percentage of the first dose. If not even that fits, each row becomes a few lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from taper.engine.steps import STOP
from taper.safety.equivalents import mme_text
from taper.terminal import cells
from taper.terminal.folding import folded, parts_of, tied, width_of
from taper.terminal.streams import halves_in_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import JustifyMethod, RenderableType

    from taper.engine.steps import Step
    from taper.formulary.product import Product
    from taper.planning.plan import Plan

WIDE = 96  # columns: from here on words are written out
_HYPHENS = box.Box("\n".join(["    ", "    ", " -- ", *["    "] * 5, ""]), ascii=True)
_MOST_TIMES = 5  # times of day that get a column each
_ORDER = ("morning", "noon", "afternoon", "evening", "bedtime")  # of a day


class Layout(NamedTuple):
    """The schedule, and whether its doses stand in a row rather than in columns by time."""

    schedule: RenderableType
    in_a_row: bool


class _Way(NamedTuple):
    """One way to show the schedule: what it has room for."""

    wide: bool
    percent: bool
    in_a_row: bool
    weekday: bool


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: what it shows of a row, and whether it may be broken over lines."""

    title: str
    cells: tuple[str, ...]
    justify: JustifyMethod = "right"
    folds: bool = False

    def in_ascii(self) -> _Column:
        """The same column without a character for a half."""
        return replace(self, cells=tuple(halves_in_figures(cell) for cell in self.cells))

    @property
    def natural(self) -> int:
        """As wide as its widest cell."""
        return max(width_of(cell) for cell in (self.title, *self.cells))

    @property
    def least(self) -> int:
        """As wide as the widest part that may not be broken."""
        if not self.folds:
            return self.natural
        parts = [part for cell in self.cells for part in parts_of(cell)]
        widest = max((width_of(part) for part in parts), default=0)
        return max(widest, *(len(word) for word in self.title.split()))


def schedule_table(plan: Plan, width: int, *, plain: bool = False) -> RenderableType:
    """The schedule, fitting ``width`` columns; ``plain`` draws its one line with hyphens."""
    return layout(plan, width, plain=plain).schedule


def layout(plan: Plan, width: int, *, plain: bool = False) -> Layout:
    """The richest way to show the schedule that fits ``width`` columns."""
    for may_fold in (False, True):
        for way in _ways(plan, width):
            columns = list(_columns(plan, way))
            if plain:
                columns = [column.in_ascii() for column in columns]
            gap = 2 if way.wide else 1
            widths = _fitted(columns, width - gap * (len(columns) - 1), may_fold=may_fold)
            if widths is not None:
                return Layout(_table(plan, columns, widths, gap, plain=plain), way.in_a_row)
    lines = [line for step in plan.steps for line in _block(plan, step, width, plain=plain)]
    return Layout(Group(*lines), in_a_row=False)


def products_of(plan: Plan) -> list[Product]:
    """Every product that is taken in the plan, in the order in which they come up."""
    regimens = (each for step in plan.steps for each in (step.regimen, *step.companions))
    return list(dict.fromkeys(regimen.product for regimen in regimens))


def times_of(plan: Plan) -> list[str]:
    """Every time of day at which something is taken, in the order of the day."""
    times = dict.fromkeys(t for step in plan.steps if step.daily for t in step.regimen.times)
    return sorted(times, key=lambda time: _ORDER.index(time) if time in _ORDER else -1)


def _ways(plan: Plan, width: int) -> Iterator[_Way]:
    """The ways to show it, from the richest to the poorest."""
    several = len(products_of(plan)) > 1
    percent_of_one = not plan.request.also
    by_time = not several and len(times_of(plan)) <= _MOST_TIMES
    if width >= WIDE:
        weekdays = (False,) if several else (True, False)
        rows = (False, True) if by_time else (True,)
        yield from (_Way(True, percent_of_one, row, day) for row in rows for day in weekdays)
    for in_a_row in (False, True) if by_time else (True,):
        for percent in (True, False):
            yield _Way(False, percent and percent_of_one, in_a_row, False)


def _columns(plan: Plan, way: _Way) -> Iterator[_Column]:
    steps = plan.steps

    def column(
        title: str,
        cell: Callable[[Step], str],
        justify: JustifyMethod = "right",
        *,
        folds: bool = False,
    ) -> _Column:
        return _Column(title, tuple(tied(cell(step)) for step in steps), justify, folds)

    products = products_of(plan)
    yield column("Step" if way.wide else "", lambda step: str(step.number))
    yield column("From", partial(cells.first_day, weekday=way.weekday), "left")
    yield column("Days", lambda step: str(step.days) if step.days else "")
    if len(products) > 1:
        for product in products:
            yield column(product.id, partial(_taken_of, product), "left", folds=True)
    else:
        yield column("A day", cells.daily)
        if way.in_a_row:
            yield column("Doses", partial(_taken_of, products[0]), "left", folds=True)
        for time in () if way.in_a_row else times_of(plan):
            yield column(time.capitalize(), partial(_at, time), "left")
    if way.percent:
        yield column("Of first" if way.wide else "%", cells.of_first)
    yield column("Cut", cells.cut)
    name = plan.request.formulary.words["equivalent"]
    if any(mme_text(step) for step in steps):
        yield column(name, lambda step: mme_text(step) or "-")


def _taken_of(product: Product, step: Step) -> str:
    return cells.in_a_row(cells.regimen_of(step, product))


def _at(time: str, step: Step) -> str:
    return cells.at_time(step, time)


def _fitted(columns: list[_Column], room: int, *, may_fold: bool) -> list[int] | None:
    """The width of each column in ``room`` characters; None if they do not fit."""
    widths = [column.least if column.folds and may_fold else column.natural for column in columns]
    spare = room - sum(widths)
    if spare < 0:
        return None
    for place, column in enumerate(columns):
        more = min(max(column.natural - widths[place], 0), spare)
        widths[place] += more
        spare -= more
    return widths


def _table(
    plan: Plan, columns: list[_Column], widths: list[int], gap: int, *, plain: bool
) -> Table:
    table = Table(
        box=_HYPHENS if plain else box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, gap - 1, 0, 0),
    )
    for column, width in zip(columns, widths, strict=True):
        table.add_column(column.title, justify=column.justify, width=width)
    for place, step in enumerate(plan.steps):
        row = [
            "\n".join(folded(column.cells[place], width))
            for column, width in zip(columns, widths, strict=True)
        ]
        table.add_row(*(Text(cell) for cell in row), style=cells.style(step))
    return table


def _block(plan: Plan, step: Step, width: int, *, plain: bool) -> Iterator[Text]:
    """A row as a few lines: the dates, the dose, and its administrations."""
    name, mme, regimen = plan.request.formulary.words["equivalent"], mme_text(step), step.regimen
    first = f"{step.number}: {cells.first_day(step, weekday=False)}"
    if step.days:
        first += f", {step.days} days"
    cut = cells.cut(step)
    dose = [f"{regimen.product.id} {cells.daily(step)}", f"cut {cut}" if "%" in cut else cut]
    dose += [f"{mme} {name}"] if mme else []
    each = zip(regimen.times, regimen.amounts, regimen.units, strict=True)
    taken = [
        f"{time} {cells.administration(regimen, amount, units)}".replace(" ", "\N{NO-BREAK SPACE}")
        for time, amount, units in each
        if amount and step.kind != STOP
    ]
    also = [f"also {other.product.id} {cells.in_a_row(other)}" for other in step.companions]
    indent, style = "   ", cells.style(step)
    parts = folded(tied(first), width)
    for line in (", ".join(dose), ", ".join(taken), *also):
        room = max(width - len(indent), 1)
        parts += [indent + part for part in folded(tied(line), room) if part]
    for part in parts:
        shown = halves_in_figures(part) if plain else part
        yield Text(shown, style=style, no_wrap=True, overflow="ignore")
