"""What is shipped beside the code: the manual page, the metadata, the workflow, the container file."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import manual
import pytest

from taper.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_manual_page_is_current_and_has_every_command():
    text = manual.PLACE.read_text(encoding="utf-8")
    assert text == manual.page(), "run: python scripts/manual.py"
    for name in COMMANDS:
        assert f".SS taper {name}" in text
    shipped = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shipped == {"docs/taper.1": "share/man/man1/taper.1"}


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man here")
def test_man_prints_it_without_a_warning():
    words = ["man", "--warnings", "-l", str(manual.PLACE)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "--on-opioids-for LENGTH" in done.stdout


def test_every_range_has_both_ends_and_most_have_their_reason():
    extras = PROJECT["project"]["optional-dependencies"]
    for each in [*PROJECT["project"]["dependencies"], *extras["batch"], *extras["mcp"]]:
        assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?>=[\d.]+,<[\d.]+", each), each


def test_the_export_needs_no_library_of_fhir():
    names = " ".join(PROJECT["project"]["dependencies"])
    assert "fhir" not in names


def test_nothing_starts_the_publishing_by_itself():
    text = (ROOT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf-8")
    triggers = re.findall(r"^on:\n((?:  .*\n)+)", text, re.MULTILINE)[0]
    assert re.findall(r"^  (\w+):", triggers, re.MULTILINE) == ["workflow_dispatch"]
    assert "password" not in re.sub(r"#.*", "", text)
    assert "id-token: write" in text


def test_the_container_runs_as_an_ordinary_user():
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert "USER taper" in lines
    assert lines.index("USER taper") < lines.index('ENTRYPOINT ["taper"]')
