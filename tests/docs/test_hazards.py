"""The hazard page: complete, current, and every test that it names exists."""

from __future__ import annotations

import re

import pytest

from scripts import hazards

ENTRIES = hazards.hazards()
FIELDS = {
    *("id", "hazard", "cause", "effect", "severity", "kind", "control", "tests", "remains"),
}


def test_every_test_that_is_named_exists():
    assert not list(hazards.missing(ENTRIES))


@pytest.mark.parametrize(
    "name",
    [
        "tests/docs/test_hazards.py::test_that_is_not_there",
        "tests/docs/test_not_there.py::test_every_test_that_is_named_exists",
        "tests/docs/test_hazards.py",
        "tests/docs/test_hazards.py::FIELDS",
    ],
)
def test_a_test_that_does_not_exist_is_found(name):
    assert list(hazards.missing([{"tests": [name]}])) == [name]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_a_hazard_is_complete(entry):
    assert set(entry) == FIELDS
    assert all(entry[name] for name in FIELDS)
    assert entry["severity"] in hazards.SEVERITIES
    assert entry["kind"] in hazards.KINDS
    assert not any("|" in entry[name] for name in FIELDS - {"tests"})


def test_each_has_its_own_number():
    assert [entry["id"] for entry in ENTRIES] == [
        f"H{number:02}" for number in range(1, len(ENTRIES) + 1)
    ]


def test_the_page_is_current():
    assert hazards.PAGE.read_text(encoding="utf-8") == hazards.page()


def test_what_every_plan_can_do_wrong_is_among_them():
    text = hazards.page().lower()
    for word in ("rises", "withdrawal", "tolerance", "naloxone", "split", "label", "holiday"):
        assert re.search(word, text), word
