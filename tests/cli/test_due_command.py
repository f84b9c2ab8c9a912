"""`taper due`: what falls due over many saved plans."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def plans(taper, tmp_path):
    folder = tmp_path / "plans"
    folder.mkdir()
    taper("plan", "morphine-er", "60 mg q8h", "--start", "2026-12-07", "--every", "2w",
          "--label", "room 4", "-o", folder / "a.json")  # fmt: skip
    taper("plan", "fentanyl-patch", "50 mcg/h", "--start", "2026-12-08", "--every", "2w",
          "-o", folder / "b.json")  # fmt: skip
    return folder


def test_what_falls_due_is_listed_by_date(taper, plans):
    words = ("--on", "2026-12-21", "--days", "7")
    ran = taper("due", plans / "a.json", plans / "b.json", *words, columns=300)
    assert ran.status == 0
    lines = ran.out.splitlines()[2:]
    assert lines == sorted(lines)
    assert any(
        line.startswith("2026-12-21") and "room 4" in line and " reduction " in line
        for line in lines
    )
    assert all("2026-12-21" <= line[:10] <= "2026-12-27" for line in lines)


def test_json_is_what_the_plans_say(taper, plans):
    ran = taper("due", plans, "--on", "2026-12-01", "--days", "3000", "--format", "json")
    found = json.loads(ran.out)
    for name in ("a", "b"):
        saved = json.loads((plans / f"{name}.json").read_text())
        mine = [entry for entry in found if entry["plan"] == saved["id"]]
        kinds = {
            kind: sorted(e["date"] for e in mine if e["kind"] == kind)
            for kind in ("check", "fill", "reduction", "stop")
        }
        assert kinds["check"] == sorted(check["date"] for check in saved["checks"])
        assert kinds["fill"] == sorted(fill["date"] for fill in saved["supply"])
        reductions = [step["start"] for step in saved["steps"] if step["kind"] == "reduce"]
        assert kinds["reduction"] == reductions
        assert kinds["stop"] == [saved["summary"]["stop_date"]]


def test_only_the_kinds_that_are_asked_for(taper, plans):
    ran = taper(
        "due", plans, "--on", "2026-12-07", "--days", "60", "--kind", "fill", "--format", "json"
    )
    assert {entry["kind"] for entry in json.loads(ran.out)} == {"fill"}


def test_a_file_that_cannot_be_read_is_one_line_and_the_others_go_on(taper, plans):
    (plans / "broken.json").write_text('{"schema": "taper-plan/2", "steps": 3}')
    (plans / "other.json").write_text("[]")
    ran = taper("due", plans, plans / "none.json", "--on", "2026-12-21", "--format", "json")
    assert ran.status == 1
    assert len({entry["plan"] for entry in json.loads(ran.out)}) == 2
    lines = ran.err.splitlines()
    assert len(lines) == 3
    for name in ("broken.json", "other.json", "none.json"):
        assert sum(name in line for line in lines) == 1


def _with(text, **values):
    return json.dumps(json.loads(text) | values)


def test_no_file_stops_the_list_and_none_is_believed(taper, plans):
    text = (plans / "a.json").read_text()
    wrong = {
        "number": _with(text, id=7),
        "list": text.replace('"directions": "', '"directions": ["x"], "then": "'),
        "surrogate": text.replace('"room 4"', '"room \\ud800"'),
        "control": text.replace('"room 4"', '"\\u001b]0;owned\\u0007"'),
        "directions": text.replace("Take one 60 mg tablet", "Take ten 60 mg tablets"),
        "checks": _with(text, checks=[]),
        "date": _with(text, checks=[json.loads(text)["checks"][0] | {"date": "2026-12-21"}]),
        "twice": text.replace('"id": ', '"id": "x", "id": ', 1),
        "deep": "[" * 100_000,
        "empty": "",
        "steps": _with(text, steps={"1": []}),
        "schema": _with(text, schema=["taper-plan/2"]),
        "version": _with(text, schema="taper-plan/9"),
        "revisions": _with(text, revisions=[{"from": 3}]),
        "request": _with(text, request=[]),
        "nan": text.replace('"days": 14', '"days": NaN', 1),
    }
    for name, content in wrong.items():
        (plans / f"w-{name}.json").write_text(content)
    (plans / "w-folder.json").mkdir()
    (plans / "w-bytes.json").write_bytes(b"\xff\xfe\x00")
    ran = taper("due", plans, "--on", "2026-12-21", "--format", "json")
    assert ran.status == 1
    assert {entry["file"].rpartition("/")[2] for entry in json.loads(ran.out)} == {
        "a.json",
        "b.json",
    }
    lines = ran.err.splitlines()
    assert len(lines) == len(wrong) + 2
    for name in (*wrong, "folder", "bytes"):
        assert sum(f"w-{name}.json" in line for line in lines) == 1, name
    assert all(line.isprintable() for line in lines)


def test_a_plan_of_another_version_is_listed_and_said(taper, plans):
    path = plans / "b.json"
    path.write_text(path.read_text().replace('"taper": "', '"taper": "0.0.'))
    ran = taper("due", path, "--on", "2026-12-21", "--days", "30", "--format", "json")
    assert ran.status == 0
    assert json.loads(ran.out)
    assert len(ran.err.splitlines()) == 1
    assert "b.json was made by taper 0.0." in ran.err


def test_nothing_due_is_no_data(taper, plans):
    ran = taper("due", plans, "--on", "2040-01-01")
    assert (ran.status, ran.out, ran.err) == (0, "", "nothing falls due\n")
    assert taper("due", plans, "--on", "2040-01-01", "--format", "json").out == "[]\n"


@pytest.mark.parametrize("option", [("--days", "0"), ("--on", "tomorrow"), ("--kind", "party")])
def test_what_is_no_span_is_an_error(taper, plans, option):
    ran = taper("due", plans, *option)
    assert ran.status == 2
    assert ran.out == ""


def test_a_check_without_a_record_is_named_until_it_has_one(taper, plans):
    asked = ("--on", "2026-12-28", "--days", "7", "--kind", "unrecorded", "--format", "json")
    found = json.loads(taper("due", plans / "a.json", *asked).out)
    assert {entry["date"] for entry in found} == {"2026-12-28"}
    told = [entry["what"].split(",")[0] for entry in found]
    checks = json.loads((plans / "a.json").read_text())["checks"]
    past = [check["date"] for check in checks if "2026-11-30" <= check["date"] < "2026-12-28"]
    assert told == [f"no record yet of {day}" for day in past]
    recorded = ("record", plans / "a.json", "--on", past[1], "--cows", "2")
    assert taper(*recorded, "-o", plans / "a.json").status == 0
    told = json.loads(taper("due", plans / "a.json", *asked).out)
    assert [entry["what"].split(",")[0] for entry in told] == [
        f"no record yet of {day}" for day in past if day != past[1]
    ]


def test_a_check_that_was_made_early_is_not_due(taper, plans):
    asked = ("--on", "2026-12-30", "--days", "1", "--kind", "check", "--format", "json")
    (check,) = json.loads(taper("due", plans / "a.json", *asked).out) or [{"date": None}]
    if check["date"] is None:
        return
    recorded = ("record", plans / "a.json", "--on", check["date"], "--cows", "2")
    taper(*recorded, "-o", plans / "a.json")
    assert json.loads(taper("due", plans / "a.json", *asked).out) == []


def test_a_reduction_says_from_what_to_what(taper, plans):
    asked = ("--on", "2027-01-18", "--days", "1", "--kind", "reduction", "--format", "json")
    (entry,) = json.loads(taper("due", plans / "a.json", *asked).out)
    assert entry["what"].startswith("morphine-er 120 \N{RIGHTWARDS ARROW} 105 mg: Take ")


def test_csv_and_a_calendar(taper, plans, tmp_path):
    words = ("--on", "2026-12-21", "--days", "7")
    file = tmp_path / "due.ics"
    ran = taper("due", plans, *words, "--format", "csv", "-o", file, "-o", tmp_path / "due.csv")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == "date,plan,label,kind,what,file"
    assert (tmp_path / "due.csv").read_text().splitlines() == lines
    text = file.read_text()
    assert text.count("BEGIN:VEVENT") == len(lines) - 1
    assert "SUMMARY" in text
    calendar = taper("due", plans, *words, "--format", "ics").out
    assert calendar.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert taper("due", plans, *words, "-o", tmp_path / "due.pdf").status == 2
