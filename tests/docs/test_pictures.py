"""The picture of the terminal is that of a real run, and needs nothing from elsewhere."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import screenshots

ROOT = Path(__file__).parents[2]
RUN_IT = "run: python scripts/screenshots.py"


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is a thing of POSIX")
def test_the_picture_of_the_terminal_shows_what_is_printed_now():
    committed = screenshots.text_of(screenshots.TERMINAL.read_text(encoding="utf-8"))
    assert committed == screenshots.text_of(screenshots.drawn(screenshots.COMMAND)), RUN_IT
    said = " ".join(committed)
    for words in ("60 mg q12h", "Mon 2026-12-07", "checks", "supply", "naloxone"):
        assert words in said


def test_the_picture_of_the_terminal_fetches_nothing():
    picture = screenshots.TERMINAL.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\s\"')]+", picture)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in picture
    assert "@font-face" not in picture
    assert len(picture.encode()) < 100_000


@pytest.mark.parametrize(
    "page", ["README.md", "docs/index.md", "docs/engine.md", "docs/how-to/prescriber.md"]
)
def test_every_picture_that_a_page_shows_is_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)
    assert shown
    for words, name in shown:
        assert (ROOT / page).parent.joinpath(name).is_file(), name
        assert words.strip(), f"{name} is not described for who does not see it"


def test_the_readme_shows_the_terminal_and_the_hand_out():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in (screenshots.TERMINAL, screenshots.IMAGES / "handout-steps.png"):
        assert f"]({name.relative_to(ROOT).as_posix()})" in text
