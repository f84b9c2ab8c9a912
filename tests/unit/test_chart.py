"""The chart: what is drawn, as SVG and as blocks for a terminal."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from handouts import PLANS, plan_of

from taper.course.saved import parse_plan
from taper.engine.steps import HOLD
from taper.export import Options, render
from taper.export.chart import blocks, chart
from taper.export.language import language
from taper.export.svg import description
from taper.planning.make import planned as plan

SVG = "{http://www.w3.org/2000/svg}"


def drawing(name: str, **options) -> ET.Element:
    return ET.fromstring(render(plan_of(name), ".svg", Options(**options)))


def texts(root: ET.Element) -> list[str]:
    return [element.text for element in root.iter(f"{SVG}text")]


def path(root: ET.Element, kind: str) -> str:
    return next(e.get("d") for e in root.iter(f"{SVG}path") if e.get("class") == kind)


# --- the data ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANS)
def test_levels_follow_each_other_without_a_gap(name):
    drawn = chart(plan_of(name))
    for series in drawn.series:
        assert series.levels[0].start == drawn.start
        for before, after in pairwise(series.levels):
            assert before.end == after.start
        assert series.levels[-1].end <= drawn.end


def test_levels_are_the_doses_of_the_rows():
    made = plan_of("er")
    (series,) = chart(made).series
    for step in made.steps[1:]:
        assert series.on(step.start) == step.daily
    assert series.on(made.start - timedelta(days=1)) == made.steps[0].daily
    assert series.first == "270 mg"


def test_holds_and_checks_are_those_of_the_plan():
    made = plan_of("er")
    drawn = chart(made)
    holds = [(step.start, step.end) for step in made.steps if step.kind == HOLD]
    assert [(first, last - timedelta(days=1)) for first, last in drawn.holds] == holds
    assert set(drawn.checks) <= {check.date for check in made.checks}


def test_the_curve_falls_by_a_tenth_of_the_original():
    drawn = chart(plan_of("er"))
    ideals = [Fraction(point.dose, point.denominator) for point in drawn.ideal]
    assert ideals[:3] == [243_000, 216_000, 189_000]
    assert all(after < before for before, after in pairwise(ideals))


@pytest.mark.parametrize("name", ["er", "goal", "liquid at the end", "two", "step back"])
def test_a_saved_plan_draws_the_same_chart(name):
    made = plan_of(name)
    assert render(parse_plan(made.to_json()), ".svg") == render(made, ".svg")


def test_several_opioids_share_an_axis_in_percent():
    drawn = chart(plan_of("two"))
    assert drawn.unit == "%"
    assert [series.levels[0].dose for series in drawn.series] == [100_000, 100_000]
    assert drawn.ideal == ()


def test_a_change_of_product_goes_on_in_the_same_line():
    (series,) = chart(plan_of("liquid at the end")).series
    assert series.product == "morphine-er"


# --- SVG -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANS)
def test_svg_is_well_formed_and_described(name):
    root = drawing(name)
    assert root.find(f"{SVG}title").text == "Your dose over time"
    described = root.find(f"{SVG}desc").text
    assert described.startswith("Line chart. It starts ")
    assert set(root.get("aria-labelledby").split()) == {"chart-title", "chart-desc"}


@pytest.mark.parametrize("name", PLANS)
def test_svg_is_black_gray_and_white(name):
    text = render(plan_of(name), ".svg")
    for color in re.findall(r"#([0-9a-f]{3,6})\b", text):
        assert len(set(color)) == 1


@pytest.mark.parametrize("name", PLANS)
def test_coordinates_are_plain_decimals_on_the_drawing(name):
    root = drawing(name)
    for element in root.iter(f"{SVG}path"):
        assert re.fullmatch(r"[MHVhvlz\d. -]+", element.get("d"))
    for element in root.iter(f"{SVG}text"):
        assert 0 <= Fraction(element.get("x")) <= 720
        assert 0 <= Fraction(element.get("y")) <= 320


def test_the_line_only_goes_down():
    heights = [Fraction(y) for y in re.findall(r"V([\d.]+)", path(drawing("er"), "dose"))]
    assert heights == sorted(heights)
    assert len(heights) == sum(step.cut > 0 for step in plan_of("er").steps)


def test_the_chart_has_holds_checks_and_the_curve():
    root = drawing("er")
    assert [e.get("class") for e in root.iter(f"{SVG}rect")].count("hold") == 1
    assert path(root, "checks").count("z") == len(chart(plan_of("er")).checks)
    assert path(root, "ideal").count("V") == len(chart(plan_of("er")).ideal)
    assert {"dose", "dose the rule asks for", "pause", "check-in"} <= set(texts(root))


def several(**more):
    fields = {"start": "2026-12-07", "on_opioids_for": "8w", "also": ["oxycodone-ir 10 mg q6h"]}
    return plan("morphine-er", "60 mg q12h", **{**fields, **more})


def test_several_opioids_are_described_each_with_its_own_end():
    made = several(to="45 MME")  # the morphine stops, and the oxycodone falls to 30 mg
    assert made.steps[-1].regimen.product.id == "oxycodone-ir"
    stopped, reached = made.steps[-4].start, made.steps[-2].start
    day = language("en").day
    assert description(made, language("en")) == (
        "Line chart. It starts on Monday, December 7, 2026. Morphine: from 120 mg a day, in 8 "
        f"steps, to none on {day(stopped)}. Oxycodone: from 40 mg a day, in 2 "
        f"steps, to 30 mg on {day(reached)}."
    )


def test_an_opioid_that_stays_is_described_so():
    made = several(keep=["oxycodone-ir"])
    assert description(made, language("en")).endswith(
        "to none on Monday, February 15, 2027. Oxycodone: 40 mg a day all along."
    )
    assert "Oxicodona: 40 mg al día todo el tiempo." in description(made, language("es"))


def test_two_products_of_one_opioid_are_told_apart():
    made = several(also=["morphine-ir 15 mg q4h"])
    root = ET.fromstring(render(made, ".svg"))
    names = {"morphine long-acting tablets", "morphine short-acting tablets"}
    assert names <= set(texts(root))
    assert "Morphine short-acting tablets: from 90 mg" in root.find(f"{SVG}desc").text


def test_the_axis_has_the_unit_of_the_market():
    fields = {"start": "2026-12-07", "every": "4w", "on_opioids_for": "8w"}
    american = plan("fentanyl-patch", "75 mcg/h", **fields)
    british = plan("fentanyl-patch-fencino", "75 mcg/h", market="uk", **fields)
    assert "80 mcg/h" in texts(ET.fromstring(render(american, ".svg")))
    drawn = ET.fromstring(render(british, ".svg"))
    assert "80 micrograms/hour" in texts(drawn)
    assert "mcg" not in render(british, ".svg")


def test_the_chart_in_spanish():
    root = drawing("er", language="es")
    assert root.get("lang") == "es"
    assert {"Dosis diaria de morfina", "pausa", "7 dic"} <= set(texts(root))


def test_lines_of_several_opioids_differ_without_colour():
    lines = [e for e in drawing("two").iter(f"{SVG}path") if e.get("class") == "dose"]
    assert len({line.get("stroke-dasharray") for line in lines}) == len(lines) == 2


def test_the_stop_is_on_the_axis():
    made = plan_of("er")
    assert made.stop_date == date(2027, 5, 17)
    assert "May 17" in texts(drawing("er"))


# --- the terminal --------------------------------------------------------------------------------


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("width", [40, 60, 100])
@pytest.mark.parametrize("name", PLANS)
def test_blocks_fit_the_space(name, width, ascii_only):
    lines = blocks(plan_of(name), width, 8, ascii_only=ascii_only)
    assert len(lines) in {0, 8}
    assert all(len(line) <= width for line in lines)
    if ascii_only:
        assert all(line.isascii() for line in lines)


def test_blocks_go_down_with_the_dose():
    lines = blocks(plan_of("er"), 60, 8, ascii_only=True)
    assert lines[0].startswith("270 mg |#")
    filled = [len(line.partition("|")[2].rstrip()) for line in lines[:-2]]
    assert filled == sorted(filled)
    assert "=" in lines[5]
    assert lines[-1].split() == ["2026-12-07", "=", "hold", "2027-05-17"]


def test_blocks_of_two_opioids_stand_one_below_the_other():
    lines = blocks(plan_of("two"), 72, 12)
    assert lines[0].startswith("morphine 120 mg │")
    assert lines[6].startswith("oxycodone 40 mg │")


def test_too_small_a_space_has_no_chart():
    assert blocks(plan_of("er"), 20, 8) == []
    assert blocks(plan_of("two"), 72, 5) == []
