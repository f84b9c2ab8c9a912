"""The README: its two first commands, and its examples. tests/docs runs all others."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_installs_and_tests_in_one_command_each():
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv && ")]
    assert [line.partition(" .venv/bin/")[2][:11] for line in lines] == ["pip install"] * 2
    assert lines[0].endswith(" .venv/bin/taper plan examples/morphine-er.toml")
    assert lines[1].endswith(" .venv/bin/python -m pytest -n auto")


def test_the_python_of_the_readme_gives_a_plan():
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("2027-")


@pytest.mark.parametrize("request_file", sorted((ROOT / "examples").glob("*.*")))
def test_every_example_is_planned(taper, request_file):
    assert taper("plan", request_file).status == 0
