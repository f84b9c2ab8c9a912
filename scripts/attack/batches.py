"""Batches that are killed, that share a file, and whose reader goes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from scripts.attack.tool import LONGEST

if TYPE_CHECKING:
    from scripts.attack.tool import Attack


def panel(attack: Attack) -> None:
    """Write the input of every batch: 12,000 rows, and one that fails."""
    rows = [
        f"p{n},morphine-er,{60 + 15 * (n % 4)} mg q12h,2026-12-{1 + n % 28:02d},{5 + n % 15}%\n"
        for n in range(12_000)
    ]
    text = "id,product,dose,start,reduce\n" + "".join(rows) + "bad,morphine-er,xx,2026-12-01,10%\n"
    (attack.folder / "panel.csv").write_text(text)


def kills(attack: Attack, number: int) -> None:
    """Kill a batch at any moment: nothing half-written, and --resume gives the same bytes."""
    whole = attack.run("batch", "panel.csv", "-o", "whole.csv", "--errors", "errors.csv")
    rows, errors = (attack.folder / name for name in ("whole.csv", "errors.csv"))
    expected = rows.read_bytes(), errors.read_bytes()
    began = time.monotonic()
    attack.run("batch", "panel.csv", "-o", "timed.csv")
    longest = time.monotonic() - began
    picked = random.Random(5)
    for place in range(number):
        names = f"out-{place}.csv", f"errors-{place}.csv"
        words = ("batch", "panel.csv", "-o", names[0], "--errors", names[1], "--jobs", "2")
        how = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)[place % 3]
        after = picked.uniform(0.2, 1.1) * longest
        _stopped(attack, words, how, after)
        paths = [attack.folder / name for name in names]
        pairs = list(zip(paths, expected, strict=True))
        half = [path.name for path, rows in pairs if path.exists() and path.read_bytes() != rows]
        ran = attack.run(*words, "--resume")
        same = all(path.exists() and path.read_bytes() == rows for path, rows in pairs)
        left = [p.name for p in attack.folder.glob(f".*-{place}.csv*")]
        held = not half and same and not left and ran.status == whole.status
        what = f"{how!r} after {after:.1f} s: half {half}, left {left}, {ran.err[-90:]!r}"
        attack.count("batches killed and resumed", held=held, what=what)
        for path in paths:
            path.unlink(missing_ok=True)


def _stopped(attack: Attack, words: tuple[str, ...], how: int, after: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "taper", *words],
        cwd=attack.folder,
        env=attack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(how)
        process.wait()


def together(attack: Attack, number: int) -> None:
    """Two batches at once that share the file of errors: it is whole, the second is told."""
    expected = (attack.folder / "errors.csv").read_bytes()
    common = ("--errors", "same.csv", "--force")
    for _ in range(number):
        words = [("batch", "panel.csv", "-o", f"{name}.csv", *common) for name in "ab"]
        both = [
            subprocess.Popen(
                [sys.executable, "-m", "taper", *each],
                cwd=attack.folder,
                env=attack.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            for each in words
        ]
        said = [each.communicate()[1].decode() for each in both]
        statuses = sorted(each.returncode for each in both)
        whole = (attack.folder / "same.csv").read_bytes() == expected
        kept = any("what was done is kept" in text for text in said)
        held = whole and statuses in ([1, 4], [4, 4]) and not kept
        attack.count("two batches with one file in common", held=held, what=f"{statuses} {said}")


def readers_gone(attack: Attack, number: int) -> None:
    """A batch into a named pipe whose reader goes: it ends."""
    pipe = attack.folder / "pipe.csv"
    for place in range(number):
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        process = subprocess.Popen(
            [sys.executable, "-m", "taper", "batch", "panel.csv", "-o", pipe.name],
            cwd=attack.folder,
            env=attack.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        reader = os.open(pipe, os.O_RDONLY)
        os.read(reader, 10 + 5000 * place)
        os.close(reader)
        try:
            status: int | str = process.wait(LONGEST / 2)
        except subprocess.TimeoutExpired:
            status = "hangs"
            process.kill()
            process.wait()
        attack.count("pipes whose reader has gone", held=status in {0, 4}, what=str(status))
    pipe.unlink()
