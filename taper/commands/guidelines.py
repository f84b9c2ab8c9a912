"""`taper guidelines`: the published rule sets that can be planned with."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from taper.formulary.guidelines import Guideline, guideline, guidelines, sources
from taper.formulary.market import formulary
from taper.terminal.deliver import one_of, write_stdout
from taper.terminal.options import Market, TableFormat
from taper.terminal.settings import market_or_default
from taper.terminal.tables import folded


def entry(found: Guideline) -> dict[str, Any]:
    """A rule set as `--format json` shows it."""
    return {
        "name": found.id,
        "title": found.name,
        "market": found.market,
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
        "paces": {name: rule.text for name, rule in found.paces.items()},
        "leaves_open": list(found.leaves_open),
        "chosen": list(found.chosen),
        "source": found.source,
        "grade": found.grade,
        "citations": [sources()[key] for key in found.facts["citations"]],
    }


def list_guidelines(market: Market = None, format: TableFormat = "table") -> None:  # noqa: A002
    """List the rule sets, those of the market in use first.

    taper guidelines list --market uk
    """
    here = formulary(market_or_default(market)).market
    listed = sorted(guidelines().values(), key=lambda found: found.market != here)
    if one_of("format", format, ("table", "json")) == "json":
        write_stdout(json.dumps([entry(g) for g in listed], indent=2, ensure_ascii=False) + "\n")
        return
    write_stdout("".join(_listed(found) for found in listed))


def _listed(found: Guideline) -> str:
    """A rule set in a few lines: its name, when it applies, what is planned with it."""
    lines = [f"{found.id} ({found.market}, {found.year})\n", folded("  for     ", found.applies)]
    if found.paces:
        lines.append(folded("  range   ", found.range))
    paces = found.paces or {"": found.at()}
    lines += [folded(f"  {name:7} ", f"{rule.text} ({found.of})") for name, rule in paces.items()]
    return "".join(lines)


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
    said = [
        ("market", found.market),
        ("applies to", found.applies),
        ("rate", found.rate),
        ("interval", found.interval),
        ("percent of", found.base),
        ("planned with", _rule(found)),
    ]
    said += [(f"  {name}", rule.text) for name, rule in found.paces.items()]
    text += "".join(folded(f"{title:13} ", words) for title, words in said)
    cited = [sources()[key] for key in found.facts["citations"]]
    for title, listed in (
        ("What it leaves open:", found.leaves_open),
        ("What is planned, and why:", found.chosen),
        (f"Source ({found.grade}):", cited),
    ):
        text += "\n" + folded("", title) + "".join(folded("  - ", each) for each in listed)
    write_stdout(text)


def _rule(found: Guideline) -> str:
    """The rule in a line: ``10% every 1w (mixed)``."""
    return f"{found.at().text} ({found.of})"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Published rule sets, dated and cited.", no_args_is_help=True)
    group.command("list")(list_guidelines)
    group.command("show")(show)
    app.add_typer(group, name="guidelines")
