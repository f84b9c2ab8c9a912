"""The words of the exports for clinicians, ``data/exports.toml``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from taper.data.files import data_file
from taper.formulary.guidelines import GENTLE, guideline
from taper.planning.document import summary
from taper.planning.make import ended
from taper.regimen.directions import prescription_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taper.planning.plan import Plan


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Every text by table and key; braces are still to be filled in."""
    return data_file("exports.toml")


def title(plan: Plan) -> str:
    """What the plan is: ``Opioid taper: morphine extended-release tablets``."""
    return str(words()["plan"]["title"].format(product=plan.request.product.name))


def sentence(plan: Plan) -> str:
    """The taper in one sentence: from what, to what, in how many reductions, until when."""
    text, product, goal = words()["plan"], plan.request.product, plan.request.rule.goal
    dose = prescription_in_words(product, plan.request.prescription)
    count = summary(plan)["reductions"]
    others = {each.regimen.product for each in plan.request.also}
    main = tuple(step for step in plan.steps if step.regimen.product not in others)
    end = text["stays"].format(date=ended(main))
    if plan.stop_date is not None:
        end = text["stops"].format(date=plan.stop_date)
    return str(
        text["sentence"].format(
            dose=f"{product.name}, {dose}",
            goal=text["to_goal"].format(dose=product.daily_text(goal)) if goal else text["to_stop"],
            reductions=text["reduction" if count == 1 else "reductions"].format(number=count),
            end=end,
        )
    )


def rule_text(plan: Plan) -> str:
    """How fast: ``10% every 1w (mixed)``, with the guideline that it is from."""
    document = plan.to_rule()
    parts = [
        f"{part['reduce']} every {part['every']}"
        + (f" until {part['until']}" if part["until"] else "")
        for part in document["parts"]
    ]
    return ", then ".join(parts) + f" ({plan.request.rule.of})" + _guideline_text(plan)


def _guideline_text(plan: Plan) -> str:
    """The guideline that a rule is from, and where in its range: ``, hhs-2019, gentle: ...``."""
    name = plan.request.text.get("guideline")
    if not name:
        return ""
    published = guideline(str(name)).range
    if not published:
        return f", {name}"
    pace = plan.request.text.get("pace") or GENTLE
    return f", {name}, {pace}: it publishes {published}"


def revision_text(revision: Mapping[str, Any]) -> str:
    """One revision: from when, and why."""
    text = words()["plan"]
    why = revision.get("why") or text["no_why"]
    return str(text["revision"].format(**{"from": revision["from"], "why": why}))
