"""At a terminal: what is missing is asked for, and a caret shows what is wrong."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time

import pytest


def _talk(
    args: list[str], answers: list[tuple[str, str]], seconds: float = 60, columns: int = 100
) -> tuple[int, str]:
    """Run a command on a terminal and type each answer when its question has appeared."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "taper", *args],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment,
        close_fds=True,
    )
    os.close(follower)
    said, waiting, end = "", list(answers), time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([leader], [], [], 0.2)
        if ready:
            try:
                data = os.read(leader, 65536)
            except OSError:
                break
            if not data:
                break
            said += data.decode(errors="replace")
            if waiting and waiting[0][0] in said:
                os.write(leader, waiting.pop(0)[1].encode() + b"\n")
        elif process.poll() is not None:
            break
    os.close(leader)
    return process.wait(timeout=5), said


_GUIDED = [
    ("Product (", "MS Contin"),
    ("What is taken now (", "50 q8h"),
    ("has no unit", "50 mg q12h"),
    ("the nearest are 45 mg and 60 mg", "60 mg q12h"),
    ("First day", "tomorrow"),
    ("is not a date", "2026-12-07"),
    ("On opioids for how long", "3y"),
    ("Risks, of these", "benzo, age"),
    ("more than one risk", "benzo, age-65"),
]


def test_what_is_missing_is_asked_for_and_checked_on_the_spot():
    status, said = _talk(["plan"], [*_GUIDED, ("Enter to plan this", "")])
    assert status == 0
    assert "morphine extended-release tablets: 15, 30, 60, 100, 200 mg, q8h or q12h" in said
    assert "10% every 4w" in said  # a year or more of opioids
    assert "gabapentinoid, alcohol, pregnancy, breastfeeding" in said
    assert "[benzodiazepine]" in said.split("Taper of ")[1]


def test_a_preview_comes_before_the_plan_and_another_pace_can_be_taken():
    pace = [
        ("Enter to plan this", "faster"),
        ("is not an amount", "60% every 1w"),
        ("over the limit of 25% a week", "5%/2w"),
        ("to a stop, 5% every 2w", ""),
    ]
    status, said = _talk(["plan"], [*_GUIDED, *pace])
    assert status == 0
    assert "Preview: 120 mg a day, 120 MME to a stop, 10% every 4w" in said
    assert "7 reductions in" in said
    preview, plan = said.split("to a stop, 5% every 2w")[0], said.split("Taper of ")[1]
    assert "Step" not in preview
    assert "5% every 2w (mixed)" in plan


def test_as_needed_asks_what_is_taken():
    args = ["plan", "oxycodone-ir", "10 mg q6h prn", "--start", "2026-12-07", "--format", "csv"]
    answers = [
        ("Taken as needed, at most 40 mg a day: how much", "60 mg"),
        ("more than is prescribed", "20 mg"),
        ("On opioids", ""),
        ("Risks", ""),
    ]
    status, said = _talk(args, answers)
    assert status == 0
    assert "Enter to plan" not in said  # product and dose were given: no more questions


def test_a_range_asks_what_is_taken():
    args = ["plan", "oxycodone-ir", "5-10 mg q4-6h", "--start", "2026-12-07", "--format", "csv"]
    answers = [("at most 60 mg a day", "30 mg"), ("On opioids", "8w"), ("Risks", "")]
    status, said = _talk(args, answers)
    assert status == 0
    assert "in a range" in said


def test_a_risk_that_needs_a_specialist_asks_who_was_consulted():
    args = ["plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--format", "json"]
    answers = [("On opioids", "8w"), ("Risks", "preg"), ("Who was consulted", "Dr Lee")]
    status, said = _talk(args, answers)
    assert status == 0
    assert '"specialist": "Dr Lee"' in said


def test_a_whole_command_line_is_not_held_up_by_a_question():
    args = ["plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--on-opioids-for", "8w"]
    status, said = _talk(args, [])
    assert status == 0
    assert "Risks" not in said


def test_a_caret_stands_under_what_is_wrong():
    args = ["plan", "morphine-er", "90 mg q5h", "--start", "2026-12-07", "--on-opioids-for", "8w"]
    status, said = _talk(args, [])
    assert status == 2
    lines = said.replace("\r", "").splitlines()
    place = next(i for i, line in enumerate(lines) if line.strip() == "90 mg q5h")
    assert lines[place + 1].index("^") == lines[place].index("q5h")


def test_a_wrong_dose_is_said_before_anything_is_asked():
    status, said = _talk(["plan", "morphine-er", "60 mg q13h", "--start", "2026-12-07"], [])
    assert status == 2
    assert "'q13h' is not a frequency" in said
    assert "On opioids" not in said


def test_a_dumb_terminal_of_60_columns_gets_lines_that_fit():
    args = ["plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--on-opioids-for", "8w"]
    status, said = _talk(args, [], columns=60)
    assert status == 0
    assert max(len(line) for line in said.replace("\r", "").splitlines()) <= 60
    assert "\x1b" not in said


_DRUGS = [
    ("morphine-er", "60/45/60 mg"),
    ("fentanyl-patch", "75 mcg/h"),
    ("morphine-solution", "10 mg q4h"),
    ("oxycodone-apap", "2 x 10/325 mg q6h"),
]


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "cp1252", "ascii"])
@pytest.mark.parametrize(("product", "dose"), _DRUGS)
def test_an_old_code_page_gets_plain_lines(encoding, product, dose):
    command = [sys.executable, "-m", "taper", "plan", product, dose, "--full"]
    command += ["--start", "2026-12-07"]
    environment = {**os.environ, "COLUMNS": "60", "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    text = done.stdout.decode("ascii")
    assert "|####" in text
    assert "-----" in text
    assert max(len(line) for line in text.splitlines()) <= 60


def test_text_that_a_code_page_lacks_is_escaped_and_nothing_is_lost():
    command = [sys.executable, "-m", "taper", "plan", "morphine-er", "60 mg q12h"]
    command += ["--start", "2026-12-07", "--label", "caf\xe9 \u2013"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert rb"caf\xe9 \u2013" in done.stdout


def test_the_demonstration_waits_between_its_parts():
    status, said = _talk(["demo"], [("Enter to go on", "")] * 3)
    assert status == 0
    assert said.count("Enter to go on") == 3
    assert said.index("1. A plan") < said.index("Enter to go on") < said.index("2. The hand-out")
    assert "3 rows: 2 planned, 1 failed" in said


def test_a_batch_shows_how_far_it_is_and_cleans_up_after_it(tmp_path):
    pytest.importorskip("msgspec")
    panel = tmp_path / "panel.csv"
    panel.write_text("product,dose,start\nmorphine-er,60 mg q12h,2026-12-07\n")
    leader, follower = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "taper", "batch", panel, "-o", tmp_path / "schedules.csv"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    os.close(follower)
    said = b""
    while True:
        try:
            said += os.read(leader, 65536)
        except OSError:  # the other side is closed
            break
    os.close(leader)
    assert done.wait(60) == 0
    assert b"100%" in said
    assert b"\x1b[2K" in said  # the bar is gone when the figures are said
    assert b"1 row: 1 planned, 0 failed" in said


def test_questions_are_in_the_words_of_the_market():
    answers = [("Product (", "Fencino"), ("such as 50 micrograms/hour", "75 micrograms/hour")]
    answers += [("First day", "2026-12-07"), ("On opioids", "8w"), ("Risks", "")]
    answers += [("Enter to plan this", "")]
    status, said = _talk(["plan", "--market", "uk"], answers)
    assert status == 0
    assert "Fencino fentanyl 72-hour patches: 12, 25, 50, 75, 100 micrograms/hour, q72h" in said
    assert "Preview: 75 micrograms/hour, 180 OME to a stop" in said


def test_a_check_is_asked_for_item_by_item_and_each_may_be_skipped(tmp_path):
    file = str(tmp_path / "plan.json")
    plan = ["plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--on-opioids-for", "8w"]
    made = subprocess.run(
        [sys.executable, "-m", "taper", *plan, "-o", file], check=False, capture_output=True
    )
    assert made.returncode == 0
    answers = [
        ("Was the patient reached", "y"),
        ("COWS: the total", "49"),
        ("is not a score of the COWS", "14"),
        ("16-item", ""),
        ("10-item", ""),
        ("PEG", "5.3"),
        ("Pain, 0 to 10", ""),
        ("Sleep", "5 hours"),
        ("Mood", ""),
        ("Thoughts of suicide", "n"),
        ("A note", ""),
    ]
    status, said = _talk(["record", file, "--on", "2026-12-11", "-o", file], answers)
    assert status == 0, said
    assert "COWS 14 (moderate), PEG 5.3, sleep 5 hours" in said
    (record,) = json.loads((tmp_path / "plan.json").read_text())["records"]
    assert (record["cows"], record["peg"], record["sleep"]) == (14, "5.3", "5 hours")
    assert record["suicidal_thoughts"] is False
    assert record["pain"] is None
    assert record["sows16"] is None
