"""Parquet as databases, engines and data frames write it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from batches import ran

pa = pytest.importorskip("pyarrow")
pytest.importorskip("msgspec")
DAY = date(2026, 12, 7)
NOON = datetime(2026, 12, 7, 12)  # noqa: DTZ001 - as a table has it


def table(**columns):
    return pa.table(
        {
            "id": ["a", "b"],
            "product": ["morphine-er"] * 2,
            "dose": ["90 mg q8h"] * 2,
            "start": [DAY] * 2,
            **columns,
        }
    )


def planned(folder, made, **settings):
    import pyarrow.parquet as pq

    pq.write_table(made, folder / "t.parquet")
    found = ran(folder, (folder / "t.parquet").read_bytes(), ".parquet", **settings)
    assert found.result.planned + found.result.failed == found.result.rows == made.num_rows
    return found


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return planned(tmp_path_factory.mktemp("usual"), table()).schedule


def text(values):
    """A column of text whose bytes nobody looked at."""
    ends = b"".join(
        n.to_bytes(4, "little") for n in (0, len(values[0]), len(values[0] + values[1]))
    )
    return pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(ends), pa.py_buffer(b"".join(values))]
    )


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"max_units": pa.array([Decimal("4.00"), None])}, id="decimals"),
        pytest.param({"max_units": pa.array([4.0, float("nan")])}, id="floats"),
        pytest.param({"dose": pa.array([b"90 mg q8h"] * 2)}, id="bytes"),
        pytest.param({"dose": pa.array(["90 mg q8h"] * 2, pa.large_string())}, id="large text"),
        pytest.param({"label": pa.nulls(2)}, id="nulls"),
        pytest.param({"label": pa.array(["", " "])}, id="empty texts"),
        pytest.param({"start": pa.array([DAY] * 2, pa.date64())}, id="days in milliseconds"),
        pytest.param(
            {"start": pa.array([datetime(2026, 12, 7, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC"))},
            id="midnight somewhere",
        ),
        pytest.param(
            {"stock": pa.array([[15, 30, 60, 100, 200], None], pa.list_(pa.int32()))}, id="lists"
        ),
        pytest.param(
            {"stock": pa.array([[15.0, 30.0, 60.0, 100.0, 200.0]] * 2, pa.list_(pa.float64(), 5))},
            id="lists of one size",
        ),
    ],
)
def test_values_are_what_they_mean(tmp_path, usual, columns):
    assert planned(tmp_path, table(**columns)).schedule == usual


@pytest.mark.parametrize(
    ("field", "column", "message"),
    [
        ("max_units", [Decimal("5.50"), None], "'5.50' is not a number of units"),
        ("max_units", [float("inf"), None], "'inf' is not a number of units"),
        ("label", [True, None], "True is not a value of this field"),
        ("label", [{"a": 1}, None], "a dict is not a value of this field"),
        ("risks", [[["oud"]], None], "a list is not a value of this field"),
        ("start", [NOON, NOON - timedelta(hours=12)], "'2026-12-07 12:00:00.000000' is not a date"),
        ("every", [timedelta(7), None], "a timedelta is not a value of this field"),
        ("id", text([b"\xff", b"b"]), "the value is not UTF-8, or beyond every date"),
        ("label", text([b"x\xff", b"b"]), "the value is not UTF-8, or beyond every date"),
        ("dose", [b"\xff", b"90 mg q8h"], "a bytes is not a value of this field"),
    ],
)
def test_values_of_other_kinds_are_errors_of_their_row(tmp_path, field, column, message):
    made = planned(tmp_path, table(**{field: pa.array(column)}))
    errors = [entry for entry in made.errors if entry["row"] == "1"]
    assert [(entry["field"], entry["message"]) for entry in errors] == [(field, message)]


def test_days_beyond_every_calendar(tmp_path):
    days = pa.array([10**7, -(10**7)], pa.int32()).cast(pa.date32())
    made = planned(tmp_path, table(start=days))
    assert [entry["field"] for entry in made.errors] == ["start", "start"]


def test_names_in_capitals(tmp_path, usual):
    made = table().rename_columns(["ID", " Product", "DOSE", "Start"])
    assert planned(tmp_path, made).schedule == usual


def test_dictionaries_that_differ_between_row_groups(tmp_path):
    import pyarrow.parquet as pq

    schema = table(product=pa.array(["x", "y"]).dictionary_encode()).schema
    with pq.ParquetWriter(tmp_path / "t.parquet", schema) as writer:
        for ident, product in (("a", "morphine-er"), ("b", "oxycodone-er")):
            column = pa.array([product]).dictionary_encode()
            rows = {"id": [ident], "product": column, "dose": ["30 mg q12h"], "start": [DAY]}
            writer.write_table(pa.table(rows, schema))
    made = ran(tmp_path, (tmp_path / "t.parquet").read_bytes(), ".parquet")
    assert made.ids == ["a", "b"]
    assert "take 30 mg oxycodone" in made.schedule.lower() or "oxycodone-er" in made.schedule


def test_columns_that_are_kept_are_written_as_they_are(tmp_path):
    columns = {
        "mrn": pa.array([7.0, None]),
        "ward": pa.array([{"a": 1}, None]),
        "seen": [DAY, None],
    }
    made = planned(tmp_path, table(**columns), keep_columns=True)
    assert made.schedule.splitlines()[1].endswith(',7,"{""a"": 1}",2026-12-07')
    assert made.schedule.splitlines()[-1].endswith(",,,")


@pytest.mark.parametrize("cut", [(0, 40), (0, -20)])
def test_a_file_that_is_cut_short(tmp_path, cut):
    import pyarrow.parquet as pq

    from taper.batch.reading.source import BatchError

    pq.write_table(table(), tmp_path / "t.parquet")
    with pytest.raises(BatchError, match="cannot be read as Parquet"):
        ran(tmp_path, (tmp_path / "t.parquet").read_bytes()[slice(*cut)], ".parquet")


def test_a_file_whose_pages_are_damaged(tmp_path):
    import pyarrow.parquet as pq

    from taper.batch.reading.source import BatchError

    pq.write_table(table(), tmp_path / "t.parquet")
    data = bytearray((tmp_path / "t.parquet").read_bytes())
    data[4:60] = b"\xff" * 56
    with pytest.raises(BatchError, match="cannot be read as Parquet"):
        ran(tmp_path, bytes(data), ".parquet")
