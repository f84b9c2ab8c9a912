"""`taper revise`: the table of what differs, the file, the refusals."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def saved(taper, tmp_path):
    file = tmp_path / "plan.json"
    ran = taper(
        "plan", "morphine-er", "60 mg q8h", "--start", "2026-12-07", "--every", "2w", "-o", file
    )
    assert ran.status == 0
    return file


def test_a_hold_shows_what_differs_and_writes_the_plan(taper, saved, tmp_path):
    new = tmp_path / "held.json"
    ran = taper(
        "revise", saved, "--from", "2027-01-11", "--hold", "4w", "--why", "COWS 14", "-o", new
    )
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0].split() == ["From", "Was", "Now"]
    assert "2027-01-11  -" in ran.out
    assert "hold 120 mg a day (45/30/45) to 2027-02-14" in ran.out
    assert "Was: first day without it 2027-05-24" in lines
    document = json.loads(new.read_text())
    (revision,) = document["revisions"]
    assert revision["from"] == "2027-01-11"
    assert revision["change"] == {"hold": "4w"}
    assert revision["why"] == "COWS 14"
    # every event of the calendar is still there, only later; but the check before the reduction
    # is now the review of the hold
    assert [event["uid_key"] for event in revision["replaced"]] == [
        "morphine-er/120/before-reduction"
    ]
    assert document["id"] == json.loads(saved.read_text())["id"]


def test_a_faster_pace_says_that_reductions_come_earlier(taper, saved):
    faster = ("--reduce", "20%", "--every", "1w")
    ran = taper("revise", saved, "--from", "2027-01-11", *faster)
    assert "From 2027-01-11 on reductions come earlier than they were planned." in ran.out
    for slower in (("--hold", "2d"), ("--reduce", "5%"), ("--every", "4w"), ("--to", "90 mg")):
        ran = taper("revise", saved, "--from", "2027-01-06", *slower)
        assert ran.status == 0
        assert "come earlier" not in ran.out


def test_ending_a_hold_says_that_reductions_come_earlier(taper, saved):
    taper("revise", saved, "--from", "2027-01-11", "--hold", "4w", "-o", saved)
    ran = taper("revise", saved, "--from", "2027-01-25", "--hold", "none")
    assert "From 2027-01-25 on reductions come earlier than they were planned." in ran.out


def test_events_that_a_calendar_must_forget_are_named(taper, saved):
    assert taper("revise", saved, "--from", "2027-01-11", "--to", "90 mg", "-o", saved).status == 0
    (revision,) = json.loads(saved.read_text())["revisions"]
    assert revision["replaced"]
    assert all(event["date"] > "2027-01-11" for event in revision["replaced"])


def test_it_may_be_written_over_and_changed_again(taper, saved):
    taper("revise", saved, "--from", "2027-01-11", "--hold", "4w", "-o", saved)
    ran = taper(
        "revise", saved, "--from", "2027-02-15", "--reduce", "5%", "--every", "4w", "-o", saved
    )
    assert ran.status == 0
    assert len(json.loads(saved.read_text())["revisions"]) == 2
    assert taper("check", saved).status == 0
    assert taper("export", saved, "--format", "csv").status == 0


def test_with_a_format_only_the_plan_is_on_standard_output(taper, saved):
    ran = taper("revise", saved, "--from", "2027-01-11", "--hold", "4w", "--format", "json")
    assert json.loads(ran.out)["revisions"]
    assert "hold 120 mg" in ran.err


def test_without_a_file_it_says_that_nothing_is_written(taper, saved):
    before = saved.read_bytes()
    ran = taper("revise", saved, "--from", "2027-01-11", "--hold", "4w")
    assert "nothing is written" in ran.err
    assert saved.read_bytes() == before


def test_a_pace_over_the_band_is_refused(taper, saved):
    ran = taper("revise", saved, "--from", "2027-01-11", "--reduce", "30%", "--every", "1w")
    assert ran.status == 3
    assert "rate-over-band" in ran.err
    reason = ("--override-rate", "admitted to hospital")
    ran = taper(
        "revise",
        saved,
        "--from",
        "2027-01-11",
        "--reduce",
        "30%",
        "--every",
        "1w",
        *reason,
        "--format",
        "json",
    )
    assert ran.status == 0
    findings = {finding["id"] for finding in json.loads(ran.out)["findings"]}
    assert "rate-overridden" in findings


def test_everything_that_is_wrong_is_said_at_once(taper, saved):
    ran = taper(
        "revise",
        saved,
        "--from",
        "2027-02-30",
        "--hold",
        "0w",
        "--reduce",
        "200%",
        "--to",
        "500 mg",
    )
    assert ran.status == 2
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [
        "from",
        "hold",
        "reduce",
        "to",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "2027-01-11"), "nothing is changed"),
        (("--from", "2026-12-01", "--hold", "4w"), "the plan begins on 2026-12-07"),
        (("--from", "2028-12-01", "--hold", "4w"), "ended with the stop"),
        (("--from", "2026-12-07", "--step-back", "withdrawal"), "no higher dose"),
        (("--from", "2027-01-11", "--step-back", " "), "needs a reason"),
        (("--from", "2027-01-11", "--to", "150 mg"), "above the dose in force"),
        (("--from", "2027-01-11", "--to", "50 mg"), "cannot be made"),
    ],
)
def test_what_cannot_be_changed_says_why(taper, saved, options, message):
    ran = taper("revise", saved, *options)
    assert ran.status == 2
    assert message in ran.err


def test_a_file_that_is_no_plan_is_an_error(taper, tmp_path):
    assert (
        taper("revise", tmp_path / "none.json", "--from", "2027-01-11", "--hold", "4w").status == 1
    )
    ran = taper(
        "revise", "-", "--from", "2027-01-11", "--hold", "4w", stdin='{"product": "morphine-er"}'
    )
    assert ran.status == 2


def test_the_table_names_what_to_cancel_what_is_held_and_what_to_return(taper, saved):
    ran = taper("revise", saved, "--from", "2027-01-11", "--dose", "30 mg q12h")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert "Prescriptions that no longer fit, if already written: cancel at the pharmacy" in lines
    assert "2027-02-01  morphine-er 30 mg: 70 tablets" in lines
    held = "morphine-er 30 mg: 63 tablets, morphine-er 15 mg: 28 tablets"
    text = " ".join(ran.out.split())
    assert f"The patient should still hold on 2027-01-11: {held}" in text
    assert "To return to the pharmacy: morphine-er 30 mg: 21 tablets" in lines
    as_json = ("--dose", "30 mg q12h", "--format", "json")
    document = json.loads(taper("revise", saved, "--from", "2027-01-11", *as_json).out)
    assert document["revisions"][0]["return"][0]["quantity"] == "21"


def test_a_fact_that_moves_nothing_is_recorded(taper, saved):
    ran = taper("revise", saved, "--from", "2027-01-11", "--taking", "200 mg", "-o", saved)
    assert ran.status == 0
    assert "recorded as ran-out-early" in ran.out
    assert "No dose and no date changes." in ran.out
    assert "ran-out-early" in ran.err
    assert taper("check", saved).status == 0


def test_after_days_without_the_medicine_the_plan_does_not_resume(taper, saved):
    ran = taper("revise", saved, "--from", "2027-01-11", "--taking", "0", "--missed", "5d")
    assert ran.status == 3
    assert "tolerance is lost" in ran.err
    assert "no longer safe" in ran.err
    assert "see the prescriber the same day" in ran.err
    assert ran.out == ""
