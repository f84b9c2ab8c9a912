"""Changing a plan under way: single cases, with their days and doses written out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from taper import InputError, Refused
from taper.course.difference import difference
from taper.course.revise import replay, revise
from taper.course.saved import parse_plan
from taper.planning.make import planned as plan

FIRST = plan("morphine-er", "60 mg q8h", start="2026-12-07", every="2w", id="course-1")


def rows(made, begin="2026-01-01") -> list[tuple[str, str, int]]:
    """Kind, first day and daily dose in mg of each row from a day on."""
    return [
        (step.kind, step.start.isoformat(), step.daily // 1000)
        for step in made.steps
        if step.start and step.start.isoformat() >= begin
    ]


def test_a_hold_begins_on_its_day_and_the_taper_goes_on_after_it():
    held = revise(FIRST, date(2027, 1, 11), hold="4w")
    assert rows(held, "2027-01-04")[:3] == [
        ("reduce", "2027-01-04", 120),
        ("hold", "2027-01-11", 120),
        ("reduce", "2027-02-15", 105),  # four weeks after 18 January, when it was planned
    ]
    assert "lost-tolerance" in held.steps[4].findings


def test_slowing_down_waits_for_the_new_interval():
    slower = revise(FIRST, date(2027, 1, 11), every="4w")
    assert rows(slower, "2027-01-04")[:3] == [
        ("reduce", "2027-01-04", 120),
        ("baseline", "2027-01-11", 120),  # as now, until four weeks at this dose are over
        ("reduce", "2027-02-01", 105),
    ]


def test_a_change_on_the_day_of_a_reduction_takes_its_place():
    gentler = revise(FIRST, date(2027, 1, 4), reduce="8%")
    assert rows(gentler, "2027-01-04")[0] == ("reduce", "2027-01-04", 135)
    step = next(step for step in gentler.steps if step.start == date(2027, 1, 4))
    assert "14.4 mg less" in step.why  # 8% of the 180 mg at the start of the whole plan


def test_of_the_original_means_of_the_start_of_the_whole_plan():
    fields = {"stock": ["15"], "every": "2w", "of": "original"}
    base = plan("morphine-er", "60 mg q8h", start="2026-12-07", **fields)
    changed = revise(base, date(2027, 1, 11), reduce="25%")
    cuts = [step.cut // 1000 for step in changed.steps if step.kind == "reduce" and step.number > 3]
    assert cuts[0] == 45  # a quarter of 180, not of 120
    assert changed.steps[4].original == 180_000


def test_a_new_goal():
    stays = revise(FIRST, date(2027, 1, 11), to="90 mg")
    assert stays.stop_date is None
    assert rows(stays)[-1][0] == "maintain"
    assert rows(stays)[-1][2] == 90
    here = revise(FIRST, date(2027, 1, 11), to="120 mg")
    assert rows(here, "2027-01-11") == [("maintain", "2027-01-11", 120)]
    on_again = revise(stays, stays.steps[-1].start, to="0")
    assert on_again.stop_date is not None


def test_a_step_back_goes_to_the_dose_of_the_previous_step_and_no_further():
    back = revise(FIRST, date(2027, 1, 11), step_back="withdrawal, COWS 14")
    row = next(step for step in back.steps if step.start == date(2027, 1, 11))
    assert (row.kind, row.daily) == ("step-back", 150_000)
    assert row.words == "a step back to the dose of the previous step: withdrawal, COWS 14"
    assert "lost-tolerance" in row.findings
    # after a full interval, the same doses follow as before
    assert rows(back, "2027-01-12")[:2] == [
        ("reduce", "2027-01-25", 120),
        ("reduce", "2027-02-08", 105),
    ]
    with pytest.raises(InputError, match="no higher dose"):
        revise(back, date(2027, 1, 12), step_back="again")


@pytest.mark.parametrize("change", [{"step_back": "withdrawal"}, {"hold": "4w"}])
def test_after_the_stop_nothing_is_changed(change):
    for days in (1, 3, 9):
        with pytest.raises(InputError, match="ended with the stop"):
            revise(FIRST, FIRST.stop_date + timedelta(days=days), specialist="Dr A", **change)


def test_of_two_opioids_the_one_that_was_stopped_is_not_begun_again():
    both = plan(
        "oxycodone-ir", "5 mg q12h", start="2026-12-07", every="2w", also=["morphine-er 30 mg q12h"]
    )
    stop = next(step for step in both.steps if step.kind == "stop")
    assert stop.end is not None
    with pytest.raises(InputError, match="was stopped on"):
        revise(both, stop.start + timedelta(days=2), step_back="withdrawal")


def test_a_step_back_long_after_the_cut_needs_a_specialist():
    slow = plan("morphine-er", "60 mg q8h", start="2026-12-07", every="8w")
    cut = next(step for step in slow.steps if step.kind == "reduce")
    last = cut.start + timedelta(days=28)
    assert revise(slow, last, step_back="withdrawal").steps[2].kind == "step-back"
    later = last + timedelta(days=1)
    with pytest.raises(InputError, match=r"29 days before.*--specialist"):
        revise(slow, later, step_back="withdrawal")
    back = revise(slow, later, step_back="withdrawal", specialist="Dr A")
    assert back.steps[2].daily == slow.steps[0].daily
    assert back.revisions[0]["change"] == {"step_back": "withdrawal", "specialist": "Dr A"}
    text = back.to_json()
    assert parse_plan(text).to_json() == text


def test_a_planned_hold_is_kept_and_can_be_ended():
    base = plan("morphine-er", "60 mg q8h", start="2026-12-07", every="2w", holds=["4w@every2"])
    hold = next(step for step in base.steps if step.kind == "hold")
    inside = date.fromordinal(hold.start.toordinal() + 7)
    slower = revise(base, inside, reduce="5%")
    assert rows(slower, inside.isoformat())[0][:2] == ("hold", inside.isoformat())
    assert (
        rows(slower, inside.isoformat())[1][1]
        == date.fromordinal(hold.end.toordinal() + 1).isoformat()
    )
    ended = revise(base, inside, hold="none")
    assert rows(ended, inside.isoformat())[0][:2] == ("reduce", inside.isoformat())


def test_a_patch_is_held_from_its_next_change():
    base = plan("fentanyl-patch", "100 mcg/h", start="2026-12-07", every="2w")
    held = revise(base, date(2027, 1, 12), hold="4w")
    start = next(step.start for step in held.steps if step.kind == "hold")
    assert start == date(2027, 1, 12)  # day 37, twelve changes after day 1
    assert (start - held.start).days % 3 == 0
    assert revise(base, date(2027, 1, 10), hold="4w").revisions[0]["from"] == "2027-01-12"


def test_what_was_dispensed_and_not_taken_is_used_first():
    held = revise(FIRST, date(2027, 1, 11), hold="4w")
    at_the_change = [fill for fill in held.supply if fill.date == date(2027, 1, 11)]
    # of 84 tablets of 30 mg, 63 are left on 11 January, and 28 of 42 of 15 mg: three weeks at
    # 45/30/45 take 63 and 42
    ((item,),) = [fill.items for fill in at_the_change]
    assert (item.strength.label, item.quantity // 1000) == ("15", 14)


def test_what_is_no_longer_useful_is_left_over():
    base = plan("morphine-er", "100 mg q8h", start="2026-12-07", every="2w", fill="90d")
    stays = revise(base, date(2027, 1, 11), to="45 mg", reduce="25%", every="1w")
    assert stays.dispensing.leftover
    total = {}
    for fill in stays.supply:
        for item in fill.items:
            key = item.strength.label
            total[key] = total.get(key, 0) + item.quantity
    for item in stays.dispensing.leftover:
        assert total[item.strength.label] >= item.quantity


def test_new_prescriptions_are_needed_at_the_change():
    held = revise(FIRST, date(2027, 1, 11), hold="4w")
    finding = next(finding for finding in held.findings if finding.id == "new-prescriptions")
    assert "2027-01-11" in finding.message


def test_a_second_opioid_goes_on_in_its_turn():
    two = plan(
        "morphine-er", "30 mg q12h", start="2026-12-07", every="2w", also=["oxycodone-ir 10 mg q6h"]
    )
    first_other = next(s for s in two.steps if s.regimen.product.id == "oxycodone-ir")
    waiting = date.fromordinal(first_other.start.toordinal() - 5)
    held = revise(two, waiting, hold="8w")
    row = next(step for step in held.steps if step.start == waiting)
    assert (row.kind, row.regimen.product.id, row.daily) == ("hold", "oxycodone-ir", 40_000)
    slower = revise(two, first_other.start, reduce="5%")
    assert slower.steps[-1].start > two.steps[-1].start
    with pytest.raises(InputError, match="is at its end"):
        revise(two, first_other.end, to="15 mg")


def test_a_finer_product_stays_in_use():
    base = plan(
        "oxycodone-er",
        "40 mg q12h",
        start="2026-12-07",
        every="2w",
        finish_with="oxycodone-solution",
    )
    change = next(step for step in base.steps if step.kind == "change")
    later = date.fromordinal(change.end.toordinal() + 20)
    held = revise(base, later, hold="4w")
    assert {s.regimen.product.id for s in held.steps if s.start and s.start >= later} == {
        "oxycodone-solution"
    }
    earlier = revise(base, date(2026, 12, 28), hold="4w")
    assert any(step.kind == "change" for step in earlier.steps)


def test_the_pace_must_be_within_the_band():
    with pytest.raises(Refused) as caught:
        revise(FIRST, date(2027, 1, 11), reduce="60%")
    assert caught.value.problems[0].id == "rate-over-band"
    reasoned = revise(FIRST, date(2027, 1, 11), reduce="60%", override_rate="in hospital")
    assert "rate-overridden" in {finding.id for finding in reasoned.findings}


def test_an_unknown_change_is_an_error():
    with pytest.raises(InputError, match="not what a revision can change"):
        revise(FIRST, date(2027, 1, 11), stock="15")


def test_the_difference_is_the_rows_that_differ():
    held = revise(FIRST, date(2027, 1, 11), hold="4w")
    entries = difference(FIRST, held)
    assert [entry["change"] for entry in entries[:3]] == ["changed", "added", "removed"]
    assert entries[0]["was"]["end"] == "2027-01-17"
    assert entries[0]["now"]["end"] == "2027-01-10"
    assert difference(held, held) == []


def test_revisions_made_again_give_the_same_plan():
    held = revise(FIRST, date(2027, 1, 11), hold="4w", why="bad check")
    slowed = revise(held, date(2027, 2, 8), reduce="5%", every="4w")
    assert replay(FIRST, slowed.revisions).to_json() == slowed.to_json()
    assert parse_plan(slowed.to_json()).to_json() == slowed.to_json()
    assert slowed.id == "course-1"
    assert slowed.to_rule()["parts"] == [{"reduce": "5%", "every": "4w", "until": None}]
