"""Put the real output of the command into the README's console block, or check that it is there.

Run: python scripts/readme_output.py [--check]
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>taper [^\n]+)\n(?P<output>.*?)```\n", re.DOTALL)
LAST_LINE = "Checks"  # the block shows what comes before this heading


def output_of(command: str) -> str:
    """What the command prints on a terminal 100 columns wide, up to the checks."""
    words = [sys.executable, "-m", *shlex.split(command)]
    environment = {**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: S603 - a command of the README
        words, cwd=ROOT, env=environment, check=True, capture_output=True, stdin=subprocess.DEVNULL
    )
    lines = [line.rstrip() for line in done.stdout.decode().splitlines()]
    return "\n".join(lines[: lines.index(LAST_LINE)]).rstrip() + "\n...\n"


def main() -> int:
    """Rewrite the README, or with ``--check`` say whether it would change."""
    text = README.read_text(encoding="utf-8")
    fresh = BLOCK.sub(
        lambda found: f"```console\n$ {found['command']}\n{output_of(found['command'])}```\n",
        text,
    )
    if "--check" in sys.argv:
        return int(fresh != text)
    README.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
