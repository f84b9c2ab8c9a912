"""Odd streams, hostile text and broken files: one line and a status, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

START = ("--start", "2026-12-07")
TAPER = f"{sys.executable} -m taper"
PLAN = f'{TAPER} plan morphine-er "60 mg q12h" --start 2026-12-07'


UNUSUAL = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}  # the first hides what a buffer holds


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command line as a user's shell would."""
    usual = {name: value for name, value in os.environ.items() if name not in UNUSUAL}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**usual, "COLUMNS": "100", **environment},
    )


# --- streams -----------------------------------------------------------------------------------


def test_closed_standard_input_is_no_terminal():
    done = shell(f"{PLAN} --format csv <&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("plan_id,")


def test_a_request_from_closed_standard_input_is_a_fault():
    done = shell(f"{TAPER} plan - <&-")
    assert done.returncode == 2
    assert done.stderr.startswith("error: standard input: the file is empty")


@pytest.mark.parametrize("command", [PLAN, f"{PLAN} --format json", f"{TAPER} --version"])
def test_closed_standard_output_is_a_fault(command):
    done = shell(f"{command} >&-")
    assert done.returncode == 1
    assert done.stderr == "error: standard output: Bad file descriptor\n"


def test_closed_standard_output_does_not_matter_where_only_a_file_is_written(tmp_path):
    done = shell(f"{PLAN} -o {tmp_path}/plan.csv >&-")
    assert done.returncode == 0
    assert (tmp_path / "plan.csv").read_text().startswith("plan_id,")


def test_closed_standard_error_keeps_the_status():
    assert shell(f"{PLAN} --reduce 30% 2>&-").returncode == 3


@pytest.mark.parametrize("buffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "not"])
@pytest.mark.parametrize("command", [PLAN, f"{PLAN} --format json", f"{TAPER} --version"])
def test_a_full_disk_is_named(command, buffered):
    done = shell(f"{command} > /dev/full", **buffered)
    assert done.returncode == 1
    assert done.stderr == "error: standard output: No space left on device\n"


@pytest.mark.parametrize("shown", ["table", "json"])
def test_a_closed_pipe_is_quiet_and_no_fault(shown):
    # nobody reads: the writing end is the only one left
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "taper", "plan", "morphine-er", "60 mg q12h", *START]
    done = subprocess.run(
        [*command, "--format", shown],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_output_that_is_not_unicode_is_whole(environment):
    command = f'{TAPER} plan oxycodone-ir "15 mg q6h" --split halves --start 2026-12-07'
    done = shell(command, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert "not medical advice" in done.stdout
    assert "12.5 = 10+0.5x5" in done.stdout
    assert "\\x" not in done.stdout


def test_a_letter_that_the_encoding_lacks_is_escaped():
    done = shell(f"{PLAN} --label Zo\u00eb", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Zo\\xeb" in done.stdout


# --- hostile text ------------------------------------------------------------------------------


def test_what_would_steer_the_terminal_is_shown_instead(taper):
    ran = taper("plan", "\x1b[31mfoo", "60 mg q12h", *START)
    assert ran.status == 2
    assert r"\x1b[31mfoo" in ran.err
    ran = taper("plan", "morphine-er", "60 mg q12h", *START, "--\x1b[2Jbogus")
    assert ran.status == 2
    assert ran.err.rstrip("\n").isprintable()


def test_numbers_of_thousands_of_digits_are_a_fault_of_the_dose(taper, tmp_path):
    many = "9" * 5000
    ran = taper("plan", "morphine-er", f"{many} mg q8h", *START)
    assert (ran.status, ran.out) == (2, "")
    assert "beyond any use" in ran.err
    request = tmp_path / "request.json"
    values = {"product": "morphine-er", "dose": f"0.{many} mg q8h", "start": "2026-12-07"}
    request.write_text(json.dumps(values))
    ran = taper("plan", request)
    assert (ran.status, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_a_fault_of_the_tool_is_one_line_without_values(taper, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyError("a patient's value")

    monkeypatch.setattr("taper.commands.plan.make_plan", broken)
    ran = taper("plan", "morphine-er", "60 mg q12h", *START)
    assert ran.status == 1
    assert ran.err.startswith("error: a fault of taper itself: KeyError in ")
    assert len(ran.err.splitlines()) == 1
    assert "a patient's value" not in ran.err
    monkeypatch.setenv("TAPER_DEBUG", "1")
    with pytest.raises(KeyError):
        taper("plan", "morphine-er", "60 mg q12h", *START)


# --- saved plans -------------------------------------------------------------------------------


@pytest.fixture
def saved(taper, tmp_path):
    """A saved plan, and a way to change its document."""
    path = tmp_path / "plan.json"
    taper("plan", "morphine-er", "60 mg q12h", *START, "-o", path)

    def change(edit) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        edit(document)
        path.write_text(json.dumps(document), encoding="utf-8")

    return path, change


def test_an_impossible_plan_is_not_exported(taper, saved):
    path, change = saved
    change(lambda plan: plan["steps"][1]["doses"][0].update(amount="900"))
    ran = taper("export", path)
    assert (ran.status, ran.out) == (2, "")
    assert "steps.1.doses.0.amount: the file has '900', the plan made again '45'" in ran.err


def test_a_deeply_nested_plan_is_a_fault(taper, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("[" * 200_000)
    ran = taper("export", path)
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1


def test_a_saved_plan_cannot_steer_the_terminal(taper, saved):
    path, change = saved
    change(lambda plan: plan.update(id="\x1b]0;owned\x07"))
    for shown in ("table", "csv"):
        ran = taper("export", path, "--format", shown)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("error: id: ")
        assert ran.err.rstrip("\n").isprintable()


# --- what is written to files only -------------------------------------------------------------


def test_warnings_are_said_where_only_files_are_written(taper, tmp_path):
    ran = taper("plan", "morphine-er", "90 mg q8h", *START, "-o", tmp_path / "plan.csv")
    lines = ran.err.splitlines()
    assert lines[0] == f"wrote {tmp_path}/plan.csv"
    assert all(line.startswith("warning: ") for line in lines[1:])
    ids = [id_ for line in lines[1:] for id_ in line.rpartition("[")[2].rstrip("]").split(", ")]
    assert {"duration-unknown", "large-last-dose"} <= set(ids)
    assert len(ids) == len(set(ids))
    shown = taper("plan", "morphine-er", "90 mg q8h", *START, "--format", "csv")
    assert shown.err == ""


def test_a_saved_plan_has_the_same_warnings(taper, saved, tmp_path):
    path, _ = saved
    once = taper("plan", "morphine-er", "60 mg q12h", *START, "-o", tmp_path / "a.csv")
    again = taper("export", path, "-o", tmp_path / "a.csv")
    assert again.err == once.err


def test_an_empty_shell_variable_is_a_fault(taper):
    for option in ("--to", "--reduce", "--hold", "--label"):
        ran = taper("plan", "morphine-er", "60 mg q12h", *START, option, "")
        assert ran.status == 2
        assert "the text is empty" in ran.err
        assert len(ran.err.splitlines()) == 1
