"""The pictures of the hand-out under docs/images, made anew: ``python scripts/screenshots.py``.

Needs pdftoppm (poppler) and Chromium on the PATH.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from taper import Plan, plan
from taper.export import Options, render

IMAGES = Path(__file__).parents[1] / "docs" / "images"
LARGE_SPANISH = Options(language="es", paper="a4", large_print=True)


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
    page(tablets, Options(), 4, "handout-steps", 64)
    page(patches, LARGE_SPANISH, 5, "handout-large-spanish", 56)
    screen(tablets, Options(), "handout-html.png")
    chart = render(tablets, ".svg")
    assert isinstance(chart, str)
    (IMAGES / "chart.svg").write_text(chart, encoding="utf-8")


if __name__ == "__main__":
    main()
