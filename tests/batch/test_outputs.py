"""Where a batch may write: files, links, pipes, devices, and what it says of the others."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from batches import GOOD, command, panel

pytest.importorskip("msgspec")
POSIX = pytest.mark.skipif(os.name != "posix", reason="names of POSIX")
TABLE = panel(*(f"{n},{GOOD}" for n in range(30)), "x,morphine-er,1 mg q8h,2026-12-07")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def printed(source):
    return command(source, "-o", "-").stdout


def one_line(done, status):
    """The one line of an error."""
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n")) == (status, 1), said
    assert said.startswith("error: ")
    return said


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", ["-", pytest.param("/dev/stdout", marks=POSIX)])
def test_standard_output_may_be_a_file(tmp_path, source, printed, name, jobs):
    with (tmp_path / "to.csv").open("wb") as file:
        words = [sys.executable, "-m", "taper", "batch", source, "-o", name, "--jobs", str(jobs)]
        done = subprocess.run(words, stdout=file, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4, done.stderr
    assert (tmp_path / "to.csv").read_bytes() == printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "to.csv"]


@POSIX
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_pipe_with_a_name(tmp_path, source, printed, jobs):
    """As a shell passes it for >(...): one reader, who goes away when nobody holds the pipe."""
    pipe = tmp_path / "to.csv"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    done = command(source, "-o", pipe, "--jobs", jobs, timeout=60)
    reader.join(10)
    assert done.returncode == 4, done.stderr
    assert read == [printed]


@POSIX
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_pipe_whose_reader_has_gone(tmp_path, jobs):
    """It reads the header and goes: nobody will ever open the pipe again."""
    rows = (f"{n},{GOOD},{5 + n / 1000:.3f}%" for n in range(2000))
    (tmp_path / "in.csv").write_text(panel(*rows, header="id,product,dose,start,reduce"))
    pipe = tmp_path / "to.csv"
    os.mkfifo(pipe)

    def read():
        with pipe.open("rb") as file:
            file.readline()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    done = command(tmp_path / "in.csv", "-o", pipe, "--jobs", jobs, timeout=60)
    reader.join(10)
    assert (done.returncode, done.stderr) == (0, b"")


@POSIX
def test_an_input_that_a_shell_passes(source, printed):
    words = f'"{sys.executable}" -m taper batch <(cat "{source}") -o -'
    done = subprocess.run(["bash", "-c", words], capture_output=True, check=False)
    assert done.stdout == printed
    assert command("/dev/stdin", "-o", "-", input=source.read_bytes()).stdout == printed


@POSIX
def test_what_a_link_leads_to_is_written(tmp_path, source, printed):
    (tmp_path / "deep").mkdir()
    real, link = tmp_path / "deep" / "real.csv", tmp_path / "link.csv"
    link.symlink_to(real)
    assert command(source, "-o", link).returncode == 4
    assert link.is_symlink()
    assert real.read_bytes() == printed
    assert "exists" in one_line(command(source, "-o", link), 2)
    source.rename(tmp_path / "deep" / "in.csv")
    source.symlink_to(tmp_path / "deep" / "in.csv")
    assert "is the input" in one_line(command(source, "-o", tmp_path / "deep" / "in.csv"), 2)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_folder_is_no_output(tmp_path, source, suffix):
    pytest.importorskip("pyarrow")
    folder = tmp_path / f"out{suffix}"
    folder.mkdir()
    for force in ([], ["--force"]):
        assert f"out{suffix}: " in one_line(command(source, "-o", folder, *force), 1)
    assert list(folder.iterdir()) == []


def test_two_outputs_of_one_name(tmp_path, source):
    (tmp_path / "sub").mkdir()
    done = command(source, "-o", tmp_path / "s.csv", "--errors", tmp_path / "sub" / ".." / "s.csv")
    assert (done.returncode, done.stderr.count(b"is named twice")) == (2, 2)
    done = command(source, "-o", "-", "--errors", "/dev/stdout")
    assert "two outputs to standard output" in one_line(done, 2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "s.txt"], "'s.txt' has no suffix of a table"),
        (["-o", "s.parquet.gz"], "has no suffix of a table"),
        (["-o", "in.csv"], "in.csv is the input"),
        (["-o", "s.csv", "--jobs", "1000"], "1000 workers are too many"),
        pytest.param(["-o", "/dev/stderr", "--force"], "/dev/stderr is a file here", marks=POSIX),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path, source, words, says):
    with (tmp_path / "said").open("wb") as file:
        all_words = [sys.executable, "-m", "taper", "batch", "in.csv", *words]
        done = subprocess.run(all_words, cwd=tmp_path, stderr=file, check=False)
    said = (tmp_path / "said").read_text()
    assert (done.returncode, said.count("\n")) == (2, 1)
    assert says in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "said"]
    assert source.read_text() == TABLE


@POSIX
def test_parquet_is_not_streamed(tmp_path, source):
    os.mkfifo(tmp_path / "p.parquet")
    assert "no format for one" in one_line(command(source, "-o", tmp_path / "p.parquet"), 2)


@POSIX
def test_something_in_the_way_of_what_is_written_aside(tmp_path, source):
    (tmp_path / ".s.csv.taper-work").touch()
    assert ".s.csv.taper-work" in one_line(command(source, "-o", tmp_path / "s.csv"), 1)
    (tmp_path / ".t.csv.taper-part").mkdir()
    assert ".t.csv.taper-part" in one_line(command(source, "-o", tmp_path / "t.csv"), 1)


@POSIX
def test_names_are_printed_safely(tmp_path, source):
    done = command(source, "-o", tmp_path / "a\nb.csv")
    assert done.returncode == 4
    assert b"wrote" in done.stderr
    assert b"a\nb.csv" not in done.stderr
