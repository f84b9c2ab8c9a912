"""The Markdown document of the four plans, byte for byte."""

from __future__ import annotations

import pytest

from golden.plans import NAMES, assert_same_as_kept


@pytest.mark.parametrize("name", NAMES)
def test_bytes(name):
    assert_same_as_kept(name, ".md")
