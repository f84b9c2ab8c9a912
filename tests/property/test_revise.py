"""Laws of a plan that is changed under way: they hold from the day of the change, and nothing
before it is touched.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import holidays
import pytest
from courses import NOWHERE
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import planned, requests
from test_law_doses import even_between, most_of_one_cut, rows_by_product, singles, tables
from test_law_supply import needed_by_day

import taper.course.revise as module
from taper.course.revise import replay, revise
from taper.course.saved import parse_plan
from taper.engine.steps import CHANGE, HOLD, REDUCE, STEP_BACK, STOP
from taper.errors import InputError, Refused
from taper.planning.document import step_document
from taper.quantities import THOUSAND, parse_interval, plain
from taper.reading.revisions import changes_of
from taper.request.fields import WEEKDAYS
from taper.request.rule import BASES
from taper.schedule import schedule

DAY = timedelta(days=1)


@st.composite
def changes(draw: st.DrawFn, plan) -> tuple[date, dict[str, str]]:
    """A day of the plan, and what is changed on it."""
    last = plan.steps[-1]
    span = (last.start - plan.start).days if last.kind == STOP else (last.end - plan.start).days
    day = plan.start + timedelta(days=draw(st.integers(0, max(span, 0))))
    kind = draw(st.sampled_from(["hold", "slow", "both", "goal", "back"]))
    change: dict[str, str] = {}
    if kind in {"hold", "both"}:
        change["hold"] = draw(st.sampled_from(["4w", "1w", "10d", "1mo"]))
    if kind in {"slow", "both"}:
        change["reduce"] = f"{draw(st.integers(2, 20))}%"
        change["every"] = draw(st.sampled_from(["1w", "2w", "4w", "1mo"]))
        change["of"] = draw(st.sampled_from(BASES))
        for name in draw(st.lists(st.sampled_from(["every", "of"]), unique=True)):
            del change[name]
    if kind == "goal":
        goal = draw(st.sampled_from(plan.steps)).daily
        change["to"] = f"{plain(goal)} {plan.request.product.unit}" if goal else "0"
    if kind == "back":
        change["step_back"] = "withdrawal, COWS 14"
    return day, change


class Versions(list):
    """A plan and each revision of it, with its day and what was changed."""

    def __repr__(self):
        """Short: the request, and the changes."""
        given_fields = {k: v for k, v in self[0][0].request.text.items() if v}
        return f"{given_fields} {[(str(day), change) for _, day, change in self[1:]]}"


def revised_or_none(plan, day, change):
    """The plan revised; None if the change is sound and leads nowhere."""
    try:
        return revise(plan, day, **change)
    except InputError as error:
        if not any(words in str(error) for words in NOWHERE):
            raise
    except Refused as error:
        if [problem.id for problem in error.problems] != ["rate-over-band"]:
            raise
    return None


@st.composite
def courses(draw: st.DrawFn) -> Versions:
    """A plan and its revisions, one after another, at most three, with what was changed."""
    plan = planned(draw(requests()))
    versions = Versions([(plan, plan.start, {})])
    for _ in range(draw(st.integers(1, 3))):
        day, change = draw(changes(plan))
        new = revised_or_none(plan, day, change)
        if new is None:
            continue
        plan = new
        versions.append((plan, date.fromisoformat(plan.revisions[-1]["from"]), change))
    assume(len(versions) > 1)
    return versions


def changed_rows(plan, day) -> list[tuple]:
    """The rows from the day of the change, each with what was taken of its product before."""
    return [(step, before) for step, before in rows_by_product(plan) if step.start >= day]


@given(courses())
def test_every_row_before_the_change_stays_as_it_was(versions):
    for (old, _, _), (new, day, _) in pairwise(versions):
        rows = [step for step in old.steps if step.start is None or step.start < day]
        for was, now in zip(rows, new.steps, strict=False):
            before, after = step_document(was), step_document(now)
            if was.end is None or was.end < day:
                before.pop("findings"), after.pop("findings")
                assert before == after
            else:  # the row in force is cut at the day before
                assert now.end == day - DAY
                for name in ("step", "kind", "start", "doses", "directions", "companions"):
                    assert before[name] == after[name]
        assert new.steps[len(rows)].start == day
        assert [fill for fill in old.supply if fill.date < day] == [
            fill for fill in new.supply if fill.date < day
        ]
        assert [check for check in old.checks if check.date < day] == [
            check for check in new.checks if check.date < day
        ]
        assert new.id == old.id


@given(courses())
def test_every_day_is_in_one_row(versions):
    for plan, _, _ in versions:
        for number, step in enumerate(plan.steps):
            assert step.number == number
        for row, following in pairwise(plan.steps[1:]):
            assert row.end >= row.start
            assert following.start == row.end + DAY
        last = plan.steps[-1]
        assert (last.end is None) == (last.kind == STOP)


def rises(now, then) -> bool:
    """Whether an administration, in order of size, is larger than the one before."""
    if now.most_often:
        return now.daily > then.daily or now.amounts > then.amounts
    pairs = zip(now.ranks, then.ranks, strict=False)
    return len(now.ranks) > len(then.ranks) or any(one > other for one, other in pairs)


@given(courses())
def test_no_dose_rises_but_in_a_step_back_to_the_previous_dose(versions):
    for plan, day, change in versions:
        for step, before in changed_rows(plan, day):
            if before is None:
                continue
            assert step.kind == STEP_BACK or step.start != day or "step_back" not in change
            if step.kind == STEP_BACK and step.start == day:
                assert before.daily < step.daily
                rows = [(s.regimen, *s.companions) for s in plan.steps[: step.number]]
                own = [r for row in rows for r in row if r.product is before.product]
                taken = [r.amounts for r in own if r.amounts != before.amounts]
                assert taken[-1] == step.regimen.amounts
                assert "lost-tolerance" in step.findings
                continue
            assert not rises(step.regimen, before)
            if step.kind in {REDUCE, STOP}:
                assert step.daily < before.daily
            elif step.kind != CHANGE:
                assert step.regimen.amounts == before.amounts


@given(courses())
def test_no_dose_falls_before_its_interval_is_over(versions):
    for plan, day, _ in versions[1:]:
        parts = plan.request.rule.parts
        every = min((part.every for part in parts), key=lambda each: each.days)
        latest = {}
        for before, step in pairwise(plan.steps[1:]):
            if before.regimen.amounts != step.regimen.amounts or before.kind == CHANGE:
                latest[step.regimen.product] = step.start
        since = None
        for step, before in rows_by_product(plan):
            moved = before is not None and before.amounts != step.regimen.amounts
            if step.kind in {REDUCE, STOP, CHANGE} and step.start >= day and since is not None:
                assert step.start >= every.after(since)
            if moved or step.kind == CHANGE:
                since = step.start


@given(courses())
def test_a_hold_that_was_asked_for_is_kept(versions):
    for plan, day, change in versions:
        if "hold" not in change:
            continue
        row = next(step for step in plan.steps if step.start == day)
        assert row.kind == HOLD
        later = [step for step in plan.steps[row.number + 1 :] if step.kind != HOLD]
        days = {"4w": 28, "1w": 7, "10d": 10, "1mo": 28}[change["hold"]]
        assert (later[0].start - day).days >= days


def falls(plan, day) -> list[tuple]:
    """Each dose that begins on or after a day, and when it does."""
    return [
        (step.regimen.product.id, step.regimen.amounts, step.start)
        for step in plan.steps[1:]
        if step.start >= day and step.kind in {REDUCE, CHANGE, STOP}
    ]


def takes_the_place(old, day, change) -> bool:
    """Whether a change takes the place of an earlier one, of a later day or of the same."""
    same_day = [entry["change"] for entry in old.revisions if entry["from"] == day.isoformat()]
    replaced = any("hold" in change and "hold" in earlier for earlier in same_day)
    later = any(entry["from"] > day.isoformat() for entry in old.revisions)
    return replaced or later or any("step_back" in earlier for earlier in same_day)


@given(courses())
def test_a_hold_alone_changes_no_dose_and_brings_none_forward(versions):
    for (old, _, _), (new, day, change) in pairwise(versions):
        if set(change) != {"hold"} or takes_the_place(old, day, change):
            continue
        was, now = falls(old, day), falls(new, day)
        assert [dose[:2] for dose in was] == [dose[:2] for dose in now]
        for (*_, before), (*_, after) in zip(was, now, strict=True):
            assert after >= before


@given(courses())
def test_a_hold_alone_moves_the_next_reduction_by_its_length(versions):
    for (old, _, _), (new, day, change) in pairwise(versions):
        calendar = new.request.calendar
        is_free = not (calendar.depends_on_dates or calendar.holds)
        was = falls(old, day)
        if set(change) != {"hold"} or takes_the_place(old, day, change) or not was:
            continue
        planned = was[0][2]
        row = next(step for step in new.steps if step.start == day)
        moved = parse_interval(change["hold"], "hold").after(planned)
        now = falls(new, day)[0][2]
        assert now >= moved
        if is_free and not row.regimen.product.is_patch and row.daily != new.request.rule.goal:
            assert now == moved


def pace(part, original) -> Fraction:
    """The reduction asked for a day, as a share of the original or of what is left."""
    reduce = part.reduce
    if isinstance(reduce, int):
        return Fraction(reduce, original * part.every.days)
    return Fraction(reduce.numerator, reduce.denominator * part.every.days)


def asks_for_more(old, new) -> bool:
    """Whether the rule after a change asks for a faster pace, now or later."""
    original, rules = new.request.regimen.daily, (old.request.rule, new.request.rule)
    was, now = ({pace(part, original) for part in rule.parts} for rule in rules)
    slowest_first = ("current", "mixed", "original")
    of = [slowest_first.index(rule.of) for rule in rules]
    return max(now) > min(was) or of[1] > of[0]


def assert_nothing_earlier(old, new, day):
    """No opioid comes to a dose before it would have; a finer product is the same opioid."""
    finish = new.request.finish
    same = {finish.regimens.product: new.request.product} if finish else {}

    def share(step):
        return same.get(step.regimen.product, step.regimen.product), Fraction(
            step.daily, step.original
        )

    rows = [s for s in old.steps if s.start and (s.end is None or s.end >= day)]
    for step in new.steps:
        if step.kind not in {REDUCE, CHANGE, STOP} or step.start < day:
            continue
        opioid, left = share(step)
        as_low = [s.start for s in rows if share(s)[0] is opioid and share(s)[1] <= left]
        assert not as_low or step.start >= as_low[0]


@given(courses())
def test_no_reduction_comes_earlier_unless_a_faster_pace_is_asked_for(versions):
    """Whatever is changed: on no day is the dose lower than it would have been."""
    for (old, _, _), (new, day, change) in pairwise(versions):
        if takes_the_place(old, day, change) or asks_for_more(old, new):
            continue
        assert_nothing_earlier(old, new, day)


@given(courses())
def test_after_a_step_back_the_same_doses_follow_as_before(versions):
    for (old, _, _), (new, day, change) in pairwise(versions):
        rates = {name for entry in old.revisions for name in entry["change"]} - {"hold"}
        if set(change) != {"step_back"} or takes_the_place(old, day, change) or rates:
            continue
        row = next(step for step in new.steps if step.start == day)
        every = new.request.rule.parts[-1].every if row.companions else None
        every = every or min((part.every for part in new.request.rule.parts), key=lambda e: e.days)
        assert every.after(day) <= falls(new, day)[0][2]
        was = [fall[:2] for fall in falls(old, old.start)]
        now = [fall[:2] for fall in falls(new, day)]
        assert was[-len(now) :] == now


@given(courses())
def test_a_plan_is_its_request_and_its_changes_made_again(versions):
    first = versions[0][0].request
    for plan, _, _ in versions:
        again = schedule(first, changes_of(first, plan.revisions))
        assert [(s.kind, s.start, s.end, s.regimen.amounts) for s in again] == [
            (s.kind, s.start, s.end, s.regimen.amounts) for s in plan.steps
        ]


@given(courses())
def test_no_cut_is_over_the_limit_while_a_smaller_even_one_can_be_made(versions):
    for plan, day, _ in versions[1:]:
        made, goal = tables(plan), plan.request.rule.goal
        for step, before in changed_rows(plan, day):
            if step.kind != REDUCE:
                continue
            assert 2 * step.daily >= before.daily
            obeys = before.daily - step.daily <= most_of_one_cut(plan, step, before)
            assert obeys == (step.reason.kind != "unavoidable")
            if not obeys and not goal:
                assert not even_between(made[step.regimen.product], before, step.daily)


@given(courses())
def test_zero_follows_only_the_smallest_dose_once_a_day(versions):
    for plan, _, _ in versions:
        made = tables(plan)
        for step, before in rows_by_product(plan):
            if step.kind == STOP and before is not None and before.daily:
                smallest = min(a for a in singles(made[step.regimen.product]) if a)
                assert before.ranks == (smallest,)


@given(courses())
def test_reductions_begin_only_on_days_that_are_allowed(versions):
    of_the_us = holidays.country_holidays("US")
    for plan, day, _ in versions:
        calendar = plan.request.calendar
        for row in plan.steps[1:]:
            if row.kind not in {REDUCE, STOP} or row.start < day:
                continue
            assert not (calendar.avoid_weekends and row.start.weekday() >= 5)
            assert not (calendar.holidays and row.start in of_the_us)
            assert not calendar.weekdays or row.start.weekday() in calendar.weekdays
            for hold in calendar.holds:
                assert not hold.first or not hold.first <= row.start <= hold.last
    assert WEEKDAYS[5] == "sat"


@given(courses())
def test_a_patch_is_changed_only_when_it_is_due(versions):
    for plan, _, _ in versions:
        for step, before in rows_by_product(plan):
            worn = before is not None and before.product.is_patch
            if worn and before.amounts != step.regimen.amounts:
                assert (step.start - plan.start).days % (before.interval // 24) == 0


def handed_out(plan, until) -> dict:
    """Units of each strength in the fills up to and including a day."""
    given_out: dict = {}
    for held in plan.request.on_hand:
        key = (held.product, held.strength)
        given_out[key] = given_out.get(key, 0) + held.quantity
    for fill in plan.supply:
        for item in fill.items if fill.date <= until else ():
            key = (item.product, item.strength)
            given_out[key] = given_out.get(key, 0) + item.quantity
    return given_out


@given(courses())
def test_a_later_fill_has_only_what_is_missing(versions):
    for plan, day, _ in versions[1:]:
        need = needed_by_day(plan)
        for fill in plan.supply:
            end = fill.date + timedelta(days=fill.days_supply)
            out = handed_out(plan, fill.date)
            for item in fill.items if fill.date >= day else ():
                key = (item.product, item.strength)
                used = sum(count for when, count in need[key].items() if when < end)
                assert 0 <= out[key] - used < THOUSAND
                assert item.quantity > 0


@given(courses())
def test_the_fills_never_run_out_and_what_is_no_longer_used_is_left_over(versions):
    for plan, _, _ in versions[1:]:
        need = needed_by_day(plan)
        for when in sorted({day for by_day in need.values() for day in by_day}):
            out = handed_out(plan, when)
            for key, by_day in need.items():
                used = sum(count for day, count in by_day.items() if day <= when)
                assert out.get(key, 0) >= used
        left = {(i.product, i.strength): i.quantity for i in plan.dispensing.leftover}
        for key, quantity in handed_out(plan, date.max).items():
            assert quantity == sum(need.get(key, {}).values()) + left.get(key, 0)


@given(courses())
def test_never_long_without_contact(versions):
    for plan, _, _ in versions:
        kind = plan.request.checks
        if kind == "none":
            continue
        most = {"standard": 28, "close": 7}[kind]
        last = plan.start
        for check in plan.checks:
            assert (check.date - last).days <= most or check.reason == "after-stop"
            last = max(check.date, plan.start)


@given(courses())
def test_it_is_read_back_byte_for_byte_and_the_request_with_its_revisions_gives_it_again(versions):
    first = versions[0][0]
    for (old, _, _), (new, day, change) in pairwise(versions):
        saved = new.to_json()
        assert parse_plan(saved).to_json() == saved
        assert revise(parse_plan(old.to_json()), day, **change).to_json() == saved
        assert replay(first, new.revisions).to_json() == saved
        assert new.request.text == first.request.text


@given(st.data())
def test_a_plan_of_another_version_keeps_the_laws_as_well(data):
    """Gone on with from its rows: nothing before the day changes, and nothing comes earlier."""
    plan = planned(data.draw(requests()))
    day, change = data.draw(changes(plan))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_is_made_by", lambda *_: False)
        new = revised_or_none(plan, day, change)
    if new is None:
        return
    day = date.fromisoformat(new.revisions[-1]["from"])
    behind = [step for step in plan.steps if step.start and step.start < day]
    for was, now in zip(behind, new.steps[1:], strict=False):
        assert (was.kind, was.start, was.regimen) == (now.kind, now.start, now.regimen)
        assert now.end == (was.end if was.end and was.end < day else day - DAY)
    for row, following in pairwise(new.steps[1:]):
        assert following.start == row.end + DAY
    for step, before in changed_rows(new, day):
        if before is not None and not ("step_back" in change and step.start == day):
            assert not rises(step.regimen, before)
    if not asks_for_more(plan, new):
        assert_nothing_earlier(plan, new, day)
