"""Which strengths are seldom stocked in the United States: counted in the FDA's NDC directory.

Run:

    python scripts/seldom_stocked.py ndc-us.csv [--seen 2025-10] [--toml]

The CSV has one row an NDC product (labeller and product code) with the columns `product` (the id in
the formulary), `strength` (`5/325 mg`) and `seen_in` (the copies of the directory that have it,
joined with `+`). A strength is seldom stocked if it has fewer than a tenth of the NDC products of
the product's commonest strength. Prints the table; with --toml what `taper/data/ndc-counts-us.toml`
holds, from which a test counts again. Where the directory does not say which of two products a row
is, the row counts for both: the rule then finds fewer strengths seldom, never more.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

from taper.formulary.market import formulary

ONE_IN = 10  # fewer than a tenth of the commonest

Counts = dict[str, dict[str, int]]


def label_of(strength: str) -> str:
    """`5/325 mg` is the strength `5/325`; a concentration keeps its unit (`2 mg/mL`)."""
    number, _, unit = strength.partition(" ")
    return strength if unit.endswith("/mL") else number


def counted(path: Path, seen: str) -> Counts:
    """How many NDC products each strength of each product has, in the order of the formulary."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if seen in row["seen_in"].split("+"):
                for product in row["product"].split(" / "):
                    found[product][label_of(row["strength"])] += 1
    return {
        product.id: {s.label: found[product.id][s.label] for s in product.strengths}
        for product in formulary("us").products.values()
    }


def seldom(counts: dict[str, int]) -> list[str]:
    """The strengths with fewer than a tenth of the NDC products of the commonest one."""
    most = max(counts.values())
    return [label for label, number in counts.items() if number * ONE_IN < most]


def as_table(counts: Counts) -> str:
    """One line a product: its counts, and what is seldom stocked."""
    width = max(map(len, counts))
    lines = []
    for product, strengths in counts.items():
        each = ", ".join(f"{label}: {number}" for label, number in strengths.items())
        rare = ", ".join(seldom(strengths))
        lines.append(f"{product:{width}}  {each}" + (f"  -> seldom: {rare}" if rare else ""))
    return "\n".join(lines)


def as_toml(counts: Counts) -> str:
    """The counts as they stand in the data file, one line a product."""
    return "\n".join(
        f"{product} = {{ "
        + ", ".join(f'"{label}" = {number}' for label, number in strengths.items())
        + " }"
        for product, strengths in counts.items()
    )


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Which US strengths are seldom stocked.")
    parser.add_argument("csv", type=Path, help="NDC products: product, strength, seen_in")
    parser.add_argument("--seen", default="2025-10", help="which copy of the directory")
    parser.add_argument("--toml", action="store_true", help="as the data file has it")
    given = parser.parse_args(arguments)
    counts = counted(given.csv, given.seen)
    print(as_toml(counts) if given.toml else as_table(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
