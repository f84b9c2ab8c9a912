"""Running a batch in a test: text in, text and error records out."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.batch.job import Output, Result, Settings
from taper.batch.run import run

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "morphine-er,90 mg q8h,2026-12-07"
HEADER = "id,product,dose,start"


@dataclass
class Ran:
    """What a run wrote."""

    result: Result
    schedule: str
    errors: list[dict[str, str]]

    @property
    def ids(self) -> list[str]:
        """The ids of the plans in their order."""
        rows = csv.DictReader(io.StringIO(self.schedule, newline=""))
        return list(dict.fromkeys(row["plan_id"] for row in rows))


def ran(folder: Path, data: bytes | str, suffix: str = ".csv", **settings) -> Ran:
    """Run a batch over these bytes."""
    source = folder / f"panel{suffix}"
    source.write_bytes(data.encode() if isinstance(data, str) else data)
    outputs = (
        Output("schedule", "csv", "", str(folder / "schedule.csv")),
        Output("errors", "csv", "", str(folder / "errors.csv")),
    )
    result = run(Settings(str(source), outputs, force=True, **settings))
    with (folder / "errors.csv").open(encoding="utf-8", newline="") as file:
        errors = list(csv.DictReader(file))
    schedule = (folder / "schedule.csv").read_bytes().decode()
    return Ran(result, schedule, errors)


def panel(*rows: str, header: str = HEADER, end: str = "\n") -> str:
    """A CSV panel of these rows."""
    return end.join([header, *rows]) + end


def command(*args: object, **options) -> subprocess.CompletedProcess:
    """Run ``taper batch`` as a process of its own."""
    words = [sys.executable, "-m", "taper", "batch", *map(str, args)]
    return subprocess.run(words, capture_output=True, check=False, **options)
