"""Comparing paces from Python."""

from __future__ import annotations

import pytest

from taper import InputError
from taper.planning.compare import compare, dispensed
from taper.quantities import plain

VALUES = {"product": "oxycodone-ir", "dose": "10 mg q6h", "start": "2026-12-07"}


def test_a_slower_pace_is_longer_and_its_cuts_are_no_larger():
    slow, fast = compare(VALUES, [("5%", {"reduce": "5%"}), ("20%", {"reduce": "20%"})])
    one, other = slow.to_dict(), fast.to_dict()
    assert one["days"] > other["days"]
    cut = "largest_cut_percent_of_original"
    assert float(one[cut]) <= float(other[cut])


def test_what_is_dispensed_is_the_sum_of_the_fills():
    (pace,) = compare(VALUES, [("10%", {"reduce": "10%"})])
    items = [item for fill in pace.plan.supply for item in fill.items]
    assert dispensed(pace.plan) == {"tablet": plain(sum(item.quantity for item in items))}


def test_a_common_goal_goes_with_every_rate():
    paces = compare(
        VALUES | {"to": "20 mg"}, [("a", {"reduce": "5%"}), ("b", {"guideline": "etg-weekly"})]
    )
    assert [pace.to_dict()["end_daily_dose"] for pace in paces] == ["20", "20"]
    assert [pace.to_dict()["stop_date"] for pace in paces] == [None, None]


def test_what_is_wrong_in_common_is_said_once():
    with pytest.raises(InputError) as caught:
        compare({**VALUES, "dose": "7 mg q6h"}, [("a", {"reduce": "5%"}), ("b", {"reduce": "10%"})])
    assert len(caught.value.problems) == 1
