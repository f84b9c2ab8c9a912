"""The plan on the screen: whole figures at any width, and each opioid named with its end."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from taper.course.difference import ends
from taper.export.words import sentence
from taper.planning.make import planned as plan
from taper.terminal.schedule_table import schedule_table

START = "2026-12-07"
PLANS = {
    "one": {"product": "morphine-er", "dose": "90 mg q8h"},
    "six a day": {"product": "hydromorphone-ir", "dose": "8 mg q4h"},
    "liquid": {"product": "oxycodone-solution", "dose": "10 mg q6h"},
    "halves": {"product": "oxycodone-ir", "dose": "15 mg q6h", "split": "halves"},
    "patch": {"product": "fentanyl-patch", "dose": "100 mcg/h"},
    "two combinations": {
        "product": "codeine-apap",
        "dose": "60/300 mg q4h",
        "also": ["oxycodone-apap 10/325 mg q6h"],
    },
    "long names": {
        "product": "oxycodone-apap",
        "dose": "10/325 mg q6h",
        "also": ["morphine-er-capsule 60 mg q12h"],
    },
    "two units": {
        "product": "tramadol-ir",
        "dose": "100 mg q6h",
        "also": ["fentanyl-patch 25 mcg/h", "oxycodone-ir 10 mg q6h"],
        "keep": ["fentanyl-patch"],
    },
    "change": {"product": "morphine-er", "dose": "60 mg q12h", "finish_with": "morphine-solution"},
}


def shown(name: str, columns: int) -> list[str]:
    """The lines of the schedule."""
    out = io.StringIO()
    made = plan(start=START, **PLANS[name])
    Console(file=out, width=columns, color_system=None).print(schedule_table(made, columns))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("columns", [140, 100, 96, 80, 76, 60, 40, 26])
@pytest.mark.parametrize("name", PLANS)
def test_no_figure_is_broken_or_left_out(name, columns):
    lines = shown(name, columns)
    assert max(map(len, lines)) <= columns
    assert "…" not in "".join(lines)
    figures = re.findall(r"[0-9]+(?:[.-][0-9]+)*", "\n".join(lines))
    made = plan(start=START, **PLANS[name])
    for step, row in zip(made.steps, made.to_dict()["steps"], strict=True):
        asked = [row["mme"], row["start"], row["days"]]
        asked += [amount["amount"] for amount in row["doses"]]
        asked += [
            other.product.number(amount) for other in step.companions for amount in other.amounts
        ]
        for figure in asked:
            if figure is not None and figure != "12.5":  # printed as its label, 12
                assert str(figure) in figures, (step.number, figure)
        for other in step.companions:
            assert other.product.id in "\n".join(lines)


@pytest.mark.parametrize("name", PLANS)
def test_narrow_terminals_get_the_same_figures(name):
    """Broken lines, put together again, are made of the very parts of the wide table."""
    wide = set(re.findall(r"[0-9][0-9./]*[0-9]|[0-9]", " ".join(shown(name, 200))))
    narrow = set(re.findall(r"[0-9][0-9./]*[0-9]|[0-9]", " ".join(shown(name, 30))))
    times = {"06", "10", "14", "18", "22", "02", "00"}
    made = plan(start=START, **PLANS[name])
    daily = {step.regimen.product.number(step.daily) for step in made.steps}  # not in each table
    parts = {part for figure in wide for part in re.split("/", figure)}
    assert {part for figure in narrow for part in figure.split("/")} <= parts | times | daily


def test_each_opioid_has_a_column_with_its_day(taper):
    ran = taper(
        *("plan", "tramadol-ir", "100 mg q6h", "--also", "oxycodone-ir 10 mg q6h"),
        *("--start", START),
    )
    (head,) = [line for line in ran.out.splitlines() if line.split()[:1] == ["Step"]]
    assert head.split() == ["Step", "From", "Days", "tramadol-ir", "oxycodone-ir", "Cut", "MME"]
    assert "100/100/100/100 mg (100 = 2x50)  10/10/10/10 mg" in ran.out


def test_each_opioid_is_named_with_its_end(taper):
    ran = taper(
        *("plan", "morphine-er", "30 mg q12h", "--also", "oxycodone-ir 10 mg q6h"),
        *("--also", "fentanyl-patch 25 mcg/h", "--keep", "fentanyl-patch", "--start", START),
    )
    head = ran.out.partition("\n\n")[0]
    assert "morphine-er 30 mg q12h (60 mg a day): to a stop, first day without it Mon 2027" in head
    assert "oxycodone-ir 10 mg q6h (40 mg a day): to a stop, first day without it" in head
    assert "fentanyl-patch 25 mcg/h q72h: kept as it is" in head
    assert "In total 180 MME a day; one after the other:" in head
    assert head.count("first day without it") == 2


def test_a_goal_is_no_stop_and_another_opioid_is_kept(taper):
    ran = taper(
        *("plan", "morphine-er", "30 mg q12h", "--to", "30 mg"),
        *("--also", "oxycodone-ir 10 mg q6h", "--start", START),
    )
    assert "to 30 mg a day, kept from Mon 2027-01-04" in ran.out
    made = plan(
        "morphine-er", "30 mg q12h", to="30 mg", also=["oxycodone-ir 10 mg q6h"], start=START
    )
    figures = made.to_dict()["summary"]
    assert figures["stop_date"] is None
    assert figures["end_daily_dose"] == "30"
    assert figures["days"] == (made.steps[-1].end - made.start).days + 1
    assert [c.daily for c in made.steps[-1].companions] == [40_000]


def test_the_summary_is_of_the_main_product():
    made = plan("morphine-er", "30 mg q12h", also=["oxycodone-ir 10 mg q6h"], start=START)
    figures = made.to_dict()["summary"]
    assert (figures["start_daily_dose"], figures["end_daily_dose"]) == ("60", "0")
    assert figures["start_mme"] == "120"
    assert figures["stop_date"] == made.steps[-1].start.isoformat()


def test_a_goal_is_named_with_its_own_day_in_documents_and_after_a_revision():
    goal = {"to": "30 mg", "also": ["oxycodone-ir 10 mg q6h"], "start": START}
    alone = plan("morphine-er", "30 mg q12h", to="30 mg", start=START)
    made = plan("morphine-er", "30 mg q12h", **goal)
    reached = next(step.start for step in alone.steps if step.daily == 30_000)
    assert f"the goal is reached on {reached}" in sentence(made)
    assert ends(made) == "30 mg a day from 2027-01-04"


def test_the_reason_for_a_pace_and_who_was_consulted_stand_at_the_head(taper):
    ran = taper(
        *("plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--reduce", "30%"),
        *("--override-rate", "admitted for two weeks", "--risk", "pregnancy"),
        *("--specialist", "Dr A, obstetrics"),
    )
    assert ran.status == 0
    head = ran.out.split("\n\n")[0].splitlines()
    assert "Specialist consulted: Dr A, obstetrics" in head
    assert "Reason for the pace: admitted for two weeks" in head


def test_without_checks_there_is_no_heading_for_them(taper):
    words = ("plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--full")
    assert "\nChecks\n" in taper(*words).out
    ran = taper(*words, "--checks", "none")
    assert ran.status == 0
    assert "\nChecks\n" not in ran.out
    assert "\nTo dispense\n" in ran.out


# --- one screen ----------------------------------------------------------------------------------

SCREENS = {
    "extended-release tablets": ("morphine-er", "90 mg q8h", "8w"),
    "four times a day": ("oxycodone-ir", "10 mg q6h", "8w"),
    "six times a day": ("hydromorphone-ir", "8 mg q4h", "3y"),
    "combination": ("hydrocodone-apap", "10/325 mg q6h", "8w"),
    "patch": ("fentanyl-patch", "100 mcg/h", "3y"),
    "film": ("buprenorphine-buccal", "900 mcg q12h", "8w"),
    "liquid": ("oxycodone-solution", "10 mg q6h", "8w"),
    "two opioids": ("morphine-er", "30 mg q12h", "8w", "--also", "oxycodone-ir 10 mg q6h"),
}


def screen(taper, name, *options):
    product, dose, known, *more = SCREENS[name]
    words = ("plan", product, dose, "--on-opioids-for", known, "--start", START, *more, *options)
    return taper(*words, columns=80).out.splitlines()


@pytest.mark.parametrize("name", SCREENS)
def test_a_plan_is_one_screen(taper, name):
    lines = screen(taper, name)
    assert len(lines) <= 48  # with the command above and the prompt below it: 50
    assert max(map(len, lines)) <= 80
    for first in ("warning", "supply", "note", "checks"):
        assert any(line.startswith(first) for line in lines)
    assert lines[-2].startswith("Decision support for clinicians")


@pytest.mark.parametrize("name", SCREENS)
def test_every_dose_on_the_screen_has_its_unit(taper, name):
    lines = screen(taper, name)
    head = next(place for place, line in enumerate(lines) if set(line) <= {"─"} and line)
    for line in lines[head + 1 :]:
        if not re.match(r" ?\d+ (?:now|20\d\d-)", line):
            break
        cells = re.sub(r"\([^)]*\)|20\d\d-\d\d-\d\d|\d+(?:\.\d)?%!?", "", line)
        doses = re.findall(r"[\d./]+ (?:mg|mcg/h|mcg)\b", cells)
        left = re.sub(r"[\d./]+ (?:mg|mcg/h|mcg)\b", "", cells)
        assert doses or "stop" in line
        assert len(re.findall(r"[\d.]+", left)) <= 3  # the number of the row, its days, the MME


@pytest.mark.parametrize("name", SCREENS)
def test_no_word_and_no_date_is_broken(taper, name):
    def prose(columns):
        product, dose, known, *more = SCREENS[name]
        words = ("plan", product, dose, "--on-opioids-for", known, "--start", START, *more)
        out = taper(*words, columns=columns).out
        return " ".join(
            out[out.index("\nwarning") :].partition("\nDecision")[0].partition("│")[0].split()
        )

    assert set(prose(80).split()) <= set(prose(1000).split())


@pytest.mark.parametrize("name", SCREENS)
def test_a_number_stays_with_what_it_counts(taper, name):
    lines = screen(taper, name)
    first = next(place for place, line in enumerate(lines) if line.startswith("warning"))
    for line in lines[first:]:
        assert "│" in line or not re.search(r" \d[\d.]*(?: x)?$", line), line


def test_full_has_every_check_fill_and_note(taper):
    made = plan("morphine-er", "90 mg q8h", start=START, on_opioids_for="8w")
    text = "\n".join(screen(taper, "extended-release tablets", "--full"))
    for check in made.checks:
        assert f"{check.date}  " in text
    for fill in made.supply:
        assert f"{fill.date}  {fill.days_supply} days" in text
    for found in made.findings:
        assert found.id in text
    assert f"{made.checks[3].date}  " not in "\n".join(screen(taper, "extended-release tablets"))


def test_a_note_and_a_saved_plan_in_full(taper, tmp_path):
    words = ("plan", "morphine-er", "90 mg q8h", "--start", START, "--on-opioids-for", "8w")
    note = taper(*words, "--format", "note").out
    assert len(note.splitlines()) <= 12
    assert "2026-12-07 75/75/90 mg; 2026-12-14 75/60/75 mg;" in note
    saved = str(tmp_path / "plan.json")
    assert taper(*words, "-o", saved, "-o", str(tmp_path / "plan.txt")).status == 0
    assert (tmp_path / "plan.txt").read_text() == note
    assert taper("export", saved, "--format", "note").out == note
    assert taper("export", saved, "--full").out == taper(*words, "--full").out
