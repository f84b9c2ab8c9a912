"""A plan on the terminal: the table, the chart, the checks, what to dispense, the findings."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from taper.planning.document import last_rows, summary
from taper.quantities import plain
from taper.regimen.directions import prescription_in_words, strength_text
from taper.safety.equivalents import mme_text
from taper.safety.findings.cuts import LARGE_CUT, LARGE_CUTS
from taper.safety.findings.lines import printed
from taper.safety.withdrawal_checks import facts
from taper.terminal.schedule_table import day_text, layout, schedule_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from taper.engine.steps import Step
    from taper.planning.plan import Plan
    from taper.regimen.prescription import Prescription
    from taper.regimen.table import Regimen
    from taper.safety.findings.lines import Line
    from taper.supply import Fill

__all__ = ["console", "day_text", "schedule_table", "show"]
DISCLAIMER = "Decision support for clinicians, not medical advice."
SCREEN_LINES = 50  # at 80 columns: what a person sees at once (contract 11)
LEAST_CHART_LINES = 7
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
    head = [*_header(plan), ""]
    for line in head:
        out.print(line, markup=False)
    laid_out = layout(plan, out.width, plain=is_plain(out))
    out.print(laid_out.schedule)
    out.print(_legend(plan, in_a_row=laid_out.in_a_row), style="dim", markup=False)
    if full:
        _everything(plan, out)
        return
    parts = _essentials(plan)
    used = len(head) + sum(len(out.render_lines(part)) for part in (laid_out.schedule, *parts))
    room = SCREEN_LINES - used - 4  # the legend, the disclaimer, and what follows them
    for part in parts:
        out.print(part)
    if room >= LEAST_CHART_LINES:
        _chart(plan, out, min(room - 3, 8))
    out.print(
        f"{DISCLAIMER} `--full` prints every check, fill and note.", style="dim", markup=False
    )


def _everything(plan: Plan, out: Console) -> None:
    """The chart, every check with its items, every fill, every finding."""
    _chart(plan, out, 8)
    _checks(plan, out)
    _supply(plan, out)
    _findings(plan, out)
    out.print()
    out.print(DISCLAIMER, style="dim", markup=False)


def _essentials(plan: Plan) -> list[RenderableType]:
    """The warnings, the first fill, naloxone and lost tolerance, the next check."""
    found = {finding.id: finding for finding in plan.findings}
    warnings = [line for line in printed(plan.findings) if line.level != "note"]
    parts: list[RenderableType] = [_line(line) for line in warnings]
    if plan.supply:
        fill = plan.supply[0]
        text = f"from {day_text(fill.not_before)}, {fill.days_supply} days: {_items(plan, fill)}"
        parts.append(_hung("supply ", Text(text), "bold"))
    parts += [
        _hung("note   ", Text(f"{found[name].message}."), LEVEL_STYLES["note"])
        for name in ("naloxone", "lost-tolerance")
        if name in found
    ]
    if plan.checks:
        first, last = plan.checks[0], plan.checks[-1]
        text = f"next {day_text(first.date)} ({first.how}); {len(plan.checks)} until {last.date}"
        parts.append(_hung("checks ", Text(text), "bold"))
    return [Text(""), *parts]


def _line(line: Line) -> Table:
    """A line of findings: its level, what it says, and the ids to ask about."""
    text = Text(f"{line.text} ")
    text.append(f"[{', '.join(line.ids)}]", style="dim")
    return _hung(f"{line.level:7}", text, LEVEL_STYLES[line.level])


def _hung(first: str, text: Text, style: str) -> Table:
    """A paragraph whose later lines are indented below the first word."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(first, style=style), text)
    return grid


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
    return [f"From {prescription} ({context}) to {goal}: {_rule(plan)}"]


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
    return [*lines, f"In total {total}{order}: {_rule(plan)}"]


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


def _legend(plan: Plan, *, in_a_row: bool) -> str:
    product = plan.request.product
    notes = [f"In brackets the {product.kind}s that make a dose of more than one"]
    if product.holds_acetaminophen:
        others = sorted({plain(strength.other) for strength in plan.request.regimens.strengths})
        named = product.words["acetaminophen"]
        notes.append(f"each {product.kind} with {' or '.join(others)} mg of {named}")
    if product.is_liquid:
        notes = [f"Doses in {product.unit_text}, measured in mL with an oral syringe"]
    times = {step.regimen.times for step in plan.steps if step.daily}
    if in_a_row:
        order = "; ".join(", ".join(each) for each in sorted(times, key=len))
        notes.append(f"doses in the order {order}")
    if any(LARGE_CUTS & set(step.findings) for step in plan.steps):
        notes.append(f"! more than {LARGE_CUT} of the current dose")
    if any(mme_text(step) for step in plan.steps):
        name = plan.request.formulary.words["equivalent"]
        notes.append(f"{name} show risk, not a dose to convert to")
    return "; ".join(notes) + "."


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
        _hanging(out, f"{day_text(check.date)}  ", f"{what} (step {check.step}): {check.how}")
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
        text = f"{fill.days_supply} days: {_items(plan, fill)}"
        _hanging(out, f"{day_text(fill.date)}  ", text)


def _items(plan: Plan, fill: Fill) -> str:
    """What a fill holds: ``84 x 60 mg, 28 x 15 mg``."""
    items = []
    for item in fill.items:
        label = strength_text(item.product, item.strength)
        name = f"{item.product.id} " if item.product is not plan.request.product else ""
        unit = " mL of" if item.unit == "mL" else " x"
        items.append(f"{plain(item.quantity)}{unit} {name}{label}")
    return ", ".join(items) or "nothing"


def _findings(plan: Plan, out: Console) -> None:
    if not plan.findings:
        return
    out.print()
    out.print("Findings", style="bold")
    for line in printed(plan.findings):
        out.print(_line(line))
    out.print(Padding(Text("`taper explain ID` says more.", style="dim"), (0, 0, 0, 8)))
