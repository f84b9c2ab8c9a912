"""`taper check`: what is printed, and the exit status."""

from __future__ import annotations

import json

import pytest

BAD = """\
date;dose;drug;qty
2026-12-07;120 mg;MS Contin;60 mg x 28
2026-12-21;105 mg;;15 mg x 10
2027-01-04;112.5 mg;morphine-er;
2027-02-31;90 mg;morphine-er;
"""


@pytest.fixture
def bad(tmp_path):
    file = tmp_path / "schedule.csv"
    file.write_text(BAD, encoding="utf-8")
    return file


def test_every_fault_is_a_line_with_its_row_and_column(taper, bad):
    ran = taper("check", bad)
    assert ran.status == 1
    lines = [line for line in ran.out.splitlines() if line.startswith("row")]
    assert lines[0].startswith("row 3, qty: error: ")
    assert lines[0].endswith("[quantity-does-not-fit]")
    assert "row 4, dose: error: 112.5 mg a day, after 105 mg in row 3 [dose-rises]" in lines
    assert any(line.startswith("row 4, dose: error: ") and "half" in line for line in lines)
    assert any(
        line.startswith("row 5, date: error: 2027-02-31 is not in the calendar") for line in lines
    )
    assert "4 errors" in ran.err


def test_json_has_the_same(taper, bad):
    ran = taper("check", bad, "--format", "json")
    assert ran.status == 1
    entries = json.loads(ran.out)
    assert list(entries[0]) == ["id", "level", "row", "column", "value", "message"]
    assert [entry["row"] for entry in entries if entry["level"] == "error"] == [3, 4, 4, 5]


def test_nothing_wrong_is_exit_0(taper):
    text = "date,dose,drug\n2026-12-07,120 mg,morphine-er\n2026-12-21,105 mg,morphine-er\n"
    ran = taper("check", "-", stdin=text)
    assert ran.status == 0
    assert "error" not in ran.out


@pytest.mark.parametrize("suffix", [".json", ".csv", ".xlsx", ".fhir.json", ".daily.csv"])
def test_what_the_tool_wrote_is_exit_0(taper, tmp_path, suffix):
    file = tmp_path / f"plan{suffix}"
    taper(
        "plan", "fentanyl-patch", "100 mcg/h", "--start", "2026-12-07", "--every", "2w", "-o", file
    )
    assert taper("check", file).status == 0


def test_days_to_avoid_are_looked_at_when_they_are_named(taper):
    text = "date,dose,drug\n2026-12-07,120 mg,morphine-er\n2026-12-19,105 mg,morphine-er\n"
    assert "avoided-day" not in taper("check", "-", stdin=text).out
    ran = taper("check", "-", "--avoid", "weekends", stdin=text)
    assert "row 3, date: warning: a reduction begins on 2026-12-19, a Saturday" in ran.out
    assert ran.status == 0  # a warning
    assert taper("check", "-", "--avoid", "mondays", stdin=text).status == 2


def test_a_file_that_is_not_there_is_exit_1_and_one_that_is_no_schedule_exit_2(taper, tmp_path):
    assert taper("check", tmp_path / "none.csv").status == 1
    ran = taper("check", "-", stdin="age,height\n40,180\n")
    assert ran.status == 2
    (line,) = ran.err.splitlines()
    assert "not a schedule" in line


def test_a_cell_is_never_taken_for_more_than_text(taper):
    text = 'date,dose,drug\n"=1+1",120 mg,"=cmd|\' /C calc\'!A0"\n'
    ran = taper("check", "-", stdin=text)
    assert ran.status == 1
    assert "Traceback" not in ran.err


def test_weeks_are_dated_and_halves_allowed_by_options(taper):
    text = "Week,Dose\n1,5 mg q6h\n2,2.5 mg q6h\n"
    options = ("--product", "oxycodone-ir", "--start", "12/07/2026", "--avoid", "weekends")
    ran = taper("check", "-", *options, stdin=text)
    assert ran.status == 1
    assert "row 3, Dose: error: 2.5 mg needs half of a tablet" in ran.out
    ran = taper("check", "-", *options, "--split", "halves", stdin=text)
    assert ran.status == 0
    assert taper("check", "-", *options, "--split", "thirds", stdin=text).status == 2


def test_what_was_not_assessed_has_its_ids_as_its_value(taper):
    ran = taper("check", "-", "--format", "json", stdin="date,dose,drug\n2026-12-07,30 mg,MST\n")
    assert ran.status == 1  # no product of the US
    text = "date,dose,drug\n2026-12-07,30 mg,MS Contin\n"
    entries = json.loads(taper("check", "-", "--format", "json", stdin=text).out)
    left_out = [entry["value"] or "" for entry in entries if entry["id"] == "not-assessed"]
    assert {"duration-unknown", "benzodiazepine", "new-prescriptions"} <= set(
        " ".join(left_out).split()
    )
