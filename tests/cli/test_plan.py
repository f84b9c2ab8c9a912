"""`taper plan`: options, files, formats, exit status."""

from __future__ import annotations

import csv
import io
import json

import pytest

START = ("--start", "2026-12-07")
MORPHINE = ("plan", "morphine-er", "90 mg q8h", *START)


def test_a_table_a_prescriber_would_sign(taper):
    ran = taper(*MORPHINE, "--reduce", "10%")
    assert ran.status == 0
    assert ran.err == ""
    for text in ("2026-12-07", "90 mg (60+30)", "88.9%", "11.1%", "270", "supply", "checks"):
        assert text in ran.out
    assert "[unavoidable-cut, large-last-dose]" in " ".join(ran.out.split())
    assert "\x1b[" not in ran.out


@pytest.mark.parametrize("columns", [100, 80, 60])
@pytest.mark.parametrize(
    "args",
    [
        ("morphine-er", "90 mg q8h"),
        ("oxycodone-solution", "10 mg q6h"),
        ("hydromorphone-ir", "8 mg q4h"),
        ("fentanyl-patch", "100 mcg/h"),
        ("morphine-er", "30 mg q12h", "--also", "oxycodone-ir 10 mg q6h"),
        ("morphine-er", "60 mg q12h", "--finish-with", "morphine-solution"),
    ],
)
def test_no_line_is_wider_than_the_terminal_and_no_dose_is_cut_short(taper, args, columns):
    ran = taper("plan", *args, *START, columns=columns)
    assert ran.status == 0
    assert max(len(line) for line in ran.out.splitlines()) <= columns
    assert "…" not in ran.out


def test_json_is_the_plan_document(taper):
    ran = taper(*MORPHINE, "--format", "json")
    document = json.loads(ran.out)
    assert document["schema"] == "taper-plan/2"
    assert document["steps"][1]["daily_dose"] == "240"
    assert document["steps"][1]["doses"][0]["units"] == [
        {"strength": "60", "count": "1"},
        {"strength": "15", "count": "1"},
    ]


def test_csv_has_the_columns_of_the_contract(taper):
    ran = taper(*MORPHINE, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert ",".join(rows[0]) == (
        "plan_id,step,kind,start_date,end_date,days,product,daily_dose,unit,percent_of_original,"
        "cut_percent_of_current,mme,doses,directions,quantities,next_check,findings"
    )
    assert rows[1]["daily_dose"] == "240"
    assert rows[1]["quantities"] == "60 mg x 21; 30 mg x 7; 15 mg x 14"


def test_a_drug_and_a_form_leave_the_one_argument_to_the_dose(taper):
    named = taper("plan", "oxycodone-ir", "10 mg q6h", "--start", "2026-12-07")
    ran = taper("plan", "--drug", "oxycodone", "--form", "ir", "10 mg q6h", "--start", "2026-12-07")
    assert (ran.status, ran.out, ran.err) == (0, named.out, "")
    both = taper("plan", "--drug", "oxycodone", "OxyContin", "10 mg q6h", "--start", "2026-12-07")
    assert both.status == 2
    assert "product: both a product and a drug are given" in both.err
    one = taper("plan", "--drug", "oxycodone", "OxyContin", "--start", "2026-12-07")
    assert one.status == 2
    assert "product: both a product and a drug are given" in one.err


def test_every_option_of_the_contract_is_understood(taper, tmp_path):
    ran = taper(
        *("plan", "oxycodone-ir", "10 mg q6h prn", "--start", "2026-12-07"),
        *("--taking", "30 mg", "--reduce", "10%", "--every", "2w", "--of", "original"),
        *("--hold", "2w@every4", "--hold", "2026-12-24..2027-01-03", "--baseline", "2w"),
        *("--avoid", "weekends", "--reduce-on", "tue", "--last-dose-for", "2w"),
        *("--stock", "5,10", "--max-units", "3", "--split", "none", "--prefer", "fewest-units"),
        *("--finish-with", "oxycodone-solution q6h", "--finish-at", "10 mg", "--fill", "14d"),
        *("--also", "morphine-er 15 mg q12h", "--keep", "morphine-er"),
        *("--on-opioids-for", "8w", "--risk", "oud", "--risk", "pregnancy"),
        *("--specialist", "Dr A", "--checks", "close", "--market", "us"),
        *("--id", "x-1", "--label", "a label", "--to", "0", "--format", "json"),
    )
    assert ran.err == ""
    assert ran.status == 0
    request = json.loads(ran.out)["request"]
    assert request["holds"] == ["2w@every4", "2026-12-24..2027-01-03"]
    assert request["finish_with"] == "oxycodone-solution q6h"
    assert request["risks"] == ["oud", "pregnancy"]
    assert request["taking"] == "30 mg"


@pytest.mark.parametrize(
    "rule",
    [
        ("--over", "26w"),
        ("--by", "2027-06-01"),
        ("--phase", "10%/1w until 50%", "--phase", "5%/2w"),
        ("--guideline", "va-slower"),
        ("--prefer", "fewest-strengths"),
        ("--to", "90 mg"),
        ("--every", "1mo"),
        ("--checks", "none"),
        ("--fill", "step"),
        ("--override-rate", "inpatient", "--reduce", "30%"),
    ],
)
def test_other_ways_to_say_how_fast(taper, rule):
    ran = taper(*MORPHINE, *rule, "--format", "json")
    assert (ran.status, ran.err) == (0, "")
    document = json.loads(ran.out)
    again = taper("plan", "-", "--format", "json", stdin=json.dumps(document["request"]))
    assert again.out == ran.out


def test_files_are_written_by_suffix_and_nothing_is_printed(taper, tmp_path):
    names = ["plan.json", "plan.csv", "plan.checks.csv", "plan.supply.csv"]
    args = [part for name in names for part in ("-o", tmp_path / name)]
    ran = taper(*MORPHINE, *args)
    assert ran.status == 0
    assert ran.out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert (tmp_path / "plan.supply.csv").read_text().startswith("plan_id,fill,fill_date,")
    again = taper("export", tmp_path / "plan.json", "--format", "csv")
    assert again.out == (tmp_path / "plan.csv").read_bytes().decode()


def test_a_saved_plan_serves_as_a_request_and_options_override_it(taper, tmp_path):
    saved = tmp_path / "plan.json"
    taper(*MORPHINE, "-o", saved)
    same = taper("plan", saved, "--format", "json")
    assert same.out == saved.read_text(encoding="utf-8")
    slower = taper("plan", saved, "--reduce", "5%", "--format", "json")
    assert json.loads(slower.out)["request"]["reduce"] == "5%"
    guided = taper("plan", saved, "--guideline", "va-slower", "--format", "json")
    assert json.loads(guided.out)["request"]["guideline"] == "va-slower"


def test_a_request_from_toml_and_from_standard_input(taper, tmp_path):
    text = 'product = "morphine-er"\ndose = "90 mg q8h"\nstart = 2026-12-07\n'
    request = tmp_path / "request.toml"
    request.write_text(text)
    from_file = taper("plan", request, "--format", "json")
    from_stdin = taper("plan", "-", "--format", "json", stdin=text)
    assert from_file.status == 0
    assert from_file.out == from_stdin.out


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("morphin-er", "90 mg q8h", *START), 2, "morphine-er"),
        (("morphine-er", "50 mg q12h", *START), 2, "45 mg and 60 mg"),
        (("morphine-er", "-50 mg q12h", *START), 2, "error:"),
        (("morphine-er", "0 mg q12h", *START), 2, "zero"),
        (("morphine-er", "1e9 mg", *START), 2, "not an amount"),
        (("morphine-er", "90 mg q8h", "--reduce", "0.1", *START), 2, "10% if a share was meant"),
        (("morphine-er", "90 mg q8h", "--start", "1823-01-01"), 2, "2000 and 2100"),
        (("morphine-er", "90 mg q8h", "--start", "2026-02-31"), 2, "not in the calendar"),
        (("morphine-er", "90 mg q8h", "--hold", "600w@50%", *START), 2, "ten years"),
        (("morphine-er", "90 mg q8h", "--stock", "20", *START), 2, "not marketed"),
        (("morphine-er", "90 mg q8h", "--to", "300 mg", *START), 2, "not below"),
        (("morphine-er", "90 mg q8h", "--to", "50 mg", *START), 2, "45 mg and 60 mg"),
        (("oxycodone-ir", "10 mg q6h prn", *START), 2, "--taking"),
        (("morphine-er", "90 mg q8h"), 2, "start"),
        (("morphine-er", "90 mg q8h", "--reduce", "30%", *START), 3, "rate-over-band"),
        (("morphine-er", "90 mg q8h", "--risk", "pregnancy", *START), 3, "specialist"),
        (("morphine-er", "90 mg q8h", "--bogus", *START), 2, "--bogus"),
        (("morphine-er", "90 mg q8h", "--format", "xml", *START), 2, "table"),
        (("morphine-er", "90 mg q8h", "-o", "plan.doc", *START), 2, ".supply.csv"),
        (("no-such-file.toml",), 1, "cannot be read"),
    ],
)
def test_a_fault_is_one_line_with_a_hint_and_a_status(taper, args, status, said, tmp_path):
    ran = taper("plan", *args)
    assert ran.status == status
    assert ran.out == ""
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("error: ")


def test_all_problems_are_named_at_once(taper):
    ran = taper("plan", "morphine-er", "50 mg q12h", "--reduce", "0.1", "--start", "1823-01-01")
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "not a text file"),
        (b'product = "morphine-er"\nprodct = "x"\n', "no such field"),
        (b"product = \n", "not TOML"),
        (b'dose = "90 mg q8h"\nreduce = 0.1\nproduct="morphine-er"\nstart="2026-12-07"', "no unit"),
        (b'[product]\nname = "morphine-er"\n', "product"),
    ],
)
def test_a_bad_request_file(taper, tmp_path, content, said):
    request = tmp_path / "request.toml"
    request.write_bytes(content)
    ran = taper("plan", request)
    assert ran.status == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_an_unwritable_folder_leaves_nothing_behind(taper, tmp_path):
    target = tmp_path / "missing" / "plan.json"
    other = tmp_path / "plan.csv"
    ran = taper(*MORPHINE, "-o", other, "-o", target)
    assert ran.status == 1
    assert "cannot be written" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_revised_plan_is_not_planned_again_without_its_revisions(taper, tmp_path):
    saved, held = tmp_path / "plan.json", tmp_path / "held.json"
    taper(*MORPHINE, "-o", saved)
    taper("revise", saved, "--from", "2027-01-11", "--hold", "4w", "-o", held)
    ran = taper("plan", held)
    assert ran.status == 2
    assert "taper export" in ran.err
