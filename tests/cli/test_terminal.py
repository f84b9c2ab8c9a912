"""At a terminal: what is missing is asked for, and a caret shows what is wrong."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time


def _talk(args: list[str], answers: list[tuple[str, str]], seconds: float = 30) -> tuple[int, str]:
    """Run a command on a terminal and type each answer when its question has appeared."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "taper", *args],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment,
        close_fds=True,
    )
    os.close(follower)
    said, waiting, end = "", list(answers), time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([leader], [], [], 0.2)
        if ready:
            try:
                data = os.read(leader, 65536)
            except OSError:
                break
            if not data:
                break
            said += data.decode(errors="replace")
            if waiting and waiting[0][0] in said:
                os.write(leader, waiting.pop(0)[1].encode() + b"\n")
        elif process.poll() is not None:
            break
    os.close(leader)
    return process.wait(timeout=5), said


def test_what_is_missing_is_asked_for():
    status, said = _talk(
        ["plan"],
        [
            ("Product (", "MS Contin"),
            ("What is taken now (", "50 q8h"),
            ("has no unit", "60 mg q12h"),
            ("First day", "2026-12-07"),
            ("On opioids for how long", "3y"),
        ],
    )
    assert status == 0
    assert "morphine extended-release tablets" in said
    assert "10% every 4w" in said  # a year or more of opioids


def test_a_caret_stands_under_what_is_wrong():
    args = ["plan", "morphine-er", "90 mg q5h", "--start", "2026-12-07", "--on-opioids-for", "8w"]
    status, said = _talk(args, [])
    assert status == 2
    lines = said.replace("\r", "").splitlines()
    place = next(i for i, line in enumerate(lines) if line.strip() == "90 mg q5h")
    assert lines[place + 1].index("^") == lines[place].index("q5h")
