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
from taper.safety.withdrawal_checks import facts
from taper.terminal.schedule_table import day_text, layout, schedule_table

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.planning.make import Plan
    from taper.regimen.prescription import Prescription
    from taper.regimen.table import Regimen

__all__ = ["console", "day_text", "schedule_table", "show"]
DISCLAIMER = "Decision support for clinicians, not medical advice."
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


def show(plan: Plan) -> None:
    """Print a plan."""
    out = console()
    for line in _header(plan):
        out.print(line, markup=False)
    out.print()
    laid_out = layout(plan, out.width, plain=is_plain(out))
    out.print(laid_out.schedule)
    out.print(_legend(plan, in_a_row=laid_out.in_a_row), style="dim", markup=False)
    _chart(plan, out)
    _checks(plan, out)
    _supply(plan, out)
    _findings(plan, out)
    out.print()
    out.print(DISCLAIMER, style="dim", markup=False)


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
    notes = [f"A number alone is one {product.kind} of so many {product.unit_text}"]
    if product.is_liquid:
        notes = [f"Doses in {product.unit_text}, measured in mL with an oral syringe"]
    times = {step.regimen.times for step in plan.steps}
    if in_a_row:
        order = "; ".join(", ".join(each) for each in sorted(times, key=len))
        notes.append(f"doses in the order {order}")
    if any("cut-over-25-percent" in step.findings for step in plan.steps):
        notes.append("! more than 25% of the current dose")
    if any(mme_text(step) for step in plan.steps):
        name = plan.request.formulary.words["equivalent"]
        notes.append(f"{name} show risk, not a dose to convert to")
    return "; ".join(notes) + "."


def _chart(plan: Plan, out: Console) -> None:
    from taper.export.chart import blocks  # noqa: PLC0415 - at a terminal only

    out.print()
    for line in blocks(plan, min(out.width, 72), 8, ascii_only=is_plain(out)):
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
