"""How fast a batch is, beside the floors of its own files; how much memory it takes.

    python benchmarks/batch.py                # everything at 100,000 rows
    python benchmarks/batch.py --rows 1000000 --memory 100000,1000000,5000000

Ratios are of times within one run, of interleaved repetitions, by their medians: the machine may
be slow or busy, but it is so for both. A floor decodes the same input with the same library
and writes the same bytes (or record batches) already rendered, to a fresh file, in one process.
The first brings them to the disk, as the batch does, and most of both is waiting for the disk.
The second has input and output in memory, and waits for nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple

from panel import panel, write

from taper.batch.reading import jsonl as lines
from taper.batch.reading.source import Window

CSV_LIMIT = PARQUET_LIMIT = 1.5  # times the floor
PLANS_A_SECOND = 3000
TWO_WORKERS = 1.7  # times one
MEMORY_LIMIT = 4  # times the floor in memory, two workers
TWO_SHARED = 1.6  # times one, in memory
MEMORY_MB = 300
IN_MEMORY = Path("/dev/shm")
_RANGE = 2**18


class Took(NamedTuple):
    """What a command took: seconds, seconds of processors (its workers' too), memory."""

    seconds: float
    cpu: float
    system: float
    megabytes: int


def batch(source: Path, output: Path, *, jobs: int) -> Took:
    """What ``taper batch`` takes, start-up and all."""
    output.unlink(missing_ok=True)
    words = [sys.executable, "-m", "taper", "batch", str(source), "-o", str(output)]
    words += ["--jobs", str(jobs), "--errors", str(output) + ".errors.csv", "--force"]
    start = time.perf_counter()
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - start
    if process.returncode not in {0, 4}:
        raise SystemExit(f"the batch failed: {' '.join(words)}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    cpu = used.ru_utime + used.ru_stime
    return Took(took, cpu, used.ru_stime, used.ru_maxrss // scale)


def decode(source: Path) -> float:
    """Seconds to decode every line with msgspec, a range after another."""
    read, _, wrong = lines.decoder(lines.LAYOUT.names)
    window = Window(source)
    start = time.perf_counter()
    for first, end in lines.split(window, _RANGE):
        for text in window.read(first, end).split(b"\n"):
            with suppress(wrong):
                read(text)
    took = time.perf_counter() - start
    window.close()
    return took


def floor_csv(source: Path, ready: Path, output: Path) -> float:
    """Seconds to decode the input, and to write what is rendered already."""
    took = decode(source)
    output.unlink(missing_ok=True)
    with output.open("wb", buffering=0) as out, ready.open("rb", buffering=0) as rendered:
        while block := rendered.read(8 * 2**20):  # read before the clock starts
            start = time.perf_counter()
            out.write(block)
            took += time.perf_counter() - start
        start = time.perf_counter()
        os.fsync(out.fileno())
        took += time.perf_counter() - start
    output.unlink()
    return took


def floor_parquet(source: Path, ready: Path, output: Path) -> float:
    """Seconds to decode the input, and to write record batches that are there already."""
    import pyarrow.parquet as pq

    took = decode(source)
    output.unlink(missing_ok=True)
    with pq.ParquetFile(ready) as plain:
        words = [field.name for field in plain.schema_arrow if str(field.type) == "string"]
    with pq.ParquetFile(ready, read_dictionary=words) as rendered:
        start = time.perf_counter()
        writer = pq.ParquetWriter(
            output, rendered.schema_arrow, compression="zstd", store_schema=False
        )
        took += time.perf_counter() - start
        for number in range(rendered.num_row_groups):
            table = rendered.read_row_group(number)
            start = time.perf_counter()
            writer.write_table(table)
            took += time.perf_counter() - start
        start = time.perf_counter()
        writer.close()
        with output.open("rb+") as file:
            os.fsync(file.fileno())
        took += time.perf_counter() - start
    output.unlink()
    return took


def against_floor(source: Path, folder: Path, suffix: str, repeats: int) -> float:
    """How many times its floor a batch with two workers takes."""
    floor = floor_csv if suffix == ".csv" else floor_parquet
    output, ready = folder / f"out{suffix}", folder / f"ready{suffix}"
    batch(source, ready, jobs=2)
    ours, floors = [], []
    for _ in range(repeats):
        floors.append(floor(source, ready, folder / f"floor{suffix}"))
        ours.append(batch(source, output, jobs=2).seconds)
    same = subprocess.run(["cmp", output, ready], check=False).returncode == 0
    size = ready.stat().st_size / 2**20
    print(f"{suffix[1:]}: {size:,.0f} MB; batch {_times(ours)}, floor {_times(floors)}", end="; ")
    print("the same bytes every time" if same else "THE BYTES DIFFER")
    for path in (output, ready):
        path.unlink()
    return median(ours) / median(floors)


def in_memory(count: int, folder: Path, repeats: int) -> tuple[float, float]:
    """How many times the floor two workers take, and one, where nothing waits for a disk."""
    source, output, ready = (folder / name for name in ("panel.jsonl", "out.csv", "ready.csv"))
    write(source, panel(count, 1))
    batch(source, ready, jobs=2)
    floors: list[float] = []
    took: dict[int, list[Took]] = {1: [], 2: []}
    for _ in range(repeats):
        floors.append(floor_csv(source, ready, folder / "floor.csv"))
        for jobs, times in took.items():
            times.append(batch(source, output, jobs=jobs))
    print(f"in memory, {count:,} rows: floor {_times(floors)}")
    for jobs, times in took.items():
        cpu, system = (median(each[field] for each in times) * 10**6 / count for field in (1, 2))
        print(
            f"  {jobs} at work: {_times([each.seconds for each in times])}; "
            f"a million rows take {cpu:.1f} s of processors, {system:.1f} s of it in the system"
        )
    one, two = (median(each.seconds for each in took[jobs]) for jobs in (1, 2))
    for path in (source, output, ready):
        path.unlink()
    return two / median(floors), one / two


def _times(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} s ({', '.join(f'{each:.2f}' for each in seconds)})"


def distinct(count: int, folder: Path, repeats: int) -> tuple[float, float]:
    """Plans a second of one worker where nothing is shared; how many times that two make."""
    source, output = folder / "distinct.jsonl", folder / "distinct.csv"
    write(source, panel(count, 2, distinct=True))
    alone, together = [], []
    for _ in range(repeats):
        alone.append(batch(source, output, jobs=1).seconds)
        together.append(batch(source, output, jobs=2).seconds)
    print(f"distinct: one worker {_times(alone)}, two {_times(together)}")
    return count / median(alone), median(alone) / median(together)


def report(what: str, found: float, limit: float, *, least: bool = False) -> bool:
    """Print a figure beside its limit; whether it is kept."""
    kept = found >= limit if least else found <= limit
    side = "at least" if least else "at most"
    print(f"{'ok  ' if kept else 'MISS'} {what}: {found:,.2f} ({side} {limit:,})", flush=True)
    return kept


def main() -> None:
    """Measure, and exit with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--shared", type=int, default=500_000, help="rows of the floor in memory")
    parser.add_argument("--distinct", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", default="100000", help="sizes, with commas between")
    parser.add_argument("--only", default="csv,parquet,shared,distinct,memory")
    parser.add_argument("--folder", type=Path, help="where the files go (deleted again)")
    args = parser.parse_args()
    wanted = args.only.split(",")
    kept = []
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        source = folder / "panel.jsonl"
        if {"csv", "parquet"} & set(wanted):
            write(source, panel(args.rows, 1))
        for kind, limit in (("csv", CSV_LIMIT), ("parquet", PARQUET_LIMIT)):
            if kind in wanted:
                ratio = against_floor(source, folder, f".{kind}", args.repeats)
                kept.append(report(f"{kind}, times its floor", ratio, limit))
        if "shared" in wanted:
            with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as shm:
                ratio, times = in_memory(args.shared, Path(shm), args.repeats)
            kept.append(report("csv in memory, times its floor", ratio, MEMORY_LIMIT))
            kept.append(report("csv in memory, two workers to one", times, TWO_SHARED, least=True))
        if "distinct" in wanted:
            rate, times = distinct(args.distinct, folder, args.repeats)
            kept.append(
                report("distinct plans a second, one worker", rate, PLANS_A_SECOND, least=True)
            )
            kept.append(report("distinct, two workers to one", times, TWO_WORKERS, least=True))
        for count in map(int, args.memory.split(",")) if "memory" in wanted else ():
            write(source, panel(count, 1))
            for kind in ("csv", "parquet"):
                output = folder / f"memory.{kind}"
                memory = batch(source, output, jobs=1).megabytes
                what = f"peak MB of one worker at {count:,} rows, {kind}"
                kept.append(report(what, memory, MEMORY_MB))
                output.unlink()
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
