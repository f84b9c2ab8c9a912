"""The reference is that of the program, and leaves nothing out."""

from __future__ import annotations

import re

import pytest
import reference

from taper.batch.writing.tables import ERRORS, SUMMARY
from taper.cli import COMMANDS, command
from taper.export import FORMATS
from taper.export.csv import CHECKS, SCHEDULE, SUPPLY
from taper.formulary.guidelines import guidelines
from taper.formulary.market import MARKETS, formulary
from taper.request.fields import ALIASES, FIELDS, RISKS
from taper.safety.catalogue import catalogue
from taper.terminal.settings import HANDOUT_SETTINGS, PLAN_SETTINGS, STOCK

RUN_IT = "run: python scripts/reference.py"


def page(name: str) -> str:
    return (reference.REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(reference.PAGES))
def test_the_page_is_current(name):
    assert page(name) == reference.NOTICE + reference.PAGES[name](), RUN_IT


def test_the_pictures_are_current():
    drawn = reference.pictures()
    assert len(drawn) >= 6
    for path, picture in drawn.items():
        assert path.read_text(encoding="utf-8") == picture, RUN_IT


def test_every_page_of_the_reference_is_written_by_the_program():
    assert {path.name for path in reference.REFERENCE.iterdir()} == set(reference.PAGES)


def _walk(made, path="taper"):
    for name, each in made.commands.items():
        yield f"{path} {name}", each
        if hasattr(each, "commands"):
            yield from _walk(each, f"{path} {name}")


def test_every_command_and_option_is_documented():
    text = page("commands.md")
    seen = 0
    for words, each in _walk(command(list(COMMANDS))):
        if hasattr(each, "commands"):
            continue
        part = text.split(f"\n## {words}\n")[1].split("\n## ")[0]
        for param in each.params:
            seen += 1
            names = param.opts if param.param_type_name == "option" else [param.human_readable_name]
            assert all(name in part for name in names), (words, names)
    assert seen > 80


def test_every_environment_variable_is_documented():
    package = reference.shown.ROOT / "taper"
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


def test_every_field_risk_and_setting_is_documented():
    text = page("request.md")
    for name in (*FIELDS, *ALIASES, *RISKS, *PLAN_SETTINGS, *HANDOUT_SETTINGS, STOCK):
        assert f"`{name}`" in text, name


def test_every_column_and_format_is_documented():
    text = page("columns.md")
    for name in (*SCHEDULE, *CHECKS, *SUPPLY, *SUMMARY, *ERRORS, *FORMATS):
        assert f"| `{name}` |" in text, name


@pytest.mark.parametrize("market", MARKETS)
def test_every_product_is_documented(market):
    text = page("formulary.md").split(f"`--market {market}`")[1].split("\n## ")[0]
    for name in formulary(market).products:
        assert f"| `{name}` |" in text, name


def test_every_guideline_is_documented():
    text = (reference.shown.DOCS / "guidelines.md").read_text(encoding="utf-8")
    for name in guidelines():
        assert f"## {name}" in text
