"""The tool as it is attacked: commands in processes of their own, and the count of what held."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
LONGEST = 60  # seconds of one command; one that takes longer hangs
MOST_MEMORY = 1_000_000_000  # bytes of address space, on top of what an import takes
STATUSES = {0, 1, 2, 3, 4, 130, 143}
START = ("--start", "2026-12-07")
UNUSUAL = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}


class Ran(NamedTuple):
    """How a command ended; the status of one that was killed for its time is -1."""

    status: int
    out: str
    err: str


class Attack:
    """What is tried, and what did not hold."""

    def __init__(self, package: Path, folder: Path) -> None:
        """Attack the package in a folder; files are written to another one."""
        self.folder = folder
        usual = {name: value for name, value in os.environ.items() if name not in UNUSUAL}
        self.environment = {**usual, "PYTHONPATH": str(package), "COLUMNS": "100"}
        self.tried: dict[str, int] = {}
        self.faults: dict[str, list[str]] = {}

    def run(self, *words: str, stdout: Any = subprocess.PIPE, memory: int = 0) -> Ran:
        """Run the tool in the folder of files."""

        def limits() -> None:
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        try:
            done = subprocess.run(
                [sys.executable, "-m", "taper", *words],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.PIPE,
                timeout=LONGEST,
                check=False,
                preexec_fn=limits,
            )
        except subprocess.TimeoutExpired:
            return Ran(-1, "", "")
        out = (done.stdout or b"").decode("utf-8", "replace")
        return Ran(done.returncode, out, done.stderr.decode("utf-8", "replace"))

    def count(self, kind: str, *, held: bool, what: str) -> None:
        """Count one attempt; ``what`` says what was tried, if it did not hold."""
        self.tried[kind] = self.tried.get(kind, 0) + 1
        if not held:
            self.faults.setdefault(kind, []).append(what)

    def ends_well(self, ran: Ran) -> bool:
        """Whether a command ended in time, with a documented status and no traceback."""
        text = ran.out + ran.err
        own = "Traceback" in text or "a fault of taper itself" in text
        steers = any(c in text for c in "\x1b\x07\x9b\u202e")
        return ran.status in STATUSES and not own and not steers
