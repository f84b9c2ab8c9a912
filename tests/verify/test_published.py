"""Published tapers, to the tablet, by the second reading alone."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from verify.asked import pace
from verify.clock import Interval
from verify.medicine import Medicine, Strength
from verify.planner import plan
from verify.shelf import Shelf
from verify.times import usual
from verify.words import asked

DATA = Path(__file__).parents[1] / "data"
FIRST = {e["id"]: e for e in json.loads((DATA / "published-tapers.json").read_text("utf-8"))}
SECOND = {e["id"]: e for e in json.loads((DATA / "published-tapers-2.json").read_text("utf-8"))}


def doses(rows, times):
    """Amounts by the times of the first day, 0 for what is left out."""
    return [
        [f"{dict(row.taken).get(time, 0) / 1000:g}" for time in times]
        for row in rows
        if row.kind in {"reduce", "change"}
    ]


def test_va_slower():
    example = FIRST["va-slower"]
    rows = plan(asked(example["request"]))
    assert doses(rows[:5], usual(3)) == example["doses"][:5]
    assert [sorted(a for _, a in row.taken) for row in rows[5:7]] == [[15000, 15000], [15000]]
    assert rows[-1].kind == "stop"


def test_va_patient_plan_with_one_strength_to_a_goal():
    example = FIRST["va-patient"]
    rows = plan(asked({**example["request"], "stock": ("15",)}))
    assert doses(rows[:3], usual(3)) == example["doses"]
    assert rows[-1].kind == "maintain"
    assert rows[-1].daily == 90000


def test_therapeutic_guidelines_weekly():
    example = FIRST["etg-weekly"]
    strengths = tuple(Strength(str(n), n * 1000) for n in (50, 100, 150, 200))
    product = Medicine(
        "tramadol-mr",
        "tramadol",
        "tablet",
        "er",
        "mg",
        strengths,
        strengths,
        4,
        10000,
        0,
        (12,),
        Fraction(1, 5),
        Fraction(1),
        {},
    )
    base = asked({**FIRST["va-slower"]["request"], "dose": "60 mg q12h"})
    week = Interval(7)
    request = replace(
        base,
        shelf=Shelf(product, strengths, 4),
        every=week,
        now=(("morning", 100000), ("evening", 100000)),
        pace=pace(Fraction(1, 4), week, "original"),
    )
    rows = plan(request)
    assert doses(rows, usual(2)) == example["doses"]


def test_one_tablet_a_week():
    example = SECOND["jgim-one-tablet-weekly"]
    rows = plan(asked(example["request"]))
    assert [sum(a for _, a in row.taken) // 5000 for row in rows] == [
        *example["tablets_per_day"],
        0,
    ]
    assert [row.end - row.first for row in rows[:-1]] == [7 * week for week in example["weeks"]]


def test_eight_combination_tablets_one_a_week():
    example = SECOND["gp-cocodamol-8"]
    rows = plan(asked({**example["request"], "stock": ("30/500",)}))
    assert [row.daily // 30000 for row in rows] == [*example["tablets_per_day"], 0]
    assert {row.end - row.first for row in rows[:-1]} == {7}


def test_opioids_advisory_first_cut():
    example = SECOND["fpm-older-10"]["request"]
    for every in ("1w", "2w"):
        words = {"product": "morphine-er", "dose": "60 mg q12h", "reduce": "10%", "every": every}
        rows = plan(asked({**words, "start": example["start"]}))
        assert 120000 - rows[0].daily in {10000, 15000}
