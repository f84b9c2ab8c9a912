"""Contract 4.1 to 4.8: what can be taken, how far a cut goes, how a day is divided, the end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from written import amounts, daily, doses, findings, rows, tablets, taper

from taper.formulary.market import formulary
from taper.quantities import plain
from taper.reading.medicine import take

US = formulary("us")


def made(product: str, dose: str, **fields):
    """The table of what can be made for a dose."""
    found = US.find(product)
    return take(
        found, dose, found.usual[:1] if found.is_liquid else found.usual, found.max_units, **fields
    ).regimens


# --- 4.1 achievable doses ---


@pytest.mark.parametrize(
    ("product", "dose", "units"),
    [
        ("morphine-er", "105 mg q12h", "60 + 30 + 15"),
        ("morphine-er", "120 mg q12h", "2x60"),
        ("morphine-er", "75 mg q12h", "60 + 15"),
        ("morphine-er", "90 mg q12h", "60 + 30"),
        ("oxycodone-ir", "25 mg q6h", "20 + 5"),
        ("oxycodone-er", "50 mg q12h", "40 + 10"),
        ("fentanyl-patch", "112.5 mcg/h", "100 + 12"),
        ("fentanyl-patch", "125 mcg/h", "100 + 25"),
        ("oxycodone-er-capsule", "40.5 mg q12h", "27 + 13.5"),
    ],
)
def test_the_fewest_units_make_a_dose_the_larger_first(product, dose, units):
    assert tablets(taper(product, dose).steps[0].regimen) == units


@pytest.mark.parametrize(
    ("product", "dose", "least"),
    [
        ("morphine-solution", "10 mg q4h", "2"),
        ("oxycodone-solution", "10 mg q6h", "2.5"),
        ("hydromorphone-solution", "4 mg q6h", "0.5"),
        ("methadone-solution", "10 mg q8h", "1"),
        ("tramadol-solution", "50 mg q6h", "10"),
        ("morphine-er", "30 mg q12h", "15"),
        ("fentanyl-patch", "50 mcg/h", "12.5"),
    ],
)
def test_the_least_single_dose(product, dose, least):
    assert plain(made(product, dose).smallest) == least


def test_strengths_of_one_brand_are_used_only_if_named():
    assert 7500 not in made("oxycodone-ir", "10 mg q6h").amounts
    plan = taper("oxycodone-ir", "7.5 mg q6h", stock=["7.5", "5"])
    assert tablets(plan.steps[0].regimen) == "7.5"


# --- 4.2 and 4.3 cuts ---


@pytest.mark.parametrize(
    ("product", "dose", "fields", "first"),
    [
        # the nearest to the curve: 243 of 270 is 240
        ("morphine-er", "90 mg q8h", {}, "75/75/90"),
        # at a tie the higher: 52.5 lies between 50 and 55
        ("oxycodone-ir", "15 mg q6h", {"reduce": "12.5%"}, "15/10/15/15"),
        # at most a quarter of the original, however much is asked for every four weeks
        (
            "methadone-solution",
            "20 mg q24h",
            {"reduce": "50%", "every": "4w", "of": "original"},
            "15",
        ),
        # at least half of the reduction asked for: 7.5 mcg/h of 15 or more, so not 15 but 10
        (
            "buprenorphine-patch",
            "20 mcg/h",
            {"reduce": "60%", "every": "3w", "of": "original"},
            "15",
        ),
    ],
)
def test_the_first_cut(product, dose, fields, first):
    plan = taper(product, dose, **fields)
    assert doses(plan, "reduce")[0] == first


def test_no_cut_is_over_half_of_the_current_dose():
    plan = taper("morphine-er", "90 mg q8h", reduce="45 mg", every="4w")
    daily_doses = [step.daily for step in plan.steps[:-1]]
    assert daily_doses[-2:] == [30_000, 15_000]
    assert all(2 * now >= before for before, now in pairwise(daily_doses))


def test_an_even_division_is_preferred():
    # 75 mg is what was asked for, but as 15 and 60 mg: 30 and 60 mg lie closer together
    fields = {"stock": ["15", "30", "60"], "max_units": 1, "reduce": "37.5%", "of": "original"}
    plan = taper("morphine-er", "60 mg q12h", override_rate="an example", **fields)
    assert doses(plan)[0] == "30/60"


def test_where_staying_is_as_near_the_row_grows_longer():
    plan = taper("oxycodone-ir", "10 mg q6h")
    assert 14 in [step.days for step in plan.steps[1:]]
    assert all(step.days is None or step.days % 7 == 0 for step in plan.steps[1:])


def test_a_cut_that_no_strength_makes_smaller_is_taken_late_and_said():
    plan = taper("oxycodone-er", "10 mg q12h")
    assert doses(plan) == ["10/10", "0/10", "0/0"]
    assert [step.kind for step in plan.steps[1:]] == ["baseline", "reduce", "stop"]
    # 20 mg falls by 2 a week: below 15, the midpoint, at the third opportunity
    assert rows(plan)[0] == ("baseline", "2026-12-07", 14)
    assert findings(plan)["unavoidable-cut"] == (2,)


def test_a_cut_that_is_avoidable_names_what_would_avoid_it():
    message = {f.id: f.message for f in taper("oxycodone-er", "10 mg q12h").findings}
    assert "--finish-with oxycodone-" in message["unavoidable-cut"]
    last = {f.id: f.message for f in taper("tapentadol-er", "50 mg q12h").findings}
    assert "no marketed product" in last["unavoidable-cut"]


# --- 4.4 stopping ---


@pytest.mark.parametrize(
    ("product", "dose", "of", "last"),
    [
        ("morphine-er", "30 mg q12h", "original", "0/15"),
        ("morphine-er", "30 mg q8h", "mixed", "0/0/15"),
        ("oxycodone-ir", "10 mg q6h", "current", "0/0/0/5"),
        ("oxycodone-ir", "5 mg q4h", "mixed", "0/0/0/0/5/0"),
        ("fentanyl-patch", "50 mcg/h", "original", "12.5"),
        ("methadone-solution", "5 mg q8h", "mixed", "0/0/1"),
    ],
)
def test_zero_follows_the_smallest_dose_once_a_day_the_last_of_the_day(product, dose, of, last):
    plan = taper(product, dose, of=of)
    assert doses(plan)[-2] == last
    assert plan.steps[-1].daily == 0


def test_stopping_under_original_is_where_the_curve_falls_below_half_of_the_smallest():
    # 15 mg less 10% a week: below 7.5 mg at the sixth opportunity
    plan = taper("morphine-er", "15 mg q24h", of="original")
    assert rows(plan) == [("baseline", "2026-12-07", 35), ("stop", "2027-01-11", None)]


def test_stopping_under_mixed_waits_for_the_last_dose_and_for_the_original_rule():
    plan = taper("morphine-er", "15 mg q24h", of="mixed")
    assert rows(plan)[-1][1] == "2027-01-11"
    longer = taper("morphine-er", "15 mg q24h", of="mixed", last_dose_for="8w")
    assert rows(longer)[-1][1] == "2027-02-01"


# --- 4.5 division ---


@pytest.mark.parametrize(
    ("product", "often", "total", "divided"),
    [
        ("morphine-er", "q12h", "45", "15/30"),
        ("morphine-er", "q12h", "75", "30/45"),
        ("morphine-er", "q8h", "60", "15/15/30"),
        ("morphine-er", "q8h", "75", "30/15/30"),
        ("morphine-er", "q8h", "30", "15/0/15"),
        ("oxycodone-ir", "q6h", "5", "0/0/0/5"),
        ("oxycodone-ir", "q6h", "10", "5/0/0/5"),
        ("oxycodone-ir", "q6h", "15", "5/0/5/5"),
        ("oxycodone-ir", "q4h", "5", "0/0/0/0/5/0"),
        ("oxycodone-ir", "q4h", "10", "5/0/0/0/5/0"),
        ("oxycodone-ir", "q4h", "15", "5/0/5/0/5/0"),
        ("oxycodone-ir", "q4h", "20", "5/0/5/5/5/0"),
        ("oxycodone-ir", "q4h", "25", "5/5/5/5/5/0"),
    ],
)
def test_a_day_is_divided_with_the_smaller_doses_in_their_order(product, often, total, divided):
    table = made(product, f"15 mg {often}")
    assert amounts(table.of(int(total) * 1000)) == divided


# --- 4.6 and 4.7 rows ---


def test_rounding_does_not_drift():
    plan = taper("morphine-er", "90 mg q8h", of="original")
    # the fifth cut is half of the dose, whatever the four before it were rounded to
    assert daily(plan)[4] == "135"


def test_holds_are_rows_after_a_full_interval_and_the_longest_of_those_that_meet_counts():
    plan = taper("morphine-er", "90 mg q8h", holds=["2w@every2", "3w@every4"])
    assert rows(plan)[:8] == [
        ("reduce", "2026-12-07", 7),
        ("reduce", "2026-12-14", 7),
        ("hold", "2026-12-21", 14),
        ("reduce", "2027-01-04", 7),
        ("reduce", "2027-01-11", 7),
        ("hold", "2027-01-18", 21),
        ("reduce", "2027-02-08", 7),
        ("reduce", "2027-02-15", 7),
    ]


@pytest.mark.parametrize(
    ("hold", "after"),
    [
        ("2w@50%", "45/45/45"),
        ("2w@45mg", "15/15/15"),
        ("2w@135 mg", "45/45/45"),
        ("1mo@every1", "75/75/90"),
    ],
)
def test_a_hold_comes_after_the_first_step_at_or_below_its_dose(hold, after):
    plan = taper("morphine-er", "90 mg q8h", holds=[hold])
    first = next(step for step in plan.steps if step.kind == "hold")
    assert amounts(first.regimen) == after
    if "every" not in hold:
        assert [step.kind for step in plan.steps].count("hold") == 1


def test_a_reduction_that_falls_in_dated_holds_begins_the_day_after():
    plan = taper("morphine-er", "90 mg q8h", holds=["2026-12-20..2027-01-03"])
    assert rows(plan)[:4] == [
        ("reduce", "2026-12-07", 7),
        ("reduce", "2026-12-14", 7),
        ("hold", "2026-12-21", 14),
        ("reduce", "2027-01-04", 7),
    ]


def test_days_to_avoid_move_a_reduction_and_all_that_follows():
    plan = taper("morphine-er", "90 mg q8h", every="10d", reduce_on=["wed"])
    days = [step.start for step in plan.steps[1:] if step.kind in {"reduce", "stop"}]
    assert {day.weekday() for day in days} == {2}
    assert rows(plan)[0] == ("baseline", "2026-12-07", 2)
    assert min((later - day).days for day, later in pairwise(days)) == 14


def test_holidays_are_avoided():
    plan = taper("morphine-er", "90 mg q8h", start="2026-12-18", avoid=["holidays:US"])
    # Christmas Day 2026 is a Friday, and so is New Year's Day
    assert [row[1] for row in rows(plan)][:3] == ["2026-12-18", "2026-12-26", "2027-01-02"]


def test_a_calendar_month_ends_with_the_month():
    plan = taper("morphine-er", "90 mg q8h", start="2027-01-31", every="1mo", reduce="45 mg")
    assert [row[1] for row in rows(plan)][:3] == ["2027-01-31", "2027-02-28", "2027-03-28"]


def test_a_change_to_a_finer_product_keeps_the_dose():
    plan = taper("oxycodone-er", "10 mg q12h", finish_with="oxycodone-ir q6h")
    change = next(step for step in plan.steps if step.kind == "change")
    assert amounts(change.regimen) == "5/5/5/5"
    assert change.before == change.daily
    assert doses(plan)[-2] == "0/0/0/5"
    assert "unavoidable-cut" not in findings(plan)


def test_a_change_at_a_dose_that_was_named():
    plan = taper("morphine-er", "60 mg q8h", finish_with="morphine-solution q6h", finish_at="50%")
    change = next(step for step in plan.steps if step.kind == "change")
    assert change.daily * 2 <= plan.steps[0].daily
    assert change.regimen.product.id == "morphine-solution"


def test_a_base_is_counted_as_its_salt_when_the_product_changes():
    # 9 mg of oxycodone base is 10 mg of the hydrochloride
    plan = taper("oxycodone-er-capsule", "9 mg q12h", finish_with="oxycodone-ir q6h")
    change = next(step for step in plan.steps if step.kind == "change")
    assert plain(change.daily) == "20"


# --- 4.8 patches ---


@pytest.mark.parametrize(
    ("product", "dose", "every", "days"),
    [
        ("fentanyl-patch", "75 mcg/h", "1w", 9),
        ("fentanyl-patch", "75 mcg/h", "2w", 15),
        ("fentanyl-patch", "75 mcg/h q48h", "1w", 8),
        ("buprenorphine-patch", "20 mcg/h", "10d", 14),
        ("buprenorphine-patch", "20 mcg/h", "1w", 7),
    ],
)
def test_the_interval_of_a_patch_is_whole_patch_periods(product, dose, every, days):
    plan = taper(product, dose, every=every, reduce="20%")
    assert all(step.days % days == 0 for step in plan.steps[1:-1])


# --- 3.4 more than one opioid ---


def test_one_opioid_after_another_and_what_is_kept():
    also = ["oxycodone-ir 5 mg q6h", "tramadol-ir 50 mg q6h"]
    plan = taper("morphine-er", "15 mg q12h", also=also, keep=["tramadol-ir"])
    changed = list(dict.fromkeys(step.regimen.product.id for step in plan.steps))
    assert changed == ["morphine-er", "oxycodone-ir"]
    assert all("tramadol-ir" in [c.product.id for c in step.companions] for step in plan.steps)
    assert plan.steps[-1].kind == "stop"


def test_under_mixed_only_the_last_one_slows_down():
    both = taper("methadone-solution", "20 mg q24h", also=["morphine-ir 15 mg q6h"])
    alone = taper("methadone-solution", "20 mg q24h", of="original")
    first = [step.daily for step in both.steps if step.regimen.product.id == "methadone-solution"]
    assert first == [step.daily for step in alone.steps]


def test_another_opioid_taken_as_needed_starts_from_what_is_taken():
    also = ["oxycodone-ir 10 mg q6h prn taking 20 mg"]
    plan = taper("morphine-er", "15 mg q12h", also=also)
    assert amounts(plan.steps[0].companions[0]) == "5/5/5/5"
    assert plan.request.text["also"] == also


def test_what_is_kept_may_be_named_by_its_brand():
    plan = taper("morphine-er", "15 mg q12h", also=["OxyContin 20 mg bid"], keep=["oxycontin"])
    assert plan.request.text["keep"] == ["oxycodone-er"]
