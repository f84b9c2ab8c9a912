"""`taper record`: what is written, what is shown, what is refused, and the questions."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def saved(taper, tmp_path):
    file = tmp_path / "plan.json"
    asked = ("--start", "2026-12-07", "--every", "2w", "-o", file)
    assert taper("plan", "morphine-er", "60 mg q8h", *asked).status == 0
    return file


def test_it_shows_the_answers_and_writes_nothing_by_itself(taper, saved):
    before = saved.read_bytes()
    ran = taper("record", saved, "--on", "2027-01-15", "--cows", "6", "--peg", "5.3")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == "Check of 2027-01-15: COWS 6 (mild), PEG 5.3"
    cells = [line.split() for line in lines]
    assert ["go", "on", "105", "mg", "a", "day", "2027-01-18", "2027-05-24"] in cells
    assert ["hold", "105", "mg", "a", "day", "2027-02-01", "2027-06-07"] in cells
    assert "nothing is written" in ran.err
    assert saved.read_bytes() == before


def test_an_answer_is_applied_and_saved(taper, saved):
    asked = ("--cows", "14", "--then", "hold", "-o", saved)
    ran = taper("record", saved, "--on", "2027-01-15", *asked)
    assert ran.status == 0
    assert "hold 120 mg a day (45/30/45) to 2027-01-31" in ran.out
    document = json.loads(saved.read_text())
    assert document["records"][0]["then"] == "hold:2w"
    assert document["revisions"][0]["change"] == {"hold": "2w"}
    assert taper("check", saved).status == 0
    assert taper("export", saved, "--format", "csv").status == 0


def test_going_on_after_a_bad_check_needs_a_reason(taper, saved):
    bad = ("record", saved, "--on", "2027-01-15", "--suicidal-thoughts", "--then", "go-on")
    ran = taper(*bad)
    assert ran.status == 3
    assert "going on is not offered" in ran.err
    assert taper(*bad, "--reason", "seen by psychiatry today").status == 0


def test_as_json(taper, saved):
    ran = taper("record", saved, "--on", "2027-01-15", "--not-reached", "--format", "json")
    found = json.loads(ran.out)
    assert found["record"]["not_reached"] is True
    assert found["alarms"] == ["the patient was not reached: try again the same day"]
    assert [each["answer"] for each in found["answers"]][-1] == "go-on"
    assert not found["answers"][-1]["offered"]


def test_without_a_terminal_nothing_is_asked(taper, saved):
    ran = taper("record", saved, "--on", "2027-01-15")
    assert ran.status == 2
    assert "nothing is recorded" in ran.err
    assert "--not-reached" in ran.err


def test_before_the_start_and_after_the_stop(taper, saved):
    ran = taper("record", saved, "--on", "2026-12-04", "--pain", "6")
    assert ran.status == 0
    ran = taper("record", saved, "--on", "2027-06-01", "--cows", "3", "--format", "json")
    assert ran.status == 0
    offered = {each["answer"] for each in json.loads(ran.out)["answers"] if each["offered"]}
    assert offered == {"go-on", "refer"}
