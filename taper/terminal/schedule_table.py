"""The schedule at a terminal: as many columns as fit, and no figure ever broken in two.

Columns are measured, not guessed. What is spared first is what stands elsewhere too: a column
for each administration, then weekdays, units and the percentage of the first dose. Where not
even that fits, each row becomes a few lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from taper.engine.steps import BASELINE, CHANGE, CURRENT, HOLD, MAINTAIN, STEP_BACK, STOP
from taper.quantities import percent_text, plain
from taper.regimen.directions import units_in_figures
from taper.safety.equivalents import mme_text
from taper.safety.findings.cuts import LARGE_CUTS
from taper.terminal.streams import halves_in_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from rich.console import JustifyMethod, RenderableType

    from taper.engine.steps import Step
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.regimen.units import Units

WIDE = 96  # columns: from here on words are written out
_HYPHENS = box.Box("\n".join(["    ", "    ", " -- ", *["    "] * 5, ""]), ascii=True)
_MOST_TIMES = 4  # administrations that get a column each
_ROOM_FOR_DOSES = 24  # columns for doses in a row, where they are longer
_KINDS = {
    CURRENT: "now",
    BASELINE: "same",
    HOLD: "hold",
    CHANGE: "change",
    STEP_BACK: "back",
    MAINTAIN: "goal",
}
# Where a cell may be broken: at spaces, but not between a number and what it counts.
_TIED = re.compile(r"(?<=\d) (?=[a-z=])|(?<==) (?=\d)")
_TIE = "\N{NO-BREAK SPACE}"
_BREAK = "\N{ZERO WIDTH SPACE}"


class Layout(NamedTuple):
    """The schedule, and whether its doses stand in a row rather than in columns by time."""

    schedule: RenderableType
    in_a_row: bool


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
        return max(_width(cell) for cell in (self.title, *self.cells))

    @property
    def least(self) -> int:
        """As wide as the widest part that may not be broken."""
        if not self.folds:
            return self.natural
        parts = [part for cell in self.cells for part in _parts(cell)]
        widest = max((_width(part) for part in parts), default=0)
        return max(widest, *(len(word) for word in self.title.split()))


def schedule_table(plan: Plan, width: int, *, plain: bool = False) -> RenderableType:
    """The schedule, fitting ``width`` columns; ``plain`` draws its one line with hyphens."""
    return layout(plan, width, plain=plain).schedule


def layout(plan: Plan, width: int, *, plain: bool = False) -> Layout:
    """The richest way to show the schedule that fits ``width`` columns."""
    for columns, in_a_row, gap in _ways(plan, width, plain=plain):
        widths = _fitted(columns, width - gap * (len(columns) - 1))
        if widths is not None:
            return Layout(_table(plan, columns, widths, gap, plain=plain), in_a_row)
    lines = [line for step in plan.steps for line in _block(plan, step, width, plain=plain)]
    return Layout(Group(*lines), in_a_row=False)


def _ways(plan: Plan, width: int, *, plain: bool) -> Iterator[tuple[list[_Column], bool, int]]:
    """Columns, from the richest to the poorest; the gap between them, in characters."""
    times = {step.regimen.times for step in plan.steps if step.daily}
    by_time = len(times) == 1 and len(plan.steps[0].regimen.times) <= _MOST_TIMES
    several = len({step.regimen.product for step in plan.steps}) > 1
    for wide in (True, False) if width >= WIDE else (False,):
        for percent in (True,) if wide else (True, False):
            for in_a_row in (False, True) if by_time else (True,):
                for weekday in (True, False) if wide and not several else (False,):
                    columns = list(
                        _columns(
                            plan, wide=wide, percent=percent, in_a_row=in_a_row, weekday=weekday
                        )
                    )
                    if plain:
                        columns = [column.in_ascii() for column in columns]
                    yield columns, in_a_row, 2 if wide else 1


def _columns(
    plan: Plan, *, wide: bool, percent: bool, in_a_row: bool, weekday: bool
) -> Iterator[_Column]:
    steps = plan.steps

    def column(
        title: str,
        cell: Callable[[Step], str],
        justify: JustifyMethod = "right",
        *,
        folds: bool = False,
    ) -> _Column:
        return _Column(title, tuple(_tied(cell(step)) for step in steps), justify, folds)

    several = len({step.regimen.product for step in steps}) > 1
    yield column("Step" if wide else "", lambda step: str(step.number))
    yield column("From", partial(_from, weekday=weekday), "left")
    yield column("Days", lambda step: str(step.days) if step.days else "")
    if several:
        yield column("Product", lambda step: step.regimen.product.id, "left")
    yield column("A day", _daily)
    if in_a_row:
        yield column("Doses", lambda step: doses_in_a_row(step.regimen), "left", folds=True)
    else:
        for place, time in enumerate(steps[0].regimen.times):
            yield column(time.capitalize(), partial(_administration_at, place), "left")
    if any(step.companions for step in steps):
        yield column("Also a day", _also, "left", folds=True)
    if percent:
        yield column("Of first" if wide and not several else "%", _of_first)
    yield column("Cut", _cut)
    name = plan.request.formulary.words["equivalent"]
    yield column(name, lambda step: mme_text(step) or "-")


def _fitted(columns: list[_Column], room: int) -> list[int] | None:
    """The width of each column in ``room`` characters; None where they do not fit."""
    widths = [
        max(column.least, min(column.natural, _ROOM_FOR_DOSES)) if column.folds else column.natural
        for column in columns
    ]
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
        cells = [
            "\n".join(_folded(column.cells[place], width))
            for column, width in zip(columns, widths, strict=True)
        ]
        table.add_row(*(Text(cell) for cell in cells), style=_style(step))
    return table


def _block(plan: Plan, step: Step, width: int, *, plain: bool) -> Iterator[Text]:
    """A row as a few lines: the dates, the dose, and its administrations."""
    name, mme, regimen = plan.request.formulary.words["equivalent"], mme_text(step), step.regimen
    first = f"{step.number}: {_from(step, weekday=False)}"
    if step.days:
        first += f", {step.days} days"
    cut = _cut(step)
    dose = [f"{regimen.product.id} {_daily(step)}", f"cut {cut}" if "%" in cut else cut]
    dose += [f"{mme} {name}"] if mme else []
    each = zip(regimen.times, regimen.amounts, regimen.units, strict=True)
    taken = [
        f"{time} {administration(regimen, amount, units)}".replace(" ", _TIE)
        for time, amount, units in each
        if amount
    ]
    lines = [", ".join(dose), ", ".join(taken), f"also {_also(step)}" if step.companions else ""]
    indent, style = "   ", _style(step)
    parts = _folded(_tied(first), width)
    for line in lines:
        room = max(width - len(indent), 1)
        parts += [indent + part for part in _folded(_tied(line), room) if part]
    for part in parts:
        shown = halves_in_figures(part) if plain else part
        yield Text(shown, style=style, no_wrap=True, overflow="ignore")


# --- breaking a cell over lines ----------------------------------------------------------------


def _tied(text: str) -> str:
    return _TIED.sub(_TIE, text)


def _width(text: str) -> int:
    return len(text.replace(_BREAK, ""))


def _parts(text: str) -> list[str]:
    """What may stand on lines of its own."""
    return [part.rstrip(" ") for part in re.split(f"(?<= )|(?<={_BREAK})", text) if part]


def _folded(text: str, width: int) -> list[str]:
    """The lines of a cell; a part that is wider than the column stays whole."""
    lines = [""]
    for part in re.split(f"(?<= )|(?<={_BREAK})", text):
        if lines[-1] and _width((lines[-1] + part).rstrip(" ")) > width:
            lines.append("")
        lines[-1] += part
    return [line.rstrip(" ").replace(_BREAK, "").replace(_TIE, " ") for line in lines]


# --- cells -------------------------------------------------------------------------------------


def day_text(day: date, *, weekday: bool = True) -> str:
    """``Mon 2026-12-07``: weekday names do not depend on the locale."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f"{names[day.weekday()]} {day.isoformat()}" if weekday else day.isoformat()


def _from(step: Step, *, weekday: bool) -> str:
    return day_text(step.start, weekday=weekday) if step.start else "now"


def _daily(step: Step) -> str:
    return step.regimen.product.text(step.daily)


def _of_first(step: Step) -> str:
    return f"{percent_text(step.daily, step.original)}%"


def _administration_at(place: int, step: Step) -> str:
    regimen = step.regimen
    if not regimen.daily:
        return "-"
    return administration(regimen, regimen.amounts[place], regimen.units[place])


def _also(step: Step) -> str:
    return ", ".join(
        f"{each.product.id} {each.product.text(each.daily)}" for each in step.companions
    )


def administration(regimen: Regimen, amount: int, units: Units) -> str:
    """One administration with its units: ``75 mg (60+15)``, ``30 mg``, ``5 mg (2.5 mL)``."""
    product = regimen.product
    made = units_in_figures(product, units).replace(" + ", "+")
    text = product.text(amount)
    if product.is_liquid:
        return f"{text} ({made})"
    return text if _is_one(product.number(amount), made) else f"{text} ({made})"


def _is_one(number: str, made: str) -> bool:
    """Whether an amount is one tablet; of a combination the opioid part is the amount."""
    return made.partition("/")[0] == number


def doses_in_a_row(regimen: Regimen) -> str:
    """The administrations in the order of the day: ``5/4/4/4/5/4``, with units where needed."""
    if not regimen.daily:
        return "-"
    product = regimen.product
    amounts = [amount for amount in regimen.amounts if amount]
    shown = f"/{_BREAK}".join(product.number(amount) for amount in amounts)
    if product.is_liquid:
        volumes = f"/{_BREAK}".join(
            plain(sum(count for _, count in units)) for units in regimen.units if units
        )
        return f"{shown} {product.unit_text} ({volumes} mL)"
    made = {
        product.number(amount): units_in_figures(product, units).replace(" + ", "+")
        for amount, units in zip(regimen.amounts, regimen.units, strict=True)
        if amount and not _is_one(product.number(amount), units_in_figures(product, units))
    }
    notes = ", ".join(f"{amount} = {units}" for amount, units in made.items())
    return f"{shown} {product.unit_text}" + (f" ({notes})" if notes else "")


def _cut(step: Step) -> str:
    if step.kind in _KINDS:
        return _KINDS[step.kind]
    if step.kind == STOP:
        return "stop"
    mark = "!" if LARGE_CUTS & set(step.findings) else ""
    return f"{percent_text(step.cut, step.before)}%{mark}"


def _style(step: Step) -> str:
    if step.kind in {CURRENT, BASELINE, HOLD}:
        return "dim"
    return "bold" if step.kind in {STOP, CHANGE} else ""
