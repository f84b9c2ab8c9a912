"""The hand-out and the chart of the four plans, byte for byte.

A PDF is kept as its text, and as a checksum beside the version of typst that wrote it: another
version may lay it out with other bytes, but never with other words.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from golden.plans import FILES, NAMES, assert_same_as_kept, rendered
from taper.export import Options

SPANISH = Options(language="es", paper="a4")
LARGE = Options(large_print=True, clinic="Riverside Clinic", telephone="555-0100")
TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("suffix", [".html", ".svg"])
@pytest.mark.parametrize("name", NAMES)
def test_bytes(name, suffix):
    assert_same_as_kept(name, suffix)


@pytest.mark.parametrize("suffix", [".html", ".svg"])
def test_bytes_in_spanish(suffix):
    assert_same_as_kept("two-opioids", suffix, SPANISH, "es")


def test_bytes_in_large_print():
    assert_same_as_kept("ir-q6h", ".html", LARGE, "large")


def text_of(pdf: bytes) -> str:
    """The words of a PDF in order, page by page."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(" ".join(page.extract_text().split()) for page in pages) + "\n"


@pytest.mark.parametrize(
    ("name", "options", "variant"),
    [
        *((name, Options(), "") for name in NAMES),
        ("two-opioids", SPANISH, "es"),
        ("ir-q6h", LARGE, "large"),
    ],
)
def test_pdf(name, options, variant):
    made = rendered(name, ".pdf", options)
    path = FILES / ".".join(part for part in (name, variant, "pdf.txt") if part)
    kept = f"typst {typst.__version__} sha256 {hashlib.sha256(made).hexdigest()}\n{text_of(made)}"
    if os.environ.get("TAPER_GOLDEN") == "write":
        path.write_text(kept, encoding="utf-8")
    head, _, text = path.read_text(encoding="utf-8").partition("\n")
    assert text_of(made) == text
    if head.startswith(f"typst {typst.__version__} "):
        assert kept.partition("\n")[0] == head


_SUMS = """
import hashlib
from golden.plans import rendered
for suffix in (".html", ".pdf", ".svg"):
    print(hashlib.sha256(rendered("er-hold", suffix)).hexdigest())
"""


def test_another_process_in_another_place_writes_the_same_bytes():
    printed = []
    for seed, zone in (("1", "Pacific/Kiritimati"), ("2", "America/Los_Angeles")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        environment["PYTHONPATH"] = str(TESTS)
        done = subprocess.run(
            [sys.executable, "-c", _SUMS],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert len(printed[0].split()) == 3
