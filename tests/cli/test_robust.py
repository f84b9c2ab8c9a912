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


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command line as a user's shell would."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100", **environment},
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


@pytest.mark.parametrize("command", [PLAN, f"{PLAN} --format json", f"{TAPER} --version"])
def test_a_full_disk_is_named(command):
    done = shell(f"{command} > /dev/full")
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
