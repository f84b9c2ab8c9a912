"""`taper revise`: change a plan that is under way."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.terminal.deliver import deliver, write_stdout
from taper.terminal.options import (
    Format,
    Full,
    Language,
    Large,
    Output,
    Paper,
    field,
    with_fields,
)
from taper.terminal.plan_fields import Field
from taper.terminal.streams import say
from taper.terminal.tables import folded, table_or_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.planning.plan import Plan

_KINDS = {
    "baseline": "still ",
    "hold": "hold ",
    "change": "change of product, ",
    "step-back": "back to ",
    "maintain": "goal ",
}


_FIELDS = (
    Field("hold", "LENGTH", "Delay what is to come by 4w; none ends a hold."),
    field("reduce", "From then on: 5%, or an amount."),
    field("every", "From then on: 2w, 4w, 1mo."),
    field("of", "original (of the whole plan), current, mixed."),
    field("to", "A new goal: 0 to stop, or a daily dose."),
    Field("dose", "DOSE", "The next dose by hand: 45 mg q12h."),
    field("taking", "What the patient really takes a day: 30 mg."),
    Field("missed", "LENGTH", "How long nothing was taken, with --taking 0: 5d.", panel="More"),
    Field("step_back", "TEXT", "The reason for going back to the previous dose."),
    field("specialist", "Who was consulted: for a step back after four weeks.", panel="More"),
    field("override_rate", panel="More"),
    Field("why", "TEXT", "Why, in a few words: recorded.", panel="More"),
)


def revise(
    plan: Annotated[str, typer.Argument(help="A saved plan: plan.json, or - for standard input.")],
    from_day: Annotated[
        str,
        typer.Option("--from", metavar="DATE", help="The first day of the change: 2027-01-18."),
    ],
    format: Format = None,  # noqa: A002
    output: Output = None,
    full: Full = False,  # noqa: FBT002
    language: Language = None,
    paper: Paper = None,
    large_print: Large = False,  # noqa: FBT002
    **given: Any,
) -> None:
    """Hold, slow down, set a dose or a goal, or step back. What is past stays.

    taper revise plan.json --from 2027-01-18 --hold 4w -o plan.json
    """
    from taper.course.revise import revise as revised  # noqa: PLC0415 - with it
    from taper.terminal.files import read_plan  # noqa: PLC0415 - loads pydantic

    before = read_plan(plan)
    after = revised(before, from_day, why=given.pop("why") or "", **given)
    text = differences(before, after)
    if format is not None:  # the plan goes to standard output alone
        say(text, err=True, nl=False)
    else:
        write_stdout(text)
    if not output and format is None:
        sys.stderr.write("nothing is written: -o FILE saves the revised plan\n")
        return
    deliver(
        after,
        format=format,
        outputs=output,
        full=full,
        language=language,
        paper=paper,
        large_print=large_print,
    )


def differences(before: Plan, after: Plan) -> str:
    """The rows that differ, when the taper ends, and what becomes of the supply, as text."""
    from taper.course.difference import comes_earlier, difference, ends  # noqa: PLC0415 - loaded with the plan

    rows = [
        (entry["start"], _said(entry["was"]), _said(entry["now"]))
        for entry in difference(before, after)
    ]
    revision = after.revisions[-1]
    text = "".join(folded("", line) for line in _recorded(revision))
    text += (
        table_or_list(("From", "Was", "Now"), rows) if rows else "No dose and no date changes.\n"
    )
    text += f"\nWas: {ends(before)}\nNow: {ends(after)}\n"
    earlier = comes_earlier(before, after)
    if earlier is not None:
        text += f"From {earlier} on reductions come earlier than they were planned.\n"
    return text + _supplied(after, revision)


def _recorded(revision: dict[str, Any]) -> Iterator[str]:
    """What a change says of the patient, if it is a fact that needs an answer."""
    day, change = revision["from"], revision["change"]
    if "ran-out-early" in revision.get("findings", ()):
        yield (
            f"{change['taking']} a day is more than the plan directs: recorded as ran-out-early. "
            f"No reduction begins on {day}. Assess pain, opioid use disorder, diversion and theft."
        )
    if "missed" in change:
        yield (
            f"Nothing was taken for {change['missed']}: recorded. Missed doses are not made up; "
            "the dose in force goes on."
        )


def _supplied(plan: Plan, revision: dict[str, Any]) -> str:
    """The prescriptions that no longer fit, what the patient holds, and what to return."""
    text = ""
    taken = [each.product for step in plan.steps for each in (step.regimen, *step.companions)]
    units = {product.id: "" if product.is_liquid else f" {product.unit_text}" for product in taken}

    def item(entry: dict[str, str]) -> str:
        return f"{entry['product']} {entry['strength']}{units[entry['product']]}: {_many(entry)}"

    if revision["cancel"]:
        said = "Prescriptions that no longer fit, if already written: cancel at the pharmacy"
        text += "\n" + folded("", said)
        rows = [(each["date"], item(each)) for each in revision["cancel"]]
        text += table_or_list(("For", "Strength and quantity"), rows)
    if revision["held"]:
        held = ", ".join(item(each) for each in revision["held"])
        text += "\n" + folded(f"The patient should still hold on {revision['from']}: ", held)
    if revision["return"]:
        over = ", ".join(item(each) for each in revision["return"])
        text += folded("To return to the pharmacy: ", over)
    return text


def _many(entry: dict[str, str]) -> str:
    """``63 tablets``, ``1 patch``, ``40 mL``."""
    count, unit = entry["quantity"], entry["unit"]
    if unit == "mL" or count == "1":
        return f"{count} {unit}"
    return f"{count} {unit}{'es' if unit == 'patch' else 's'}"


def _said(row: dict[str, Any] | None) -> str:
    """A row in a few words: ``hold 120 mg a day (45/30/45) to 2027-02-07``."""
    if row is None:
        return "-"
    if row["kind"] == "stop":
        return "stop"
    until = f" to {row['end']}" if row["end"] else ""
    return f"{_KINDS.get(row['kind'], '')}{row['dose']}{until}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(revise, _FIELDS))
