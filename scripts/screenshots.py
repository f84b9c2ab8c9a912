"""The pictures under docs/images, made anew: ``python scripts/screenshots.py``.

Of the terminal: what a real run of the command prints at a pseudo-terminal, colours and all, as
SVG. Of the hand-out: pages of the PDF, and the HTML in a browser, which needs pdftoppm (poppler)
and Chromium on the PATH.
"""

from __future__ import annotations

import html
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from taper.export import Options, render
from taper.planning.make import planned as plan

if TYPE_CHECKING:
    from taper.planning.plan import Plan

IMAGES = Path(__file__).parents[1] / "docs" / "images"
TERMINAL = IMAGES / "terminal.svg"
COMMAND = 'taper plan morphine-er "60 mg q12h" --start 2026-12-07 --on-opioids-for 8w'
COLUMNS = 100
# Fonts are those of the reader's own machine: the picture fetches nothing.
SVG = """<svg viewBox="0 0 {width} {height}" \
xmlns="http://www.w3.org/2000/svg" role="img">
<title>COMMAND</title>
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px Menlo, Consolas, "DejaVu Sans Mono", \
monospace; white-space: pre; }}
{styles}
</style>
<defs>{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#fbfbf8" stroke="#ccc"/>
<g transform="translate(9, 20)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
# black, red, green, yellow, blue, magenta, cyan, white: dark enough to be read on the light ground
_NORMAL = [
    (34, 34, 34),
    (176, 0, 32),
    (0, 110, 60),
    (140, 84, 0),
    (0, 70, 160),
    (120, 0, 120),
    (0, 105, 120),
    (90, 90, 90),
]
THEME = TerminalTheme((251, 251, 248), (34, 34, 34), _NORMAL, _NORMAL)
LARGE_SPANISH = Options(language="es", paper="a4", large_print=True)


def at_a_terminal(command: str) -> str:
    """What a command prints at a pseudo-terminal, with its escape sequences."""
    import pty  # noqa: PLC0415 - not on Windows, where the other pictures can be made

    inside = {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "TAPER_CONFIG": ""}
    inside |= {"PYTHONIOENCODING": "utf-8", "TAPER_MARKET": ""}
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | inside
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", *shlex.split(command)]
    with subprocess.Popen(  # noqa: S603 - our own command
        words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        printed = b""
        while True:
            try:
                some = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not some:
                break
            printed += some
    os.close(ours)
    assert process.returncode == 0, printed
    return printed.decode()


def drawn(command: str) -> str:
    """A run of a command as a picture."""
    paper = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor")
    paper.print(Text(f"$ {command}", style="bold"), soft_wrap=True)
    for line in at_a_terminal(command).splitlines():
        paper.print(Text.from_ansi(line), soft_wrap=True)
    picture = SVG.replace("COMMAND", html.escape(command))
    return paper.export_svg(theme=THEME, code_format=picture, unique_id="terminal")


def text_of(picture: str) -> list[str]:
    """What is written in a picture of a terminal, in its order, without the drawing."""
    found = re.findall(r"<text [^>]*>([^<]*)</text>", picture)
    return [html.unescape(part).replace("\N{NO-BREAK SPACE}", " ").rstrip() for part in found]


def page(made: Plan, options: Options, number: int, name: str, dots: int) -> None:
    """One page of the PDF as a picture of so many dots an inch."""
    pdf = render(made, ".pdf", options)
    assert isinstance(pdf, bytes)
    command = ["pdftoppm", "-r", str(dots), "-gray", "-png", "-singlefile"]
    command += ["-f", str(number), "-l", str(number), "-", str(IMAGES / name)]
    subprocess.run(command, input=pdf, check=True)  # noqa: S603 - our own arguments


def screen(made: Plan, options: Options, name: str) -> None:
    """The top of the HTML in a browser."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "Chromium is needed"
    html = render(made, ".html", options)
    assert isinstance(html, str)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "handout.html"
        source.write_text(html, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--user-data-dir={folder}/profile", "--window-size=820,1000"]
        command += [f"--screenshot={IMAGES / name}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603


def main() -> None:
    """Draw them all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    TERMINAL.write_text(drawn(COMMAND), encoding="utf-8")
    tablets = plan(
        "morphine-er",
        "90 mg q8h",
        start="2026-12-07",
        holds=["2w@every4"],
        on_opioids_for="8w",
    )
    patches = plan(
        "fentanyl patch",
        "75 mcg/h",
        reduce="12 mcg/h",
        every="4w",
        start="2026-12-07",
        on_opioids_for="3y",
    )
    page(tablets, Options(), 1, "handout-first-page", 64)
    page(tablets, Options(), 2, "handout-steps", 64)
    page(patches, LARGE_SPANISH, 4, "handout-large-spanish", 56)
    screen(tablets, Options(), "handout-html.png")
    chart = render(tablets, ".svg")
    assert isinstance(chart, str)
    (IMAGES / "chart.svg").write_text(chart, encoding="utf-8")


if __name__ == "__main__":
    main()
