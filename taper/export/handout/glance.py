"""The first page of the hand-out: the whole plan in one table, a row for each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.engine.rows import patch_days
from taper.engine.steps import HOLD, STOP
from taper.export.medicine import capital, drug_name, ordered, products, short_names
from taper.quantities import THOUSAND, plain
from taper.regimen.directions import strength_text

if TYPE_CHECKING:
    from datetime import date

    from taper.engine.steps import Step
    from taper.export.language import Language
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.regimen.units import Units


@dataclass(frozen=True, slots=True)
class Row:
    """One step: its number, from when to when, what is taken when (a line each), and how much."""

    number: str
    dates: str
    take: tuple[str, ...]
    amount: tuple[str, ...]
    quiet: bool  # nothing changes


@dataclass(frozen=True, slots=True)
class Glance:
    """The plan at a glance."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def glance(plan: Plan, words: Language) -> Glance:
    """The table of a plan; its first row is what is taken before the first step."""
    say = words.say
    worn = any(product.is_patch for product in products(plan))  # a rate, not a dose a day
    amount = "amount" if worn else "amount_day"
    columns = tuple(say(f"glance.{key}") for key in ("step", "dates", "take", amount))
    # with one medicine its name stands in the title
    names = short_names(words, plan) if len(products(plan)) > 1 else {}
    return Glance(
        say("glance.title"), columns, tuple(_row(plan, words, step, names) for step in plan.steps)
    )


def _row(plan: Plan, words: Language, step: Step, names: dict[str, str]) -> Row:
    taken = [r for r in ordered(plan, (step.regimen, *step.companions)) if r.daily]
    lines = [line for each in taken for line in _taken(words, each, names.get(each.product.id, ""))]
    if step.kind == STOP:
        product = step.regimen.product
        name = names.get(product.id, drug_name(words, product.drug))
        lines.insert(0, words.say("kind.stop", name=name))
    if step.kind == HOLD:
        lines.insert(0, words.say("glance.pause"))
    amounts = [f"{names.get(each.product.id, '')} {_whole(each)}".strip() for each in taken]
    return Row(
        number=words.say("glance.now") if step.start is None else str(step.number),
        dates=_dates(words, step),
        take=tuple(lines),
        amount=tuple(amounts) or (words.say("chart.zero"),),
        quiet=step.regimen.daily == step.before and step.start is not None,
    )


def _whole(regimen: Regimen) -> str:
    """The dose of a day, on one line."""
    return regimen.product.text(regimen.daily).replace(" ", "\N{NO-BREAK SPACE}")


def _dates(words: Language, step: Step) -> str:
    """``Dec 7 to Dec 20, 2026``: short, and in full with the year."""
    if step.start is None:
        return ""
    if step.end is None:
        return words.say("glance.from", day=words.year_day(step.start))
    return span(words, step.start, step.end)


def span(words: Language, start: date, end: date) -> str:
    """``Dec 7 to Dec 20, 2026``; the year of the first day only if it is another."""
    first = words.month_day(start) if start.year == end.year else words.year_day(start)
    return (
        words.year_day(end)
        if start == end
        else words.say("glance.span", first=first, last=words.year_day(end))
    )


def _taken(words: Language, regimen: Regimen, name: str) -> list[str]:
    """``Morning, evening: 1 x 60 mg + 1 x 15 mg``: a line for each amount that differs."""
    product = regimen.product
    head = f"{capital(name)}: " if name else ""
    if product.is_patch:
        worn = _counted(words, regimen, regimen.units[0])
        often = words.say("dose.change_every", days=str(patch_days(regimen)))
        return [f"{head}{worn}. {often}"]
    if regimen.most_often:
        text = words.say("dose.as_needed", **needed_values(regimen))
        return [f"{head}{_counted(words, regimen, regimen.units[0])}. {text}"]
    groups: dict[Units, list[str]] = {}
    for time, units in zip(regimen.times, regimen.units, strict=True):
        if units:
            groups.setdefault(units, []).append(words.say(f"time.{time}"))
    lines = [f"{times(named)}: {_counted(words, regimen, u)}" for u, named in groups.items()]
    return [f"{head}{lines[0]}", *lines[1:]] if lines else []


def needed_values(regimen: Regimen) -> dict[str, str]:
    """How often what stays as needed may be taken."""
    return {"hours": str(regimen.interval), "most": str(regimen.most_often)}


def times(names: list[str]) -> str:
    """``Morning, evening``: only the first with a large letter."""
    return ", ".join([names[0], *(name[:1].lower() + name[1:] for name in names[1:])])


def _counted(words: Language, regimen: Regimen, units: Units) -> str:
    product = regimen.product
    if product.is_liquid:
        volume = sum(count for _, count in units)
        amount = sum(strength.amount * count for strength, count in units) // THOUSAND
        return words.say("glance.liquid", volume=plain(volume), amount=product.text(amount))
    parts = []
    for strength, count in units:
        whole, rest = divmod(count, THOUSAND)
        number = (str(whole) if whole else "") + ("½" if rest else "")
        label = strength_text(product, strength)
        text = words.say("glance.units", count=number, strength=label)
        parts.append(text.replace(" ", "\N{NO-BREAK SPACE}"))
    return " + ".join(parts)
