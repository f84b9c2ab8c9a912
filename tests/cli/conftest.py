"""Run the command line in this process, as a user's shell would see it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest

from taper.cli import run


@dataclass
class Ran:
    status: int
    out: str
    err: str


class _Stdin(io.TextIOWrapper):
    def isatty(self):
        return False


@pytest.fixture
def taper(monkeypatch, capfdbinary):
    """``taper("plan", ...)`` gives the exit status and what was printed; no terminal."""

    def call(*args: str, stdin: str | bytes = "", columns: int = 100) -> Ran:
        monkeypatch.setenv("COLUMNS", str(columns))
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", _Stdin(io.BytesIO(data)))
        status = run([str(arg) for arg in args])
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return Ran(status, captured.out.decode(), captured.err.decode())

    return call
