"""`taper cows`."""

from __future__ import annotations

import json

import pytest

from taper.safety.cows import items


def test_a_form_is_scored_and_its_band_named(taper):
    ran = taper("cows", "--items", "1,2,1,0,1,2,1,0,1,2,0")
    assert (ran.status, ran.out, ran.err) == (0, "COWS 11 of 48: mild\n", "")


def test_items_can_be_named(taper):
    given = [f"--{item.id}={max(item.values)}" for item in items()]
    assert taper("cows", *given).out == "COWS 48 of 48: severe\n"


def test_json(taper):
    ran = taper("cows", "--items", "4,4,5,0,0,0,0,0,0,0,0", "--format", "json")
    found = json.loads(ran.out)
    assert (found["scale"], found["total"], found["band"]) == ("COWS", 13, "moderate")
    assert found["items"]["restlessness"] == 5
    assert "2003" in found["source"]


def test_impossible_values_are_errors_all_at_once(taper):
    ran = taper("cows", "--items", "3,0,2,0,0,0,0,0,0,0,1")
    assert ran.status == 2
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("error: pulse: 3 is not a value of this item")
    assert "one of 0, 1, 2, 4" in lines[0]


@pytest.mark.parametrize("text", ["1,2,3", "a,0,0,0,0,0,0,0,0,0,0", "-1,0,0,0,0,0,0,0,0,0,0", ""])
def test_what_is_no_form_is_an_error(taper, text):
    ran = taper("cows", "--items", text)
    assert ran.status == 2
    assert ran.err.startswith("error: ")


def test_missing_items_are_named(taper):
    ran = taper("cows", "--pulse", "1")
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 10


def test_the_form_shows_every_value(taper):
    ran = taper("cows", "--form")
    assert ran.status == 0
    assert ran.out.count("--") >= 11
    entries = json.loads(taper("cows", "--form", "--format", "json").out)
    assert [entry["id"] for entry in entries] == [item.id for item in items()]


def test_named_items_that_are_impossible_are_errors_all_at_once(taper):
    ran = taper("cows", "--items", "0,0,0,0,0,0,0,0,0,0,0", "--pulse", "x", "--pupils", "many")
    assert (ran.status, ran.out) == (2, "")
    assert [line.split(":")[1].strip() for line in ran.err.splitlines()] == ["pulse", "pupils"]
