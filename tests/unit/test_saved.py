"""A saved plan is read as it was written, or refused with everything that is wrong in it."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

from taper import InputError, Plan, TaperError
from taper.course.revise import revise
from taper.course.saved import parse_plan, read_saved
from taper.planning.make import planned as plan

START = "2026-12-07"
DATA = Path(__file__).parents[1] / "data"


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
HELD = {"product": "morphine-er", "dose": "60 mg q12h", "start": START}


def faults(changed) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        parse_plan(json.dumps(changed))
    return {problem.field: problem.message for problem in caught.value.problems}


def of_another_version(made):
    """The document, as if a version that is not here had made it."""
    other = deepcopy(made)
    other["made_with"]["taper"] = "0.0.1"
    return other


@pytest.mark.parametrize("made", [MORPHINE, GOAL, TWO, KEPT, FINISH, PATCH, OVER])
def test_what_was_saved_is_read_byte_for_byte(made):
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    assert parse_plan(text).to_json() == text
    assert read_saved(text).said == ""
    rearranged = json.dumps(dict(reversed(made.items())), sort_keys=True)
    assert parse_plan(rearranged).to_json() == text


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
def test_the_rows_of_another_version_stand_and_the_rest_is_worked_out_again(made):
    other = of_another_version(made)
    other["steps"][1].update(why="as it was said then", directions="Take ten.", mme="1")
    other["findings"] = other["checks"] = other["leftover"] = []
    other["supply"][0]["items"][0].update(directions="Take ten.", quantity="900")
    other["summary"]["stop_date"] = "2031-01-01"
    other["what"] = "a field of that version"
    saved, here = read_saved(json.dumps(other), "plan.json"), parse_plan(json.dumps(made))
    read = saved.plan
    assert saved.said.startswith("plan.json was made by taper 0.0.1 with formulary ")
    assert "its rows stand" in saved.said
    assert read.steps[1].why == "as it was said then"
    assert read.steps[1].regimen.directions == here.steps[1].regimen.directions
    assert [step.regimen.amounts for step in read.steps] == [s.regimen.amounts for s in here.steps]
    assert read.checks == here.checks
    assert read.to_dict()["supply"] == made["supply"]
    assert read.to_dict()["summary"] == made["summary"]
    ids = {finding.id for finding in here.findings}
    assert {finding.id for finding in read.findings} >= ids - {"cut-over-25-percent"}
    again = read_saved(read.to_json())
    assert again.plan.to_json() == read.to_json()
    assert again.said


def test_a_plan_of_another_version_is_changed_and_read_again():
    other = of_another_version(MORPHINE)
    held = revise(parse_plan(json.dumps(other)), date(2027, 1, 12), hold="1w")
    slower = revise(parse_plan(held.to_json()), date(2027, 2, 12), every="3w")
    assert slower.made_with == other["made_with"]
    assert [change["from"] for change in slower.revisions] == ["2027-01-12", "2027-02-12"]
    again = parse_plan(slower.to_json())
    assert again.to_dict()["supply"] == slower.to_dict()["supply"]
    days = [check.date for check in slower.checks if check.date >= date(2027, 2, 12)]
    assert [check.date for check in again.checks if check.date >= date(2027, 2, 12)] == days
    damaged = json.loads(slower.to_json())
    damaged["supply"][0]["days_supply"] = 300
    assert faults(damaged)["supply.0.days_supply"] == "300 days, and a fill is for 14 at most"
    damaged = json.loads(slower.to_json())
    damaged["revisions"][0]["from"] = "2026-01-01"
    assert faults(damaged)["revisions.0.from"] == "is not a day of the plan"


@pytest.mark.parametrize("name", ["held", "two-opioids", "patch", "as-needed-average"])
def test_the_rows_of_a_plan_of_the_first_schema_stand(name):
    text = (DATA / f"plan-1-{name}.json").read_text(encoding="utf-8")
    saved, document = read_saved(text, name), json.loads(text)
    assert saved.said.startswith(f"{name} was made by taper 0.1.0 with formulary 2026.11.1")
    found = saved.plan.to_dict()
    assert found["schema"] == "taper-plan/2"
    names = ("step", "kind", "start", "end", "product", "daily_dose", "doses", "why")
    rows, kept = (
        [[step[name] for name in names] for step in plan["steps"]] for plan in (found, document)
    )
    assert rows == kept
    assert found["id"] == document["id"]
    assert found["checks"]
    assert parse_plan(saved.plan.to_json()).to_json() == saved.plan.to_json()


def test_a_schema_that_is_not_known_is_refused():
    for schema in ("taper-plan/3", "taper-plan/0", None, 2, ["taper-plan/2"]):
        changed = deepcopy(MORPHINE) | {"schema": schema}
        assert "is not taper-plan/2" in faults(changed)["schema"]


def test_a_step_back_is_the_one_rise_that_there_is():
    first = parse_plan(json.dumps(MORPHINE))
    back = revise(first, date(2027, 1, 12), step_back="withdrawal")
    assert back.steps[-1].kind == "stop"
    text = back.to_json()
    assert parse_plan(text).to_json() == text
    without = of_another_version(json.loads(text))
    del without["revisions"][0]["change"]["step_back"]
    without["revisions"][0]["change"]["hold"] = "1w"
    assert any("rises" in message for message in faults(without).values())


# --- what a hand may have done to a plan of this version ----------------------------------------


def leaves(value, path=()):
    """Every value of a document that holds no others, with its path."""
    if isinstance(value, (dict, list)) and value:
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*path, name))
    else:
        yield path, value


def kinds_of_leaves(made):
    """One path of each kind: the number of an entry of a list does not tell them apart."""
    found = {}
    for path, value in leaves(made):
        kind = tuple("*" if isinstance(part, int) else part for part in path)
        found[kind, type(value)] = path, value  # the last one
    return list(found.values())


def others(value):
    """Values in the place of one, of its own type and of another."""
    if isinstance(value, str):
        return [value + "0", "", "Take ten 60 mg tablets by mouth every hour.", 7]
    if isinstance(value, int):
        return [value + 1, float(value), str(value)]
    return ["something", 1]


REVISED = revise(plan(**HELD), "2027-01-12", hold="2w", why="poor sleep")
REVISED = revise(REVISED, "2027-02-20", reduce="5%").to_dict()
FREE = {  # nothing else follows from these alone
    *(("id",), ("request", "label"), ("request", "specialist"), ("revisions", "*", "why")),
    ("made_with", "taper"),
    ("made_with", "formulary"),
    ("made_with", "formulary_date"),
}


@pytest.mark.parametrize("made", [MORPHINE, KEPT, REVISED], ids=["simple", "two", "revised"])
def test_no_value_of_a_plan_is_believed(made):
    """Each kind of value, changed alone: the plan is refused, and the place is named."""
    tried = 0
    for path, value in kinds_of_leaves(made):
        kind = tuple("*" if isinstance(part, int) else part for part in path)
        for other in others(value):
            changed = deepcopy(made)
            within = changed
            for part in path[:-1]:
                within = within[part]
            within[path[-1]] = other
            tried += 1
            try:
                read = parse_plan(json.dumps(changed))
            except TaperError:
                continue
            assert kind in FREE, (path, other)
            assert read.to_dict() == changed or kind[0] == "made_with", (path, other)
    assert tried > 200


@pytest.mark.parametrize("name", ["checks", "findings", "supply", "leftover", "steps", "revisions"])
def test_no_list_of_a_plan_is_believed(name):
    for made in (MORPHINE, REVISED):
        for value in ([], made[name][:-1], [*made[name], *made[name][-1:]], {}, None):
            if value == made[name] and isinstance(value, list):
                continue
            changed = deepcopy(made) | {name: value}
            with pytest.raises(TaperError):
                parse_plan(json.dumps(changed))


def _at(name: str, place: int, **values):
    def change(made) -> None:
        made[name][place].update(values)

    return change


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (_at("checks", 0, date="2031-01-01"), "checks.0.date", "has '2031-01-01', the plan"),
        (_at("supply", 1, days_supply=300), "supply.1.days_supply", "the plan made again '14'"),
        (_at("revisions", 0, **{"from": "2026-01-01"}), "revisions.0.from", "the plan begins on"),
        (lambda made: made.update(checks=[]), "checks", "the file has 0 entries"),
        (lambda made: made.update(findings=[]), "findings", "the file has 0 entries"),
        (
            lambda made: made["request"].update(reduce="20%"),
            "summary.stop_date",
            "the file has '2027-04-12', the plan made again '2027-02-22'",
        ),
        (lambda made: made.update(more=1), "more", "is not part of a plan"),
        (lambda made: made.pop("leftover"), "leftover", "is missing"),
    ],
)
def test_the_first_thing_that_does_not_fit_is_named(change, field, said):
    changed = deepcopy(REVISED)
    change(changed)
    found = faults(changed)
    assert len(found) == 1
    assert next(iter(found)).startswith(field)
    assert said in next(iter(found.values()))


def test_more_changes_than_a_plan_can_have_are_refused():
    changed = deepcopy(REVISED)
    changed["revisions"] *= 300
    assert faults(changed)["revisions"] == "600 changes are more than a plan can have"


@pytest.mark.parametrize("made", [MORPHINE, REVISED, of_another_version(REVISED)])
def test_a_key_that_stands_twice_is_refused(made):
    text = json.dumps(made)
    again = text.replace('"daily_dose": ', '"daily_dose": "5", "daily_dose": ', 1)
    with pytest.raises(InputError, match="'daily_dose' is given twice"):
        parse_plan(again)


def test_a_text_that_is_longer_than_any_plan_is_not_read():
    with pytest.raises(InputError, match="20,000,000 characters are more than a plan has"):
        parse_plan(" " * 20_000_000)


# --- what a hand may have done to the rows of another version -----------------------------------------------------------


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
        (_set("id", "\x1b]0;x\x07"), "id", "cannot be printed"),
        (_set("revisions", [{"a": 1}]), "revisions.0.from", "required"),
        (_set("steps.1.why", ""), "steps.1.why", "is empty"),
        (_remove("steps.3"), "steps.3.step", "3 should"),
        (_renumbered_without_a_row, "steps.3.start", "day after"),
        (_reversed_dates, "steps.2.end", "before it begins"),
        (_other_drug, "steps.2.product", "not a product of the request"),
        (_rise, "steps.3.daily_dose", "rises"),
        (_set("steps.1.doses.0.units.0.count", "0"), "steps.1.doses.0.units.0.count", "none of"),
        (_set("steps.1.doses.0.amount", "90.0001"), "steps.1.doses.0.amount", "decimal"),
        (_set("steps.0.companions", [{}]), "steps.0.companions.0.product", "required"),
        (_set("steps.1.start", "2026-13-45"), "steps.1.start", "not in the calendar"),
        (_same_dose_again, "steps.2.daily_dose", "is no reduction"),
        (_another_start, "steps.0.daily_dose", "not the dose of the request"),
    ],
)
def test_rows_that_nobody_could_have_planned_are_refused(change, field, said):
    changed = of_another_version(MORPHINE)
    change(changed)
    found = faults(changed)
    assert field is None or field in found, found
    assert said in " ".join(found.values() if field is None else [found[field]])


def test_every_fault_of_the_rows_is_named_at_once():
    changed = of_another_version(MORPHINE)
    _set("steps.1.doses.0.amount", "900")(changed)
    _set("steps.4.end", "2026-01-01")(changed)
    _set("steps.6.step", 60)(changed)
    assert {"steps.1.doses.0.amount", "steps.4.end", "steps.6.step"} <= set(faults(changed))


def test_kinds_that_end_nowhere_are_refused():
    changed = of_another_version(MORPHINE)
    for step in changed["steps"]:
        step["kind"] = "maintain"
    assert faults(changed)["steps.0.kind"] == "'maintain' is not what step 0 can be"


def test_what_is_taken_as_well_stays_or_is_the_one_that_changes():
    changed = of_another_version(KEPT)
    _set("steps.2.companions", [])(changed)
    assert faults(changed)["steps.2.companions"] == "oxycodone-ir is left out"
    changed = of_another_version(KEPT)
    for step in changed["steps"]:
        _set("companions.0.daily_dose", "20")(step)
    assert "steps.0.companions.0.daily_dose" in faults(changed)


@pytest.mark.parametrize("parts", [0, 2])
def test_a_taper_by_a_date_has_one_rate(parts):
    changed = of_another_version(OVER)
    changed["rule"]["parts"] = changed["rule"]["parts"] * parts
    assert "rule.parts" in faults(changed)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "[1]", "null", "{", '"x"'])
def test_what_is_no_plan_at_all(text):
    with pytest.raises(InputError):
        parse_plan(text)


def test_the_request_must_be_one():
    changed = deepcopy(MORPHINE)
    changed["request"] = {"product": "morphine-er"}
    assert {"request.dose", "request.start"} <= set(faults(changed))
    for request in (None, [], "morphine-er"):
        assert "missing" in faults(changed | {"request": request})["request"]
