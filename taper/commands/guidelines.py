"""`taper guidelines`: the published rule sets that can be planned with."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from taper.formulary.guidelines import Guideline, guideline, guidelines, sources
from taper.terminal.deliver import one_of, write_stdout
from taper.terminal.options import TableFormat
from taper.terminal.tables import folded, table_or_list


def entry(found: Guideline) -> dict[str, Any]:
    """A rule set as `--format json` shows it."""
    return {
        "name": found.id,
        "title": found.name,
        "year": found.year,
        "applies": found.applies,
        "rate": found.rate,
        "interval": found.interval,
        "base": found.base,
        "plans_with": {
            "reduce": found.reduce,
            "every": found.every,
            "of": found.of,
            "phases": list(found.phases),
        },
        "leaves_open": list(found.leaves_open),
        "chosen": list(found.chosen),
        "source": found.source,
        "grade": found.grade,
        "citations": [sources()[key] for key in found.facts["citations"]],
    }


def list_guidelines(format: TableFormat = "table") -> None:  # noqa: A002
    """List the rule sets.

    taper guidelines list
    """
    if one_of("format", format, ("table", "json")) == "json":
        entries = [entry(found) for found in guidelines().values()]
        write_stdout(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
        return
    rows = [(found.id, str(found.year), _plan(found)) for found in guidelines().values()]
    write_stdout(table_or_list(("Name", "Year", "Plans with"), rows))


def show(
    name: Annotated[str, typer.Argument(help="A name that `taper guidelines list` shows.")],
    format: TableFormat = "table",  # noqa: A002
) -> None:
    """Explain a rule set: what it says, what it leaves open, what is planned with it.

    taper guidelines show cdc-2022-weekly
    """
    found = guideline(name)
    if one_of("format", format, ("table", "json")) == "json":
        write_stdout(json.dumps(entry(found), indent=2, ensure_ascii=False) + "\n")
        return
    text = folded("", f"{found.name} ({found.year})") + "\n"
    said = (
        ("applies to", found.applies),
        ("rate", found.rate),
        ("interval", found.interval),
        ("percent of", found.base),
        ("planned with", _plan(found)),
    )
    text += "".join(folded(f"{title:13} ", words) for title, words in said)
    cited = [sources()[key] for key in found.facts["citations"]]
    for title, listed in (
        ("What it leaves open:", found.leaves_open),
        ("What is planned, and why:", found.chosen),
        (f"Source ({found.grade}):", cited),
    ):
        text += "\n" + folded("", title) + "".join(folded("  - ", each) for each in listed)
    write_stdout(text)


def _plan(found: Guideline) -> str:
    """The rule in a line: ``10% every 1w (mixed)``."""
    if found.phases:
        return f"{', then '.join(found.phases)} ({found.of})"
    return f"{found.reduce} every {found.every} ({found.of})"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Published rule sets, dated and cited.", no_args_is_help=True)
    group.command("list")(list_guidelines)
    group.command("show")(show)
    app.add_typer(group, name="guidelines")
