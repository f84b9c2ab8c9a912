"""The count of sources: nothing unmarked, every key graded, the page as it is counted."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from taper.data.files import DATA
from taper.formulary.market import MARKETS, formulary

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script():
    where = ROOT / "scripts" / "sources.py"
    spec = importlib.util.spec_from_file_location("sources_script", where)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_figure_is_unmarked(script):
    for name, counts in script.counted(DATA).items():
        assert counts[script.UNMARKED] == 0, name
        assert counts.total() > 0, name


def test_the_page_shows_the_count_of_today(script):
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    assert script.shown(script.counted(DATA), markdown=True) in page


@pytest.mark.parametrize("market", MARKETS)
def test_every_source_has_a_grade(market, script):
    grades = script.read(DATA / "source-grades.toml")[market]
    assert set(formulary(market).sources) <= set(grades)
    assert set(grades.values()) <= set(script.GRADES)


@pytest.mark.parametrize(
    ("source", "grade"),
    [
        ("The project's judgement", "judgement"),
        ("CDC 2022, page 17. Two weeks is the project's judgement", "judgement"),
        ("CDC Clinical Practice Guideline 2022, recommendation 5, page 17", "source"),
        ("NHS Fife (opening seen)", "part"),
        ("CDC 2022 (draft text only, lines 2481-2485)", "others"),
        ("Labels (seen second-hand)", "others"),
        ("", "unmarked"),
    ],
)
def test_a_source_in_words(source, grade, script):
    assert script.of_text(source) == grade


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        (
            {"strengths": ["5"], "sources": {"strengths": ["A", "B"]}, "judgements": {}},
            {"source": 1, "unmarked": 1},
        ),
        ({"sources": {"intervals": ["B"]}, "judgements": {}}, {"others": 1}),
        (
            {"sources": {"intervals": ["A"]}, "judgements": {"intervals": "longer"}},
            {"judgement": 1},
        ),
        (
            {
                "sources": {"intervals": ["A"]},
                "judgements": {},
                "limits": [{"sources": ["B"]}, {"judgement": "elsewhere"}, {}],
            },
            {"source": 1, "others": 1, "judgement": 1, "unmarked": 1},
        ),
    ],
)
def test_the_best_source_counts_unless_a_judgement_stands_beside_it(entry, counts, script):
    grades = {"A": "source", "B": "others"}
    assert Counter(script.of_product(entry, grades)) == counts


def test_what_two_versions_have_is_compared(script, tmp_path):
    """With an earlier folder that has one product less: what is new counts in neither."""
    for name in ("us.toml", "guidelines.toml", "findings.toml"):
        (tmp_path / name).write_text((DATA / name).read_text(encoding="utf-8"), encoding="utf-8")
    text = (tmp_path / "us.toml").read_text(encoding="utf-8")
    first = text.index("[[product]]", text.index("[[product]]") + 1)
    second = text.index("[[product]]", first + 1)
    earlier = text[:first] + text[second:].replace('handling = ["S13"]', "", 1)
    (tmp_path / "us.toml").write_text(earlier, encoding="utf-8")
    found = {name: cells for name, *cells in script.alike(tmp_path, DATA)}
    assert set(found) == {"us", "guidelines", "findings", "all"}
    assert found["us"][4] == "1 to 0"  # unmarked then
    whole = script.counted(DATA)["us"].total()
    assert int(found["us"][5]) < whole


def test_the_page_says_that_judgements_became_fewer():
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| all |") and " to " in line]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    before, after = map(int, cells[4].split(" to "))
    assert after < before
    assert cells[5].endswith(" to 0")
