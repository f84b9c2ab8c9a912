"""Writes the files of the worked course, examples/course, by its own commands.

Run it after a change of what a command writes, and read what has changed:

    python scripts/course.py
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path

from taper.cli import run

COURSE = Path(__file__).resolve().parent.parent / "examples" / "course"
KEPT = ("README.md", "commands.txt", "request.toml")  # written by hand


def commands(folder: Path) -> list[tuple[list[str], str, int]]:
    """The arguments of each command, the file that keeps what it prints, and its exit status."""
    found = []
    for line in (folder / "commands.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            words, status = shlex.split(line), 0
            if words[0] == "!":
                status, words = int(words[1]), words[2:]
            kept = words[-1] if len(words) > 2 and words[-2] == ">" else ""  # noqa: PLR2004
            found.append((words[1:-2] if kept else words[1:], kept, status))
    return found


def play(folder: Path) -> None:
    """Run every command in the folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        for arguments, kept, expected in commands(folder):
            printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
            # what a refused command says is what it writes on standard error
            aside = redirect_stderr(printed) if expected else nullcontext()
            with redirect_stdout(printed), aside:
                status = run(arguments)
            if status != expected:
                sys.exit(f"{' '.join(arguments)}: exit status {status}")
            printed.flush()
            if kept:
                Path(kept).write_bytes(printed.buffer.getvalue())
    finally:
        os.chdir(before)


def main() -> None:
    """Write the files anew."""
    for file in COURSE.iterdir():
        if file.name not in KEPT:
            file.unlink()
    play(COURSE)


if __name__ == "__main__":
    main()
