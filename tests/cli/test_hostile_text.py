"""What a file, a name or a setting holds steers no terminal, by whatever command it is read."""

from __future__ import annotations

import json
import re

import pytest

START = ("--start", "2026-12-07")
HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\u202egm 09\u2066"
STEERS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture
def files(tmp_path):
    """Files that hold hostile text wherever a text can stand."""
    row = f"2027-01-01,60 mg{HOSTILE},morphine-er{HOSTILE},{HOSTILE}\n"
    (tmp_path / "rows.csv").write_text(
        f"start_date,daily_dose,product,{HOSTILE}\n{row}", encoding="utf-8"
    )
    (tmp_path / "quoted.csv").write_text(
        f'start_date,daily_dose,product\n2027-01-01,"{HOSTILE}","{HOSTILE}"\n', encoding="utf-8"
    )
    request = {"product": HOSTILE, "dose": HOSTILE, "start": HOSTILE, "label": HOSTILE, HOSTILE: 1}
    (tmp_path / "request.json").write_text(json.dumps(request), encoding="utf-8")
    coding = {"text": HOSTILE, "coding": [{"system": HOSTILE, "code": HOSTILE}]}
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "id": HOSTILE,
        "medicationCodeableConcept": coding,
        "dosageInstruction": [{"text": HOSTILE}],
    }
    (tmp_path / "order.json").write_text(json.dumps(order), encoding="utf-8")
    (tmp_path / "other.json").write_text(json.dumps({**order, "resourceType": HOSTILE}))
    (tmp_path / "config.toml").write_text(
        f"clinic = {json.dumps(HOSTILE)}\n{json.dumps(HOSTILE)} = 1\n", encoding="utf-8"
    )
    plan = {"schema": "taper-plan/2", "id": HOSTILE, "request": request, HOSTILE: HOSTILE}
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (tmp_path / "schema.json").write_text(json.dumps({**plan, "schema": f"taper-plan/{HOSTILE}"}))
    (tmp_path / "panel.csv").write_text(f"id,product,dose,{HOSTILE}\n{HOSTILE},a,b,c\n")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("check", "rows.csv"),
        ("check", "rows.csv", "--format", "json"),
        ("check", "quoted.csv"),
        ("check", "quoted.csv", "--format", "json"),
        ("check", "order.json"),
        ("check", "plan.json"),
        ("check", "schema.json"),
        ("check", HOSTILE),
        ("plan", "request.json"),
        ("plan", "order.json", *START),
        ("plan", "other.json", *START),
        ("plan", "plan.json"),
        ("plan", "schema.json"),
        ("plan", HOSTILE, HOSTILE, "--start", HOSTILE),
        ("plan", "morphine-er", "60 mg q12h", *START, "--label", HOSTILE),
        ("plan", "morphine-er", "60 mg q12h", *START, "-o", f"{HOSTILE}.xyz"),
        ("plan", "morphine-er", "60 mg q12h", *START, "--history", "rows.csv"),
        ("export", "plan.json"),
        ("export", "schema.json"),
        ("revise", "plan.json", "--from", HOSTILE, "--hold", HOSTILE),
        ("record", "plan.json", "--on", HOSTILE),
        ("due", "plan.json", "schema.json", HOSTILE, "--on", "2027-01-01"),
        ("show", "plan.json"),
        ("compare", HOSTILE, HOSTILE, *START, "--reduce", HOSTILE),
        ("batch", "panel.csv", "--summary"),
        ("batch", HOSTILE, "-o", HOSTILE),
        ("explain", HOSTILE),
        ("guidelines", "show", HOSTILE),
        ("formulary", "show", HOSTILE),
        ("formulary", "list", "--products", "config.toml"),
        ("config", "set", "clinic", HOSTILE),
        (HOSTILE,),
    ],
)  # fmt: skip
def test_nothing_that_is_given_steers_the_terminal(taper, files, words, monkeypatch):
    monkeypatch.chdir(files)
    ran = taper(*words)
    assert not STEERS.search(ran.out), words
    assert not STEERS.search(ran.err), words
    assert "fault of taper itself" not in ran.err
    if "json" in words:
        json.loads(ran.out)


@pytest.mark.parametrize("words", [("config", "show"), ("config", "show", "--format", "json")])
def test_a_setting_steers_no_terminal(taper, files, words, monkeypatch):
    monkeypatch.setenv("TAPER_CONFIG", str(files / "config.toml"))
    ran = taper(*words)
    assert not STEERS.search(ran.out + ran.err)
    assert "fault of taper itself" not in ran.err
