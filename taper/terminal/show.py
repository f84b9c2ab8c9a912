"""A plan on the terminal: the table, the chart, the checks, what to dispense, the findings."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from taper.export.words import rule_text
from taper.planning.document import last_rows, summary
from taper.planning.prescribing import prescribing, quantity
from taper.quantities import plain
from taper.regimen.directions import prescription_in_words, strength_text, unit_noun
from taper.safety.equivalents import mme_text
from taper.safety.findings.cuts import LARGE_CUT
from taper.safety.findings.lines import printed
from taper.safety.withdrawal_checks import facts
from taper.terminal import cells
from taper.terminal.cells import day_text
from taper.terminal.folding import paragraph
from taper.terminal.schedule_table import layout, products_of, schedule_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from taper.engine.steps import Step
    from taper.formulary.product import Product, Strength
    from taper.planning.plan import Plan
    from taper.regimen.prescription import Prescription
    from taper.regimen.table import Regimen
    from taper.safety.findings.lines import Line
    from taper.supply import Fill

__all__ = ["console", "day_text", "schedule_table", "show"]
DISCLAIMER = "Decision support for clinicians, not medical advice."
SCREEN_LINES = 50  # at 80 columns: what a person sees at once (contract 11)
BESIDE_THE_PLAN = 5  # lines: the command, the disclaimer below, and the next prompt
LEAST_CHART_LINES, MOST_CHART_LINES = 6, 8
LEVEL_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


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


def show(plan: Plan, *, full: bool = False) -> None:
    """Print a plan: on one screen, or ``full`` with every check, fill and note."""
    out = console()
    laid_out = layout(plan, out.width, plain=is_plain(out))
    parts: list[RenderableType] = [
        *(_hung("", line, "", out) for line in _header(plan)),
        Text(""),
        laid_out.schedule,
        _hung("", _legend(plan, in_a_row=laid_out.in_a_row), "", out, dim=True),
        Text(""),
    ]
    parts += [] if full else _essentials(plan, out)
    last = DISCLAIMER if full else f"{DISCLAIMER} --full prints every check, fill and note."
    for part in parts:
        out.print(part)
    if full:
        _everything(plan, out)
    else:
        room = SCREEN_LINES - sum(len(out.render_lines(part)) for part in parts) - BESIDE_THE_PLAN
        if room >= LEAST_CHART_LINES:
            _chart(plan, out, min(room - 1, MOST_CHART_LINES))
    out.print(_hung("", last, "", out, dim=True))


def _everything(plan: Plan, out: Console) -> None:
    """The chart, every check with its items, every fill, every finding."""
    _chart(plan, out, MOST_CHART_LINES)
    _checks(plan, out)
    _supply(plan, out)
    _findings(plan, out)
    out.print()


def _essentials(plan: Plan, out: Console) -> list[RenderableType]:
    """The warnings, the first fill, naloxone and lost tolerance, the next check."""
    found = {finding.id: finding for finding in plan.findings}
    warnings = [line for line in printed(plan.findings) if line.level != "note"]
    parts: list[RenderableType] = [_line(line, out) for line in warnings]
    if plan.supply:
        fill = plan.supply[0]
        text = f"from {day_text(fill.not_before)}, {fill.days_supply} days: {_items(plan, fill)}"
        parts.append(_hung("supply  ", text, "bold", out))
    parts += [
        _hung("note    ", f"{found[name].message}.", LEVEL_STYLES["note"], out)
        for name in ("naloxone", "lost-tolerance")
        if name in found
    ]
    if plan.checks:
        first, last = plan.checks[0], plan.checks[-1]
        text = f"next {day_text(first.date)} ({first.how}); {len(plan.checks)} until {last.date}"
        parts.append(_hung("checks  ", text, "bold", out))
    return parts


def _line(line: Line, out: Console) -> Text:
    """A line of findings: its level, its text, and the ids to ask about."""
    text = f"{line.text} [{', '.join(line.ids)}]"
    shown = _hung(f"{line.level:8}", text, LEVEL_STYLES[line.level], out)
    shown.stylize("dim", shown.plain.rindex("["))
    return shown


def _hung(first: str, text: str, style: str, out: Console, *, dim: bool = False) -> Text:
    """A paragraph whose later lines are indented below the first word after ``first``."""
    lines = paragraph(first, text, out.width)
    shown = Text("\n".join(lines), style="dim" if dim else "", no_wrap=True, overflow="ignore")
    shown.stylize(style, 0, len(first))
    return shown


def _header(plan: Plan) -> list[str]:
    request, figures = plan.request, summary(plan)
    product = request.product
    lines = [f"Taper of {product.name} ({product.id}), {plan.id}"]
    if request.text.get("label"):
        lines[0] += f": {request.text['label']}"
    lines += _of_several(plan) if request.also else _of_one(plan)
    reductions, holds = figures["reductions"], figures["holds"]
    counted = f"{reductions} reduction{'s' * (reductions != 1)}"
    if holds:
        counted += f", {holds} hold{'s' * (holds != 1)}"
    end = f"{figures['days']} days planned"
    if plan.stop_date and not request.also:
        end = f"first day without it {day_text(plan.stop_date)}, after {figures['days']} days"
    lines.append(f"{counted}; {end}")
    if request.specialist:
        lines.append(f"Specialist consulted: {request.specialist}")
    if request.rule.override:
        lines.append(f"Reason for the pace: {request.rule.override}")
    return lines


def _of_one(plan: Plan) -> list[str]:
    """From what, to what, how fast."""
    request = plan.request
    product = request.product
    goal = product.daily_text(request.rule.goal) if request.rule.goal else "a stop"
    size = [] if product.is_patch else [product.daily_text(plan.steps[0].daily)]
    mme, name = mme_text(plan.steps[0]), request.formulary.words["equivalent"]
    context = ", ".join([*size, f"{mme} {name}" if mme else f"no {name} factor"])
    prescription = prescription_in_words(product, request.prescription)
    return [f"From {prescription} ({context}) to {goal}: {rule_text(plan)}"]


def _of_several(plan: Plan) -> list[str]:
    """Each opioid with its end, and what they come to together."""
    request = plan.request
    last = last_rows(plan)
    lines = [_course(request.prescription, request.regimen, last[0])]
    lines += [
        _course(each.prescription, each.regimen, step)
        for each, step in zip(request.also, last[1:], strict=True)
    ]
    mme, name = mme_text(plan.steps[0]), request.formulary.words["equivalent"]
    total = f"{mme} {name} a day" if mme else f"no {name} factor for each of them"
    order = "; one after the other" if any(last[1:]) else ""
    return [*lines, f"In total {total}{order}: {rule_text(plan)}"]


def _course(written: Prescription, regimen: Regimen, last: Step | None) -> str:
    """One of several opioids: from what to what, and when it ends."""
    product = regimen.product
    size = "" if product.is_patch else f" ({product.daily_text(regimen.daily)})"
    now = f"{product.id} {prescription_in_words(product, written)}{size}"
    if last is None:
        return f"{now}: kept as it is"
    assert last.start is not None
    day = day_text(last.start)
    if not last.daily:
        return f"{now}: to a stop, first day without it {day}"
    return f"{now}: to {last.regimen.product.daily_text(last.daily)}, kept from {day}"


def _legend(plan: Plan, *, in_a_row: bool) -> str:
    """What the schedule does not explain itself; only what stands in it."""
    notes = []
    products = products_of(plan)
    solid = [product for product in products if not product.is_liquid]
    if any(_has_several(step) for step in plan.steps):
        units = unit_noun(solid[0], many=True) if len(solid) == 1 else "units"
        notes.append(f"In brackets the {units} of a dose that takes more than one")
    if len(solid) < len(products):
        notes.append("mL are measured with an oral syringe")
    for product in products:
        if product.holds_acetaminophen:
            others = sorted({plain(s.other) for s in _strengths_of(plan, product)}, key=float)
            named = product.words["acetaminophen"]
            notes.append(f"each {product.kind} with {' or '.join(others)} mg of {named}")
    if in_a_row:
        notes += _orders(plan)
    if any(cells.is_large(step) for step in plan.steps):
        notes.append(f"! more than {LARGE_CUT} of the current dose")
    if any(mme_text(step) for step in plan.steps):
        name = plan.request.formulary.words["equivalent"]
        notes.append(f"{name} show risk, not a dose to convert to")
    text = "; ".join(notes)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _strengths_of(plan: Plan, product: Product) -> set[Strength]:
    """The strengths of a product that the plan uses."""
    taken = (cells.regimen_of(step, product) for step in plan.steps)
    return {strength for each in taken if each for strength, _ in each.per_day}


def _has_several(step: Step) -> bool:
    """Whether an administration of solid units is shown with what makes it."""
    return any(
        "(" in cells.in_a_row(each) and not each.product.is_liquid
        for each in (step.regimen, *step.companions)
    )


def _orders(plan: Plan) -> list[str]:
    """The times of doses that stand in a row, by how many there are in a day."""
    by_number: dict[int, dict[tuple[str, ...], list[int]]] = {}
    for step in plan.steps:
        for each in (step.regimen, *step.companions):
            if each.daily and len(each.times) > 1:
                rows = by_number.setdefault(len(each.times), {}).setdefault(each.times, [])
                rows.append(step.number)
    texts = []
    for number, orders in sorted(by_number.items(), reverse=True):
        usual, *others = orders
        text = f"{number} a day: {', '.join(usual)}"
        for times in others:
            text += f" (step {', '.join(map(str, orders[times]))}: {', '.join(times)})"
        texts.append(text)
    return texts


def _chart(plan: Plan, out: Console, rows: int) -> None:
    from taper.export.chart import blocks  # noqa: PLC0415 - at a terminal only

    out.print()
    for line in blocks(plan, min(out.width, 72), rows, ascii_only=is_plain(out)):
        out.print(line, markup=False, no_wrap=True, overflow="crop")


def _checks(plan: Plan, out: Console) -> None:
    if not plan.checks:
        return
    known = facts(plan.request.formulary.market)
    out.print()
    out.print("Checks", style="bold")
    for check in plan.checks:
        what = "; ".join(known.kinds[reason].title.lower() for reason in check.reasons)
        text = f"{what} (step {check.step}): {check.how}"
        out.print(_hung(f"{day_text(check.date)}  ", text, "", out))
    days = [check.date.isoformat() for check in plan.checks if known.monitoring in check.items]
    if days:
        out.print(_hung("  ", f"{known.monitoring_title}: {', '.join(days)}.", "", out, dim=True))


def _supply(plan: Plan, out: Console) -> None:
    if not plan.supply:
        return
    out.print()
    out.print("To dispense", style="bold")
    for fill in plan.supply:
        text = f"{fill.days_supply} days: {_items(plan, fill, whole=True)}"
        out.print(_hung(f"{day_text(fill.date)}  ", text, "", out))
    for rule in prescribing(plan):
        out.print(_hung("  ", f"{rule}.", "", out, dim=True))


def _items(plan: Plan, fill: Fill, *, whole: bool = False) -> str:
    """What a fill holds: ``84 x 60 mg, 28 x 15 mg``; ``whole`` as a prescription has it."""
    items = []
    for item in fill.items:
        label = strength_text(item.product, item.strength)
        name = f"{item.product.id} " if item.product is not plan.request.product else ""
        unit = " mL of" if item.unit == "mL" else " x"
        number = quantity(plan, item) if whole else plain(item.quantity)
        items.append(f"{number}{unit} {name}{label}")
    return ", ".join(items) or "nothing"


def _findings(plan: Plan, out: Console) -> None:
    if not plan.findings:
        return
    out.print()
    out.print("Findings", style="bold")
    for line in printed(plan.findings):
        out.print(_line(line, out))
    out.print(_hung(" " * 8, "`taper explain ID` prints more.", "", out, dim=True))
