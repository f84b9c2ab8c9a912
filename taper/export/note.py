"""The plan as a note for the chart: about ten lines of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.engine.steps import STOP
from taper.export.words import revision_text, rule_text, sentence, words
from taper.planning.document import summary
from taper.planning.window import limited
from taper.quantities import plain
from taper.regimen.directions import strength_text
from taper.safety.equivalents import mme_text
from taper.safety.findings.lines import printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.engine.steps import Step
    from taper.export import Options
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen
    from taper.supply import Fill

ALWAYS = ("naloxone", "lost-tolerance")  # notes that stand in every account of a plan


def render(plan: Plan, options: Options) -> str:
    """The note as text, a line a subject."""
    shown = plan if options.window is None else limited(plan, options.window)
    return "\n".join(_lines(plan, shown)) + "\n"


def _lines(plan: Plan, shown: Plan) -> Iterator[str]:
    """The lines of a plan; the steps, the fill and the checks are of what is shown of it."""
    text, request, figures = words()["note"], plan.request, summary(plan)
    label = request.text.get("label")
    yield text["title"].format(id=plan.id, label=f", {label}" if label else "")
    yield sentence(plan)
    mme, name = mme_text(plan.steps[0]), request.formulary.words["equivalent"]
    at_start = f"{mme} {name}" if mme else text["no_factor"].format(equivalent=name)
    yield text["rule"].format(
        rule=rule_text(plan),
        equivalents=at_start,
        current=figures["largest_cut_percent_of_current"],
    )
    yield text["steps"].format(steps="; ".join(_step(step) for step in shown.steps[1:]))
    if request.also:
        others = "; ".join(_dose(regimen) for regimen in plan.steps[0].companions)
        yield text["also"].format(others=others)
    for line in printed(plan.findings):
        if line.level != "note" or line.ids[0] in ALWAYS:
            yield f"{line.level.capitalize()}: {line.text}."
    for name_, value in (("specialist", request.specialist), ("override", request.rule.override)):
        if value:
            yield text[name_].format(text=value)
    if shown.supply:
        yield text["fill"].format(items=fill_text(shown.supply[0]), fill=shown.supply[0])
    if shown.checks:
        first = shown.checks[0]
        yield text["checks"].format(first=first.date, how=first.how, count=len(shown.checks))
    yield from (text["revision"].format(text=revision_text(each)) for each in plan.revisions)
    yield words()["disclaimer"]


def _dose(regimen: Regimen) -> str:
    """``oxycodone-ir 5/5/5/5 mg``."""
    product = regimen.product
    amounts = "/".join(product.number(amount) for amount in regimen.amounts if amount)
    return f"{product.id} {amounts} {product.unit_text}"


def _step(step: Step) -> str:
    """``2026-12-07 45/60 mg``: the first day and the administrations."""
    if step.kind == STOP:
        return f"{step.start} stop"
    product = step.regimen.product
    amounts = "/".join(product.number(amount) for amount in step.regimen.amounts if amount)
    kind = f" ({step.kind})" if step.kind != "reduce" else ""
    return f"{step.start} {amounts} {product.unit_text}{kind}"


def fill_text(fill: Fill) -> str:
    """What one fill holds: ``84 x 60 mg, 28 x 15 mg``."""
    parts = []
    several = len({item.product for item in fill.items}) > 1
    for item in fill.items:
        name = f"{item.product.id} " if several else ""
        unit = " mL of" if item.product.is_liquid else " x"
        parts.append(
            f"{plain(item.quantity)}{unit} {name}{strength_text(item.product, item.strength)}"
        )
    return ", ".join(parts)
