"""A realistic panel of taper requests, drawn from a stated distribution, with a seed.

    python benchmarks/panel.py 1000000 panel.jsonl --seed 1

What is drawn, and how often, stands in the tables below. It is the project's picture of a
health system's panel, not data of any: a few products and doses make up most of it, a handful of
local rules are in use, patients differ in how long they have taken opioids and in their risks,
and tapers begin on the working days of one quarter. ``FAULTY`` of the rows have something wrong
with them, of the kinds in ``FAULTS``. With ``--distinct`` no two requests ask for the same pace,
so that no plan can be shared.
"""

from __future__ import annotations

import argparse
import csv
import json
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FAULTY = 0.02
FIRST_DAY = date(2026, 12, 7)
WEEKS = 13

# product -> weight, doses with their weights
PRODUCTS: dict[str, tuple[int, dict[str, int]]] = {
    "hydrocodone-apap": (
        24,
        {
            "2 x 5/325 mg q6h": 14,
            "5/325 mg q6h": 30,
            "5/325 mg q8h": 12,
            "10/325 mg q6h": 24,
            "10/325 mg q8h": 10,
            "7.5/325 mg q6h": 10,
        },
    ),
    "oxycodone-ir": (
        14,
        {
            "5 mg q6h": 26,
            "10 mg q6h": 28,
            "15 mg q6h": 14,
            "20 mg q6h": 8,
            "30 mg q6h": 6,
            "10 mg q8h": 10,
            "5 mg q4h": 8,
        },
    ),
    "oxycodone-apap": (
        10,
        {
            "5/325 mg q6h": 36,
            "10/325 mg q6h": 38,
            "7.5/325 mg q6h": 12,
            "2 x 5/325 mg q6h": 14,
        },
    ),
    "tramadol-ir": (14, {"50 mg q6h": 52, "100 mg q6h": 22, "50 mg q8h": 26}),
    "tramadol-er": (2, {"100 mg qd": 30, "200 mg qd": 50, "300 mg qd": 20}),
    "morphine-er": (
        9,
        {
            "15 mg q12h": 24,
            "30 mg q12h": 28,
            "60 mg q12h": 18,
            "90 mg q8h": 6,
            "100 mg q12h": 8,
            "30 mg q8h": 10,
            "60 mg q8h": 6,
        },
    ),
    "morphine-ir": (4, {"15 mg q6h": 50, "30 mg q6h": 30, "15 mg q8h": 20}),
    "oxycodone-er": (
        5,
        {
            "10 mg q12h": 22,
            "20 mg q12h": 30,
            "40 mg q12h": 24,
            "60 mg q12h": 10,
            "80 mg q12h": 14,
        },
    ),
    "fentanyl-patch": (
        5,
        {"25 mcg/h": 30, "50 mcg/h": 28, "75 mcg/h": 18, "100 mcg/h": 14, "37.5 mcg/h": 10},
    ),
    "methadone-tablet": (3, {"10 mg q8h": 40, "10 mg q12h": 30, "20 mg q8h": 20, "5 mg q8h": 10}),
    "hydromorphone-ir": (3, {"2 mg q6h": 36, "4 mg q6h": 44, "8 mg q6h": 20}),
    "codeine-apap": (4, {"30/300 mg q6h": 70, "60/300 mg q6h": 30}),
    "buprenorphine-patch": (1, {"10 mcg/h": 50, "20 mcg/h": 50}),
    "tapentadol-er": (1, {"100 mg q12h": 60, "200 mg q12h": 40}),
    "hydrocodone-er": (1, {"20 mg qd": 40, "40 mg qd": 60}),
}
# the rule of each clinic, and how many of the patients are its own
RULES: list[tuple[int, dict[str, str]]] = [
    (34, {"reduce": "10%", "every": "4w"}),
    (16, {"reduce": "10%", "every": "2w"}),
    (12, {"reduce": "10%", "every": "1w"}),
    (10, {"reduce": "5%", "every": "4w"}),
    (8, {"reduce": "10%", "every": "4w", "of": "current"}),
    (6, {"reduce": "15%", "every": "4w", "holds": "4w@every4"}),
    (5, {"guideline": "cdc-2022-weekly"}),
    (4, {"guideline": "va-slower"}),
    (3, {"reduce": "10%", "every": "4w", "reduce_on": "mon;tue;wed"}),
    (2, {"reduce": "10%", "every": "1mo"}),
]
DURATIONS = {
    **{f"{weeks}w": 3 for weeks in range(8, 52, 4)},
    **{f"{months}mo": 2 for months in range(12, 36, 3)},
    **{f"{years}y": 5 for years in range(2, 12)},
}
RISKS = {
    "age-65": 0.25,
    "benzodiazepine": 0.14,
    "sleep-apnea": 0.08,
    "renal": 0.05,
    "oud": 0.04,
    "hepatic": 0.02,
    "previous-overdose": 0.02,
    "pregnancy": 0.003,
}
FAULTS = (
    "decimal comma",
    "no unit",
    "no dose",
    "dose that no tablets make",
    "product misspelled",
    "start in another form",
    "start missing",
    "pace over the band",
    "unknown risk",
    "id of another row",
)


def _spoil(row: dict[str, Any], fault: str, earlier: str) -> None:  # noqa: C901 - a list
    """Do to a row what people and exports do."""
    match fault:
        case "decimal comma":
            row["dose"] = "7,5 mg q8h"
        case "no unit":
            row["dose"] = "30 q8h"
        case "no dose":
            del row["dose"]
        case "dose that no tablets make":
            row["dose"] = row["dose"].replace("0", "1") if "mg" in row["dose"] else "26 mcg/h"
        case "product misspelled":
            row["product"] = row["product"].replace("o", "0", 1)
        case "start in another form":
            row["start"] = "/".join(reversed(row["start"].split("-")))
        case "start missing":
            del row["start"]
        case "pace over the band":
            row.pop("guideline", None)
            row.update(reduce="40%", every="1w")
        case "unknown risk":
            row["risks"] = "asthma"
        case "id of another row":
            row["id"] = earlier


def panel(count: int, seed: int, *, distinct: bool = False) -> Iterator[dict[str, Any]]:
    """``count`` requests by field name; every one differs where they are to be distinct."""
    random = Random(seed)
    products = [
        (product, dose, weight * share)
        for product, (weight, doses) in PRODUCTS.items()
        for dose, share in doses.items()
    ]
    weights = [weight for _, _, weight in products]
    days = [FIRST_DAY + timedelta(days=day) for day in range(7 * WEEKS) if day % 7 < 5]
    starts = [day.isoformat() for day in days]
    rules, rule_weights = [rule for _, rule in RULES], [weight for weight, _ in RULES]
    lengths, length_weights = list(DURATIONS), list(DURATIONS.values())
    earlier = "p0000000"
    for number in range(count):
        ((product, dose, _),) = random.choices(products, weights)
        row: dict[str, Any] = {"id": f"p{number:07}", "product": product, "dose": dose}
        row["start"] = random.choice(starts)
        row.update(random.choices(rules, rule_weights)[0])
        if distinct:
            for name in ("guideline", "of", "holds", "reduce_on"):
                row.pop(name, None)
            # a pace of its own for each row, within the band
            row.update(
                reduce=f"{8 + number % 50_000 / 10_000:.4f}%", every=f"{2 + number // 50_000}w"
            )
        row["on_opioids_for"] = random.choices(lengths, length_weights)[0]
        risks = [risk for risk, share in RISKS.items() if random.random() < share]
        if risks:
            row["risks"] = ";".join(risks)
        if "pregnancy" in risks:
            row["specialist"] = "maternal-fetal medicine"
        if random.random() < FAULTY:
            _spoil(row, random.choice(FAULTS), earlier)
        earlier = row["id"]
        yield row


def write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    """Write a panel as ``.jsonl``, ``.csv`` or ``.parquet``."""
    names = ["id", "product", "dose", "start", "reduce", "every", "of", "guideline", "holds"]
    names += ["reduce_on", "on_opioids_for", "risks", "specialist"]
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, pa.string()) for name in names])
        with pq.ParquetWriter(path, schema) as writer:
            while block := list(islice(rows, 100_000)):
                writer.write_table(pa.Table.from_pylist(block, schema=schema))
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            writer = csv.DictWriter(file, names, lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)
            return
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def main() -> None:
    """Write a panel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--distinct", action="store_true")
    args = parser.parse_args()
    write(args.path, panel(args.count, args.seed, distinct=args.distinct))


if __name__ == "__main__":
    main()
