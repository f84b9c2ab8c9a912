"""Writes what each guideline plans: the tables of tests/spec/guidelines, and docs/guidelines.md.

Run it after a change of a rule, of the formulary or of the engine, and read what has changed:

    python scripts/guidelines.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taper import plan
from taper.formulary.guidelines import Guideline, guidelines, sources
from taper.planning.document import summary
from taper.quantities import percent_text
from taper.regimen.directions import units_in_figures

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.planning.plan import Plan

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "tests" / "spec" / "guidelines"
PAGE = ROOT / "docs" / "guidelines.md"
START = "2026-12-07"
CASES = (
    ("Morphine ER 60 mg every 12 hours", "morphine-er", "60 mg q12h"),
    ("Oxycodone IR 10 mg every 6 hours", "oxycodone-ir", "10 mg q6h"),
    ("Fentanyl patch 100 mcg/h", "fentanyl-patch", "100 mcg/h"),
    ("Tramadol ER 300 mg once a day", "tramadol-er", "300 mg daily"),
)
INTRODUCTION = """\
`taper plan ... --guideline NAME` plans with a published rule set. No source gives everything that a
plan needs. So each rule set below lists the points that its source leaves open, and the project's
choices. A rule set is a starting point for a decision with the patient. `taper revise` can slow or
hold any plan."""
READING = f"""\
Every table starts on {START}, with the usual strengths of the US market and all other defaults. "Of
first" is the daily dose as a share of the first one. "Cut" is the cut as a share of the dose before
it. The plans warn if a published rule makes a cut large: read those warnings with the table."""
HEADER = ("From", "Days", "A day", "Doses", "Of first", "Cut")


def rule(guideline: Guideline) -> str:
    """What is planned with, in words."""
    if guideline.phases:
        text = ", then ".join(phase.replace("/", " every ") for phase in guideline.phases)
    else:
        text = f"{guideline.reduce} every {guideline.every}"
    bases = {
        "original": "of the original dose",
        "current": "of the current dose",
        "mixed": "of the original dose, later of what is left",
    }
    return f"{text}, {bases[guideline.of]}"


def doses(step: Step) -> str:
    """What is taken through the day: ``45 morning, 60 evening``."""
    regimen = step.regimen
    if not step.daily:
        return "stop"
    if regimen.product.is_patch:
        return units_in_figures(regimen.product, regimen.units[0]).replace(" + ", " and ")
    parts = [
        f"{regimen.product.number(amount)} {time}"
        for time, amount in zip(regimen.times, regimen.amounts, strict=True)
        if amount
    ]
    return ", ".join(parts)


def row(step: Step) -> tuple[str, ...]:
    """One row of a table."""
    product = step.regimen.product
    cut = f"{percent_text(step.cut, step.before)}%" if step.cut > 0 and step.daily else ""
    return (
        step.start.isoformat() if step.start else "now",
        str(step.days) if step.days else "",
        product.text(step.daily),
        doses(step),
        f"{percent_text(step.daily, step.original)}%",
        cut,
    )


def table(made: Plan) -> list[str]:
    """The schedule of a plan, in columns."""
    rows = [HEADER, *(row(step) for step in made.steps)]
    widths = [max(len(cells[place]) for cells in rows) for place in range(len(HEADER))]
    right = (False, True, True, False, True, True)
    return [
        "  ".join(
            cell.rjust(width) if side else cell.ljust(width)
            for cell, width, side in zip(cells, widths, right, strict=True)
        ).rstrip()
        for cells in rows
    ]


def told(made: Plan) -> str:
    """The plan in a line."""
    figures = summary(made)
    warnings = [f.id for f in made.findings if f.level == "warning" and f.steps]
    text = (
        f"{figures['days'] // 7} weeks, {figures['reductions']} reductions; largest cut "
        f"{figures['largest_cut_percent_of_current']}% of the dose at that time, "
        f"{figures['largest_cut_percent_of_original']}% of the first"
    )
    return text + (f"; warns of {', '.join(warnings)}" if warnings else "")


def tables(guideline: Guideline) -> str:
    """The four plans of a guideline, as text."""
    lines = [guideline.id, rule(guideline), f"Source: {guideline.source}"]
    for title, product, dose in CASES:
        made = plan(product, dose, start=START, guideline=guideline.id)
        lines += ["", "", title, "-" * len(title), *table(made), "", told(made)]
    return "\n".join(lines) + "\n"


def page(texts: dict[str, str]) -> str:
    """The page of documentation, from the tables."""
    lines = [
        "# Guidelines",
        "",
        "<!-- Written by scripts/guidelines.py from the tables in tests/spec/guidelines. -->",
        "",
        INTRODUCTION,
        "",
        READING,
        "",
        "| name | what is planned |",
        "|---|---|",
    ]
    lines += [f"| [{g.id}](#{g.id}) | {rule(g)} |" for g in guidelines().values()]
    for name, guideline in guidelines().items():
        lines += ["", f"## {name}", "", f"**{guideline.name}** ({guideline.year})", ""]
        lines += [
            f"- Applies to: {guideline.applies}",
            f"- Rate: {guideline.rate}; interval: {guideline.interval}",
            f"- Percent of: {guideline.base}",
            f"- Planned with: {rule(guideline)}",
            "",
            "Left open by the source:",
            "",
            *(f"- {text}" for text in guideline.leaves_open),
            "",
            "Chosen here:",
            "",
            *(f"- {text}" for text in guideline.chosen),
            "",
            f"Sources ({guideline.grade}):",
            "",
            *(f"- {sources()[key]}" for key in guideline.facts["citations"]),
            "",
            "```text",
            texts[name].split("\n\n\n", 1)[1].rstrip("\n"),
            "```",
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the tables and the page."""
    TABLES.mkdir(exist_ok=True)
    texts = {name: tables(guideline) for name, guideline in guidelines().items()}
    for stale in TABLES.glob("*.txt"):
        if stale.stem not in texts:
            stale.unlink()
    for name, text in texts.items():
        (TABLES / f"{name}.txt").write_text(text, encoding="utf-8")
    PAGE.write_text(page(texts), encoding="utf-8")
    sys.stderr.write(f"wrote {len(texts)} tables and {PAGE.name}\n")


if __name__ == "__main__":
    main()
