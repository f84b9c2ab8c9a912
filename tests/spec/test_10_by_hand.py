"""Contract 10: a dose by hand, what the patient takes, and what becomes of the prescriptions."""

from __future__ import annotations

from datetime import date

import pytest
from written import amounts, taper

from taper.course.revise import replay, revise
from taper.course.saved import parse_plan
from taper.errors import InputError, Refused

TABLETS = ("morphine-er", "60 mg q8h", {"every": "2w"})
PATCHES = ("fentanyl-patch", "50 mcg/h", {"every": "2w"})
LIQUID = ("morphine-solution", "20 mg q6h", {"every": "2w"})
NEEDED = (
    "oxycodone-ir",
    "5 mg q6h prn",
    {"taking": "20 mg", "as_needed": "keep", "every": "2w"},
)
TWO = ("morphine-er", "15 mg q12h", {"also": ["oxycodone-ir 10 mg q12h"], "every": "2w"})
SALT = (
    "oxycodone-er-capsule",
    "18 mg q12h",
    {"finish_with": "oxycodone-ir q6h", "every": "2w", "reduce": "20%"},
)
GOAL = ("morphine-er", "30 mg q12h", {"to": "30 mg", "every": "2w"})

# (what it shows, plan, day, change, the first rows from the day on)
CHANGED = [
    (
        "a dose by hand: reductions count an interval from it",
        TABLETS,
        "2027-01-11",
        {"dose": "30 mg q8h"},
        [
            ("reduce", "2027-01-11", 14, "30/30/30"),
            ("reduce", "2027-01-25", 14, "30/15/30"),
            ("reduce", "2027-02-08", 14, "15/15/30"),
        ],
    ),
    (
        "in fewer administrations",
        TABLETS,
        "2027-01-11",
        {"dose": "30 mg q12h"},
        [("reduce", "2027-01-11", 14, "30/30"), ("reduce", "2027-01-25", 14, "15/30")],
    ),
    (
        "and then a hold",
        TABLETS,
        "2027-01-11",
        {"dose": "30 mg q8h", "hold": "2w"},
        [("reduce", "2027-01-11", 28, "30/30/30"), ("reduce", "2027-02-08", 14, "30/15/30")],
    ),
    (
        "and another pace",
        TABLETS,
        "2027-01-11",
        {"dose": "30 mg q8h", "every": "4w"},
        [("reduce", "2027-01-11", 28, "30/30/30"), ("reduce", "2027-02-08", 28, "30/15/30")],
    ),
    (
        "on the first day",
        TABLETS,
        "2026-12-07",
        {"dose": "45 mg q8h"},
        [("reduce", "2026-12-07", 14, "45/45/45"), ("reduce", "2026-12-21", 14, "45/30/45")],
    ),
    (
        "a patch, from its next change",
        PATCHES,
        "2027-01-05",
        {"dose": "25 mcg/h"},
        [("reduce", "2027-01-06", 30, "25"), ("reduce", "2027-02-05", 30, "12.5")],
    ),
    (
        "a liquid",
        LIQUID,
        "2026-12-21",
        {"dose": "15 mg q6h"},
        [("reduce", "2026-12-21", 14, "15/15/15/15"), ("reduce", "2027-01-04", 14, "13/13/13/13")],
    ),
    (
        "as needed, which stays so",
        NEEDED,
        "2026-12-21",
        {"dose": "5 mg q6h prn max 10 mg a day"},
        [("reduce", "2026-12-21", 28, "5"), ("reduce", "2027-01-18", 28, "5")],
    ),
    (
        "the opioid whose turn it is",
        TWO,
        "2027-03-20",
        {"dose": "5 mg q12h"},
        [("reduce", "2027-03-20", 28, "5/5"), ("reduce", "2027-04-17", 28, "5")],
    ),
    (
        "the finer product in its own salt",
        SALT,
        "2027-02-10",
        {"dose": "5 mg q12h"},
        [("reduce", "2027-02-10", 28, "5/5"), ("reduce", "2027-03-10", 28, "5")],
    ),
    (
        "the goal itself",
        GOAL,
        "2027-01-10",
        {"dose": "15 mg q12h"},
        [("reduce", "2027-01-10", 14, "15/15"), ("maintain", "2027-01-24", 28, "15/15")],
    ),
    (
        "less is taken than planned: a full interval at what is taken",
        TABLETS,
        "2027-01-11",
        {"taking": "90 mg"},
        [
            ("reduce", "2027-01-11", 14, "30/30/30"),
            ("reduce", "2027-01-25", 14, "30/15/30"),
            ("reduce", "2027-02-08", 14, "15/15/30"),
        ],
    ),
    (
        "what is taken is rounded down to what can be made",
        TABLETS,
        "2027-01-11",
        {"taking": "95 mg"},
        [("reduce", "2027-01-11", 14, "30/30/30")],
    ),
    (
        "the next reduction is not brought forward",
        ("morphine-er", "60 mg q8h", {"every": "2w", "holds": ["4w@every2"]}),
        "2027-01-06",
        {"taking": "90 mg"},
        [("reduce", "2027-01-06", 26, "30/30/30"), ("reduce", "2027-02-01", 14, "30/15/30")],
    ),
    (
        "more is taken than planned: no reduction begins that day",
        TABLETS,
        "2027-01-18",
        {"taking": "150 mg"},
        [("hold", "2027-01-18", 14, "45/30/45"), ("reduce", "2027-02-01", 14, "30/30/45")],
    ),
]


@pytest.mark.parametrize(
    ("asked", "day", "change", "expected"),
    [case[1:] for case in CHANGED],
    ids=[case[0] for case in CHANGED],
)
def test_the_rows_from_the_day_of_the_change(asked, day, change, expected):
    product, dose, fields = asked
    first = taper(product, dose, **fields)
    after = revise(first, day, **change)
    since = after.revisions[-1]["from"]
    rows = [
        (step.kind, step.start.isoformat(), step.days, amounts(step.regimen))
        for step in after.steps[1:]
        if step.start.isoformat() >= since
    ]
    assert rows[: len(expected)] == expected
    behind = [step for step in after.steps if step.start is None or step.start.isoformat() < since]
    assert [s.regimen for s in behind] == [s.regimen for s in first.steps[: len(behind)]]
    text = after.to_json()
    assert parse_plan(text).to_json() == text
    assert replay(first, after.revisions).to_json() == text


# (plan, day, change, error, what it says)
REFUSED = [
    (TABLETS, "2027-01-11", {"dose": "45 mg q8h"}, Refused, "is a rise from"),
    (TABLETS, "2027-01-11", {"dose": "30 mg q6h"}, Refused, "is a rise from"),
    (TABLETS, "2027-01-11", {"dose": "60 mg q12h"}, Refused, "is a rise from"),
    (TABLETS, "2027-01-11", {"dose": "15 mg q12h"}, Refused, "a fall of more than half"),
    (TABLETS, "2027-01-11", {"dose": "45/30/45 mg"}, InputError, "is the dose in force"),
    (TABLETS, "2027-01-11", {"dose": "45 mg"}, InputError, "how often"),
    (TABLETS, "2027-01-11", {"dose": "10 mg q12h"}, InputError, "cannot be made"),
    (TABLETS, "2027-01-11", {"dose": "30 mg q8h prn"}, InputError, "as needed"),
    (TABLETS, "2027-01-11", {"dose": "30 mg q8h", "taking": "90 mg"}, InputError, "one of the two"),
    (TABLETS, "2027-01-11", {"dose": "30 mg q8h", "step_back": "x"}, InputError, "one of the two"),
    (TABLETS, "2027-01-11", {"taking": "120 mg"}, InputError, "is what the plan directs"),
    (TABLETS, "2027-01-11", {"taking": "10 mg"}, InputError, "nothing at or below"),
    (TABLETS, "2027-01-11", {"taking": "29 mg"}, InputError, "not close to a dose"),
    (TABLETS, "2027-01-11", {"taking": "0"}, InputError, "for how long"),
    (TABLETS, "2027-01-11", {"taking": "0 mg", "missed": "3d"}, Refused, "tolerance is lost"),
    (TABLETS, "2027-01-11", {"missed": "5d"}, Refused, "no longer safe"),
    (TABLETS, "2027-01-11", {"missed": "5d", "step_back": "x"}, InputError, "one of the two"),
    (TABLETS, "2027-01-11", {"taking": "30 mg", "missed": "5d"}, InputError, "--taking 0"),
    (GOAL, "2027-01-10", {"dose": "15 mg q24h", "override_rate": "x"}, InputError, "the goal"),
]


@pytest.mark.parametrize(("asked", "day", "change", "error", "words"), REFUSED)
def test_what_cannot_be_changed_says_why(asked, day, change, error, words):
    product, dose, fields = asked
    first = taper(product, dose, **fields)
    with pytest.raises(error, match=words) as caught:
        revise(first, day, **change)
    assert caught.value.exit_status == (3 if error is Refused else 2)
    assert all(problem.hint for problem in caught.value.problems)


def found(plan) -> dict[str, tuple[int, ...]]:
    return {finding.id: finding.steps for finding in plan.findings}


def test_a_large_fall_by_hand_is_a_warning_and_what_is_taken_is_none():
    first = taper(*TABLETS[:2], every="2w")
    by_hand = revise(first, "2027-01-11", dose="30 mg q12h")
    assert found(by_hand)["cut-over-25-percent"] == (4,)
    (message,) = [f.message for f in by_hand.findings if f.id == "cut-over-25-percent"]
    assert message.startswith("A dose set by hand falls by 50.0% of the current dose")
    reason = revise(first, "2027-01-11", dose="15 mg q12h", override_rate="sedated")
    assert "lower by more than half: sedated" in reason.steps[4].why
    taken = revise(first, "2027-01-11", taking="60 mg")
    assert "cut-over-25-percent" not in found(taken)
    assert taken.steps[4].why == "what the patient takes: 60 mg a day"


def test_what_is_taken_above_the_plan_is_recorded_and_moves_nothing():
    first = taper(*TABLETS[:2], every="2w")
    after = revise(first, "2027-01-11", taking="200 mg")
    assert after.steps[1:3] == first.steps[1:3]
    assert [(s.start, s.regimen) for s in after.steps] == [
        (s.start, s.regimen) for s in first.steps
    ]
    assert [f.date for f in after.supply] == [f.date for f in first.supply]
    assert after.revisions[0]["findings"] == ["ran-out-early"]
    assert found(after)["ran-out-early"] == (3,)
    # a later change keeps it in mind
    later = revise(after, "2027-02-01", hold="2w")
    assert found(later)["ran-out-early"] == (3,)


def test_days_missed_under_three_are_recorded_and_the_plan_goes_on():
    first = taper(*TABLETS[:2], every="2w")
    after = revise(first, "2027-01-11", taking="0", missed="2d")
    assert [(s.start, s.regimen) for s in after.steps] == [
        (s.start, s.regimen) for s in first.steps
    ]
    assert after.revisions[0]["change"] == {"taking": "0", "missed": "2d"}


def test_after_a_dose_by_hand_a_step_back_goes_to_the_dose_before_it():
    first = taper(*TABLETS[:2], every="2w")
    lower = revise(first, "2027-01-11", dose="30 mg q8h")
    back = revise(lower, "2027-01-13", step_back="withdrawal")
    rows = [(s.kind, s.start, amounts(s.regimen)) for s in back.steps[5:7]]
    assert rows == [
        ("step-back", date(2027, 1, 13), "45/30/45"),
        ("reduce", date(2027, 1, 27), "30/30/45"),
    ]
    again = revise(lower, "2027-01-11", step_back="the same day")
    assert amounts(again.steps[4].regimen) == "45/45/60"


def test_the_prescriptions_that_no_longer_fit_and_what_is_held():
    first = taper(*TABLETS[:2], every="2w")
    after = revise(first, "2027-01-11", dose="30 mg q12h")
    (revision,) = after.revisions
    # of the first set of 90 days two fills are still to come, and neither fits
    assert [(each["date"], each["strength"], each["quantity"]) for each in revision["cancel"]] == [
        ("2027-02-01", "30", "70"),
        ("2027-02-01", "15", "14"),
    ]
    held = {each["strength"]: each["quantity"] for each in revision["held"]}
    assert held == {"30": "63", "15": "28"}  # of 84 and 42, after a week at 45/30/45
    assert revision["return"] == [
        {"product": "morphine-er", "strength": "30", "quantity": "21", "unit": "tablet"}
    ]


def test_what_fits_as_before_is_not_cancelled():
    first = taper(*TABLETS[:2], every="2w")
    after = revise(first, "2027-01-11", taking="200 mg")
    assert after.revisions[0]["cancel"] == []
    assert after.revisions[0]["return"] == []
    assert after.revisions[0]["held"]
