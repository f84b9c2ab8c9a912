"""`taper explain`, `formulary`, `schema`, `--version`, `--help`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from taper.catalogue import catalogue
from taper.cli import COMMANDS
from taper.formulary import formulary


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_finding_is_explained(taper, name):
    ran = taper("explain", name)
    assert ran.status == 0
    for title in ("What it means", "Why it matters", "What to do", "Source"):
        assert title in ran.out


def test_explain_lists_and_finds_what_was_meant(taper):
    assert len(taper("explain").out.splitlines()) == len(catalogue())
    assert [entry["id"] for entry in json.loads(taper("explain", "--format", "json").out)]
    missed = taper("explain", "unavoidable")
    assert missed.status == 2
    assert "unavoidable-cut" in missed.err


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
