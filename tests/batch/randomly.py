"""Random requests, with a seed: every field, some of them wrong, and what they come to one by one."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import taper
from taper.batch.tables import TABLES
from taper.export.csv import written
from taper.formulary import formulary
from taper.prescription import frequency
from taper.quantities import plain
from taper.request import FIELDS, RISKS, WEEKDAYS

PRODUCTS = list(formulary("us").products.values())
LENGTHS = ("1w", "2w", "4w", "10d", "1mo", "3w")


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


def base(random: Random) -> dict[str, object]:
    """A request without an id and a start."""
    product = random.choice(PRODUCTS)
    fields: dict[str, object] = {"product": product.id, "dose": dose(random, product)}
    rule = random.randrange(9)
    if rule == 0:
        fields["guideline"] = random.choice(["cdc-2022-weekly", "va-slower", "cdc-2022-monthly"])
    elif rule == 1:
        fields["over"] = random.choice(["20w", "40w", "9mo"])
    elif rule == 2:
        fields["by"] = "2027-12-01"
    elif rule == 3:
        fields["phases"] = ["10%/1w until 50%", "5%/2w"]
    elif rule == 4:
        fields["every"] = random.choice(["1mo", "2mo"])
    elif rule < 8:
        fields["reduce"] = random.choice(["10%", "5%", "7.5%", "20%", "40%"])
        fields["every"] = random.choice([*LENGTHS, None])
        fields["of"] = _sometimes(random, 0.4, ["original", "current", "mixed"])
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
        "split": ["halves"],
        "max_units": [2, 6],
        "also": ["oxycodone-ir 10 mg q6h", "tramadol-ir 50 mg q6h"],
        "fill": ["7d", "step", "28d"],
        "checks": ["close", "none", "standard", "often"],
        "override_rate": ["asked for, since 2026-11-02"],
        "finish_with": [random.choice(PRODUCTS).id],
    }
    for name, values in maybe.items():
        fields[name] = _sometimes(random, 0.06, values)
    if " prn" in str(fields["dose"]):
        fields["taking"] = _sometimes(random, 0.7, ["10 mg", "20 mg"])
    if fields["also"] and random.random() < 0.5:
        fields["keep"] = str(fields["also"]).split()[0]
    return {name: value for name, value in fields.items() if value is not None}


def requests(bases: int, seed: int, starts: int = 8) -> list[dict[str, object]]:
    """Requests of which some share a plan: ``bases`` of them, each begun on several days."""
    random = Random(seed)
    rows = []
    for shared in [base(random) for _ in range(bases)]:
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
            row["start"] = random.choice(["2026-13-01", "12/01/2026", ""])
    return rows


@dataclass
class Expected:
    """What single plans of the rows come to, by table; and the errors of those that failed."""

    text: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[int, str, str]] = field(default_factory=list)
    planned: int = 0


def one_by_one(rows: list[dict[str, object]]) -> Expected:
    """Plan every row by itself, as the library does."""
    cells: dict[str, list] = {name: [] for name in ("schedule", "checks", "supply", "summary")}
    documents = []
    expected = Expected()
    for number, row in enumerate(rows, 1):
        try:
            given = {k: v for k, v in row.items() if not (isinstance(v, str) and not v.strip())}
            plan = taper.plan(**{**given, "id": row.get("id") or f"row-{number}"})
            made = {name: TABLES[name].rows(plan) for name in cells}
            documents.append(json.dumps(plan.to_dict(), ensure_ascii=False, separators=(",", ":")))
        except taper.TaperError as error:
            expected.errors += [
                (number, p.field, " ".join(p.message.split())) for p in error.problems
            ]
            continue
        expected.planned += 1
        for name, found in made.items():
            cells[name] += found
    for name, found in cells.items():
        expected.text[name] = written(TABLES[name].header, found)
    expected.text["plans"] = "".join(f"{line}\n" for line in documents)
    return expected


def as_csv(rows: list[dict[str, object]]) -> bytes:
    """The rows as a CSV file; lists with ``;`` between."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [name for name in FIELDS if any(name in row for row in rows)])
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

    names = [name for name in FIELDS if any(name in row for row in rows)]
    columns = {
        name: [
            ";".join(value) if isinstance(value, list) else None if value is None else str(value)
            for value in (row.get(name) for row in rows)
        ]
        for name in names
    }
    pq.write_table(pa.table(columns), path, row_group_size=300)
