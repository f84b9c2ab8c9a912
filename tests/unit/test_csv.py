"""The CSV files: RFC 4180, exact columns, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess

import openpyxl
import pytest
from golden.plans import NAMES, plan_of, rendered
from hypothesis import given
from hypothesis import strategies as st

from taper.export import render
from taper.export.csv import safe, written
from taper.planning.make import planned as plan

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(1)", "x;=1+1", "x; =1+1", "\uff0d1+1"]
HEADERS = {
    ".csv": "plan_id,step,kind,start_date,end_date,days,product,daily_dose,unit,percent_of_original,"
    "cut_percent_of_current,mme,doses,directions,quantities,next_check,findings",
    ".checks.csv": "plan_id,date,step,reason,how,items",
    ".supply.csv": "plan_id,fill,fill_date,not_before,days_supply,product,strength,unit,quantity,rxcui,directions",
}


def small(**fields: object):
    values = {"product": "morphine-ir", "dose": "15 mg q4h", "reduce": "25%", "every": "1w"}
    return plan(start="2026-12-07", on_opioids_for="8w", **{**values, **fields})


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("suffix", HEADERS)
@pytest.mark.parametrize("name", NAMES)
def test_the_columns_are_exact_and_every_line_ends_in_crlf(name, suffix):
    data = rendered(name, suffix)
    assert data.decode("utf-8").split("\r\n")[0] == HEADERS[suffix]
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert not data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", NAMES)
def test_one_row_a_step_and_its_figures(name):
    made = plan_of(name)
    found = rows(render(made, ".csv"))
    document = made.to_dict()["steps"]
    assert [row["step"] for row in found] == [str(step["step"]) for step in document]
    for row, step in zip(found, document, strict=True):
        for column in ("kind", "product", "daily_dose", "unit", "percent_of_original"):
            assert row[column] == step[column]
        assert row["mme"] == step["mme"]
        assert row["start_date"] == (step["start"] or "")
        assert row["end_date"] == (step["end"] or "")
        assert step["directions"] in row["directions"]


def test_the_next_check_is_the_first_in_or_after_the_row():
    made = plan_of("er-hold")
    days = [check.date for check in made.checks]
    for step, row in zip(made.steps, rows(render(made, ".csv")), strict=True):
        if step.start is not None:
            expected = min((day for day in days if day >= step.start), default=None)
            assert row["next_check"] == (expected.isoformat() if expected else "")


@pytest.mark.parametrize("name", NAMES)
def test_the_quantities_of_the_supply_are_those_of_the_plan(name):
    made = plan_of(name)
    found = rows(render(made, ".supply.csv"))
    items = [(fill, item) for fill in made.to_dict()["supply"] for item in fill["items"]]
    assert len(found) == len(items)
    for row, (fill, item) in zip(found, items, strict=True):
        assert (row["fill"], row["fill_date"]) == (str(fill["fill"]), fill["date"])
        assert (row["strength"], row["quantity"]) == (item["strength"], item["quantity"])


def test_liquids_are_counted_in_millilitres():
    made = small(product="morphine-solution", dose="5 mg q4h")
    first = rows(render(made, ".csv"))[0]
    assert first["doses"].startswith("06:00 5 (2 mg/mL x 2.5 mL); 10:00 5")


def test_two_opioids_stand_in_one_row():
    row = rows(render(plan_of("two-opioids"), ".csv"))[1]
    assert row["doses"].endswith(
        "oxycodone-ir: morning 10 (10 x 1); noon 10 (10 x 1); "
        "evening 10 (10 x 1); bedtime 10 (10 x 1)"
    )
    assert row["quantities"].endswith("oxycodone-ir 10 mg x 56")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_neutralised(text):
    assert safe(text) != text
    assert safe(text).replace("'", "") == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "-5", "-12.5", "12", "a-b", "Take one; then two", "O'Neill"),
        *("the nearest are 40 mg; --split halves", "slowly; - and less; --stock 15,30 too"),
    ],
)
def test_what_is_no_formula_stays_as_it_is(text):
    assert safe(text) == text


@given(st.text(max_size=30))
def test_no_cell_starts_a_formula_in_whatever_way_it_is_split(text):
    number = re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text)
    for place, part in enumerate(safe(text).split(";")):
        if place and re.fullmatch(r" +-[^(|!=@\uff1d\uff20\t\r\n]*", part):
            continue  # a sentence goes on
        begins = part.lstrip()[:1]
        assert number or not begins or begins not in "=+-@\uff1d\uff0b\uff0d\uff20"
        assert part[:1] not in {"\t", "\r", "\n"}


@given(st.lists(st.text(max_size=12), min_size=2, max_size=4))
def test_what_is_written_is_read_again(cells):
    read = list(csv.reader(io.StringIO(written(["a", *cells], [cells]), newline="")))
    assert read == [["a", *cells], [safe(cell) for cell in cells]]


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("separator", [",", ";"])
def test_it_opens_in_libreoffice_without_a_formula(tmp_path, separator):
    assert OFFICE is not None
    for place, text in enumerate(FORMULAS):
        made = small(id=text)
        for suffix in (".csv", ".checks.csv", ".supply.csv"):
            (tmp_path / f"{place}{suffix}").write_bytes(render(made, suffix).encode())
    # the control: the same reader does run a formula that was not neutralised
    (tmp_path / "control.csv").write_text("a\r\n=1+1\r\n")
    files = sorted(str(path) for path in tmp_path.glob("*.csv"))
    command = [OFFICE, "--headless", "--norestore", f"-env:UserInstallation=file://{tmp_path}/home"]
    command += [f"--infilter=CSV:{ord(separator)},34,76,1", "--convert-to", "xlsx"]
    command += ["--outdir", str(tmp_path / "read"), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    running = set()
    for path in (tmp_path / "read").glob("*.xlsx"):
        cells = [cell for row in openpyxl.load_workbook(path).active.rows for cell in row]
        assert len(cells) > 1
        if any(cell.data_type == "f" for cell in cells):
            running.add(path.stem)
    assert running == {"control"}
    assert len(list((tmp_path / "read").iterdir())) == len(files)
