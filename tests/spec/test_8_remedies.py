"""Contract 8: what would avoid a large cut or a large last dose, and what it makes of the plan."""

from __future__ import annotations

import re

import pytest
from written import said, taper

from taper.planning.document import summary
from taper.safety.findings.lines import printed

UK = {"market": "uk"}
FOUND = ("no-smaller-dose", "unavoidable-cut", "large-last-dose")
HALVES = "--split halves, if the tablets are known to be scored"
# the change that is named, and the fields that make it
CHANGES = [
    (
        "morphine-er",
        "30 mg q12h",
        {"stock": ["30"]},
        "adding 15 mg to --stock",
        {"stock": ["15", "30"]},
    ),
    (
        "oxycodone-apap",
        "10 mg q6h",
        {"stock": ["10/325"]},
        "adding 2.5/325 mg to --stock",
        {"stock": ["10/325", "2.5/325"]},
    ),
    (
        "fentanyl-patch",
        "25 mcg/h",
        {"stock": ["25"]},
        "adding 12 mcg/h to --stock",
        {"stock": ["12", "25"]},
    ),
    (
        "morphine-solution",
        "10 mg q4h",
        {"stock": ["20 mg/mL"]},
        "adding 2 mg/mL to --stock",
        {"stock": ["2 mg/mL"]},
    ),
    (
        "morphine-er",
        "30 mg q12h",
        {"stock": ["15", "30"]},
        "--finish-with morphine-solution",
        {"finish_with": "morphine-solution"},
    ),
    (
        "hydrocodone-er-capsule",
        "10 mg q12h",
        {},
        "--finish-with hydrocodone-apap (which adds acetaminophen)",
        {"finish_with": "hydrocodone-apap"},
    ),
    (
        "tramadol-apap",
        "75 mg q6h",
        {},
        "--finish-with tramadol-solution",
        {"finish_with": "tramadol-solution"},
    ),
    (
        "dihydrocodeine-ir",
        "30 mg q6h",
        UK,
        "--finish-with co-dydramol (which adds paracetamol)",
        {"finish_with": "co-dydramol"},
    ),
    ("codeine-ir", "15 mg q6h", {}, HALVES, {"split": "halves"}),
    (  # a start at the smallest dose
        "oxycodone-er",
        "10 mg q24h",
        {},
        "--finish-with oxycodone-solution",
        {"finish_with": "oxycodone-solution"},
    ),
]


def remedies(product, dose, fields):
    """What the findings of a plan name, without the rows."""
    messages = [said(name, product, dose, fields) for name in FOUND]
    return {
        re.sub(r" \(steps? [\d, ]+\)$", "", message.partition(": ")[2])
        for message in messages
        if message
    }


@pytest.mark.parametrize(("product", "dose", "fields", "change", "makes"), CHANGES)
def test_what_is_named_is_tried_and_what_it_makes_of_the_plan_is_so(
    product, dose, fields, change, makes
):
    (remedy,) = remedies(product, dose, fields)
    named, _, forecast = remedy.partition(": ")
    assert named == change
    before, after = (taper(product, dose, **each) for each in (fields, {**fields, **makes}))
    cut, was = (figures(plan) for plan in (after, before))
    assert float(cut) <= float(was) or was == "0.0"
    assert forecast.startswith(f"largest cut {cut.removesuffix('.0')}%")
    assert f"stop on {after.stop_date.isoformat()}" in forecast
    if after.stop_date != before.stop_date:
        assert forecast.endswith(f"instead of {before.stop_date.isoformat()}")


def figures(plan):
    return summary(plan)["largest_cut_percent_of_current"]


@pytest.mark.parametrize(
    ("product", "dose", "fields", "sentence"),
    [
        (
            "hydrocodone-er",
            "20 mg q24h",
            {"finish_with": "hydrocodone-er-capsule"},
            "hydrocodone-apap makes smaller steps (which adds acetaminophen)",
        ),
        (
            "oxycodone-er",
            "20 mg q12h",
            {"finish_with": "oxycodone-ir"},
            "oxycodone-solution makes smaller steps",
        ),
        (
            "levorphanol-ir",
            "3 mg q8h",
            {"split": "halves"},
            "no marketed product of this opioid makes a smaller one",
        ),
        (
            "tapentadol-er",
            "50 mg q12h",
            {},
            "no marketed product of this opioid makes a smaller one",
        ),
        (  # of another opioid neither a change of product nor halves can be asked for
            "morphine-er",
            "30 mg q12h",
            {"also": ["levorphanol-ir 3 mg q8h"]},
            "no marketed product of this opioid makes a smaller one",
        ),
        (
            "morphine-er",
            "30 mg q12h",
            {"also": ["hydrocodone-er 20 mg q24h"]},
            "hydrocodone-er-capsule makes smaller steps",
        ),
    ],
)
def test_what_is_named_without_a_trial(product, dose, fields, sentence):
    assert sentence in remedies(product, dose, fields)


def test_nothing_is_named_that_makes_the_largest_cut_larger():
    for product, dose in (("oxycodone-er", "20 mg q12h"), ("morphine-er", "60 mg q12h")):
        for reduce in ("5%", "10%", "20%"):
            fields = {"reduce": reduce, "every": "4w"}
            for remedy in remedies(product, dose, fields):
                name = re.match(r"--finish-with (\S+?):", remedy)
                if name:
                    then = taper(product, dose, **fields, finish_with=name[1])
                    assert float(figures(then)) <= float(figures(taper(product, dose, **fields)))


def test_what_one_remedy_mends_is_one_line():
    plan = taper("oxycodone-er", "10 mg q24h")
    found = [finding for finding in plan.findings if finding.id in FOUND]
    assert len(found) > 1
    (line,) = [line for line in printed(plan.findings) if set(line.ids) & set(FOUND)]
    assert line.ids == tuple(finding.id for finding in found)
    assert line.text.count("--finish-with oxycodone-solution") == 1
    said_of_each = [finding.message.partition(": ")[0] for finding in found]
    assert all(words[1:] in line.text for words in said_of_each)  # the first letter may be small
    assert len(printed(plan.findings)) == len(plan.findings) - len(found) + 1


def test_findings_with_remedies_of_their_own_stay_lines_of_their_own():
    plan = taper("morphine-er", "30 mg q12h", also=["oxycodone-er 10 mg q12h"])
    lines = printed(plan.findings)
    assert sorted(name for line in lines for name in line.ids) == sorted(
        f.id for f in plan.findings
    )
    for line in lines:
        remedies = {
            f.message.partition(": ")[2].split(" (step")[0]
            for f in plan.findings
            if f.id in line.ids
        }
        assert len(remedies) == 1


@pytest.mark.parametrize("product", ["oxycodone-solution", "morphine-solution"])
def test_a_concentration_that_does_not_reach_the_dose_is_no_remedy(product):
    # 530 mg of it would be more than 250 mL at once
    found = remedies(product, "530 mg q12h", {"stock": ["20 mg/mL"]})
    assert found
    assert not any("--stock" in remedy for remedy in found)
