"""What a check found: read, kept, judged, and exported."""

from __future__ import annotations

import json
from datetime import date

import pytest
from golden.test_fhir import faults

from taper import InputError, Refused
from taper.course.answers import answers, applied, read_then
from taper.course.records import in_words, is_long_hard, read_values, recorded, without_record
from taper.course.revise import revise
from taper.course.saved import parse_plan
from taper.export import Options, render
from taper.planning.make import planned as plan

FIRST = plan("morphine-er", "60 mg q8h", start="2026-12-07", every="2w", id="records-1")
DAY = date(2027, 1, 15)
FIELDS = (
    *("date", "step", "cows", "sows16", "sows10", "peg", "pain", "sleep", "mood"),
    *("suicidal_thoughts", "not_reached", "note", "then", "reason", "replaced"),
)


def checked(first=FIRST, on=DAY, **given):
    """A plan with a record, and its answers by name."""
    values = read_values(given)
    made = recorded(first, on, values)
    return made, values, {answer.name: answer for answer in answers(made, on, values)}


def test_a_record_has_every_field_and_null_for_what_was_not_asked():
    made, *_ = checked(cows="11", peg="5.30", sleep="5 hours", suicidal_thoughts=False)
    (record,) = made.to_dict()["records"]
    assert tuple(record) == FIELDS
    assert record == dict.fromkeys(FIELDS) | {
        "date": "2027-01-15",
        "step": 3,
        "cows": 11,
        "peg": "5.3",
        "sleep": "5 hours",
        "suicidal_thoughts": False,
        "replaced": False,
    }
    assert parse_plan(made.to_json()).to_json() == made.to_json()


def test_cows_is_a_total_or_its_items():
    assert read_values({"cows": "1,2,1,0,1,2,1,0,1,2,0"})["cows"] == 11
    assert read_values({"cows": "11"})["cows"] == 11


def test_a_second_record_of_a_day_replaces_the_first_which_stays():
    once, *_ = checked(cows="11")
    twice, *_ = checked(once, cows="14")
    found = twice.to_dict()["records"]
    assert [(each["cows"], each["replaced"]) for each in found] == [(11, True), (14, False)]
    assert parse_plan(twice.to_json()).to_json() == twice.to_json()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "nothing is recorded"),
        ({"cows": "49"}, "is not a score of the COWS"),
        ({"cows": "1,2,1,0,1,2,1,0,1,2"}, "10 values"),
        ({"cows": "9,2,1,0,1,2,1,0,1,2,0"}, "9 is not a value"),
        ({"sows16": "65"}, "16-item Subjective"),
        ({"sows10": "31"}, "10-item Short"),
        ({"peg": "11"}, "not a PEG score"),
        ({"pain": "-1"}, "not a score of the pain"),
        ({"mood": "11"}, "over 10"),
        ({"note": "a\x07b"}, "cannot be printed"),
        ({"not_reached": True, "cows": "3"}, "was not reached"),
    ],
)
def test_what_is_impossible_is_an_error(given, words):
    with pytest.raises(InputError, match=words):
        read_values(given)


def test_the_day_must_be_one_of_the_plan():
    for day in (date(2026, 9, 1), date(2028, 9, 1)):
        with pytest.raises(InputError, match="the plan goes from"):
            recorded(FIRST, day, read_values({"pain": "3"}))


def test_the_answers_side_by_side_with_dose_date_and_stop():
    *_, found = checked(cows="6")
    shown = {
        name: (answer.next and answer.next.daily // 1000, answer.to_dict()["next_date"])
        for name, answer in found.items()
    }
    assert list(found) == ["go-on", "hold", "slow", "step-back", "stay", "refer"]
    assert shown == {
        "go-on": (105, "2027-01-18"),
        "hold": (105, "2027-02-01"),
        "slow": (105, "2027-02-01"),
        "step-back": (150, "2027-01-15"),
        "stay": (None, None),
        "refer": (None, None),
    }
    assert found["go-on"].to_dict()["stop_date"] == "2027-05-24"
    assert found["hold"].to_dict()["stop_date"] == "2027-06-07"
    assert found["stay"].to_dict()["stop_date"] is None


@pytest.mark.parametrize(
    "given", [{"cows": "13"}, {"suicidal_thoughts": True}, {"not_reached": True}]
)
def test_after_a_bad_check_going_on_needs_a_reason(given):
    made, values, found = checked(**given)
    assert not found["go-on"].to_dict()["offered"]
    assert list(found)[-1] == "go-on"
    with pytest.raises(Refused, match="going on is not offered"):
        applied(made, DAY, values, "go-on")
    made, values, found = checked(**given, reason="a cold, seen today")
    assert found["go-on"].to_dict()["offered"]
    assert applied(made, DAY, values, "go-on") is made


def test_a_good_check_offers_to_go_on_first():
    *_, found = checked(cows="12", suicidal_thoughts=False)
    assert next(iter(found)) == "go-on"
    assert all(answer.to_dict()["offered"] for answer in found.values())


def test_an_answer_is_applied_and_the_record_stays():
    made, values, _ = checked(cows="14", then="hold:3w")
    after = applied(made, DAY, values, "hold:3w")
    assert after.steps[4].kind == "hold"
    assert after.steps[5].start == date(2027, 2, 8)
    assert after.revisions[0]["why"] == "check of 2027-01-15: COWS 14 (moderate)"
    assert after.to_dict()["records"][0]["then"] == "hold:3w"
    assert after.to_dict()["records"][0]["step"] == 4
    assert parse_plan(after.to_json()).to_json() == after.to_json()
    for then, kind in (("slow", "baseline"), ("step-back", "step-back"), ("stay", "maintain")):
        assert applied(made, DAY, values, then).steps[4].kind == kind


def test_after_two_holds_or_a_month_of_symptoms_staying_and_referring_come_first():
    held = revise(revise(FIRST, "2027-01-06", hold="2w"), "2027-01-20", hold="2w")
    assert is_long_hard(held, date(2027, 1, 27)) == "the plan was held 2 times"
    *_, found = checked(held, date(2027, 1, 27), cows="3")
    assert list(found)[:3] == ["stay", "refer", "go-on"]
    ill = FIRST
    for day in (date(2027, 1, 6), date(2027, 1, 20), date(2027, 2, 3)):
        ill = recorded(ill, day, read_values({"cows": "7"}))
    assert is_long_hard(ill, date(2027, 2, 2)) == ""
    assert is_long_hard(ill, date(2027, 2, 3)) == "withdrawal at every check since 2027-01-06"
    well = recorded(ill, date(2027, 1, 20), read_values({"cows": "2"}))
    assert is_long_hard(well, date(2027, 2, 3)) == ""


@pytest.mark.parametrize("text", ["wait", "slow:2w", "hold:", "hold:soon"])
def test_an_answer_that_is_none(text):
    if text == "hold:":
        assert read_then(text) == ("hold", "2w")
        return
    with pytest.raises(InputError):
        read_then(text)


def test_a_check_has_a_record_if_it_is_the_nearest_one():
    days = [date(2027, 1, 6), date(2027, 1, 15), date(2027, 1, 20)]
    assert without_record(days, []) == days
    assert without_record(days, [date(2027, 1, 14)]) == [days[0], days[2]]
    assert without_record(days, [date(2027, 1, 8), date(2027, 1, 21)]) == [days[1]]


def test_the_words_of_a_record():
    assert in_words(read_values({"cows": "14", "pain": "6"})) == "COWS 14 (moderate), pain 6"
    assert in_words(read_values({"not_reached": True})) == "not reached"


def test_observations_of_a_health_record():
    made, *_ = checked(cows="14", peg="5.3", pain="6", mood="low", suicidal_thoughts=False)
    made, *_ = checked(made, date(2027, 1, 29), pain="4")
    bundle = json.loads(render(made, ".fhir.json", Options()))
    assert faults(bundle) == []
    found = [
        e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation"
    ]
    by_text = {each["code"]["text"].partition(",")[0]: each for each in found[:5]}
    assert len(found) == 6
    assert by_text["Pain"]["code"]["coding"][0]["code"] == "72514-3"
    assert by_text["Pain"]["valueInteger"] == 6
    assert by_text["Clinical Opiate Withdrawal Scale"]["interpretation"] == [{"text": "moderate"}]
    assert "coding" not in by_text["Clinical Opiate Withdrawal Scale"]["code"]
    assert by_text["Thoughts of suicide"]["valueBoolean"] is False
    assert by_text["Mood"]["valueString"] == "low"
    assert {each["effectiveDateTime"] for each in found} == {"2027-01-15", "2027-01-29"}
    assert len({each["id"] for each in found}) == 6


def test_a_record_that_was_changed_by_hand_is_refused():
    made, *_ = checked(cows="14")
    document = made.to_dict()
    for change in ({"step": 2}, {"cows": 99}, {"not_reached": True}, {"sleep": 1.5}):
        bad = {**document, "records": [{**document["records"][0], **change}]}
        with pytest.raises(InputError, match="records"):
            parse_plan(json.dumps(bad))
    bad = {**document, "records": document["records"] * 2}
    with pytest.raises(InputError, match="two records of 2027-01-15"):
        parse_plan(json.dumps(bad))
