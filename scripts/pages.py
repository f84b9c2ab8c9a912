"""Pages with output: cog runs their commands and writes what they print (``--check``: compares).

A fenced block that is run stands between ``<!-- [[[cog run() ]]] -->`` and ``<!-- [[[end]]] -->``:

- ``sh``: its commands run; the page does not show their output;
- ``console``: the commands after ``$`` run, and the output of each is written below it;
- ``python``: the program runs;
- ``toml``, ``csv`` or ``json`` with a ``title``: the file is written, for later commands.

Every page has a folder of its own, with a copy of ``examples/`` and no configuration file. Other
generated parts of a page call a function of ``scripts/reference.py`` or ``scripts/guidelines.py``.
"""

import contextlib
import functools
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from cogapp import Cog

from taper.cli import run as taper

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OPTIONS = ["-I", str(ROOT / "scripts"), "-p", "import guidelines, reference; from pages import run"]
HOME = "/home/you"  # a reader sees it instead of the folder
BLOCK = re.compile(r'```(\w+)(?: title="([^"]+)")?\n(.*)```\n', re.DOTALL)
_NEEDS_SHELL = re.compile(r"[|><]|&&|^[A-Z_]+=|^(?!taper )")


def run(*statuses: int, until: str = "", first: int = 0) -> None:
    """Run the fenced block of this part of the page, and write it again with its output.

    ``statuses`` are the exit statuses of its commands, 0 if not given. Of a long output the page
    shows the lines before the line ``until``, or the ``first`` so many.
    """
    import cog  # noqa: PLC0415 - there is such a module while cog works on a page

    block = BLOCK.fullmatch(cog.previous)
    if block is None:
        cog.error("no fenced block to run")
    kind, title, text = block.groups()
    with reader(cog.inFile):
        if title:
            Path(title).write_text(text, encoding="utf-8")
        elif kind == "python":
            _output(f"python -c {shlex.quote(text)}", 0)
        else:
            prompt = r"\$ " if kind == "console" else ""
            commands = re.findall(f"^{prompt}([^#\n].*)", text.replace("\\\n", " "), re.MULTILINE)
            expected = zip(commands, chain(statuses, repeat(0)), strict=False)
            ran = [(command, _output(command, status)) for command, status in expected]
            if kind == "console":
                text = "\n".join(f"$ {command}\n{_cut(out, until, first)}" for command, out in ran)
    cog.out(f"{cog.previous[: block.start(3)]}{text}```\n")


@functools.lru_cache(maxsize=1)
def folder(page: str) -> TemporaryDirectory[str]:
    """The folder of a page; it is removed when the next page begins."""
    made = TemporaryDirectory(prefix=f"taper-{Path(page).stem}-")
    shutil.copytree(ROOT / "examples", Path(made.name) / "examples")
    return made


@contextlib.contextmanager
def reader(page: str) -> Iterator[None]:
    """The folder and the environment of somebody who types the commands of a page."""
    place = folder(page).name
    settings = {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8", "TAPER_MARKET": "", "HOME": place}
    settings["TAPER_CONFIG"] = f"{place}/.config/taper/config.toml"
    settings["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with patch.dict(os.environ, settings), contextlib.chdir(place):
        yield


def _output(command: str, status: int) -> str:
    """The output of a command, on both streams; the page is in error if it ends otherwise."""
    ended, text = _by_a_shell(command) if _NEEDS_SHELL.search(command) else in_process(command)
    if ended != status:
        import cog  # noqa: PLC0415 - as in `run`

        cog.error(f"`{command}` gave {ended}, not {status}:\n{text}")
    return text.replace(os.environ["HOME"], HOME)


def in_process(command: str) -> tuple[int, str]:
    """The exit status and the output of a taper command, run in this process."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        return taper(shlex.split(command)[1:]), out.getvalue()


def _by_a_shell(command: str) -> tuple[int, str]:
    both = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    words = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(words, check=False, encoding="utf-8", **both)  # noqa: S603
    return done.returncode, done.stdout


def _cut(output: str, until: str, first: int) -> str:
    """The part of an output that a page shows."""
    whole = [line.rstrip() for line in output.rstrip().splitlines()]
    lines = whole[: whole.index(until)] if until else whole[: first or None]
    shown = "".join(f"{line}\n" for line in lines)
    return f"{shown.rstrip()}\n...\n" if len(lines) < len(whole) else shown


if __name__ == "__main__":
    sys.exit(Cog().main(["cog", *(sys.argv[1:] or ["-r"]), *OPTIONS, *map(str, PAGES)]))
