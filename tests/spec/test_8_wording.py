"""Contract 8: the wording of the findings on pace and cuts, and their thresholds.

A reader can judge here whether a sentence is right for its plan.
"""

from __future__ import annotations

import pytest
from written import said, taper

from taper.errors import Refused

MORPHINE = ("morphine-er", "90 mg q8h")
UK = {"market": "uk"}
LABEL = "than the US label range of 10% to 25% every 2 to 4 weeks"
CDC = "CDC 2022 suggests about 10% a month or slower"
SMALLEST = "the smallest that these strengths allow"


PACE = [
    (
        "rate-overridden",
        *MORPHINE,
        {"reduce": "30%", "override_rate": "unsafe use"},
        "Pace of 30% a week, over the limit of 25% a week; reason given: unsafe use",
    ),
    (  # as many decimals as show that it is over
        "rate-overridden",
        *MORPHINE,
        {"reduce": "25.01%", "override_rate": "unsafe use"},
        "Pace of 25.01% a week, over the limit of 25% a week; reason given: unsafe use",
    ),
    (
        "rate-overridden",
        *MORPHINE,
        {"reduce": "67.6 mg", "override_rate": "unsafe use"},
        "Pace of 25.04% a week, over the limit of 25% a week; reason given: unsafe use",
    ),
    (  # the first phase that is over it
        "rate-overridden",
        *MORPHINE,
        {"phases": ["10%/2w until 50%", "60%/2w until 20%", "80%/2w"], "override_rate": "unsafe"},
        "Pace of 30% a week, over the limit of 25% a week; reason given: unsafe",
    ),
    ("rate-overridden", *MORPHINE, {"reduce": "25%", "override_rate": "unsafe use"}, None),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "3y", "every": "1w"},
        f"The pace is 40% every 4 weeks after 3 years of opioids; {CDC}",
    ),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "52w", "every": "2w", "reduce": "15 mg"},
        f"The pace is 11.1% every 4 weeks after 52 weeks of opioids; {CDC}",
    ),
    (  # the fastest phase counts, not the first
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "12mo", "phases": ["10%/4w until 50%", "15%/4w until 20%", "5%/4w"]},
        f"The pace is 15% every 4 weeks after 12 months of opioids; {CDC}",
    ),
    (
        "faster-than-cdc-for-duration",
        *MORPHINE,
        {"on_opioids_for": "3y", "reduce": "10%", "every": "4w"},
        None,
    ),
    ("faster-than-cdc-for-duration", *MORPHINE, {"on_opioids_for": "51w", "every": "1w"}, None),
    ("faster-than-cdc-for-duration", *MORPHINE, {"on_opioids_for": "11mo", "every": "1w"}, None),
    ("faster-than-fda-label", *MORPHINE, {"every": "1w"}, f"10% every week is faster {LABEL}"),
    (
        "faster-than-fda-label",
        *MORPHINE,
        {"reduce": "26%", "every": "2w"},
        f"26% every 2 weeks is faster {LABEL}",
    ),
    (
        "faster-than-fda-label",
        *MORPHINE,
        {"reduce": "15 mg", "every": "13d"},
        f"15 mg every 13 days is faster {LABEL}",
    ),
    (  # the first phase that is faster
        "faster-than-fda-label",
        *MORPHINE,
        {"phases": ["10%/2w until 70%", "5%/1w until 50%", "10%/1w"]},
        f"5% every week is faster {LABEL}",
    ),
    ("faster-than-fda-label", *MORPHINE, {"reduce": "25%", "every": "2w"}, None),
    ("faster-than-fda-label", "MST Continus", "60 mg q12h", {**UK, "every": "1w"}, None),
    (
        "duration-unknown",
        *MORPHINE,
        {},
        (
            "How long opioids have been taken is not given (--on-opioids-for), so the pace cannot be"
            " compared with CDC 2022"
        ),
    ),
    (
        "short-interval-for-product",
        "methadone-tablet",
        "20 mg q12h",
        {"every": "1w"},
        (
            "Reductions every week are close together for methadone tablets: withdrawal may not have"
            " settled before the next"
        ),
    ),
    (
        "short-interval-for-product",
        "fentanyl-patch",
        "75 mcg/h",
        {"phases": ["10%/2w until 50%", "10%/10d until 30%", "10%/9d"]},
        (
            "Reductions every 10 days are close together for fentanyl transdermal patches: withdrawal"
            " may not have settled before the next"
        ),
    ),
    ("short-interval-for-product", "fentanyl-patch", "75 mcg/h", {"every": "2w"}, None),
    ("short-interval-for-product", *MORPHINE, {"every": "1w"}, None),
    (
        "long-row",
        *MORPHINE,
        {"baseline": "85d"},
        "The dose stays the same for 85 days, more than 12 weeks (step 1)",
    ),
    (
        "long-row",
        *MORPHINE,
        {"baseline": "85d", "every": "4w"},
        "The dose stays the same for 140 days, more than 12 weeks (steps 1, 11)",
    ),
    ("long-row", *MORPHINE, {"baseline": "84d"}, None),
    ("long-row", *MORPHINE, {"baseline": "1w", "holds": ["20w@every4"]}, None),
]

CUTS = [
    (
        "cut-over-25-percent",
        *MORPHINE,
        {"reduce": "45 mg", "every": "4w"},
        (
            "The dose falls by more than 25% of the current dose (largest cut 50.0%)"
            " (steps 4, 5, 6, 7)"
        ),
    ),
    (
        "cut-over-25-percent",
        "methadone-solution",
        "20 mg q24h",
        {"reduce": "40%", "of": "original", "override_rate": "unsafe use"},
        "The dose falls by more than 25% of the current dose (largest cut 50.0%) (steps 1, 2, 3, 4, 5)",
    ),
    (  # the largest stands neither first nor last: 45 to 30, 30 to 15, and 30 to 20 mg
        "cut-over-25-percent",
        "morphine-er",
        "30 mg q12h",
        {"also": ["hydrocodone-er 30 mg q24h"]},
        "The dose falls by more than 25% of the current dose (largest cut 50.0%) (steps 3, 4, 7)",
    ),
    (
        "unavoidable-cut",
        "oxycodone-er",
        "10 mg q12h",
        {},
        (
            f"A cut of 50.0% of the current dose, {SMALLEST}: --finish-with oxycodone-solution makes"
            " smaller steps (step 2)"
        ),
    ),
    (
        "large-last-dose",
        "morphine-er",
        "30 mg q12h",
        {},
        (
            "The last dose before stopping is 15 mg (15 MME): --finish-with morphine-solution makes"
            " smaller steps (step 4)"
        ),
    ),
    (
        "large-last-dose",
        "levorphanol-ir",
        "3 mg q8h",
        {},
        (
            "The last dose before stopping is 2 mg (no MME factor): --split halves makes smaller"
            " steps, if the tablets are known to be scored (step 5)"
        ),
    ),
    (
        "large-last-dose",
        "codeine-ir",
        "15 mg q6h",
        {},
        (
            "The last dose before stopping is 15 mg (25.0% of the original dose): --split halves"
            " makes smaller steps, if the tablets are known to be scored (step 4)"
        ),
    ),
    (  # of two opioids the last one is named
        "large-last-dose",
        "oxycodone-er",
        "20 mg q12h",
        {"also": ["morphine-er 30 mg q12h"]},
        (
            "The last dose before stopping is 15 mg (15 MME): morphine-solution makes smaller steps"
            " (steps 5, 10)"
        ),
    ),
    ("large-last-dose", "codeine-ir", "15/15/15/30 mg", {}, None),  # 15 of 75 mg: 20%
]

# what would avoid a large cut or a large last dose
REMEDIES = [
    (
        "morphine-er",
        "30 mg q12h",
        {"stock": ["30"]},
        "the 15 mg strength is marketed: add it to --stock",
    ),
    (
        "morphine-er",
        "60 mg q12h",
        {"stock": ["60", "100"]},
        "the 15 mg strength is marketed: add it to --stock",
    ),
    (
        "oxycodone-apap",
        "10 mg q6h",
        {"stock": ["10/325"]},
        "the 2.5/325 mg strength is marketed: add it to --stock",
    ),
    (
        "fentanyl-patch",
        "25 mcg/h",
        {"stock": ["25"]},
        "the 12 mcg/h strength is marketed: add it to --stock",
    ),
    (
        "morphine-solution",
        "10 mg q4h",
        {"stock": ["20 mg/mL"]},
        "the 2 mg/mL strength is marketed: add it to --stock",
    ),
    (
        "morphine-er",
        "30 mg q12h",
        {"stock": ["15", "30"]},
        "--finish-with morphine-solution makes smaller steps",
    ),
    (
        "hydrocodone-er-capsule",
        "10 mg q12h",
        {},
        "--finish-with hydrocodone-apap makes smaller steps, and adds acetaminophen",
    ),
    (
        "hydrocodone-er",
        "20 mg q24h",
        {"finish_with": "hydrocodone-er-capsule"},
        "hydrocodone-apap makes smaller steps, and adds acetaminophen",
    ),
    (  # half of a 10 mg tablet is as little as the 5 mg tablet
        "oxycodone-ir",
        "10 mg q6h",
        {"stock": ["10"], "split": "halves"},
        "--finish-with oxycodone-solution makes smaller steps",
    ),
    ("tramadol-apap", "75 mg q6h", {}, "--finish-with tramadol-solution makes smaller steps"),
    (
        "oxycodone-er",
        "20 mg q12h",
        {"finish_with": "oxycodone-ir"},
        "oxycodone-solution makes smaller steps",
    ),
    (
        "dihydrocodeine-ir",
        "30 mg q6h",
        UK,
        "--finish-with co-dydramol makes smaller steps, and adds paracetamol",
    ),
    (
        "dihydrocodeine-mr-dhc-continus",
        "60 mg q12h",
        {**UK, "finish_with": "dihydrocodeine-ir"},
        "co-dydramol makes smaller steps, and adds paracetamol",
    ),
    (
        "codeine-ir",
        "15 mg q6h",
        {},
        "--split halves makes smaller steps, if the tablets are known to be scored",
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
    (
        "methadone-solution",
        "2 mg q24h",
        {},
        "1 mg is the smallest dose that is planned of it",
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
]


@pytest.mark.parametrize(("name", "product", "dose", "fields", "sentence"), [*PACE, *CUTS])
def test_what_a_finding_says_and_when(name, product, dose, fields, sentence):
    assert said(name, product, dose, fields) == sentence


OVER = "over the limit of 25% a week [rate-over-band]"
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


@pytest.mark.parametrize(("product", "dose", "fields", "remedy"), REMEDIES)
def test_what_would_avoid_a_large_cut(product, dose, fields, remedy):
    messages = [
        said("large-last-dose", product, dose, fields),
        said("unavoidable-cut", product, dose, fields),
    ]
    assert any(message and f": {remedy} (step" in message for message in messages)
