"""Attack the tool as a careless hand, a hostile file or a failing machine would; write a page.

``make attack`` runs it, writes ``docs/verification/attack.md``, and fails if anything was lost,
believed or half-written, or ended in a traceback. It works at any commit:
``python -m scripts.attack --package FOLDER`` attacks the package in that folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from scripts.attack.batches import kills, panel, readers_gone, together
from scripts.attack.files import full_disks, hostile
from scripts.attack.plans import repeated_keys, saved_plans
from scripts.attack.tool import LONGEST, ROOT, Attack

TEXT = (
    "`make attack` treats the tool as a careless hand, a hostile file or a failing machine would,",
    "and writes this page. It fails if anything was lost, believed or half-written, or",
    "if a command ended in a traceback. Every command runs in a process of its own, with buffered",
    "output, as a user's would; the changes of saved plans are read in one process.",
)
BEFORE = (
    "The same attack, with `--size 1`, on the commit at which these faults were reported",
    "(`514b7f3`) found that 96 of 251 changed plans were believed, that two TOML files took over",
    "1 GB of memory and a table steered the terminal, that `--version` ended with status 120 on a",
    "full disk, that the second of two batches mistook itself for one to resume, that both pipes",
    "hung, and that in all 9 files the last of two equal keys won in silence.",
)
MEANING = {
    "saved plans with one value changed": "refused, unless nothing follows from the value",
    "hostile files": f"one line, a documented status, within {LONGEST} s and 1 GB of address space",
    "full disks": "the fault is named, exit status 1",
    "batches killed and resumed": "nothing half-written, `--resume` gives the same bytes",
    "two batches with one file in common": "the shared file is whole, the second is told",
    "pipes whose reader has gone": "the batch ends",
    "repeated keys": "refused",
}


def page(attack: Attack, took: float) -> str:
    """The page of the documentation."""
    rows = [
        f"| {kind} | {MEANING[kind]} | {number:,} | {len(attack.faults.get(kind, ())):,} |"
        for kind, number in attack.tried.items()
    ]
    tried, faults = sum(attack.tried.values()), sum(map(len, attack.faults.values()))
    return "\n".join(
        [
            "# Attack",
            "",
            *TEXT,
            "",
            "| what is tried | what must hold | times | did not hold |",
            "|---|---|---|---|",
            *rows,
            "",
            f"This run took {took / 60:.0f} minutes: {tried:,} attempts, {faults:,} did not hold.",
            "",
            *BEFORE,
            "",
        ]
    )


def attacked(package: Path, folder: Path, size: int) -> Attack:
    """Everything that is tried, on the package in a folder."""
    attack = Attack(package, folder)
    panel(attack)
    saved_plans(attack, 40 * size)
    hostile(attack)
    full_disks(attack)
    kills(attack, 6 * size)
    together(attack, 2 * size)
    readers_gone(attack, 2 * size)
    repeated_keys(attack)
    return attack


def main() -> int:
    """Attack, print what did not hold, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, default=ROOT, help="the folder of the package")
    parser.add_argument("--size", type=int, default=5, help="how many of each: 1 is quick")
    parser.add_argument("--page", type=Path, help="where the page is written; nowhere if left out")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        attack = attacked(options.package.resolve(), Path(folder), options.size)
    for kind, faults in attack.faults.items():
        print(f"{kind}: {len(faults)} of {attack.tried[kind]} did not hold")
        for what in faults[:8]:
            print(f"  {what[:300]}")
    text = page(attack, time.monotonic() - began)
    print(text)
    if options.page:
        options.page.write_text(text, encoding="utf-8")
    return 1 if attack.faults else 0


if __name__ == "__main__":
    sys.exit(main())
