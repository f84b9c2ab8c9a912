"""A patch has a rate, not a dose a day: no output says ``25 mcg/h a day``."""

from __future__ import annotations

import re

import pytest

from taper.export import FORMATS, Options, render
from taper.export.language import language
from taper.export.svg import description
from taper.planning.make import planned as plan

WORDS = ("fentanyl-patch", "75 mcg/h", "--to", "25 mcg/h", "--every", "4w")
WHEN = ("--start", "2026-12-07", "--on-opioids-for", "3y")
ALSO = ("--also", "oxycodone-ir 5 mg q6h")
A_DAY = re.compile(r"(mcg/h|microgram\w*/hour) (a|per|al) d[ia]y?")


@pytest.fixture
def saved(taper, tmp_path):
    path = tmp_path / "plan.json"
    assert taper("plan", *WORDS, *WHEN, "-o", path).status == 0
    return path


@pytest.mark.parametrize("also", [(), ALSO])
def test_the_terminal(taper, also):
    said = taper("plan", *WORDS, *WHEN, *also).out
    assert "75 mcg/h" in said
    assert "25 mcg/h" in said
    assert not A_DAY.search(said)


def test_the_goal_of_a_patch_is_a_rate(taper, saved):
    for words in (
        ("compare", saved, "--reduce", "5%"),
        ("revise", saved, "--from", "2027-02-01", "--hold", "4w"),
        ("export", saved, "--full"),
        ("formulary", "show", "buprenorphine-patch"),
    ):
        ran = taper(*words, columns=200)
        assert ran.status == 0
        assert "mcg/h" in ran.out
        assert not A_DAY.search(ran.out), words


def test_a_goal_that_is_too_high_is_named_as_a_rate(taper, saved):
    ran = taper("revise", saved, "--from", "2027-06-21", "--to", "50 mcg/h")
    assert ran.status == 2
    assert "the goal of 50 mcg/h is above the dose in force" in ran.err


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize("also", [[], ["oxycodone-ir 5 mg q6h"]])
def test_every_format(code, also):
    fields = {"start": "2026-12-07", "every": "4w", "on_opioids_for": "3y", "also": also}
    made = plan("fentanyl-patch", "75 mcg/h", to="25 mcg/h", **fields)
    for suffix in FORMATS:
        text = render(made, suffix, Options(language=code))
        if isinstance(text, str):
            assert not A_DAY.search(text), suffix
    assert not A_DAY.search(description(made, language(code)))


def test_a_tablet_has_its_dose_a_day(taper):
    said = taper("plan", "morphine-er", "60 mg q12h", "--to", "60 mg", *WHEN).out
    assert "(120 mg a day, 120 MME) to 60 mg a day" in said
