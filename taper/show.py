"""A plan on the terminal: the table, the chart, the checks, what to dispense, the findings."""

from __future__ import annotations

import sys
from functools import partial
from itertools import groupby
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from taper.checks import facts
from taper.findings import mme_text
from taper.planning import summary
from taper.quantities import percent_text, plain
from taper.schedule import BASELINE, CHANGE, CURRENT, HOLD, MAINTAIN, STOP
from taper.sig import prescription_in_words, strength_text, units_in_figures

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rich.console import JustifyMethod

    from taper.planning import Plan
    from taper.regimen import Regimen, Units
    from taper.schedule import Step

DISCLAIMER = "Decision support for clinicians, not medical advice."
_HYPHENS = box.Box("\n".join(["    ", "    ", " -- ", *["    "] * 5, ""]), ascii=True)
WIDE, NARROW = 96, 76  # columns: below them the table leaves out what can be spared
LEVEL_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_WORDS = {
    CURRENT: "now",
    BASELINE: "as now",
    HOLD: "hold",
    CHANGE: "change",
    MAINTAIN: "goal",
}


class _Console(Console):
    """A console that leaves a closed pipe to the command line: it is quiet, and no fault."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - called while the error is handled


def console() -> Console:
    """Standard output, with colour only at a terminal (``NO_COLOR`` is honoured)."""
    out = _Console(file=sys.stdout, highlight=False, soft_wrap=False)
    if out.is_dumb_terminal:  # rich takes it for 80 columns wide, whatever it is
        width, height = get_terminal_size()
        out = _Console(file=sys.stdout, highlight=False, width=width, height=height)
    return out


def is_plain(out: Console) -> bool:
    """Whether what is printed must be ASCII: an old code page has no blocks and half the lines."""
    return not (out.encoding or "").lower().startswith("utf")


def day_text(day: date, *, weekday: bool = True) -> str:
    """``Mon 2026-12-07``: weekday names do not depend on the locale."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f"{names[day.weekday()]} {day.isoformat()}" if weekday else day.isoformat()


def show(plan: Plan) -> None:
    """Print a plan."""
    out = console()
    for line in _header(plan):
        out.print(line, markup=False)
    out.print()
    out.print(schedule_table(plan, out.width, plain=is_plain(out)))
    out.print(_legend(plan, out.width), style="dim", markup=False)
    _chart(plan, out)
    _checks(plan, out)
    _supply(plan, out)
    _findings(plan, out)
    out.print()
    out.print(DISCLAIMER, style="dim", markup=False)


def _header(plan: Plan) -> list[str]:
    request, figures = plan.request, summary(plan)
    product = request.product
    mme = figures["start_mme"]
    size = f"{product.text(plan.steps[0].daily)} a day" if not product.is_patch else ""
    name = request.formulary.words["equivalent"]
    equivalent = f"{mme} {name}" if mme else f"no {name} factor"
    context = ", ".join(part for part in (size, equivalent) if part)
    goal = "to a stop" if not request.rule.goal else f"to {product.text(request.rule.goal)} a day"
    lines = [f"Taper of {product.name} ({product.id}), {plan.id}"]
    if request.text.get("label"):
        lines[0] += f": {request.text['label']}"
    prescription = prescription_in_words(product, request.prescription)
    lines.append(f"From {prescription} ({context}) {goal}: {_rule(plan)}")
    reductions, holds = figures["reductions"], figures["holds"]
    counted = f"{reductions} reduction{'s' * (reductions != 1)}"
    if holds:
        counted += f", {holds} hold{'s' * (holds != 1)}"
    end = (
        f"first day without it {day_text(plan.stop_date)}, after {figures['days']} days"
        if plan.stop_date
        else f"{figures['days']} days planned"
    )
    lines.append(f"{counted}; {end}")
    if request.specialist:
        lines.append(f"Specialist consulted: {request.specialist}")
    if request.rule.override:
        lines.append(f"Reason for the pace: {request.rule.override}")
    return lines


def _rule(plan: Plan) -> str:
    rule = plan.request.rule
    document = plan.to_rule()
    parts = []
    for part in document["parts"]:
        until = f" until {part['until']}" if part["until"] else ""
        parts.append(f"{part['reduce']} every {part['every']}{until}")
    text = ", then ".join(parts) + f" ({rule.of})"
    if plan.request.text.get("guideline"):
        text += f", {plan.request.text['guideline']}"
    return text


def _columns(plan: Plan, width: int) -> tuple[str, ...]:
    """The administrations that get a column; none where there are too many or they change."""
    times = {step.regimen.times for step in plan.steps}
    only = times.pop()
    room = 4 if width >= WIDE else 3 if width >= NARROW else 2
    room -= any(step.regimen.product.is_liquid for step in plan.steps)
    return only if not times and len(only) <= room else ()


def schedule_table(plan: Plan, width: int, *, plain: bool = False) -> Table:
    """The schedule as a table that fits ``width`` columns; no figure is ever cut short.

    Narrow terminals get fewer columns: weekdays and units go first, then the percentage of the
    first dose and the MME. ``plain`` draws its one line with hyphens.
    """
    times = _columns(plan, width)
    wide = width >= WIDE
    columns = _Columns()
    columns.add("Step" if wide else "", lambda step: str(step.number))
    several = len({step.regimen.product for step in plan.steps}) > 1
    weekday = wide and len(times) <= 3 and not several  # noqa: PLR2004 - they need the room
    columns.add("From", lambda step: _from(step, weekday=weekday), justify="left")
    columns.add("Days", lambda step: str(step.days) if step.days else "")
    if several:
        columns.add("Product", lambda step: step.regimen.product.id, justify="left", fold=not wide)
    columns.add("A day", lambda step: _daily(step, wide=wide))
    for place, time in enumerate(times):
        cell = partial(_administration_at, place)
        columns.add(time.capitalize(), cell, justify="left", fold=True)
    if not times:
        columns.add("Doses", lambda step: doses_in_a_row(step.regimen), justify="left", fold=True)
    if any(step.companions for step in plan.steps):
        columns.add("Also", _also, justify="left", fold=True)
    if width >= NARROW:
        columns.add("Of first" if wide and not several else "%", _of_first)
    columns.add("Cut", _cut)
    if width >= NARROW:
        columns.add(plan.request.formulary.words["equivalent"], lambda step: mme_text(step) or "-")
    padding = (0, 1, 0, 0) if wide else 0
    lines = _HYPHENS if plain else box.SIMPLE_HEAD
    table = Table(box=lines, show_edge=False, pad_edge=False, padding=padding)
    columns.fill(table, plan.steps)
    return table


class _Columns:
    """Columns with the cell that each shows of a step."""

    def __init__(self) -> None:
        self.columns: list[tuple[str, Callable[[Step], str], JustifyMethod, bool]] = []

    def add(
        self,
        title: str,
        cell: Callable[[Step], str],
        *,
        justify: JustifyMethod = "right",
        fold: bool = False,
    ) -> None:
        """Add a column; one that may fold gives way where the terminal is narrow."""
        self.columns.append((title, cell, justify, fold))

    def fill(self, table: Table, steps: tuple[Step, ...]) -> None:
        """Put the steps into a table."""
        for title, cell, justify, fold in self.columns:
            # what does not fold is as wide as its widest cell
            width = None if fold else max(len(title), *(len(cell(step)) for step in steps))
            table.add_column(
                title,
                justify=justify,
                no_wrap=not fold,
                min_width=width or len(title),
                overflow="fold",
            )
        for step in steps:
            cells = [cell(step) for _, cell, _, _ in self.columns]
            table.add_row(*cells, style=_style(step))


def _from(step: Step, *, weekday: bool) -> str:
    return day_text(step.start, weekday=weekday) if step.start else "now"


def _daily(step: Step, *, wide: bool) -> str:
    product = step.regimen.product
    return product.text(step.daily) if wide else product.number(step.daily)


def _of_first(step: Step) -> str:
    return f"{percent_text(step.daily, step.original)}%"


def _administration_at(place: int, step: Step) -> str:
    regimen = step.regimen
    amount, units = regimen.amounts[place], regimen.units[place]
    return administration(regimen, amount, units) if amount else "-"


def _also(step: Step) -> str:
    unit = step.regimen.product.unit
    return ", ".join(
        f"{other.product.drug} {other.product.number(other.daily)}"
        + (f" {other.product.unit}" if other.product.unit != unit else "")
        for other in step.companions
    )


def administration(regimen: Regimen, amount: int, units: Units) -> str:
    """One administration with its units: ``75 (60 + 15)``, ``30``, ``5 mg (2.5 mL)``."""
    product = regimen.product
    made = units_in_figures(product, units).replace(" + ", "+")
    if product.is_liquid:
        return f"{product.text(amount)} ({made})"
    number = product.number(amount)
    label = number if not units or not units[0][0].other else units[0][0].label
    return made if made in {number, label} else f"{number} ({made})"


def doses_in_a_row(regimen: Regimen) -> str:
    """The administrations in the order of the day: ``5/4/4/4/5/4``, with units where needed."""
    if not regimen.daily:
        return "-"
    product = regimen.product
    shown = "/".join(plain(amount) for amount in regimen.amounts)
    if product.is_liquid:
        volumes = "/".join(
            plain(sum(count for _, count in units)) or "0" for units in regimen.units
        )
        return f"{shown} {product.unit} ({volumes} mL)"
    made = {
        plain(amount): units_in_figures(product, units)
        for amount, units in zip(regimen.amounts, regimen.units, strict=True)
        if amount and units_in_figures(product, units) != plain(amount)
    }
    notes = ", ".join(f"{amount} = {units}" for amount, units in made.items())
    return f"{shown} ({notes})" if notes else shown


def _cut(step: Step) -> str:
    if step.kind in _WORDS:
        return _WORDS[step.kind]
    if step.kind == STOP:
        return "stop"
    mark = "!" if "cut-over-25-percent" in step.findings else ""
    return f"{percent_text(step.cut, step.before)}%{mark}"


def _style(step: Step) -> str:
    if step.kind in {CURRENT, BASELINE, HOLD}:
        return "dim"
    return "bold" if step.kind in {STOP, CHANGE} else ""


def _legend(plan: Plan, width: int) -> str:
    product = plan.request.product
    notes = [f"A number alone is one {product.kind} of so many {product.unit_text}"]
    if product.is_liquid:
        notes = [f"Doses in {product.unit_text}, measured in mL with an oral syringe"]
    times = {step.regimen.times for step in plan.steps}
    if not _columns(plan, width):
        order = "; ".join(", ".join(each) for each in sorted(times, key=len))
        notes.append(f"doses in the order {order}")
    if any("cut-over-25-percent" in step.findings for step in plan.steps):
        notes.append("! more than 25% of the current dose")
    if any(mme_text(step) for step in plan.steps):
        name = plan.request.formulary.words["equivalent"]
        notes.append(f"{name} show risk, not a dose to convert to")
    return "; ".join(notes) + "."


def _chart(plan: Plan, out: Console) -> None:
    from taper.chart import blocks  # noqa: PLC0415 - at a terminal only

    out.print()
    for line in blocks(plan, min(out.width, 72), 8, ascii_only=is_plain(out)):
        out.print(line, markup=False, no_wrap=True, overflow="crop")


def _checks(plan: Plan, out: Console) -> None:
    if not plan.checks:
        return
    known = facts(plan.request.formulary.market)
    out.print()
    out.print("Checks", style="bold")
    for day, group in groupby(plan.checks, key=lambda check: check.date):
        found = list(group)
        what = "; ".join(
            f"{known.kinds[check.reason].title.lower()} (step {check.step})" for check in found
        )
        # one meeting serves both: the one that asks for more
        how = next((c.how for c in found if c.how == "visit"), found[-1].how)
        _hanging(out, f"{day_text(day)}  ", f"{what}: {how}")
    for reason in dict.fromkeys(check.reason for check in plan.checks):
        kind = known.kinds[reason]
        _hanging(out, "  ", f"{kind.title}: {'; '.join(kind.items)}.", style="dim")
    days = [check.date.isoformat() for check in plan.checks if known.monitoring in check.items]
    if days:
        text = f"{known.monitoring_title}: {', '.join(days)}."
        _hanging(out, "  ", text, style="dim")


def _hanging(out: Console, first: str, text: str, style: str = "") -> None:
    """A paragraph whose later lines are indented below the first."""
    grid = Table.grid(padding=0)
    grid.add_column(no_wrap=True, width=len(first))
    grid.add_column(overflow="fold")
    grid.add_row(Text(first, style=style), Text(text, style=style))
    out.print(grid)


def _supply(plan: Plan, out: Console) -> None:
    if not plan.supply:
        return
    out.print()
    out.print("To dispense", style="bold")
    for fill in plan.supply:
        items = []
        for item in fill.items:
            label = strength_text(item.product, item.strength)
            name = f"{item.product.id} " if item.product is not plan.request.product else ""
            unit = " mL of" if item.unit == "mL" else " x"
            items.append(f"{plain(item.quantity)}{unit} {name}{label}")
        text = ", ".join(items) or "nothing"
        _hanging(out, f"{day_text(fill.date)}  ", f"{fill.days_supply} days: {text}")


def _findings(plan: Plan, out: Console) -> None:
    if not plan.findings:
        return
    out.print()
    out.print("Findings", style="bold")
    for finding in plan.findings:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        style = LEVEL_STYLES[finding.level]
        text = Text(f"{finding.message} ")
        text.append(f"[{finding.id}]", style="dim")
        grid.add_row(Text(f"{finding.level:7}", style=style), text)
        out.print(grid)
    out.print(Padding(Text("`taper explain ID` says more.", style="dim"), (0, 0, 0, 8)))
