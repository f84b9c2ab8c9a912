"""How long files and functions are, and what releases are tried with."""

from __future__ import annotations

import importlib.util

import measure
import pytest
from packaging.requirements import Requirement

FOLDERS = ("taper", "verify", "scripts")


@pytest.fixture(scope="module")
def measured():
    return measure.measure(*FOLDERS)


def test_half_of_the_functions_have_at_most_nine_lines(measured):
    assert len(measured.functions) > 1000
    assert measured.median <= 9


def test_no_file_has_more_than_400_lines(measured):
    assert len(measured.files) > 100
    assert measured.long_files == {}


def test_no_function_has_more_than_50_lines(measured):
    assert measured.long_functions == {}


def test_a_long_file_and_a_long_function_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "ROOT", tmp_path)
    body = "    x = 1\n" * 50
    options = "".join(f"    a{number}: Annotated[int, typer.Option()],\n" for number in range(60))
    code = f"def long():\n{body}\ndef command(\n{options}):\n    return a1\n"
    (tmp_path / "a.py").write_text(code + "\n" * 300)
    found = measure.measure("")
    assert found.files == {"a.py": 415}
    assert found.long_files == {"a.py": 415}
    assert found.functions == {"a.py:1 long": 51, "a.py:53 command": 2}
    assert found.long_functions == {"a.py:1 long": 51}
    assert found.median == 26.5


def test_the_oldest_dependencies_are_the_lower_ends_of_the_ranges():
    path = measure.ROOT / "noxfile.py"
    spec = importlib.util.spec_from_file_location("noxfile", path)
    noxfile = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(noxfile)
    project = noxfile.PROJECT["project"]
    extras = project["optional-dependencies"]
    named = [*project["dependencies"], *extras["batch"], *extras["mcp"]]
    oldest = dict(each.split("==") for each in noxfile.oldest())
    assert oldest.keys() == {Requirement(text).name for text in named}
    for text in named:
        wanted = Requirement(text)
        assert oldest[wanted.name] in wanted.specifier
