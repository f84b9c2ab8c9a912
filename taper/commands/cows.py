"""`taper cows`: score the Clinical Opiate Withdrawal Scale."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from taper.errors import InputError, Problem
from taper.terminal.deliver import one_of, write_stdout
from taper.terminal.options import TableFormat
from taper.terminal.streams import say
from taper.terminal.tables import folded

_Value = str | None


def _item(name: str, help: str) -> Any:  # noqa: A002 - Typer's own name for it
    return typer.Option(f"--{name}", help=help, show_default=False, metavar="N")


def cows(
    values: Annotated[
        str | None,
        typer.Option("--items", help="All eleven in order: 1,0,0,0,2,1,0,0,1,2,0.", metavar="N,N"),
    ] = None,
    pulse: Annotated[_Value, _item("pulse", "Resting pulse: 0, 1, 2, 4.")] = None,
    sweating: Annotated[_Value, _item("sweating", "0, 1, 2, 3, 4.")] = None,
    restlessness: Annotated[_Value, _item("restlessness", "0, 1, 3, 5.")] = None,
    pupils: Annotated[_Value, _item("pupils", "Pupil size: 0, 1, 2, 5.")] = None,
    aches: Annotated[_Value, _item("aches", "Bone or joint aches: 0, 1, 2, 4.")] = None,
    nose: Annotated[_Value, _item("nose", "Runny nose or tearing: 0, 1, 2, 4.")] = None,
    gut: Annotated[_Value, _item("gut", "Stomach and bowel: 0, 1, 2, 3, 5.")] = None,
    tremor: Annotated[_Value, _item("tremor", "0, 1, 2, 4.")] = None,
    yawning: Annotated[_Value, _item("yawning", "0, 1, 2, 4.")] = None,
    anxiety: Annotated[_Value, _item("anxiety", "Anxiety or irritability: 0, 1, 2, 4.")] = None,
    gooseflesh: Annotated[_Value, _item("gooseflesh", "0, 3, 5.")] = None,
    form: Annotated[bool, typer.Option("--form", help="Show the items and their values.")] = False,  # noqa: FBT002
    format: TableFormat = "table",  # noqa: A002
) -> None:
    """Score a COWS form from its item values, and name the band.

    taper cows --items 1,2,1,0,1,2,1,0,1,2,0
    """
    from taper.safety.cows import score  # noqa: PLC0415 - loaded with the command

    as_json = one_of("format", format, ("table", "json")) == "json"
    if form:
        _show_form(as_json=as_json)
        return
    given = {
        "pulse": pulse,
        "sweating": sweating,
        "restlessness": restlessness,
        "pupils": pupils,
        "aches": aches,
        "nose": nose,
        "gut": gut,
        "tremor": tremor,
        "yawning": yawning,
        "anxiety": anxiety,
        "gooseflesh": gooseflesh,
    }
    found = score(_read(values, {name: text for name, text in given.items() if text is not None}))
    if as_json:
        write_stdout(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) + "\n")
        return
    say(f"COWS {found.total} of 48: {found.band}")


def _read(values: str | None, given: dict[str, str]) -> dict[str, int]:
    """The item values; those that are named take the place of those in a row."""
    from taper.safety.cows import in_order, whole  # noqa: PLC0415 - loaded with the command

    found = in_order(values.replace(",", " ").split()) if values is not None else {}
    problems: list[Problem] = []
    for name, text in given.items():
        try:
            found[name] = whole(name, text)
        except InputError as error:
            problems += error.problems
            found[name] = 0  # the others are looked at as well
    if problems:
        raise InputError(problems)
    return found


def _show_form(*, as_json: bool) -> None:
    from taper.safety.cows import items, source  # noqa: PLC0415 - loaded with the command

    if as_json:
        entries = [
            {
                "id": item.id,
                "name": item.name,
                "values": {str(k): v for k, v in item.values.items()},
            }
            for item in items()
        ]
        write_stdout(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
        return
    for item in items():
        say(folded(f"--{item.id}: ", item.name), nl=False)
        for value, text in item.values.items():
            say(folded(f"    {value}  ", text), nl=False)
    say(folded("Source: ", source()), nl=False)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(cows)
