"""Planning inside an engine that people already run: record batches in, record batches out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from batches import command
from randomly import as_parquet, one_by_one, requests

from taper import InputError

pa = pytest.importorskip("pyarrow")

EXAMPLE = Path(__file__).parents[2] / "examples" / "spark" / "plan_panel.py"


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """A panel in which every row has an id, and what taper batch makes of it."""
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("panel")
    rows = requests(12, seed=3)
    for number, row in enumerate(rows):
        row.setdefault("id", f"q{number}")
    source, schedules = folder / "panel.parquet", folder / "schedules.parquet"
    as_parquet(rows, source)
    done = command(source, "-o", schedules, "--errors", folder / "errors.parquet")
    assert done.returncode == 4, done.stderr
    return source, pq.read_table(schedules), pq.read_table(folder / "errors.parquet")


def test_batches_have_the_rows_of_a_batch(panel):
    import pyarrow.parquet as pq

    from taper.batch import plan_batches, schema_of

    source, schedules, errors = panel
    for size in (1, 7, 1000):
        batches = pq.read_table(source).to_batches(max_chunksize=size)
        table = pa.Table.from_batches(plan_batches(iter(batches)), schema_of())
        planned = table.filter(pa.compute.is_null(table["error"]))
        assert planned.drop_columns(["error_field", "error"]).equals(schedules)
        failed = table.filter(pa.compute.is_valid(table["error"]))
        assert failed["plan_id"].to_pylist() == errors["id"].to_pylist()
        assert failed["error_field"].to_pylist() == errors["field"].to_pylist()
        assert failed["error"].to_pylist() == errors["message"].to_pylist()


@pytest.mark.parametrize("name", ["checks", "supply", "summary"])
def test_other_tables_too(panel, name):
    import pyarrow.parquet as pq

    from taper.batch import plan_batches, schema_of
    from taper.batch.writing.tables import TABLES

    source, *_ = panel
    rows = [
        {k: v for k, v in row.items() if v is not None} for row in pq.read_table(source).to_pylist()
    ]
    table = pa.Table.from_batches(plan_batches(pq.read_table(source).to_batches(), name))
    assert table.schema == schema_of(name)
    planned = table.filter(pa.compute.is_null(table["error"]))
    texts = [
        ["" if value is None else str(value) for value in list(row.values())[:-2]]
        for row in planned.to_pylist()
    ]
    assert len(texts) == len(one_by_one(rows).text[name].splitlines()) - 1
    assert list(planned.schema.names[:-2]) == TABLES[name].header


def test_columns_are_looked_at_before_rows():
    from taper.batch import plan_batches

    batch = pa.record_batch({"product": ["morphine-er"], "colour": ["red"]})
    with pytest.raises(InputError, match="'colour' is no field"):
        next(plan_batches([batch]))
    (kept,) = plan_batches([batch], keep_columns=True)
    assert set(kept["colour"].to_pylist()) == {"red"}
    with pytest.raises(InputError, match="'plan' is no table"):
        next(plan_batches([batch], "plan"))


def test_what_one_call_remembers_does_not_show_in_the_next(panel):
    """An engine calls for every partition, with a part of the rows."""
    import pyarrow.parquet as pq

    from taper.batch import plan_batches

    source, schedules, _ = panel
    batches = pq.read_table(source).to_batches(max_chunksize=40)
    for each in batches * 2:
        (made,) = plan_batches([each])
        planned = pa.table(made).filter(pa.compute.is_null(made["error"]))
        ids = pa.compute.is_in(schedules["plan_id"], each["id"])
        assert planned.drop_columns(["error_field", "error"]).equals(schedules.filter(ids))
    anonymous = pa.record_batch(
        {"product": ["morphine-er"], "dose": ["90 mg q8h"], "start": ["2026-12-07"]}
    )
    for _ in range(2):
        (made,) = plan_batches([anonymous])
        assert set(made["plan_id"].to_pylist()) == {"row-1"}


def test_nothing_in_nothing_out():
    from taper.batch import plan_batches

    assert list(plan_batches([])) == []
    (empty,) = plan_batches([pa.record_batch({"product": pa.array([], pa.string())})])
    assert empty.num_rows == 0


def _without_spark() -> str:
    if shutil.which("java") is None:
        return "Java is not installed"
    try:
        import pandas as pd  # noqa: F401 - Spark needs it for its Arrow functions
        import pyspark  # noqa: F401
    except ImportError:
        return "Spark is not installed: pip install 'opioid-taper[spark]'"
    return ""


@pytest.mark.skipif(bool(_without_spark()), reason=_without_spark() or "runs")
def test_spark_gives_the_same_rows(tmp_path):
    """With ids that are missing, and ids that stand twice."""
    import pyarrow.parquet as pq

    rows = requests(12, seed=4)
    rows[50]["id"] = rows[60]["id"] = f"  {rows[7].get('id', 'row-8')} "
    source, made, faults = (tmp_path / f"{name}.parquet" for name in ("panel", "made", "faults"))
    as_parquet(rows, source)
    done = command(source, "-o", made, "--errors", faults)
    assert done.returncode == 4, done.stderr
    schedules, errors = pq.read_table(made), pq.read_table(faults)
    out, failed = tmp_path / "schedules", tmp_path / "errors"
    words = [sys.executable, EXAMPLE, source, out, failed]
    done = subprocess.run(list(map(str, words)), capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    by = [("plan_id", "ascending"), ("step", "ascending")]
    found = pq.read_table(out)
    assert found.sort_by(by).cast(schedules.schema).equals(schedules.sort_by(by))
    found = pq.read_table(failed).to_pylist()
    wanted = [(row["id"], row["field"], row["message"]) for row in errors.to_pylist()]
    assert sum("is already that of row" in message for _, _, message in wanted) >= 2
    assert sorted(tuple(row.values()) for row in found) == sorted(wanted)


@pytest.mark.skipif(bool(_without_spark()), reason=_without_spark() or "runs")
def test_spark_says_in_a_line_which_columns_are_no_fields(tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(
        pa.table({"product": ["morphine-er"], "colour": ["red"]}), tmp_path / "p.parquet"
    )
    words = [sys.executable, EXAMPLE, tmp_path / "p.parquet", tmp_path / "o", tmp_path / "e"]
    done = subprocess.run(list(map(str, words)), capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert b"'colour' is no field of a request" in done.stderr
    assert b"Traceback" not in done.stderr


def split_outcome(batches):
    from taper.batch import outcome_schema

    outcome = pa.Table.from_batches(batches, outcome_schema()).to_pylist()
    counts = [row for row in outcome if row["part"]]
    return [row for row in outcome if not row["part"]], counts


def test_tasks_write_their_own_parts(panel, tmp_path):
    """The rows of a batch, in files; what comes back is counts and failures."""
    import pyarrow.parquet as pq

    from taper.batch import name_parts, write_batches

    source, schedules, errors = panel
    batches = pq.read_table(source).to_batches(max_chunksize=20)
    folder = tmp_path / "schedules"
    folder.mkdir()
    (folder / "part-00009.parquet").write_text("of an earlier run")
    parts, failed = [], []
    for task in (batches[:2], batches[2:], []):
        faults, counts = split_outcome(write_batches(task, str(folder)))
        failed += faults
        parts += [count["part"] for count in counts]
        rows = sum(batch.num_rows for batch in task)
        assert sum(count["planned"] + count["failed"] for count in counts) == rows
    list(write_batches(batches[:2], str(folder)))  # once more: its outcome was lost
    assert all(name.startswith(".") for name in parts)  # an engine passes over these
    name_parts(str(folder), parts)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["part-00000.parquet", "part-00001.parquet"]
    found = pa.concat_tables(pq.read_table(folder / name) for name in names)
    assert found.cast(schedules.schema).equals(schedules)
    assert [row["plan_id"] for row in failed] == errors["id"].to_pylist()
    assert [row["error_field"] for row in failed] == errors["field"].to_pylist()
    assert [row["error"] for row in failed] == errors["message"].to_pylist()


def test_a_task_that_is_stopped_leaves_no_part(panel, tmp_path):
    import pyarrow.parquet as pq

    from taper.batch import write_batches

    def broken():
        yield from pq.read_table(panel[0]).to_batches(max_chunksize=20)[:2]
        raise RuntimeError("the engine has lost this task")

    with pytest.raises(RuntimeError):
        list(write_batches(broken(), str(tmp_path)))
    assert list(tmp_path.iterdir()) == []
    begun = write_batches(pq.read_table(panel[0]).to_batches(max_chunksize=20), str(tmp_path))
    next(begun)
    begun.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", [False, True])
def test_parts_of_other_tables_with_kept_columns(panel, tmp_path, address):
    import pyarrow.parquet as pq

    from taper.batch import plan_batches, write_batches

    table = pq.read_table(panel[0])
    table = table.append_column("ward", pa.array([f"w{n}" for n in range(table.num_rows)]))
    planned = pa.Table.from_batches(
        plan_batches(table.to_batches(), "checks", keep_columns=True)
    ).filter(pa.compute.field("error").is_null())
    folder = tmp_path.as_uri() if address else str(tmp_path)
    _, (count,) = split_outcome(
        write_batches(table.to_batches(), folder, "checks", keep_columns=True)
    )
    found = pq.read_table(tmp_path / count["part"])
    expected = planned.drop_columns(["error_field", "error"])
    assert found.cast(expected.schema).equals(expected)
