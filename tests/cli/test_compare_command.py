"""`taper compare`: several paces side by side."""

from __future__ import annotations

import json

BASE = ("compare", "morphine-er", "90 mg q8h", "--start", "2026-12-07")


def test_a_row_a_pace_with_its_figures(taper):
    ran = taper(*BASE, "--reduce", "5%", "--reduce", "10%", "--guideline", "va-slower")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0].split()[:3] == ["Pace", "Weeks", "Steps"]
    assert [line.split()[0] for line in lines[2:5]] == ["5%", "10%", "va-slower"]
    assert "2027-09-13" in lines[2]
    assert lines[2].endswith("910 tablets")


def test_the_figures_are_those_of_the_plans(taper):
    ran = taper(*BASE, "--reduce", "10%", "--every", "4w", "--format", "json")
    (found,) = json.loads(ran.out)
    planned = taper("plan", *BASE[1:], "--reduce", "10%", "--every", "4w", "--format", "json")
    summary = json.loads(planned.out)["summary"]
    assert {name: found[name] for name in ("stop_date", "days", "reductions")} == {
        name: summary[name] for name in ("stop_date", "days", "reductions")
    }
    cut = "largest_cut_percent_of_current"
    assert found[cut] == summary[cut]


def test_a_pace_that_is_refused_says_so_beside_the_others(taper):
    ran = taper(*BASE, "--reduce", "10%", "--reduce", "60%")
    assert ran.status == 0
    assert "not planned" in ran.out
    assert "rate-over-band" in ran.out


def test_a_guideline_brings_its_own_interval_a_rate_takes_the_common_one(taper):
    ran = taper(
        *BASE, "--every", "4w", "--reduce", "10%", "--guideline", "va-faster", "--format", "json"
    )
    monthly, faster = json.loads(ran.out)
    assert monthly["days"] > 3 * faster["days"]


def test_everything_that_is_wrong_is_said_at_once(taper):
    ran = taper("compare", "morphine-er", "90 mg q8h", "--reduce", "abc", "--guideline", "nix")
    assert ran.status == 2
    fields = {line.split(": ")[1] for line in ran.err.splitlines()}
    assert fields == {"reduce", "start", "guideline"}


def test_nothing_to_compare_is_an_error(taper):
    ran = taper(*BASE)
    assert ran.status == 2
    assert "nothing to compare" in ran.err


def test_a_saved_plan_or_a_request_is_compared(taper, tmp_path):
    saved = tmp_path / "plan.json"
    taper("plan", *BASE[1:], "--guideline", "rxfiles", "-o", saved)
    ran = taper("compare", saved, "--reduce", "5%", "--reduce", "20%")
    assert ran.status == 0
    assert ran.out.count("tablets") == 2


PACES = ("--start", "2026-12-07", "--reduce", "5%", "--reduce", "10%")


def test_it_writes_csv_json_and_a_drawing(taper, tmp_path):
    files = [tmp_path / f"paces.{suffix}" for suffix in ("csv", "json", "svg")]
    outputs = [each for file in files for each in ("-o", file)]
    ran = taper("compare", "morphine-er", "60 mg q8h", *PACES, *outputs)
    assert (ran.status, ran.out) == (0, "")
    found = json.loads(files[1].read_text())
    header, *rows = files[0].read_text().splitlines()
    assert header.startswith("name,days,reductions,holds,")
    for row, pace in zip(rows, found, strict=True):
        cells = row.split(",")
        figures = [pace[name] for name in ("name", "days", "reductions", "holds")]
        assert cells[:4] == [str(figure) for figure in figures]
    drawn = files[2].read_text()
    assert drawn.count('class="dose"') == 2
    assert ">5%</text>" in drawn
    assert ">10%</text>" in drawn
    assert taper("compare", "morphine-er", "60 mg q8h", *PACES, "-o", "paces.pdf").status == 2


def test_products_for_the_end_side_by_side(taper):
    ends = ("--finish-with", "none", "--finish-with", "morphine-solution", "--format", "json")
    asked = ("compare", "morphine-er", "60 mg q8h", "--start", "2026-12-07", "--every", "2w")
    found = json.loads(taper(*asked, *ends).out)
    assert [pace["name"] for pace in found] == ["no change", "then morphine-solution"]
    assert "mL" in found[1]["dispensed"]
    assert "mL" not in found[0]["dispensed"]
    names = [pace["name"] for pace in json.loads(taper(*asked, *PACES[2:], *ends).out)]
    assert names == [
        f"{rate}, {end}"
        for rate in ("5%", "10%")
        for end in ("no change", "then morphine-solution")
    ]


def test_an_amount_in_one_pace_and_a_refused_one_are_drawn_as_they_can_be(taper, tmp_path):
    file = tmp_path / "paces.svg"
    rates = ("--reduce", "10%", "--reduce", "60%", "--every", "1w", "--start", "2026-12-07")
    ran = taper("compare", "morphine-er", "60 mg q8h", *rates, "-o", file)
    assert ran.status == 0
    assert file.read_text().count('class="dose"') == 1
