"""Writes the files of the worked course, examples/course, by its own commands.

Run it after a change of what a command writes, and read what has changed:

    python scripts/course.py
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path

from taper.cli import run

COURSE = Path(__file__).resolve().parent.parent / "examples" / "course"
KEPT = ("README.md", "commands.txt", "request.toml")  # written by hand


def commands(folder: Path) -> list[tuple[list[str], str]]:
    """The arguments of each command, and the file that keeps what it prints (or nothing)."""
    found = []
    for line in (folder / "commands.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            words = shlex.split(line)
            kept = words[-1] if len(words) > 2 and words[-2] == ">" else ""  # noqa: PLR2004
            found.append((words[1:-2] if kept else words[1:], kept))
    return found


def play(folder: Path) -> None:
    """Run every command in the folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        for arguments, kept in commands(folder):
            printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
            with redirect_stdout(printed):
                status = run(arguments)
            if status:
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
