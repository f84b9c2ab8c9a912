"""Contract 5: what each published rule set plans.

The tables in `tests/spec/guidelines` are to be read: one file a rule set, one row a dose. They are
written by `python scripts/guidelines.py`; a change in them is a change of what is planned.
"""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from taper import InputError
from taper.formulary.guidelines import guideline, guidelines
from taper.planning.make import planned as plan

ROOT = Path(__file__).parents[2]
TABLES = Path(__file__).parent / "guidelines"
NAMES = (
    "cdc-2022-weekly",
    "cdc-2022-monthly",
    "fda-label",
    "hhs-2019",
    "va-slowest",
    "va-slower",
    "va-faster",
    "etg-weekly",
    "etg-monthly",
    "rxfiles",
    "fpm-newer",
    "fpm-older",
    "racgp-2022",
    "tapermd",
    "ca-deprescribing",
)


@pytest.fixture(scope="module")
def maker():
    """The script that writes the tables."""
    where = ROOT / "scripts" / "guidelines.py"
    spec = importlib.util.spec_from_file_location("guidelines_script", where)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str, title: str) -> list[tuple[date, str, str]]:
    """The dated rows of one table as it stands in the file: day, dose, share of the first."""
    text = (TABLES / f"{name}.txt").read_text(encoding="utf-8")
    block = next(part for part in text.split("\n\n\n") if part.startswith(title))
    found = re.findall(
        r"^(\d{4}-\d\d-\d\d) +(?:\d+ +)?([\d.]+) m\S+ .*?([\d.]+)%", block, re.MULTILINE
    )
    return [(date.fromisoformat(day), dose, share) for day, dose, share in found]


TITLES = ("Morphine ER", "Oxycodone IR", "Fentanyl patch", "Tramadol ER")


def test_every_named_rule_set_is_built_in():
    assert set(NAMES) <= set(guidelines())


@pytest.mark.parametrize("name", list(guidelines()))
def test_the_tables_are_what_is_planned(maker, name):
    found = (TABLES / f"{name}.txt").read_text(encoding="utf-8")
    assert found == maker.tables(guideline(name))


def test_every_table_is_of_a_guideline():
    assert {path.stem for path in TABLES.glob("*.txt")} == set(guidelines())


@pytest.mark.parametrize("name", list(guidelines()))
@pytest.mark.parametrize("title", TITLES)
def test_every_table_falls_to_a_stop(name, title):
    table = rows(name, title)
    shares = [float(share) for _, _, share in table]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0
    assert table[0][0] == date(2026, 12, 7)


@pytest.mark.parametrize("name", list(guidelines()))
@pytest.mark.parametrize("title", TITLES)
def test_doses_change_no_sooner_than_the_interval_of_the_source(name, title):
    found = guideline(name)
    weeks = {"2d": 2, "1w": 7, "2w": 14, "4w": 28, "6w": 42, "8w": 56}
    least = weeks[found.every] if found.every else 28
    for (first, dose, _), (then, following, _) in pairwise(rows(name, title)):
        if dose != following:
            assert (then - first).days >= least


@pytest.mark.parametrize("name", list(guidelines()))
def test_a_rule_set_says_what_it_leaves_open_and_what_was_chosen(name):
    found = guideline(name)
    assert found.leaves_open
    assert found.chosen
    assert found.source
    assert found.facts["citations"]
    low, high = found.facts.get("min_reduce"), found.facts.get("max_reduce")
    if low and found.reduce:  # what is planned with is within the published range
        assert int(low[:-1]) <= int(found.reduce[:-1]) <= int(high[:-1])


def test_a_guideline_is_the_same_as_its_rule_in_options():
    named = plan("morphine-er", "90 mg q8h", start="2026-12-07", guideline="va-slower")
    asked = plan(
        "morphine-er", "90 mg q8h", start="2026-12-07", reduce="5%", every="4w", of="original"
    )
    assert named.to_dict()["steps"] == asked.to_dict()["steps"]
    assert named.to_dict()["rule"] == asked.to_dict()["rule"]


@pytest.mark.parametrize("field", [{"reduce": "5%"}, {"every": "1w"}, {"of": "current"}])
def test_a_guideline_stands_instead_of_a_rule(field):
    with pytest.raises(InputError) as caught:
        plan("morphine-er", "90 mg q8h", start="2026-12-07", guideline="va-slower", **field)
    assert "guideline" in str(caught.value)


def test_an_unknown_guideline_names_those_that_are_known():
    with pytest.raises(InputError) as caught:
        plan("morphine-er", "90 mg q8h", start="2026-12-07", guideline="nice")
    assert "cdc-2022-weekly" in str(caught.value)
