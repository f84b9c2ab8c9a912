"""Contract 4.1 to 4.8: what can be taken, how far a cut goes, how a day is divided, the end."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from written import amounts, at_times, daily, doses, findings, rows, tablets, taper

from taper.engine.evenness import is_even
from taper.errors import InputError
from taper.formulary.market import formulary
from taper.quantities import plain
from taper.reading.medicine import take

US = formulary("us")
ONE_PATCH = {"reduce": "10%", "stock": ["25", "50", "100"], "max_units": 1}


def made(product: str, dose: str, **fields):
    """The table of what can be made for a dose."""
    found = US.find(product)
    return take(found, dose, (), found.max_units, **fields).regimens


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
        ("fentanyl-patch", "125 mcg/h", "2x62.5"),  # as few patches, and fewer strengths
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


def test_the_units_of_a_day_need_the_fewest_strengths():
    # 40 mg is 30 + 10 or two of 20; beside 25 mg, which is 20 + 5, two of 20 need no third one
    regimen = taper("oxycodone-ir", "40/25/25/40 mg").steps[0].regimen
    used = {strength.label for units in regimen.units for strength, _ in units}
    assert used == {"20", "5"}


@pytest.mark.parametrize(
    ("product", "dose", "fields", "strengths"),
    [
        # fewer than a tenth of the products of the commonest strength
        ("oxycodone-ir", "10 mg q6h", {}, "5 10 15 20 30"),
        ("tramadol-ir", "100 mg q6h", {}, "50"),
        ("hydrocodone-apap", "10/325 mg q6h", {}, "5/325 7.5/325 10/325"),
        # the current dose needs it
        ("tramadol-ir", "25 mg q6h", {}, "25 50"),
        ("tramadol-ir", "75 mg q6h", {}, "50 75"),
        ("tramadol-ir", "300 mg q6h", {}, "50 100"),  # two of 100 mg, and two of 50 mg
        ("tramadol-ir", "3 x 25 mg q6h", {}, "25 50"),
        ("oxycodone-ir", "7.5 mg q6h", {}, "5 7.5 10 15 20 30"),
        # the content of acetaminophen is that of the current dose
        ("hydrocodone-apap", "10/300 mg q6h", {}, "5/300 7.5/300 10/300"),
        # two tablets of a combination at once: that tablet alone
        ("hydrocodone-apap", "2 x 5/325 mg q6h", {}, "5/325"),
        ("hydrocodone-apap", "2 x 5/325 mg q6h", {"stock": ["2.5", "5"]}, "2.5/325 5/325"),
        # what stock names, or all
        ("oxycodone-ir", "10 mg q6h", {"stock": ["7.5", "5"]}, "5 7.5"),
        ("tramadol-ir", "100 mg q6h", {"stock": ["all"]}, "25 50 75 100"),
    ],
)
def test_the_strengths_that_are_used(product, dose, fields, strengths):
    plan = taper(product, dose, **fields)
    assert " ".join(s.label for s in plan.request.regimens.strengths) == strengths


# --- 4.2 and 4.3 cuts ---


@pytest.mark.parametrize(
    ("product", "dose", "fields", "first"),
    [
        # the nearest to the curve: 243 of 270 is 240
        ("morphine-er", "90 mg q8h", {}, "75/75/90"),
        # at a tie the higher: 52.5 lies between 50 and 55
        ("oxycodone-ir", "15 mg q6h", {"reduce": "12.5%"}, "15/10/15/15"),
        # at least half of the reduction asked for: 6 mcg/h of 12, so not 15 but 10
        ("buprenorphine-patch", "20 mcg/h", {"reduce": "12 mcg/h", "every": "3w"}, "10"),
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


@pytest.mark.parametrize(
    ("new", "old", "is_even_for"),
    [  # of 15, 30, 60, 100 and 200 mg tablets
        ("30/15", "30/30", True),  # 15 mg apart, the step from 30 mg to 15 mg
        ("60/30", "60/60", True),
        ("45/15", "60/60", False),  # 30 mg apart, and 45 mg holds a 30 mg tablet: 15 mg
        ("60/15", "60/60", False),  # more than twice the smallest
        ("100/60", "100/100", True),
        ("100/45", "100/100", False),
        ("45/15", "60/15", True),  # no less even than before
        ("30/30", "30/30/30", False),  # one is left out while another is above 15 mg
        ("15/15", "15/15/15", True),
        ("30", "30/30", False),
        ("15", "15/15", True),
    ],
)
def test_which_divisions_are_even(new, old, is_even_for):
    now, then = (tuple(int(mg) * 1000 for mg in each.split("/")) for each in (new, old))
    assert is_even(now, then, made("morphine-er", "60 mg q12h")) is is_even_for


def test_an_even_division_is_preferred():
    # 75 mg is what was asked for, but as 15 and 60 mg: 30 and 60 mg lie closer together
    fields = {"stock": ["15", "30", "60"], "max_units": 1, "reduce": "37.5%", "of": "original"}
    plan = taper("morphine-er", "60 mg q12h", override_rate="an example", **fields)
    assert doses(plan)[0] == "30/60"


def test_an_uneven_start_becomes_no_more_uneven():
    plan = taper("oxycodone-ir", "30/5/5/30 mg")
    apart = [max(s.regimen.amounts) - min(s.regimen.amounts) for s in plan.steps[:-1]]
    assert apart == sorted(apart, reverse=True)


@pytest.mark.parametrize(
    ("product", "dose", "fields"),
    [
        ("morphine-er", "60 mg q12h", {}),
        ("oxycodone-ir", "30/15/15/30 mg", {}),
        ("hydrocodone-apap", "2 x 5/325 mg q6h", {"stock": ["all"], "every": "2w"}),
        ("buprenorphine-buccal", "900 mcg q12h", {"every": "4w"}),
    ],
)
def test_nothing_rises_in_order_of_size(product, dose, fields):
    plan = taper(product, dose, **fields)
    for before, after in pairwise(step.regimen for step in plan.steps):
        assert len(after.ranks) <= len(before.ranks)
        assert all(now <= then for now, then in zip(after.ranks, before.ranks, strict=False))
        if after.product.is_combination:
            assert after.other_daily <= before.other_daily
            assert sum(n for _, n in after.per_day) <= sum(n for _, n in before.per_day)


def test_no_cut_is_over_a_quarter_while_a_smaller_even_one_can_be_made():
    # 50 mg to 35 mg, with 40 mg at hand, was such a cut
    plan = taper("oxycodone-er", "25 mg q12h", every="4w")
    for before, after in pairwise(plan.steps[:-1]):
        avoidable = "unavoidable-cut" not in after.findings
        assert not avoidable or 4 * (before.daily - after.daily) <= before.daily


def test_where_staying_is_as_near_the_row_grows_longer():
    plan = taper("oxycodone-ir", "10 mg q6h")
    assert 14 in [step.days for step in plan.steps[1:]]
    assert all(step.days is None or step.days % 7 == 0 for step in plan.steps[1:])


def test_a_cut_that_no_strength_makes_smaller_is_taken_late_and_said():
    plan = taper("oxycodone-er", "10 mg q12h")
    assert doses(plan) == ["10/10", "10", ""]
    assert [step.kind for step in plan.steps[1:]] == ["baseline", "reduce", "stop"]
    # 20 mg falls by 2 a week: below 15, the midpoint, at the third opportunity
    assert rows(plan)[0] == ("baseline", "2026-12-07", 14)
    assert findings(plan)["unavoidable-cut"] == (2,)


@pytest.mark.parametrize(
    ("product", "dose", "fields", "days"),
    [
        # 200 mg since day 28, and 150 mg is the midpoint: the curve is at it on day 112, and the
        # next opportunity would be over 12 weeks away
        ("tramadol-er", "300 mg q24h", {"reduce": "10%"}, 84),
        # under 10% in four weeks: it waits until the curve is below the midpoint
        ("tramadol-er", "300 mg q24h", {"reduce": "9%"}, 112),
        # 13 weeks of patches: three times 30 days
        ("fentanyl-patch", "100 mcg/h", ONE_PATCH, 90),
    ],
)
def test_how_long_an_unavoidable_cut_waits(product, dose, fields, days):
    plan = taper(product, dose, every="4w", **fields)
    assert plan.steps[2].reason.kind == plan.steps[3].reason.kind == "unavoidable"
    assert plan.steps[2].days == days


def test_a_row_that_begins_with_an_unavoidable_cut_lasts_two_weeks():
    fields = {"reduce": "25%", "every": "1w"}
    plan = taper("oxycodone-er", "10 mg q8h", **fields)
    forced = [step for step in plan.steps if "unavoidable-cut" in step.findings]
    assert forced
    assert all(step.days >= 14 for step in forced)
    amount = taper("tramadol-er", "200 mg q24h", reduce="25 mg", every="10d")
    assert [step.days for step in amount.steps if step.reason.kind == "unavoidable"] == [40]


@pytest.mark.parametrize(
    ("reduce", "cut"),
    [
        ("15 mg", "20"),  # 60 mg needs one strength, 65 mg two
        ("20 mg", "20"),
        ("40 mg", "40"),
    ],
)
def test_an_amount_may_be_a_larger_cut_than_a_quarter(reduce, cut):
    plan = taper("oxycodone-ir", "20 mg q6h", reduce=reduce, every="4w")
    assert plain(plan.steps[1].cut) == cut


def test_a_start_from_which_the_strengths_leave_no_way_names_those_that_would():
    with pytest.raises(InputError) as caught:
        taper("buprenorphine-patch", "20 mcg/h", stock=["20", "5"])
    (problem,) = caught.value.problems
    assert problem.field == "stock"
    assert problem.message == "from 20 mcg/h no lower dose down to 10 mcg/h can be made"
    assert problem.hint == "add to --stock one of 10, 15 mcg/h"


def test_a_cut_that_is_avoidable_names_what_would_avoid_it():
    message = {f.id: f.message for f in taper("oxycodone-er", "10 mg q12h").findings}
    assert "--finish-with oxycodone-" in message["unavoidable-cut"]
    last = {f.id: f.message for f in taper("tapentadol-er", "50 mg q12h").findings}
    assert "no marketed product" in last["unavoidable-cut"]


# --- 4.4 stopping ---


@pytest.mark.parametrize(
    ("product", "dose", "of", "last"),
    [
        ("morphine-er", "30 mg q12h", "original", "evening 15"),
        ("morphine-er", "30 mg q8h", "mixed", "evening 15"),
        ("oxycodone-ir", "10 mg q6h", "current", "evening 5"),
        ("oxycodone-ir", "5 mg q4h", "mixed", "evening 5"),
        ("fentanyl-patch", "50 mcg/h", "original", "patch 12.5"),
        ("methadone-solution", "5 mg q8h", "mixed", "evening 1"),
        ("hydromorphone-er", "32 mg q24h", "mixed", "morning 8"),  # as it always was
    ],
)
def test_zero_follows_the_smallest_dose_once_a_day(product, dose, of, last):
    plan = taper(product, dose, of=of)
    assert at_times(plan.steps[-2].regimen) == last
    assert plan.steps[-1].daily == 0


def test_stopping_under_original_is_where_the_curve_falls_below_half_of_the_smallest():
    # 60 mg less 6 mg a week: below 7.5 mg at the ninth opportunity
    plan = taper("morphine-er", "30 mg q12h", of="original")
    assert rows(plan)[-1] == ("stop", "2027-02-01", None)


def test_stopping_under_mixed_waits_for_the_last_dose_and_for_the_original_rule():
    # 15 mg since 18 January; the rule under `original` is below 7.5 mg on 1 February
    plan = taper("morphine-er", "30 mg q12h", of="mixed")
    assert rows(plan)[-2:] == [("reduce", "2027-01-18", 14), ("stop", "2027-02-01", None)]
    longer = taper("morphine-er", "30 mg q12h", of="mixed", last_dose_for="5w")
    assert rows(longer)[-1][1] == "2027-02-22"
    # 8 weeks at most, if the rule under `original` is slower
    slow = taper("morphine-er", "30 mg q12h", reduce="2%", every="1w")
    assert rows(slow)[-2][2] == 56


@pytest.mark.parametrize(
    ("every", "days"),
    [("3d", 6), ("1w", 14), ("10d", 20), ("2w", 28), ("3w", 28), ("4w", 28), ("6w", 42)],
)
def test_the_last_dose_is_kept_for_two_intervals_at_most_four_weeks_at_least_one(every, days):
    last = taper("morphine-er", "30 mg q12h", every=every).request.rule.last_dose_for
    assert last.days == days


@pytest.mark.parametrize("of", ["original", "current", "mixed"])
def test_where_the_start_is_the_smallest_dose_it_is_kept_then_stopped(of):
    plan = taper("morphine-er", "15 mg q24h", of=of)
    assert rows(plan) == [("baseline", "2026-12-07", 14), ("stop", "2026-12-21", None)]
    longer = taper("morphine-er", "15 mg q24h", of=of, last_dose_for="8w")
    assert rows(longer)[-1][1] == "2027-02-01"


# --- 4.5 division ---


@pytest.mark.parametrize(
    ("product", "often", "total", "divided"),
    [
        ("morphine-er", "q12h", "45", "morning 15, evening 30"),
        ("morphine-er", "q12h", "75", "morning 30, evening 45"),
        ("morphine-er", "q8h", "60", "morning 15, afternoon 15, evening 30"),
        ("morphine-er", "q8h", "75", "morning 30, afternoon 15, evening 30"),
        # when the number falls, the doses are spread over the day anew
        ("morphine-er", "q8h", "30", "morning 15, evening 15"),
        ("oxycodone-ir", "q6h", "5", "evening 5"),
        ("oxycodone-ir", "q6h", "10", "morning 5, evening 5"),
        ("oxycodone-ir", "q6h", "15", "morning 5, afternoon 5, evening 5"),
        ("oxycodone-ir", "q6h", "35", "morning 10, noon 5, evening 10, bedtime 10"),
        ("oxycodone-ir", "q4h", "20", "morning 5, noon 5, evening 5, bedtime 5"),
        ("oxycodone-ir", "q4h", "25", "06:00 5, 10:00 5, 14:00 5, 18:00 5, 22:00 5"),
        ("oxycodone-ir", "q4h", "55", "06:00 10, 10:00 10, 14:00 10, 18:00 10, 22:00 10, 02:00 5"),
        # of two divisions with the same squares the one with the smaller amount first
        ("morphine-er", "q8h", "330", "morning 115, afternoon 100, evening 115"),
    ],
)
def test_a_day_is_divided_with_the_smaller_doses_in_their_order(product, often, total, divided):
    table = made(product, f"15 mg {often}")
    now = table.exactly((table.amounts[-1],) * table.number)
    assert at_times(table.under(int(total) * 1000, now)) == divided


def test_the_larger_amounts_stay_where_they_stood():
    plan = taper("oxycodone-ir", "30/15/30/15 mg", every="4w")
    for before, after in pairwise(step.regimen for step in plan.steps):
        if len(before.amounts) != len(after.amounts):
            break
        for one, other in combinations(range(4), 2):
            if before.amounts[one] > before.amounts[other]:
                assert after.amounts[one] >= after.amounts[other]


@pytest.mark.parametrize(
    ("favor", "first"),
    [
        ("morning", "60/45"),
        ("evening", "45/60"),
        ("bedtime", "45/60"),  # not one of the times of this medicine
    ],
)
def test_the_favored_administration_keeps_the_larger_amount_longest(favor, first):
    assert doses(taper("morphine-er", "60 mg q12h", favor=favor))[0] == first


def test_what_is_written_for_the_night_stays_there():
    table = made("morphine-er", "15 mg q12h")
    now = table.exactly((15_000, 15_000), times=("morning", "bedtime"))
    assert at_times(table.under(15_000, now)) == "bedtime 15"


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
    assert rows(plan)[:3] == [
        ("reduce", "2026-12-07", 7),
        ("reduce", "2026-12-14", 21),  # 14 days more: no row of their own
        ("reduce", "2027-01-04", 7),
    ]


def test_a_hold_begins_when_the_reduction_would_have_begun():
    """The third reduction is due on Sunday 20 December, so it would begin on the Monday."""
    fields = {"every": "6d", "avoid": ["weekends"], "holds": ["2w@every2"]}
    assert rows(taper("morphine-er", "90 mg q8h", **fields))[:4] == [
        ("reduce", "2026-12-07", 7),  # six days later is a Sunday
        ("reduce", "2026-12-14", 7),  # and six days after the Monday
        ("hold", "2026-12-21", 14),
        ("reduce", "2027-01-04", 7),
    ]


def test_of_a_hold_and_dated_holds_that_meet_the_longest_counts():
    """The hold of two weeks would end on 4 January, within the dated one."""
    fields = {"every": "1w", "holds": ["2w@every2", "2026-12-19..2027-01-10"]}
    assert rows(taper("morphine-er", "90 mg q8h", **fields))[:4] == [
        ("reduce", "2026-12-07", 7),
        ("reduce", "2026-12-14", 7),
        ("hold", "2026-12-21", 21),
        ("reduce", "2027-01-11", 7),
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


def test_a_calendar_month_ends_with_the_month_and_comes_back():
    plan = taper("morphine-er", "90 mg q8h", start="2027-01-31", every="1mo", reduce="45 mg")
    assert [row[1] for row in rows(plan)][:3] == ["2027-01-31", "2027-02-28", "2027-03-31"]


def test_a_month_counts_from_a_reduction_that_was_moved():
    # 31 January is a Sunday, and so is 28 February; from 1 March on it is the first of the month
    plan = taper(
        "morphine-er",
        "90 mg q8h",
        start="2027-01-31",
        every="1mo",
        reduce="45 mg",
        avoid=["weekends"],
    )
    assert [row[1] for row in rows(plan)][1:4] == ["2027-02-01", "2027-03-01", "2027-04-01"]


def test_patches_that_never_change_on_an_allowed_day():
    with pytest.raises(InputError) as caught:
        taper("buprenorphine-patch", "20 mcg/h", reduce_on=["tue"])
    assert "no day is left" in caught.value.problems[0].message


def test_a_change_to_a_finer_product_keeps_the_dose():
    plan = taper("oxycodone-er", "10 mg q12h", finish_with="oxycodone-ir q6h")
    change = next(step for step in plan.steps if step.kind == "change")
    assert amounts(change.regimen) == "5/5/5/5"
    assert change.before == change.daily
    assert doses(plan)[-2] == "5"


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


def test_only_the_last_one_waits_with_its_smallest_dose():
    both = taper("morphine-er", "30 mg q12h", last_dose_for="6w", also=["morphine-ir 15 mg q6h"])
    alone = taper("morphine-er", "30 mg q12h", last_dose_for="6w")
    last = [step.days for step in both.steps if step.kind == "reduce"]
    assert rows(alone)[-2][2] == 42
    assert last[2] < 42  # of the first opioid
    assert last[-1] == 42


def test_under_mixed_the_size_of_a_cut_is_weighed_against_the_total():
    # 30 mg to 15 mg is half of the morphine, but 15 of 90 MME together with the oxycodone
    plan = taper("morphine-er", "15 mg q12h", also=["oxycodone-ir 10 mg q6h"])
    first = next(step for step in plan.steps if step.kind == "reduce")
    assert (plain(first.daily), first.reason.kind) == ("15", "nearest")
    of_current = taper("morphine-er", "15 mg q12h", of="current", also=["oxycodone-ir 10 mg q6h"])
    first = next(step for step in of_current.steps if step.kind == "reduce")
    assert (plain(first.daily), first.reason.kind) == ("15", "unavoidable")


def test_without_a_factor_a_cut_is_weighed_against_the_product_alone():
    plan = taper("morphine-er", "15 mg q12h", also=["levorphanol-ir 2 mg q8h"])
    first = next(step for step in plan.steps if step.kind == "reduce")
    assert first.reason.kind == "unavoidable"


@pytest.mark.parametrize(
    ("goal", "last"),
    [
        # 60 of 60 + 60 MME remain: the morphine falls to 40 or below, which is 30 mg
        ("100 MME", "morphine-er 30"),
        # the morphine stops, and the oxycodone falls from 60 MME to 45: 30 mg
        ("50 MME", "oxycodone-ir 30"),
    ],
)
def test_a_goal_of_all_opioids_together(goal, last):
    plan = taper("morphine-er", "30 mg q12h", to=goal, also=["oxycodone-ir 10 mg q6h"])
    end = plan.steps[-1]
    assert end.kind == "maintain"
    assert f"{end.regimen.product.id} {plain(end.daily)}" == last


def test_another_opioid_taken_as_needed_starts_from_what_is_taken():
    also = ["oxycodone-ir 10 mg q6h prn taking 20 mg"]
    plan = taper("morphine-er", "15 mg q12h", also=also)
    assert amounts(plan.steps[0].companions[0]) == "10/10"
    assert plan.request.text["also"] == also


def test_what_is_kept_may_be_named_by_its_brand():
    plan = taper("morphine-er", "15 mg q12h", also=["OxyContin 20 mg bid"], keep=["oxycontin"])
    assert plan.request.text["keep"] == ["oxycodone-er"]
