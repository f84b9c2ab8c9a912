"""`taper export --next --on`, `--diary`, and the options of the FHIR file."""

from __future__ import annotations

import json

import pytest

OPTIONS = ("--start", "2026-12-07", "--every", "2w", "--on-opioids-for", "8mo")


@pytest.fixture
def saved(taper, tmp_path):
    path = tmp_path / "plan.json"
    assert taper("plan", "morphine-er", "90 mg q8h", *OPTIONS, "-o", path).status == 0
    return path


def test_the_next_steps(taper, saved):
    ran = taper("export", saved, "--next", "2", "--on", "2027-01-10", "--format", "csv")
    assert ran.status == 0
    assert [line.split(",")[1] for line in ran.out.splitlines()[1:]] == ["3", "3", "4", "5"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--on", "2027-01-10"), "on: goes with --next"),
        (("--next", "0"), "next: 0 is not a number of steps"),
        (("--next", "2", "--on", "2040-01-01"), "no step on or after 2040-01-01"),
        (("--next", "2", "--on", "soon"), "on: 'soon'"),
        (("--bundle", "batch"), "bundle: 'batch' is not known"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(taper, saved, words, message):
    ran = taper("export", saved, *words, "-o", saved.with_suffix(".txt"))
    assert ran.status == 2
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_without_a_day_it_is_today(taper, saved, monkeypatch):
    monkeypatch.setattr("taper.commands.export.today", lambda: "2027-01-10")
    ran = taper("export", saved, "--next", "1", "--format", "csv")
    assert [line.split(",")[1] for line in ran.out.splitlines()[1:]] == ["3", "3", "4"]


@pytest.mark.parametrize("command", ["plan", "export"])
def test_the_diary_and_the_options_of_the_fhir_file(taper, saved, tmp_path, command):
    first = (
        ("export", saved) if command == "export" else ("plan", "morphine-er", "90 mg q8h", *OPTIONS)
    )
    page, record = tmp_path / "page.html", tmp_path / "record.fhir.json"
    fhir = ("--subject", "Patient/7", "--bundle", "transaction", "--one-request-per-step")
    assert taper(*first, "--diary", *fhir, "-o", page, "-o", record).status == 0
    assert "Your diary" in page.read_text(encoding="utf-8")
    bundle = json.loads(record.read_text(encoding="utf-8"))
    assert bundle["type"] == "transaction"
    requests = [
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "MedicationRequest"
    ]
    assert len(requests) > 12
    assert {request["subject"]["reference"] for request in requests} == {"Patient/7"}
