"""The documentation is built as a site, without a warning."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = {
        str(path.relative_to(tmp_path / "site")) for path in (tmp_path / "site").rglob("*.html")
    }
    assert pages >= {"index.html", "tutorial.html", "engine.html", "reference/findings.html"}
    text = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    fetched = re.findall(r'(?:src|href)="(https?://[^"]+)"', text)
    assert not [
        address for address in fetched if "mkdocs" not in address and "zensical" not in address
    ]
