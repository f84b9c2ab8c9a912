"""The README: every command in it runs, and what it shows is what is printed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line for block in SHELL for line in block.strip().splitlines() if line.startswith("taper ")
]


def test_the_readme_has_commands():
    assert len(COMMANDS) > 8


def test_every_command_of_the_readme_runs_in_order(taper, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        ran = taper(*shlex.split(command)[1:])
        # one row of the example panel is faulty on purpose
        assert ran.status == (4 if command.startswith("taper batch") else 0), command
        assert "error:" not in ran.err, command


def test_the_python_of_the_readme_runs():
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("2027-")


def test_the_picture_is_what_is_printed():
    script = ROOT / "scripts" / "readme_output.py"
    done = subprocess.run([sys.executable, script, "--check"], check=False)
    assert done.returncode == 0, "run scripts/readme_output.py"


@pytest.mark.parametrize("request_file", sorted((ROOT / "examples").glob("*.*")))
def test_every_example_is_planned(taper, request_file):
    assert taper("plan", request_file).status == 0
