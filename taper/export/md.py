"""The plan as a Markdown document: summary, schedule, checks, what to dispense, findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taper.engine.steps import CURRENT
from taper.export.words import revision_text, sentence, title, words
from taper.planning.document import summary
from taper.planning.prescribing import prescribing, quantity
from taper.quantities import THOUSAND, percent_text, plain
from taper.regimen.directions import strength_text, unit_noun
from taper.safety.equivalents import mme_text
from taper.safety.withdrawal_checks import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taper.engine.steps import Step
    from taper.export import Options
    from taper.planning.plan import Plan
    from taper.supply import SupplyItem

# What Markdown would read as a mark anywhere in a line; ids and labels come from people.
_MARKS = re.compile(r"([\\`*_{}\[\]<>|~#&$])")


def escaped(text: str) -> str:
    """Text that prints as it is, in one line; a pipe does not end a cell."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; cells are escaped here."""
    lines = [_row(columns), "|" + " --- |" * len(columns)]
    return lines + [_row(row) for row in rows]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def _pace(plan: Plan) -> str:
    """The rule in words: ``10% every 1w, of the original dose``."""
    text, rule = words()["markdown"], plan.to_rule()
    parts = [
        text["part_until" if part["until"] else "part"].format(**part) for part in rule["parts"]
    ]
    of = "of_mixed" if rule["of"] == "mixed" else "of"
    return str(text[of].format(parts=text["then"].join(parts), of=rule["of"]))


def _summary(plan: Plan) -> list[str]:
    """The plan in a few lines."""
    text, figures, request = words()["markdown"], summary(plan), plan.request
    cut = text["largest_cut"].format(
        current=figures["largest_cut_percent_of_current"],
        original=figures["largest_cut_percent_of_original"],
    )
    facts_ = [
        (text["plan"], plan.id),
        (text["label"], str(request.text.get("label") or "")),
        (text["pace"], _pace(plan)),
        (text["largest"], cut),
        (text["mme"].format(**request.formulary.words), figures["start_mme"] or text["no_mme"]),
        (text["specialist"], request.specialist),
        (text["override"], request.rule.override),
        (text["made_with"], text["versions"].format(**plan.to_dict()["made_with"])),
    ]
    lines = [f"- {name}: {escaped(value)}" for name, value in facts_ if value]
    return [escaped(sentence(plan)), "", *lines]


def _step_cells(step: Step) -> list[str]:
    text, product = words()["markdown"], step.regimen.product
    directions = [step.regimen.directions]
    directions += [text["also"].format(directions=other.directions) for other in step.companions]
    return [
        str(step.number),
        text["current"] if step.kind == CURRENT else step.kind,
        step.start.isoformat() if step.start else "",
        step.end.isoformat() if step.end else "",
        str(step.days or ""),
        product.text(step.daily),
        f"{percent_text(step.daily, step.original)}%",
        mme_text(step) or text["no_mme"],
        " ".join(directions),
    ]


def _checks(plan: Plan) -> list[str]:
    text, kinds = words()["markdown"], facts().kinds
    rows = [
        [
            check.date.isoformat(),
            str(check.step),
            kinds[check.reason].title,
            check.how,
            "; ".join(check.items),
        ]
        for check in plan.checks
    ]
    return _table(text["checks_columns"], rows) if rows else [text["none"]]


def _quantity(item: SupplyItem, number: str = "") -> str:
    number = number or plain(item.quantity)
    return f"{number} {unit_noun(item.product, many=item.quantity != THOUSAND)}"


def _supply(plan: Plan) -> list[str]:
    text = words()["markdown"]
    rows = [
        [
            str(fill.number),
            fill.not_before.isoformat(),
            str(fill.days_supply),
            item.product.name,
            strength_text(item.product, item.strength),
            _quantity(item, quantity(plan, item)),
            item.directions,
        ]
        for fill in plan.supply
        for item in fill.items
    ]
    lines = _table(text["supply_columns"], rows) if rows else [text["none"]]
    left = [
        f"{_quantity(item)} {item.product.name} {strength_text(item.product, item.strength)}"
        for item in plan.dispensing.leftover
    ]
    said = [f"{rule}." for rule in prescribing(plan)]
    if left:
        said.append(text["leftover"].format(items="; ".join(left)))
    return [*lines, *(line for each in said for line in ("", escaped(each)))]


def _findings(plan: Plan) -> list[str]:
    text = words()["markdown"]
    lines = [
        f"- **{finding.level}** `{finding.id}`: {escaped(finding.message)}. "
        + escaped(text["source"].format(source=finding.source))
        for finding in plan.findings
    ]
    return lines or [text["none"]]


def render(plan: Plan, options: Options) -> str:
    """The document as text."""
    del options
    text, market = words()["markdown"], plan.request.formulary.words
    columns = [column.format(**market) for column in text["schedule_columns"]]
    sections = [
        (text["schedule_heading"], _table(columns, map(_step_cells, plan.steps))),
        (text["checks_heading"], _checks(plan)),
        (text["supply_heading"], _supply(plan)),
        (text["findings_heading"], _findings(plan)),
    ]
    if plan.revisions:
        lines = [f"- {escaped(revision_text(entry))}" for entry in plan.revisions]
        sections.append((text["revisions_heading"], lines))
    lines = [f"# {escaped(title(plan))}", "", *_summary(plan)]
    for heading, body in sections:
        lines += ["", f"## {heading}", "", *body]
    caution = escaped(words()["mme"].format(**market))
    lines += ["", "---", "", escaped(words()["disclaimer"]), "", caution]
    return "\n".join(lines) + "\n"
