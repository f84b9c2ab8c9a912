"""The plan document of the four plans, byte for byte, also after it was saved and read."""

from __future__ import annotations

import pytest

from golden.plans import FILES, NAMES, assert_same_as_kept, plan_of, rendered
from taper.course.saved import parse_plan
from taper.export import FORMATS, render


@pytest.mark.parametrize("name", NAMES)
def test_bytes(name):
    assert_same_as_kept(name, ".json")


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_plan_is_the_same_plan(name):
    kept = (FILES / f"{name}.json").read_text(encoding="utf-8")
    assert parse_plan(kept).to_json() == kept == plan_of(name).to_json()


@pytest.mark.parametrize("suffix", [".csv", ".supply.csv", ".ics", ".fhir.json", ".xlsx", ".md"])
@pytest.mark.parametrize("name", NAMES)
def test_a_saved_plan_has_the_same_exports(name, suffix):
    assert suffix in FORMATS
    text = plan_of(name).to_json()
    made = render(parse_plan(text), suffix)
    assert (made if isinstance(made, bytes) else made.encode()) == rendered(name, suffix)
