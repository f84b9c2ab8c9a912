"""`taper check`: each fault is found, with its row and its column."""

from __future__ import annotations

import csv
import json

import pytest

from taper import InputError
from taper.export import render
from taper.lint import lint
from taper.planning.make import planned as plan
from taper.reading.dates import read_calendar
from taper.reading.values import Fields

HEADER = "start_date,end_date,product,daily_dose,quantities"
GOOD = (
    "2026-12-07,2026-12-20,morphine-er,120 mg,60 mg x 28",
    "2026-12-21,2027-01-03,morphine-er,105 mg,60 mg x 14; 15 mg x 42",
    "2027-01-04,2027-01-17,morphine-er,90 mg,30 mg x 42",
)


def found(*rows: str, header: str = HEADER, **options) -> list[tuple]:
    """What is wrong, as id, row and column; what is said of every schedule is left out."""
    report = lint("\n".join([header, *rows]) + "\n", "schedule.csv", **options)
    return [(f.id, f.row, f.column) for f in report.faults if f.level != "note"]


def test_a_good_schedule_has_nothing_wrong():
    assert found(*GOOD) == []


FAULTS = {
    "a rise": (
        (*GOOD, "2027-01-18,2027-01-31,morphine-er,105 mg,"),
        ("dose-rises", 5, "daily_dose"),
    ),
    "a gap": (
        (*GOOD[:2], "2027-01-06,2027-01-17,morphine-er,90 mg,"),
        ("gap", 4, "start_date"),
    ),
    "an overlap": (
        (*GOOD[:2], "2027-01-03,2027-01-17,morphine-er,90 mg,"),
        ("overlap", 4, "start_date"),
    ),
    "a day twice": (
        (*GOOD, "2027-01-04,2027-01-17,morphine-er,75 mg,"),
        ("overlap", 5, "start_date"),
    ),
    "a dose that no tablets make": (
        (*GOOD, "2027-01-18,2027-01-31,morphine-er,77 mg,"),
        ("dose-not-makeable", 5, "daily_dose"),
    ),
    "an ER tablet cut in half": (
        (*GOOD, "2027-01-18,2027-01-31,morphine-er,82.5 mg,"),
        ("needs-splitting", 5, "daily_dose"),
    ),
    "a cut over 25%": (
        (*GOOD, "2027-01-18,2027-01-31,morphine-er,60 mg,"),
        ("cut-over-25-percent", 5, "daily_dose"),
    ),
    "a stop from a high dose": (
        (*GOOD, "2027-01-18,,morphine-er,0,"),
        ("stop-from-high-dose", 5, "daily_dose"),
    ),
    "a quantity that does not fit": (
        (*GOOD[:2], "2027-01-04,2027-01-17,morphine-er,90 mg,30 mg x 40"),
        ("quantity-does-not-fit", 4, "quantities"),
    ),
    "an end before its beginning": (
        (*GOOD[:2], "2027-01-04,2027-01-01,morphine-er,90 mg,"),
        ("days-do-not-fit", 4, "end_date"),
    ),
    "a date that is none": (
        (*GOOD, "2027-02-30,2027-03-17,morphine-er,75 mg,"),
        ("unreadable", 5, "start_date"),
    ),
    "a date that may be two, settled by the rows before it": (
        (*GOOD, "01/02/2027,2027-03-17,morphine-er,75 mg,"),
        ("gap", 5, "start_date"),
    ),
    "an unknown product": (
        (*GOOD, "2027-01-18,2027-01-31,morphium,75 mg,"),
        ("unreadable", 5, "product"),
    ),
    "a dose without sense": (
        (*GOOD, "2027-01-18,2027-01-31,morphine-er,a bit less,"),
        ("unreadable", 5, "daily_dose"),
    ),
    "a quantity without sense": (
        (*GOOD, "2027-01-18,2027-01-31,morphine-er,75 mg,a bag"),
        ("unreadable", 5, "quantities"),
    ),
}


@pytest.mark.parametrize("case", list(FAULTS))
def test_each_fault_is_found_where_it_is(case):
    rows, fault = FAULTS[case]
    assert fault in found(*rows)


OTHER_COLUMNS = {
    "no first day": (
        "date,product,daily_dose",
        ",morphine-er,120 mg",
        ("unreadable", 2, "date"),
    ),
    "days that are no number": (
        "date,days,product,daily_dose",
        "2026-12-07,a week,morphine-er,120 mg",
        ("unreadable", 2, "days"),
    ),
    "no dose": (
        "date,product,dose",
        "2026-12-07,morphine-er,",
        ("unreadable", 2, "dose"),
    ),
    "a daily dose that its administrations do not make": (
        "date,product,daily_dose,doses",
        "2026-12-07,morphine-er,105,morning 60 (60 x 1); evening 60 (60 x 1)",
        ("dose-not-makeable", 2, "daily_dose"),
    ),
    "administrations without sense": (
        "date,product,doses",
        "2026-12-07,morphine-er,one in the morning",
        ("unreadable", 2, "doses"),
    ),
    "an administration of no strength": (
        "date,product,doses",
        "2026-12-07,morphine-er,morning 70 (70 x 1)",
        ("dose-not-makeable", 2, "doses"),
    ),
    "an administration that is no amount": (
        "date,product,doses",
        "2026-12-07,morphine-er,morning 6.0.0 (60 x 1)",
        ("unreadable", 2, "doses"),
    ),
    "a liquid finer than a syringe": (
        "date,product,dose",
        "2026-12-07,morphine-solution,5.3 mg q4h",
        ("dose-not-makeable", 2, "dose"),
    ),
}


@pytest.mark.parametrize("case", list(OTHER_COLUMNS))
def test_each_fault_of_other_columns_is_found_where_it_is(case):
    header, row, fault = OTHER_COLUMNS[case]
    assert fault in found(row, header=header)


def test_a_row_without_a_dose_can_be_the_stop():
    rows = ("2026-12-07,reduce,morphine-er,15 mg qd", "2026-12-21,stop,morphine-er,")
    # 15 MME before the stop are large for a last dose, and nothing was tapered before it
    assert found(*rows, header="date,kind,product,dose") == [
        ("large-last-dose", 2, "dose"),
        ("no-smaller-dose", 2, "dose"),
    ]


def test_a_higher_dose_of_another_product_is_a_rise():
    rows = ("2026-12-07,morphine-er,30 mg q12h", "2026-12-21,morphine-solution,20 mg q4h")
    assert ("dose-rises", 3, "dose") in found(*rows, header="date,product,dose")


@pytest.mark.parametrize(
    ("quantity", "fits"),
    [
        ("28", True),  # 60 mg twice a day for 14 days
        ("28 tablets", True),
        ("56", True),  # of 30 mg
        ("27", False),
        ("60 mg x 28", True),
        ("28 x 60 mg", True),
        ("30 mg x 56", True),
        ("60 mg x 14; 30 mg x 28", True),
        ("60 mg x 27", False),
        ("a bag", False),
        ("28; a bag", False),
    ],
)
def test_a_quantity_is_what_the_days_need(quantity, fits):
    row = f"2026-12-07,2026-12-20,morphine-er,60 mg q12h,{quantity}"
    assert (found(row, header="start,end,product,dose,quantity") == []) == fits


@pytest.mark.parametrize(("quantity", "fits"), [("5", True), ("4", False), ("25 mcg/h x 5", True)])
def test_patches_are_counted_by_their_changes(quantity, fits):
    row = f"2026-12-07,2026-12-21,fentanyl-patch,25 mcg/h every 3 days,{quantity}"
    ids = {fault[0] for fault in found(row, header="start,end,product,dose,quantity")}
    assert ids == {"fentanyl-depot"} | (set() if fits else {"quantity-does-not-fit"})


@pytest.mark.parametrize(
    ("product", "dose", "quantity", "fits"),
    [
        ("fentanyl-patch", "25 mcg/h", "5", True),  # 72 hours
        ("fentanyl-patch", "25 mcg/h", "4", False),
        ("fentanyl-patch", "25 mcg/h", "8", False),
        ("fentanyl-patch", "25 mcg/h every 48 hours", "8", True),  # as it is written
        ("fentanyl-patch", "25 mcg/h", "12 mcg/h x 10", True),  # two at once
        ("buprenorphine-patch", "5 mcg/h", "3", True),
    ],
)
def test_patches_of_a_period_that_is_not_written_are_counted_by_the_label(
    product, dose, quantity, fits
):
    header, row = "start,end,product,dose,quantity", f"2026-12-07,2026-12-21,{product},{dose}"
    ids = {fault[0] for fault in found(f"{row},{quantity}", header=header)}
    assert ("quantity-does-not-fit" not in ids) == fits


def test_a_patch_of_12_is_found_by_what_is_printed_on_it():
    rows = ("2026-12-07,fentanyl-patch,25 mcg/h", "2026-12-22,fentanyl-patch,12 mcg/h")
    faults = found(*rows, header="date,product,dose")
    assert [fault for fault in faults if fault[0] in {"unreadable", "dose-not-makeable"}] == []
    assert ("unavoidable-cut", 3, "dose") in faults  # no smaller even cut can be made


def test_a_cell_longer_than_any_is_no_schedule():
    before = csv.field_size_limit(131_072)  # a batch reads longer ones, in the same process
    try:
        with pytest.raises(InputError, match="not CSV: field larger than field limit"):
            lint(f"{HEADER}\n{'1' * 200_000}\n", "schedule.csv")
    finally:
        csv.field_size_limit(before)


def test_all_faults_are_found_at_once():
    rows = [rows[-1] for rows, _ in FAULTS.values()]
    ids = {name for name, _, _ in found(*GOOD, *rows)}
    # the days are all taken, and a cut across a row that cannot be read is not judged
    across = {"gap", "cut-over-25-percent", "stop-from-high-dose"}
    assert {fault[0] for _, fault in FAULTS.values()} - ids <= across


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2026-12-07,morphine-er,7.5 mg q12h,", "dose"),
        ("2026-12-07,morphine-er,15 mg q12h,take half a tablet every 12 hours", "directions"),
        ("2026-12-07,fentanyl-patch,25 mcg/h,apply ½ of a patch", "directions"),
    ],
)
def test_what_must_be_whole_is_not_cut(row, column):
    ids = found(row, header="date,drug,dose,directions")
    assert ("needs-splitting", 2, column) in ids


def test_a_tablet_that_may_be_scored_can_be_halved_when_it_is_written_so():
    row = "2026-12-07,oxycodone-ir,7.5 mg q6h,7.5 mg is one and a half 5 mg tablets"
    assert not [f for f in found(row, header="date,drug,dose,directions") if f[0] == "unreadable"]


def avoiding(*avoid: str, only: tuple[str, ...] = ()):
    fields = Fields({"start": "2026-01-01", "avoid": list(avoid), "reduce_on": list(only)})
    return read_calendar(fields, None)


def test_weekends_and_holidays_only_when_asked():
    rows = (
        "2026-12-07,2026-12-24,morphine-er,120 mg,",
        "2026-12-25,2027-01-01,morphine-er,105 mg,",
        "2027-01-02,2027-01-17,morphine-er,90 mg,",
    )
    assert found(*rows) == []
    avoided = [("avoided-day", 3, "start_date"), ("avoided-day", 4, "start_date")]
    assert found(*rows, avoid=avoiding("weekends", "holidays:US")) == avoided
    assert found(*rows, avoid=avoiding("weekends")) == avoided[1:]
    assert found(*rows, avoid=avoiding(only=("fri",))) == avoided[1:]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("date,dose,drug", "2026-12-07,120 mg,MS Contin"),
        ("Date;Dose;Drug", "2026-12-07;60 mg BID;morphine-er"),
        ("start\tdaily dose\tmedication", "2026-12-07\t120\tmorphine-er"),
        ("From,Until,Opioid,TDD", "2026-12-07,2026-12-20,morphine-er,120 mg"),
        ("\ufeffdate,dose,drug", "2026-12-07,60/60 mg,morphine-er"),
        (
            "start date,days,product,dose,frequency",
            "2026-12-07,14,morphine-er,60 mg,every 12 hours",
        ),
        ('"start date","product","dose"', '"2026-12-07","morphine-er","60 mg twice daily"'),
    ],
)
def test_obvious_names_and_separators_are_read(header, row):
    assert found(row, header=header) == []


def test_a_product_can_be_named_for_the_whole_file():
    assert found("2026-12-07,120 mg", header="date,dose", product="morphine-er") == []
    with pytest.raises(InputError, match="no column says of what"):
        found("2026-12-07,120 mg", header="date,dose")


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "date,dose,drug\n", "hello\n"])
def test_what_is_no_schedule_is_an_error(text):
    with pytest.raises(InputError):
        lint(text, "file.csv")


@pytest.mark.parametrize("text", ["{", "{}", '{"schema": "other"}'])
def test_what_is_no_plan_is_an_error(text):
    with pytest.raises(InputError):
        lint(text, "file.json")


def test_two_opioids_at_one_time_are_no_overlap():
    rows = (
        "2026-12-07,2026-12-20,morphine-er,120 mg,",
        "2026-12-07,2026-12-20,oxycodone-ir,40 mg,",
        "2026-12-21,2027-01-03,morphine-er,105 mg,",
        "2026-12-21,2027-01-03,oxycodone-ir,40 mg,",
    )
    assert found(*rows) == []


def test_a_change_of_product_is_no_gap():
    rows = (
        "2026-12-07,2026-12-20,morphine-er,15 mg,",
        "2026-12-21,2027-01-03,morphine-solution,15 mg,",
        "2027-01-06,2027-01-17,morphine-solution,12 mg,",
    )
    assert found(*rows) == [("gap", 4, "start_date")]


def test_what_a_schedule_shows_is_said():
    report = lint(f"{HEADER}\n2026-12-07,2026-12-20,methadone-tablet,90 mg,\n", "a.csv")
    ids = {fault.id for fault in report.faults}
    assert {"methadone", "high-dose-specialist", "naloxone", "lost-tolerance"} <= ids
    assert not report.wrong


# --- a plan that somebody changed --------------------------------------------------------------


def changed(change) -> list[tuple]:
    """What is wrong in a plan after a change of its document."""
    document = plan("morphine-er", "60 mg q12h", start="2026-12-07", every="2w").to_dict()
    change(document)
    report = lint(json.dumps(document), "plan.json")
    return [(f.id, f.row, f.column) for f in report.faults if f.level == "error"]


def set_step(number: int, **values):
    return lambda document: document["steps"][number].update(values)


def test_a_plan_as_it_was_written_has_nothing_wrong():
    assert changed(lambda document: None) == []


CHANGES = {
    "dates": (
        lambda document: document["steps"][2].update(end="2026-12-30"),
        ("gap", 3, "start"),
    ),
    "an overlap": (set_step(3, start="2027-01-02"), ("overlap", 3, "start")),
    "a dose": (set_step(2, daily_dose="100"), ("dose-not-makeable", 2, "daily_dose")),
    "days": (set_step(2, days=10), ("days-do-not-fit", 2, "days")),
    "a kind": (set_step(2, kind="party"), ("unreadable", 2, "kind")),
    "a quantity": (
        lambda document: document["supply"][1]["items"][0].update(quantity="1"),
        ("quantity-does-not-fit", None, "supply"),
    ),
    "a half": (
        lambda document: document["steps"][2]["doses"][0]["units"][0].update(count="0.5"),
        ("needs-splitting", 2, "doses"),
    ),
    "an unknown strength": (
        lambda document: document["steps"][2]["doses"][0]["units"][0].update(strength="17"),
        ("dose-not-makeable", 2, "doses"),
    ),
    "a dose finer than can be measured": (
        set_step(2, daily_dose="90.00001"),
        ("unreadable", 2, "daily_dose"),
    ),
    "an unknown strength in a fill": (
        lambda document: document["supply"][0]["items"][0].update(strength="17"),
        ("unreadable", None, "doses"),
    ),
    "a share": (set_step(2, percent_of_original="99.0"), ("unreadable", 2, "percent_of_original")),
}


@pytest.mark.parametrize("case", list(CHANGES))
def test_a_change_of_a_plan_is_found(case):
    change, fault = CHANGES[case]
    assert fault in changed(change)


def test_a_rise_in_a_plan_is_found():
    def rise(document):
        for name in ("daily_dose", "doses"):
            document["steps"][4][name] = document["steps"][2][name]

    assert ("dose-rises", 4, "daily_dose") in changed(rise)


def test_the_schedule_csv_of_a_plan_is_read_as_it_was_written():
    made = plan("oxycodone-ir", "10 mg q6h", start="2026-12-07", also=["morphine-er 30 mg q12h"])
    lines = render(made, ".csv").splitlines()
    assert not lint("\n".join(lines), "plan.csv").wrong
    lines[3] = lines[3].replace("oxycodone-ir 5 mg x ", "oxycodone-ir 5 mg x 1")
    report = lint("\n".join(lines), "plan.csv")
    assert [f.id for f in report.faults if f.level == "error"] == ["quantity-does-not-fit"]


def test_a_stop_from_the_smallest_dose_at_hand_is_no_fault_of_a_saved_plan():
    made = plan("morphine-er", "60 mg q12h", stock=["60"], start="2026-12-07", every="4w")
    assert made.steps[-2].daily == 60_000
    report = lint(made.to_json(), "plan.json")
    assert "stop-from-high-dose" not in [fault.id for fault in report.faults]
    assert not report.wrong


@pytest.mark.parametrize(
    "fields",
    [
        {"product": "morphine-er", "dose": "60 mg q12h"},
        {"product": "fentanyl-patch", "dose": "50 mcg/h"},
        {"product": "oxycodone-ir", "dose": "10 mg q6h", "also": ["morphine-er 30 mg q12h"]},
        {"product": "oxycodone-apap", "dose": "2 x 5/325 mg q6h"},
    ],
)
def test_a_table_with_a_row_for_each_administration_is_judged_by_its_days(fields):
    made = plan(**fields, start="2026-12-07", every="4w", on_opioids_for="8w")
    faults = lint(render(made, ".daily.csv"), "plan.daily.csv").faults
    ids = {fault.id for fault in faults} - {"not-assessed"}
    assert ids <= {finding.id for finding in made.findings}
    assert not any(fault.level == "error" for fault in faults)


def test_a_rise_at_one_time_of_a_day_is_in_the_first_row_of_the_day():
    rows = ("2026-12-07,8:00,60 mg", "2026-12-07,20:00,60 mg", "2026-12-08,8:00,75 mg")
    rows += ("2026-12-08,20:00,60 mg",)
    assert ("dose-rises", 4, "dose") in found(*rows, header="date,time,dose", product="morphine-er")
