"""`taper plan`: from the current dose to a dated plan."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from taper.commands.output import Format, Language, Large, Output, Paper, deliver
from taper.planning import make_plan
from taper.reading import read

_Text = str | None
_Many = list[str] | None
RULES = ("reduce", "over", "by", "phases", "guideline")  # one instead of the other
PANELS = {
    "rule": "How fast",
    "medicine": "The medicine",
    "dates": "Dates",
    "patient": "The patient",
    "output": "Output",
}


def _option(*names: str, help: str) -> Any:  # noqa: A002 - Typer's own name for it
    return typer.Option(*names, help=help, show_default=False)


def plan(
    product: Annotated[
        _Text, typer.Argument(help="Product id or name, or a request file (.toml, .json, -).")
    ] = None,
    dose: Annotated[
        _Text, typer.Argument(help="What is taken now: '90 mg q8h', '60/45/60 mg', '75 mcg/h'.")
    ] = None,
    drug: Annotated[_Text, _option("--drug", help="With --form, instead of a product id.")] = None,
    form: Annotated[_Text, _option("--form", help="er, ir, solution, patch, ...")] = None,
    taking: Annotated[
        _Text, _option("--taking", help="Average daily use, where it is not what is prescribed.")
    ] = None,
    start: Annotated[_Text, _option("--start", help="Day 1: 2026-12-07.")] = None,
    reduce: Annotated[
        _Text, _option("--reduce", help="10%, or an amount: 15 mg. Default 10%.")
    ] = None,
    every: Annotated[
        _Text, _option("--every", help="1w, 10d, 4w, 1mo. Default 1w; 4w after a year of opioids.")
    ] = None,
    of: Annotated[_Text, _option("--of", help="original, current or mixed. Default mixed.")] = None,
    to: Annotated[
        _Text, _option("--to", help="Goal: 0 to stop (default), or a daily dose.")
    ] = None,
    over: Annotated[
        _Text, _option("--over", help="The gentlest percentage that ends within 26w.")
    ] = None,
    by: Annotated[_Text, _option("--by", help="The same, ending by a date.")] = None,
    phase: Annotated[
        _Many, _option("--phase", help="Repeat: '10%/1w until 50%', then '5%/2w'.")
    ] = None,
    guideline: Annotated[
        _Text, _option("--guideline", help="A published rule set: `taper guidelines list`.")
    ] = None,
    hold: Annotated[
        _Many, _option("--hold", help="Repeat: 2w@every4, 2w@50%, 2w@45mg, DATE..DATE.")
    ] = None,
    baseline: Annotated[
        _Text, _option("--baseline", help="Stay on the current dose this long first.")
    ] = None,
    avoid: Annotated[
        _Many, _option("--avoid", help="weekends, holidays:US, holidays:US-CA.")
    ] = None,
    reduce_on: Annotated[
        _Many, _option("--reduce-on", help="Reductions begin on these days only: tue.")
    ] = None,
    last_dose_for: Annotated[
        _Text, _option("--last-dose-for", help="How long the smallest once-daily dose is kept.")
    ] = None,
    stock: Annotated[
        _Many, _option("--stock", help="The strengths at hand: 15,30. Only these are used.")
    ] = None,
    max_units: Annotated[
        _Text, _option("--max-units", help="Most tablets at one administration.")
    ] = None,
    split: Annotated[
        _Text, _option("--split", help="halves: of immediate-release tablets known to be scored.")
    ] = None,
    prefer: Annotated[_Text, _option("--prefer", help="fewest-units or fewest-strengths.")] = None,
    finish_with: Annotated[
        _Text, _option("--finish-with", help="A finer product of the same opioid for the end.")
    ] = None,
    finish_at: Annotated[
        _Text, _option("--finish-at", help="Change to it at this dose or share: 30 mg, 25%.")
    ] = None,
    also: Annotated[
        _Many, _option("--also", help="Repeat: another opioid, 'oxycodone-ir 10 mg q6h'.")
    ] = None,
    keep: Annotated[_Many, _option("--keep", help="One of --also that stays as it is.")] = None,
    fill: Annotated[_Text, _option("--fill", help="Days per dispensing: 28d, 7d; or step.")] = None,
    on_opioids_for: Annotated[
        _Text, _option("--on-opioids-for", help="How long opioids have been taken: 8w, 3y.")
    ] = None,
    risk: Annotated[
        _Many, _option("--risk", help="Repeat: benzodiazepine, pregnancy, oud, suicide-risk, ...")
    ] = None,
    specialist: Annotated[_Text, _option("--specialist", help="Who was consulted.")] = None,
    override_rate: Annotated[
        _Text, _option("--override-rate", help="The reason for a pace over 25% a week.")
    ] = None,
    checks: Annotated[_Text, _option("--checks", help="standard, close (weekly) or none.")] = None,
    market: Annotated[_Text, _option("--market", help="us.")] = None,
    id: Annotated[_Text, _option("--id", help="The plan's id.")] = None,  # noqa: A002
    label: Annotated[_Text, _option("--label", help="A free label printed on the plan.")] = None,
    format: Format = None,  # noqa: A002
    output: Output = None,
    language: Language = "en",
    paper: Paper = "letter",
    large_print: Large = False,  # noqa: FBT002
) -> None:
    """Plan a taper, and show or write it.

    taper plan morphine-er "90 mg q8h" --reduce 10% --start 2026-12-07
    """
    given = {
        "drug": drug,
        "form": form,
        "taking": taking,
        "start": start,
        "reduce": reduce,
        "every": every,
        "of": of,
        "to": to,
        "over": over,
        "by": by,
        "phases": phase,
        "guideline": guideline,
        "holds": hold,
        "baseline": baseline,
        "avoid": avoid,
        "reduce_on": reduce_on,
        "last_dose_for": last_dose_for,
        "stock": stock,
        "max_units": max_units,
        "split": split,
        "prefer": prefer,
        "finish_with": finish_with,
        "finish_at": finish_at,
        "also": also,
        "keep": keep,
        "fill": fill,
        "on_opioids_for": on_opioids_for,
        "risks": risk,
        "specialist": specialist,
        "override_rate": override_rate,
        "checks": checks,
        "market": market,
        "id": id,
        "label": label,
    }
    values = _values(product, dose, {key: value for key, value in given.items() if value})
    made = make_plan(read(values))
    deliver(
        made, format=format, outputs=output, language=language, paper=paper, large_print=large_print
    )


def _values(product: str | None, dose: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """The request: a file, what options override in it, and what was asked at a terminal."""
    values: dict[str, Any] = {}
    if product is not None and (product == "-" or product.lower().endswith((".toml", ".json"))):
        from taper.files import read_request  # noqa: PLC0415 - where a file comes in

        values = read_request(product)
        product = None
    if product is not None:
        given["product"] = product
    if dose is not None:
        given["dose"] = dose
    _make_room(values, given)
    values.update(given)
    if sys.stdin.isatty() and sys.stderr.isatty():
        from taper.asking import ask  # noqa: PLC0415 - at a terminal only

        ask(values)
    return values


def _make_room(values: dict[str, Any], given: dict[str, Any]) -> None:
    """An option takes the place of what a file says instead of it."""
    if any(name in given for name in RULES):
        for name in RULES:
            values.pop(name, None)
    if "guideline" in given or "phases" in given:
        for name in ("every", "of"):
            values.pop(name, None)
    if "product" in given or "drug" in given:
        for name in ("product", "drug", "form"):
            values.pop(name, None)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(plan)
