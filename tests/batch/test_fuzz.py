"""A short run of the fuzzing harness, the same inputs every time; and of the guided search."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("msgspec")
pytest.importorskip("pyarrow")

HARNESS = Path(__file__).parents[2] / "fuzz" / "readers.py"


@pytest.fixture(scope="module")
def harness():
    # without atheris, which would instrument this process
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "atheris", None)
        spec = importlib.util.spec_from_file_location("readers", HARNESS)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def test_the_seeds_are_read(harness):
    for seed in harness.SEEDS:
        harness.one(seed)
    assert len({seed[0] for seed in harness.SEEDS}) == len(harness.TARGETS)


@pytest.mark.parametrize("seed", range(4))
def test_mutations_of_the_seeds_bring_nothing_down(harness, seed):
    assert harness.unguided(60, seed, most=400) > 100


def test_every_field_has_a_seed_that_is_planned(harness):
    from taper.planning.make import planned as plan
    from taper.request.fields import NAMES

    assert set(harness.VALUES) == set(NAMES)
    for name in harness.VALUES:
        values = harness._fields(harness._request(name).decode())
        if name != "over":  # a search over many plans
            assert plan(**values).steps


@pytest.mark.parametrize("target", ["csv_rows", "jsonl_rows", "shared", "request", "dose"])
def test_a_fault_is_found_and_shown(harness, target, monkeypatch, capsys):
    """A reader that stumbles over a letter does not get through."""

    def stumbles(data):
        assert b"q" not in data

    targets = [stumbles if each.__name__ == target else each for each in harness.TARGETS]
    monkeypatch.setattr(harness, "TARGETS", tuple(targets))
    with pytest.raises(AssertionError):
        harness.unguided(60, seed=0, most=2000)
    assert "an input that brings something down: b'" in capsys.readouterr().err


def test_the_search_is_guided_by_coverage(tmp_path):
    pytest.importorskip(
        "atheris", reason="atheris is not installed: pip install 'opioid-taper[fuzz]'"
    )
    words = [sys.executable, HARNESS, "--seconds", "3", "--keep", tmp_path / "kept"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    for module in ("reading.fields", "quantities", "prescription", "batch.lines", "batch.cells"):
        assert f"Instrumenting taper.{module}\n" in done.stderr + done.stdout
    reached = [int(each) for each in re.findall(r"cov: (\d+)", done.stderr)]
    assert reached
    assert max(reached) > 1000
    assert "Is the code instrumented" not in done.stderr
    assert not list(tmp_path.glob("crash-*"))
