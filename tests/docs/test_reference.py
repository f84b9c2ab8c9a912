"""The reference is that of the program, and leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pictures
import pytest
import reference

from taper.batch.writing.tables import ERRORS, SUMMARY
from taper.cli import COMMANDS, command
from taper.export import FORMATS
from taper.export.csv import CHECKS, SCHEDULE, SUPPLY
from taper.export.daily import DAILY
from taper.formulary.guidelines import guidelines
from taper.formulary.market import MARKETS, formulary
from taper.request.fields import ALIASES, FIELDS, RISKS
from taper.safety.catalogue import catalogue
from taper.terminal.settings import HANDOUT_SETTINGS, PLAN_SETTINGS, STOCK

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def test_the_pictures_are_current():
    drawn = pictures.pictures()
    assert len(drawn) >= 6
    for path, picture in drawn.items():
        assert path.read_text(encoding="utf-8") == picture, "run: make docs"


def test_every_page_of_the_reference_is_here():
    names = {
        "columns.md",
        "commands.md",
        "doses.md",
        "findings.md",
        "formulary.md",
        "library.md",
        "request.md",
    }
    assert {path.name for path in REFERENCE.iterdir()} == names


def test_every_command_and_option_is_documented():
    text = page("commands.md")
    seen = 0
    for words, each in reference.walk(command(list(COMMANDS))):
        part = text.split(f"\n## {words}\n")[1].split("\n## ")[0]
        for param in each.params:
            seen += 1
            names = param.opts if param.param_type_name == "option" else [param.human_readable_name]
            assert all(name in part for name in names), (words, names)
    assert seen > 80


def test_every_environment_variable_is_documented():
    package = ROOT / "taper"
    code = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    used = set(re.findall(r'"(TAPER_[A-Z_]+)"', code))
    assert used >= {"TAPER_CONFIG", "TAPER_DEBUG", "TAPER_MARKET"}
    part = page("commands.md").split("\n## Environment variables\n")[1]
    for name in used:
        assert f"| `{name}` |" in part, name


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_finding_is_documented(name):
    part = page("findings.md").split(f"\n## {name}\n")[1].split("\n## ")[0]
    for said in ("Why it matters", "What to do", "Source"):
        assert f"**{said}.**" in part


def names(text: str, heading: str) -> list[str]:
    """The names that a table under a heading explains, in its order."""
    part = text.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    return re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE)


def test_every_field_risk_and_setting_is_documented():
    text = page("request.md")
    for name in (*FIELDS, *ALIASES):
        assert f"| `{name}` |" in text, name
    assert ", ".join(f"`{risk}`" for risk in RISKS) in text
    settings = names(text, "Settings of the configuration file")
    assert settings == [*PLAN_SETTINGS, STOCK, *HANDOUT_SETTINGS]


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("The schedule", SCHEDULE),
        ("The checks", CHECKS),
        ("The supply", SUPPLY),
        ("The daily doses", DAILY),
        ("The summary of a batch", SUMMARY),
        ("The errors of a batch", ERRORS),
    ],
)
def test_every_column_is_documented_in_its_order(heading, columns):
    assert names(page("columns.md"), heading) == list(columns)


def test_every_format_is_documented():
    assert names(f"\n## Formats\n{page('columns.md')}", "Formats") == list(FORMATS)


@pytest.mark.parametrize("market", MARKETS)
def test_every_product_is_documented(market):
    text = page("formulary.md").split(f"`--market {market}`")[1].split("\n## ")[0]
    for name in formulary(market).products:
        assert f"| `{name}` |" in text, name


def test_every_guideline_is_documented():
    text = (ROOT / "docs" / "guidelines.md").read_text(encoding="utf-8")
    for name in guidelines():
        assert f"## {name}" in text
