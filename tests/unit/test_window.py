"""`--next`: what is printed of the next steps alone, and what stays whole."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from itertools import pairwise

import pytest
from handouts import PLANS, START, plan_of
from icalendar import Calendar

from taper import InputError
from taper.export import Options, render
from taper.planning.window import Window, limited
from taper.quantities import THOUSAND
from taper.supply import needed

MIDDLE = date(2027, 1, 6)  # within step 5 of "er"


def rows(made, suffix: str, window: Window) -> list[dict]:
    text = render(made, suffix, Options(window=window))
    return list(csv.DictReader(io.StringIO(text)))


def test_the_schedule_has_the_step_in_force_and_the_next_ones():
    shown = rows(plan_of("er"), ".csv", Window(MIDDLE, 2))
    assert [(row["step"], row["kind"]) for row in shown[:1]] == [("5", "current")]
    assert [row["step"] for row in shown[1:]] == ["5", "6", "7"]


def test_on_the_first_day_of_a_step_it_is_the_first_of_the_next_ones():
    made = plan_of("er")
    start = made.steps[3].start
    assert [row["step"] for row in rows(made, ".csv", Window(start, 2))[1:]] == ["3", "4"]
    before = rows(made, ".csv", Window(START - timedelta(days=9), 2))
    assert [row["step"] for row in before] == ["0", "1", "2"]


@pytest.mark.parametrize("name", PLANS)
def test_a_window_over_everything_is_the_plan(name):
    made = plan_of(name)
    whole = limited(made, Window(made.steps[1].start, len(made.steps)))
    assert whole.steps[1:] == made.steps[1:]
    shown = [(fill.number, fill.items) for fill in whole.supply]
    assert shown == [(fill.number, fill.items) for fill in made.supply]


@pytest.mark.parametrize("name", PLANS)
def test_the_fills_of_a_window_hold_what_its_days_need_and_no_more(name):
    made = plan_of(name)
    for window in (Window(START, 2), Window(MIDDLE, 1), Window(MIDDLE, 3)):
        part = limited(made, window)
        end = part.steps[-1].end
        for fill in part.supply:
            last = fill.date + timedelta(days=fill.days_supply)
            assert window.on <= fill.date
            assert end is None or last <= end + timedelta(days=1)
            for item in fill.items:
                need = 0
                for use in item.within.uses:
                    first, after = max(use.start, fill.date), min(use.end, last)
                    if use.regimen.product is item.product and first < after:
                        counted = needed(use.regimen, item.within.anchor, first, after)
                        need += dict(counted).get(item.strength, 0)
                assert item.quantity <= need + THOUSAND
                assert item.directions
        for one, following in pairwise(part.supply):
            assert one.date < following.date


@pytest.mark.parametrize("name", PLANS)
def test_the_calendar_of_a_window_is_a_part_of_the_whole_calendar(name):
    made, window = plan_of(name), Window(MIDDLE, 2)

    def read(**options) -> dict:
        events = Calendar.from_ical(render(made, ".ics", Options(**options))).walk("VEVENT")
        return {str(event["uid"]): event.to_ical() for event in events}

    whole, part = read(), read(window=window)
    assert part.items() <= whole.items()
    assert 0 < len(part) < len(whole)


def test_the_note_names_the_steps_and_the_fill_of_the_window():
    made = plan_of("er")
    text = render(made, ".txt", Options(window=Window(MIDDLE, 1)))
    line = next(line for line in text.splitlines() if line.startswith("Doses from"))
    assert line.count(";") == 1  # the one in force, and the next one
    assert str(made.stop_date) in text  # of the whole plan


@pytest.mark.parametrize("suffix", [".json", ".fhir.json", ".svg"])
def test_a_plan_document_and_a_bundle_stay_whole(suffix):
    made = plan_of("er")
    assert render(made, suffix, Options(window=Window(MIDDLE, 1))) == render(made, suffix)


def test_after_the_plan_there_is_no_next_step():
    with pytest.raises(InputError, match="no step on or after 2031-01-01"):
        limited(plan_of("er"), Window(date(2031, 1, 1), 2))
