"""Write the page of the measured coverage.

Run: python scripts/coverage_page.py FOLDER PAGE.md (see ``make coverage``), with coverage.json of
coverage.py and tests.xml of pytest in the folder.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

# area -> its modules and folders; the rest is the engine
AREAS = {
    "Reading of requests": "reading",
    "Batch": "batch",
    "Formats": "export languages",
    "Checking of plans and schedules that people wrote": "lint",
    "Commands and the terminal": (
        "__main__ asking chart cli commands config demo files grid show streams"
    ),
    "Saved plans, revising, comparing, what is due": (
        "agenda compare cows document integrity revise saved schema standing"
    ),
}
ENGINE = "Engine: doses, rules, schedule, checks, findings, supply"
TOP = """# Coverage

<!-- Written by `make coverage` from its measurements: do not edit by hand. -->

This page shows how many lines and branches of the package the tests run. The processes that the
tests start (commands, workers of a batch) are counted in. The laws of `tests/property`, which
draw their requests at random, are left out: only tests with a stated case count. `make coverage`
measures again, writes this page, and fails under {least}%.

**{total}% of {points} lines and branches**, by {tests} tests, on Python {python}.

| area | lines | branches | covered |
|---|---:|---:|---:|
"""
MISSED = """
Files with lines or branches that no test runs:

| file | covered | lines that no test runs |
|---|---:|---|
"""


class Count(NamedTuple):
    """Lines and branches, and how many of them ran."""

    lines: int
    lines_run: int
    branches: int
    branches_run: int

    @classmethod
    def of(cls, summary: dict[str, Any]) -> Count:
        """From a summary of the report."""
        lines, branches = summary["num_statements"], summary["num_branches"]
        return cls(lines, summary["covered_lines"], branches, summary["covered_branches"])

    def plus(self, other: Count) -> Count:
        """Both together."""
        return Count(*(one + two for one, two in zip(self, other, strict=True)))

    @property
    def percent(self) -> str:
        """Of lines and branches, one decimal, never rounded up."""
        tenths = (self.lines_run + self.branches_run) * 1000 // max(self.lines + self.branches, 1)
        return f"{tenths // 10}.{tenths % 10}"


def area(path: str) -> str:
    """The part of the package that a file belongs to."""
    module = Path(path).parts[1].removesuffix(".py")
    return next((name for name, own in AREAS.items() if module in own.split()), ENGINE)


def page(report: dict[str, Any], tests: str, least: str) -> str:
    """The page as Markdown."""
    counts = {name: Count(0, 0, 0, 0) for name in (*AREAS, ENGINE)}
    missed = ""
    for path, found in sorted(report["files"].items()):
        count = Count.of(found["summary"])
        counts[area(path)] = counts[area(path)].plus(count)
        if found["missing_lines"]:
            lines = ", ".join(str(line) for line in found["missing_lines"])
            missed += f"| `{path}` | {count.percent}% | {lines} |\n"
    total = Count.of(report["totals"])
    text = TOP.format(
        least=least,
        total=total.percent,
        points=f"{total.lines + total.branches:,}",
        tests=tests,
        python=".".join(platform.python_version_tuple()[:2]),
    )
    for name, count in counts.items():
        text += f"| {name} | {count.lines:,} | {count.branches:,} | {count.percent}% |\n"
    text += f"| **all** | {total.lines:,} | {total.branches:,} | **{total.percent}%** |\n"
    return text + (MISSED + missed if missed else "")


def main(folder: str, target: str) -> None:
    """Write the page."""
    root, measured = Path(__file__).parent.parent, Path(folder)
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    least = settings["tool"]["coverage"]["report"]["fail_under"]
    report = json.loads((measured / "coverage.json").read_text(encoding="utf-8"))
    suite = (measured / "tests.xml").read_text(encoding="utf-8")
    tests = sum(int(count) for count in re.findall(r'<testsuite [^>]*\btests="(\d+)"', suite))
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(page(report, f"{tests:,}", str(least)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
