"""The library (contract 13): exact decimals, tables, files, equality, pickles, notebooks."""

import copy
import pickle
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import get_type_hints

import pytest

import taper
from taper import InputError, Plan, Refused, TaperError, plan
from taper.export import Options
from taper.library.frames import TABLES
from taper.library.keywords import Keywords, Writing
from taper.library.records import Record
from taper.request.fields import LISTS, NAMES, PRODUCTS
from taper.terminal.options import FIELDS as OPTIONS

START = date(2026, 12, 7)
MADE = plan("morphine-er", "90 mg q8h", reduce="10%", every="1w", start=START, id="a-1")
LIQUID = plan("morphine-solution", "5 mg q4h", start=START, on_opioids_for="8w")
PATCH = plan("fentanyl-patch", "12 mcg/h", start=START, also=["oxycodone-ir 5 mg q6h"])
ALL = [MADE, LIQUID, PATCH]


def test_amounts_are_exact_decimals_in_the_products_unit():
    first, second = MADE.steps[:2]
    assert (first.daily_dose, first.unit, first.start, first.days) == (
        Decimal(270),
        "mg",
        None,
        None,
    )
    assert (second.daily_dose, second.mme) == (Decimal(240), Decimal(240))
    assert second.cut_percent_of_current == Decimal("11.1")
    assert [(dose.time, dose.amount) for dose in second.doses] == [
        ("morning", Decimal(75)),
        ("afternoon", Decimal(75)),
        ("evening", Decimal(90)),
    ]
    assert PATCH.steps[0].daily_dose == Decimal("12.5")
    assert PATCH.steps[0].companions[0].daily_dose == Decimal(20)
    assert LIQUID.supply[0].items[0].unit == "mL"


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.product.id)
def test_every_record_says_what_the_document_says(made):
    document = made.to_dict()
    parts = {name: document[name] for name in ("steps", "checks", "supply", "leftover", "findings")}
    for name, values in parts.items():
        assert [plain(each) for each in getattr(made, name)] == [filled(value) for value in values]
    assert plain(made.summary) == document["summary"]
    assert (made.id, made.start.isoformat()) == (document["id"], document["summary"]["start"])


def plain(value):
    """A record as the plan document prints it."""
    if isinstance(value, Record):
        return {name: plain(value[name]) for name in value.keys()}  # noqa: SIM118 - no mapping
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def filled(value):
    """A part of the document, with None for what only doses as needed have."""
    if isinstance(value, list):
        return [filled(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "time" in value:
        value = {**value, "hours_between": value.get("hours_between"), "most_per_day": None}
    return {name: filled(each) for name, each in value.items()}


def test_fills_add_up_to_what_the_steps_need():
    needed = {}
    for step in MADE.steps[1:-1]:
        for dose in step.doses:
            for units in dose.units:
                needed[units.strength] = needed.get(units.strength, 0) + units.count * step.days
    dispensed = {}
    for item in (item for fill in MADE.supply for item in fill.items):
        dispensed[item.strength] = dispensed.get(item.strength, 0) + item.quantity
    assert dispensed == needed


def test_what_stays_as_needed_has_its_hours_and_its_most():
    made = plan("oxycodone-ir", "5 mg q6h prn", taking="20 mg", as_needed="keep", start=START)
    dose = made.steps[0].doses[0]
    assert (dose.time, dose.hours_between, dose.most_per_day) == ("as-needed", 6, Decimal(20))


def test_a_record_is_also_a_mapping_of_its_fields():
    step = MADE.steps[1]
    assert dict(step)["daily_dose"] == step["daily_dose"] == Decimal(240)
    with pytest.raises(KeyError):
        step["regimen"]


def test_nothing_in_a_plan_changes():
    for change in (lambda: setattr(MADE, "id", "b"), lambda: setattr(MADE.steps[1], "days", 8)):
        with pytest.raises(AttributeError):
            change()
    MADE.request["product"] = "x"
    assert MADE.request["product"] == "morphine-er"


def test_plans_are_equal_by_content():
    again = plan("morphine-er", "90 mg q8h", start="2026-12-07", id="a-1")
    assert again == MADE
    assert hash(again) == hash(MADE)
    assert plan("morphine-er", "90 mg q8h", start="2026-12-08", id="a-1") != MADE
    assert MADE.to_json() != MADE


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.product.id)
def test_pickled_and_copied_a_plan_is_the_same(made):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(made, protocol)) == made
    assert copy.copy(made) == copy.deepcopy(made) == made
    assert Plan.from_json(made.to_json()) == made
    assert copy.deepcopy(made.steps) == made.steps


def test_the_representation_is_one_short_line():
    assert repr(MADE) == (
        f"<Plan a-1: morphine-er 270 to 0 mg a day, from 2026-12-07, stops {MADE.stop_date}, "
        f"{MADE.summary.reductions} reductions, {warnings(MADE)} warnings>"
    )
    kept = plan("morphine-er", "60 mg q12h", to="60 mg", start=START)
    assert "to 60 mg a day, from 2026-12-07, " in repr(kept)
    assert "stops" not in repr(kept)


def warnings(made):
    return sum(finding.level == "warning" for finding in made.findings)


def test_a_notebook_shows_the_table_and_every_finding_escaped():
    page = plan("morphine-er", "60 mg q12h", start=START, id="<b>", risks="oud", specialist="<i>")
    html = page._repr_html_()
    assert html.count("<tr>") == len(page.steps) + 1
    assert "<caption>morphine extended-release tablets, from 2026-12-07, stops " in html
    for finding in page.findings:
        assert f"[{finding.id}]" in html
    assert html.count("<b>warning</b>") == warnings(page)
    assert "plan &lt;b&gt;" in html
    assert "<i>" not in html


def test_timestamps_at_midnight_are_dates():
    assert plan("morphine-er", "90 mg q8h", start=datetime(2026, 12, 7), id="a-1") == MADE  # noqa: DTZ001
    with pytest.raises(InputError, match=r"start: 2026-12-07 08:00:00 has a time of day"):
        plan("morphine-er", "90 mg q8h", start=datetime(2026, 12, 7, 8))  # noqa: DTZ001


def test_timestamps_of_pandas_and_numpy_are_dates():
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    for start in (
        pandas.Timestamp("2026-12-07"),
        pandas.Timestamp("2026-12-07", tz="Asia/Tokyo"),
        numpy.datetime64("2026-12-07"),
        numpy.datetime64("2026-12-07", "ns"),
    ):
        assert plan("morphine-er", "90 mg q8h", start=start, id="a-1") == MADE
    for missing in (pandas.NaT, numpy.datetime64("NaT")):
        with pytest.raises(InputError, match=r"start: the timestamp is missing \(NaT\)"):
            plan("morphine-er", "90 mg q8h", start=missing)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_for_arrow_is_typed(name):
    arrow = pytest.importorskip("pyarrow")
    table = MADE.to_frame(name, "arrow")
    assert table.num_rows
    kinds = {field.name: field.type for field in table.schema}
    for column, kind in kinds.items():
        if "date" in column or column in {"start", "not_before", "next_check"}:
            assert kind == arrow.date32(), column
        elif column.endswith(("dose", "percent", "mme", "quantity", "amount")):
            assert arrow.types.is_decimal(kind), column
            assert any(isinstance(each, Decimal) for each in table[column].to_pylist()), column


def test_a_plan_is_a_stream_of_arrow():
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table(MADE)
    assert table["daily_dose"].to_pylist() == [step.daily_dose for step in MADE.steps]
    assert table["start_date"].to_pylist() == [step.start for step in MADE.steps]


def test_a_frame_of_pandas_has_decimals_and_dates():
    pandas = pytest.importorskip("pandas")
    frame = MADE.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["daily_dose"]) == [step.daily_dose for step in MADE.steps]
    assert frame["start_date"].dtype.kind == "M"
    assert pandas.isna(frame["start_date"][0])
    assert frame["days"][1] == 7
    fills = MADE.to_frame("supply").groupby("strength")["quantity"].sum()
    assert isinstance(fills["60"], Decimal)


def test_polars_reads_a_plan():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(MADE)
    assert frame["daily_dose"].to_list() == [step.daily_dose for step in MADE.steps]
    assert frame.schema["next_check"] == polars.Date


def test_a_frame_that_cannot_be_made_says_why(monkeypatch):
    with pytest.raises(InputError, match=r"'rows' is no table .*schedule, checks, supply"):
        MADE.to_frame("rows")
    with pytest.raises(InputError, match=r"'dask' is not known .*pandas, arrow"):
        MADE.to_frame("supply", "dask")
    for name in ("pandas", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"pandas and pyarrow not installed .*pip install"):
        MADE.to_frame()


def test_a_plan_is_written_by_suffix(tmp_path):
    MADE.write(tmp_path / "plan.json")
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == MADE.to_json()
    MADE.write(str(tmp_path / "plan.supply.csv"))
    assert (tmp_path / "plan.supply.csv").read_text(encoding="utf-8").count("\n") > 3
    MADE.write(tmp_path / "plan.html", language="es", clinic="North")
    text = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert 'lang="es"' in text
    assert "North" in text


def test_a_file_that_cannot_be_written_is_an_error_of_taper(tmp_path):
    with pytest.raises(InputError, match="no suffix of a format"):
        MADE.write(tmp_path / "plan.docx")
    with pytest.raises(InputError, match=r"langauge: there is no such option .*language"):
        MADE.write(tmp_path / "plan.html", langauge="es")
    with pytest.raises(InputError, match=r"language: 'fr' is not known .*en, es"):
        MADE.write(tmp_path / "plan.html", language="fr")
    with pytest.raises(TaperError, match="cannot be written"):
        MADE.write(tmp_path / "nowhere" / "plan.json")
    assert list(tmp_path.iterdir()) == []


def test_the_keywords_are_the_fields_of_a_request():
    hints = get_type_hints(Keywords)
    assert set(hints) == {*NAMES, PRODUCTS} - {"product", "dose"}
    assert set(OPTIONS) - {"product", "dose"} <= set(hints)
    lists = {name for name, kind in hints.items() if "Sequence" in str(kind)}
    assert lists == LISTS | {PRODUCTS}
    assert set(get_type_hints(Writing)) == set(Options.__dataclass_fields__) - {"window"}


def test_a_misspelled_keyword_names_the_one_that_was_meant():
    with pytest.raises(InputError, match=r"reduces: there is no such field .*perhaps reduce"):
        plan("morphine-er", "90 mg q8h", start=START, reduces="10%")


def test_problems_come_with_both_errors():
    with pytest.raises(InputError) as wrong:
        plan("morphine-er", "91 mg q8h")
    assert [problem.field for problem in wrong.value.problems] == ["dose", "start"]
    with pytest.raises(Refused) as refused:
        plan("morphine-er", "90 mg q8h", start=START, reduce="30%", every="1w")
    assert refused.value.problems
    assert pickle.loads(pickle.dumps(refused.value)).problems == refused.value.problems
    assert issubclass(Refused, TaperError)
    assert issubclass(TaperError, ValueError)


def test_the_public_names_are_listed_and_documented():
    assert sorted(taper.__all__) == dir(taper)
    for name in set(dir(taper)) - {"__version__"}:
        assert getattr(taper, name).__doc__, name
    members = [name for name in vars(Plan) if not name.startswith("_")]
    assert {"steps", "checks", "supply", "findings", "summary", "to_frame", "write"} <= set(members)
    for name in members:
        assert getattr(Plan, name).__doc__, name
