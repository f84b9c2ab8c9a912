"""The calendar: what it shows, how it is written, and how a calendar that has it already takes it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date, timedelta

import pytest
import vobject
from golden.plans import NAMES, first_plan_of, plan_of, rendered
from icalendar import Calendar

from taper.course.revise import revise
from taper.export import render
from taper.planning.events import changes, event_keys, fallen_away, keyed_sets, uid
from taper.planning.make import planned as plan

KHAL = shutil.which("khal")
DAY = timedelta(days=1)


def events(made) -> list:
    return Calendar.from_ical(render(made, ".ics")).walk("VEVENT")


def by_uid(made) -> dict[str, object]:
    return {str(event["uid"]): event for event in events(made)}


def dose_events(made) -> list:
    return [event for event in events(made) if _category(event) == "Dose change"]


def check_events(made) -> list:
    return [event for event in events(made) if _category(event) == "Check"]


def _category(event) -> str:
    return event["categories"].to_ical().decode() if "categories" in event else ""


def small(**fields: object):
    values = {"product": "morphine-er", "dose": "60 mg q12h", "every": "2w", **fields}
    return plan(start="2026-12-07", on_opioids_for="8w", **values)


# --- what it shows ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_one_event_a_dose_change_and_a_check(name):
    made = plan_of(name)
    changed = [step for step in made.steps if step.kind in {"reduce", "stop"}]
    back = sum(revision["change"].get("step_back") is not None for revision in made.revisions)
    shown = [event for event in events(made) if event["status"] == "CONFIRMED"]
    fills = len(made.supply) + len(keyed_sets(made))
    assert len(shown) == len(changed) + back + len(made.checks) + fills
    days = sorted(event["dtstart"].dt for event in check_events(made))
    assert days == sorted(check.date for check in made.checks)
    starts = {event["dtstart"].dt for event in dose_events(made)}
    assert starts >= {step.start for step in changed}


@pytest.mark.parametrize("name", NAMES)
def test_every_event_lasts_the_day_takes_no_time_and_rings_before_it(name):
    for event in events(plan_of(name)):
        start, end = event["dtstart"].dt, event["dtend"].dt
        assert type(start) is date
        assert end - start == DAY
        assert (event["transp"], event["class"]) == ("TRANSPARENT", "PRIVATE")
        alarms = event.walk("VALARM")
        assert len(alarms) == (event["status"] == "CONFIRMED")
        for alarm in alarms:
            assert alarm["action"] == "DISPLAY"
            assert alarm["description"] == event["summary"]
            assert -DAY <= alarm["trigger"].dt < timedelta(0)


def test_a_new_dose_says_what_to_take_and_until_when():
    event = dose_events(plan_of("er-hold"))[0]
    assert event["summary"] == "morphine ER 270 \N{RIGHTWARDS ARROW} 240 mg a day"
    first, until, care = event["description"].split("\n")
    assert first == plan_of("er-hold").steps[1].regimen.directions
    assert until == "From 2026-12-07 to 2026-12-13 (7 days)."
    assert "never go back" in care


def test_a_hold_belongs_to_the_dose_that_is_held():
    made = plan_of("er-hold")
    hold = next(step for step in made.steps if step.kind == "hold")
    held = next(change for change in changes(made) if change.end == hold.end)
    assert held.step.number == hold.number - 1
    event = by_uid(made)[uid(made.id, held.key)]
    days = (hold.end - held.step.start).days + 1
    assert f"to {hold.end} ({days} days)" in event["description"]


def test_the_stop():
    event = dose_events(plan_of("fentanyl-patch"))[-1]
    assert event["summary"] == "fentanyl patch: stop"
    assert "From 2027-05-06." in event["description"]


def test_a_patch_is_named_as_its_label_is():
    summaries = [str(event["summary"]) for event in dose_events(plan_of("fentanyl-patch"))]
    assert "fentanyl patch 25 \N{RIGHTWARDS ARROW} 12 mcg/h" in summaries


def test_the_other_opioid_is_told_of():
    event = dose_events(first_plan_of("two-opioids"))[0]
    assert "As well: Take one 10 mg tablet by mouth every 6 hours." in event["description"]


def test_a_locked_screen_shows_no_more_than_is_needed():
    made = small(label="Jane Roe", risks=["alcohol"], id="clinic-7")
    for event in events(made):
        for secret in ("Jane", "clinic-7", "opioid", "withdrawal", "suicide"):
            assert secret not in event["summary"]
    assert all("orphine" not in event["summary"] for event in check_events(made))


def test_other_strengths_for_the_same_dose_are_told_of():
    made = small(baseline="2w", prefer="fewest-strengths")
    assert made.steps[0].regimen.units != made.steps[1].regimen.units
    event = dose_events(made)[0]
    assert event["summary"] == "morphine ER 120 mg a day as before, other strengths"
    assert event["dtstart"].dt == made.start


# --- how it is written --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_folded_and_end_in_crlf(name):
    data = rendered(name, ".ics")
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_what_has_a_meaning_in_a_calendar_is_escaped():
    label = "a, b; c\\d \N{GRINNING FACE} " + "ñ" * 90
    data = render(small(label=label), ".ics")
    calendar = Calendar.from_ical(data)
    assert calendar["x-wr-calname"] == f"Taper plan: {label}"
    assert max(map(len, data.split(b"\r\n"))) <= 75
    for line in data.split(b"\r\n"):
        line.decode()  # no character is cut in two
    assert vobject.readOne(data.decode()).contents["x-wr-calname"][0].value.startswith("Taper plan")


@pytest.mark.parametrize("name", NAMES)
def test_another_reader_reads_the_same(name):
    read = vobject.readOne(rendered(name, ".ics").decode())
    ours = by_uid(plan_of(name))
    assert "method" not in read.contents  # it would want an ORGANIZER
    assert len(read.vevent_list) == len(ours)
    for event in read.vevent_list:
        our = ours[event.uid.value]
        assert event.dtstart.value == our["dtstart"].dt
        assert event.summary.value == our["summary"]
        assert event.sequence.value == str(our["sequence"])
        if event.status.value == "CONFIRMED":
            assert event.description.value == our["description"]
            assert event.valarm.trigger.value == our.walk("VALARM")[0]["trigger"].dt


# --- a calendar that has it already -------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_event_has_an_id_of_its_own(name):
    made = plan_of(name)
    assert len(by_uid(made)) == len(events(made))
    assert set(by_uid(made)) == {uid(made.id, key) for key in event_keys(made) | fallen_away(made)}


def test_the_same_plan_under_another_id_is_another_calendar():
    assert not set(by_uid(small(id="a"))) & set(by_uid(small(id="b")))


def test_what_a_revision_moves_keeps_its_id():
    before = first_plan_of("two-opioids")
    after = revise(before, date(2027, 2, 22), hold="4w", why="withdrawal")
    stop = "morphine-er/0"
    assert event_keys(after)[stop] == after.steps[-9].start > event_keys(before)[stop]
    old, new = by_uid(before), by_uid(after)
    moved = uid(before.id, stop)
    assert old[moved]["summary"] == new[moved]["summary"] == "morphine ER: stop"
    assert new[moved]["dtstart"].dt == event_keys(after)[stop]
    assert (old[moved]["sequence"], new[moved]["sequence"]) == (0, 1)
    assert new[moved]["dtstamp"].dt > old[moved]["dtstamp"].dt


def test_what_is_past_stays_where_it_was():
    before, day = first_plan_of("two-opioids"), date(2027, 2, 22)
    after = revise(before, day, reduce="15 mg", every="4w")
    past = {key: when for key, when in event_keys(before).items() if when < day}
    assert {key: when for key, when in event_keys(after).items() if when < day} == past


def test_what_fell_away_is_cancelled():
    before = first_plan_of("two-opioids")
    after = revise(before, date(2027, 2, 22), hold="4w", step_back="withdrawal", why="agreed")
    gone = set(event_keys(before)) - set(event_keys(after))
    assert gone
    assert gone == set(fallen_away(after))
    new = by_uid(after)
    for key in gone:
        event = new[uid(after.id, key)]
        assert event["status"] == "CANCELLED"
        assert event["summary"] == "Taper plan: no longer planned"
        assert event["dtstart"].dt == event_keys(before)[key]


def test_a_step_back_is_an_event_of_its_own():
    after = revise(first_plan_of("two-opioids"), date(2027, 2, 22), step_back="withdrawal")
    keys = event_keys(after)
    assert keys["morphine-er/60"] == date(2027, 2, 1)
    assert keys["morphine-er/60/2"] == date(2027, 2, 22)


def test_what_a_later_revision_brings_back_is_not_cancelled():
    before = first_plan_of("two-opioids")
    faster = revise(before, date(2027, 1, 18), reduce="20%")
    again = revise(faster, date(2027, 1, 21), reduce="10%")
    back = set(fallen_away(faster)) & set(event_keys(again))
    assert back
    assert not back & set(fallen_away(again))
    status = {str(event["uid"]): event["status"] for event in events(again)}
    assert all(status[uid(again.id, key)] == "CONFIRMED" for key in back)
    assert {event["sequence"] for event in events(again)} == {2}


@pytest.mark.skipif(KHAL is None, reason="khal, a calendar program, is not installed")
def test_a_calendar_program_updates_rather_than_doubles(tmp_path):
    assert KHAL is not None
    (tmp_path / "calendar").mkdir()
    (tmp_path / "khal.conf").write_text(
        f"[calendars]\n[[taper]]\npath = {tmp_path}/calendar\n[sqlite]\npath = {tmp_path}/khal.db\n"
        "[locale]\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "[default]\ndefault_calendar = taper\n"
    )

    def khal(*arguments: str) -> str:
        command = [KHAL, "-c", str(tmp_path / "khal.conf"), *arguments]
        ran = subprocess.run(command, check=True, capture_output=True, timeout=60)
        return ran.stdout.decode()

    def imported(made) -> list[str]:
        file = tmp_path / "plan.ics"
        file.write_bytes(render(made, ".ics"))
        khal("import", "--batch", "-a", "taper", str(file))
        listed = khal("list", "--format", "{start-date}|{title}", "2026-12-01", "400d")
        return [line for line in listed.splitlines() if "|" in line]

    before = small(checks="none")
    after = revise(before, date(2027, 2, 22), hold="4w", why="withdrawal")
    first = imported(before)
    assert len(first) == len(event_keys(before))
    assert imported(before) == first
    second = imported(after)
    assert len(second) == len(event_keys(after)) + len(fallen_away(after))
    for change in changes(after):
        lines = [line for line in second if line.startswith(f"{change.step.start}|")]
        assert any("morphine ER" in line for line in lines)
    assert sum("morphine ER: stop" in line for line in second) == 1


# --- imported into two libraries, again after each of three revisions ---------------------------


def read_by_icalendar(data: bytes):
    for event in Calendar.from_ical(data).walk("VEVENT"):
        kept = (event["dtstart"].dt, str(event["summary"]))
        yield str(event["uid"]), int(event["sequence"]), str(event["status"]), kept


def read_by_vobject(data: bytes):
    for event in vobject.readOne(data.decode()).vevent_list:
        kept = (event.dtstart.value, event.summary.value)
        yield event.uid.value, int(event.sequence.value), event.status.value, kept


def imported(store: dict, read, data: bytes) -> None:
    """As a client does: a later SEQUENCE replaces what has the UID, a cancelled event goes."""
    for ident, sequence, status, kept in read(data):
        if ident in store and store[ident][0] > sequence:
            continue
        store[ident] = (sequence, None if status == "CANCELLED" else kept)


@pytest.mark.parametrize("read", [read_by_icalendar, read_by_vobject])
@pytest.mark.parametrize("name", ["two-opioids", "er-hold", "fentanyl-patch"])
def test_after_three_revisions_each_event_is_there_once_moved_or_gone(name, read):
    made, store = first_plan_of(name), {}
    first = dict(event_keys(made))
    imported(store, read, render(made, ".ics"))
    falls = [step.start for step in made.steps if step.kind == "reduce"]
    changes_made = [
        (falls[2], {"hold": "4w", "why": "a bad week"}),
        (falls[3] + timedelta(days=40), {"reduce": "5%", "every": "4w", "why": "slower"}),
        (falls[3] + timedelta(days=110), {"hold": "2w", "why": "a holiday"}),
    ]
    for day, change in changes_made:
        made = revise(made, day, **change)
        imported(store, read, render(made, ".ics"))
        imported(store, read, render(made, ".ics"))  # twice is as once
    there = {ident: kept for ident, (_, kept) in store.items() if kept is not None}
    wanted = {uid(made.id, key): day for key, day in event_keys(made).items()}
    assert {ident: day for ident, (day, _) in there.items()} == wanted
    assert len(set(there.values())) == len(there)
    gone = set(first) - set(event_keys(made))
    assert gone
    assert all(store[uid(made.id, key)][1] is None for key in gone)
    moved = [key for key in first if event_keys(made).get(key, first[key]) != first[key]]
    assert moved


def test_a_fill_says_what_to_get_and_for_how_long():
    made = plan_of("er-hold")
    event = by_uid(made)[uid(made.id, "fill/1")]
    assert event["summary"] == "Fill 1: morphine ER"
    first, *items = event["description"].split("\n")
    assert first == f"For 14 days, {made.start} to 2026-12-20."
    item = made.supply[0].items[0]
    assert items[0] == (
        f"{item.quantity // 1000} tablets of morphine extended-release tablets 60 mg: "
        f"{item.directions}"
    )
    assert event["dtstart"].dt == made.supply[0].not_before


def test_new_sets_of_prescriptions_where_they_are_needed():
    made = plan_of("er-hold")
    shown = [e for e in events(made) if _category(e) == "Prescriptions"]
    dates = next(f for f in made.findings if f.id == "new-prescriptions").message
    assert shown
    for _, fill in keyed_sets(made):
        assert fill.date.isoformat() in dates
    assert all("at most 90 days" in event["description"] for event in shown)
    uncontrolled = small(product="tramadol-ir", dose="50 mg q6h")
    assert not [e for e in events(uncontrolled) if _category(e) == "Prescriptions"]
