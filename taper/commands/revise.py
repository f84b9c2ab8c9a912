"""`taper revise`: change a plan that is under way."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.terminal.deliver import deliver, write_stdout
from taper.terminal.options import (
    Field,
    Format,
    Full,
    Language,
    Large,
    Output,
    Paper,
    field,
    with_fields,
)
from taper.terminal.tables import table_or_list

if TYPE_CHECKING:
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
    Field("step_back", "TEXT", "The reason for going back to the previous dose."),
    field("specialist", "Who was consulted: for a step back after four weeks.", panel="More"),
    field("override_rate", panel="More"),
    Field("why", "TEXT", "Why, in a few words: recorded."),
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
    """Hold, slow down, change the goal or step back. What is past stays.

    taper revise plan.json --from 2027-01-18 --hold 4w -o plan.json
    """
    from taper.course.revise import revise as revised  # noqa: PLC0415 - with it
    from taper.terminal.files import read_plan  # noqa: PLC0415 - loads pydantic

    before = read_plan(plan)
    after = revised(before, from_day, why=given.pop("why") or "", **given)
    text = differences(before, after)
    if format is not None:  # the plan goes to standard output alone
        sys.stderr.write(text)
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
    """The rows that differ, when the taper ends, and what is left over, as text."""
    from taper.course.difference import comes_earlier, difference, ends  # noqa: PLC0415 - loaded with the plan

    rows = [
        (entry["start"], _said(entry["was"]), _said(entry["now"]))
        for entry in difference(before, after)
    ]
    text = table_or_list(("From", "Was", "Now"), rows)
    text += f"\nWas: {ends(before)}\nNow: {ends(after)}\n"
    earlier = comes_earlier(before, after)
    if earlier is not None:
        text += f"From {earlier} on reductions come earlier than they were planned.\n"
    held = [
        f"{item.product.number(item.strength.amount)} {item.product.unit} x {item.quantity // 1000}"
        for item in after.dispensing.leftover
        if not item.product.is_liquid and item.quantity >= 1000  # noqa: PLR2004 - a whole unit
    ]
    if held:
        text += f"Left over at the end: {', '.join(held)}\n"
    return text


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
