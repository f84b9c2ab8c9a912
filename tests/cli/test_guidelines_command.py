"""`taper guidelines list|show`."""

from __future__ import annotations

import json

import pytest

from taper.formulary.guidelines import guidelines


def test_list_names_every_rule_set(taper):
    ran = taper("guidelines", "list")
    assert ran.status == 0
    heads = [line.split()[0] for line in ran.out.splitlines() if not line.startswith(" ")]
    assert heads == sorted(guidelines(), key=lambda name: guidelines()[name].market != "us")


@pytest.mark.parametrize(("market", "first"), [("uk", "fpm-newer"), ("au", "etg-weekly")])
def test_those_of_the_market_in_use_come_first(taper, monkeypatch, market, first):
    asked = taper("guidelines", "list", "--market", market).out
    assert asked.startswith(f"{first} ({market}, ")
    monkeypatch.setenv("TAPER_MARKET", market)
    assert taper("guidelines", "list").out == asked


def test_the_list_tells_when_each_applies_and_what_its_paces_are(taper):
    listed = taper("guidelines", "list", columns=200).out.split("\nfda-label ")[1]
    lines = listed.splitlines()[1:6]
    assert lines[0].startswith("  for     patients physically dependent")
    assert lines[1:] == [
        "  range   10% to 25% every 2 to 4 weeks",
        "  gentle  10% every 4w (current)",
        "  middle  17.5% every 3w (current)",
        "  fast    25% every 2w (current)",
    ]


def test_show_prints_the_paces(taper):
    assert "  fast        25% every 2w\n" in taper("guidelines", "show", "fda-label").out
    found = json.loads(taper("guidelines", "show", "fda-label", "--format", "json").out)
    assert found["market"] == "us"
    assert found["paces"]["middle"] == "17.5% every 3w"


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
