"""Contract 10i: what `taper check` reads, and what it finds, as tables that a clinician can read."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from taper.errors import InputError
from taper.lint import lint
from taper.lint.cutting import is_cut, is_part

EVERY_PLAN = {"naloxone", "lost-tolerance", "not-assessed"}


def found(text: str | bytes, **options) -> list[tuple]:
    """What is found besides what is said of every schedule: id, row and column."""
    faults = lint(text, "schedule.csv", **options).faults
    return [(f.id, f.row, f.column) for f in faults if f.id not in EVERY_PLAN]


def errors(text: str | bytes, **options) -> list[tuple]:
    """The errors alone."""
    faults = lint(text, "schedule.csv", **options).faults
    return [(f.id, f.row, f.column) for f in faults if f.level == "error"]


def remarks(text: str, **options) -> str:
    """The notes on what was read in one of several ways, or not assessed."""
    faults = lint(text, "schedule.csv", **options).faults
    return "\n".join(f.message for f in faults if f.id == "not-assessed")


# --- ways of writing a schedule ------------------------------------------------------------------

WRITTEN = {
    "weeks with times of day": (
        "Week,Morning,Evening,Total\n1,60,60,120\n2,45,60,105\n",
        {"product": "morphine-er"},
    ),
    "weeks in words, and a stop": (
        "Week,AM (mg),PM (mg),Total (mg)\nWeek 1-2,15,15,30\nWeeks 3\u20134,-,15,15\nWk 5,0,0,0\n",
        {"product": "morphine-er"},
    ),
    "days counted": ("Day,Dose,Drug\n1-7,60 mg,oxycodone-ir\n8-14,55 mg,oxycodone-ir\n", {}),
    "a title above the header": (
        (
            "Mrs. A.,,\n,,\nDate,Drug,Dose\n7 Dec 2026,MS Contin,60 mg BID\n21 Dec 2026,MS Contin,"
            "105 mg\n"
        ),
        {},
    ),
    "dates of the UK": (
        "Date,Dose,Drug\n07/12/2026,60 mg bd,MST Continus\n21/12/2026,105 mg,MST Continus\n",
        {"market": "uk"},
    ),
    "from and to in one cell": (
        (
            "Date,Dose,Drug\n2026-12-07 to 2026-12-20,120 mg,morphine-er\n"
            "2026-12-21 \u2013 2027-01-03,105 mg,morphine-er\n"
        ),
        {},
    ),
    "names and directions of a pharmacy": (
        (
            "date,drug,sig,qty,days\n2026-12-07,OXYCODONE HCL 5 MG TABLET,1 tab q6h,56,14\n"
            "2026-12-21,OXYCODONE HCL 5 MG TABLET,1 tablet 3 times a day,#42,14\n"
        ),
        {},
    ),
    "a day's dose in words": (
        "date,dose,drug\n2026-12-07,120 mg/day,morphine-er\n2026-12-21,105 mg daily,morphine-er\n",
        {},
    ),
    "a liquid with its volume": (
        (
            "date,days,dose,drug,qty\n2026-12-07,14,5 mg (2.5 mL) q4h,morphine-solution,210 mL\n"
            "2026-12-21,14,4 mg (2 mL) q4h,morphine-solution,168 mL\n"
        ),
        {},
    ),
    "tablets of strengths": (
        "date,dose,drug,tablets\n2026-12-07,75 mg bid,morphine-er,1 x 60 mg + 1 x 15 mg\n",
        {},
    ),
    "doses of 240 mg a day in eight tablets at once": (
        "date,daily_dose,product\n2026-12-07,240 mg,methadone-tablet\n",
        {},
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_schedule_is_read_as_people_write_it(case):
    text, options = WRITTEN[case]
    assert errors(text, **options) == []
    assert "cannot be read" not in remarks(text, **options)


def test_a_workbook_is_read_with_its_own_dates_and_numbers():
    book = openpyxl.Workbook()
    book.active.append(["Our clinic"])
    other = book.create_sheet("Plan")
    other.append(["Date", "Total (mg)", "Drug", "Quantity"])
    other.append([date(2026, 12, 7), 120, "morphine-er", "60 mg x 28"])
    other.append([date(2026, 12, 21), 120.5, "morphine-er", None])
    out = io.BytesIO()
    book.save(out)
    assert errors(out.getvalue()) == [
        ("dose-not-makeable", 3, "Total (mg)"),
        ("dose-rises", 3, "Total (mg)"),
    ]


def test_weeks_are_dated_by_the_start():
    text = "Week,Dose,Drug\n1,120 mg,morphine-er\n2,105 mg,morphine-er\n4,90 mg,morphine-er\n"
    assert errors(text) == errors(text, start=date(2026, 12, 7)) == [("gap", 4, "Week")]
    (gap,) = [f for f in lint(text, "w.csv").faults if f.id == "gap"]
    assert gap.message == "7 days without a dose: row 3 ends on week 2"
    assert gap.value == "week 4"
    (gap,) = [f for f in lint(text, "w.csv", start=date(2026, 12, 7)).faults if f.id == "gap"]
    assert gap.value == "2026-12-28"
    assert "avoided-day" in remarks(text)


def test_an_ambiguous_date_is_settled_and_this_is_told():
    text = "date,dose,drug\n03/04/2027,120 mg,morphine-er\n03/18/2027,105 mg,morphine-er\n"
    assert "'03/04/2027' may be two days, and is read with the month first: as in 03/18/2027" in (
        remarks(text)
    )


def test_a_row_that_adds_up_the_rows_above_is_passed_over_and_this_is_told():
    text = "Week,Morning,Evening,Total\n1,60,60,120\n2,45,60,105\nTotal,,,225\n"
    assert errors(text, product="morphine-er") == []
    assert "Passed over, as a sum of the rows above" in remarks(text, product="morphine-er")


def test_directions_alone_say_how_much_and_are_named_as_the_column():
    text = "date,days,drug,sig,quantity\n"
    text += "2026-12-07,30,Fentanyl 25 mcg/hr patch,apply 1 patch every 72 hours,10\n"
    text += "2027-01-06,30,Fentanyl 12 mcg/hr patch,apply one patch every 3 days,9\n"
    assert ("quantity-does-not-fit", 3, "quantity") in found(text)
    assert ("unavoidable-cut", 3, "sig") in found(text)


@pytest.mark.parametrize(
    "text",
    ["hello\n", "age,height\n40,180\n", '{"a": 1}', "[1, 2]", '{"resourceType": "Patient"}'],
)
def test_what_is_no_schedule_is_one_clear_line(text):
    with pytest.raises(InputError) as caught:
        lint(text, "file")
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].hint


# --- what is wrong in one row --------------------------------------------------------------------

HEAD = "date,dose,drug,unit,total,tablets,directions"
IN_A_ROW = {
    "a total that is not that of the doses": (
        "45 mg bid,morphine-er,,100 mg,,",
        ("dose-not-makeable", "total"),
    ),
    "tablets that make another dose": (
        "45 mg bid,morphine-er,,,1 x 30 mg,",
        ("dose-not-makeable", "tablets"),
    ),
    "a strength that nobody makes": (
        "2 x 17 mg bid,morphine-er,,,,",
        ("dose-not-makeable", "dose"),
    ),
    "a dose that no tablets make": ("47 mg bid,morphine-er,,,,", ("dose-not-makeable", "dose")),
    "half a tablet, in the number of tablets": (
        "15 mg bid,morphine-er,,,0.5,",
        ("needs-splitting", "tablets"),
    ),
    "half a tablet, in the dose": ("0.5 x 30 mg bid,morphine-er,,,,", ("needs-splitting", "dose")),
    "a crushed tablet": (
        "30 mg bid,morphine-er,,,,crush one tablet",
        ("needs-splitting", "directions"),
    ),
    "another release": ("30 mg bid,morphine-ir,,,,", ("unreadable", "drug")),
    "a product that is none": ("30 mg bid,morphium,,,,", ("unreadable", "drug")),
    "a rise of one administration": (
        "75/30 mg,morphine-er,,,,",
        ("dose-rises", "dose"),
    ),
}


@pytest.mark.parametrize("case", IN_A_ROW)
def test_a_fault_is_named_in_its_row_and_column(case):
    cells, (name, column) = IN_A_ROW[case]
    rows = [
        "2026-12-07,60 mg bid,morphine-er,,,,",
        f"2026-12-21,{cells}",
        "2027-01-04,15 mg bid,morphine-er,,,,",
    ]
    text = "\n".join([HEAD, *rows])
    assert (name, 3, column) in found(text)


@pytest.mark.parametrize(
    ("header", "row", "column"),
    [
        ("date,dose,drug", "105,morphine-er", "dose"),  # the other row has one
        ("date,dose,drug,unit", "105,morphine-er,mcg", "unit"),
        ("date,daily_dose,product,unit", "105,morphine-er,", "unit"),
    ],
)
def test_a_unit_that_is_lost_or_another_one_is_an_error(header, row, column):
    first = "120 mg,morphine-er" if "unit" not in header else "120,morphine-er,mg"
    text = f"{header}\n2026-12-07,{first}\n2026-12-21,{row}\n"
    assert errors(text) == [("unreadable", 3, column)]


def test_a_product_is_asked_for_where_the_first_row_has_none():
    text = "date,dose,drug\n2026-12-07,120 mg,\n2026-12-21,105 mg,morphine-er\n"
    assert ("unreadable", 2, "drug") in found(text)


def test_a_quotation_mark_that_is_not_closed_is_no_schedule():
    with pytest.raises(InputError, match="every quotation mark closed"):
        lint('date,dose,drug\n2026-12-07,"120 mg,morphine-er\n', "file.csv")


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(InputError, match="the column 'dose' stands twice"):
        lint("date,dose,Dose,drug\n2026-12-07,120 mg,60 mg,morphine-er\n", "file.csv")


def test_a_product_of_another_market_is_told():
    text = "date,dose,drug\n2026-12-07,60 mg bd,morphine-mr-mst-continus\n"
    (fault,) = [f for f in lint(text, "file.csv").faults if f.id == "unreadable"]
    assert "--market uk" in fault.message


# --- one row after another -----------------------------------------------------------------------


def test_a_row_out_of_order_is_the_one_that_is_named():
    text = (
        "date,dose,drug\n2026-12-07,120 mg,morphine-er\n2026-12-21,105 mg,morphine-er\n"
        "2027-04-01,90 mg,morphine-er\n2027-01-18,75 mg,morphine-er\n"
        "2027-02-01,60 mg,morphine-er\n"
    )
    assert errors(text) == [("overlap", 4, "date")]


def test_what_is_taken_at_one_time_is_counted_together():
    text = (
        "date,dose,drug\n2026-12-07,2 x 5/325 mg q4h,oxycodone-apap\n"
        "2026-12-07,2 x 5/325 mg q4h,hydrocodone-apap\n"
    )
    messages = {f.id: f.message for f in lint(text, "two.csv").faults}
    assert "150 MME" in messages["naloxone"]
    assert "7,800 mg" in messages["acetaminophen-over-maximum"]


def test_an_opioid_that_is_added_is_a_rise_and_a_change_of_opioid_is_not_judged():
    first = "date,end,dose,drug\n2026-12-07,2026-12-20,60 mg bid,morphine-er\n"
    added = "2026-12-21,2027-01-03,45 mg bid,morphine-er\n2026-12-21,,10 mg q6h,oxycodone-ir\n"
    assert ("dose-rises", 4, "dose") in errors(first + added)
    changed = first + "2026-12-21,2027-01-03,20 mg bid,oxycodone-er\n"
    assert errors(changed) == []
    assert "a change from morphine to oxycodone is a conversion" in remarks(changed)


def test_a_finer_product_of_the_same_opioid_is_no_fault():
    text = (
        "date,dose,drug\n2026-12-07,15 mg bid,morphine-er\n2026-12-21,5 mg q4h,morphine-solution\n"
    )
    assert errors(text) == []
    assert ("dose-rises", 3, "dose") in errors(text.replace("5 mg q4h", "15 mg q4h"))


def test_no_statement_goes_across_a_row_that_cannot_be_read():
    text = (
        "date,dose,drug\n2026-12-07,120 mg,morphine-er\nsome day,60 mg,morphine-er\n"
        "2027-01-04,15 mg,morphine-er\n2027-01-18,STOP,morphine-er\n"
    )
    ids = {name for name, *_ in found(text)}
    assert "cut-over-25-percent" not in ids
    assert "large-last-dose" in ids  # of 15 mg, which is read


def test_of_a_day_of_a_combination_the_tablets_are_not_known():
    text = "date,dose,drug\n2026-12-07,60 mg,oxycodone-apap\n2026-12-21,40 mg,oxycodone-apap\n"
    assert "acetaminophen-falls" not in {f.id for f in lint(text, "file.csv").faults}
    assert "acetaminophen-over-maximum" in remarks(text)


# --- the pace ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "doses", "ids"),
    [
        (7, (120, 90, 60, 30), set()),  # 25% a week
        (6, (120, 90, 60, 30), {"rate-over-band"}),
        (7, (120, 75, 30), {"rate-over-band"}),
        (14, (120, 105, 90, 75), set()),
        (1, (120, 105), set()),  # one cut is no pace
    ],
)
def test_the_pace_of_two_or_more_cuts_over_a_week_or_more(days, doses, ids):
    start = date(2026, 12, 7).toordinal()
    rows = [
        f"{date.fromordinal(start + days * n)},{days},{dose} mg,morphine-er"
        for n, dose in enumerate(doses)
    ]
    text = "\n".join(["date,days,dose,drug", *rows])
    assert {name for name, *_ in errors(text)} == ids


# --- cutting -------------------------------------------------------------------------------------

CUT = [
    "take a quarter of a 60 mg tablet twice a day",
    ".5 of a 30 mg tablet",
    "break a 30 mg tablet in two",
    "1.5 tablets of 10 mg",
    "crush one tablet",
    "take half a tablet",
    "apply \u00bd of a patch",
    "1/2 tab bid",
    "split the 60 mg tablet",
    "chew one tablet at night",
    "tablets may be crushed in applesauce",
    "open the capsule and sprinkle",
    "\u00bd 60 mg tablet",
]
WHOLE = [
    "Take one 60 mg tablet by mouth every 12 hours.",
    "do not crush, break or chew",
    "Swallow the tablets whole. Never break, crush or chew them.",
    "take 2 tablets half an hour before food",
    "for breakthrough pain",
    "split the dose between morning and evening",
    "cut the dose by 10%",
    "1 tablet of 7.5 mg",
    "one 7.5/325 mg tablet",
    "Take 2.5 mL (5 mg) by mouth",
    "Apply one 37.5 mcg/h patch to the skin; change every 72 hours.",
]


@pytest.mark.parametrize("words", CUT)
def test_all_words_for_cutting_are_known(words):
    assert is_cut(words)


@pytest.mark.parametrize("words", WHOLE)
def test_what_is_left_whole_is_not_called_cut(words):
    assert not is_cut(words)


@pytest.mark.parametrize(
    "number", ["0.5", ".5", "1.5", "\u00bd", "1 1/2", "quarter", "60 mg x 0.5"]
)
def test_a_number_of_tablets_that_is_no_whole_one(number):
    assert is_part(number)
    assert not is_part("2 x 7.5 mg")


def test_halves_of_scored_tablets_are_allowed_when_it_is_asked_for():
    text = "date,dose,drug\n2026-12-07,10 mg q6h,oxycodone-ir\n2026-12-21,7.5 mg q6h,oxycodone-ir\n"
    text += "2027-01-04,2.5 mg q6h,oxycodone-ir\n"
    assert errors(text) == [("needs-splitting", 4, "dose")]
    assert errors(text, halves=True) == []
    er = "date,dose,drug\n2026-12-07,7.5 mg bid,morphine-er\n"
    assert errors(er, halves=True) == [("needs-splitting", 2, "dose")]


# --- quantities ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "dose", "quantity", "fits"),
    [
        ("morphine-er", "60 mg bid", "28 tablets of 60 mg", True),
        ("morphine-er", "60 mg bid", "14 x 60 mg + 28 x 30 mg", True),
        ("morphine-er", "15 mg bid", "30 mg x 14", False),  # as much drug, in halves
        ("morphine-er", "45 mg bid", "28 x 30 mg and 28 x 15 mg", True),
        ("morphine-er", "45 mg bid", "56", True),
        ("morphine-er", "45 mg bid", "28", False),
        ("oxycodone-apap", "5/325 mg q6h", "56", True),
        ("oxycodone-apap", "5/325 mg q6h", "112", False),
        ("oxycodone-apap", "5/325 mg q6h", "2.5/325 mg x 112", False),
        ("morphine-er", "60 mg bid", "#28 (twenty-eight)", True),
    ],
)
def test_a_quantity_is_judged_by_strength_and_interval(product, dose, quantity, fits):
    text = f"start,days,dose,drug,quantity\n2026-12-07,14,{dose},{product},{quantity}\n"
    misfit = ("quantity-does-not-fit", 2, "quantity") in errors(text)
    assert misfit == (not fits)
