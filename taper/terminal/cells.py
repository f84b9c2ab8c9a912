"""What the cells of the schedule show at a terminal: days, doses with their units, cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.engine.steps import BASELINE, CHANGE, CURRENT, HOLD, MAINTAIN, STEP_BACK, STOP
from taper.quantities import percent_text, plain
from taper.regimen.directions import units_in_figures
from taper.safety.findings.cuts import LARGE_CUTS
from taper.terminal.folding import BREAK

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.steps import Step
    from taper.formulary.product import Product
    from taper.regimen.table import Regimen
    from taper.regimen.units import Units

_KINDS = {
    CURRENT: "now",
    BASELINE: "same",
    HOLD: "hold",
    CHANGE: "change",
    MAINTAIN: "goal",
    STEP_BACK: "back",
}


def day_text(day: date, *, weekday: bool = True) -> str:
    """``Mon 2026-12-07``: weekday names do not depend on the locale."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f"{names[day.weekday()]} {day.isoformat()}" if weekday else day.isoformat()


def first_day(step: Step, *, weekday: bool) -> str:
    """The first day of a row."""
    return day_text(step.start, weekday=weekday) if step.start else "now"


def daily(step: Step) -> str:
    """The dose of a day, with its unit."""
    return step.regimen.product.text(step.daily)


def of_first(step: Step) -> str:
    """The share of the original dose."""
    return f"{percent_text(step.daily, step.original)}%"


def cut(step: Step) -> str:
    """The reduction as a share of the dose before, or what else the row is."""
    if step.kind in _KINDS:
        return _KINDS[step.kind]
    if step.kind == STOP:
        return "stop"
    return f"{percent_text(step.cut, step.before)}%{'!' if is_large(step) else ''}"


def is_large(step: Step) -> bool:
    """Whether the row is marked: it falls by more than a warning allows."""
    return bool(LARGE_CUTS & set(step.findings))


def style(step: Step) -> str:
    """How a row is set off."""
    if step.kind in {CURRENT, BASELINE, HOLD}:
        return "dim"
    if step.kind in {STOP, CHANGE}:
        return "bold"
    return "yellow" if is_large(step) else ""


# --- doses -------------------------------------------------------------------------------------


def regimen_of(step: Step, product: Product) -> Regimen | None:
    """What is taken of one product in a row; None if it is not taken."""
    taken = (step.regimen, *step.companions)
    return next((each for each in taken if each.product is product), None)


def at_time(step: Step, time: str) -> str:
    """What is taken at a time of day, with its unit and its tablets."""
    regimen = step.regimen
    if not regimen.daily or time not in regimen.times:
        return "-"
    place = regimen.times.index(time)
    return administration(regimen, regimen.amounts[place], regimen.units[place])


def administration(regimen: Regimen, amount: int, units: Units) -> str:
    """One administration with its units: ``75 mg (60+15)``, ``30 mg``, ``5 mg (2.5 mL)``."""
    product = regimen.product
    made = units_in_figures(product, units).replace(" + ", "+")
    text = product.text(amount)
    if product.is_liquid or not _is_one(product.number(amount), made):
        text = f"{text} ({made})"
    return f"{text} up to {regimen.most_often} a day" if regimen.most_often else text


def _is_one(number: str, made: str) -> bool:
    """Whether an amount is one tablet; of a combination the opioid part is the amount."""
    return made.partition("/")[0] == number


def in_a_row(regimen: Regimen | None) -> str:
    """The administrations in the order of the day: ``5/4/4/4/5/4 mg``, with units if needed."""
    if regimen is None or not regimen.daily:
        return "-"
    product = regimen.product
    if len(regimen.amounts) == 1:
        only = administration(regimen, regimen.amounts[0], regimen.units[0])
        return only if product.is_patch or regimen.most_often else f"{only} {regimen.times[0]}"
    shown = f"/{BREAK}".join(product.number(amount) for amount in regimen.amounts)
    if product.is_liquid:
        volumes = f"/{BREAK}".join(
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
