"""Each law of the exhaustive sweep can fail: a plan that breaks it is caught."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from taper.formulary.market import formulary
from taper.supply import Supply
from verify import rules
from verify.case import Asked, Case, Group, planned
from verify.laws import LAWS
from verify.starts import Start
from verify.sweep import RULES

US = formulary("us")
DAY = timedelta(days=1)
WITH_HOLDS = RULES[1].holds


def case_of(
    product: str, dose: str, hours: int, amounts, rule=(10, "mixed", 1, WITH_HOLDS)
) -> Case:
    """A sound plan, fresh, to be spoiled."""
    start = Start(US.find(product), hours, dose, (), tuple(1000 * amount for amount in amounts), 0)
    asked, made = Asked(*rule), start.shelf()
    taper = rules.taper(made, start.amounts, start.other, asked.percent, asked.of)
    return Case(planned(start, asked), start, asked, made, taper, Group(), looked_into=True)


def tablets(holds=WITH_HOLDS) -> Case:
    return case_of("morphine-er", "105 mg q8h", 8, (105, 105, 105), (10, "mixed", 1, holds))


def patch() -> Case:
    return case_of("fentanyl-patch", "100 mcg/h q72h", 72, (100,), (10, "original", 1, ()))


def combination() -> Case:
    return case_of("oxycodone-apap", "10 mg q6h", 6, (10, 10, 10, 10), (10, "mixed", 1, ()))


def faults(case: Case, name: str) -> list[str]:
    return list(LAWS[name].check(case))


# --- spoiling one thing of a plan -------------------------------------------------------------


def spoiled(case: Case, **given) -> Case:
    """The case with another plan; all that is not given stays as it was."""
    return replace(case, plan=replace(case.plan, **given), group=Group())


def changed(record, **changes):
    """A record with other values, whether it is a dataclass or a named tuple."""
    return record._replace(**changes) if isinstance(record, tuple) else replace(record, **changes)


def with_step(case: Case, number: int, **changes) -> Case:
    steps = list(case.plan.steps)
    steps[number] = changed(steps[number], **changes)
    return spoiled(case, steps=tuple(steps))


def first(case: Case, kind: str) -> int:
    return next(step.number for step in case.plan.steps if step.kind == kind)


def regimen_of(case: Case, *amounts: int, **changes):
    amounts = tuple(1000 * amount for amount in amounts)
    now = case.plan.steps[0].regimen
    units = tuple(case.shelf.units[amount] for amount in amounts)
    return changed(now, amounts=amounts, units=units, daily=sum(amounts), **changes)


def half_a_tablet(case: Case) -> Case:
    regimen = case.plan.steps[2].regimen
    strength, _ = regimen.units[0][0]
    return with_step(
        case, 2, regimen=changed(regimen, units=(((strength, 500),), *regimen.units[1:]))
    )


def four_instead_of_one(case: Case) -> Case:
    small = next(s for s in case.shelf.strengths if s.amount == 15_000)
    regimen = regimen_of(case, 60, 60, 60)
    return with_step(case, 2, regimen=changed(regimen, units=(((small, 4000),),) * 3))


def a_rise(case: Case) -> Case:
    return with_step(case, 2, regimen=regimen_of(case, 90, 90, 120))


def a_hold_at_less(case: Case) -> Case:
    number = first(case, "hold")
    return with_step(case, number, regimen=case.plan.steps[number + 1].regimen)


def half_at_once(case: Case) -> Case:
    return with_step(case, 2, regimen=regimen_of(case, 45, 45, 45))


def called_unavoidable(case: Case) -> Case:
    return with_step(case, 2, findings=("unavoidable-cut",))


def another_time_of_day(case: Case) -> Case:
    steps = case.plan.steps
    number = next(s.number for s in steps[2:] if len(set(s.regimen.amounts)) > 1)
    amounts = sorted((a // 1000 for a in steps[number].regimen.amounts), reverse=True)
    return with_step(case, number, regimen=regimen_of(case, *amounts))


def no_last_dose(case: Case) -> Case:
    steps = case.plan.steps
    return with_step(case, len(steps) - 2, regimen=regimen_of(case, 15, 15, 15))


def four_times_a_day(case: Case) -> Case:
    now = case.plan.steps[2].regimen
    regimen = changed(now, amounts=(*now.amounts, 0), units=(*now.units, ()))
    return with_step(case, 2, regimen=regimen)


def more_acetaminophen(case: Case) -> Case:
    small = min(case.shelf.strengths, key=lambda strength: strength.amount)
    now = case.plan.steps[2].regimen
    return with_step(case, 2, regimen=changed(now, units=(((small, 2000),),) * 4))


def a_day_twice(case: Case) -> Case:
    return with_step(case, 3, start=case.plan.steps[3].start - DAY)


def moved(case: Case, number: int, days: int) -> Case:
    """The row and those after it begin earlier or later."""
    steps = list(case.plan.steps)
    for place in range(number - 1, len(steps)):
        step = steps[place]
        start = step.start if place < number else step.start + days * DAY
        end = None if step.end is None else step.end + days * DAY
        steps[place] = changed(step, start=start, end=end)
    return spoiled(case, steps=tuple(steps))


def last_dose_for_a_week(case: Case) -> Case:
    stop = len(case.plan.steps) - 1
    return moved(case, stop, -(case.plan.steps[stop - 1].days - 7))


def no_hold(case: Case) -> Case:
    return with_step(case, first(case, "hold"), kind="baseline")


def without_check(case: Case, reason: str) -> Case:
    checks = list(case.plan.checks)
    checks.remove(next(check for check in checks if check.reason == reason))
    return spoiled(case, checks=tuple(checks))


def with_check(case: Case, reason: str, days: int = 0, **changes) -> Case:
    checks = list(case.plan.checks)
    place = next(n for n, check in enumerate(checks) if check.reason == reason)
    checks[place] = changed(checks[place], date=checks[place].date + days * DAY, **changes)
    return spoiled(case, checks=tuple(checks))


def months_without_contact(case: Case) -> Case:
    checks = case.plan.checks
    return spoiled(case, checks=(*checks[:5], *checks[25:]))


def never_monitored(case: Case) -> Case:
    checks = []
    for check in case.plan.checks:
        items = tuple(item for item in check.items if "monitoring program" not in item)
        checks.append(changed(check, items=items))
    return spoiled(case, checks=(case.plan.checks[0], *checks[1:]))


def with_fill(case: Case, **changes) -> Case:
    supply = case.plan.dispensing
    fills = (changed(supply.fills[0], **changes), *supply.fills[1:])
    return spoiled(case, dispensing=changed(supply, fills=fills))


def with_item(case: Case, **changes) -> Case:
    items = case.plan.supply[0].items
    return with_fill(case, items=(changed(items[0], **changes), *items[1:]))


def left_over(case: Case) -> Case:
    supply = case.plan.dispensing
    return spoiled(case, dispensing=Supply(supply.fills, supply.fills[0].items))


def without_finding(case: Case, name: str) -> Case:
    found = tuple(finding for finding in case.plan.findings if finding.id != name)
    return spoiled(case, findings=found)


def twice_said(case: Case) -> Case:
    return spoiled(case, findings=(*case.plan.findings, case.plan.findings[-1]))


def other_dates(case: Case) -> Case:
    found = tuple(
        changed(finding, values=(("dates", "2027-01-01"),))
        if finding.id == "new-prescriptions"
        else finding
        for finding in case.plan.findings
    )
    return spoiled(case, findings=found)


def unmarked(case: Case) -> Case:
    return with_step(case, first(case, "hold"), findings=())


def saved_with(case: Case, change) -> Case:
    document = json.loads(case.plan.to_json())
    change(document)
    case.__dict__["saved"] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return case


SPOILED = {
    "doses-are-made-of-units": lambda: half_a_tablet(tablets()),
    "fewest-units": lambda: four_instead_of_one(tablets()),
    "no-dose-rises": lambda: a_rise(tablets()),
    "only-reductions-reduce": lambda: a_hold_at_less(tablets()),
    "cuts-are-limited": lambda: half_at_once(tablets()),
    "unavoidable-cuts-are": lambda: called_unavoidable(tablets()),
    "chosen-by-the-rule": lambda: half_at_once(tablets()),
    "zero-follows-the-smallest": lambda: no_last_dose(tablets()),
    "divided-over-the-day": lambda: another_time_of_day(tablets()),
    "given-at-the-times-of-day": lambda: four_times_a_day(tablets()),
    "second-ingredient-never-rises": lambda: more_acetaminophen(combination()),
    "every-day-once": lambda: a_day_twice(tablets()),
    "dated-by-the-rule": lambda: moved(tablets(), 3, 7),
    "no-row-too-short": lambda: moved(tablets(), 3, -1),
    "smallest-dose-is-kept": lambda: last_dose_for_a_week(tablets(holds=())),
    "holds-where-asked": lambda: no_hold(tablets()),
    "patches-are-changed-when-due": lambda: moved(patch(), 2, 1),
    "looked-at-when-withdrawal-would-show": lambda: with_check(tablets(), "after-reduction", 7),
    "decided-before-the-next": lambda: with_check(tablets(), "before-reduction", 1),
    "holds-end-with-a-review": lambda: without_check(tablets(), "hold-review"),
    "seen-after-the-stop": lambda: without_check(tablets(), "after-stop"),
    "never-long-without-contact": lambda: months_without_contact(tablets()),
    "monitored-every-three-months": lambda: never_monitored(tablets()),
    "checks-say-what-to-look-at": lambda: with_check(tablets(), "hold-review", items=("sleep",)),
    "fills-follow-one-another": lambda: with_fill(tablets(), days_supply=27),
    "fills-add-up-to-the-steps": lambda: with_item(tablets(), quantity=1000),
    "fills-are-counted-in-the-unit": lambda: with_item(tablets(), quantity=500),
    "findings-are-those-that-hold": lambda: without_finding(tablets(), "cut-over-25-percent"),
    "findings-are-said-once-at-their-level": lambda: twice_said(tablets()),
    "rows-are-marked-with-their-findings": lambda: unmarked(tablets()),
    "new-prescriptions-are-dated": lambda: other_dates(tablets()),
    "rows-are-printed-as-they-are": lambda: saved_with(
        tablets(), lambda document: document["steps"][2].update(daily_dose="29")
    ),
    "summary-sums-up": lambda: saved_with(
        tablets(), lambda document: document["summary"].update(reductions=1)
    ),
    "read-back-byte-for-byte": lambda: saved_with(
        tablets(), lambda document: document["steps"][2].update(daily_dose="29")
    ),
    "planned-again-the-same": lambda: saved_with(
        tablets(), lambda document: document["request"].update(reduce="20%")
    ),
}


@pytest.mark.parametrize("name", list(LAWS))
def test_each_law_can_fail(name):
    assert faults(SPOILED[name](), name)


@pytest.mark.parametrize("sound", [tablets, patch, combination])
def test_a_sound_plan_breaks_no_law(sound):
    case = sound()
    assert {name: faults(case, name) for name in LAWS} == {name: [] for name in LAWS}
    assert {name: faults(spoiled(case), name) for name in LAWS} == {name: [] for name in LAWS}


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (left_over, "fills-add-up-to-the-steps"),
        (lambda case: with_fill(case, date=case.plan.start + DAY), "fills-follow-one-another"),
        (
            lambda case: with_item(case, product=US.find("morphine-solution")),
            "fills-are-counted-in-the-unit",
        ),
        (lambda case: with_check(case, "after-reduction", -400), "checks-say-what-to-look-at"),
        (lambda case: without_check(case, "before-reduction"), "decided-before-the-next"),
        (
            lambda case: without_check(case, "after-reduction"),
            "looked-at-when-withdrawal-would-show",
        ),
        (lambda case: spoiled(case, checks=()), "never-long-without-contact"),
        (lambda case: spoiled(case, checks=()), "monitored-every-three-months"),
        (lambda case: without_finding(case, "naloxone"), "findings-are-those-that-hold"),
        (lambda case: with_step(case, 1, kind="hold"), "holds-where-asked"),
        (lambda case: with_step(case, 2, start=case.plan.steps[2].end + DAY), "every-day-once"),
    ],
)
def test_laws_fail_in_other_ways_too(spoil, name):
    assert faults(spoil(tablets()), name)
