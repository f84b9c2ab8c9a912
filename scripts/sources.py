"""Counts how far what stands behind the figures was read, over taper/data.

Run:

    python scripts/sources.py [--data FOLDER] [--before FOLDER] [--format table|md]

A figure is a field of a product, a rule of a market, a labelled limit, the rate of a guideline, or
a finding. It counts by the best of its sources: read at the source, read there in part, read
through others; and as a judgement of the project as soon as a judgement stands beside it. A figure
that has neither is unmarked, and then the script fails. With --data another folder is counted, such
as the data of an earlier version, by the same grades (taper/data/source-grades.toml). With --before
the figures that both folders have are counted, as they were and as they are: what was added since
does not hide what became better.
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
    return (grade for _, grade in figures_of(entry, grades))


def figures_of(entry: dict[str, Any], grades: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every figure of a product, with its grade."""
    sources, judgements = entry.get("sources", {}), entry.get("judgements", {})
    asked = {field for field in FIGURES if field in entry} | {"intervals"}
    for field in sorted(asked | set(sources) | set(judgements)):
        if field in judgements:
            yield field, JUDGEMENT
        else:
            yield field, best(sources[field], grades) if sources.get(field) else UNMARKED
    for place, limit in enumerate(entry.get("limits", ())):
        yield f"limit {limit.get('when', place)}", of_rule(limit, grades)


def of_rule(rule: dict[str, Any], grades: dict[str, str]) -> str:
    """The grade of a rule or of a limit."""
    if "judgement" in rule:
        return JUDGEMENT
    return best(rule["sources"], grades) if rule.get("sources") else UNMARKED


def rules(facts: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rules in the head of a market, by name: the tables with a date."""
    for name, table in facts.items():
        if name != "product" and isinstance(table, dict):
            yield from _dated(name, table)


def _dated(name: str, table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "as_of" in table:
        yield name, table
    else:
        for key, each in table.items():
            if isinstance(each, dict):
                yield from _dated(f"{name}.{key}", each)


def of_text(source: str) -> str:
    """The grade of a source that is written out, as in the findings."""
    if "judgement" in source:
        return JUDGEMENT
    if not source.strip():
        return UNMARKED
    if _OTHERS.search(source):
        return "others"
    return "part" if _PART.search(source) else "source"


Figure = tuple[str, str, str]  # the file, the entry in it, the field


def graded(folder: Path) -> dict[Figure, str]:
    """Every figure of the data files, with its grade."""
    grades = read(DATA / "source-grades.toml")
    found: dict[Figure, str] = {}
    for market in grades:
        if (folder / f"{market}.toml").exists():
            facts = read(folder / f"{market}.toml")
            found |= {(market, *key): grade for key, grade in _of_market(facts, grades[market])}
    for name, entry in read(folder / "guidelines.toml").items():
        if name != "sources":
            found["guidelines", name, "rate"] = OF_GUIDELINE[entry["grade"]]
    for name, entry in read(folder / "findings.toml").items():
        own = {key: each for key, each in entry.items() if isinstance(each, dict)}
        sourced = {part: each for part, each in {"": entry, **own}.items() if "source" in each}
        found |= {("findings", name, part): of_text(e["source"]) for part, e in sourced.items()}
    return found


def _of_market(
    facts: dict[str, Any], grades: dict[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """The figures of a market, by entry and field; an id that stands again has a number."""
    seen: Counter[str] = Counter()
    for entry in facts["product"]:
        name = f"{entry['id']} {seen[entry['id']]}" if seen[entry["id"]] else entry["id"]
        seen[entry["id"]] += 1
        yield from (((name, field), grade) for field, grade in figures_of(entry, grades))
    yield from (((name, "rule"), of_rule(rule, grades)) for name, rule in rules(facts))


def counted(folder: Path) -> dict[str, Counter[str]]:
    """The figures of each data file by grade."""
    return by_file(graded(folder))


def by_file(found: dict[Figure, str]) -> dict[str, Counter[str]]:
    """How many figures of each data file have each grade."""
    counts: dict[str, Counter[str]] = {}
    for (file, _, _), grade in found.items():
        counts.setdefault(file, Counter())[grade] += 1
    return counts


def alike(before: Path, now: Path) -> list[tuple[str, ...]]:
    """The figures that both have, as they were and as they are: a row a file."""
    then, today = graded(before), graded(now)
    both = [figure for figure in then if figure in today]
    old = _with_all(by_file({figure: then[figure] for figure in both}))
    new = _with_all(by_file({figure: today[figure] for figure in both}))
    return [
        (name, *(f"{was[grade]} to {became[grade]}" for grade in TITLES), str(was.total()))
        for (name, was), (_, became) in zip(old, new, strict=True)
    ]


def _with_all(found: dict[str, Counter[str]]) -> list[tuple[str, Counter[str]]]:
    return [*found.items(), ("all", sum(found.values(), Counter()))]


def rows(found: dict[str, Counter[str]]) -> list[tuple[str, ...]]:
    """The table: a row a file, and one for all."""
    return [
        (name, *(str(counts[grade]) for grade in TITLES), str(counts.total()))
        for name, counts in _with_all(found)
    ]


def shown(found: dict[str, Counter[str]], *, markdown: bool) -> str:
    """The table as text, or as Markdown."""
    return laid_out(rows(found), markdown=markdown)


def laid_out(found: list[tuple[str, ...]], *, markdown: bool) -> str:
    """Rows below the titles of the grades."""
    table = [("", *TITLES.values(), "figures"), *found]
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
    parser.add_argument("--before", type=Path, help="an earlier folder: what both have")
    parser.add_argument("--format", choices=("table", "md"), default="table")
    given = parser.parse_args(arguments)
    if given.before:
        print(laid_out(alike(given.before, given.data), markdown=given.format == "md"))
        return 0
    found = counted(given.data)
    print(shown(found, markdown=given.format == "md"))
    return int(any(counts[UNMARKED] for counts in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
