"""`taper check` finds one fault of each kind in schedules, and nothing in those without one.

``python -m verify.schedules`` runs thousands of them; its page is docs/verification/schedules.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.schedules.faultless import WAYS
from verify.schedules.faults import KINDS
from verify.schedules.measure import Measured, look_at_faultless, look_for

PAGE = Path(__file__).parents[2] / "docs" / "verification" / "schedules.md"


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_found_with_its_id_in_its_row(kind):
    measured = Measured()
    for way in WAYS:
        look_for("tests", kind, way, measured)
        look_for("tests again", kind, way, measured)
    assert measured.missed == []


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_said_of_schedules_without_a_fault_that_the_plan_does_not_say(way):
    measured = Measured()
    for number in range(8):
        look_at_faultless(f"tests-{number}", way, measured)
    assert measured.missed == []


def test_there_are_fifteen_kinds_and_the_page_counts_them():
    assert len(KINDS) == 15
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| {kind} |" in text for kind in KINDS)
