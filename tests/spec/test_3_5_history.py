"""Contract 3.5: what is taken, worked out from a dispensing history."""

from __future__ import annotations

import io
import json
from datetime import date

import openpyxl
import pytest

import taper
from taper.errors import InputError
from taper.formulary.market import formulary
from taper.reading.fill_file import read_fill_file

START = date(2026, 12, 7)
AS_NEEDED = {"product": "oxycodone-ir", "dose": "1-2 x 5 mg q4-6h prn", "start": START}
MONTHLY = ["2026-10-08 120 x 5 for 30d", "2026-11-07 120 x 5 for 30d"]


def planned(history, **more):
    return taper.plan(**{**AS_NEEDED, "on_opioids_for": "8w", "history": history, **more})


def said(plan, finding):
    return next((each.message for each in plan.findings if each.id == finding), "")


@pytest.mark.parametrize(
    ("fills", "daily", "reckoned"),
    [
        # two: what the first held, by the days to the last
        (MONTHLY, "20", "120 tablets of 5 mg from 2026-10-08 to 2026-11-07 (30 days), 20 mg a day"),
        # three
        (
            ["2026-10-08 60 x 5 for 15d", "2026-10-23 60 x 5 for 15d", "2026-11-07 90 x 5 for 30d"],
            "20",
            "120 tablets of 5 mg from 2026-10-08 to 2026-11-07 (30 days), 20 mg a day",
        ),
        # one: its quantity by its days
        (["2026-11-10 90 x 5 for 30d"], "15", "90 tablets of 5 mg for 30 days, 15 mg a day"),
        # fills of one day are one, whatever their strengths
        (
            [
                "2026-10-28 30 x 5 for 15d",
                "2026-10-28 15 x 10 for 15d",
                "2026-11-12 60 x 5 for 20d",
            ],
            "20",
            "30 tablets of 5 mg and 15 tablets of 10 mg from 2026-10-28 to 2026-11-12 (15 days),",
        ),
        # the 60 days before the start: not the day before them, not the start itself
        (
            ["2026-10-07 999 x 5 for 30d", *MONTHLY, "2026-12-07 999 x 5 for 30d"],
            "20",
            "120 tablets of 5 mg from 2026-10-08",
        ),
    ],
)
def test_the_average_of_a_day(fills, daily, reckoned):
    plan = planned(fills)
    assert str(plan.to_dict()["steps"][0]["daily_dose"]) == daily
    message = said(plan, "taking-from-history")
    assert message.startswith("What was dispensed is not what is taken: ")
    assert reckoned in message
    assert message.endswith("let the patient confirm it")
    assert said(plan, "prn-as-taken")


def test_an_average_is_rounded_down_to_whole_units():
    plan = planned(["2026-10-08 124 x 5 for 30d", "2026-11-08 124 x 5 for 30d"])
    assert plan.to_dict()["steps"][0]["daily_dose"] == "20"
    with pytest.raises(InputError, match=r"13\.953 mg a day is not close .* the fills say 120 tab"):
        planned(["2026-10-08 120 x 5 for 30d", "2026-11-20 120 x 5 for 30d"])


@pytest.mark.parametrize(
    ("fills", "what"),
    [
        (MONTHLY, ""),
        (["2026-10-09 120 x 5 for 30d", "2026-11-06 110 x 5 for 30d"], ""),  # two days early
        (
            ["2026-10-08 210 x 5 for 30d", "2026-11-20 120 x 5 for 30d"],
            "has a gap of 13 days before 2026-11-20",
        ),
        (
            ["2026-10-08 60 x 5 for 30d", "2026-10-20 90 x 5 for 30d"],
            "has an overlap of 18 days at 2026-10-20: ask",
        ),
        (["2026-10-20 120 x 5 for 30d"], "has no supply from 2026-11-19 to the start"),
    ],
)
def test_gaps_and_overlaps_are_told(fills, what):
    message = said(planned(fills), "irregular-fills")
    assert bool(what) == bool(message)
    assert what in message


def test_planning_the_request_again_gives_the_same_plan():
    plan = planned(MONTHLY)
    text = plan.request
    assert text["taking"] is None
    assert text["history"] == [
        "2026-10-08 oxycodone-ir 120 x 5 for 30d",
        "2026-11-07 oxycodone-ir 120 x 5 for 30d",
    ]
    again = taper.plan(**{name: value for name, value in text.items() if value not in (None, [])})
    assert again.to_json() == plan.to_json()


def test_what_the_patient_says_counts_before_what_was_dispensed():
    plan = planned(["2026-10-08 60 x 5 for 30d", "2026-10-20 90 x 5 for 30d"], taking="15 mg")
    assert plan.to_dict()["steps"][0]["daily_dose"] == "15"
    assert not said(plan, "taking-from-history")
    assert said(plan, "irregular-fills")


def test_a_dose_that_is_known_is_not_changed_by_its_fills():
    plan = planned(MONTHLY, dose="10 mg q6h")
    assert plan.to_dict()["steps"][0]["daily_dose"] == "40"
    assert not said(plan, "taking-from-history")


def test_another_opioid_of_the_plan_has_its_own_fills():
    plan = taper.plan(
        "morphine-er",
        "60 mg q12h",
        start=START,
        on_opioids_for="8w",
        also=["oxycodone-ir 1-2 x 5 mg q4h prn"],
        history=["2026-11-10 oxycodone-ir 90 x 5 for 30d"],
    )
    assert plan.steps[0].companions[0].daily_dose == 15
    assert "90 tablets of 5 mg for 30 days, 15 mg a day" in said(plan, "taking-from-history")
    text = plan.request
    again = taper.plan(**{name: value for name, value in text.items() if value not in (None, [])})
    assert again.to_json() == plan.to_json()


@pytest.mark.parametrize(
    ("fills", "message"),
    [
        (
            ["2025-10-08 120 x 5 for 30d"],
            "no fill of oxycodone-ir in the 60 days before 2026-12-07",
        ),
        (["2026-11-07 120 x 5"], "says no days' supply"),
        (["2026-11-07 120"], "120 of which strength of oxycodone-ir"),
        (["2026-11-07 120 x 6 for 30d"], "not marketed as '6'"),
        (["2026-11-07 heroin 120 x 5 for 30d"], "'heroin' is no product"),
        (["last month"], "'last month' is not a fill"),
        (["2026-11-31 120 x 5 for 30d"], "2026-11-31"),
        (["2026-11-07 0 x 5 for 30d"], "nothing was dispensed"),
        (["2026-11-07 999 x 5 for 30d"], "is more than is prescribed"),
        (["missing.csv"], "missing.csv cannot be read"),
    ],
)
def test_a_history_that_does_not_tell_is_an_error(fills, message):
    with pytest.raises(InputError, match=message):
        planned(fills)


@pytest.mark.parametrize(
    ("quantity", "days", "daily"),
    [("120", "30", "20"), ("120.000", "30", "20"), (90, 30, "15"), ("1,200", "300", "20")],
)
def test_a_row_of_an_extract_has_a_quantity_and_its_days(quantity, days, daily):
    plan = taper.plan(
        "OXYCODONE HCL 5 MG TABLET",
        sig="TAKE 1-2 TABLETS BY MOUTH EVERY 4-6 HOURS AS NEEDED FOR PAIN",
        quantity=quantity,
        days_supply=days,
        start=START,
        on_opioids_for="8w",
    )
    assert plan.to_dict()["steps"][0]["daily_dose"] == daily
    assert plan.request["history"] == [
        f"oxycodone-ir {str(quantity).replace('.000', '').replace(',', '')} x 5 for {days}d"
    ]


def test_a_quantity_is_passed_over_if_the_dose_is_known():
    plan = taper.plan(
        "OXYCODONE HCL 5 MG TABLET",
        sig="TAKE 1 TABLET BY MOUTH EVERY 6 HOURS",
        quantity="as needed",
        start=START,
    )
    assert plan.request["history"] == []


def test_a_name_and_a_code_beside_it():
    def read(name, code):
        return taper.plan(name, "1 tab q12h", code=code, start=START).request

    ours = {"product": "morphine-er", "dose": "1 x 60 mg q12h"}
    for name, code in [
        ("Morphine Sulfate 60 MG Extended Release Oral Tablet", "rxcui:891893"),
        ("MORPHINE SULF 60MG TAB (morphine)", "891893"),  # the name does not tell the release
        ("MS Contin 60 mg", "rxcui:9999999"),  # the code is not known
        (None, "891893"),
    ]:
        assert ours.items() <= read(name, code).items()
    with pytest.raises(InputError, match="the name is oxycodone-ir 5, but the code"):
        read("Oxycodone HCl 5 mg tablet", "rxcui:891893")
    with pytest.raises(InputError, match="the name is morphine-er 30, but the code"):
        read("MS Contin 30 mg", "rxcui:891893")
    with pytest.raises(InputError, match="not a product"):
        read("gabapentin 300 mg", "rxcui:891893")


# --- files ---------------------------------------------------------------------------------------

PHARMACY = """Patient history report,,,,
,,,,
Filled,Written,Drug,QTY,Days
10/08/2026,10/01/2026,Oxycodone Hcl (Ir) 5 Mg Tablet,120.00,30
11/07/2026,11/01/2026,Oxycodone Hcl (Ir) 5 Mg Tablet,120.00,30
,,,,
11/17/2026,11/17/2026,Gabapentin 300 Mg Capsule,90,30
"""
READ = ["2026-10-08 oxycodone-ir 120 x 5 for 30d", "2026-11-07 oxycodone-ir 120 x 5 for 30d"]
ROWS = [
    {"drug_name": "OXYCODONE HCL 5 MG TABLET", "fill_date": "2026-10-08", "qty": 120, "ds": 30},
    {"drug_name": "OXYCODONE HCL 5 MG TABLET", "fill_date": "2026-11-07", "qty": 120, "ds": 30},
]


def workbook(rows: list[list[object]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_file_of_a_monitoring_programme():
    found = read_fill_file("pmp.csv", PHARMACY.encode(), formulary())
    assert found.fills == READ
    assert found.lines[0].startswith("pmp.csv: 2 fills of opioids (product from 'Drug', start")
    assert found.lines[-1] == "passed over: 1 fill of no opioid (Gabapentin 300 Mg Capsule)"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("fills.jsonl", "\n".join(map(json.dumps, ROWS)).encode()),
        (
            "fills.xlsx",
            workbook([["History"], [*ROWS[0]], *([*row.values()] for row in ROWS)]),
        ),
        (
            "fills.xlsx",
            workbook(
                [
                    ["Drug", "Date Dispensed", "Days' Supply", "Quantity Dispensed"],
                    ["Oxycodone 5 mg tab", date(2026, 10, 8), 30, 120.0],
                    ["Oxycodone 5 mg tab", date(2026, 11, 7), 30, 120.0],
                ]
            ),
        ),
        (
            "fills.csv",  # as a spreadsheet of another country saves it
            b"NDC;Date of service;Qty dispensed;Days supply\r\n00406-0552-01;8.10.2026;120;30\r\n",
        ),
        (
            "fills.csv",  # the strength and the form in columns of their own
            b"drug,strength,dosage form,service date,qty,days\nOXYCODONE,5 MG,TABLET,20261008,120,30",
        ),
    ],
)
def test_the_shapes_of_a_history(name, data):
    found = read_fill_file(name, data, formulary()).fills
    assert found
    assert found == READ[: len(found)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n1,2\n", "a date filled and a quantity and a drug or its code is missing"),
        (b"drug,filled,qty\nOxycodone 10 mg,2026-10-08,30\n", "row 2: .*oxycodone-ir"),
        (b"drug,filled,qty\nOxyContin 10 mg tablet,soon,30\n", "row 2: 'soon' is not a date"),
        (b"drug,filled,qty\nOxyContin 10 mg tablet,,30\n", "row 2: the date is missing"),
        (b"drug,filled,qty\nSuboxone 8-2 mg film,2026-10-08,30\n", "row 2: .*naloxone"),
        (b"\xff\xfe", "not UTF-8"),
        (b'drug,filled,qty\n"Oxy', "not CSV"),
        (b"PK\x03\x04", "not a workbook that can be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(data, message):
    with pytest.raises(InputError, match=message):
        read_fill_file("fills.csv", data, formulary())


def test_a_file_in_the_library(tmp_path):
    path = tmp_path / "fills.csv"
    path.write_text(PHARMACY, encoding="utf-8")
    assert planned(str(path)).request["history"] == READ
