"""A plan as an HTML table, for a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from taper.quantities import percent_text
from taper.safety.equivalents import mme_text

if TYPE_CHECKING:
    from taper.planning.make import Plan

_HEAD = ("Step", "", "From", "Days", "A day", "Directions", "Of first")


def table(plan: Plan) -> str:
    """The schedule as one table; every text is escaped."""
    rows = []
    for step in plan.steps:
        cells = (
            str(step.number),
            step.kind,
            step.start.isoformat() if step.start else "now",
            str(step.days or ""),
            step.regimen.product.text(step.daily),
            " ".join([step.regimen.directions, *(other.directions for other in step.companions)]),
            f"{percent_text(step.daily, step.original)}%",
            mme_text(step) or "-",
        )
        rows.append("".join(f"<td>{escape(cell)}</td>" for cell in cells))
    titles = (*_HEAD, plan.request.formulary.words["equivalent"])
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
