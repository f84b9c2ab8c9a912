"""Counts how far what stands behind the figures was read, over taper/data.

Run:

    python scripts/sources.py [--data FOLDER] [--format table|md]

A figure is a field of a product, a rule of a market, a labelled limit, the rate of a guideline, or
a finding. It counts by the best of its sources: read at the source, read there in part, read
through others; and as a judgement of the project as soon as a judgement stands beside it. A figure
that has neither is unmarked, and then the script fails. With --data another folder is counted, such
as the data of an earlier version, by the same grades (taper/data/source-grades.toml).
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "taper" / "data"
GRADES = ("source", "part", "others")  # the best first
JUDGEMENT, UNMARKED = "judgement", "unmarked"
TITLES = {
    "source": "read at the source",
    "part": "there, in part",
    "others": "through others",
    JUDGEMENT: "judgement",
    UNMARKED: "unmarked",
}
# what must have a source or a judgement, where a product has it
FIGURES = (
    "strengths", "handling", "schedule", "mme_factor", "least_dose", "measure_ml", "max_daily",
    "max_units_daily", "by_brand", "note", "dmd", "rxnorm", "seldom_stocked",
)  # fmt: skip
OF_GUIDELINE = {
    "primary text seen": "source",
    "only the opening of the primary page seen": "part",
    "restated by another public document": "others",
}
_OTHERS = re.compile(r"second-hand|reproduction|draft text|restat|abstract seen")
_PART = re.compile(r"opening seen|excerpts? seen|copy seen")


def read(path: Path) -> dict[str, Any]:
    """A data file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def best(keys: Iterable[str], grades: dict[str, str]) -> str:
    """The best grade of some sources; a key without a grade is an error."""
    return min((grades[key] for key in keys), key=GRADES.index)


def of_product(entry: dict[str, Any], grades: dict[str, str]) -> Iterator[str]:
    """The grade of every figure of a product."""
    sources, judgements = entry.get("sources", {}), entry.get("judgements", {})
    asked = {field for field in FIGURES if field in entry} | {"intervals"}
    for field in sorted(asked | set(sources) | set(judgements)):
        if field in judgements:
            yield JUDGEMENT
        else:
            yield best(sources[field], grades) if sources.get(field) else UNMARKED
    yield from (of_rule(limit, grades) for limit in entry.get("limits", ()))


def of_rule(rule: dict[str, Any], grades: dict[str, str]) -> str:
    """The grade of a rule or of a limit."""
    if "judgement" in rule:
        return JUDGEMENT
    return best(rule["sources"], grades) if rule.get("sources") else UNMARKED


def rules(facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rules in the head of a market: the tables with a date."""
    for name, table in facts.items():
        if name != "product" and isinstance(table, dict):
            yield from _dated(table)


def _dated(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "as_of" in table:
        yield table
    else:
        for each in table.values():
            if isinstance(each, dict):
                yield from _dated(each)


def of_text(source: str) -> str:
    """The grade of a source that is written out, as in the findings."""
    if "judgement" in source:
        return JUDGEMENT
    if not source.strip():
        return UNMARKED
    if _OTHERS.search(source):
        return "others"
    return "part" if _PART.search(source) else "source"


def counted(folder: Path) -> dict[str, Counter[str]]:
    """The figures of each data file by grade."""
    grades = read(DATA / "source-grades.toml")
    found: dict[str, Counter[str]] = {}
    for market in grades:
        path = folder / f"{market}.toml"
        if path.exists():
            facts = read(path)
            found[market] = Counter(
                grade for entry in facts["product"] for grade in of_product(entry, grades[market])
            )
            found[market].update(of_rule(rule, grades[market]) for rule in rules(facts))
    entries = read(folder / "guidelines.toml")
    found["guidelines"] = Counter(
        OF_GUIDELINE[entry["grade"]] for name, entry in entries.items() if name != "sources"
    )
    texts = [
        part["source"]
        for entry in read(folder / "findings.toml").values()
        for part in (entry, *(each for each in entry.values() if isinstance(each, dict)))
        if "source" in part
    ]
    found["findings"] = Counter(map(of_text, texts))
    return found


def rows(found: dict[str, Counter[str]]) -> list[tuple[str, ...]]:
    """The table: a row a file, and one for all."""
    total: Counter[str] = sum(found.values(), Counter())
    names = [*found, "all"]
    return [
        (name, *(str(counts[grade]) for grade in TITLES), str(counts.total()))
        for name, counts in zip(names, [*found.values(), total], strict=True)
    ]


def shown(found: dict[str, Counter[str]], *, markdown: bool) -> str:
    """The table as text, or as Markdown."""
    table = [("", *TITLES.values(), "figures"), *rows(found)]
    if markdown:
        lines = [f"| {' | '.join(cells)} |" for cells in table]
        lines.insert(1, "|---" * len(table[0]) + "|")
        return "\n".join(lines)
    widths = [max(len(cells[place]) for cells in table) for place in range(len(table[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        for cells in table
    )


def main(arguments: list[str]) -> int:
    """Print the table; 1 where a figure is unmarked."""
    parser = argparse.ArgumentParser(description="Counts sources by how far they were read.")
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of data files")
    parser.add_argument("--format", choices=("table", "md"), default="table")
    given = parser.parse_args(arguments)
    found = counted(given.data)
    print(shown(found, markdown=given.format == "md"))
    return int(any(counts[UNMARKED] for counts in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
