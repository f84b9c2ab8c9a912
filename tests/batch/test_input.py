"""Input as it comes: from Excel, from databases, from scripts, from a pipe."""

from __future__ import annotations

import gzip
import json

import pytest
from batches import GOOD, HEADER, command, panel, ran

from taper import InputError

GOOD_ROW = {"product": "morphine-er", "dose": "90 mg q8h", "start": "2026-12-07"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return ran(tmp_path_factory.mktemp("plain"), panel(f"a,{GOOD}", f"b,{GOOD}"))


# --- CSV ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("\ufeff" + panel(f"a,{GOOD}", f"b,{GOOD}"), id="byte order mark"),
        pytest.param(panel(f"a,{GOOD}", f"b,{GOOD}", end="\r\n"), id="CRLF"),
        pytest.param(panel(f"a,{GOOD}", f"b,{GOOD}", end="\r"), id="CR"),
        pytest.param(panel(f"a,{GOOD}", f"b,{GOOD}").rstrip("\n"), id="no final newline"),
        pytest.param(panel(f"a,{GOOD}", "", f"b,{GOOD}", "", ""), id="empty lines"),
        pytest.param(panel('a,"morphine-er","90 mg q8h",2026-12-07', f"b,{GOOD}"), id="quoted"),
        pytest.param(panel('a,"morphine-er","90 mg\nq8h",2026-12-07', f"b,{GOOD}"), id="newline"),
        pytest.param(
            panel(f"a,{GOOD}", f"b,{GOOD}", header="ID, Product ,DOSE,Start"), id="Header"
        ),
        pytest.param(panel(f" a ,{GOOD}", f"b,{GOOD}"), id="spaces"),
    ],
)
@pytest.mark.parametrize("chunk_bytes", [0, 1])
def test_csv_in_all_its_forms_is_the_same(tmp_path, plain, data, chunk_bytes):
    assert ran(tmp_path, data, chunk_bytes=chunk_bytes).schedule == plain.schedule


def test_lines_of_errors_are_lines_of_the_file(tmp_path):
    text = panel('a,morphine-er,"90 mg\r\nq8h",2026-12-07', "", "b,morphine-er,1 mg q8h,2026-12-07")
    for chunk_bytes in (0, 1):
        (error,) = ran(tmp_path, text, chunk_bytes=chunk_bytes).errors
        assert (error["line"], error["row"], error["id"], error["field"]) == ("5", "2", "b", "dose")


@pytest.mark.parametrize("data", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_an_error(tmp_path, data):
    with pytest.raises(InputError, match="the file is empty"):
        ran(tmp_path, data)
    assert not list(tmp_path.glob("*schedule*"))


@pytest.mark.parametrize("data", [HEADER, HEADER + "\r\n"])
def test_a_header_alone_gives_a_header(tmp_path, plain, data):
    made = ran(tmp_path, data)
    assert made.schedule == plain.schedule.split("\r\n")[0] + "\r\n"
    assert (made.result.rows, made.result.failed) == (0, 0)


def test_unknown_columns_are_refused_by_name(tmp_path):
    with pytest.raises(InputError, match="'mrn', 'ward' are no fields"):
        ran(tmp_path, panel(header=HEADER + ",mrn,ward"))


def test_unknown_columns_can_be_kept(tmp_path):
    text = panel(f'a,{GOOD},007,"=x, y"', f"b,{GOOD},8,", header=HEADER + ",mrn,ward")
    made = ran(tmp_path, text, keep_columns=True)
    header, first, *_ = made.schedule.splitlines()
    assert header.endswith(",findings,mrn,ward")
    assert first.endswith(""",007,"'=x, y\"""")  # and not a formula
    assert made.ids == ["a", "b"]


def test_a_kept_column_may_not_hide_one_of_the_output(tmp_path):
    with pytest.raises(InputError, match="'step' cannot be kept"):
        ran(tmp_path, panel(header=HEADER + ",step"), keep_columns=True)


def test_a_column_that_stands_twice_is_an_error(tmp_path):
    with pytest.raises(InputError, match="'dose' stands twice"):
        ran(tmp_path, panel(header=HEADER + ",Dose"))


@pytest.mark.parametrize(("mark", "called"), [(";", "';'"), ("\t", "tabs"), ("|", "'\\|'")])
@pytest.mark.parametrize("how", ["plain", "quoted", "announced", "one known"])
def test_what_excel_separates_otherwise_is_a_clear_error(tmp_path, mark, called, how):
    text = panel(f"a,{GOOD}").replace(",", mark)
    if how == "quoted":
        text = "\n".join(f'"{line}"'.replace(mark, f'"{mark}"') for line in text.splitlines())
    elif how == "announced":
        text = f"sep={mark}\n{text}"
    elif how == "one known":
        text = text.replace("id", "mrn").replace("product", "drug name").replace("start", "on")
    with pytest.raises(InputError, match=f"separated by {called}, not by commas") as caught:
        ran(tmp_path, text)
    assert "CSV UTF-8" in str(caught.value)


def test_a_decimal_comma_is_a_clear_error(tmp_path):
    (error,) = ran(tmp_path, panel('a,oxycodone-ir,"7,5 mg q6h",2026-12-07')).errors
    assert error["field"] == "dose"
    assert "comma" in error["message"]
    assert "decimal point" in error["hint"]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_a_clear_error(tmp_path, encoding, suffix):
    with pytest.raises(InputError, match="UTF-16"):
        ran(tmp_path, panel(f"a,{GOOD}").encode(encoding), suffix)


def test_a_file_of_zeros_is_a_clear_error(tmp_path):
    with pytest.raises(InputError, match="begins with zeros"):
        ran(tmp_path, bytes(5000))


def test_latin1_names_of_columns_are_a_clear_error(tmp_path):
    with pytest.raises(InputError, match="the file is not UTF-8"):
        ran(tmp_path, panel(header="id,naïve").encode("latin-1"))


def test_a_first_line_without_names_is_not_repeated(tmp_path):
    """It is a row, and what stands in it is a patient's."""
    for keep in (False, True):
        with pytest.raises(InputError, match="is the line with their names missing") as caught:
            ran(tmp_path, f"SECRET,{GOOD}\n", keep_columns=keep)
        assert "SECRET" not in str(caught.value)


def test_zero_bytes_in_cells_are_errors_of_their_rows(tmp_path):
    made = ran(tmp_path, panel(f"a,{GOOD}", f"b\0,{GOOD}", f"c,{GOOD}"))
    assert made.ids == ["a", "c"]
    assert [(entry["field"], entry["id"]) for entry in made.errors] == [("id", "b\ufffd")]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_row_without_an_end_is_an_error(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr("taper.batch.reading.source.LONGEST_RECORD", 1000)
    for text in (panel(f"a,{GOOD}", 'b,"' + "x\n" * 3000), panel(f"a,{GOOD}", "x" * 3000)):
        with pytest.raises(InputError, match="is a quote never closed, or a line never ended"):
            ran(
                tmp_path,
                text.replace("\n", "") if suffix == ".jsonl" else text,
                suffix,
                chunk_bytes=1,
            )


def test_rows_that_are_no_utf8_are_errors_and_only_they(tmp_path):
    data = panel(f"a,{GOOD}", f"b\xe9,{GOOD}", f"c,{GOOD}").encode("latin-1")
    made = ran(tmp_path, data)
    assert made.ids == ["a", "c"]
    assert [(e["line"], e["message"]) for e in made.errors] == [("3", "the row is not UTF-8")]


def test_rows_with_too_many_or_too_few_cells_are_errors(tmp_path):
    made = ran(tmp_path, panel("a,morphine-er,90 mg q8h", f"b,{GOOD},x", f"c,{GOOD}"))
    assert made.ids == ["c"]
    assert [e["message"] for e in made.errors] == [
        "3 cells, but the header has 4",
        "5 cells, but the header has 4",
    ]
    assert [e["id"] for e in made.errors] == ["a", "b"]


@pytest.mark.parametrize("chunk_bytes", [0, 1, 60])
def test_a_quote_that_is_never_closed_is_an_error(tmp_path, chunk_bytes):
    text = panel(f"a,{GOOD}", f'b,"{GOOD}', f"c,{GOOD}")
    made = ran(tmp_path, text, chunk_bytes=chunk_bytes)
    assert made.ids == ["a"]
    (error,) = made.errors
    assert error["line"] == "3"
    assert "never closed" in error["message"]
    assert made.result.rows == 2


def test_a_field_of_ten_megabytes_is_an_error(tmp_path):
    text = panel(f"a,{GOOD}", f"b,{'x' * 10_000_000},90 mg q8h,2026-12-07", f"c,{GOOD}")
    made = ran(tmp_path, text)
    assert made.ids == ["a", "c"]
    (error,) = made.errors
    assert error["message"] == "the value is too long"
    assert len(error["value"]) <= 4096


# --- ids ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk_bytes", [0, 1])
def test_an_id_that_stood_before_is_an_error(tmp_path, chunk_bytes):
    text = panel(f"a,{GOOD}", f" a ,{GOOD}", f",{GOOD}", f"row-3,{GOOD}", f"A,{GOOD}", f"a,{GOOD}")
    made = ran(tmp_path, text, chunk_bytes=chunk_bytes)
    assert made.ids == ["a", "row-3", "A"]
    assert [(e["row"], e["field"], e["message"]) for e in made.errors] == [
        ("2", "id", "the id 'a' is already that of row 1"),
        ("4", "id", "the id 'row-3' is already that of row 3"),
        ("6", "id", "the id 'a' is already that of row 1"),
    ]


def test_ids_are_compared_whatever_their_hashes(tmp_path, monkeypatch):
    """In files of their own, a few at a time."""
    from taper.batch.reading import ids as module

    monkeypatch.setattr(module, "_HELD", 1)
    monkeypatch.setattr(module, "MOST_TWICE", 3)
    ids = module.Ids(tmp_path)
    for first in range(0, 3000, 50):
        ids.add(b"\n".join(b"p%d" % (number % 2990) for number in range(first, first + 50)))
    assert len(list(tmp_path.iterdir())) > 200
    repeated = ids.repeated()
    assert repeated.within(1, 3000) == {2991 + n: 1 + n for n in range(10)}
    assert repeated.within(1, 2993) == {2991: 1, 2992: 2, 2993: 3}
    assert list(tmp_path.iterdir()) == []


# --- Parquet -----------------------------------------------------------------------------------


def test_parquet_of_days_numbers_and_lists(tmp_path, plain):
    from datetime import date, datetime

    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    days = [date(2026, 12, 7)] * 2
    table = pa.table(
        {
            "id": pa.array(["a", "b"]).dictionary_encode(),
            "product": ["morphine-er"] * 2,
            "dose": ["90 mg q8h"] * 2,
            "start": days,
            "max_units": pa.array([4.0, None]),
            "risks": pa.array([["sleep-apnea", "renal"], None]),
        }
    )
    midnight = [datetime(2026, 12, 7)] * 2  # noqa: DTZ001 - as pandas writes a day
    times = table.set_column(3, "start", pa.array(midnight))
    for each in (table, times):
        pq.write_table(each, tmp_path / "t.parquet")
        made = ran(tmp_path, (tmp_path / "t.parquet").read_bytes(), ".parquet")
        assert made.schedule == plain.schedule


def test_what_is_no_parquet_is_an_error(tmp_path):
    from taper.batch.reading.source import BatchError

    pytest.importorskip("pyarrow")
    with pytest.raises(BatchError, match="cannot be read as Parquet"):
        ran(tmp_path, "id,product\n", ".parquet")


# --- compressed, piped -------------------------------------------------------------------------


def test_gzip_and_zstd_by_suffix(tmp_path, plain):
    data = panel(f"a,{GOOD}", f"b,{GOOD}").encode()
    assert ran(tmp_path, gzip.compress(data), ".csv.gz").schedule == plain.schedule
    pa = pytest.importorskip("pyarrow")
    packed = pa.Codec("zstd").compress(data, asbytes=True)
    assert ran(tmp_path, packed, ".csv.zst").schedule == plain.schedule


def test_gzip_and_zstd_in_several_parts(tmp_path, plain):
    pa = pytest.importorskip("pyarrow")
    parts = [panel(f"a,{GOOD}").encode(), f"b,{GOOD}\n".encode()]
    packed = b"".join(map(gzip.compress, parts))
    assert ran(tmp_path, packed, ".csv.gz").schedule == plain.schedule
    assert ran(tmp_path, packed + bytes(512), ".csv.gz").schedule == plain.schedule
    packed = b"".join(pa.Codec("zstd").compress(part, asbytes=True) for part in parts)
    assert ran(tmp_path, packed, ".csv.zst").schedule == plain.schedule


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst"])
@pytest.mark.parametrize("data", [b"id,product\n", b"junk behind"])
def test_what_is_not_compressed_as_its_name_says(tmp_path, suffix, data):
    from taper.batch.reading.source import BatchError

    pa = pytest.importorskip("pyarrow")
    if data == b"junk behind":
        good = panel(f"a,{GOOD}").encode()
        packed = gzip.compress(good) if suffix == ".csv.gz" else pa.Codec("zstd").compress(good)
        data = bytes(packed) + data
    with pytest.raises(BatchError, match="or damaged"):
        ran(tmp_path, data, suffix)


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst"])
def test_a_compressed_file_that_is_cut_short_is_an_error(tmp_path, suffix):
    from taper.batch.reading.source import BatchError

    pa = pytest.importorskip("pyarrow")
    data = panel(*(f"{n},{GOOD}" for n in range(2000))).encode()
    packed = (
        gzip.compress(data)
        if suffix == ".csv.gz"
        else pa.Codec("zstd").compress(data, asbytes=True)
    )
    for broken in (packed[:-20], b"\x1f\x8b" + b"x" * 100):
        with pytest.raises(BatchError):
            ran(tmp_path, broken, suffix)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_outputs_are_compressed_by_suffix(tmp_path, plain, suffix):
    pa = pytest.importorskip("pyarrow")
    (tmp_path / "in.csv").write_text(panel(f"a,{GOOD}", f"b,{GOOD}"))
    done = command(tmp_path / "in.csv", "-o", tmp_path / f"out.csv{suffix}", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    with pa.input_stream(
        str(tmp_path / f"out.csv{suffix}"), compression="detect" if suffix == ".gz" else "zstd"
    ) as stream:
        assert stream.read().decode() == plain.schedule


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_standard_input_and_output(plain, jobs):
    pytest.importorskip("msgspec")
    rows = panel(f"a,{GOOD}", f"b,{GOOD}").encode()
    lines = "".join(json.dumps({"id": ident, **GOOD_ROW}) + "\n" for ident in "ab").encode()
    for data in (rows, lines, gzip.compress(rows)):
        done = command("-", "-o", "-", "--jobs", jobs, input=data)
        assert done.returncode == 0, done.stderr
        assert done.stdout.decode() == plain.schedule
        assert done.stderr == b"2 rows: 2 planned, 0 failed\n"
