"""Contract 10 as schedules: the rows that follow a change of a plan under way.

A hold moves the next reduction from its planned date by its length, and its row begins on the day
of the change. Another rate and another goal go on from where the curve is, and bring no reduction
forward unless a faster pace was asked for. After a step back the same doses follow as before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from written import amounts, taper

from taper.course.revise import revise
from taper.course.saved import parse_plan
from taper.errors import InputError

# the plans as they were first made
PLANS = {
    "tablets": ("morphine-er", "30 mg q12h", {"every": "2w"}),
    "holds": ("morphine-er", "30 mg q12h", {"every": "2w", "holds": ["4w@every1", "2w@50%"]}),
    "patches": ("fentanyl-patch", "50 mcg/h", {"every": "2w"}),
    "finer": (
        "oxycodone-er",
        "40 mg q12h",
        {"finish_with": "oxycodone-ir q6h", "every": "2w", "finish_at": "60 mg"},
    ),
    "salt": (
        "oxycodone-er-capsule",
        "18 mg q12h",
        {"finish_with": "oxycodone-ir q6h", "every": "2w", "reduce": "20%"},
    ),
    "two": ("morphine-er", "15 mg q12h", {"also": ["oxycodone-ir 10 mg q12h"], "every": "2w"}),
    "mondays": (
        "morphine-er",
        "30 mg q12h",
        {"every": "2w", "start": "2026-12-10", "reduce_on": ["mon"]},
    ),
    "three": (
        "morphine-er",
        "15 mg q12h",
        {"also": ["oxycodone-ir 10 mg q12h", "tramadol-ir 50 mg q12h"], "every": "2w"},
    ),
    "combined": (
        "oxycodone-apap",
        "15 mg q24h",
        {"reduce": "0.63 mg", "every": "1w", "to": "2.5 mg", "split": "halves"},
    ),
    "thirds": ("morphine-er", "60 mg q8h", {"every": "2w", "holds": ["2w@every3"]}),
    "goal": ("morphine-er", "30 mg q12h", {"to": "30 mg", "every": "2w"}),
}

# (what it shows, plan, day, change, the first four rows that are not over by then)
REVISED = [
    (
        "held in the baseline",
        "tablets",
        "2026-12-10",
        {"hold": "2w"},
        [
            ("hold", "2026-12-10", 25, "30/30"),
            ("reduce", "2027-01-04", 28, "15/30"),
            ("reduce", "2027-02-01", 42, "15/15"),
            ("reduce", "2027-03-15", 28, "15"),
        ],
    ),
    (
        "held on the day of a reduction",
        "tablets",
        "2026-12-21",
        {"hold": "1w"},
        [
            ("hold", "2026-12-21", 7, "30/30"),
            ("reduce", "2026-12-28", 28, "15/30"),
            ("reduce", "2027-01-25", 42, "15/15"),
            ("reduce", "2027-03-08", 28, "15"),
        ],
    ),
    (
        "slower on the day of a reduction",
        "tablets",
        "2026-12-21",
        {"every": "4w"},
        [
            ("baseline", "2026-12-21", 14, "30/30"),
            ("reduce", "2027-01-04", 56, "15/30"),
            ("reduce", "2027-03-01", 84, "15/15"),
            ("reduce", "2027-05-24", 56, "15"),
        ],
    ),
    (
        "gentler while a dose lasts",
        "tablets",
        "2027-01-10",
        {"reduce": "20%", "every": "4w"},
        [
            ("baseline", "2027-01-10", 22, "15/30"),
            ("reduce", "2027-02-01", 56, "15/15"),
            ("reduce", "2027-03-29", 28, "15"),
            ("stop", "2027-04-26", None, ""),
        ],
    ),
    (
        "the dose in force becomes the goal",
        "tablets",
        "2027-02-01",
        {"to": "30 mg"},
        [
            ("maintain", "2027-02-01", 28, "15/15"),
        ],
    ),
    (
        "a lower goal",
        "tablets",
        "2027-02-01",
        {"to": "15 mg"},
        [
            ("baseline", "2027-02-01", 28, "15/15"),
            ("reduce", "2027-03-01", 14, "15"),
            ("maintain", "2027-03-15", 28, "15"),
        ],
    ),
    (
        "a step back",
        "tablets",
        "2027-01-20",
        {"step_back": "withdrawal"},
        [
            ("step-back", "2027-01-20", 14, "15/30"),
            ("reduce", "2027-02-03", 42, "15/15"),
            ("reduce", "2027-03-17", 28, "15"),
            ("stop", "2027-04-14", None, ""),
        ],
    ),
    (
        "faster at the smallest dose",
        "tablets",
        "2027-03-02",
        {"reduce": "5 mg", "every": "1w"},
        [
            ("baseline", "2027-03-02", 20, "15"),
            ("stop", "2027-03-22", None, ""),
        ],
    ),
    (
        "a hold under way is ended",
        "holds",
        "2027-01-20",
        {"hold": "none"},
        [
            ("reduce", "2027-01-20", 42, "15/15"),
            ("hold", "2027-03-03", 28, "15/15"),
            ("reduce", "2027-03-31", 28, "15"),
            ("hold", "2027-04-28", 28, "15"),
        ],
    ),
    (
        "another hold from the day of one",
        "holds",
        "2027-01-18",
        {"hold": "1w"},
        [
            ("hold", "2027-01-18", 35, "15/30"),
            ("reduce", "2027-02-22", 42, "15/15"),
            ("hold", "2027-04-05", 28, "15/15"),
            ("reduce", "2027-05-03", 28, "15"),
        ],
    ),
    (
        "a hold under way is made longer",
        "holds",
        "2027-01-25",
        {"hold": "6w"},
        [
            ("hold", "2027-01-25", 63, "15/30"),
            ("reduce", "2027-03-29", 42, "15/15"),
            ("hold", "2027-05-10", 28, "15/15"),
            ("reduce", "2027-06-07", 28, "15"),
        ],
    ),
    (
        "slower before a hold, which is kept",
        "holds",
        "2027-01-10",
        {"every": "4w"},
        [
            ("baseline", "2027-01-10", 22, "15/30"),
            ("hold", "2027-02-01", 28, "15/30"),
            ("reduce", "2027-03-01", 84, "15/15"),
            ("hold", "2027-05-24", 28, "15/15"),
        ],
    ),
    (
        "slower in a hold, which goes on",
        "holds",
        "2027-01-25",
        {"every": "4w"},
        [
            ("hold", "2027-01-25", 21, "15/30"),
            ("reduce", "2027-02-15", 84, "15/15"),
            ("hold", "2027-05-10", 28, "15/15"),
            ("reduce", "2027-06-07", 56, "15"),
        ],
    ),
    (
        "held until the day on which another hold would begin",
        "holds",
        "2026-12-25",
        {"hold": "10d"},
        [
            ("hold", "2026-12-25", 62, "15/30"),
            ("reduce", "2027-02-25", 42, "15/15"),
            ("hold", "2027-04-08", 28, "15/15"),
            ("reduce", "2027-05-06", 28, "15"),
        ],
    ),
    (
        "held from the day after a hold",
        "holds",
        "2027-02-15",
        {"hold": "1w"},
        [
            ("hold", "2027-02-15", 7, "15/30"),
            ("reduce", "2027-02-22", 42, "15/15"),
            ("hold", "2027-04-05", 28, "15/15"),
            ("reduce", "2027-05-03", 28, "15"),
        ],
    ),
    (
        "held for less than is left of a hold",
        "holds",
        "2027-01-20",
        {"hold": "1w"},
        [
            ("hold", "2027-01-20", 33, "15/30"),
            ("reduce", "2027-02-22", 42, "15/15"),
            ("hold", "2027-04-05", 28, "15/15"),
            ("reduce", "2027-05-03", 28, "15"),
        ],
    ),
    (
        "held before a reduction that waits for a Monday",
        "mondays",
        "2027-01-22",
        {"hold": "2d"},
        [
            ("hold", "2027-01-22", 10, "15/30"),
            ("reduce", "2027-02-01", 42, "15/15"),
            ("reduce", "2027-03-15", 28, "15"),
            ("stop", "2027-04-12", None, ""),
        ],
    ),
    (
        "held across the end of another hold's wait",
        "holds",
        "2027-01-15",
        {"hold": "2w"},
        [
            ("hold", "2027-01-15", 45, "15/30"),
            ("reduce", "2027-03-01", 42, "15/15"),
            ("hold", "2027-04-12", 28, "15/15"),
            ("reduce", "2027-05-10", 28, "15"),
        ],
    ),
    (
        "held in the turn of the third opioid",
        "three",
        "2027-09-01",
        {"hold": "2w"},
        [
            ("hold", "2027-09-01", 54, "50"),
            ("stop", "2027-10-25", None, ""),
        ],
    ),
    (
        "held where the dose before had more acetaminophen",
        "combined",
        "2026-12-08",
        {"hold": "4w"},
        [
            ("hold", "2026-12-08", 48, "13.75"),
            ("reduce", "2027-01-25", 21, "11.25"),
            ("reduce", "2027-02-15", 21, "10"),
            ("reduce", "2027-03-08", 28, "7.5"),
        ],
    ),
    (
        "held while the first reduction waits for a Monday",
        "mondays",
        "2026-12-26",
        {"hold": "1d"},
        [
            ("hold", "2026-12-26", 9, "30/30"),
            ("reduce", "2027-01-04", 28, "15/30"),
            ("reduce", "2027-02-01", 42, "15/15"),
            ("reduce", "2027-03-15", 28, "15"),
        ],
    ),
    (
        "reductions before a hold count for the holds after it",
        "thirds",
        "2026-12-14",
        {"hold": "3w"},
        [
            ("hold", "2026-12-14", 28, "60/45/60"),
            ("reduce", "2027-01-11", 14, "45/45/60"),
            ("reduce", "2027-01-25", 14, "45/30/45"),
            ("hold", "2027-02-08", 14, "45/30/45"),
        ],
    ),
    (
        "held from the next change",
        "patches",
        "2027-01-05",
        {"hold": "2w"},
        [
            ("reduce", "2026-12-22", 15, "37.5"),
            ("hold", "2027-01-06", 30, "37.5"),
            ("reduce", "2027-02-05", 45, "25"),
            ("reduce", "2027-03-22", 30, "12.5"),
        ],
    ),
    (
        "faster, and still whole periods",
        "patches",
        "2027-01-05",
        {"every": "1w"},
        [
            ("reduce", "2026-12-22", 15, "37.5"),
            ("baseline", "2027-01-06", 9, "37.5"),
            ("reduce", "2027-01-15", 27, "25"),
            ("reduce", "2027-02-11", 18, "12.5"),
        ],
    ),
    (
        "a step back from the next change",
        "patches",
        "2026-12-23",
        {"step_back": "withdrawal"},
        [
            ("reduce", "2026-12-22", 3, "37.5"),
            ("step-back", "2026-12-25", 15, "50"),
            ("reduce", "2027-01-09", 30, "37.5"),
            ("reduce", "2027-02-08", 45, "25"),
        ],
    ),
    (
        "held after the change of product",
        "finer",
        "2027-02-10",
        {"hold": "2w"},
        [
            ("hold", "2027-02-10", 19, "10/10/10/15"),
            ("reduce", "2027-03-01", 14, "10/5/10/10"),
            ("reduce", "2027-03-15", 14, "10/5/5/10"),
            ("reduce", "2027-03-29", 14, "5/5/5/10"),
        ],
    ),
    (
        "a goal after the change of product",
        "finer",
        "2027-03-10",
        {"to": "10 mg"},
        [
            ("baseline", "2027-03-10", 5, "10/5/5/10"),
            ("reduce", "2027-03-15", 14, "5/5/5/10"),
            ("reduce", "2027-03-29", 14, "5/5/5/5"),
            ("reduce", "2027-04-12", 14, "5/5/5"),
        ],
    ),
    (
        "held before the change of product",
        "finer",
        "2026-12-28",
        {"hold": "2w"},
        [
            ("hold", "2026-12-28", 21, "30/35"),
            ("reduce", "2027-01-18", 14, "25/30"),
            ("change", "2027-02-01", 14, "15/10/15/15"),
            ("reduce", "2027-02-15", 14, "10/10/10/15"),
        ],
    ),
    (
        "an amount of the product in use",
        "salt",
        "2027-01-20",
        {"reduce": "5 mg", "every": "2w"},
        [
            ("baseline", "2027-01-20", 12, "5/5/5/5"),
            ("reduce", "2027-02-01", 14, "5/5"),
            ("reduce", "2027-02-15", 14, "5"),
            ("stop", "2027-03-01", None, ""),
        ],
    ),
    (
        "held after the change of salt",
        "salt",
        "2027-02-10",
        {"hold": "2w"},
        [
            ("hold", "2027-02-10", 19, "5/5/5"),
            ("reduce", "2027-03-01", 14, "5/5"),
            ("reduce", "2027-03-15", 28, "5"),
            ("stop", "2027-04-12", None, ""),
        ],
    ),
    (
        "slower in the second opioid",
        "two",
        "2027-05-10",
        {"every": "4w"},
        [
            ("baseline", "2027-05-10", 70, "5/5"),
            ("reduce", "2027-07-19", 56, "5"),
            ("stop", "2027-09-13", None, ""),
        ],
    ),
    (
        "held before the second opioid began",
        "two",
        "2027-03-20",
        {"hold": "2w"},
        [
            ("hold", "2027-03-20", 23, "10/10"),
            ("reduce", "2027-04-12", 28, "5/10"),
            ("reduce", "2027-05-10", 42, "5/5"),
            ("reduce", "2027-06-21", 28, "5"),
        ],
    ),
    (
        "below the goal that was reached",
        "goal",
        "2027-02-10",
        {"to": "15 mg"},
        [
            ("baseline", "2027-02-10", 28, "15/15"),
            ("reduce", "2027-03-10", 14, "15"),
            ("maintain", "2027-03-24", 28, "15"),
        ],
    ),
    (
        "held on the way to the goal",
        "goal",
        "2027-01-10",
        {"hold": "4w"},
        [
            ("hold", "2027-01-10", 36, "15/30"),
            ("reduce", "2027-02-15", 14, "15/15"),
            ("maintain", "2027-03-01", 28, "15/15"),
        ],
    ),
    (
        "held at the goal",
        "goal",
        "2027-02-10",
        {"hold": "4w"},
        [
            ("hold", "2027-02-10", 28, "15/15"),
            ("maintain", "2027-03-10", 28, "15/15"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("name", "day", "change", "expected"),
    [case[1:] for case in REVISED],
    ids=[case[0] for case in REVISED],
)
def test_the_rows_from_the_day_of_the_change(name, day, change, expected):
    product, dose, fields = PLANS[name]
    first = taper(product, dose, **fields)
    revised = revise(first, date.fromisoformat(day), **change)
    rows = [
        (step.kind, step.start.isoformat(), step.days, amounts(step.regimen))
        for step in revised.steps[1:]
        if step.end is None or step.end.isoformat() >= day
    ]
    assert rows[: len(expected)] == expected
    assert (len(rows) == len(expected)) or len(expected) == 4
    behind = [step for step in revised.steps[1:] if step.end and step.end.isoformat() < day]
    assert [step.regimen for step in behind] == [
        step.regimen for step in first.steps[1 : len(behind) + 1]
    ]


def rows(plan, day):
    return [
        (step.kind, step.start.isoformat(), step.regimen.product.id, amounts(step.regimen))
        for step in plan.steps[1:]
        if step.start.isoformat() >= day
    ]


def test_the_opioid_that_follows_a_stopped_patch_is_held_and_not_the_one_after_it():
    fields = {"also": ["tramadol-ir 50 mg q6h", "morphine-er 15 mg q12h"], "every": "2w"}
    first = taper("fentanyl-patch", "25 mcg/h q72h", **fields)
    assert rows(first, "2027-03-05")[0] == ("stop", "2027-03-07", "fentanyl-patch", "")
    assert rows(first, "2027-04-04")[0] == ("reduce", "2027-04-04", "tramadol-ir", "50/50/50")
    for day in ("2027-03-31", "2027-04-04"):
        held = revise(first, day, hold="1w")
        assert rows(held, day)[0][2:] == ("tramadol-ir", "50/50/50/50")
        doses = [row[2:] for row in rows(held, day) if row[0] in {"reduce", "stop"}]
        planned = [row[2:] for row in rows(first, day) if row[0] in {"reduce", "stop"}]
        assert doses == planned


def test_ending_a_hold_leaves_the_last_dose_its_time():
    fields = {"of": "current", "reduce": "25%", "last_dose_for": "8w", "every": "2w"}
    first = taper("morphine-er", "30 mg q12h", **fields)
    assert rows(first, "2027-01-18") == [
        ("reduce", "2027-01-18", "morphine-er", "15"),
        ("stop", "2027-03-15", "morphine-er", ""),
    ]
    assert rows(revise(first, "2027-01-18", hold="none"), "2027-01-18") == rows(first, "2027-01-18")
    held = revise(first, "2027-01-18", hold="4w")
    assert rows(revise(held, "2027-02-01", hold="none"), "2027-02-01") == [
        ("reduce", "2027-02-01", "morphine-er", "15"),
        ("stop", "2027-03-29", "morphine-er", ""),
    ]


def test_the_smallest_dose_counts_from_the_start_where_it_was_taken_then():
    first = taper("morphine-er", "15 mg qd", reduce="20%", every="1w", start="2027-02-24")
    assert rows(first, "2027-03-01") == [("stop", "2027-03-10", "morphine-er", "")]
    assert rows(revise(first, "2027-03-09", hold="1d"), "2027-03-09") == [
        ("hold", "2027-03-09", "morphine-er", "15"),
        ("stop", "2027-03-11", "morphine-er", ""),
    ]


def test_a_hold_at_the_goal_does_not_bring_the_next_opioid_forward():
    fields = {"to": "30 mg", "every": "4w", "reduce": "25%", "also": ["oxycodone-ir 10 mg q12h"]}
    first = taper("morphine-er", "30 mg q12h", **fields)
    held = revise(first, "2027-01-06", hold="1d")
    was, now = rows(first, "2027-02-01"), rows(held, "2027-02-01")
    assert [row[2:] for row in now] == [row[2:] for row in was]
    for before, after in zip(was, now, strict=True):
        assert date.fromisoformat(after[1]) - date.fromisoformat(before[1]) == timedelta(days=1)


def test_a_second_hold_on_the_same_day_takes_the_place_of_the_first():
    first = taper("morphine-er", "30 mg q12h", every="2w")
    once = revise(first, "2027-01-18", hold="2w")
    twice = revise(revise(first, "2027-01-18", hold="4w"), "2027-01-18", hold="2w")
    assert rows(twice, "2027-01-18") == rows(once, "2027-01-18")
    none = revise(once, "2027-01-18", hold="none")
    assert rows(none, "2027-01-18") == rows(first, "2027-01-18")


def test_what_was_planned_for_a_later_day_counts_no_more_when_it_was_planned_anew():
    first = taper("morphine-er", "60 mg q8h", every="2w")
    late = revise(first, "2027-05-03", hold="1w")
    slower = revise(late, "2027-02-15", reduce="5%")
    planned = rows(revise(first, "2027-02-15", reduce="5%"), "2027-03-15")
    assert rows(slower, "2027-03-15") == planned
    held = rows(revise(slower, "2027-03-15", hold="4w"), "2027-03-15")
    doses = [row for row in held if row[0] in {"reduce", "stop"}]
    assert [row[2:] for row in doses] == [row[2:] for row in planned]
    assert all(now[1] > then[1] for now, then in zip(doses, planned, strict=True))


def test_a_step_back_is_not_undone_in_silence():
    back = revise(taper("morphine-er", "30 mg q12h", every="2w"), "2027-01-20", step_back="COWS 14")
    assert rows(back, "2027-01-20")[1] == ("reduce", "2027-02-03", "morphine-er", "15/15")
    for change, due in (({"hold": "6w"}, "2027-03-17"), ({"every": "4w"}, "2027-02-17")):
        both = rows(revise(back, "2027-01-20", **change), "2027-01-20")
        assert (both[0][0], both[0][3]) == ("step-back", "15/30")
        assert both[1] == ("reduce", due, "morphine-er", "15/15")
    assert rows(revise(back, "2027-01-21", hold="6w"), "2027-01-21")[0][3] == "15/30"
    again = revise(back, "2027-01-20", step_back="COWS 15")
    assert rows(again, "2027-01-20") == rows(back, "2027-01-20")


def test_a_goal_that_only_the_finer_product_makes_is_no_fault_of_a_change():
    fields = {"finish_with": "morphine-solution", "to": "20 mg", "every": "2w"}
    first = taper("morphine-ir", "15 mg q6h", **fields)
    held = revise(first, "2027-01-11", hold="2w")
    assert held.steps[-1].daily == 20_000
    lower = revise(first, "2027-01-11", to="10 mg")
    assert lower.steps[-1].daily == 10_000


def of_another_version(plan):
    """A plan whose rows do not follow from its request here."""
    slower = taper("morphine-er", "60 mg q8h", every="4w")
    text = {**plan.request.text, "every": "4w"}
    return replace(plan, request=replace(plan.request, rule=slower.request.rule, text=text))


def test_a_plan_of_another_version_goes_on_from_the_dose_in_force():
    """What was saved stays as it was saved, also where it would be planned differently now."""
    first = taper("morphine-er", "60 mg q8h", every="2w")
    other = of_another_version(first)
    held = revise(other, "2027-02-01", hold="4w")
    assert rows(held, "2027-02-01")[0][0] == "hold"
    assert [step.regimen for step in held.steps if step.end and step.end < date(2027, 2, 1)] == [
        step.regimen for step in first.steps if step.end and step.end < date(2027, 2, 1)
    ]


def test_a_plan_that_was_stepped_back_by_another_version_is_not_changed_on_that_day():
    """Its curve before that day is not known, so that the step back would be lost."""
    back = revise(taper("morphine-er", "30 mg q12h", every="2w"), "2027-01-20", step_back="COWS 14")
    other = of_another_version(back)
    for change in ({"hold": "6w"}, {"reduce": "5%"}):
        with pytest.raises(InputError, match="was stepped back on 2027-01-20"):
            revise(other, "2027-01-20", **change)
    assert rows(revise(other, "2027-01-21", hold="6w"), "2027-01-21")[0][3] == "15/30"


def test_a_plan_that_was_read_is_changed_as_the_one_that_was_made():
    plan = taper("morphine-er", "60 mg q8h", every="4w")
    for number in range(6):
        plan = revise(plan, plan.start + timedelta(days=10 * number), hold="1d")
    again = revise(parse_plan(plan.to_json()), "2027-05-01", hold="1w")
    assert again.to_json() == revise(plan, "2027-05-01", hold="1w").to_json()


def test_the_rate_that_is_in_force_asked_for_again_changes_no_date():
    first = taper("morphine-er", "60 mg q8h", every="2w")
    again = revise(first, "2027-01-11", reduce="10%", every="2w", of="mixed")
    assert rows(again, "2027-01-12") == rows(first, "2027-01-12")


def test_a_new_goal_alone_speeds_nothing_up():
    """The dose lies below the curve: begun anew from it, the curve would come to 90 mg sooner."""
    first = taper("morphine-er", "60 mg q8h", every="2w")
    lower = revise(first, "2027-01-11", to="45 mg")
    planned = [row for row in rows(first, "2027-01-12") if row[3] not in {"0/15/15", "0/0/15"}]
    reductions = [row for row in rows(lower, "2027-01-12") if row[0] == "reduce"]
    assert reductions == planned[: len(reductions)]
    assert lower.steps[-1].daily == 45_000


def test_a_slower_pace_waits_for_the_reduction_that_was_planned():
    """5% in two weeks is as fast as 10% in four, and its smaller steps come no earlier."""
    first = taper("morphine-solution", "20 mg q6h", every="4w", reduce="10%")
    slower = revise(first, "2026-12-15", reduce="5%", every="2w")
    planned = rows(first, "2026-12-15")[0]
    assert planned[:2] == ("reduce", "2027-01-04")
    first_cut = next(row for row in rows(slower, "2026-12-15") if row[0] == "reduce")
    assert first_cut[1] == "2027-01-04"


def test_a_hold_that_a_step_back_undoes_is_met_again():
    """The hold follows the cut; when the cut is taken back and made again, so is the hold."""
    first = taper("morphine-er", "30 mg q12h", every="2w", holds=["4w@every2"])
    back = revise(first, "2027-01-20", step_back="COWS 14")
    kinds = [row[0] for row in rows(back, "2027-01-20")]
    assert kinds[:4] == ["step-back", "reduce", "hold", "reduce"]


def test_another_goal_keeps_the_other_opioids_and_no_goal_tapers_them():
    fields = {"every": "4w", "also": ["oxycodone-ir 10 mg q12h"]}
    both = taper("morphine-er", "30 mg q12h", **fields)
    kept = revise(both, "2027-01-10", to="30 mg")
    assert {step.regimen.product.id for step in kept.steps} == {"morphine-er"}
    assert all(c.daily == 20_000 for step in kept.steps for c in step.companions)
    again = revise(kept, "2027-01-20", to="0")
    assert rows(again, "2027-02-01") == rows(both, "2027-02-01")
