"""Laws hold for plans of the second reading, and each of them can be broken."""

import copy

import pytest
from printed import document, later

from verify.asking import rules_of
from verify.laws import LAWS, broken
from verify.starts import starts

BASE = {
    "product": "morphine-er",
    "dose": "60 mg q12h",
    "reduce": "10%",
    "every": "2w",
    "start": "2026-12-07",
    "on_opioids_for": "8w",
}
SAMPLE = starts()[::997]


@pytest.mark.parametrize("start", SAMPLE, ids=str)
def test_plans_of_the_second_reading_break_no_law(start):
    for rule in rules_of(start)[::13]:
        fields = {**start.fields, **rule.fields}
        assert broken(*document(fields)) == [], fields


def test_a_goal_breaks_no_law():
    assert broken(*document({**BASE, "to": "60 mg"})) == []


def a_dose_that_rises(plan):
    plan["steps"][3] = {**plan["steps"][3], "doses": plan["steps"][0]["doses"], "daily_dose": "120"}


def units_missing(plan):
    plan["steps"][2]["doses"][0]["units"] = []


def a_gap(plan):
    plan["steps"][2]["start"] = later(plan["steps"][2]["start"], 1)


def wrong_days(plan):
    plan["steps"][2]["days"] += 1


def a_stop_from_a_large_dose(plan):
    plan["steps"][-2]["doses"] = plan["steps"][1]["doses"]


def half_a_tablet(plan):
    for dose in plan["steps"][-2]["doses"]:
        dose["units"] = [{"strength": "30", "count": "0.5"}]


def an_avoidable_cut(plan):
    del plan["steps"][2]
    for number, step in enumerate(plan["steps"]):
        step["step"] = number
    plan["steps"][2]["doses"] = [
        {"time": t, "amount": "30", "units": [{"strength": "30", "count": "1"}]}
        for t in ("morning", "evening")
    ]
    plan["steps"][2]["daily_dose"] = "60"


def larger_in_the_morning(plan):
    plan["steps"][1]["doses"] = [
        {"time": t, "amount": a, "units": u["units"]}
        for t, a, u in zip(
            ("morning", "evening"), ("60", "45"), reversed(plan["steps"][1]["doses"]), strict=True
        )
    ]


def more_units_than_needed(plan):
    for dose in plan["steps"][1]["doses"]:
        if dose["amount"] == "60":
            dose["units"] = [{"strength": "30", "count": "2"}]


def a_percentage_wrong(plan):
    plan["steps"][2]["percent_of_original"] = "50.0"


def another_mme(plan):
    plan["steps"][2]["mme"] = "1"


def a_summary_wrong(plan):
    plan["summary"]["reductions"] += 1


def a_check_on_a_sunday(plan):
    plan["checks"][2]["date"] = "2026-12-20"


def a_check_missing(plan):
    del plan["checks"][1:5]


def a_check_without_sleep(plan):
    plan["checks"][1]["items"] = ["COWS"]


def a_check_of_another_row(plan):
    plan["checks"][3]["step"] += 1


def never_monitored(plan):
    for check in plan["checks"]:
        check["items"] = check["items"][:4]


def a_tablet_too_few(plan):
    plan["supply"][0]["items"][0]["quantity"] = "1"


def a_fill_too_long(plan):
    plan["supply"][0]["days_supply"] = 40


def a_fill_too_late(plan):
    plan["supply"][1]["not_before"] = later(plan["supply"][1]["date"], 3)


def half_a_capsule(plan):
    plan["supply"][0]["items"][0]["quantity"] = "10.3"


def a_label_of_another_dose(plan):
    plan["supply"][0]["items"][0]["directions"] = "take 2 tablets in the morning to make 75 mg"


def a_long_label(plan):
    plan["supply"][0]["items"][0]["directions"] += " and so on" * 200


def a_finding_missing(plan):
    plan["findings"] = [each for each in plan["findings"] if each["id"] != "naloxone"]


def a_finding_of_another_row(plan):
    next(each for each in plan["findings"] if each["id"] == "unavoidable-cut")["steps"] = [1]


def a_finding_twice(plan):
    plan["findings"].append(plan["findings"][0])


def a_note_as_an_error(plan):
    plan["findings"][-1]["level"] = "error"


def too_fast(plan):
    plan["request"]["every"] = "1d"


def no_mark(plan):
    for step in plan["steps"]:
        step["findings"] = []


def an_uneven_division(plan):
    plan["steps"][2]["doses"] = [
        {"time": "morning", "amount": "15", "units": [{"strength": "15", "count": "1"}]},
        {
            "time": "evening",
            "amount": "75",
            "units": [{"strength": "60", "count": "1"}, {"strength": "15", "count": "1"}],
        },
    ]


def on_a_saturday(plan):
    plan["request"]["avoid"] = ["weekends"]
    plan["steps"][2]["start"] = "2026-12-19"


def worn_too_short(plan):
    plan["steps"][1]["end"] = later(plan["steps"][1]["end"], -4)


def no_goal(plan):
    plan["summary"]["stop_date"] = None


def changes_while_held(plan):
    plan["steps"][1]["kind"] = "baseline"


def other_units_at_once(plan):
    plan["steps"][1]["kind"] = "hold"


def another_schema(plan):
    plan["schema"] = "taper-plan/1"


FAULTS = {
    "the-schema-is-named": another_schema,
    "units-add-up": units_missing,
    "doses-can-be-taken": half_a_tablet,
    "no-dose-rises": a_dose_that_rises,
    "only-reductions-reduce": changes_while_held,
    "zero-follows-the-smallest": a_stop_from_a_large_dose,
    "least-sum-of-squares": an_uneven_division,
    "given-at-the-times-of-day": larger_in_the_morning,
    "fewest-units": more_units_than_needed,
    "cuts-are-within-limits": no_mark,
    "no-cut-is-avoidable": an_avoidable_cut,
    "divisions-are-even": an_uneven_division,
    "rows-are-those-of-the-second-reading": a_gap,
    "every-day-once": wrong_days,
    "ends-as-asked": no_goal,
    "no-row-is-too-short": worn_too_short,
    "avoided-days-are-avoided": on_a_saturday,
    "rows-are-printed-as-they-are": a_percentage_wrong,
    "milligrams-of-morphine": another_mme,
    "summary-sums-up": a_summary_wrong,
    "rows-name-their-findings": a_finding_twice,
    "checks-are-those-of-the-second-reading": a_check_missing,
    "checks-are-on-working-days": a_check_on_a_sunday,
    "never-long-without-contact": a_check_missing,
    "checks-belong-to-their-rows": a_check_of_another_row,
    "checks-say-what-to-look-at": a_check_without_sleep,
    "monitored-every-three-months": never_monitored,
    "fills-add-up-to-the-steps": a_tablet_too_few,
    "fills-follow-one-another": a_fill_too_long,
    "fills-are-not-late": a_fill_too_late,
    "fills-are-counted-in-the-unit": half_a_capsule,
    "labels-make-the-regimen": a_label_of_another_dose,
    "labels-name-no-other-dose": a_label_of_another_dose,
    "labels-are-short": a_long_label,
    "findings-are-those-that-hold": a_finding_missing,
    "findings-are-about-their-rows": a_finding_of_another_row,
    "findings-have-one-level": a_note_as_an_error,
    "the-pace-is-within-the-band": too_fast,
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_law_can_be_broken(name):
    made, rows = document(BASE)
    made = copy.deepcopy(made)
    FAULTS[name](made)
    found = {text.partition(":")[0] for text in broken(made, rows)}
    assert name in found


def two_for_one(plan):
    plan["steps"][2]["doses"][0]["units"] = [{"strength": "5/325", "count": "2"}]


def other_units_in_a_hold(plan):
    hold = next(step for step in plan["steps"] if step["kind"] == "hold")
    hold["doses"] = [
        {**dose, "units": [{"strength": "15", "count": "3"}]} for dose in hold["doses"]
    ]


def while_worn(plan):
    plan["steps"][2]["start"] = later(plan["steps"][2]["start"], 1)


def no_hold(plan):
    next(step for step in plan["steps"] if step["kind"] == "hold")["kind"] = "baseline"


def carried(plan):
    plan["supply"][0]["days_supply"] = 12


OTHERS = {
    "other-ingredient-never-rises": (
        {"product": "hydrocodone-apap", "dose": "10/325 mg q6h"},
        two_for_one,
    ),
    "equal-doses-have-equal-units": (
        {"holds": ["2w@every2"]},
        other_units_in_a_hold,
    ),
    "patches-are-changed-when-due": (
        {"product": "fentanyl-patch", "dose": "75 mcg/h q72h"},
        while_worn,
    ),
    "holds-where-asked": ({"holds": ["2w@every2"]}, no_hold),
    "fills-end-with-rows": ({"every": "10d", "fill": "12d"}, carried),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_law_of_other_plans_can_be_broken(name):
    change, fault = OTHERS[name]
    made, rows = document({**BASE, **change})
    assert broken(made, rows) == []
    fault(made)
    assert name in {text.partition(":")[0] for text in broken(made)}


def test_every_law_has_a_fault():
    assert set(LAWS) == set(FAULTS) | set(OTHERS)
