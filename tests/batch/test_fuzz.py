"""A short run of the fuzzing harness, the same inputs every time."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

pytest.importorskip("msgspec")

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
