"""Questions at a terminal: what is missing from a request is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from taper.errors import TaperError
from taper.formulary import formulary
from taper.prescription import parse_prescription
from taper.quantities import parse_day, parse_interval

if TYPE_CHECKING:
    from collections.abc import Callable


def _question(text: str, check: Callable[[str], object], default: str | None = None) -> str:
    """Ask until the answer can be read; the question stands on standard error."""
    while True:
        answer = str(typer.prompt(text, default=default, err=True)).strip()
        try:
            check(answer)
        except TaperError as error:
            for problem in error.problems:
                typer.echo(f"  {problem}", err=True)
        else:
            return answer


def ask(values: dict[str, Any]) -> None:
    """Fill in what a plan needs and the request does not say."""
    market = formulary(str(values.get("market") or "us").lower())
    if not values.get("product") and not values.get("drug"):
        values["product"] = _question("Product (id, brand or name)", market.find)
    if not values.get("dose"):
        name = values.get("product")
        product = market.find(str(name)) if name else None
        unit = product.unit if product else "mg"
        example = "75 mcg/h" if product and product.is_patch else f"90 {unit} q8h"
        values["dose"] = _question(
            f"What is taken now ({example})",
            lambda text: parse_prescription(text, unit, combination=True),
        )
    if "prn" in str(values["dose"]).lower() and not values.get("taking"):
        values["taking"] = _question(
            "As needed: how much a day, on average over two weeks (20 mg)", lambda text: text
        )
    if not values.get("start"):
        tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
        values["start"] = _question("First day", parse_day, tomorrow.isoformat())
    if not values.get("on_opioids_for"):
        answer = _question("On opioids for how long (8w, 3y; Enter if not known)", _duration, "")
        if answer:
            values["on_opioids_for"] = answer


def _duration(text: str) -> None:
    if text:
        parse_interval(text, "on_opioids_for", "d w mo y")
