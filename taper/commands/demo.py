"""`taper demo`: the guided minute, with real commands in a folder of its own."""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import shlex
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taper.commands.demonstration import HANDOUT, PANEL, PATIENTS, panel, scenes
from taper.errors import InputError, Problem
from taper.terminal.files import FileFault
from taper.terminal.options import tab
from taper.terminal.tables import room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from taper.commands.demonstration import Scene

_BATCH_PARTLY = 4  # the exit status where some rows failed, as one does here
_SHOWN_LINES = 22  # of a file
_PROSE = 76  # columns at most


def demo(
    context: typer.Context,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep", metavar="FOLDER", help="Keep the files in a new folder.", show_default=False
        ),
    ] = None,
    market: Annotated[
        str | None,
        typer.Option(
            "--market", metavar="NAME", help="us, uk or ca.", autocompletion=tab("market")
        ),
    ] = None,
) -> None:
    """A guided minute: plan, hand-out, hold and batch.

    taper demo --keep taper-demo
    """
    from taper.terminal.settings import market_or_default  # noqa: PLC0415

    where = market_or_default(market)
    if where not in PATIENTS:
        hint = "one of " + ", ".join(PATIENTS)
        raise InputError(Problem("market", f"'{where}' has no demonstration", hint, where))
    talking = sys.stdin.isatty() and sys.stdout.isatty()
    with _folder(keep) as folder, _own_settings(), contextlib.chdir(folder):
        Path(PANEL).write_text(panel(where), encoding="utf-8")
        parts = scenes(where)
        for scene in parts:
            _play(scene, context.obj)
            if talking and scene is not parts[-1]:
                typer.prompt("Enter to go on", default="", show_default=False, err=True)
    kept = f"The files are in {keep}: open {Path(keep) / HANDOUT} in a browser." if keep else ""
    typer.echo(kept or "`taper demo --keep FOLDER` keeps the files, the hand-out among them.")
    typer.echo("Next: `taper plan`, which asks for what it needs, and `taper --help`.")


@contextlib.contextmanager
def _folder(keep: str | None) -> Iterator[str]:
    """A new folder that is kept, or one that is gone afterwards."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="taper-demo-") as folder:
            yield folder
        return
    try:
        Path(keep).mkdir(parents=True)
    except FileExistsError:
        hint = "name a new folder"
        raise InputError(Problem("keep", f"{keep} exists already", hint, keep)) from None
    except OSError as error:
        raise FileFault(Problem(keep, f"cannot be made: {error.strerror or error}")) from None
    yield keep


@contextlib.contextmanager
def _own_settings() -> Iterator[None]:
    """Without the user's configuration, so that everybody sees the same."""
    names = {"TAPER_CONFIG": "", "TAPER_MARKET": ""}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _play(scene: Scene, run: Callable[[list[str]], int]) -> None:
    """Introduce a scene, run its command, show the result; ``run`` is the whole command line."""
    typer.echo(scene.title)
    width = min(room() or _PROSE, _PROSE)
    typer.echo(textwrap.fill(scene.says, width) + "\n")
    typer.echo("$ " + shlex.join(scene.words).replace("'", '"'))
    status, out, said = _run(list(scene.words[1:]), run)
    if status not in {0, _BATCH_PARTLY}:
        raise InputError(Problem("demo", f"`{shlex.join(scene.words)}` failed: {said.strip()}"))
    lines = out.splitlines()
    if scene.until and scene.until in lines:
        lines = [*lines[: lines.index(scene.until)], "..."]
    for line in (*lines, *said.splitlines()):
        typer.echo(line)
    if scene.shows:
        typer.echo(f"\nFrom {scene.shows}:")
        for line in _excerpt(scene.shows):
            typer.echo(f"  {line}".rstrip())
    typer.echo("")


def _run(words: list[str], run: Callable[[list[str]], int]) -> tuple[int, str, str]:
    """Run a command in this process; returns its status, its output, and its messages."""
    encoding = sys.stdout.encoding or "utf-8"
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=sys.stdout.errors)
    said = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = run(words)
    out.flush()
    return status, out.buffer.getvalue().decode(encoding, "replace"), said.getvalue()


def _excerpt(name: str) -> list[str]:
    """The first lines of a file, of a page as plain text; they are shown two columns in."""
    width = min(room() or _PROSE, _PROSE) - 2
    text = Path(name).read_text(encoding="utf-8")
    if name.endswith(".html"):
        text = re.sub(r"(?s)<(style|script|svg|head)\b.*?</\1>", "", text)
        text = re.sub(r"(?s)</(p|h1|h2|li|tr|dt|dd|section)>", "\n", text)
        text = html.unescape(re.sub(r"(?s)<[^>]*>", " ", text))
    paragraphs = [" ".join(line.split()) for line in text.splitlines()]
    lines = [part for line in paragraphs if line for part in textwrap.wrap(line, width)]
    return lines if len(lines) <= _SHOWN_LINES else [*lines[:_SHOWN_LINES], "..."]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)
