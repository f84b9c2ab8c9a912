"""A run that is stopped leaves nothing that looks complete, and what it did is not lost.

Runs are processes of their own here, over chunks so small that there are many; they are stopped
as soon as the journal shows that some of the chunks are written.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batches import GOOD, command, panel
from randomly import as_jsonl, requests

from taper.batch.job import Counts

pytest.importorskip("msgspec")
pytest.importorskip("pyarrow")

POSIX = os.name == "posix"
RUN = """
import sys, signal, time
from taper.batch.job import Output, Settings
from taper.batch.run import run
from taper.batch.worker import Worker
source, folder, kind, jobs, resume = sys.argv[1:6]
outputs = (
    Output("schedule", kind, "", folder + "/schedule." + kind),
    Output("errors", "csv", "", folder + "/errors.csv"),
)
plan = Worker.plan
def slowly(self, task):  # a run of a few rows would be over before it can be stopped
    time.sleep(0.03)
    return plan(self, task)
Worker.plan = slowly
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
result = run(Settings(source, outputs, jobs=int(jobs), resume=resume == "resume", chunk_bytes=1500))
print(result.rows, result.planned, result.failed, result.resumed)
"""
NAMES = ("errors.csv",)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("panel") / "panel.jsonl"
    rows = [row for row in requests(70, seed=5) if not {"over", "by", "avoid"} & set(row)]
    path.write_bytes(as_jsonl(rows))
    return path


def words(source, folder, kind="csv", jobs=2, resume=""):
    return [sys.executable, "-c", RUN, *map(str, (source, folder, kind, jobs, resume))]


def begin(*args, **options):
    return subprocess.Popen(
        words(*args),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **options,
    )


def finish(*args):
    done = subprocess.run(words(*args), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return [int(number) for number in done.stdout.split()]


def outputs(folder, kind="csv"):
    return {name: (folder / name).read_bytes() for name in (f"schedule.{kind}", *NAMES)}


@pytest.fixture(scope="module")
def whole(source, tmp_path_factory):
    """What a run gives that nobody stops, by format."""
    made = {}
    for kind in ("csv", "parquet"):
        folder = tmp_path_factory.mktemp(kind)
        finish(source, folder, kind)
        assert sorted(path.name for path in folder.iterdir()) == sorted(
            [f"schedule.{kind}", *NAMES]
        )
        made[kind] = outputs(folder, kind)
    return made


def chunks_written(folder, kind):
    journal = folder / f".schedule.{kind}.taper-work" / "journal.jsonl"
    return len(journal.read_text().splitlines()) - 1 if journal.exists() else 0


def wait_for(process, folder, kind, chunks):
    deadline = time.monotonic() + 60
    while chunks_written(folder, kind) < chunks and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    assert process.poll() is None, "it was stopped too late to see anything"


def workers(pid):
    """The processes that a process began."""
    try:
        begun = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended
        return []
    return list(map(int, begun))


def stop(process, how):
    if how in WORKERS:
        os.kill(workers(process.pid)[WORKERS.index(how)], signal.SIGKILL)
    else:
        os.kill(process.pid, how)
    return process.communicate(timeout=60)[1].decode()


def looks_complete(folder):
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]


WORKERS = ["first worker killed", "second worker killed"]
STOPS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, *WORKERS]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", STOPS)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_stopped_run_is_taken_up(tmp_path, source, whole, how, kind):
    process = begin(source, tmp_path, kind)
    wait_for(process, tmp_path, kind, 5)
    stop(process, how)
    assert looks_complete(tmp_path) == []
    rows, planned, failed, resumed = finish(source, tmp_path, kind, 2, "resume")
    assert resumed > 0
    assert planned + failed == rows
    assert outputs(tmp_path, kind) == whole[kind]
    assert len(list(tmp_path.iterdir())) == 2  # nothing is left beside the outputs


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", STOPS)
def test_a_stopped_run_can_be_begun_again(tmp_path, source, whole, how):
    for chunks in (1 if how in WORKERS else 0, 12):  # the first workers have only read
        process = begin(source, tmp_path, "csv", 1 if how in STOPS[:3] else 2)
        wait_for(process, tmp_path, "csv", chunks)
        stop(process, how)
        assert looks_complete(tmp_path) == []
    assert finish(source, tmp_path, "csv", 2)[3] == 0
    assert outputs(tmp_path) == whole["csv"]


def test_a_run_taken_up_many_times(tmp_path, source, whole):
    """Killed at moments that nobody chose."""
    for moment in range(4):
        process = begin(source, tmp_path, "csv", 2, "resume")
        try:
            process.wait(0.5 + 0.2 * moment)
        except subprocess.TimeoutExpired:
            stop(process, signal.SIGKILL)
            there = {name: (tmp_path / name).read_bytes() for name in looks_complete(tmp_path)}
            assert there.items() <= whole["csv"].items()
            if len(there) == len(whole["csv"]) and not list(tmp_path.glob(".*")):
                break
            continue
        process.communicate()
        break
    else:
        finish(source, tmp_path, "csv", 2, "resume")
    assert outputs(tmp_path) == whole["csv"]


@pytest.mark.parametrize("named", ["schedule.csv", "errors.csv", ""])
def test_a_run_that_was_stopped_while_it_gave_names(tmp_path, source, whole, named, monkeypatch):
    from taper.batch import run as module
    from taper.batch.job import Output
    from taper.batch.outputs import give_names

    outputs_ = tuple(
        Output(table, "csv", "", str(tmp_path / f"{table}.csv")) for table in ("schedule", "errors")
    )

    def stopped(outputs):
        give_names([output for output in outputs if output.name.endswith(named or "none")])
        raise KeyboardInterrupt

    settings = module.Settings(str(source), outputs_, jobs=1, resume=True)
    with monkeypatch.context() as patch:
        patch.setattr(module, "give_names", stopped)
        with pytest.raises(KeyboardInterrupt):
            module.run(settings)
    assert looks_complete(tmp_path) == [named] * bool(named)
    result = module.run(settings)
    assert result.resumed == result.rows
    assert outputs(tmp_path) == whole["csv"]
    assert len(list(tmp_path.iterdir())) == 2


def test_another_run_is_not_taken_up(tmp_path, source):
    copy = tmp_path / "panel.jsonl"
    copy.write_bytes(source.read_bytes())
    process = begin(copy, tmp_path)
    wait_for(process, tmp_path, "csv", 5)
    stop(process, signal.SIGKILL)
    copy.write_bytes(source.read_bytes().replace(b"2026-", b"2027-", 1))
    done = subprocess.run(
        words(copy, tmp_path, "csv", 2, "resume"), capture_output=True, check=False
    )
    assert done.returncode != 0
    assert b"the run that was stopped was another one (input differ)" in done.stderr


NAMED = """
import sys
from taper.batch.job import Output, Settings
from taper.batch.run import run
source, schedule, errors = sys.argv[1:]
outputs = Output("schedule", "csv", "", schedule), Output("errors", "csv", "", errors)
run(Settings(source, outputs, jobs=1, chunk_bytes=1500))
"""


def test_two_runs_do_not_share_any_output(tmp_path, source):
    """The errors of both would be mixed, and both would report success."""
    process = begin(source, tmp_path)
    wait_for(process, tmp_path, "csv", 1)
    os.kill(process.pid, signal.SIGSTOP)
    other, errors = tmp_path / "other.csv", tmp_path / "errors.csv"
    try:
        words = [sys.executable, "-c", NAMED, source, other, errors]
        done = subprocess.run(words, capture_output=True, check=False)
        second = command(source, "-o", other, "--errors", errors)
    finally:
        os.kill(process.pid, signal.SIGCONT)
    assert b"another run is writing to" in done.stderr
    assert (second.returncode, second.stderr.count(b"\n")) == (1, 1), second.stderr
    assert b"errors.csv (hint: wait until it has ended)" in second.stderr
    assert process.wait(60) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["errors.csv", "schedule.csv"]


def test_the_second_of_two_runs_did_nothing_that_is_kept(tmp_path, source):
    process = begin(source, tmp_path)
    wait_for(process, tmp_path, "csv", 1)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        done = command(source, "-o", tmp_path / "schedule.csv", "--resume")
    finally:
        os.kill(process.pid, signal.SIGCONT)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1), done.stderr
    assert b"is kept" not in done.stderr
    assert process.wait(60) == 0


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("left", ["nothing", "the journal"])
def test_a_run_that_was_killed_when_all_was_named(tmp_path, source, whole, kind, left, monkeypatch):
    """Its outputs are complete: to resume it is no error, and changes nothing."""
    from taper.batch.journal import Journal

    if left == "nothing":
        finish(source, tmp_path, kind)
    else:
        process = begin(source, tmp_path, kind)  # killed while the folder is removed
        process.wait()
        folder = tmp_path / f".schedule.{kind}.taper-work"
        journal = Journal(folder)
        names = [("schedule", kind, f"schedule.{kind}"), ("errors", "csv", "errors.csv")]
        described = [[table, form, "", str(tmp_path / name)] for table, form, name in names]
        journal.begin({"outputs": described}, resume=False)
        journal.complete(Counts(3, 1))
        journal.close(remove=False)
    before = {path: path.stat().st_size for path in tmp_path.iterdir() if path.is_file()}
    finish(source, tmp_path, kind, 2, "resume")
    assert outputs(tmp_path, kind) == whole[kind]
    assert {path: path.stat().st_size for path in tmp_path.iterdir()} == before


def test_an_output_of_something_else_is_not_replaced_by_resume(tmp_path, source):
    (tmp_path / "schedule.csv").write_text("precious")
    done = command(source, "-o", tmp_path / "schedule.csv", "--resume")
    assert done.returncode == 2
    assert b"exists (hint: --force replaces it)" in done.stderr
    assert (tmp_path / "schedule.csv").read_text() == "precious"


def test_two_runs_do_not_write_to_one_output(tmp_path, source):
    process = begin(source, tmp_path)
    wait_for(process, tmp_path, "csv", 1)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        done = subprocess.run(words(source, tmp_path), capture_output=True, check=False)
    finally:
        os.kill(process.pid, signal.SIGCONT)
    assert b"another run is writing" in done.stderr
    assert process.wait(60) == 0


def test_a_row_that_vanishes_is_noticed(tmp_path, source, monkeypatch):
    """Rows are counted twice, in two ways; a difference is an error and no output."""
    from taper.batch import worker
    from taper.batch.job import Output
    from taper.batch.reading.source import BatchError
    from taper.batch.run import Settings, run

    read = worker.Worker._read

    def forgetful(self, task):
        rows = read(self, task)
        del rows.rows[-1]
        return rows

    monkeypatch.setattr(worker.Worker, "_read", forgetful)
    output = Output("schedule", "csv", "", str(tmp_path / "s.csv"))
    with pytest.raises(BatchError, match="are neither planned nor failed"):
        run(Settings(str(source), (output,), jobs=1))
    assert looks_complete(tmp_path) == []


# --- what the system refuses -------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(panel(*(f"{n},{GOOD}" for n in range(300))))
    return path


@pytest.fixture
def full_disk(tmp_path):
    """A disk with room for a part of the output."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk(small, full_disk, jobs):
    output = full_disk / "s.csv"
    done = command(small, "-o", output, "--jobs", jobs)
    assert done.returncode == 1
    assert os.strerror(errno.ENOSPC) in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert looks_complete(full_disk) == []
    subprocess.run(["mount", "-o", "remount,size=4m", full_disk], check=True)
    assert command(small, "-o", output, "--jobs", jobs, "--resume").returncode == 0
    assert output.read_bytes() == command(small, "-o", "-").stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_device(small, jobs):
    done = command(small, "-o", "/dev/full", "--jobs", jobs)
    assert done.returncode == 1
    assert os.strerror(errno.ENOSPC) in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_closed_pipe_is_quiet(small, jobs):
    process = subprocess.Popen(
        [sys.executable, "-m", "taper", "batch", str(small), "-o", "-", "--jobs", str(jobs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    assert process.wait(60) == 0
    assert said == b""


def test_a_folder_that_is_not_there(small, tmp_path):
    done = command(small, "-o", tmp_path / "nowhere" / "s.csv")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"nowhere" in done.stderr


@pytest.mark.skipif(not POSIX or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable(small, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    done = command(small, "-o", folder / "s.csv")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_interrupted_at_the_command_line(tmp_path):
    source = tmp_path / "in.csv"
    rows = (f"{n},{GOOD},{5 + n / 1000:.3f}%" for n in range(9000))  # nothing to share
    source.write_text(panel(*rows, header="id,product,dose,start,reduce"))
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "taper",
            "batch",
            source,
            "-o",
            tmp_path / "schedule.csv",
            "--jobs",
            "2",
        ],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for(process, tmp_path, "csv", 1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody gets it
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert b"with --resume goes on" in said
    assert looks_complete(tmp_path) == ["in.csv"]


def test_an_output_is_replaced_with_force_only(small, tmp_path):
    output = tmp_path / "s.csv"
    output.write_text("precious")
    done = command(small, "-o", output)
    assert (done.returncode, output.read_text()) == (2, "precious")
    assert b"--force replaces it" in done.stderr
    assert command(small, "-o", output, "--force").returncode == 0
    assert output.read_text().startswith("plan_id,")


def test_the_input_is_never_an_output(small):
    before = small.read_bytes()
    done = command(small, "-o", small, "--force")
    assert (done.returncode, small.read_bytes()) == (2, before)
    assert b"is the input" in done.stderr


def test_values_stand_in_the_errors_file_only(tmp_path):
    source, errors = tmp_path / "in.csv", tmp_path / "e.csv"
    source.write_text(panel(f"a,{GOOD}", "SECRET-ID,morphine-er,SECRET mg,2026-12-07"))
    done = command(source, "-o", tmp_path / "s.csv", "--errors", errors, "--summary")
    assert done.returncode == 4
    assert "SECRET mg" in errors.read_text()
    assert b"SECRET" not in done.stderr + done.stdout
    assert json.loads(done.stdout) == {
        "rows": 2,
        "planned": 1,
        "failed": 1,
        "failed_by_field": {"dose": 1},
    }
    assert "SECRET" not in (tmp_path / "s.csv").read_text()


def test_a_summary_alone_writes_nothing(small):
    done = command(small, "--summary")
    assert done.returncode == 0
    assert json.loads(done.stdout)["planned"] == 300
    assert looks_complete(small.parent) == ["in.csv"]


def test_nothing_asked_for_is_an_error(small):
    done = command(small)
    assert done.returncode == 2
    assert b"nothing is asked for" in done.stderr
