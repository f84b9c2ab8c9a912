"""How fast a batch is, beside the floor of its own files; how much memory it takes.

    python benchmarks/batch.py                # everything at 100,000 rows
    python benchmarks/batch.py --rows 1000000 --memory 100000,1000000,5000000

Ratios are of times within one run, of interleaved repetitions, by their medians: the machine may
be slow or busy, but it is so for both. The floor decodes the same input with the same library
and writes the same bytes (or record batches) already rendered, to a fresh file, in one process,
and brings them to the disk, as the batch does.
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

from panel import panel, write

from taper.batch.reading import jsonl as lines
from taper.batch.reading.source import Window

CSV_LIMIT = PARQUET_LIMIT = 1.5  # times the floor
PLANS_A_SECOND = 3000
TWO_WORKERS = 1.7  # times one
MEMORY_MB = 300
_RANGE = 2**18


def batch(source: Path, output: Path, *, jobs: int) -> tuple[float, int]:
    """Seconds that ``taper batch`` takes, start-up and all, and its peak memory in MB."""
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
    return took, used.ru_maxrss // scale


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
        ours.append(batch(source, output, jobs=2)[0])
    same = subprocess.run(["cmp", output, ready], check=False).returncode == 0
    size = ready.stat().st_size / 2**20
    print(f"{suffix[1:]}: {size:,.0f} MB; batch {_times(ours)}, floor {_times(floors)}", end="; ")
    print("the same bytes every time" if same else "THE BYTES DIFFER")
    for path in (output, ready):
        path.unlink()
    return median(ours) / median(floors)


def _times(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} s ({', '.join(f'{each:.2f}' for each in seconds)})"


def distinct(count: int, folder: Path, repeats: int) -> tuple[float, float]:
    """Plans a second of one worker where nothing is shared; how many times that two make."""
    source, output = folder / "distinct.jsonl", folder / "distinct.csv"
    write(source, panel(count, 2, distinct=True))
    alone, together = [], []
    for _ in range(repeats):
        alone.append(batch(source, output, jobs=1)[0])
        together.append(batch(source, output, jobs=2)[0])
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
    parser.add_argument("--distinct", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", default="100000", help="sizes, with commas between")
    parser.add_argument("--only", default="csv,parquet,distinct,memory")
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
                _, memory = batch(source, output, jobs=1)
                what = f"peak MB of one worker at {count:,} rows, {kind}"
                kept.append(report(what, memory, MEMORY_MB))
                output.unlink()
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
