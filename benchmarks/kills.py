"""Kills at random moments: nothing half-written, and `--resume` writes the same bytes.

    python benchmarks/kills.py --kills 80

Each run of `taper batch` is killed at a moment drawn at random, and taken up with `--resume`
until it ends; then the next one begins. After every kill each output stands under its name
whole, or not at all; at the end of every run all outputs are the bytes of a run that nobody
killed, and nothing lies beside them.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from panel import panel, write

OUTPUTS = {"-o": "schedule{}", "--checks-out": "checks.csv", "--errors": "errors.csv"}


def words(source: Path, folder: Path, suffix: str) -> list[str]:
    made = [sys.executable, "-m", "taper", "batch", str(source), "--jobs", "2", "--resume"]
    for option, name in OUTPUTS.items():
        made += [option, str(folder / name.format(suffix))]
    return made


def there(folder: Path) -> dict[str, bytes]:
    """What stands under names that are not hidden."""
    paths = (path for path in folder.iterdir() if not path.name.startswith("."))
    return {path.name: path.read_bytes() for path in paths}


def run(source: Path, folder: Path, suffix: str, moments: Random | None, whole: float) -> str:
    """Begin or take up a run; ``killed``, or ``ended`` before its moment came."""
    process = subprocess.Popen(words(source, folder, suffix), stderr=subprocess.PIPE)
    if moments is not None:
        try:
            process.wait(moments.random() * whole)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            return "killed"
    _, said = process.communicate()
    if process.returncode not in {0, 4}:
        raise SystemExit(f"a run failed: {said.decode()}")
    return "ended"


def main() -> None:
    """Kill, and exit with 1 at the first byte that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=80)
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    moments = Random(args.seed)
    kills = runs = named = 0
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "panel.jsonl"
        write(source, panel(args.rows, 1))
        expected, seconds = {}, {}
        for suffix in (".csv", ".parquet"):
            folder = Path(name) / f"whole{suffix}"
            folder.mkdir()
            start = time.perf_counter()
            run(source, folder, suffix, None, 0)
            seconds[suffix] = time.perf_counter() - start
            expected[suffix] = there(folder)
        while kills < args.kills:
            suffix = moments.choice(list(expected))
            folder = Path(name) / f"run-{runs}"
            folder.mkdir()
            while run(source, folder, suffix, moments, 1.1 * seconds[suffix]) == "killed":
                kills += 1
                found = there(folder)
                named += bool(found)
                if not found.items() <= expected[suffix].items():
                    raise SystemExit(f"half-written after kill {kills}: {sorted(found)}")
            runs += 1
            left = sorted(path.name for path in folder.iterdir())
            if there(folder) != expected[suffix] or left != sorted(expected[suffix]):
                raise SystemExit(f"run {runs} has other bytes, or left something: {left}")
    print(f"{kills} kills in {runs} runs ({named} when outputs had their names): the same bytes")


if __name__ == "__main__":
    main()
