"""The published rates as they are shipped, written out a second time to be read."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise

import pytest

from taper.data.files import DATA

DATA_FILE = tomllib.loads((DATA / "guidelines.toml").read_text(encoding="utf-8"))
SOURCES = DATA_FILE.pop("sources")

# id, whose, gentle, middle, fast; one figure where the source gives one
PACES = [
    ("cdc-2022-weekly", "us", ["10%/1w"]),
    ("cdc-2022-monthly", "us", ["10%/4w"]),
    ("cdc-2022-short", "us", ["20%/2d"]),
    ("fda-label", "us", ["10%/4w", "17.5%/3w", "25%/2w"]),
    ("hhs-2019", "us", ["5%/4w", "12.5%/4w", "20%/4w"]),
    ("va-slowest", "us", ["5%/8w", "6%/6w", "10%/4w"]),
    ("va-slower", "us", ["5%/4w", "12.5%/4w", "20%/4w"]),
    ("va-faster", "us", ["10%/1w", "15%/1w", "20%/1w"]),
    ("vadod-2017", "us", ["5%/4w", "7.5%/4w", "10%/4w"]),
    ("etg-weekly", "au", ["10%/1w", "17.5%/1w", "25%/1w"]),
    ("etg-monthly", "au", ["10%/4w", "17.5%/4w", "25%/4w"]),
    ("racgp-2022", "au", ["10%/1w"]),
    ("fpm-newer", "uk", ["5%/6w", "7.5%/4w", "10%/2w"]),
    ("fpm-older", "uk", ["10%/2w", "10%/10d", "10%/1w"]),
    ("tapermd", "ca", ["5%/4w", "7.5%/3w", "10%/2w"]),
    (
        "rxfiles",
        "ca",
        [
            "5%/4w until 33%, 5%/8w",
            "7.5%/3w until 33%, 5%/6w",
            "10%/2w until 33%, 5%/4w",
        ],
    ),
    (
        "ca-deprescribing",
        "ca",
        [
            "10%/4w until 33%, 5%/4w",
            "15%/3w until 33%, 7.5%/3w",
            "20%/1w until 33%, 10%/1w",
        ],
    ),
]
DAYS = {"d": 1, "w": 7}


def said(rule) -> str:
    if "phases" in rule:
        return ", ".join(rule["phases"])
    return f"{rule['reduce']}/{rule['every']}"


def days(interval: str) -> int:
    return int(interval[:-1]) * DAYS[interval[-1]]


def first_rate(text: str) -> float:
    """Percent a day of the first part."""
    percent, every = re.match(r"([\d.]+)%/(\d+[dw])", text).groups()
    return float(percent) / days(every)


def test_the_rule_sets_are_those():
    assert set(DATA_FILE) == {name for name, *_ in PACES}


@pytest.mark.parametrize(("name", "market", "paces"), PACES)
def test_a_published_rate(name, market, paces):
    entry = DATA_FILE[name]
    assert entry["market"] == market
    assert said(entry) == paces[0]  # without --pace: the gentle end
    found = [said(rule) for rule in entry.get("pace", {}).values()]
    assert found == (paces if len(paces) > 1 else [])
    assert list(entry.get("pace", {})) in ([], ["gentle", "middle", "fast"])


@pytest.mark.parametrize(("name", "market", "paces"), PACES)
def test_the_paces_rise_and_stay_within_what_is_published(name, market, paces):
    entry = DATA_FILE[name]
    assert all(first_rate(a) < first_rate(b) for a, b in pairwise(paces))
    for text in paces:
        percent, every = re.match(r"([\d.]+)%/(\d+[dw])", text).groups()
        if "min_reduce" in entry:
            assert float(entry["min_reduce"][:-1]) <= float(percent)
            assert float(percent) <= float(entry["max_reduce"][:-1])
        if "min_every" in entry:
            assert days(entry["min_every"]) <= days(every) <= days(entry["max_every"])


@pytest.mark.parametrize(("name", "market", "paces"), PACES)
def test_a_rule_set_has_all_that_the_contract_names(name, market, paces):
    entry = DATA_FILE[name]
    for field in ("name", "rate", "interval", "base", "applies", "source", "year", "leaves_open"):
        assert entry[field], field
    assert set(entry["citations"]) <= set(SOURCES)
    assert entry["grade"] in {
        "primary text seen",
        "restated by another public document",
        "only the opening of the primary page seen",
    }


def test_the_guideline_for_short_use_by_duration():
    """CDC 2022, page 18: half for two days under a week; a fifth every two days under a month."""
    rows = DATA_FILE["cdc-2022-short"]["by_duration"]
    assert [(r.get("over", r.get("from")), r["under"], r["reduce"], r["every"]) for r in rows] == [
        ("3d", "1w", "50%", "2d"),
        ("1w", "1mo", "20%", "2d"),
    ]
    assert DATA_FILE["cdc-2022-short"]["only_under"] == "1mo"


@pytest.mark.parametrize("name", ["cdc-2022-weekly", "cdc-2022-monthly", "cdc-2022-short"])
def test_cdc_2022_is_cited_by_the_page_of_the_final_text(name):
    assert re.search(r"page 1[78]", DATA_FILE[name]["source"])
    assert "page" in SOURCES[DATA_FILE[name]["citations"][0]]


def test_no_finding_cites_a_line_of_the_draft_as_if_it_were_the_guideline():
    findings = (DATA / "findings.toml").read_text(encoding="utf-8")
    for line in findings.splitlines():
        if re.search(r"lines \d{4}", line):
            assert "draft text only" in line, line
