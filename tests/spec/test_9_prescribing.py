"""Contract 9e: how prescriptions are written outside the United States, where a source was seen."""

from __future__ import annotations

import pytest
from written import taper

from taper.export import Options, render
from taper.planning.prescribing import in_words, prescribing, quantity

THREE_YEARS = {"on_opioids_for": "3y"}


def written(product: str, dose: str, market: str, **fields) -> list[str]:
    """The sentences, without their sources."""
    plan = taper(product, dose, market=market, **THREE_YEARS, **fields)
    return [text.partition(" (")[0] if market == "uk" else text for text in prescribing(plan)]


@pytest.mark.parametrize(
    ("product", "dose", "schedule"),
    [
        ("MST Continus", "60 mg bd", "2"),
        ("tramadol-ir", "50 mg qds", "3"),
        ("Butec", "20 mcg/h", "3"),
    ],
)
def test_uk_thirty_days_valid_for_twenty_eight_in_words_and_figures(product, dose, schedule):
    (said,) = written(product, dose, "uk")
    assert said == (
        f"Schedule {schedule}: at most 30 days a prescription are advised, longer only where there "
        "is a clinical need; it is valid for 28 days and is not repeated; the quantity stands in "
        "words and figures"
    )


def test_uk_schedule_5_has_no_such_rule_and_figures_alone():
    plan = taper("co-codamol", "2 x 30/500 mg qds", market="uk", **THREE_YEARS)
    assert prescribing(plan) == []
    item = plan.supply[0].items[0]
    assert quantity(plan, item) == "196"
    assert "(one hundred" not in str(render(plan, ".md", Options()))


def test_uk_quantities_in_words_and_figures_on_the_page():
    plan = taper("MST Continus", "60 mg bd", market="uk", **THREE_YEARS)
    text = str(render(plan, ".md", Options()))
    assert "56 (fifty-six) tablets" in text
    assert "updated 27 March 2024" in text


def test_canada_one_prescription_with_its_part_fills():
    plan = taper("Percocet", "5/325 mg q6h", market="ca", **THREE_YEARS)
    total = sum(item.quantity for fill in plan.supply for item in fill.items) // 1000
    (said,) = prescribing(plan)
    assert f"one prescription with the total ({total} x 5/325 mg)" in said
    assert f"of each of the {len(plan.supply)} part-fills" in said
    assert "no refills" in said


def test_canada_of_two_opioids_each_total_is_named():
    plan = taper(
        "morphine-er", "30 mg q12h", market="ca", also=["oxycodone-ir 5 mg q6h"], **THREE_YEARS
    )
    (said,) = prescribing(plan)
    assert "x morphine-er 30 mg" in said
    assert "x oxycodone-ir 5 mg" in said


def test_australia_approval_past_two_months_by_state():
    (said,) = written("Targin", "20/10 mg bd", "au")
    assert said.startswith("Schedule 8 past 2 months, from 2027-02-07 on")
    for state in ("ACT approval after 2 months", "VIC permit after 8 weeks", "NT notification"):
        assert state in said
    assert written("tramadol-mr-tramal-sr", "100 mg bd", "au") == []  # schedule 4


def test_the_united_states_have_their_finding():
    plan = taper("morphine-er", "60 mg q12h", **THREE_YEARS)
    assert prescribing(plan) == []
    assert "new-prescriptions" in {finding.id for finding in plan.findings}


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "zero"), (1_000, "one"), (19_000, "nineteen"), (20_000, "twenty"),
        (56_000, "fifty-six"), (100_000, "one hundred"), (105_000, "one hundred and five"),
        (112_000, "one hundred and twelve"), (840_000, "eight hundred and forty"),
        (1_008_000, "one thousand and eight"), (1_120_000, "one thousand one hundred and twenty"),
        (2_500, "two point five"), (402_250, "four hundred and two point two five"),
    ],
)  # fmt: skip
def test_a_quantity_in_words(count, words):
    assert in_words(count) == words
