"""A plan in a notebook: the schedule as a table, with its warnings and notes below it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taper.library.plan import Plan
    from taper.library.records import Finding, Step

_HEAD = ("Step", "", "From", "Days", "A day", "Directions", "Of first", "Cut")


def page(plan: Plan) -> str:
    """The plan as HTML; the equivalent is named as the market names it."""
    made = plan._made  # noqa: SLF001 - it shows the plan
    titles = (*_HEAD, made.request.formulary.words["equivalent"])
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    texts = [step.regimen.product.text(step.daily) for step in made.steps]
    rows = [_row(step, text) for step, text in zip(plan.steps, texts, strict=True)]
    stop = f", stops {plan.stop_date}" if plan.stop_date else ""
    caption = f"{plan.product.name}, from {plan.start}{stop} (plan {plan.id})"
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{_findings(plan.findings)}"
    )


def _row(step: Step, dose: str) -> str:
    directions = [step.directions, *(other.directions for other in step.companions)]
    cells = (
        str(step.step),
        step.kind,
        step.start.isoformat() if step.start else "now",
        str(step.days or ""),
        dose,
        " ".join(directions),
        f"{step.percent_of_original}%",
        f"{step.cut_percent_of_current}%" if step.cut_percent_of_current else "",
        "-" if step.mme is None else str(step.mme),
    )
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _findings(findings: tuple[Finding, ...]) -> str:
    """The findings, the worst first, each with the name that ``taper explain`` takes."""
    lines = "".join(
        f"<li><b>{escape(each.level)}</b>: {escape(each.message)} [{escape(each.id)}]</li>"
        for each in findings
    )
    return f"<ul>{lines}</ul>" if lines else ""
