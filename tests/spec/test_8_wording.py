"""Contract 8: the wording of the findings on pace and cuts, and their thresholds.

A reader can judge here whether a sentence is right for its plan.
"""

from __future__ import annotations

import pytest
from written import said, taper

from taper.errors import Refused

MORPHINE = ("morphine-er", "90 mg q8h")
UK = {"market": "uk"}
ANY = "."  # whatever it says
FDA = (
    "faster than the 25% that US labels name: reduce less, or less often, unless use has been short"
)

PACE = [
    (
        "rate-overridden",
        *MORPHINE,
        {"reduce": "30%", "override_rate": "unsafe use"},
        "Pace of 30% a week, over the limit of 25% a week, for the reason given (unsafe use): plan close contact, and slow down at the first distress",
    ),
    (  # as many decimals as show that it is over
        "rate-overridden",
        *MORPHINE,
        {"reduce": "25.01%", "override_rate": "unsafe use"},
        "Pace of 25.01% a week, over the limit of 25% a week, for the reason given (unsafe use): plan close contact, and slow down at the first distress",
    ),
    (
        "rate-overridden",
        *MORPHINE,
        {"reduce": "67.6 mg", "override_rate": "unsafe use"},
        "Pace of 25.04% a week, over the limit of 25% a week, for the reason given (unsafe use): plan close contact, and slow down at the first distress",
    ),
    (  # the first phase that is over it
        "rate-overridden",
        *MORPHINE,
        {"phases": ["10%/2w until 50%", "60%/2w until 20%", "80%/2w"], "override_rate": "unsafe"},
        "Pace of 30% a week, over the limit of 25% a week, for the reason given (unsafe): plan close contact, and slow down at the first distress",
    ),
    (
        "rate-overridden",
        *MORPHINE,
        {"reduce": "25%", "override_rate": "unsafe use"},
        None,
    ),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "3y", "every": "1w"},
        "The pace is 40% every 4 weeks after 3 years of opioids; CDC 2022 suggests about 10% a month or slower: --every 4w, or plan close contact",
    ),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "52w", "every": "2w", "reduce": "15 mg"},
        "The pace is 11.1% every 4 weeks after 52 weeks of opioids; CDC 2022 suggests about 10% a month or slower: --every 4w, or plan close contact",
    ),
    (  # the fastest phase counts, not the first
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "12mo", "phases": ["10%/4w until 50%", "15%/4w until 20%", "5%/4w"]},
        "The pace is 15% every 4 weeks after 12 months of opioids; CDC 2022 suggests about 10% a month or slower: --every 4w, or plan close contact",
    ),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "3y", "reduce": "10%", "every": "4w"},
        None,
    ),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "51w", "every": "1w"},
        None,
    ),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "11mo", "every": "1w"},
        None,
    ),
    ("faster-than-fda-label", *MORPHINE, {"every": "1w"}, None),  # 20% in two weeks
    (
        "faster-than-fda-label",
        *MORPHINE,
        {"reduce": "12.6%", "every": "1w"},
        f"12.6% every week is 25.2% in two weeks, {FDA}",
    ),
    ("faster-than-fda-label", *MORPHINE, {"reduce": "12.5%", "every": "1w"}, None),
    (
        "faster-than-fda-label",
        *MORPHINE,
        {"reduce": "26%", "every": "2w", "override_rate": "unsafe use"},
        f"26% every 2 weeks is 26% in two weeks, {FDA}",
    ),
    (
        "faster-than-fda-label",
        *MORPHINE,
        {"reduce": "65 mg", "every": "13d"},
        f"65 mg every 13 days is 25.9% in two weeks, {FDA}",
    ),
    (  # the first phase that is faster
        "faster-than-fda-label",
        *MORPHINE,
        {"phases": ["10%/2w until 70%", "15%/1w until 50%", "20%/1w"]},
        f"15% every week is 30% in two weeks, {FDA}",
    ),
    (
        "faster-than-fda-label",
        *MORPHINE,
        {"reduce": "25%", "every": "2w"},
        None,
    ),
    (
        "faster-than-fda-label",
        "MST Continus",
        "60 mg q12h",
        {**UK, "reduce": "20%", "every": "1w"},
        None,
    ),
    (
        "short-use",
        *MORPHINE,
        {"on_opioids_for": "3w"},
        (
            "Opioids have been taken for 3 weeks only: this plan prolongs exposure;"
            " see --guideline cdc-2022-short"
        ),
    ),
    ("short-use", *MORPHINE, {"on_opioids_for": "27d"}, ANY),
    ("short-use", *MORPHINE, {"on_opioids_for": "28d"}, None),
    ("short-use", *MORPHINE, {"on_opioids_for": "1mo"}, None),
    ("short-use", "MST Continus", "60 mg q12h", {**UK, "on_opioids_for": "3w"}, None),
    (
        "duration-unknown",
        "MST Continus",
        "60 mg q12h",
        UK,
        (
            "How long opioids have been taken is not known, and the longer, the slower a taper should"
            " be: --on-opioids-for 8w, or 3y"
        ),
    ),
    (
        "duration-unknown",
        *MORPHINE,
        {},
        "How long opioids have been taken is not known, so the pace cannot be compared with CDC 2022: --on-opioids-for 8w, or 3y",
    ),
    (
        "short-interval-for-product",
        "methadone-tablet",
        "20 mg q12h",
        {"every": "1w"},
        "Reductions every week are close together for methadone tablets, whose withdrawal may not have settled before the next: --every 2w or longer",
    ),
    (
        "short-interval-for-product",
        "fentanyl-patch",
        "75 mcg/h",
        {"phases": ["10%/2w until 50%", "10%/10d until 30%", "10%/9d"]},
        "Reductions every 10 days are close together for fentanyl transdermal patches, whose withdrawal may not have settled before the next: --every 2w or longer",
    ),
    (
        "short-interval-for-product",
        "fentanyl-patch",
        "75 mcg/h",
        {"every": "2w"},
        None,
    ),
    (
        "short-interval-for-product",
        *MORPHINE,
        {"every": "1w"},
        None,
    ),
    (
        "long-row",
        *MORPHINE,
        {"baseline": "85d"},
        "The dose stays the same for 85 days, longer than 12 weeks: make it a --hold with a review, or see whether a finer product fits (step 1)",
    ),
    (  # of patches it is 13 weeks
        "long-row",
        "fentanyl-patch",
        "75 mcg/h",
        {"baseline": "93d", "every": "2w"},
        (
            "The dose stays the same for 93 days, longer than 13 weeks: make it a --hold with a"
            " review, or see whether a finer product fits (step 1)"
        ),
    ),
    ("long-row", "fentanyl-patch", "75 mcg/h", {"baseline": "90d", "every": "2w"}, None),
    (
        "long-row",
        *MORPHINE,
        {"baseline": "84d"},
        None,
    ),
    (
        "long-row",
        *MORPHINE,
        {"baseline": "1w", "holds": ["20w@every4"]},
        None,
    ),
]

CUTS = [
    (
        "cut-over-25-percent",
        *MORPHINE,
        {"reduce": "45 mg", "every": "4w"},
        "The rule asks for cuts of up to 50.0% of the current dose, over 25%: a percentage with --of mixed makes them smaller (steps 4, 5, 6, 7)",
    ),
    (
        "cut-over-25-percent",
        "methadone-solution",
        "20 mg q24h",
        {"reduce": "40%", "of": "original", "override_rate": "unsafe use", "indication": "pain"},
        "The rule asks for cuts of up to 50.0% of the current dose, over 25%: a smaller --reduce makes them smaller (steps 1, 2, 3, 4, 5)",
    ),
    (  # with two opioids, of the total in MME: 30 of 105, and not 15 of 45 mg
        "cut-over-25-percent",
        "morphine-er",
        "60 mg q12h",
        {"also": ["hydrocodone-er 30 mg q24h"], "reduce": "20%", "of": "original"},
        (
            "The rule asks for cuts of up to 28.6% of the total in MME, over 25%: --of mixed makes"
            " them smaller (step 3)"
        ),
    ),
    (
        "unavoidable-cut",
        "oxycodone-er",
        "10 mg q12h",
        {},
        "A cut of 50.0% of the current dose, the smallest that these strengths allow: --finish-with oxycodone-solution: largest cut 50% as before, last dose 2.5 mg a day instead of 10 mg, stop on 2027-03-08 instead of 2027-01-25 (step 2)",
    ),
    (
        "large-last-dose",
        "morphine-er",
        "30 mg q12h",
        {},
        "The last dose before stopping is 15 mg (15 MME): --finish-with morphine-solution: largest cut 50% as before, last dose 2 mg a day instead of 15 mg, stop on 2027-06-07 instead of 2027-02-01 (step 4)",
    ),
    (  # hydromorphone-ir would end with a smaller dose, and with a cut of 50%
        "unavoidable-cut",
        "hydromorphone-er",
        "32 mg q24h",
        {},
        "A cut of 33.3% of the current dose, the smallest that these strengths allow: no marketed product or strength of this opioid makes the largest cut smaller (step 6)",
    ),
    (
        "large-last-dose",
        "levorphanol-ir",
        "3 mg q8h",
        {},
        "The last dose before stopping is 2 mg (no MME factor): --split halves, if the tablets are known to be scored: largest cut 50% as before, last dose 1 mg a day instead of 2 mg, stop on 2027-05-10 instead of 2027-03-29 (step 5)",
    ),
    (
        "large-last-dose",
        "codeine-ir",
        "15 mg q6h",
        {},
        "The last dose before stopping is 15 mg (25.0% of the original dose): --split halves, if the tablets are known to be scored: largest cut 50% as before, last dose 7.5 mg a day instead of 15 mg, stop on 2027-03-08 instead of 2027-02-01 (step 4)",
    ),
    (  # of two opioids the last one is named
        "large-last-dose",
        "oxycodone-er",
        "20 mg q12h",
        {"also": ["morphine-er 30 mg q12h"]},
        "The last dose before stopping is 15 mg (15 MME): morphine-solution makes smaller steps (steps 5, 10)",
    ),
    (  # 15 of 75 mg: 20%
        "large-last-dose",
        "codeine-ir",
        "15/15/15/30 mg",
        {},
        None,
    ),
]


@pytest.mark.parametrize(("name", "product", "dose", "fields", "sentence"), [*PACE, *CUTS])
def test_what_a_finding_says_and_when(name, product, dose, fields, sentence):
    found = said(name, product, dose, fields)
    assert found if sentence == ANY else found == sentence


OVER = "over the limit of 25% a week [rate-over-band]"
IN_ONE_STEP = "over the limit of 25% in one step [rate-over-band]"
SLOWER = 'a smaller --reduce, a longer --every, or --override-rate "reason"'
CONSULT = "before a taper is planned"
WHO = "--specialist with who was consulted"


@pytest.mark.parametrize(
    ("product", "dose", "fields", "field", "sentence", "hint"),
    [
        (
            *MORPHINE,
            {"reduce": "30%"},
            "reduce",
            f"The pace asked for is 30% a week (30% every 1w), {OVER}",
            SLOWER,
        ),
        (
            *MORPHINE,
            {"reduce": "68 mg"},
            "reduce",
            f"The pace asked for is 25.2% a week (68 mg every 1w), {OVER}",
            SLOWER,
        ),
        (  # a percentage is limited in one step too
            *MORPHINE,
            {"reduce": "25.5%", "every": "4w"},
            "reduce",
            f"The pace asked for is 25.5% in one step (25.5% every 4w), {IN_ONE_STEP}",
            SLOWER,
        ),
        (  # the first phase that is over it
            *MORPHINE,
            {"phases": ["10%/2w until 50%", "60%/2w until 20%", "80%/2w"]},
            "reduce",
            f"The pace asked for is 30% a week (60% every 2w), {OVER}",
            SLOWER,
        ),
        (
            *MORPHINE,
            {"risks": ["pregnancy"]},
            "specialist",
            f"Pregnancy: name the specialist consulted (--specialist) {CONSULT} [pregnancy]",
            WHO,
        ),
        (
            *MORPHINE,
            {"risks": ["oud"]},
            "specialist",
            (
                "Opioid use disorder: neither a taper alone nor going on alone is advised; offer"
                " treatment, and name who was consulted (--specialist) [oud]"
            ),
            WHO,
        ),
        (
            "MST Continus",
            "60 mg q12h",
            {**UK, "risks": ["suicide-risk"]},
            "specialist",
            (
                "Suicide risk: name the mental-health professional consulted (--specialist)"
                f" {CONSULT} [suicide-risk]"
            ),
            WHO,
        ),
    ],
)
def test_what_a_refusal_says(product, dose, fields, field, sentence, hint):
    with pytest.raises(Refused) as refused:
        taper(product, dose, **fields)
    (problem,) = refused.value.problems
    assert (problem.field, problem.message, problem.hint) == (field, sentence, hint)
    assert sentence.endswith(f"[{problem.id}]")
