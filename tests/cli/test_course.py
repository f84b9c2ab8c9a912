"""The worked course in `examples/course`, from the plan to a missed week; its files are current."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "examples" / "course"
POINTS = ("1-planned", "2-held", "3-by-hand", "4-holiday")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("course_script", ROOT / "scripts" / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def played(script, tmp_path_factory):
    """The course, played anew from its request and its commands."""
    folder = tmp_path_factory.mktemp("course")
    for name in script.KEPT:
        shutil.copy(COURSE / name, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        script.play(folder)
    return folder


def test_the_files_are_those_that_the_commands_write(played):
    assert {path.name for path in COURSE.iterdir()} == {path.name for path in played.iterdir()}
    for path in sorted(COURSE.iterdir()):
        assert path.read_bytes() == (played / path.name).read_bytes(), path.name


def plans() -> list[dict]:
    return [json.loads((COURSE / f"{name}.json").read_text(encoding="utf-8")) for name in POINTS]


def test_it_is_one_plan_with_one_more_change_at_each_point():
    made = plans()
    assert {plan["id"] for plan in made} == {"course"}
    assert [len(plan["revisions"]) for plan in made] == [0, 1, 2, 3]
    assert all(plan["request"] == made[0]["request"] for plan in made)


def test_what_was_past_at_each_change_stays():
    for before, after in zip(plans(), plans()[1:], strict=False):
        day = after["revisions"][-1]["from"]
        past = [step for step in before["steps"] if (step["end"] or "") < day and step["start"]]
        past = [step for step in past if step["end"]]
        for was, now in zip(past, after["steps"][1:], strict=False):
            # what is found of a row may change: another row may be the last before the stop
            assert {**was, "findings": []} == {**now, "findings": []}
        for name, key in (("supply", "date"), ("checks", "date")):
            done = [entry for entry in before[name] if entry[key] < day]
            assert after[name][: len(done)] == done


def test_each_change_ends_the_taper_later():
    stops = [plan["summary"]["stop_date"] for plan in plans()]
    assert stops == sorted(set(stops))


def test_the_page_tells_each_point(script):
    text = (COURSE / "README.md").read_text(encoding="utf-8")
    for name in POINTS:
        assert f"{name}.json" in text
    for plan in plans():
        assert plan["summary"]["stop_date"] in text
        for revision in plan["revisions"]:
            assert revision["why"] in text
    for path in COURSE.iterdir():
        assert path.name == "README.md" or path.name in text


def test_what_checks_found_stays_in_the_file():
    last = plans()[-1]
    assert [(r["date"], r["cows"], r["then"]) for r in last["records"]] == [
        ("2027-01-15", 16, "hold:4w"),
        ("2027-02-12", 4, None),
    ]


def test_after_a_missed_week_the_plan_does_not_resume():
    told = (COURSE / "5-missed.txt").read_text(encoding="utf-8")
    assert "after 7 days without morphine" in told
    assert "the plan does not resume" in told
    anew = json.loads((COURSE / "5-anew.json").read_text(encoding="utf-8"))
    before = plans()[-1]["steps"]
    (in_force,) = [s for s in before if s["start"] and s["start"] <= "2027-10-08" <= s["end"]]
    assert float(anew["summary"]["start_daily_dose"]) < float(in_force["daily_dose"])
