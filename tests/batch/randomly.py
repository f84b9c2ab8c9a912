"""Random requests, with a seed: every field, some of them wrong, and what they come to one by one."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import taper
from taper.batch.writing.tables import TABLES
from taper.export.csv import written
from taper.formulary.guidelines import guidelines
from taper.formulary.market import formulary
from taper.planning.make import planned
from taper.quantities import plain
from taper.regimen.prescription import frequency
from taper.request.fields import ALIASES, COLUMNS, FIELDS, RISKS, WEEKDAYS

# what a history and an extract say has tests of its own (test_extracts.py)
NAMES = tuple(name for name in (*FIELDS, *ALIASES) if name not in {"history", *COLUMNS})
PRODUCTS = {market: list(formulary(market).products.values()) for market in ("us", "uk", "ca")}
MARKETS = ("us", "us", "us", "us", "uk", "ca")
GUIDELINES = list(guidelines())
LENGTHS = ("1w", "2w", "4w", "10d", "1mo", "3w")
# requests in which a field matters, in turn, so that each of them is planned in every sample
FEATURES: dict[str, list[dict[str, object]]] = {
    "market": [
        {"market": "uk", "product": "co-codamol", "dose": "30/500 mg q6h"},
        {"market": "ca", "product": "hydromorphone-cr", "dose": "12 mg q12h"},
        {"market": "uk", "product": "buprenorphine-patch-butrans", "dose": "20 mcg/h"},
    ],
    "drug": [{"drug": "oxycodone", "form": "ir", "dose": "15 mg q6h"}],
    "form": [{"drug": "morphine", "form": "solution", "dose": "20 mg q4h"}],
    "release": [{"product": "Oxycodone 10mg", "release": "ir", "dose": "15 mg q6h"}],
    "taking": [{"product": "oxycodone-apap", "dose": "7.5 mg q6h prn", "taking": "20 mg"}],
    "as_needed": [
        {"product": "morphine-ir", "dose": "15 mg q6h prn", "taking": "30 mg", "as_needed": way}
        for way in ("keep", "fixed")
    ],
    "guideline": [{"guideline": "cdc-2022-weekly"}, {"guideline": "va-slower"}],
    "of": [{"of": "original", "reduce": "20%", "every": "2w"}],
    "to": [{"to": "60 mg"}, {"to": "45 mg", "of": "original"}],
    "over": [{"over": "30w"}, {"over": "9mo", "avoid": "weekends"}],
    "by": [{"by": "2027-12-01"}],
    "phases": [{"phases": ["10%/1w until 50%", "5%/2w"]}, {"phases": "10%/1mo until 50%;5%/2w"}],
    "holds": [
        {"holds": "2w@every2;2026-12-24..2027-01-03"},
        {"holds": ["1mo@50%", "2027-02-01..2027-02-20"], "every": "2w"},
        {"holds": "2w@90mg"},
    ],
    "baseline": [{"baseline": "1mo"}, {"baseline": "17d", "reduce_on": "tue"}],
    "avoid": [{"avoid": "weekends;holidays:US"}, {"avoid": "holidays:US-CA", "every": "1mo"}],
    "reduce_on": [{"reduce_on": "mon;wed"}, {"reduce_on": "fri", "every": "10d"}],
    "last_dose_for": [{"last_dose_for": "1mo", "of": "current"}],
    "stock": [{"stock": ["15", "30"]}, {"stock": "15;60"}],
    "max_units": [{"max_units": 6}],
    "split": [{"product": "morphine-ir", "dose": "30 mg q6h", "split": "halves"}],
    "prefer": [{"prefer": "fewest-strengths"}],
    "finish_with": [{"finish_with": "morphine-solution q8h"}],
    "finish_at": [{"finish_with": "morphine-solution", "finish_at": "50%"}],
    "also": [
        {"also": "oxycodone-ir 10 mg q6h"},
        {"also": ["tramadol-ir 50 mg q6h", "oxycodone-apap 5 mg q6h"], "avoid": "weekends"},
        {"product": "fentanyl-patch", "dose": "50 mcg/h", "also": "morphine-ir 15 mg q6h"},
    ],
    "keep": [{"also": "oxycodone-ir 10 mg q6h", "keep": "oxycodone-ir", "every": "1mo"}],
    "fill": [{"fill": "step"}, {"fill": "7d", "product": "fentanyl-patch", "dose": "75 mcg/h"}],
    "indication": [
        {"indication": "pain", "product": "methadone-tablet", "dose": "20 mg q24h", "every": "2w"},
        {"indication": "pain"},
    ],
    "override_rate": [{"override_rate": "asked for", "reduce": "40%", "every": "1w"}],
    "checks": [{"checks": "close"}, {"checks": "none"}],
}


def _sometimes(random: Random, share: float, values: list) -> object:
    return random.choice(values) if random.random() < share else None


def dose(random: Random, product) -> str:
    """A dose that the product's units make, more often than not."""
    strength = random.choice(product.usual)
    amount = strength.amount * random.choice([1, 1, 2])
    if product.is_patch:
        return f"{plain(strength.amount)} {product.unit}"
    if product.is_liquid:
        amount = strength.amount * random.choice([1, 2, 5])
    number = plain(amount)
    if strength.other:
        number += "/" + plain(strength.other * amount // strength.amount)
    often = frequency(random.choice(product.intervals_hours))
    return f"{number} {product.unit} {often}" + random.choice(["", "", "", "", "", "", "", " prn"])


def rule(random: Random) -> dict[str, object]:
    """How fast, in one of the ways to say it."""
    fields: dict[str, object] = {}
    kind = random.randrange(9)
    if kind == 0:
        fields["guideline"] = random.choice(GUIDELINES)
        fields["pace"] = _sometimes(random, 0.8, ["gentle", "middle", "fast"])
    elif kind == 1:
        fields["over"] = random.choice(["20w", "40w", "9mo"])
    elif kind == 2:
        fields["by"] = "2027-12-01"
    elif kind == 3:
        fields["phases"] = ["10%/1w until 50%", "5%/2w"]
    elif kind == 4:
        fields["every"] = random.choice(["1mo", "2mo"])
    elif kind < 8:
        fields["reduce"] = random.choice(["10%", "5%", "7.5%", "20%", "40%"])
        fields["every"] = random.choice([*LENGTHS, None])
        fields["of"] = _sometimes(random, 0.4, ["original", "current", "mixed"])
    return fields


def base(random: Random) -> dict[str, object]:
    """A request without an id and a start."""
    market = random.choice(MARKETS)
    product = random.choice(PRODUCTS[market])
    fields: dict[str, object] = {"product": product.id, "dose": dose(random, product)}
    if market != "us" or random.random() < 0.05:
        fields["market"] = market
    fields |= rule(random)
    maybe = {
        "holds": [
            "2w@every3",
            "2w@50%",
            "1mo@every4",
            "2027-01-01..2027-02-10",
            "2w@every4;1w@30%",
        ],
        "baseline": ["2w", "1mo"],
        "avoid": ["weekends", "holidays:US", "weekends;holidays:US"],
        "reduce_on": [*WEEKDAYS[:5], "mon;wed", "someday"],
        "last_dose_for": ["1w", "1mo"],
        "to": ["10 mg", "0", "5%"],
        "prefer": ["fewest-strengths"],
        "favor": ["morning", "evening"],
        "on_hand": [f"{n} x {product.strengths[0].label}" for n in (10, 40)],
        "split": ["halves"],
        "max_units": [2, 6],
        "also": ["oxycodone-ir 10 mg q6h", "tramadol-ir 50 mg q6h"],
        "fill": ["7d", "step", "28d"],
        "checks": ["close", "none", "standard", "often"],
        "override_rate": ["asked for, since 2026-11-02"],
        "finish_with": [random.choice(PRODUCTS[market]).id],
    }
    for name, values in maybe.items():
        fields[name] = _sometimes(random, 0.06, values)
    if " prn" in str(fields["dose"]):
        fields["taking"] = _sometimes(random, 0.8, ["10 mg", "20 mg", "2 tablets", "4 tablets"])
        fields["as_needed"] = _sometimes(random, 0.9, ["keep", "fixed"])
    if fields["also"] and random.random() < 0.5:
        fields["keep"] = str(fields["also"]).split()[0]
    return {name: value for name, value in fields.items() if value is not None}


def featured(number: int) -> dict[str, object]:
    """A request in which a field matters, each in its turn."""
    name = list(FEATURES)[number % len(FEATURES)]
    several = FEATURES[name]
    fields = several[number // len(FEATURES) % len(several)]
    if {"product", "drug"} & set(fields):
        return dict(fields)
    return {"product": "morphine-er", "dose": "90 mg q8h", **fields}


def requests(bases: int, seed: int, starts: int = 8) -> list[dict[str, object]]:
    """Requests of which some share a plan: ``bases`` of them, each begun on several days.

    Half of them are drawn at random, in the other half every field has its turn.
    """
    random = Random(seed)
    rows = []
    drawn = [featured(n // 2) if n % 2 else base(random) for n in range(bases)]
    for shared in drawn:
        for _ in range(starts):
            day = date(2026, 11, 1) + timedelta(days=random.randrange(100))
            row = dict(shared, start=day.isoformat())
            row["on_opioids_for"] = _sometimes(
                random, 0.7, ["8w", "30w", "11mo", "14mo", "3y", "x"]
            )
            row["risks"] = _sometimes(random, 0.3, [*RISKS, "oud;renal"])
            row["specialist"] = _sometimes(random, 0.3, ["Dr. Who", "seen on 2026-01-05"])
            row["label"] = _sometimes(random, 0.3, ["ward 7", "=SUM(A1)", "a  b", "2026-12-12"])
            rows.append({name: value for name, value in row.items() if value is not None})
    random.shuffle(rows)
    for number, row in enumerate(rows):
        ident = random.choice([f"p{number}", f"p {number}", f"-{number}", f'"{number}, é"', None])
        if ident:
            row["id"] = ident
        if random.random() < 0.02:
            row["start"] = random.choice(["2026-13-01", "12/2026", ""])
    return rows


@dataclass
class Expected:
    """What single plans of the rows come to, by table; and the errors of those that failed.

    ``fields`` are those of rows that were planned.
    """

    text: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[int, str, str]] = field(default_factory=list)
    planned: int = 0
    fields: set[str] = field(default_factory=set)


def one_by_one(rows: list[dict[str, object]]) -> Expected:
    """Plan every row by itself, as the library does."""
    cells: dict[str, list] = {name: [] for name in ("schedule", "checks", "supply", "summary")}
    documents = []
    expected = Expected()
    for number, row in enumerate(rows, 1):
        try:
            given = {k: v for k, v in row.items() if not (isinstance(v, str) and not v.strip())}
            plan = planned(**{**given, "id": row.get("id") or f"row-{number}"})
            made = {name: TABLES[name].rows(plan) for name in cells}
            documents.append(json.dumps(plan.to_dict(), ensure_ascii=False, separators=(",", ":")))
        except taper.TaperError as error:
            expected.errors += [
                (number, p.field, " ".join(p.message.split())) for p in error.problems
            ]
            continue
        expected.planned += 1
        expected.fields |= given.keys()
        for name, found in made.items():
            cells[name] += found
    for name, found in cells.items():
        expected.text[name] = written(TABLES[name].header, found)
    expected.text["plans"] = "".join(f"{line}\n" for line in documents)
    return expected


def as_csv(rows: list[dict[str, object]]) -> bytes:
    """The rows as a CSV file; lists with ``;`` between."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [name for name in NAMES if any(name in row for row in rows)])
    writer.writeheader()
    for row in rows:
        writer.writerow({k: ";".join(v) if isinstance(v, list) else v for k, v in row.items()})
    return out.getvalue().encode()


def as_jsonl(rows: list[dict[str, object]]) -> bytes:
    """The rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_parquet(rows: list[dict[str, object]], path) -> None:
    """The rows as a Parquet file, of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [name for name in NAMES if any(name in row for row in rows)]
    columns = {
        name: [
            ";".join(value) if isinstance(value, list) else None if value is None else str(value)
            for value in (row.get(name) for row in rows)
        ]
        for name in names
    }
    pq.write_table(pa.table(columns), path, row_group_size=300)
