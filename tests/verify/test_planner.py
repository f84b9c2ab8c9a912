"""What the worked plans do not show: dates, goals, changes, several opioids, as needed."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from verify.clock import CannotPlan, Days, Interval
from verify.medicine import formulary
from verify.needed import AS_NEEDED, CannotPlace, Needed, first, fixed
from verify.planner import plan, reached, within
from verify.several import plan_all
from verify.short import share_of, short
from verify.words import asked

START = "2027-01-04"
BASE = {
    "product": "morphine-er",
    "dose": "60 mg q12h",
    "reduce": "10%",
    "every": "1w",
    "start": START,
}


def rows_of(**change):
    return plan(asked({**BASE, **change}))


def brief(rows):
    begin = date.fromisoformat(START).toordinal()
    return [(row.kind, row.first - begin, row.daily / 1000) for row in rows]


def covered(rows):
    return all(row.end == after.first for row, after in pairwise(rows))


def test_a_hold_stands_where_the_next_reduction_would_have_begun():
    plain, held = rows_of(), rows_of(holds=("2w@every2",))
    assert covered(held)
    kinds = [row.kind for row in held]
    assert kinds[:5] == ["reduce", "reduce", "hold", "reduce", "reduce"]
    doses = [row.daily for row in held if row.kind != "hold"]
    assert doses == [row.daily for row in plain]
    assert held[2].first - held[1].first == plain[2].first - plain[1].first


def test_dated_holds_lengthen_the_row_before():
    rows = rows_of(holds=("2027-01-05..2027-02-10",))
    assert covered(rows)
    assert brief(rows)[:2] == [("reduce", 0, 105), ("reduce", 38, 90)]


def test_avoided_days_move_a_reduction_and_all_after_it():
    rows = rows_of(every="10d", avoid=("weekends",))
    assert covered(rows)
    assert {date.fromordinal(row.first).weekday() for row in rows if row.kind == "reduce"} <= {
        0,
        1,
        2,
        3,
        4,
    }


def test_patches_wait_for_an_allowed_day_of_a_change():
    rows = rows_of(product="fentanyl-patch", dose="75 mcg/h", every="2w", reduce_on="mon")
    begin = date.fromisoformat(START).toordinal()
    for row in rows:
        if row.kind in {"reduce", "stop"}:
            assert date.fromordinal(row.first).weekday() == 0
            assert (row.first - begin) % 3 == 0


def test_no_allowed_day_of_a_patch_change_is_an_error():
    request = asked({**BASE, "product": "buprenorphine-patch", "dose": "20 mcg/h"})
    with pytest.raises(CannotPlan, match="eight weeks"):
        plan(replace(request, days=Days(frozenset({0}), period=7)))


def test_months_keep_the_day_of_the_first_and_are_clipped():
    rows = rows_of(every="1mo", start="2027-01-31", reduce="12.5%", of="original")
    assert [date.fromordinal(row.first).day for row in rows][:4] == [31, 28, 31, 30]


def test_a_goal_ends_in_a_first_review():
    rows = rows_of(to="60 mg")
    assert (rows[-1].kind, rows[-1].daily, rows[-1].end - rows[-1].first) == ("maintain", 60000, 28)


def test_a_change_lasts_an_interval_and_keeps_the_dose():
    rows = rows_of(finish_with="morphine-solution")
    assert covered(rows)
    change = next(place for place, row in enumerate(rows) if row.kind == "change")
    assert rows[change].daily == rows[change - 1].daily == 45000
    assert rows[change].end - rows[change].first == 7
    assert not any(row.marks for row in rows[: change + 3])
    assert rows[-2].daily <= 4000


def test_base_and_salt_at_a_change():
    request = {**BASE, "product": "oxycodone-er-capsule", "dose": "9 mg q12h"}
    rows = plan(asked({**request, "finish_with": "oxycodone-solution"}))
    assert (rows[0].kind, rows[0].daily) == ("change", 20000)


def test_nothing_within_half_is_an_error_and_with_a_goal_the_end():
    few = {"product": "tapentadol-er", "dose": "250 mg q12h", "stock": ("250",), "max_units": 1}
    rows = rows_of(**few)
    assert [row.daily for row in rows] == [500000, 250000, 0]
    lone = {"product": "hydromorphone-er", "dose": "32 mg q24h", "stock": ("12", "32")}
    with pytest.raises(CannotPlan):
        rows_of(product="buprenorphine-buccal", dose="900 mcg q24h", stock=("900", "150"))
    assert rows_of(**lone, to="20 mg")[-1].kind == "maintain"


def test_short_use_follows_the_curve_to_the_nearest_dose():
    request = asked({**BASE, "product": "oxycodone-ir", "dose": "10 mg q6h"})
    rows = short(request, share_of(14))
    wanted = [("reduce", 0, 30), ("reduce", 2, 25), ("reduce", 4, 15), ("reduce", 6, 10)]
    assert brief(rows) == [*wanted, ("stop", 8, 0)]
    assert covered(rows)


def test_two_opioids_one_after_another():
    morphine = asked({**BASE, "every": "2w"})
    oxycodone = asked({**BASE, "product": "oxycodone-ir", "dose": "10 mg q6h", "every": "2w"})
    steps = plan_all([morphine, oxycodone])
    rows = [step.row for step in steps]
    assert covered(rows)
    stops = [row for row in rows if row.kind == "stop"]
    assert [stop.end is None for stop in stops] == [False, True]
    assert stops[0].end - stops[0].first == 14
    assert [len(step.others) for step in steps if step.row is stops[0]] == [1]
    alone = [row for row in rows if row.shelf is morphine.shelf]
    # while the other opioid is in force a quarter is one of the total: no cut is unavoidable
    assert not any(row.marks for row in alone)


def test_a_goal_in_mme_is_one_of_all_opioids():
    morphine = asked({**BASE, "every": "2w"})
    oxycodone = asked({**BASE, "product": "oxycodone-ir", "dose": "5 mg q6h", "every": "2w"})
    steps = plan_all([morphine, oxycodone], goal_mme=Fraction(50000))
    assert steps[-1].row.kind == "maintain"
    assert steps[-1].row.daily == 15000  # 15 + 30 MME


def needed(prescribed, hours, most):
    product = formulary()["oxycodone-ir"]
    shelf = Needed(product, product.usual, 4)
    shelf.hours = hours
    return shelf, first(shelf, most, prescribed)


def test_as_needed_is_kept_with_the_number_free_to_rise():
    shelf, now = needed(10000, 6, 30000)
    assert now == ((AS_NEEDED, 10000),) * 3
    base = asked({**BASE, "product": "oxycodone-ir", "dose": "10 mg q6h"})
    rows = plan(replace(base, shelf=shelf, now=now))
    assert covered(rows)
    taken = [[amount for _, amount in row.taken] for row in rows]
    assert all(len(set(each)) <= 1 and len(each) <= 4 for each in taken)
    assert taken[-2:] == [[5000], []]


@pytest.mark.parametrize(
    ("units", "hours", "at_once", "wanted"),
    [(6, 4, 2, (2, 1, 1, 1, 1)), (3, 6, 1, (1, 1, 1)), (8, 6, 2, (2, 2, 2, 2)), (5, 12, 4, (3, 2))],
)
def test_as_needed_made_regular(units, hours, at_once, wanted):
    assert fixed(units, hours, at_once) == wanted


def test_more_than_waking_hours_hold_cannot_be_placed():
    with pytest.raises(CannotPlace):
        fixed(6, 4, 1)


def test_the_interval_of_a_month_counts_28_days():
    assert Interval(months=1).counted == 28


def test_the_smallest_reduction_that_ends_in_time():
    base = asked({**BASE, "every": "2w"})
    last = base.start + 26 * 7
    share = within(lambda s: replace(base, pace=replace(base.pace, share=s)), last)
    slower = replace(base, pace=replace(base.pace, share=share - Fraction(1, 1000)))
    assert reached(plan(replace(base, pace=replace(base.pace, share=share)))) <= last
    assert reached(plan(slower)) > last


def test_a_goal_in_time_counts_from_its_first_day():
    rows = rows_of(to="60 mg")
    assert reached(rows) == rows[-2].first


def test_goals_that_stay_or_stand_in_mme():
    (row,) = rows_of(to="current")
    assert (row.kind, row.daily) == ("maintain", 120000)
    assert rows_of(to="50 MME")[-1].daily == 45000


def test_a_goal_that_can_be_reached_is_reached():
    words = {"product": "morphine-er", "dose": "2 x 60 mg q12h", "every": "30d", "of": "current"}
    rows = rows_of(**words, reduce="7%", to="210 mg")
    assert rows[-1].daily == 210000


def test_a_stop_from_the_only_dose_of_an_opioid_that_is_not_the_last():
    request = asked({**BASE, "product": "tramadol-er", "dose": "100 mg q24h", "every": "4w"})
    alone, first_of_two = plan(request), plan(replace(request, is_last=False))
    assert [row.end - row.first for row in (alone[0], first_of_two[0])] == [28, 56]


def test_a_finer_product_is_taken_as_often_as_the_one_in_force():
    request = {**BASE, "product": "methadone-tablet", "dose": "20 mg q8h", "every": "2w"}
    rows = plan(
        asked({**request, "reduce": "15%", "of": "original", "finish_with": "methadone-solution"})
    )
    change = next(row for row in rows if row.kind == "change")
    before = rows[rows.index(change) - 1]
    assert [time for time, _ in change.taken] == [time for time, _ in before.taken]


def test_a_product_that_is_no_finer_is_refused():
    with pytest.raises(CannotPlan, match="no smaller"):
        rows_of(finish_with="morphine-ir")
