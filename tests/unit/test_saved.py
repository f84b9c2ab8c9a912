"""A saved plan is read as it was written, or refused with everything that is wrong in it."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date

import pytest

from taper import InputError, Plan
from taper.course.revise import revise
from taper.planning.make import planned as plan
from taper.planning.saved import as_written, parse_plan

START = "2026-12-07"


def document(**fields):
    values = {"product": "morphine-er", "dose": "90 mg q8h", "start": START, **fields}
    return plan(**values).to_dict()


MORPHINE = document()
GOAL = document(to="90 mg")
TWO = document(dose="30 mg q12h", also=["oxycodone-ir 10 mg q6h"])
KEPT = document(dose="30 mg q12h", also=["oxycodone-ir 10 mg q6h"], keep=["oxycodone-ir"])
FINISH = document(dose="60 mg q12h", finish_with="morphine-solution")
PATCH = document(product="fentanyl-patch", dose="100 mcg/h")
OVER = document(over="26w")


def faults(changed) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        parse_plan(json.dumps(changed))
    return {problem.field: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("made", [MORPHINE, GOAL, TWO, KEPT, FINISH, PATCH, OVER])
def test_what_was_saved_is_read_byte_for_byte(made):
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    assert parse_plan(text).to_json() == text
    assert as_written(made).to_json() == text


@pytest.mark.parametrize("made", [MORPHINE, GOAL, TWO, KEPT, FINISH, PATCH, OVER])
def test_a_plan_that_was_read_is_the_record_that_was_made(made):
    """Each value is the same, also those that a document does not show: why, and of what ideal."""
    first = plan(**{name: value for name, value in made["request"].items() if value is not None})
    read = parse_plan(first.to_json())
    for name in ("id", "made_with", "steps", "checks", "findings", "revisions", "stop_date"):
        assert getattr(read, name) == getattr(first, name), name
    assert [step.why for step in read.steps] == [step.why for step in first.steps]
    assert [step.reason for step in read.steps] == [step.reason for step in first.steps]
    assert read.to_json() == first.to_json()
    assert Plan(read)._repr_html_() == Plan(first)._repr_html_()


@pytest.mark.parametrize("made", [MORPHINE, GOAL, TWO, KEPT, FINISH, PATCH, OVER])
def test_the_rows_of_another_version_stand_with_what_it_said_of_them(made):
    """Its words and figures are the record's own values; nothing else is known of its rows."""
    other = deepcopy(made)
    other["made_with"]["taper"] = "0.0.1"
    other["steps"][1]["why"] = "as it was said then"
    other["findings"][0].update(level="note", message="said then", source="whose word it was")
    read, here = parse_plan(json.dumps(other)), parse_plan(json.dumps(made))
    assert read.to_dict() == other
    assert read.steps[1].why == "as it was said then"
    assert [step.regimen.amounts for step in read.steps] == [s.regimen.amounts for s in here.steps]
    assert read.checks == here.checks
    assert read.findings[1:] == here.findings[1:]
    assert read.findings[0] != here.findings[0]
    assert read.findings[0].source == "whose word it was"


def test_a_step_back_is_the_one_rise_that_there_is():
    first = parse_plan(json.dumps(MORPHINE))
    back = revise(first, date(2027, 1, 12), step_back="withdrawal")
    assert back.steps[-1].kind == "stop"
    text = back.to_json()
    assert parse_plan(text).to_json() == text
    without = json.loads(text)
    del without["revisions"][0]["change"]["step_back"]
    without["revisions"][0]["change"]["hold"] = "1w"
    assert any("rises" in message for message in faults(without).values())


# --- what a hand may have done to it -----------------------------------------------------------


def _set(path: str, value: object):
    """A change of one value: ``steps.1.daily_dose``."""

    def change(made) -> None:
        *parts, last = path.split(".")
        for part in parts:
            made = made[int(part) if part.isdigit() else part]
        made[int(last) if last.isdigit() else last] = value

    return change


def _remove(path: str):
    def change(made) -> None:
        *parts, last = path.split(".")
        for part in parts:
            made = made[int(part) if part.isdigit() else part]
        del made[int(last) if last.isdigit() else last]

    return change


def _renumbered_without_a_row(made) -> None:
    del made["steps"][3]
    for number, step in enumerate(made["steps"]):
        step["step"] = number


def _reversed_dates(made) -> None:
    row = made["steps"][2]
    row["start"], row["end"] = row["end"], row["start"]


def _other_drug(made) -> None:
    for step in made["steps"][2:]:
        step["product"] = "oxycodone-er"


def _rise(made) -> None:
    """The second and third rows change places: each is well made."""
    second, third = made["steps"][2], made["steps"][3]
    for name in ("doses", "daily_dose", "mme", "directions"):
        second[name], third[name] = third[name], second[name]


def _same_dose_again(made) -> None:
    """The second reduction takes nothing away."""
    for name in ("doses", "daily_dose", "mme", "directions"):
        made["steps"][2][name] = made["steps"][1][name]


def _another_start(made) -> None:
    """What is taken now is the dose after the first reduction."""
    for name in ("doses", "daily_dose", "mme", "directions"):
        made["steps"][0][name] = made["steps"][1][name]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (_set("steps.1.doses.0.amount", "900"), "steps.1.doses.0.amount", "not what the units"),
        (_set("steps.1.doses.0.units.0.count", "-2"), "steps.1.doses.0.units.0.count", "decimal"),
        (_set("steps.1.doses.0.units.0.count", "3"), "steps.1.doses.0.amount", "units make"),
        (_set("steps.1.doses.0.units.0.strength", "61"), "steps.1.doses.0.units.0.strength", "no"),
        (_set("steps.1.daily_dose", "30"), "steps.1.daily_dose", "not the sum"),
        (_set("steps.1.daily_dose", "240.0"), "steps.1.daily_dose", "exact decimal"),
        (_set("steps.1.doses.1.time", "morning"), "steps.1.doses", "times of a day"),
        (_set("steps.1.doses.1.time", "midnight"), "steps.1.doses", "times of a day"),
        (_set("steps.1.percent_of_original", "700.0"), "steps.1.percent_of_original", "88.9"),
        (_set("steps.1.mme", "1"), "steps.1.mme", "240"),
        (_set("steps.1.unit", "mcg"), "steps.1.unit", "mg"),
        (_set("steps.1.days", 9), "steps.1.days", "7"),
        (_set("steps.1.days", -7), "steps.1.days", "greater"),
        (_set("steps.1.step", 2), "steps.1.step", "1 should"),
        (_set("steps.1.kind", "current"), "steps.1.kind", "current"),
        (_set("steps.1.kind", "hold"), "steps.1.daily_dose", "hold"),
        (_set("steps.1.start", 0), "steps.1.start", "string"),
        (_set("steps.1.start", None), "steps.1.start", "missing"),
        (_set("steps.1.start", "2026-12-07T00:00:00"), "steps.1.start", "not a date"),
        (_set("steps.1.start", "20261207"), "steps.1.start", "not a date"),
        (_set("steps.1.start", "2026-12-06"), "steps.1.start", "start of the request"),
        (_set("steps.1.end", "9999-12-31"), "steps.1.end", "2299"),
        (_set("steps.1.end", "2026-12-14"), "steps.2.start", "day after"),
        (_set("steps.1.end", None), "steps.1.end", "missing"),
        (_set("steps.0.start", "2026-12-01"), "steps.0.start", "no dates"),
        (_set("steps.0.doses", []), "steps.0.daily_dose", "not the sum"),
        (_set("steps.1.why", "\ud800"), "steps.1.why", "cannot be printed"),
        (_set("findings.0.message", "\x1b[2J"), "findings.0.message", "cannot be printed"),
        (_set("findings.0.steps", [99]), "findings.0.steps", "no step 99"),
        (_set("id", "\x1b]0;x\x07"), "id", "cannot be printed"),
        (_set("revisions", [{"a": 1}]), "revisions.0.from", "required"),
        (_set("summary.largest_cut_percent_of_current", "1.0"), None, "does not follow"),
        (_set("summary.stop_date", None), "summary.stop_date", "none does not follow"),
        (_set("supply.0.items.0.quantity", "900"), "supply", "do not add up"),
        (_set("supply.0.items.0.unit", "patch"), "supply.0.items", "does not follow"),
        (_set("supply.0.items.0.product", "oxycodone-er"), "supply.0.items.0.product", "request"),
        (_set("supply.0.days_supply", 27), "supply.0.days_supply", "do not last until"),
        (_set("supply.1.date", "2026-12-31"), "supply.1.not_before", "does not follow"),
        (_set("steps.1.why", ""), "steps.1.why", "is empty"),
        (_set("checks.0.items.0", ""), "checks.0.items.0", "is empty"),
        (_set("supply.0.fill", 2), "supply.0.fill", "1 should"),
        (_set("product.id", "oxycodone-er"), "product.id", "morphine-er"),
        (_remove("steps.3"), "steps.3.step", "3 should"),
        (_renumbered_without_a_row, "steps.3.start", "day after"),
        (_reversed_dates, "steps.2.end", "before it begins"),
        (_other_drug, "steps.2.product", "not a product of the request"),
        (_rise, "steps.3.daily_dose", "rises"),
        (_set("steps.1.doses.0.units.0.count", "0"), "steps.1.doses.0.units.0.count", "none of"),
        (_set("steps.1.doses.0.amount", "90.0001"), "steps.1.doses.0.amount", "decimal"),
        (_set("supply.0.items.0.strength", "61"), "supply.0.items.0.strength", "no strength"),
        (_set("steps.0.companions", [{}]), "steps.0.companions.0.product", "required"),
        (_set("steps.1.start", "2026-13-45"), "steps.1.start", "not in the calendar"),
        (_same_dose_again, "steps.2.daily_dose", "is no reduction"),
        (_another_start, "steps.0.daily_dose", "not the dose of the request"),
    ],
)
def test_a_plan_that_nobody_could_have_made_is_refused(change, field, said):
    changed = deepcopy(MORPHINE)
    change(changed)
    found = faults(changed)
    assert field is None or field in found, found
    assert said in " ".join(found.values() if field is None else [found[field]])


def test_every_fault_is_named_at_once():
    changed = deepcopy(MORPHINE)
    _set("steps.1.doses.0.amount", "900")(changed)
    _set("steps.4.end", "2026-01-01")(changed)
    _set("steps.6.step", 60)(changed)
    assert {"steps.1.doses.0.amount", "steps.4.end", "steps.6.step"} <= set(faults(changed))


def test_kinds_that_end_nowhere_are_refused():
    changed = deepcopy(MORPHINE)
    for step in changed["steps"]:
        step["kind"] = "maintain"
    assert faults(changed)["steps.0.kind"] == "'maintain' is not what step 0 can be"


def test_what_is_taken_as_well_stays_or_is_the_one_that_changes():
    changed = deepcopy(KEPT)
    _set("steps.2.companions", [])(changed)
    assert faults(changed)["steps.2.companions"] == "oxycodone-ir is left out"
    changed = deepcopy(KEPT)
    for step in changed["steps"]:
        _set("companions.0.daily_dose", "20")(step)
    assert "steps.0.companions.0.daily_dose" in faults(changed)


@pytest.mark.parametrize("parts", [0, 2])
def test_a_taper_by_a_date_has_one_rate(parts):
    changed = deepcopy(OVER)
    changed["rule"]["parts"] = changed["rule"]["parts"] * parts
    assert "rule.parts" in faults(changed)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "[1]", "null", "{", '"x"'])
def test_what_is_no_plan_at_all(text):
    with pytest.raises(InputError):
        parse_plan(text)


def test_the_request_must_be_one():
    changed = deepcopy(MORPHINE)
    changed["request"] = {"product": "morphine-er"}
    assert {"dose", "start"} <= set(faults(changed))
