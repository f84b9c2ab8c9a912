"""From what size Spark pays: the example beside `taper batch`, on one machine.

    python benchmarks/spark.py --rows 100000,1000000

Both plan the same Parquet panel into the same rows, with all processors of this machine. What
Spark takes more by the row is what a cluster has to make good by having more processors; what it
takes more at any size is its start.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from panel import panel, write

LIMIT = 2  # times what a million rows more cost `taper batch`
EXAMPLE = Path(__file__).parents[1] / "examples" / "spark" / "plan_panel.py"


def seconds(words: list[object]) -> float:
    """How long a command takes, start-up and all."""
    start = time.perf_counter()
    done = subprocess.run(list(map(str, words)), capture_output=True, check=False)
    if done.returncode not in {0, 4}:
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def measured(count: int, folder: Path, repeats: int) -> tuple[float, float]:
    """Seconds of `taper batch` and of the example, in turns, by their medians."""
    source, output, errors = (folder / f"{name}.parquet" for name in ("panel", "out", "errors"))
    write(source, panel(count, 1))
    alone = [sys.executable, "-m", "taper", "batch", source, "-o", output, "--errors", errors]
    spark = [sys.executable, EXAMPLE, source, output, errors]
    ours, theirs = [], []
    for _ in range(repeats):
        ours.append(seconds([*alone, "--force"]))
        output.unlink()
        errors.unlink()
        theirs.append(seconds(spark))
        shutil.rmtree(output)
        shutil.rmtree(errors)
    return median(ours), median(theirs)


def main() -> None:
    """Measure two sizes or more; exit with 1 if a million rows more cost Spark too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="100000,1000000", help="sizes, with commas between")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the files go (deleted again)")
    args = parser.parse_args()
    sizes = sorted(map(int, args.rows.split(",")))
    found = []
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        for count in sizes:
            ours, theirs = measured(count, Path(name), args.repeats)
            found.append((ours, theirs))
            print(f"{count:,} rows: taper batch {ours:.1f} s, Spark {theirs:.1f} s", flush=True)
    if len(sizes) > 1:
        rows = (sizes[-1] - sizes[0]) / 10**6
        ours, theirs = ((found[-1][who] - found[0][who]) / rows for who in (0, 1))
        start = found[0][1] - theirs * sizes[0] / 10**6
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        print(f"a million rows more, {cores} processors: {ours:.1f} s and {theirs:.1f} s")
        print(f"before its first row Spark takes {start:.0f} s")
        print(f"Spark is as quick with {theirs / ours:.1f} times as many processors, and its start")
        print(f"{'ok' if theirs <= LIMIT * ours else 'MISS'}: at most {LIMIT} times")
        sys.exit(theirs > LIMIT * ours)


if __name__ == "__main__":
    main()
