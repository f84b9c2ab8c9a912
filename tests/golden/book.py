"""A book of plans as text: what is asked for, and what comes out, in lines that can be judged.

A plan stands under its request: the rows with what is taken and why, the checks, the fills, what
is left over, and the findings. ``TAPER_GOLDEN=write`` writes what comes out now.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from taper.course.revise import revise
from taper.errors import TaperError
from taper.planning.make import make_plan
from taper.quantities import THOUSAND, plain, ratio_text
from taper.reading import read
from taper.regimen.directions import units_in_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.engine.steps import Step
    from taper.planning.plan import Plan

PATH = Path(__file__).parent / "files" / "book.txt"
MONITORING = "monitoring program"


def pages() -> dict[str, list[str]]:
    """What stands in the book: lines by request, which is a line of JSON."""
    found: dict[str, list[str]] = {}
    page: list[str] = []
    for line in PATH.read_text(encoding="utf-8").splitlines():
        if line.startswith("{"):
            page = found[line] = []
        elif line:
            page.append(line)
    return found


def write(made: dict[str, list[str]]) -> None:
    """Write the book."""
    text = "\n\n".join("\n".join([request, *lines]) for request, lines in made.items())
    PATH.write_text(text + "\n", encoding="utf-8")


def page(request: str) -> list[str]:
    """What comes out of a request now."""
    fields = json.loads(request)
    change = fields.pop("revise", None)
    try:
        plan = make_plan(read(fields))
        if change is not None:
            plan = revise(plan, change.pop("from"), **change)
    except TaperError as error:
        return str(error).splitlines()
    return [*_rows(plan), *_checks(plan), *_fills(plan), *_said(plan)]


def _rows(plan: Plan) -> Iterator[str]:
    product = plan.request.product
    for step in plan.steps[1:]:
        name = "" if step.regimen.product is product else f"{step.regimen.product.id} "
        product = step.regimen.product
        dates = f"{step.start:%a %d %b %Y}, {step.days or 'no'} days"
        units = ", ".join(units_in_figures(product, each) or "-" for each in step.regimen.units)
        yield f"{step.number} {step.kind} {dates}: {name}{units}{_why(step)}{_marks(step)}"


def _why(step: Step) -> str:
    reason = step.reason
    words = [reason.kind] if reason.kind else []
    if reason.point is not None:
        ideal = ratio_text(reason.point.ideal, THOUSAND * reason.point.denominator)
        words.append(f"ideal {ideal}")
    words.append(f"{plain(step.before)} of {plain(step.original)} before")
    if step.words:
        words.append(step.words)
    others = "".join(f"; {each.product.id} {plain(each.daily)}" for each in step.companions)
    return f" ({', '.join(words)}{others})"


def _marks(step: Step) -> str:
    return f" [{', '.join(step.findings)}]" if step.findings else ""


def _checks(plan: Plan) -> Iterator[str]:
    found = [
        f"{c.date:%a %d %b} {c.step} {c.reason}" + "*" * (MONITORING in str(c.items))
        for c in plan.checks
    ]
    for place in range(0, len(found), 4):
        yield "check " + ", ".join(found[place : place + 4])


def _fills(plan: Plan) -> Iterator[str]:
    for fill in plan.supply:
        items = ", ".join(
            f"{plain(i.quantity)} x {i.product.id} {i.strength.label}" for i in fill.items
        )
        yield f"fill {fill.number} {fill.date} {fill.days_supply} days: {items}"
    for item in plan.dispensing.leftover:
        yield f"left over {plain(item.quantity)} x {item.product.id} {item.strength.label}"


def _said(plan: Plan) -> Iterator[str]:
    found = [
        finding.id + (f" of {', '.join(map(str, finding.steps))}" if finding.steps else "")
        for finding in plan.findings
    ]
    yield "says " + "; ".join(found)
