"""`taper compare`: several paces side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.errors import InputError, Problem
from taper.terminal.deliver import TableFormat, one_of, write_stdout
from taper.terminal.settings import Settled, load
from taper.terminal.tables import folded, table_or_list

if TYPE_CHECKING:
    from taper.planning.compare import Pace

_Text = str | None
_Many = list[str] | None


def _option(name: str, metavar: str, text: str, panel: str | None = None) -> Any:
    return typer.Option(name, help=text, metavar=metavar, show_default=False, rich_help_panel=panel)


def compare(
    product: Annotated[_Text, typer.Argument(help="Product, or a request or plan file.")] = None,
    dose: Annotated[_Text, typer.Argument(help="What is taken now: '90 mg q8h'.")] = None,
    start: Annotated[_Text, _option("--start", "DATE", "Day 1: 2026-12-07.")] = None,
    reduce: Annotated[_Many, _option("--reduce", "RATE", "Repeat: 5%, 10%, 15 mg.")] = None,
    guideline: Annotated[_Many, _option("--guideline", "NAME", "Repeat: cdc-2022-weekly.")] = None,
    every: Annotated[_Text, _option("--every", "LENGTH", "1w, 4w, 1mo; of each --reduce.")] = None,
    of: Annotated[_Text, _option("--of", "WORD", "original, current or mixed.")] = None,
    to: Annotated[_Text, _option("--to", "DOSE", "Goal: 0 to stop, or a daily dose.")] = None,
    stock: Annotated[
        _Many, _option("--stock", "STRENGTHS", "The strengths at hand: 15,30.")
    ] = None,
    finish_with: Annotated[
        _Text, _option("--finish-with", "PRODUCT", "A finer product for the end.")
    ] = None,
    on_opioids_for: Annotated[
        _Text, _option("--on-opioids-for", "LENGTH", "On opioids for how long: 8w, 3y.")
    ] = None,
    taking: Annotated[
        _Text, _option("--taking", "DOSE", "Average daily use.", panel="More")
    ] = None,
    market: Annotated[
        _Text, _option("--market", "NAME", "us, uk, ca or au. Default yours.", panel="More")
    ] = None,
    format: TableFormat = "table",  # noqa: A002
) -> None:
    """Compare paces: length, steps, largest cut, stop date, tablets.

    taper compare morphine-er "90 mg q8h" --start 2026-12-07 --reduce 5% --reduce 10%
    """
    from taper.planning.compare import compare as compared  # noqa: PLC0415 - loaded with the command

    as_json = one_of("format", format, ("table", "json")) == "json"
    given = {
        "start": start,
        "every": every,
        "of": of,
        "to": to,
        "stock": stock,
        "finish_with": finish_with,
        "on_opioids_for": on_opioids_for,
        "taking": taking,
        "market": market,
    }
    values = _values(product, dose, {key: value for key, value in given.items() if value})
    paces = compared(values, _rates(reduce or [], guideline or []))
    if as_json:
        text = json.dumps([pace.to_dict() for pace in paces], indent=2, ensure_ascii=False)
        write_stdout(text + "\n")
    else:
        write_stdout(side_by_side(paces))


def _values(product: str | None, dose: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """The request, from a file or from the arguments, with the user's own defaults."""
    values: dict[str, Any] = {}
    if product is not None and (product == "-" or product.lower().endswith((".toml", ".json"))):
        from taper.terminal.files import read_request  # noqa: PLC0415 - where a file comes in

        values = read_request(product)
    else:
        given["product"] = product
    if dose:
        given["dose"] = dose
    settled = Settled(values, given, load())
    settled.add_stock()
    return settled.values


def _rates(reduce: list[str], guideline: list[str]) -> list[tuple[str, dict[str, object]]]:
    """What is compared, with its name."""
    rates: list[tuple[str, dict[str, object]]] = [(text, {"reduce": text}) for text in reduce]
    rates += [(name, {"guideline": name}) for name in guideline]
    if not rates:
        hint = "--reduce 5% --reduce 10%, or --guideline NAME"
        raise InputError(Problem("reduce", "nothing to compare", hint))
    return rates


def side_by_side(paces: list[Pace]) -> str:
    """A row a pace."""
    header = ("Pace", "Weeks", "Steps", "Largest cut", "of original", "Ends", "Dispensed")
    rows, notes = [], []
    for pace in paces:
        found = pace.to_dict()
        if pace.plan is None:
            rows.append((pace.name, "-", "-", "-", "-", "not planned", ""))
            notes += [f"{pace.name}: {problem}" for problem in pace.refused]
            continue
        each = "" if pace.plan.request.product.is_patch else " a day"
        goal = f"{found['end_daily_dose']} {found['unit']}{each}"
        rows.append(
            (
                pace.name,
                f"{found['days'] // 7}",
                str(found["reductions"]),
                f"{found['largest_cut_percent_of_current']}%",
                f"{found['largest_cut_percent_of_original']}%",
                found["stop_date"] or goal,
                ", ".join(_many(count, unit) for unit, count in found["dispensed"].items()),
            )
        )
    text = table_or_list(header, rows, right=" rrrr")
    text += "\n" + folded("", "Largest cut: of the dose at that time; the stop is not counted.")
    return text + "".join(folded("", note) for note in notes)


def _many(count: str, unit: str) -> str:
    if unit == "mL" or count == "1":
        return f"{count} {unit}"
    return f"{count} {unit}{'es' if unit == 'patch' else 's'}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(compare)
