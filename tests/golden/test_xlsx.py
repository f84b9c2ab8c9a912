"""The workbook of the four plans, byte for byte."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from golden.plans import FILES, NAMES, assert_same_as_kept, rendered


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


@pytest.mark.parametrize("name", NAMES)
def test_bytes(name):
    if "ng" in zlib.ZLIB_RUNTIME_VERSION:  # compresses the same content into other bytes
        kept = (FILES / f"{name}.xlsx").read_bytes()
        assert members(rendered(name, ".xlsx")) == members(kept)
    else:
        assert_same_as_kept(name, ".xlsx")
