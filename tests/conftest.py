"""How hard the laws are tried.

The usual run draws the same examples every time, so that it never fails by chance. For a search
with new examples, and many more of them: ``TAPER_TESTS=thorough python -m pytest tests/property``.
"""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

DATA = Path(__file__).parent / "data"
_PATIENT = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

os.environ["TAPER_CONFIG"] = ""  # nobody's own defaults change what the tests see
os.environ.pop("TAPER_MARKET", None)
# a shell that runs the tests behind itself lets them ignore Ctrl-C, and so what they start
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    with suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "usual", max_examples=80, deadline=None, derandomize=True, suppress_health_check=_PATIENT
)
settings.register_profile(
    "thorough", max_examples=400, deadline=None, suppress_health_check=_PATIENT
)
# for make mutants: a few examples, none made smaller when it fails
settings.register_profile(
    "mutants",
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=_PATIENT,
)
settings.load_profile(os.environ.get("TAPER_TESTS", "usual"))


@pytest.fixture(scope="session")
def published() -> dict[str, dict]:
    """Published tapers by id, as their sources print them."""
    files = ("published-tapers.json", "published-tapers-2.json")
    tapers = [each for name in files for each in json.loads((DATA / name).read_text("utf-8"))]
    return {taper["id"]: taper for taper in tapers}
