"""Parquet columns have types, and other libraries read them as what they are."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

import pytest
from batches import command, panel

pa = pytest.importorskip("pyarrow")
pytest.importorskip("msgspec")

ROWS = [
    "a,morphine-er,90 mg q8h,2026-12-07",
    "b,oxycodone-apap,7.5/325 mg q6h,2026-12-07",
    "c,fentanyl-patch,37 mcg/h,2026-12-07",
    "d,morphine-solution,12.5 mg q4h,2026-12-08",
    "e,buprenorphine-patch,15 mcg/h,2026-12-08",
]
OPTIONS = {"schedule": "-o", "supply": "--supply-out", "summary": "--summary-out"}
AMOUNTS = {
    "schedule": {"daily_dose", "mme", "percent_of_original", "cut_percent_of_current"},
    "supply": {"quantity"},
    "summary": {
        *("start_daily_dose", "end_daily_dose", "start_mme"),
        *("largest_cut_percent_of_current", "largest_cut_percent_of_original"),
    },
}
DATES = {
    "schedule": {"start_date", "end_date", "next_check"},
    "supply": {"fill_date", "not_before"},
    "summary": {"start", "stop_date"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The same plans as CSV, whose cells are the text of the export, and as Parquet."""
    folder = tmp_path_factory.mktemp("typed")
    source = folder / "in.csv"
    source.write_text(panel(*ROWS))
    for kind in ("csv", "parquet"):
        words = [source, "--errors", folder / f"errors.{kind}"]
        for table, option in OPTIONS.items():
            words += [option, folder / f"{table}.{kind}"]
        done = command(*words)
        assert done.returncode in {0, 4}, done.stderr
    return folder


def wanted(folder, table):
    """The cells of a table, as the types that they should have."""
    with (folder / f"{table}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield {
                name: as_typed(cell, amount=name in AMOUNTS[table], day=name in DATES[table])
                for name, cell in row.items()
                if name in AMOUNTS[table] | DATES[table]
            }


def as_typed(cell, *, amount, day):
    if not cell:
        return None
    if day:
        return date.fromisoformat(cell)
    return Decimal(cell) if amount else cell


@pytest.mark.parametrize("table", OPTIONS)
def test_amounts_are_decimals_and_days_are_dates(made, table):
    import pyarrow.parquet as pq

    found = pq.read_table(made / f"{table}.parquet")
    for name in AMOUNTS[table]:
        places = 1 if "percent" in name else 3
        assert found.schema.field(name).type == pa.decimal128(18, places), name
    for name in DATES[table]:
        assert found.schema.field(name).type == pa.date32(), name
    names = list(AMOUNTS[table] | DATES[table])
    assert found.select(names).to_pylist() == [
        {name: row[name] for name in names} for row in wanted(made, table)
    ]


@pytest.mark.parametrize("table", OPTIONS)
def test_pandas_reads_them(made, table):
    pandas = pytest.importorskip("pandas")
    found = pandas.read_parquet(made / f"{table}.parquet")
    for row, expected in zip(found.to_dict("records"), wanted(made, table), strict=True):
        for name, value in expected.items():
            got = None if pandas.isna(row[name]) else row[name]
            assert (got, type(got)) == (value, type(value)), name


@pytest.mark.parametrize("table", OPTIONS)
def test_polars_reads_them(made, table):
    polars = pytest.importorskip("polars")
    found = polars.read_parquet(made / f"{table}.parquet")
    for name in AMOUNTS[table]:
        assert found.schema[name] == polars.Decimal(18, 1 if "percent" in name else 3)
    for name in DATES[table]:
        assert found.schema[name] == polars.Date
    for row, expected in zip(found.to_dicts(), wanted(made, table), strict=True):
        assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("table", OPTIONS)
def test_duckdb_reads_them(made, table):
    duckdb = pytest.importorskip("duckdb")
    names = sorted(AMOUNTS[table] | DATES[table])
    path = str(made / f"{table}.parquet")
    with duckdb.connect() as connection:
        found = connection.execute(f"select {', '.join(names)} from '{path}'")
        kinds = [str(column[1]) for column in found.description]
        rows = found.fetchall()
    for name, kind in zip(names, kinds, strict=True):
        assert kind.startswith("DECIMAL" if name in AMOUNTS[table] else "DATE"), (name, kind)
    expected = [tuple(row[name] for name in names) for row in wanted(made, table)]
    assert rows == expected


def test_amounts_can_be_added_up(made):
    """What text columns could not: a sum without a conversion, and exact."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    quantity = pq.read_table(made / "supply.parquet")["quantity"]
    with (made / "supply.csv").open(newline="") as file:
        expected = sum(Decimal(row["quantity"]) for row in csv.DictReader(file))
    assert pc.sum(quantity).as_py() == expected
