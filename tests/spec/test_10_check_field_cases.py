"""Contract 10i: schedules from the field, each with what `taper check` must find in it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from taper.export import render
from taper.lint import lint
from taper.planning.make import planned as plan

DATA = Path(__file__).parent.parent / "data" / "field-cases.json"
CASES = {case["id"]: case for case in json.loads(DATA.read_text(encoding="utf-8"))}
# id of the finding, row, words of the message; a level instead of an id if none may be found
FOUND = {
    "check-silent-1": [("methadone", None, ""), ("naloxone", None, "282 MME")],
    "check-silent-3": [
        ("acetaminophen-over-maximum", 2, "Paracetamol comes to 6,000 mg"),
        ("above-labelled-maximum", 2, "360 mg"),
        ("naloxone", None, ""),
    ],
    "check-silent-4": [("methadone", None, ""), ("naloxone", None, "188 MME")],
    "check-silent-5": [
        ("dose-not-makeable", 4, "352 mg"),
        ("high-dose-specialist", None, "400 MME"),
        ("naloxone", None, "400 MME"),
    ],
    "check-pace-1": [("rate-over-band", 9, "81.3%"), ("faster-than-fda-label", None, "")],
    "check-pace-2": [("short-interval-for-product", 4, "3 days")],
    "check-false-1": [("stop-from-high-dose", 4, "12 mcg/h"), ("large-last-dose", 3, "12 mcg/h")],
    "check-false-2": [("stop-from-high-dose", 3, "50 mg"), ("large-last-dose", 2, "50 mg")],
    "check-false-3": [("naloxone", None, "120 MME"), ("cut-over-25-percent", 4, "105 mg to 60")],
    "check-false-4": [("large-last-dose", 4, "stopping is 15 mg")],
    "check-false-5": [("acetaminophen-over-maximum", 2, "5,850 mg")],
    "check-false-6": [("high-dose-specialist", None, "MME")],
    "check-total-1": [
        ("acetaminophen-over-maximum", 2, "7,800 mg"),
        ("naloxone", None, "150 MME"),
    ],
    "check-cut-1": [("needs-splitting", row, "never cut") for row in range(2, 7)],
    "check-qty-1": [("quantity-does-not-fit", 2, "10 changes need 10, not 5")],
    "check-qty-2": [("quantity-does-not-fit", 2, "5/325 x 112, not 224")],
    "excel-4": [("unreadable", 3, "'Thursday 12/10'"), ("naloxone", None, "120 MME")],
    "table-1": [("naloxone", None, "120 MME")],
    "combo-6": [("lost-tolerance", None, "")],
}
# what the schedule does not have, and was told of it
NOT_FOUND = {
    "check-false-1": {"no-smaller-dose"},
    "check-false-2": {"no-smaller-dose"},
    "check-false-3": {"unreadable"},
    "check-false-4": {"unreadable"},
    "check-false-6": {"dose-not-makeable"},
    "table-1": {"unreadable", "gap", "overlap", "dose-not-makeable", "cut-over-25-percent"},
    "combo-6": {"cut-over-25-percent", "dose-rises", "unreadable"},
}


def checked(case: str) -> list:
    """What `taper check` finds with the options of a case's command."""
    words = shlex.split(CASES[case]["command"])
    options = dict(zip((w.removeprefix("--") for w in words[3::2]), words[4::2], strict=True))
    return list(lint(CASES[case]["files"]["in.csv"], "in.csv", **options).faults)


@pytest.mark.parametrize("case", FOUND)
def test_what_is_in_a_schedule_of_the_field_is_found(case):
    faults = checked(case)
    for name, row, words in FOUND[case]:
        assert any(f.id == name and f.row == row and words in f.message for f in faults), name
    assert {fault.id for fault in faults}.isdisjoint(NOT_FOUND.get(case, ()))
    errors = {fault.id for fault in faults if fault.level == "error"}
    assert errors <= {name for name, _, _ in FOUND[case]}


def test_every_case_of_the_command_is_here():
    named = {case for case, each in CASES.items() if each["command"].startswith("taper check in")}
    assert named == set(FOUND)


def test_the_fhir_export_of_the_tool_is_understood():
    made = plan("morphine-er", "60 mg q12h", start="2026-12-07", on_opioids_for="8w")
    report = lint(render(made, ".fhir.json"), "own.fhir.json")
    assert not report.wrong
    ids = {fault.id for fault in report.faults}
    assert {"unavoidable-cut", "large-last-dose", "naloxone"} <= ids
