"""Contract 12: rows in the words of pharmacies and health systems, and what a spreadsheet does."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batches import command, panel, ran

from taper.batch.reading.mapping import mapping
from taper.errors import InputError

WORDS = "id,product,sig,quantity,days_supply,start,on_opioids_for"
DATED = "id,product,dose,start,on_opioids_for"
GOOD = "morphine-er,60 mg q12h"
PRN = "TAKE ONE TABLET BY MOUTH EVERY 6 HOURS AS NEEDED FOR PAIN"


def starts(made) -> list[str]:
    """The first day of each plan."""
    rows = [row.split(",") for row in made.schedule.splitlines()]
    return [row[3] for row in rows if row[1] == "1"]


# --- words ---------------------------------------------------------------------------------------


def test_rows_in_their_own_words_are_those_in_the_tools_words(tmp_path):
    own = panel(
        f"a,OXYCODONE HCL 5 MG TABLET,{PRN},120,30,2026-12-07,8w",
        "b,oxyCODONE 5 mg immediate release tablet,1 tab po q6h prn pain,120,30,2026-12-14,8w",
        "c,00406-0552-01,TAKE 1 TABLET EVERY 6 HOURS,120,30,2026-12-07,8w",
        "d,MORPHINE SULFATE ER 30 MG TABLET,TAKE 1 TABLET BY MOUTH TWICE DAILY,60,30,2026-12-07,8w",
        header=WORDS,
    )
    ours = panel(
        "a,oxycodone-ir 5,1 x 5 mg q6h prn,oxycodone-ir 120 x 5 for 30d,2026-12-07,8w",
        "b,oxycodone-ir 5,1 x 5 mg q6h prn,oxycodone-ir 120 x 5 for 30d,2026-12-14,8w",
        "c,oxycodone-ir 5,1 x 5 mg q6h,,2026-12-07,8w",
        "d,morphine-er 30,1 x 30 mg q12h,,2026-12-07,8w",
        header="id,product,dose,history,start,on_opioids_for",
    )
    made = ran(tmp_path, own)
    assert made.errors == []
    assert made.ids == ["a", "b", "c", "d"]
    assert made.schedule == ran(tmp_path, ours).schedule
    assert made.result.said == ["quantities passed over, for the dose is known: 2 rows"]


def test_words_share_plans_with_others_of_the_same_meaning(tmp_path, monkeypatch):
    from taper.batch.sharing import planner

    whole, full = planner.Planner._in_full, []
    monkeypatch.setattr(
        planner.Planner, "_in_full", lambda self, *args: full.append(1) or whole(self, *args)
    )
    names = ["OXYCODONE HCL 5 MG TABLET", "Oxycodone Hcl (Ir) 5 Mg Tablet", "00406-0552-01"]
    sigs = ["1 tab q6h", "TAKE ONE TABLET BY MOUTH EVERY 6 HOURS", "1 tablet 4 times a day"]
    rows = [
        f"{n}{m},{a},{b},{100 + n},30,2026-12-07,8w"
        for n, a in enumerate(names)
        for m, b in enumerate(sigs)
    ]
    made = ran(tmp_path, panel(*rows, header=WORDS), jobs=1)
    assert made.errors == []
    assert len(full) == 1


def test_an_error_names_the_words_of_its_own_row_whole(tmp_path):
    long = "OXYCODONE HCL 5 MG TABLET " + "and a remark of somebody " * 20
    made = ran(
        tmp_path,
        panel(
            f"a,GABAPENTIN 300 MG CAPSULE,{PRN},90,30,2026-12-07,8w",
            f"b,OXYCODONE HCL 5 MG TABLET,{PRN},240,30,2026-12-07,8w",
            f"c,{long},{PRN},240,30,2026-12-07,8w",
            f"d,OXYCODONE HCL 5 MG TABLET,{PRN},,,2026-12-07,8w",
            "e,OXYCODONE HCL 5 MG TABLET,TAKE AS DIRECTED,240,30,2026-12-07,8w",
            header=WORDS,
        ),
    )
    assert [(e["id"], e["field"]) for e in made.errors] == [
        ("a", "product"),
        ("b", "taking"),
        ("c", "product"),
        ("d", "taking"),
        ("e", "dose"),
    ]
    assert made.errors[0]["value"] == "GABAPENTIN 300 MG CAPSULE"
    assert "more than is prescribed; the fills say 240 tablets" in made.errors[1]["message"]
    assert (
        made.errors[2]["value"] == " ".join(long.split()) + " " or made.errors[2]["value"] == long
    )
    assert made.errors[4]["value"] == "TAKE AS DIRECTED"


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_number_of_workers_changes_nothing(tmp_path, jobs):
    rows = [
        f"p{n},OXYCODONE HCL 5 MG TABLET,{PRN},{90 + 30 * (n % 2)},30,{1 + n % 12}/{1 + n % 28}/2027,8w"
        for n in range(300)
    ]
    made = ran(tmp_path, panel(*rows, header=WORDS), jobs=jobs, chunk_bytes=2_000)
    assert made.errors == []
    one = ran(tmp_path, panel(*rows, header=WORDS), jobs=1)
    assert made.schedule == one.schedule


# --- columns -------------------------------------------------------------------------------------

OMOP = (
    "drug_exposure_id,person_id,drug_concept_id,drug_concept_name,drug_exposure_start_date,"
    "drug_exposure_end_date,sig,quantity,days_supply,refills\n"
    "11,7,1124957,oxycodone hydrochloride 5 MG Oral Tablet,2026-12-07,2027-01-05,"
    "1 tablet q6h as needed,120,30,0\n"
)
FILLS = (
    "Patient,Drug Name,NDC,Directions,Qty Dispensed,Days Supply,Date Filled\n"
    f"Z,OXYCODONE HCL 5 MG TABLET,,{PRN},120,30,12/7/2026\n"
    f"Z,,00406-0552-01,{PRN},120,30,12/7/2026\n"
)


@pytest.mark.parametrize(("kind", "text", "ids"), [("omop", OMOP, ["11"]), ("fills", FILLS, None)])
def test_the_columns_of_common_extracts(tmp_path, kind, text, ids):
    made = ran(tmp_path, text, mapping=mapping(kind, ()))
    assert made.errors == []
    assert made.ids == (ids or ["row-1", "row-2"])
    assert {row.split(",")[7] for row in made.schedule.splitlines() if ",current," in row} == {"20"}
    assert starts(made) == ["2026-12-07"] * len(made.ids)
    assert any(line.startswith("columns: ") and "start from" in line for line in made.result.said)
    passed = next(line for line in made.result.said if line.startswith("columns passed over: "))
    assert ("drug_concept_id" if kind == "omop" else "patient") in passed


def test_columns_one_by_one_in_every_format(tmp_path):
    rows = [
        {
            "who": "a",
            "med": "OXYCODONE HCL 5 MG TABLET",
            "how": PRN,
            "n": 120,
            "d": 30,
            "from": "2026-12-07",
            "ward": "7",
        }
    ]
    names = mapping(
        None, ["who=id", "med=product", "how=sig", "n=quantity", "d=days_supply", "From=start"]
    )
    head = ",".join(rows[0])
    csv = f"{head}\n" + ",".join(map(str, rows[0].values())) + "\n"
    found = {ran(tmp_path, csv, mapping=names).schedule}
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    found.add(ran(tmp_path, lines, ".jsonl", mapping=names).schedule)
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    found.add(ran(tmp_path, path.read_bytes(), ".parquet", mapping=names).schedule)
    (schedule,) = found
    assert schedule.count("\na,") + schedule.count("\r\na,") >= 5
    kept = ran(tmp_path, csv, mapping=names, keep_columns=True)
    assert kept.schedule.splitlines()[0].endswith(",ward")


@pytest.mark.parametrize(
    ("kind", "pairs", "message"),
    [
        ("cerner", [], "'cerner' is not known"),
        ("", ["drug"], "is not a pair of names"),
        ("", ["drug=medicine"], "'medicine' is no field"),
    ],
)
def test_a_mapping_that_is_none_is_refused(kind, pairs, message):
    with pytest.raises(InputError, match=message):
        mapping(kind, pairs)


def test_a_column_that_is_not_there_and_a_file_without_any_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no column 'drug'"):
        ran(tmp_path, FILLS, mapping=mapping("", ["drug=product"]))
    with pytest.raises(InputError, match="no column is known"):
        ran(tmp_path, "x,y\n1,2\n", mapping=mapping("omop", []))


# --- what a spreadsheet does ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "expected", "said"),
    [
        (["12/7/2026", "12/25/2026"], ["2026-12-07", "2026-12-25"], "month first, as the others"),
        (["7/12/2026", "25/12/2026"], ["2026-12-07", "2026-12-25"], "day first, as the others"),
        (["12/7/2026", "2027-01-05"], ["2026-12-07", "2027-01-05"], "month first in us, day first"),
        (["7.12.2026", "5.1.2027"], ["2026-12-07", "2027-01-05"], "day first, as the others"),
        (["7-Dec-26", "2026-12-08"], ["2026-12-07", "2026-12-08"], ""),
        (
            ["12/7/2026 0:00", "12/31/26"],
            ["2026-12-07", "2026-12-31"],
            "month first, as the others",
        ),
    ],
)
@pytest.mark.parametrize("chunk_bytes", [0, 1])
def test_the_column_decides_which_number_is_the_month(tmp_path, dates, expected, said, chunk_bytes):
    rows = [f"p{n},{GOOD},{day},8w" for n, day in enumerate(dates)]
    made = ran(tmp_path, panel(*rows, header=DATED), chunk_bytes=chunk_bytes)
    assert made.errors == []
    assert starts(made) == expected
    assert [said in line for line in made.result.said] == ([True] if said else [])


def test_the_market_decides_where_no_row_does(tmp_path):
    header = "id,product,dose,start,on_opioids_for,market"
    rows = [
        "u,morphine-er,60 mg q12h,3/4/2027,8w,us",
        "k,morphine-mr-mst-continus,60 mg q12h,3/4/2027,8w,uk",
    ]
    made = ran(tmp_path, panel(*rows, header=header))
    assert made.errors == []
    assert starts(made) == ["2027-03-04", "2027-04-03"]


def test_a_column_of_both_kinds_leaves_no_date_that_may_be_two(tmp_path):
    rows = [
        f"p{n},{GOOD},{day},8w" for n, day in enumerate(["12/25/2026", "25/12/2026", "3/4/2027"])
    ]
    made = ran(tmp_path, panel(*rows, header=DATED))
    assert made.ids == ["p0", "p1"]
    (error,) = made.errors
    assert (error["id"], error["field"], error["value"]) == ("p2", "start", "3/4/2027")
    assert "may be two days" in error["message"]


def test_empty_rows_and_columns_are_passed_over_and_counted(tmp_path):
    text = panel(
        f"a,{GOOD},2026-12-07,8w,,",
        ",,,,,,",
        " , ,,,,,",
        f"b,{GOOD},2026-12-07,8w,,",
        header=DATED + ",,",
    )
    made = ran(tmp_path, text)
    assert made.ids == ["a", "b"]
    assert (made.result.rows, made.result.failed) == (2, 0)
    assert made.result.said == [
        "columns without a name passed over: 2",
        "empty rows passed over: 2",
    ]


def test_a_value_in_a_column_without_a_name_is_an_error_of_its_row(tmp_path):
    text = panel(f"a,{GOOD},2026-12-07,8w,", f"b,{GOOD},2026-12-07,8w,see note", header=DATED + ",")
    made = ran(tmp_path, text)
    assert made.ids == ["a"]
    (error,) = made.errors
    assert (error["line"], error["id"]) == ("3", "b")
    assert "column without a name" in error["message"]


FIELD_CASES = {
    case["id"]: case
    for case in json.loads(
        (Path(__file__).parents[1] / "data" / "field-cases.json").read_text(encoding="utf-8")
    )
}


@pytest.mark.parametrize(
    ("case", "planned", "failed"),
    [("combo-5", 1, 2), ("excel-1", 1, 0), ("excel-2", 1, 0), ("excel-3", 1, 0), ("csv-1", 0, 1)],
)
def test_a_case_from_the_field(tmp_path, case, planned, failed):
    """Combinations in either order; what a spreadsheet does; nothing neutralised in a sentence."""
    made = ran(tmp_path, FIELD_CASES[case]["files"]["in.csv"])
    assert (made.result.planned, made.result.failed) == (planned, failed)
    if case == "combo-5":
        assert made.ids == ["b"]
        assert ",60,mg," in made.schedule or ",120,mg," in made.schedule
        assert {error["id"] for error in made.errors} == {"a", "c"}
    assert not any("'" in error["hint"] for error in made.errors)


def test_the_command_has_the_options_and_says_what_it_read(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text(FILLS, encoding="utf-8")
    out = tmp_path / "out.csv"
    done = command(source, "-o", out, "--columns", "fills", "--map", "patient=label", text=True)
    assert done.returncode == 0
    assert "label from 'patient'" in done.stderr
    assert "start: dates that may be two days are read month first" in done.stderr
    assert done.stderr.count("dates that may be two days") == 1
