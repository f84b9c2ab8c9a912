"""`taper demo`: a guided minute with a made-up patient, in a folder of its own.

:func:`scenes` lists the parts: a plan, its hand-out, a hold, and a batch. The commands are
those that a user would type, and they are run as they stand.
"""

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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taper.errors import FileFault, InputError, Problem
from taper.terminal.options import tab
from taper.terminal.streams import say
from taper.terminal.tables import room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLAN, REVISED, HANDOUT, PANEL = "plan.json", "revised.json", "handout.html", "panel.csv"
START, HELD = "2026-12-07", "2027-04-05"
_BATCH_PARTLY = 4  # the exit status if some rows failed, as one does here
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
            "--market", metavar="NAME", help="us, uk, ca or au.", autocompletion=tab("market")
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
    say(kept or "`taper demo --keep FOLDER` keeps the files, the hand-out among them.")
    say("Next: `taper plan`, which asks for what it needs, and `taper --help`.")


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
    say(scene.title)
    width = min(room() or _PROSE, _PROSE)
    say(textwrap.fill(scene.says, width) + "\n")
    say("$ " + shlex.join(scene.words).replace("'", '"'))
    status, out, said = _run(list(scene.words[1:]), run)
    if status not in {0, _BATCH_PARTLY}:
        raise InputError(Problem("demo", f"`{shlex.join(scene.words)}` failed: {said.strip()}"))
    lines = out.splitlines()
    if scene.until and scene.until in lines:
        lines = [*lines[: lines.index(scene.until)], "..."]
    for line in (*lines, *said.splitlines()):
        say(line)
    if scene.shows:
        say(f"\nFrom {scene.shows}:")
        for line in _excerpt(scene.shows):
            say(f"  {line}".rstrip())
    say("")


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


# --- what is shown ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scene:
    """One part: its text, its command, and how much of the output is shown.

    ``until`` is the line before which the output is cut; ``shows`` a file to look into after.
    """

    title: str
    says: str
    words: tuple[str, ...]
    until: str = ""
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """Made up: a medicine, its dose as it is written, and a dose that no tablets make."""

    medicine: str
    dose: str
    never: str


PATIENTS = {
    "us": Patient("MS Contin", "60 mg q12h", "61 mg q12h"),
    "uk": Patient("MST Continus", "60 mg q12h", "61 mg q12h"),
    "ca": Patient("Hydromorph Contin", "12 mg q12h", "11 mg q12h"),
    "au": Patient("MS Contin", "60 mg q12h", "61 mg q12h"),
}


def panel(market: str) -> str:
    """Three rows of a made-up panel; the second asks for what cannot be dispensed."""
    patient = PATIENTS[market]
    rows = [
        ("id", "market", "product", "dose", "every", "start"),
        ("A-1", market, patient.medicine, patient.dose, "4w", START),
        ("A-2", market, patient.medicine, patient.never, "4w", START),
        ("A-3", market, "fentanyl-patch", "50 mcg/h", "4w", START),
    ]
    if market == "uk":  # patches are prescribed by brand
        rows[3] = ("A-3", market, "morphine-solution", "10 mg q6h", "4w", START)
    return "".join(",".join(row) + "\n" for row in rows)


def scenes(market: str) -> tuple[Scene, ...]:
    """The four parts, for a market."""
    patient = PATIENTS[market]
    where = () if market == "us" else ("--market", market)
    return (
        Scene(
            "1. A plan",
            f"A made-up patient has taken {patient.medicine} {patient.dose} for two years, and "
            "wants less of it. After a year or more 10% every four weeks is the usual pace.",
            (
                *("taper", "plan", patient.medicine, patient.dose, *where),
                *("--on-opioids-for", "2y", "--start", START),
                *("-o", PLAN, "--format", "table"),
            ),
            until="Checks",
        ),
        Scene(
            "2. The hand-out",
            "For the patient: plain language, tick boxes, what to do when it gets hard. As HTML "
            "here; a file named handout.pdf would be PDF, --language es Spanish.",
            ("taper", "export", PLAN, "-o", HANDOUT),
            shows=HANDOUT,
        ),
        Scene(
            "3. A hold",
            "A hard month: the dose stays as it is for four more weeks. What is past does not "
            "change, the rest moves along, and the reason stands in the plan.",
            (
                *("taper", "revise", PLAN, "--from", HELD, "--hold", "4w"),
                *("--why", "a hard month", "-o", REVISED),
            ),
        ),
        Scene(
            "4. A batch",
            "A panel from a file, a row a patient. A row that no tablets make is not guessed at: "
            "it goes into the errors, with what would do.",
            (
                *("taper", "batch", PANEL, "-o", "schedules.csv"),
                *("--errors", "errors.csv", "--force"),
            ),
            shows="errors.csv",
        ),
    )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)
