"""What rows of pharmacy fills in their own words cost, beside the same rows in the tool's words.

    python benchmarks/words.py --rows 1000000

Both files ask for the same plans, and the outputs must be the same bytes. The ratio is that of
processor seconds of one worker, taken in turns, by their medians; the limit is 1.3.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from filecmp import cmp
from pathlib import Path
from random import Random
from statistics import median

from panel import FIRST_DAY, WEEKS

LIMIT = 1.3
# product -> the tablet, how records write it, how often it is taken
MEDICINES = {
    "oxycodone-ir": (
        "5",
        ("OXYCODONE HCL 5 MG TABLET", "Oxycodone Hcl (Ir) 5 Mg Tablet", "OXYCODONE 5MG TAB"),
        ("q6h", "q8h"),
    ),
    "hydrocodone-apap": (
        "5/325",
        ("HYDROCODONE-ACETAMINOPHEN 5-325", "Norco 5/325 tablet"),
        ("q6h", "q8h"),
    ),
    "tramadol-ir": ("50", ("TRAMADOL HCL 50 MG TABLET", "traMADol 50 mg tablet"), ("q6h",)),
    "morphine-er": (
        "30",
        ("MORPHINE SULFATE ER 30 MG TABLET", "MS CONTIN 30 MG TABLET"),
        ("q12h",),
    ),
}
SIGS = {
    "q6h": (
        "TAKE ONE TABLET BY MOUTH EVERY 6 HOURS",
        "1 tab po qid",
        "1 tablet every 6 (six) hours",
    ),
    "q8h": ("TAKE 1 TABLET BY MOUTH THREE TIMES A DAY", "1 tab po tid"),
    "q12h": ("TAKE 1 TABLET TWICE DAILY", "Take 1 tablet by mouth 2 (two) times daily"),
}
A_DAY = {"q6h": 4, "q8h": 3, "q12h": 2}
OURS = ("id", "product", "dose", "start", "reduce", "every", "on_opioids_for")
THEIRS = ("Claim ID", "Drug Name", "Directions", "Qty Dispensed", "Days Supply", "Date Filled")


def write(folder: Path, count: int, seed: int) -> None:
    """The same ``count`` rows as ``ours.csv`` and ``theirs.csv``."""
    random = Random(seed)
    lengths = [f"{years}y" for years in range(2, 12)] + [f"{weeks}w" for weeks in range(8, 48, 4)]
    ours, theirs = folder / "ours.csv", folder / "theirs.csv"
    with ours.open("w", newline="") as one, theirs.open("w", newline="") as other:
        tool, pharmacy = csv.writer(one), csv.writer(other)
        tool.writerow(OURS)
        pharmacy.writerow((*THEIRS, *OURS[4:]))
        for number in range(count):
            product = random.choice(list(MEDICINES))
            label, names, often = MEDICINES[product]
            every = random.choice(often)
            start = (FIRST_DAY + timedelta(random.randrange(7 * WEEKS))).isoformat()
            rule = [random.choice(("5%", "10%", "15%")), random.choice(("1w", "2w", "4w"))]
            rule.append(random.choice(lengths))
            days = random.choice((7, 14, 28, 30))
            tool.writerow((f"p{number}", product, f"1 x {label} mg {every}", start, *rule))
            words = (random.choice(names), random.choice(SIGS[every]), A_DAY[every] * days, days)
            pharmacy.writerow((f"p{number}", *words, start, *rule))


def cost(source: Path, output: Path, *options: str) -> float:
    """Processor seconds of a batch with one worker."""
    words = [sys.executable, "-m", "taper", "batch", str(source), "-o", str(output), "--force"]
    with subprocess.Popen([*words, "--jobs", "1", *options], stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the batch failed: {source.name}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and compare with the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, args.rows, seed=1)
        found: tuple[list[float], list[float]] = ([], [])
        for _ in range(args.times):
            found[0].append(cost(folder / "ours.csv", folder / "a.csv"))
            found[1].append(cost(folder / "theirs.csv", folder / "b.csv", "--columns", "fills"))
        if not cmp(folder / "a.csv", folder / "b.csv", shallow=False):
            raise SystemExit("the outputs differ")
    ours, theirs = map(median, found)
    print(f"{args.rows:,} rows: {ours:.2f} s in the tool's words, {theirs:.2f} s in their own")
    print(f"ratio {theirs / ours:.2f}, limit {LIMIT}")
    if theirs > LIMIT * ours:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
