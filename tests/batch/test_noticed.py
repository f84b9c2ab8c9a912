"""What a run notices while it goes on: a worker that dies, an input that changes, no room."""

from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from batches import GOOD, command, panel

from taper.batch.job import Output, Settings
from taper.batch.reading.source import BatchError
from taper.batch.run import run
from taper.errors import InputError

pytest.importorskip("msgspec")
PROGRAM = """
import sys
import pyarrow.compute, pyarrow.parquet
from taper.batch.job import Output, Settings
from taper.batch.run import run
source, name, sys.platform = sys.argv[1:]
if __name__ == "__main__":
    output = Output("schedule", name.rpartition(".")[2], "", name)
    run(Settings(source, (output,), jobs=2, chunk_bytes=900))
"""
ROWS = [f"{number},{GOOD}" for number in range(300)]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks for Linux")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(panel(*ROWS))
    return path


def settings(source, **others):
    output = Output("schedule", "csv", "", str(source.parent / "s.csv"))
    return Settings(str(source), (output,), **{"jobs": 1, "chunk_bytes": 900, **others})


def looks_complete(folder):
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]


# --- workers -----------------------------------------------------------------------------------


@pytest.fixture
def crew(source):
    from taper.batch.pool import Crew
    from taper.batch.reading.source import open_source
    from taper.batch.survey import job_of

    job, ranges, _ = job_of(
        settings(source), open_source(str(source), source.parent), source.parent
    )
    made = Crew(job, 3)
    yield made, ranges
    made.close()


def end_children():
    for process in multiprocessing.active_children():
        process.kill()
        process.join()


@LINUX
def test_a_worker_that_was_killed_is_no_closed_pipe(crew):
    """A closed pipe is the user's, and quiet; this would end with status 0 and no output."""
    workers, ranges = crew
    answers = workers.each("survey", ranges * 500)
    next(answers)
    end_children()
    with pytest.raises(BatchError, match="a worker was killed"):
        list(answers)


def test_a_fault_of_a_worker_is_one_line(crew):
    workers, ranges = crew
    with pytest.raises(BatchError, match="a worker failed: AttributeError"):
        list(workers.each("no such work", ranges))


@LINUX
@pytest.mark.parametrize("error", ["os", "input", "fault"])
def test_the_error_of_a_worker_is_that_of_the_run(source, monkeypatch, error):
    """Others wait meanwhile for the turn that the one that failed had: they are ended."""
    from taper.batch import worker
    from taper.errors import Problem

    plan = worker.Worker.plan
    raised = {
        "os": OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)),
        "input": InputError(Problem("batch", "a library is missing")),
        "fault": KeyError("x"),
    }
    expected = {"os": "temporarily unavailable", "input": "is missing", "fault": "KeyError: 'x'"}

    def fails(self, task):
        if task.number == 4:
            raise raised[error]
        return plan(self, task)

    monkeypatch.setattr(worker.Worker, "plan", fails)
    with pytest.raises(OSError if error == "os" else BatchError, match=expected[error]):
        run(settings(source, jobs=3))
    assert multiprocessing.active_children() == []
    assert looks_complete(source.parent) == ["in.csv"]


@LINUX
def test_no_process_can_be_begun(source, monkeypatch):
    from taper.batch import pool

    def fails(*_, **__):
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(pool.ProcessPoolExecutor, "submit", fails)
    with pytest.raises(OSError, match="temporarily unavailable"):
        run(settings(source, jobs=3))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_systems_that_do_not_fork(tmp_path, source, kind):
    """Workers are begun anew there, know nothing, and write the same bytes."""
    pytest.importorskip("pyarrow")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    made = []
    for platform in ("linux", "darwin"):
        output = tmp_path / f"{platform}.{kind}"
        words = [sys.executable, program, source, output, platform]
        done = subprocess.run(words, capture_output=True, check=False)
        assert done.stderr.decode() == ""
        made.append(output.read_bytes())
    assert made[0] == made[1]


@LINUX
def test_nothing_is_left_of_a_run_in_the_process_that_asked_for_it(source):
    """No process that nobody waits for, no open file."""
    code = f"""
import ctypes, gc, os
from taper.batch.job import Output, Settings
from taper.batch.run import run
ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: as the first process of a container
gc.disable()
def left():
    me = os.getpid()
    with open(f"/proc/{{me}}/task/{{me}}/children") as file:
        return file.read().split(), sorted(map(int, os.listdir("/proc/self/fd")))
for jobs in (1, 3):
    for again in range(3):
        output = Output("schedule", "csv", "", {str(source.parent / "s.csv")!r})
        run(Settings({str(source)!r}, (output,), jobs=jobs, chunk_bytes=900, force=True))
        now = left()
        assert not now[0], now
        assert not again or now == before, (now, before)
        before = now
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr.decode() == ""
    assert done.returncode == 0


@LINUX
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_workers_end_with_the_one_who_began_them(tmp_path, platform):
    """Even if it is killed: they would write behind the back of the next run."""
    rows = (f"{n},{GOOD},{5 + n / 1000:.3f}%" for n in range(3000))  # nothing to share
    (tmp_path / "in.csv").write_text(panel(*rows, header="id,product,dose,start,reduce"))
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    words = [sys.executable, program, tmp_path / "in.csv", tmp_path / "s.csv", platform]
    process = subprocess.Popen(words, stderr=subprocess.PIPE)

    def begun(pid):
        with suppress(OSError):  # it has ended
            return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return []

    journal = tmp_path / ".s.csv.taper-work" / "journal.jsonl"
    while not (journal.exists() and journal.read_text().count("\n") > 2):
        assert process.poll() is None
    workers = begun(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    assert process.stderr is not None
    said = process.stderr.read()  # which ends when the last of them has
    assert b"Traceback" not in said
    assert not any(Path(f"/proc/{worker}/exe").exists() for worker in workers)


# --- the input ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["appended to", "replaced"])
def test_an_input_that_changes_while_it_is_read(tmp_path, source, how):
    def progress(what, done, total):
        if what == "planning" and done > total // 2:
            if how == "replaced":
                other = tmp_path / "other"
                other.write_bytes(source.read_bytes())
                other.replace(source)
            else:
                source.write_text(panel(*ROWS, f"more,{GOOD}"))

    with pytest.raises(BatchError, match="the input was changed while it was read"):
        run(settings(source), progress)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def stopped(source, **others):
    """A run that is interrupted half-way."""

    def progress(what, done, total):
        if what == "planning" and done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(settings(source, **others), progress)


def test_a_change_in_the_middle_of_a_large_input_is_noticed(source):
    """Of the same length, with the same time, far from both ends."""
    lines = [f"{number:07},{GOOD}" for number in range(70_000)]
    source.write_text(panel(*lines))
    before = source.stat()
    stopped(source, chunk_bytes=2**19)
    lines[35_000] = lines[35_000].replace("90 mg", "60 mg")
    source.write_text(panel(*lines))
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert source.stat().st_size == before.st_size
    with pytest.raises(InputError, match=r"another one \(input differ\)"):
        run(settings(source, chunk_bytes=2**19, resume=True))
    assert run(settings(source, chunk_bytes=2**19)).planned == 70_000


@pytest.mark.parametrize(
    ("others", "differ"),
    [
        ({"chunk_bytes": 2000}, "chunks differ"),
        ({"outputs": ("schedule", "errors")}, "outputs differ"),
    ],
)
def test_other_options_are_noticed(source, others, differ):
    folder = source.parent
    stopped(source)
    if "outputs" in others:
        others = {
            "outputs": tuple(
                Output(name, "csv", "", str(folder / f"{name[0]}.csv"))
                for name in others["outputs"]
            )
        }
    asked = settings(source, resume=True)
    with pytest.raises(InputError, match=differ):
        run(replace(asked, **others))
    assert run(asked).resumed > 0  # what was done is still there
    assert sorted(looks_complete(folder)) == ["in.csv", "s.csv"]


def test_what_was_printed_is_printed_again(tmp_path, source):
    """Errors that went to a stream are not in a file: a run with a stream begins anew."""
    source.write_text(panel(*ROWS[:20], "bad,morphine-er,1 mg q8h,2026-12-07"))
    words = [source, "-o", tmp_path / "s.csv", "--errors", "-", "--resume"]
    first = command(*words)
    (tmp_path / "s.csv").unlink()
    again = command(*words)
    assert first.stdout == again.stdout
    assert b"bad,dose" in again.stdout


# --- the disk ----------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", folder]
    if (
        sys.platform != "linux"
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl", ".parquet"])
@pytest.mark.parametrize("piped", [False, True])
def test_no_room_for_any_of_it(source, disk, suffix, piped):
    """Neither for a copy of the input, nor for the journal, nor for the parts of an output."""
    pytest.importorskip("pyarrow")
    output = disk / f"s{suffix}"
    given = {"input": source.read_bytes() * 3} if piped else {}
    done = command("-" if piped else source, "-o", output, **given)
    said = done.stderr.decode()
    assert done.returncode == 1
    assert f"error: {disk}: {os.strerror(errno.ENOSPC)}" in said
    assert "Traceback" not in said
    assert looks_complete(disk) == []


def others_may_read(folder):
    """Whether another user could load the program from there."""
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (folder, *folder.parents))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="becomes another user")
@pytest.mark.skipif(not others_may_read(Path(sys.prefix)), reason="others may not load Python")
def test_a_folder_that_another_may_not_write_to(source):
    folder = source.parent / "locked"
    folder.mkdir(mode=0o755)
    program = (  # the tests' own folder is root's: it is entered before
        "import os, sys\nfrom taper.cli import run\nfrom taper.commands import batch\n"
        "import taper.batch.run, msgspec\n"
        "data = open(sys.argv[1], 'rb')\nos.dup2(data.fileno(), 0)\n"
        "folder = os.open(sys.argv[2], os.O_RDONLY)\nos.fchdir(folder)\nos.setuid(65534)\n"
        "sys.exit(run(['batch', '-', '-o', 's.csv']))"
    )
    # this other user could not write down what was covered either
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", program, source, folder],
        capture_output=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 1
    said = done.stderr.decode().splitlines()
    assert len(said) == 1
    assert said[0].endswith(f": {os.strerror(errno.EACCES)}")
    assert list(folder.iterdir()) == []
