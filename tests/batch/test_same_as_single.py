"""A batch gives what single plans give, byte for byte, however it is cut up and by whomever."""

from __future__ import annotations

import os
from decimal import Decimal

import pytest
from randomly import NAMES, as_csv, as_jsonl, as_parquet, one_by_one, requests

from taper.batch.job import Output, Settings
from taper.batch.run import run

pytest.importorskip("msgspec")
pytest.importorskip("pyarrow")

BASES = 1250 if os.environ.get("TAPER_TESTS") == "thorough" else 60  # each begins eight times
TABLES = ("schedule", "checks", "supply", "summary", "plans")


@pytest.fixture(scope="module")
def rows():
    return requests(BASES, seed=20261207)


@pytest.fixture(scope="module")
def expected(rows):
    return one_by_one(rows)


def batch(tmp_path, source, tables=TABLES, kind="csv", **settings):
    outputs = [
        Output(name, "jsonl" if name == "plans" else kind, "", str(tmp_path / f"{name}.out"))
        for name in tables
    ]
    outputs.append(Output("errors", "csv", "", str(tmp_path / "errors.out")))
    result = run(Settings(str(source), tuple(outputs), **settings))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
    return result


def written(tmp_path, name):
    return (tmp_path / f"{name}.out").read_bytes().decode()


def error_records(tmp_path):
    import csv

    with (tmp_path / "errors.out").open(newline="", encoding="utf-8") as file:
        return [
            (int(entry["row"]), entry["field"], entry["message"]) for entry in csv.DictReader(file)
        ]


def test_the_random_requests_are_worth_it(rows, expected):
    assert expected.planned > len(rows) // 3
    assert len(expected.errors) > len(rows) // 20
    assert expected.fields == set(NAMES)  # every field is in a row that is planned


@pytest.mark.parametrize(
    ("kind", "jobs", "chunk_bytes"),
    [
        ("jsonl", 1, 0),
        ("jsonl", 2, 3_000),
        ("jsonl", 3, 20_000),
        ("jsonl", 1, 1),
        ("csv", 1, 0),
        ("csv", 2, 2_000),
        ("parquet", 2, 0),
    ],
)
def test_a_batch_is_its_single_plans(tmp_path, rows, expected, kind, jobs, chunk_bytes):
    source = tmp_path / f"panel.{kind}"
    if kind == "parquet":
        as_parquet(rows, source)
    else:
        source.write_bytes(as_csv(rows) if kind == "csv" else as_jsonl(rows))
    result = batch(tmp_path, source, jobs=jobs, chunk_bytes=chunk_bytes)
    for name in TABLES:
        assert written(tmp_path, name) == expected.text[name], name
    if kind == "jsonl":
        assert error_records(tmp_path) == expected.errors
    else:  # every value is text there
        assert {row for row, *_ in error_records(tmp_path)} == {row for row, *_ in expected.errors}
    assert (result.rows, result.planned) == (len(rows), expected.planned)
    assert result.rows == result.planned + result.failed


@pytest.mark.parametrize("table", TABLES[:-1])
def test_one_output_alone_is_the_same(tmp_path, rows, expected, table):
    """With one output fewer fields decide what is shared."""
    source = tmp_path / "panel.jsonl"
    source.write_bytes(as_jsonl(rows))
    batch(tmp_path, source, (table,), jobs=1)
    assert written(tmp_path, table) == expected.text[table]


@pytest.mark.parametrize(("jobs", "chunk_bytes"), [(1, 0), (2, 5_000)])
def test_parquet_has_the_same_rows(tmp_path, rows, expected, jobs, chunk_bytes):
    import csv
    import io

    import pyarrow.parquet as pq

    source = tmp_path / "panel.jsonl"
    source.write_bytes(as_jsonl(rows))
    batch(tmp_path, source, TABLES[:-1], "parquet", jobs=jobs, chunk_bytes=chunk_bytes)
    for name in TABLES[:-1]:
        found = pq.read_table(tmp_path / f"{name}.out").to_pylist()
        wanted = list(csv.DictReader(io.StringIO(expected.text[name], newline="")))
        assert len(found) == len(wanted)
        for row, cells in zip(found, wanted, strict=True):
            texts = {key: as_printed(value) for key, value in row.items()}
            # CSV neutralises what starts a formula
            assert texts == {**cells, "plan_id": texts["plan_id"]}
            assert cells["plan_id"].lstrip("'") == texts["plan_id"]


def as_printed(value):
    """A value as the export prints it: percentages with one decimal, amounts without zeros."""
    if isinstance(value, Decimal) and value.as_tuple().exponent == -3:
        return f"{value:f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def test_the_bytes_of_parquet_do_not_depend_on_the_workers(tmp_path, rows):
    source = tmp_path / "panel.jsonl"
    source.write_bytes(as_jsonl(rows))
    made = []
    for jobs in (1, 2, 3):
        folder = tmp_path / str(jobs)
        folder.mkdir()
        batch(folder, source, ("schedule",), "parquet", jobs=jobs, chunk_bytes=9_000)
        made.append((folder / "schedule.out").read_bytes())
    assert made[0] == made[1] == made[2]


def test_rows_do_share_plans(tmp_path, rows, monkeypatch):
    """The other tests would pass if nothing were shared; most rows here need no reader."""
    from taper.batch.sharing import planner

    read_in_full = []
    whole = planner.Planner._in_full
    monkeypatch.setattr(
        planner.Planner,
        "_in_full",
        lambda self, row, number: read_in_full.append(number) or whole(self, row, number),
    )
    source = tmp_path / "panel.jsonl"
    source.write_bytes(as_jsonl(rows))
    result = batch(tmp_path, source, ("schedule",), jobs=1)
    # a row with words of its own that fails is read twice: its problems name its own words
    assert len(read_in_full) - 2 * result.failed < result.planned * 0.7


def test_what_is_remembered_may_be_forgotten(tmp_path, rows, expected, monkeypatch):
    """Memory is bounded: plans that are shared no longer are planned again."""
    monkeypatch.setattr("taper.batch.sharing.planner.MOST_REMEMBERED", 200_000)
    monkeypatch.setattr("taper.batch.writing.columns.MOST_WORDS", 50)
    source = tmp_path / "panel.jsonl"
    source.write_bytes(as_jsonl(rows))
    batch(tmp_path, source, jobs=1, chunk_bytes=4_000)
    for name in TABLES:
        assert written(tmp_path, name) == expected.text[name], name


@pytest.mark.parametrize("few", [1, 20, 10**6])
def test_fields_that_the_sample_did_not_have(tmp_path, rows, expected, monkeypatch, few):
    """Rows are read by a decoder of the fields seen in a sample; others are read otherwise."""
    monkeypatch.setattr("taper.batch.reading.jsonl._SAMPLES", 1)
    monkeypatch.setattr("taper.batch.reading.jsonl._LINES", 1)
    monkeypatch.setattr("taper.batch.worker._FEW", few)
    source = tmp_path / "panel.jsonl"
    source.write_bytes(as_jsonl(rows))
    batch(tmp_path, source, ("schedule",), jobs=1, chunk_bytes=6_000)
    assert written(tmp_path, "schedule") == expected.text["schedule"]
    assert error_records(tmp_path) == expected.errors
