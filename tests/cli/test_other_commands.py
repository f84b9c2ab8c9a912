"""`taper explain`, `formulary`, `schema`, `--version`, `--help`."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from taper.cli import COMMANDS
from taper.formulary.market import formulary
from taper.safety.catalogue import catalogue


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_finding_is_explained(taper, name):
    ran = taper("explain", name)
    assert ran.status == 0
    for title in ("What it means", "Why it matters", "What to do", "Source"):
        assert title in ran.out


def test_explain_lists_and_finds_what_was_meant(taper):
    assert len(taper("explain", columns=120).out.splitlines()) == len(catalogue())
    assert [entry["id"] for entry in json.loads(taper("explain", "--format", "json").out)]
    missed = taper("explain", "unavoidable")
    assert missed.status == 2
    assert "unavoidable-cut" in missed.err


def test_a_finding_is_explained_in_the_words_of_the_market(taper, monkeypatch):
    american = taper("explain", "acetaminophen-over-maximum").out
    british = taper("explain", "acetaminophen-over-maximum", "--market", "uk").out
    assert "Acetaminophen above its daily maximum" in american
    assert "Paracetamol above its daily maximum" in british
    assert "NHS Fife" in british
    monkeypatch.setenv("TAPER_MARKET", "uk")
    assert taper("explain", "acetaminophen-over-maximum").out == british
    listed = taper("explain").out
    assert "Sleep apnoea" in listed
    assert "Sleep apnea" not in listed


@pytest.mark.parametrize("name", list(catalogue()))
def test_an_explanation_for_the_uk_has_its_spelling(taper, name):
    said = taper("explain", name, "--market", "uk", "--format", "json").out
    entry = json.loads(said)
    assert entry["id"] == name
    shown = " ".join(entry[key] for key in ("title", "meaning", "why", "do")).lower()
    assert "acetaminophen" not in shown
    assert "apnea" not in shown
    assert not [key for key, value in entry.items() if isinstance(value, dict)]


def test_an_unknown_market_is_named(taper):
    ran = taper("explain", "naloxone", "--market", "fr")
    assert (ran.status, ran.out) == (2, "")
    assert "'fr' is not known (hint: one of us, uk, ca, au)" in ran.err


@pytest.fixture
def with_a_plan(taper, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["morphine-er", "60 mg q12h", "--start", "2026-12-07", "--to", "30 mg", "-o", "p.json"]
    assert taper("plan", *words, "--label", "by the window, room 4 of the new ward").status == 0


@pytest.mark.parametrize(
    "words",
    [
        "formulary list",
        "formulary list --market uk",
        "formulary show oxycodone-apap",
        "formulary show morphine-er",
        "guidelines list",
        "guidelines show cdc-2022-weekly",
        "guidelines show rxfiles",
        "explain",
        "explain unavoidable-cut",
        "cows --form",
        "config show",
        "due p.json --on 2026-12-07 --days 60",
        "compare p.json --reduce 5% --reduce 60% --guideline cdc-2022-weekly",
        "revise p.json --from 2026-12-21 --hold 4w",
    ],
)
@pytest.mark.usefixtures("with_a_plan")
def test_every_table_fits_sixty_columns_and_keeps_its_words(taper, words):
    wide, narrow = (taper(*words.split(), columns=columns) for columns in (1000, 60))
    assert (wide.status, narrow.status) == (0, 0)
    assert max(len(line) for line in narrow.out.splitlines()) <= 60
    said = set(re.sub(r"-{3,}", "", wide.out).split())
    assert said <= set(narrow.out.split()) | {"Date", "Name", "Pace", "From", "Setting"}


@pytest.mark.usefixtures("with_a_plan")
def test_what_is_piped_keeps_its_columns(taper, monkeypatch):
    monkeypatch.setattr("taper.terminal.tables.room", lambda: None)
    lines = taper(
        "due", "p.json", "--on", "2026-12-07", "--days", "60", columns=60
    ).out.splitlines()
    assert lines[0].split() == ["Date", "Plan", "Due", "What"]
    starts = [lines[0].index(title) for title in ("Date", "Plan", "Due", "What")]
    for line in lines[2:]:
        assert all(line[start - 1 : start] in {"", " "} for start in starts[1:])
    assert max(map(len, lines)) > 100
    (row,) = [
        line for line in taper("formulary", "list", "apap").out.splitlines() if "Percocet" in line
    ]
    assert row.endswith("(Percocet, Endocet, Nalocet, Prolate)")


def test_formulary_list_as_json_has_the_fields_of_the_contract(taper):
    entries = json.loads(taper("formulary", "list", "--format", "json").out)
    assert [entry["id"] for entry in entries] == list(formulary("us").products)
    assert list(entries[0]) == [
        "id",
        "drug",
        "form",
        "market",
        "unit",
        "strengths",
        "seldom_stocked",
        "intervals_hours",
        "handling",
        "mme_factor",
        "brands",
        "sources",
    ]


@pytest.mark.parametrize(
    ("search", "found"),
    [("ms contin", "morphine-er"), ("OXYCONTIN", "oxycodone-er"), ("duragesic", "fentanyl-patch")],
)
def test_formulary_search_by_brand(taper, search, found):
    assert found in taper("formulary", "list", search).out
    assert f"id                 {found}" in taper("formulary", "show", search).out


def test_formulary_names_the_closest_on_a_miss(taper):
    ran = taper("formulary", "show", "morphin er")
    assert ran.status == 2
    assert "morphine-er" in ran.err


def test_the_schema_describes_the_plan(taper):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(taper("schema").out)
    plan = json.loads(
        taper(
            *("plan", "morphine-er", "90 mg q8h", "--start", "2026-12-07", "--format", "json")
        ).out
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(plan, schema)


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_every_command_has_help(taper, command):
    ran = taper(*command, "--help")
    assert ran.status == 0
    assert "Usage: taper" in ran.out


def test_version_loads_nothing_else():
    code = "import sys; before = set(sys.modules); sys.argv = ['taper', '--version'];"
    code += "import taper.__main__ as m; m.main(); loaded = set(sys.modules) - before;"
    code += "print(sorted(loaded & {'typer', 'rich', 'typing', 'taper.cli'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, modules = done.stdout.splitlines()
    assert version.startswith("taper ")
    assert modules == "[]"


def test_a_closed_pipe_is_quiet():
    command = f"{sys.executable} -m taper formulary list | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("morphine-ir")
    assert done.stderr == ""
