"""`taper guidelines list|show`."""

from __future__ import annotations

import json

import pytest

from taper.formulary.guidelines import guidelines


def test_list_names_every_rule_set(taper):
    ran = taper("guidelines", "list")
    assert ran.status == 0
    assert [line.split()[0] for line in ran.out.splitlines()[2:]] == list(guidelines())


def test_list_as_json_has_the_rule_and_its_source(taper):
    entries = json.loads(taper("guidelines", "list", "--format", "json").out)
    first = entries[0]
    assert first["name"] == "cdc-2022-weekly"
    assert first["plans_with"] == {"reduce": "10%", "every": "1w", "of": "mixed", "phases": []}
    assert all(entry["leaves_open"] and entry["citations"] for entry in entries)


@pytest.mark.parametrize("name", list(guidelines()))
def test_show_explains_it(taper, name):
    ran = taper("guidelines", "show", name)
    assert ran.status == 0
    for title in ("What it leaves open:", "What is planned, and why:", "Source ("):
        assert title in ran.out
    assert json.loads(taper("guidelines", "show", name, "--format", "json").out)["name"] == name


def test_an_unknown_name_is_an_error(taper):
    ran = taper("guidelines", "show", "cdc")
    assert ran.status == 2
    assert "cdc-2022-weekly" in ran.err
