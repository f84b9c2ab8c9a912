"""`taper record`: write down what a check found, and show the answers side by side."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.errors import InputError, Problem
from taper.terminal.deliver import deliver, one_of, write_stdout
from taper.terminal.options import Output, TableFormat, with_fields
from taper.terminal.plan_fields import Field
from taper.terminal.tables import folded, table_or_list

if TYPE_CHECKING:
    from datetime import date

    from taper.course.answers import Answer
    from taper.planning.plan import Plan

_FIELDS = (
    Field("cows", "NUMBER", "COWS: the total, or its eleven items 1,0,0,..."),
    Field("sows16", "NUMBER", "Subjective Opiate Withdrawal Scale, 16 items."),
    Field("sows10", "NUMBER", "Short Opiate Withdrawal Scale, 10 items.", panel="More"),
    Field("peg", "NUMBER", "PEG, the mean of three, 0 to 10: 5.3."),
    Field("pain", "NUMBER", "Pain, 0 to 10."),
    Field("sleep", "TEXT", "Sleep, 0 to 10 or a few words.", panel="More"),
    Field("mood", "TEXT", "Mood, 0 to 10 or a few words.", panel="More"),
    Field("note", "TEXT", "A note.", panel="More"),
    Field("then", "ANSWER", "hold:2w, slow, step-back, stay, go-on, refer."),
    Field("reason", "TEXT", "Why: needed to go on after a bad check."),
    Field(
        "specialist", "TEXT", "Who was consulted: for a step back after four weeks.", panel="More"
    ),
)
_TITLES = {
    "go-on": "go on",
    "hold": "hold",
    "slow": "slow down",
    "step-back": "step back",
    "stay": "stay",
    "refer": "refer",
}


def record(
    plan: Annotated[str, typer.Argument(help="A saved plan: plan.json, or - for standard input.")],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day of the check.")],
    suicidal_thoughts: Annotated[  # noqa: FBT002
        bool, typer.Option("--suicidal-thoughts", help="Asked, and there are.")
    ] = False,
    no_suicidal_thoughts: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--no-suicidal-thoughts", help="Asked, and there are none.", rich_help_panel="More"
        ),
    ] = False,
    not_reached: Annotated[  # noqa: FBT002
        bool, typer.Option("--not-reached", help="The patient was not reached.")
    ] = False,
    format: TableFormat = "table",  # noqa: A002
    output: Output = None,
    **given: Any,
) -> None:
    """Record a check, and see what each answer makes of the plan.

    taper record plan.json --on 2026-12-11 --cows 14 --then hold -o plan.json
    """
    from taper.course.answers import answers, applied, read_then  # noqa: PLC0415 - with the command
    from taper.course.records import read_values, recorded  # noqa: PLC0415
    from taper.quantities import parse_day  # noqa: PLC0415
    from taper.terminal.files import read_plan  # noqa: PLC0415 - loads pydantic

    as_json = one_of("format", format, ("table", "json")) == "json"
    specialist = given.pop("specialist") or ""
    if suicidal_thoughts and no_suicidal_thoughts:
        message = "thoughts of suicide, and none"
        raise InputError(Problem("suicidal_thoughts", message, "one of the two"))
    thoughts = suicidal_thoughts or (False if no_suicidal_thoughts else None)
    given |= {"suicidal_thoughts": thoughts, "not_reached": not_reached or None}
    first = read_plan(plan)
    day = parse_day(on, "on")
    is_asked = not as_json and plan != "-" and _is_unanswered(given)
    if is_asked and sys.stdin.isatty() and sys.stderr.isatty():
        from taper.terminal.asking_checks import ask_check  # noqa: PLC0415 - at a terminal

        ask_check(given)
    if given.get("then"):
        given["then"] = _named(*read_then(str(given["then"])))
    values = read_values(given)
    before = recorded(first, day, values)
    found = answers(before, day, values)
    after = applied(before, day, values, values["then"], specialist) if values["then"] else before
    if as_json:
        write_stdout(_as_json(after, day, found))
    else:
        write_stdout(_as_text(before, after, day, found))
    if output:
        deliver(after, format=None, outputs=output, language=None, paper=None, large_print=False)
    else:
        sys.stderr.write("nothing is written: -o FILE saves the plan with the record\n")


def _named(name: str, hold: str) -> str:
    """An answer as it is kept: ``hold:2w``."""
    return f"{name}:{hold}" if hold else name


def _is_unanswered(given: dict[str, Any]) -> bool:
    return all(value is None for name, value in given.items() if name not in {"then", "reason"})


def _latest(plan: Plan, day: date) -> dict[str, Any]:
    """The record of a day that counts."""
    entries = plan.to_dict()["records"]
    found: dict[str, Any] = next(
        each for each in entries if each["date"] == day.isoformat() and not each["replaced"]
    )
    return found


def _as_json(plan: Plan, day: date, found: list[Answer]) -> str:
    from taper.course.records import alarms, is_long_hard  # noqa: PLC0415 - with the command

    entry = _latest(plan, day)
    document = {
        "record": entry,
        "alarms": alarms(entry),
        "long": is_long_hard(plan, day),
        "answers": [answer.to_dict() for answer in found],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _as_text(before: Plan, after: Plan, day: date, found: list[Answer]) -> str:
    from taper.course.records import alarms, in_words, is_long_hard  # noqa: PLC0415

    entry = _latest(after, day)
    text = folded(f"Check of {day.isoformat()}: ", in_words(entry))
    for alarm in alarms(entry):
        text += folded("! ", alarm)
    long = is_long_hard(before, day)
    if long:
        text += folded("! ", f"{long}: staying at this dose, or referring, comes first")
    rows = [_row(answer) for answer in found]
    text += "\n" + table_or_list(("Answer", "Next dose", "On", "First day without"), rows)
    for answer in found:
        if answer.why:
            text += folded(f"{_TITLES[answer.name]}: ", f"not offered: {answer.why}")
    if after.revisions != before.revisions:
        from taper.commands.revise import differences  # noqa: PLC0415 - if the plan is changed

        text += f"\n{entry['then']}:\n" + differences(before, after)
    return text


def _row(answer: Answer) -> tuple[str, str, str, str]:
    from taper.course.answers import REFER, WHERE  # noqa: PLC0415 - with the command

    title = _TITLES[answer.name]
    if answer.name == REFER:
        return title, WHERE, "-", "-"
    if answer.why or answer.plan is None:
        return title, "not offered", "-", "-"
    row, stop = answer.next, answer.plan.stop_date
    end = "-" if stop is None else stop.isoformat()
    if row is None or row.start is None:
        return title, "as now", "-", end
    dose = row.regimen.product.daily_text(row.daily) if row.daily else "stop"
    return title, dose, row.start.isoformat(), end


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(with_fields(record, _FIELDS))
