"""What each guideline plans: the tables of tests/spec/guidelines, and parts of docs/guidelines.md.

After a change of a rule, of the formulary or of the engine, write the tables again and read what
has changed:

    python scripts/guidelines.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taper.formulary.guidelines import Guideline, guidelines, sources
from taper.planning.document import summary
from taper.planning.make import planned as plan
from taper.quantities import percent_text
from taper.regimen.directions import units_in_figures

if TYPE_CHECKING:
    from taper.engine.steps import Step
    from taper.planning.plan import Plan

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "tests" / "spec" / "guidelines"
START = "2026-12-07"
CASES = (
    ("Morphine ER 60 mg every 12 hours", "morphine-er", "60 mg q12h"),
    ("Oxycodone IR 10 mg every 6 hours", "oxycodone-ir", "10 mg q6h"),
    ("Fentanyl patch 100 mcg/h", "fentanyl-patch", "100 mcg/h"),
    ("Tramadol ER 300 mg once a day", "tramadol-er", "300 mg daily"),
)
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


def for_how_long(guideline: Guideline) -> dict[str, str]:
    """The duration of use that a rule set is for, if it has a limit."""
    return {"on_opioids_for": "2w"} if "only_under" in guideline.facts else {}


def tables(guideline: Guideline) -> str:
    """The four plans of a guideline, as text."""
    lines = [guideline.id, rule(guideline), f"Source: {guideline.source}"]
    for title, product, dose in CASES:
        made = plan(product, dose, start=START, guideline=guideline.id, **for_how_long(guideline))
        lines += ["", "", title, "-" * len(title), *table(made), "", told(made)]
    return "\n".join(lines) + "\n"


def index() -> str:
    """The rule sets and their rules, as a Markdown table."""
    rows = [f"| [{g.id}](#{g.id}) | {rule(g)} |\n" for g in guidelines().values()]
    return "| name | what is planned |\n|---|---|\n" + "".join(rows)


def sections() -> str:
    """A section of the page for each rule set: its facts, its gaps, its plans."""
    return "\n".join(_section(guideline) for guideline in guidelines().values())


def _section(guideline: Guideline) -> str:
    table = (TABLES / f"{guideline.id}.txt").read_text(encoding="utf-8")
    lines = [
        f"## {guideline.id}",
        "",
        f"**{guideline.name}** ({guideline.year})",
        "",
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
        table.split("\n\n\n", 1)[1].rstrip("\n"),
        "```",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the tables."""
    texts = {f"{name}.txt": tables(guideline) for name, guideline in guidelines().items()}
    for path in TABLES.iterdir():
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (TABLES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
