"""The CSV files of the four plans, byte for byte."""

from __future__ import annotations

import pytest

from golden.plans import NAMES, assert_same_as_kept


@pytest.mark.parametrize("suffix", [".csv", ".checks.csv", ".supply.csv"])
@pytest.mark.parametrize("name", NAMES)
def test_bytes(name, suffix):
    assert_same_as_kept(name, suffix)
