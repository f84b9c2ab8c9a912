"""`--products`: of `plan`, `formulary`, `batch`, `check` and `config`."""

from __future__ import annotations

import json

import pytest

FILE = """
[[product]]
id = "morphin-tropfen"
drug = "morphine"
form = "solution"
name = "Morphin-Tropfen"
unit = "mg"
strengths = ["5 mg/mL"]
intervals_hours = [6]
handling = "liquid"
source = "manufacturing record"
"""
REST = ("--market", "uk", "--start", "2026-12-07", "--on-opioids-for", "3y")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "praxis.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_plan_and_everything_after_it_without_the_file(taper, file, tmp_path):
    saved = tmp_path / "plan.json"
    ran = taper(
        "plan", "morphin-tropfen", "20 mg q6h", "--products", file, *REST, "-o", saved, "--full"
    )
    assert ran.status == 0
    assert "local-product" in ran.out + ran.err
    file.unlink()
    assert taper("export", saved, "-o", tmp_path / "a.csv").status == 0
    assert ",local-product" in (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert taper("check", saved).status == 0
    assert taper("revise", saved, "--from", "2027-02-01", "--hold", "4w", "-o", saved).status == 0
    assert taper("export", saved, "-o", tmp_path / "b.html").status == 0
    assert "local product" in (tmp_path / "b.html").read_text(encoding="utf-8")
    assert taper("due", saved, "--on", "2027-02-01").status == 0


def test_a_request_file_names_it_beside_itself(taper, file, monkeypatch, tmp_path):
    request = file.parent / "request.toml"
    request.write_text(
        'products = "praxis.toml"\nproduct = "morphin-tropfen"\ndose = "20 mg q6h"\n'
        'market = "uk"\nstart = "2026-12-07"\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path.parent)
    ran = taper("plan", request, "--format", "json")
    assert ran.status == 0
    assert json.loads(ran.out)["request"]["products"][0]["id"] == "morphin-tropfen"


def test_formulary(taper, file):
    listed = taper("formulary", "list", "morphin", "--market", "uk", "--products", file)
    assert "morphin-tropfen" in listed.out
    assert "(local product)" in listed.out
    shown = taper("formulary", "show", "morphin-tropfen", "--market", "uk", "--products", file)
    assert "praxis.toml; not checked against this tool's sources" in shown.out


def test_check_a_schedule_that_a_person_wrote(taper, file, tmp_path):
    schedule = tmp_path / "schedule.csv"
    schedule.write_text(
        "start_date,daily_dose\n2026-12-07,80 mg\n2027-01-04,72.5 mg\n", encoding="utf-8"
    )
    options = ("--market", "uk", "--products", file, "--product", "morphin-tropfen")
    ran = taper("check", schedule, *options)
    assert "[local-product]" in ran.out


def test_a_batch(taper, file, tmp_path):
    panel = tmp_path / "panel.csv"
    panel.write_text(
        "id,product,dose,start,market\n"
        "a,morphin-tropfen,20 mg q6h,2026-12-07,uk\n"
        "b,morphin-tropfen,20 mg q6h,2026-12-07,us\n"
        "c,morphine-er,90 mg q8h,2026-12-07,us\n",
        encoding="utf-8",
    )
    outputs = [tmp_path / f"{jobs}.jsonl" for jobs in (1, 2)]
    for jobs, output in enumerate(outputs, 1):
        ran = taper("batch", panel, "-o", output, "--products", file, "--jobs", jobs)
        assert ran.status == 0, ran.err
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    plans = [json.loads(line) for line in outputs[0].read_text(encoding="utf-8").splitlines()]
    assert [len(each["request"].get("products", [])) for each in plans] == [1, 1, 1]
    without = taper("batch", panel, "--summary")
    assert json.loads(without.out)["failed"] == 2


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [(None, 1, "cannot be read"), ("[", 2, "not TOML"), (FILE.replace('"mg"', '"ml"'), 2, "unit")],
)
@pytest.mark.parametrize("command", ["plan", "batch"])
def test_a_file_that_cannot_be_used_is_one_line(taper, file, tmp_path, command, text, status, said):
    panel = tmp_path / "panel.csv"
    panel.write_text("product,dose,start\nmorphine-er,90 mg q8h,2026-12-07\n", encoding="utf-8")
    if text is None:
        file.unlink()
    else:
        file.write_text(text, encoding="utf-8")
    words = {
        "plan": ("morphine-er", "90 mg q8h", "--start", "2026-12-07"),
        "batch": (panel, "--summary"),
    }[command]
    ran = taper(command, *words, "--products", file)
    assert ran.status == status
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_the_setting(taper, file, monkeypatch, tmp_path):
    configuration = tmp_path / "config" / "config.toml"
    monkeypatch.setenv("TAPER_CONFIG", str(configuration))
    monkeypatch.chdir(file.parent)
    assert taper("config", "set", "products", "praxis.toml").status == 0
    assert str(file) in configuration.read_text(encoding="utf-8")
    assert taper("config", "set", "stock.morphin-tropfen", "5 mg/mL").status == 0
    ran = taper("plan", "morphin-tropfen", "20 mg q6h", *REST, "--format", "json")
    assert ran.status == 0, ran.err
    assert taper("config", "set", "products", "missing.toml").status == 1


def test_a_column_of_a_batch_names_no_file(taper, file, tmp_path):
    panel = tmp_path / "panel.csv"
    panel.write_text(
        f"product,dose,start,products\nmorphin-tropfen,20 mg q6h,2026-12-07,{file}\n",
        encoding="utf-8",
    )
    ran = taper("batch", panel, "--summary")
    assert ran.status == 2
    assert "'products' is no field" in ran.err
