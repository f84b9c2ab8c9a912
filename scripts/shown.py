"""The commands that the documentation shows, run in the order of the page, and their output.

In a page, a fenced block of

- ``sh`` is commands that run, and whose output is not shown;
- ``console`` is commands after ``$``, each with the output that is put below it here. A comment
  before the block says what is left out (``<!-- until: Checks -->``, ``<!-- first: 12 -->``) or
  which exit status is meant (``<!-- status: 3 -->``);
- ``toml``, ``csv`` or ``json`` with a ``title`` is a file that the commands after it find;
- ``python`` is a program that runs.

Every page has a folder of its own, with a copy of ``examples/`` and no configuration file.
"""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from taper.cli import run

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
COLUMNS = "100"
HOME = "/home/you"  # what a reader sees in place of the folder
_BLOCK = re.compile(
    r"(?P<notes>(?:<!--[^>]*-->\n)*)```(?P<kind>sh|console|python|toml|csv|json)"
    r"(?P<info>[^\n]*)\n(?P<text>.*?)^```\n",
    re.DOTALL | re.MULTILINE,
)
_NOTE = re.compile(r"<!-- (until|first|status): (.*?) -->")
_SHELL = re.compile(r"[|><]|&&|^[A-Z_]+=|^(?!taper )")


class Failed(Exception):
    """A command of a page did not do what it should."""


def pages() -> list[Path]:
    """The pages that people write; the reference is generated."""
    return sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "reference")


def refreshed(page: Path) -> str:
    """The text of a page with the output that its commands give now."""
    with tempfile.TemporaryDirectory(prefix="taper-docs-") as folder, _place(folder):
        shutil.copytree(ROOT / "examples", "examples")
        return _BLOCK.sub(lambda found: _fresh(found, page), page.read_text(encoding="utf-8"))


@contextlib.contextmanager
def _place(folder: str) -> Iterator[None]:
    """A folder and an environment like those of a reader."""
    home = Path(folder) / "home"
    home.mkdir()
    settings = {
        "COLUMNS": COLUMNS,
        "HOME": str(home),
        "TAPER_CONFIG": str(home / ".config" / "taper" / "config.toml"),
        "TAPER_MARKET": "",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONIOENCODING": "utf-8",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _fresh(found: re.Match, page: Path) -> str:
    """One block, run, with what it gives."""
    kind, text, whole = found["kind"], found["text"], found[0]
    notes = dict(_NOTE.findall(found["notes"]))
    if kind in {"toml", "csv", "json"}:
        title = re.search(r'title="([^"]+)"', found["info"])
        if title:
            Path(title[1]).write_text(text, encoding="utf-8")
        return whole
    if kind == "python":
        _shell([sys.executable, "-c", text], 0, page)
        return whole
    wanted = int(notes.get("status", 0))
    if kind == "sh":
        for command in text.replace("\\\n", " ").splitlines():
            if command.strip() and not command.startswith("#"):
                _ran(command, wanted, page)
        return whole
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    said = "\n".join(
        f"$ {command}\n{_cut(_ran(command, wanted, page), notes)}" for command in commands
    )
    start = whole[: found.start("text") - found.start()]
    return f"{start}{said}```\n"


def _cut(output: str, notes: dict[str, str]) -> str:
    """The part of an output that is shown."""
    lines = [line.rstrip() for line in output.splitlines()]
    whole = len(lines)
    if notes.get("until") in lines:
        lines = lines[: lines.index(notes["until"])]
    lines = lines[: int(notes.get("first", whole))]
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) < whole:
        lines.append("...")
    return "".join(f"{line}\n" for line in lines)


def _ran(command: str, wanted: int, page: Path) -> str:
    """What a command prints, on both streams, in the order of printing."""
    if _SHELL.search(command):
        return _shell(["bash", "-o", "pipefail", "-c", command], wanted, page)
    status, text = _printed(shlex.split(command)[1:])
    if status != wanted:
        raise Failed(f"{page.name}: `{command}` gave {status}, not {wanted}:\n{text}")
    return text.replace(os.environ["HOME"], HOME)


def _printed(words: list[str]) -> tuple[int, str]:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        status = run(words)
    return status, out.buffer.getvalue().decode()


def printed(words: list[str]) -> str:
    """What a command prints, in no folder of its own."""
    with tempfile.TemporaryDirectory(prefix="taper-docs-") as folder, _place(folder):
        return _printed(words)[1]


def _shell(words: list[str], wanted: int, page: Path) -> str:
    done = subprocess.run(  # noqa: S603 - a command of a page
        words,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    if done.returncode != wanted:
        raise Failed(f"{page.name}: {words[-1]!r} gave {done.returncode}:\n{done.stdout}")
    return done.stdout.replace(os.environ["HOME"], HOME)
