"""`taper show`: the course of a plan at the terminal, as JSON and as a drawing."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def saved(taper, tmp_path):
    file = tmp_path / "plan.json"
    asked = ("--start", "2026-12-07", "--every", "2w", "-o", file)
    assert taper("plan", "morphine-er", "60 mg q8h", *asked).status == 0
    for day, cows in (("2027-01-15", "14"), ("2027-01-29", "8")):
        found = ("--on", day, "--cows", cows, "--pain", "6")
        assert taper("record", file, *found, "--then", "hold:2w", "-o", file).status == 0
    return file


def test_doses_and_scores_over_time(taper, saved):
    ran = taper("show", saved, columns=120)
    assert ran.status == 0
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "2027-01-04 120 mg a day reduce" in lines
    assert "2027-01-15 check: COWS 14 (moderate), pain 6: hold:2w" in lines
    assert any(line.startswith("2027-01-15 changed: hold 2w (check of") for line in lines)
    dates = [line[:10] for line in lines if line.startswith("20")]
    assert dates == sorted(dates)
    assert "180 mg" in ran.out  # the chart


def test_without_a_record_it_says_so(taper, tmp_path):
    file = tmp_path / "plan.json"
    asked = ("--start", "2026-12-07", "-o", file, "-o", tmp_path / "plan.svg")
    taper("plan", "fentanyl-patch", "25 mcg/h", *asked)
    assert "No check is recorded yet" in taper("show", file).out
    assert taper("show", file, "-o", tmp_path / "course.svg").status == 0
    assert (tmp_path / "course.svg").read_text() == (tmp_path / "plan.svg").read_text()


def test_as_json(taper, saved, tmp_path):
    found = json.loads(taper("show", saved, "--format", "json").out)
    document = json.loads(saved.read_text())
    assert found["records"] == document["records"]
    assert [dose["daily_dose"] for dose in found["doses"]] == [
        step["daily_dose"] for step in document["steps"]
    ]
    taper("show", saved, "-o", tmp_path / "course.json")
    assert json.loads((tmp_path / "course.json").read_text()) == found


def test_as_a_drawing(taper, saved, tmp_path):
    file = tmp_path / "course.svg"
    ran = taper("show", saved, "-o", file)
    assert (ran.status, ran.out) == (0, "")
    root = ET.parse(file).getroot()
    scores = [each for each in root.iter(f"{SVG}path") if "score" in each.get("class", "")]
    assert [each.get("class") for each in scores] == ["score cows", "score pain"]
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert {"14", "8", "6", "COWS (48)", "pain (10)"} <= set(texts)
    assert len(list(root.iter(f"{SVG}circle"))) == 4
    assert taper("show", saved, "-o", tmp_path / "course.pdf").status == 2
