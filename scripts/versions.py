"""Run the quick layers of the test suite on other Pythons.

Run: python scripts/versions.py [PYTHON...]

Each that is there gets an environment of its own, made from the project's own files; one that is
not there is named and passed over. The laws over random requests and the batches that are stopped
on the way are left to the usual run: they take minutes, and no syntax of their own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from dist import ROOT, environment, interpreter, ran

PYTHONS = ["python3.11", "python3.12", "python3.13"]
LAYERS = ["spec", "errors", "unit", "cli", "golden"]


def main(pythons: list[str]) -> int:
    """0 where every Python that is here passes, 1 where one does not or none is here."""
    failed, tried = [], 0
    for name in pythons or PYTHONS:
        found = interpreter(name)
        if found is None:
            print(f"{name}: not here, not tried", flush=True)
            continue
        tried += 1
        with tempfile.TemporaryDirectory(prefix="taper-versions-") as folder:
            programs = environment(Path(folder) / "venv", found)
            ran(programs / "python", "-m", "pip", "install", "--quiet", "-e", f"{ROOT}[dev]")
            command = [programs / "python", "-m", "pytest", "-n", "2", "-p", "no:cacheprovider"]
            command += [ROOT / "tests" / layer for layer in LAYERS]
            print(f"{name}: {ran(programs / 'python', '--version').strip()}", flush=True)
            if subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603 - our own
                failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else f"{tried} passed")
    return int(bool(failed) or not tried)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
