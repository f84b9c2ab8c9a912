"""The workbook, read back: dates are dates, numbers are numbers, text is text, and it prints."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from golden.plans import NAMES, plan_of, rendered

from taper.export import Options, csv, render
from taper.export.xlsx import DATES, NUMBERS, heading
from taper.planning.make import planned as plan

SHEETS = {
    "Schedule": (csv.SCHEDULE, csv.schedule_rows),
    "Checks": (csv.CHECKS, csv.checks_rows),
    "Supply": (csv.SUPPLY, csv.supply_rows),
}
HOSTILE = ["=1+1", "@SUM(A1)", "https://example.org", "-2+3", "1e5", "'x", "{=1}", "&A & co"]


def small(**fields: object):
    values = {"product": "morphine-er", "dose": "30 mg q12h", "every": "1w", **fields}
    return plan(start="2026-12-07", on_opioids_for="8w", **values)


def opened(made, options: Options | None = None):
    return openpyxl.load_workbook(io.BytesIO(render(made, ".xlsx", options)))


@pytest.mark.parametrize("name", NAMES)
def test_three_sheets_with_what_the_csv_files_hold(name):
    made = plan_of(name)
    book = opened(made)
    assert book.sheetnames == list(SHEETS)
    for sheet, (columns, rows) in SHEETS.items():
        read = list(book[sheet].iter_rows(values_only=True))
        assert list(read[0]) == [heading(column) for column in columns[1:]]
        wanted = rows(made)
        assert len(read) - 1 == len(wanted)
        for cells, texts in zip(read[1:], wanted, strict=True):
            for column, cell, text in zip(columns[1:], cells, texts[1:], strict=True):
                if not text:
                    assert cell is None
                elif column in DATES:
                    assert type(cell) is datetime
                    assert cell.date() == date.fromisoformat(text)
                elif column in NUMBERS:
                    assert not isinstance(cell, str)
                    assert Decimal(str(cell)) == Decimal(text)
                else:
                    assert cell == text


@pytest.mark.parametrize("name", NAMES)
def test_numbers_show_all_their_digits_and_no_more(name):
    for sheet in opened(plan_of(name)):
        head, *rows = sheet.iter_rows()
        for row in rows:
            for title, cell in zip(head, row, strict=True):
                if cell.data_type == "n" and cell.value is not None:
                    percent = "ercent" in title.value
                    assert cell.number_format == ("0.0" if percent else "General")
                elif cell.is_date:
                    assert cell.number_format == "yyyy-mm-dd"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_a_formula_a_link_or_a_number(text):
    made = small(id=text, label=text)
    book = opened(made)
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        assert not sheet._hyperlinks
    with zipfile.ZipFile(io.BytesIO(render(made, ".xlsx"))) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
        assert len(sheets) == 3
        assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    assert book.properties.subject == text


@pytest.mark.parametrize(("paper", "code"), [("letter", "1"), ("a4", "9")])
def test_it_prints(paper, code):
    book = opened(small(label="Ward 3 & 4"), Options(paper=paper))
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == code
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in {(None, 0), (1, 0)}
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.oddFooter.left.text == "Decision support for clinicians, not medical advice."
        assert "Ward 3 && 4" in sheet.oddHeader.left.text


def test_a_page_header_is_never_too_long():
    made = small(label="&" * 200, id="&" * 200)
    with zipfile.ZipFile(io.BytesIO(render(made, ".xlsx"))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    header = re.search(r"<oddHeader>(.*?)</oddHeader>", sheet)[1].replace("&amp;", "&")
    assert len(header) <= 255


def test_rows_are_high_enough_for_their_text():
    sheet = opened(plan_of("er-hold"))["Schedule"]
    one_line, several = sheet.row_dimensions[2].height, sheet.row_dimensions[3].height
    assert several > 2 * 12
    assert several >= one_line


def test_a_plan_without_checks_or_fills_has_its_sheets_all_the_same():
    book = opened(small(checks="none"))
    assert book.sheetnames == list(SHEETS)
    assert book["Checks"].max_row == 1


def test_where_there_is_no_factor_the_cell_is_empty():
    made = small(product="buprenorphine-patch", dose="20 mcg/h", every="4w")
    column = csv.SCHEDULE.index("mme")
    assert [row[column - 1] for row in opened(made)["Schedule"].iter_rows(values_only=True)][
        1:
    ] == [None] * len(made.steps)


def test_nothing_in_it_depends_on_the_clock_or_on_the_run():
    book = opened(plan_of("er-hold"))
    assert book.properties.created == datetime(2026, 12, 7)  # noqa: DTZ001 - a workbook has no zone
    code = (
        "import sys; from golden.plans import rendered; "
        "sys.stdout.buffer.write(rendered('er-hold', '.xlsx'))"
    )
    path = os.pathsep.join(sys.path)
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path, "TZ": "Asia/Tokyo"}
        ran = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env=environment
        )
        assert ran.stdout == rendered("er-hold", ".xlsx")
