"""The same plan is the same bytes, whatever the interpreter, the machine and the number of threads."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from taper.export import render
from taper.planning.make import planned

NAMES = ("json", "csv", "supply.csv", "checks.csv", "ics", "fhir.json", "md", "svg", "html", "txt")
WORDS = (
    *("plan", "morphine-er", "60 mg q12h", "--also", "oxycodone-ir 5 mg q6h", "--every", "2w"),
    *("--start", "2026-12-07", "--risk", "alcohol", "--avoid", "holidays:US", "--label", "Zoë"),
)
FIELDS = {
    "product": "morphine-er",
    "dose": "60 mg q12h",
    "every": "2w",
    "start": "2026-12-07",
}


@pytest.fixture(scope="module")
def as_usual(tmp_path_factory):
    return files(tmp_path_factory.mktemp("usual"))


def files(folder, *options, **environment):
    """What a run writes and prints, by name."""
    names = [word for name in NAMES for word in ("-o", f"plan.{name}")]
    path = os.pathsep.join(sys.path)
    for words in ((*WORDS, *names), WORDS):
        done = subprocess.run(
            [sys.executable, *options, "-m", "taper", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, "COLUMNS": "90", **environment},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"arning:" not in done.stderr.replace(b"warning: ", b"")
    found = {name: (folder / f"plan.{name}").read_bytes() for name in NAMES}
    return {**found, "printed": done.stdout}


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (("-O",), {"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati"}),
        (
            ("-W", "error"),
            {"PYTHONHASHSEED": "1", "TZ": "Pacific/Pago_Pago", "LANG": "tr_TR.UTF-8"},
        ),
        (("-OO",), {"PYTHONHASHSEED": "4294967295", "TZ": "", "LANG": "de_DE.UTF-8"}),
    ],
    ids=["-O", "-W error", "-OO"],
)
def test_a_run_is_the_same_bytes(tmp_path, as_usual, options, environment):
    found = files(tmp_path, *options, **environment)
    for name, content in as_usual.items():
        assert found[name] == content, name


def test_twenty_threads_at_once_give_the_same_bytes():
    together = Barrier(20)

    def work(number: int) -> dict[str, str]:
        together.wait()
        plan = planned(**FIELDS, reduce="10%" if number % 2 else "5%")
        found = {}
        for suffix in (".json", ".csv", ".md", ".ics", ".fhir.json", ".html", ".svg"):
            made = render(plan, suffix)
            content = made.encode() if isinstance(made, str) else made
            found[suffix] = hashlib.sha256(content).hexdigest()
        return found

    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(work, range(20)))
    assert all(each == found[place % 2] for place, each in enumerate(found))
    assert found[0] != found[1]
