"""Schedules without a fault: plans of all markets, as JSON, as the tool's CSV, and by hand."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from taper.errors import TaperError
from taper.export import render
from taper.formulary.market import MARKETS, formulary
from taper.planning.make import planned
from taper.quantities import plain

if TYPE_CHECKING:
    from random import Random

    from taper.formulary.product import Product

JSON, EXPORTED, BY_HAND = "JSON", "CSV as exported", "CSV by hand"
WAYS = (JSON, EXPORTED, BY_HAND)
WEEK = timedelta(7)
LEAST_ROWS = 6  # with the current dose
HEADER = ["start", "end", "days", "drug", "dose", "unit", "total", "quantity", "directions"]

Row = dict[str, str]


@dataclass
class Schedule:
    """One plan in one of the ways: a document, or the rows of a table under their columns."""

    way: str
    market: str
    product: Product
    document: dict[str, Any]
    rows: list[Row]
    columns: list[str]

    @property
    def text(self) -> str:
        """The file."""
        if self.way == JSON:
            return json.dumps(self.document)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.columns)
        writer.writerows([row[column] for column in self.columns] for row in self.rows)
        return out.getvalue()

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The rows of the document that have dates."""
        return [step for step in self.document["steps"] if step["start"]]


def fields(random: Random) -> dict[str, Any]:
    """A request of one opioid, at random, such as can nearly always be planned."""
    market = random.choice(MARKETS)
    known = list(formulary(market).products.values())
    product = random.choice(known)
    found: dict[str, Any] = {"market": market, "product": product.id, "indication": "pain"}
    found["dose"] = _dose(product, random)
    slow = product.is_patch or product.release == "long-acting"
    every = random.choice(("2w", "4w") if slow else ("1w", "2w", "4w", "10d"))
    found["every"] = every
    found["reduce"] = f"{random.choice((5, 8, 10, 12, 15, 20))}%"
    found["of"] = random.choice(("mixed", "mixed", "current", "original"))
    month, day = random.randint(1, 12), random.randint(1, 28)
    found["start"] = f"{random.choice((2026, 2027, 2028))}-{month:02}-{day:02}"
    found["on_opioids_for"] = random.choice(("8w", "3y"))
    if random.random() < 0.2:  # noqa: PLR2004 - one in five
        found["holds"] = [random.choice(("2w@every3", "1w@50%"))]
    return found


def _dose(product: Product, random: Random) -> str:
    """A dose of one strength or two, or of some measures, at an interval of the label."""
    hours = random.choice(product.intervals_hours)
    often = "q7d" if hours == 168 else f"q{hours}h"  # noqa: PLR2004 - hours of a week
    if product.is_combination:
        count, strength = random.randint(1, 2), random.choice(product.usual)
        several = f"{count} x " if count > 1 else ""
        return f"{several}{strength.label} {product.unit} {often}"
    if product.is_liquid:
        measure = product.usual[0].amount * product.measure // 1000
        least = -(-max(product.least_dose, 1) // measure)
        return f"{plain(measure * random.randint(least, least + 30))} {product.unit} {often}"
    most = 1 if product.is_patch else min(product.max_units, 3)
    strengths = [s for s in product.usual if s.amount >= product.least_dose] or product.usual
    chosen = random.choice(strengths[len(strengths) // 2 :])
    return f"{random.randint(1, most)} x {chosen.label} {product.unit} {often}"


def schedule(random: Random, way: str) -> Schedule:
    """A schedule with some rows, without a fault."""
    while True:
        try:
            plan = planned(**fields(random))
        except TaperError:
            continue
        if len(plan.steps) < LEAST_ROWS:
            continue
        document = json.loads(plan.to_json())
        product = formulary(document["product"]["market"]).products[document["product"]["id"]]
        market = product.market
        if way == JSON:
            return Schedule(way, market, product, document, [], [])
        table = csv.reader(io.StringIO(render(plan, ".csv")))
        columns, *lines = table
        rows = [dict(zip(columns, line, strict=True)) for line in lines]
        kept = [column for column in columns if column != "findings"]
        if way == EXPORTED:
            return Schedule(way, market, product, document, rows, kept)
        by_hand = _by_hand(document, rows, combined=product.is_combination)
        return Schedule(way, market, product, document, by_hand, HEADER)


def _by_hand(document: dict[str, Any], exported: list[Row], *, combined: bool) -> list[Row]:
    """The rows as a person would write them, without kinds and times of their own."""
    found = []
    before = date.fromisoformat(document["summary"]["start"])
    for step, row in zip(document["steps"], exported, strict=True):
        if not step["start"]:  # what was taken so far: a week of it
            days = timedelta(1)
            row["start_date"] = (before - WEEK).isoformat()
            row["end_date"], row["days"] = (before - days).isoformat(), str(WEEK.days)
        found.append(
            {
                "start": row["start_date"],
                "end": row["end_date"],
                "days": row["days"],
                "drug": step["product"],
                "dose": written_dose(step, row["directions"], combined=combined),
                "unit": step["unit"],
                "total": row["daily_dose"],
                "quantity": row["quantities"],
                "directions": row["directions"],
            }
        )
    return found


def written_dose(step: dict[str, Any], directions: str, *, combined: bool) -> str:
    """``2 x 15 mg in the morning and 30 mg in the evening``; of a patch how long it stays."""
    unit, doses = step["unit"], step["doses"]
    if not doses:
        return "STOP"
    if doses[0]["time"] == "patch":
        labels = [(each["strength"], int(each["count"])) for each in doses[0]["units"]]
        shown = " + ".join(label for label, count in labels for _ in range(count))
        stays = re.search(r"every \d+ (?:hours|days)", directions)
        return f"{shown} {unit} {stays[0] if stays else 'weekly'}"
    amounts = [dose["amount"] for dose in doses]
    if combined:
        each = [f"{int(u['count'])} x {u['strength']}" for d in doses for u in d["units"]]
        if len({*each}) == 1 and len(each) == len(doses):
            return f"{each[0]} {unit} {len(doses)} times a day"
        return f"{step['daily_dose']} {unit}"
    if len({*amounts}) == 1:
        return f"{amounts[0]} {unit} {len(amounts)} times a day"
    return f"{step['daily_dose']} {unit}"
