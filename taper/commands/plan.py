"""`taper plan`: from the current dose to a dated plan."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from taper.errors import TaperError
from taper.planning.make import make_plan
from taper.reading import read
from taper.terminal.deliver import (
    Format,
    Language,
    Large,
    Output,
    Paper,
    deliver,
    hand_out_options,
    tab,
)
from taper.terminal.settings import Settled, load

_Text = str | None
_Many = list[str] | None
MEDICINE = "The medicine"
PACE = "How fast"
DATES = "Dates"
PATIENT = "The patient and the plan"
_METAVARS = {
    name: metavar
    for metavar, names in {
        "DATE": "start by",
        "RATE": "reduce",
        "LENGTH": "every over baseline last-dose-for on-opioids-for fill",
        "DOSE": "to taking finish-at",
        "HOLD": "hold",
        "STRENGTHS": "stock",
        "RISK": "risk",
        "PRODUCT": "also keep finish-with",
        "PHASE": "phase",
        "NAME": "guideline market drug form specialist id",
        "DAYS": "avoid reduce-on",
        "NUMBER": "max-units",
        "WORD": "of split prefer checks",
    }.items()
    for name in ("--" + each for each in names.split())
}


def _option(*names: str, help: str, panel: str | None = None, tabbed: str = "") -> Any:  # noqa: A002
    """An option; one in a panel is left out of the short help."""
    return typer.Option(
        *names,
        help=help,
        show_default=False,
        metavar=_METAVARS.get(names[-1], "TEXT"),
        rich_help_panel=panel,
        autocompletion=tab(tabbed) if tabbed else None,
    )


def plan(
    product: Annotated[
        _Text,
        typer.Argument(
            help="Id or name, or a request file (.toml, .json, -).",
            autocompletion=tab("product"),
        ),
    ] = None,
    dose: Annotated[
        _Text,
        typer.Argument(
            help="What is taken now: '90 mg q8h', '60/45/60 mg', '75 mcg/h'.",
            autocompletion=tab("dose"),
        ),
    ] = None,
    start: Annotated[_Text, _option("--start", help="Day 1: 2026-12-07.")] = None,
    reduce: Annotated[
        _Text, _option("--reduce", help="10%, or an amount: 15 mg. Default 10%.")
    ] = None,
    every: Annotated[
        _Text, _option("--every", help="1w, 10d, 1mo. Default 1w; 4w after a year.")
    ] = None,
    to: Annotated[
        _Text, _option("--to", help="Goal: 0 to stop (default), or a daily dose.")
    ] = None,
    hold: Annotated[
        _Many, _option("--hold", help="Pause (repeat): 2w@every4, 2w@50%, DATE..DATE.")
    ] = None,
    stock: Annotated[
        _Many,
        _option("--stock", help="The strengths at hand: 15,30. No others.", tabbed="strengths"),
    ] = None,
    taking: Annotated[
        _Text, _option("--taking", help="Daily use, if not what is prescribed.")
    ] = None,
    on_opioids_for: Annotated[
        _Text, _option("--on-opioids-for", help="On opioids for how long: 8w, 3y.")
    ] = None,
    risk: Annotated[
        _Many, _option("--risk", help="Repeat: benzodiazepine, oud, pregnancy, ...", tabbed="risk")
    ] = None,
    of: Annotated[
        _Text,
        _option(
            "--of",
            help="The percentage is of: original, current or mixed (default).",
            panel=PACE,
            tabbed="of",
        ),
    ] = None,
    over: Annotated[
        _Text,
        _option("--over", help="The gentlest percentage that ends within 26w.", panel=PACE),
    ] = None,
    by: Annotated[_Text, _option("--by", help="The same, ending by a date.", panel=PACE)] = None,
    phase: Annotated[
        _Many,
        _option("--phase", help="Repeat: '10%/1w until 50%', then '5%/2w'.", panel=PACE),
    ] = None,
    guideline: Annotated[
        _Text,
        _option(
            "--guideline",
            help="A published rule set: `taper guidelines list`.",
            panel=PACE,
            tabbed="guideline",
        ),
    ] = None,
    last_dose_for: Annotated[
        _Text,
        _option(
            "--last-dose-for", help="How long the smallest once-daily dose is kept.", panel=PACE
        ),
    ] = None,
    override_rate: Annotated[
        _Text,
        _option("--override-rate", help="The reason for a pace over 25% a week.", panel=PACE),
    ] = None,
    baseline: Annotated[
        _Text,
        _option("--baseline", help="Stay on the current dose this long first.", panel=DATES),
    ] = None,
    avoid: Annotated[
        _Many,
        _option(
            "--avoid", help="weekends, holidays:US, holidays:US-CA.", panel=DATES, tabbed="avoid"
        ),
    ] = None,
    reduce_on: Annotated[
        _Many,
        _option(
            "--reduce-on",
            help="Reductions begin on these days only: tue.",
            panel=DATES,
            tabbed="weekday",
        ),
    ] = None,
    drug: Annotated[
        _Text,
        _option(
            "--drug",
            help="With --form, instead of a product id.",
            panel=MEDICINE,
            tabbed="drug",
        ),
    ] = None,
    form: Annotated[
        _Text, _option("--form", help="er, ir, solution, patch, ...", panel=MEDICINE, tabbed="form")
    ] = None,
    max_units: Annotated[
        _Text, _option("--max-units", help="Most tablets at one administration.", panel=MEDICINE)
    ] = None,
    split: Annotated[
        _Text,
        _option(
            "--split",
            help="halves: of immediate-release tablets known to be scored.",
            panel=MEDICINE,
            tabbed="split",
        ),
    ] = None,
    prefer: Annotated[
        _Text,
        _option(
            "--prefer", help="fewest-units or fewest-strengths.", panel=MEDICINE, tabbed="prefer"
        ),
    ] = None,
    finish_with: Annotated[
        _Text,
        _option(
            "--finish-with",
            help="A finer product of the same opioid for the end.",
            panel=MEDICINE,
            tabbed="finer",
        ),
    ] = None,
    finish_at: Annotated[
        _Text,
        _option("--finish-at", help="Change to it at this dose or share: 25%.", panel=MEDICINE),
    ] = None,
    also: Annotated[
        _Many,
        _option(
            "--also",
            help="Repeat: another opioid, 'oxycodone-ir 10 mg q6h'.",
            panel=MEDICINE,
            tabbed="product",
        ),
    ] = None,
    keep: Annotated[
        _Many,
        _option(
            "--keep", help="One of --also that stays as it is.", panel=MEDICINE, tabbed="product"
        ),
    ] = None,
    market: Annotated[
        _Text, _option("--market", help="us, uk, ca or au.", panel=MEDICINE, tabbed="market")
    ] = None,
    specialist: Annotated[
        _Text, _option("--specialist", help="Who was consulted.", panel=PATIENT)
    ] = None,
    checks: Annotated[
        _Text,
        _option(
            "--checks", help="standard, close (weekly) or none.", panel=PATIENT, tabbed="checks"
        ),
    ] = None,
    fill: Annotated[
        _Text, _option("--fill", help="Days per dispensing: 28d, 7d; or step.", panel=PATIENT)
    ] = None,
    id: Annotated[_Text, _option("--id", help="The plan's id.", panel=PATIENT)] = None,  # noqa: A002
    label: Annotated[
        _Text, _option("--label", help="A free label printed on the plan.", panel=PATIENT)
    ] = None,
    output: Output = None,
    format: Format = None,  # noqa: A002
    language: Language = None,
    paper: Paper = None,
    large_print: Large = False,  # noqa: FBT002
    explain_settings: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--explain-settings",
            help="Show every setting and where it is from, not the plan.",
            rich_help_panel=PATIENT,
        ),
    ] = False,
) -> None:
    """Plan a taper, and show or write it. What is missing is asked for.

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
    settled = _settled(product, dose, {k: v for k, v in given.items() if v is not None and v != []})
    try:
        made = make_plan(read(settled.values))
    except TaperError as error:
        raise _explained(error, settled) from None
    if explain_settings:
        from taper.commands.config import explain_settings as explain  # noqa: PLC0415

        explain(
            made,
            settled,
            *hand_out_options(made, language, paper, large_print=large_print),
            as_json=format == "json",
        )
        return
    deliver(
        made, format=format, outputs=output, language=language, paper=paper, large_print=large_print
    )


def _settled(product: str | None, dose: str | None, given: dict[str, Any]) -> Settled:
    """The request: a file, options over it, the configuration, and what is asked for."""
    file: dict[str, Any] = {}
    if product is not None and (product == "-" or product.lower().endswith((".toml", ".json"))):
        from taper.terminal.files import read_request  # noqa: PLC0415 - where a file comes in

        file = read_request(product)
        product = None
    elif product is not None and dose is None and "drug" in given and product[:1].isdigit():
        product, dose = None, product  # --drug names the product: the one argument is the dose
    if product is not None:
        given["product"] = product
    if dose is not None:
        given["dose"] = dose
    settled = Settled(file, given, load())
    if sys.stdin.isatty() and sys.stderr.isatty():
        from taper.terminal.asking import ask  # noqa: PLC0415 - at a terminal only

        try:
            settled.answered(ask(settled.values, settled.add_stock))
        except TaperError as error:
            raise _explained(error, settled) from None
    else:
        settled.add_stock()
    return settled


def _explained(error: TaperError, settled: Settled) -> TaperError:
    """The error, saying so where a value was not given here."""
    return type(error)(settled.explained(problem) for problem in error.problems)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(plan)
