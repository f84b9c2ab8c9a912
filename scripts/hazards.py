"""The page of hazards, from docs/safety/hazards.toml: ``python -m scripts.hazards``.

It writes docs/safety/hazards.md. A test fails if the page is not current, or if a test that a
hazard names does not exist.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DATA = ROOT / "docs" / "safety" / "hazards.toml"
PAGE = ROOT / "docs" / "safety" / "hazards.md"
SEVERITIES = ("fatal", "serious", "moderate")
KINDS = {
    "design": "by design",
    "check": "by a check",
    "information": "by information",
}
HEAD = """# Hazards

What can harm a patient through this tool, in the form of ISO 14971: the hazard, its cause, its
effect, the control, the tests that show the control, and what remains. This page is generated
from `docs/safety/hazards.toml` (`python -m scripts.hazards`); a test fails if a test that is
named here does not exist.

The severity is the worst credible harm. The project does not estimate how probable it is: it
knows neither the users nor the patients. Whoever adopts the tool estimates it, decides whether
the risk that remains is acceptable, and keeps the file (ISO 14971; in England DCB0129 of the
maker and DCB0160 of the organisation that deploys it). No clinician has reviewed this page yet.

A control *by design* leaves no way to make the fault; *by a check* the fault is refused or told;
*by information* it rests on the person who is told.

"""


def hazards() -> list[dict[str, Any]]:
    """Every hazard, as it stands in the data."""
    entries: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["hazard"]
    return entries


def missing(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The tests that are named and do not exist."""
    for name in sorted({test for entry in entries for test in entry["tests"]}):
        path, _, function = name.partition("::")
        file = ROOT / path
        found = file.is_file() and {
            node.name
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        if not found or not function.startswith("test_") or function not in found:
            yield name


def page() -> str:
    """The page: a line each, then each in full."""
    entries = hazards()
    text = HEAD + "| | hazard | severity | controlled | tests |\n|---|---|---|---|--:|\n"
    for entry in entries:
        link = f"[{entry['id']}](#{entry['id'].lower()})"
        kind, count = KINDS[entry["kind"]], len(entry["tests"])
        text += f"| {link} | {entry['hazard']} | {entry['severity']} | {kind} | {count} |\n"
    return text + "".join(section(entry) for entry in entries)


def section(entry: dict[str, Any]) -> str:
    """One hazard in full."""
    lines = [
        f"\n## {entry['id']}\n",
        f"**{entry['hazard']}.**\n",
        "| | |\n|---|---|",
        f"| Cause | {entry['cause']} |",
        f"| Effect | {entry['effect']} (severity: {entry['severity']}) |",
        f"| Control, {KINDS[entry['kind']]} | {entry['control']} |",
        f"| Shown by | {'<br>'.join(f'`{name}`' for name in entry['tests'])} |",
        f"| What remains | {entry['remains']} |",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
