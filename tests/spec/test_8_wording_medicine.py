"""Contract 8: the wording of the findings on the medicine and of the notes; their thresholds."""

from __future__ import annotations

import pytest
from written import findings, said, taper

MORPHINE = ("morphine-er", "90 mg q8h")
UK = {"market": "uk"}
NALOXONE = "Offer naloxone and teach the household to use it: a taper is itself a reason"

MEDICINE = [
    (
        "above-labelled-maximum",
        "tramadol-er",
        "400 mg q24h",
        {},
        "The daily dose of 400 mg is above the labelled maximum of 300 mg a day (steps 0, 1)",
    ),
    ("above-labelled-maximum", "tramadol-er", "300 mg q24h", {}, None),
    (  # of another opioid, with its own dose
        "above-labelled-maximum",
        "morphine-er",
        "30 mg q12h",
        {"also": ["tramadol-er 400 mg q24h"], "keep": ["tramadol-er"]},
        (
            "The daily dose of 400 mg is above the labelled maximum of 300 mg a day"
            " (steps 0, 1, 2, 3, 4, 5)"
        ),
    ),
    (
        "above-labelled-maximum",
        "buprenorphine-patch",
        "2 x 20 mcg/h",
        {},
        "The daily dose of 40 mcg/h is above the labelled maximum of 20 mcg/h (steps 0, 1, 2, 3, 4)",
    ),
    (
        "above-labelled-maximum",
        "hydrocodone-apap",
        "2 x 10/325 mg q6h",
        {},
        (
            "The daily dose of 80 mg is above the labelled maximum of 8 of 5/325 or 6 of 7.5/325 or"
            " 6 of 10/325 tablets a day (steps 0, 1, 2)"
        ),
    ),
    # of 10/325 six tablets a day, of 5/325 and 2.5/325 twelve: together their shares
    ("above-labelled-maximum", "oxycodone-apap", "10/10/10/10/10/10 mg", {}, None),
    # five of 10/325 and two of 5/325 are exactly their shares
    ("above-labelled-maximum", "oxycodone-apap", "15/10/10/10/5/10 mg", {}, None),
    (
        "above-labelled-maximum",
        "oxycodone-apap",
        "12.5/10/10/10/10/10 mg",
        {},
        (
            "The daily dose of 62.5 mg is above the labelled maximum of 12 of 2.5/325 or 12 of 5/325"
            " or 8 of 7.5/325 or 6 of 10/325 tablets a day (step 0)"
        ),
    ),
    (
        "acetaminophen-over-maximum",
        "oxycodone-apap",
        "3 x 5/325 mg q4h",
        {},
        "Acetaminophen comes to 5,850 mg a day, above the maximum of 4,000 mg (step 0)",
    ),
    (  # of all products together
        "acetaminophen-over-maximum",
        "oxycodone-apap",
        "2 x 10/325 mg q6h",
        {"also": ["hydrocodone-apap 2 x 5/325 mg q6h"]},
        (
            "Acetaminophen comes to 5,200 mg a day, above the maximum of 4,000 mg"
            " (steps 0, 1, 2, 3, 4)"
        ),
    ),
    (
        "acetaminophen-over-maximum",
        "co-codamol",
        "16/16/16/24 mg",
        UK,
        "Paracetamol comes to 4,500 mg a day, above the maximum of 4,000 mg (step 0)",
    ),
    ("acetaminophen-over-maximum", "co-codamol", "2 x 8/500 mg q6h", UK, None),
    (
        "high-dose-specialist",
        "morphine-er",
        "105 mg q8h",
        {},
        "The starting dose is 315 MME a day, over 300 MME: consider specialist support",
    ),
    (
        "high-dose-specialist",
        *MORPHINE,
        {"also": ["oxycodone-ir 10 mg q6h"]},
        "The starting dose is 330 MME a day, over 300 MME: consider specialist support",
    ),
    (
        "high-dose-specialist",
        "oxycodone-ir",
        "50/50/50/52.5 mg",
        {"split": "halves"},
        "The starting dose is 303.8 MME a day, over 300 MME: consider specialist support",
    ),
    (
        "high-dose-specialist",
        "MST Continus",
        "200 mg q12h",
        UK,
        "The starting dose is 400 OME a day, over 300 OME: consider specialist support",
    ),
    ("high-dose-specialist", "morphine-er", "100 mg q8h", {}, None),
    (
        "high-dose-specialist",
        "levorphanol-ir",
        "3 mg q8h",
        {},
        (
            "High dose not assessed: the CDC 2022 table has no factor for what is taken; judge"
            " clinically"
        ),
    ),
    (
        "methadone",
        "methadone-solution",
        "10 mg q8h",
        {},
        (
            "Methadone: withdrawal comes late and lasts long; a quiet first day or two does not show"
            " that a cut is tolerated"
        ),
    ),
    (
        "methadone",
        *MORPHINE,
        {"also": ["methadone-tablet 5 mg q12h"], "keep": ["methadone-tablet"]},
        (
            "Methadone: withdrawal comes late and lasts long; a quiet first day or two does not show"
            " that a cut is tolerated"
        ),
    ),
    ("methadone", *MORPHINE, {}, None),
    (
        "fentanyl-depot",
        "fentanyl-patch",
        "25 mcg/h",
        {},
        (
            "Fentanyl patch: the depot in the skin goes on delivering after removal; withdrawal and"
            " sedation both lag"
        ),
    ),
    ("fentanyl-depot", "buprenorphine-patch", "10 mcg/h", {}, None),
    (
        "atypical-withdrawal",
        "tramadol-er",
        "200 mg daily",
        {},
        (
            "Besides opioid withdrawal, look for severe anxiety, panic, confusion, tingling or"
            " hallucinations"
        ),
    ),
    ("atypical-withdrawal", *MORPHINE, {}, None),
    # no report was found of it
    ("atypical-withdrawal", "tapentadol-er", "50 mg q12h", {}, None),
]

NOTES = [
    ("naloxone", "oxycodone-ir", "5 mg q6h", {}, NALOXONE),
    ("naloxone", *MORPHINE, {}, f"{NALOXONE}, 270 MME a day"),
    ("naloxone", "hydrocodone-er", "50 mg q24h", {}, f"{NALOXONE}, 50 MME a day"),
    ("naloxone", "oxycodone-apap", "12.5/10/10/10/10/10 mg", {}, f"{NALOXONE}, 93.8 MME a day"),
    ("naloxone", "morphine-solution", "12/12/12/13 mg", {}, NALOXONE),  # 49 MME
    (
        "naloxone",
        "buprenorphine-patch",
        "10 mcg/h",
        {},
        f"{NALOXONE}, no MME factor for what is taken",
    ),
    (
        "naloxone",
        "oxycodone-ir",
        "5 mg q6h",
        {"risks": ["previous-overdose", "oud", "sleep-apnea", "benzodiazepine", "renal"]},
        f"{NALOXONE}, a benzodiazepine, opioid use disorder, sleep apnea, a previous overdose",
    ),
    (
        "naloxone",
        "MST Continus",
        "60 mg q12h",
        {**UK, "risks": ["sleep-apnea"]},
        f"{NALOXONE}, 120 OME a day, sleep apnoea",
    ),
    (
        "lost-tolerance",
        *MORPHINE,
        {},
        "Tolerance to an earlier dose can be lost within a week: the earlier dose can now kill",
    ),
    (
        "no-mme-factor",
        "buprenorphine-patch",
        "10 mcg/h",
        {"also": ["levorphanol-ir 3 mg q8h"]},
        (
            "No MME shown for buprenorphine transdermal patches and levorphanol tablets: the CDC 2022"
            " table has no factor for it"
        ),
    ),
    (
        "prn-as-taken",
        "oxycodone-ir",
        "10 mg q6h prn",
        {"taking": "20 mg"},
        (
            "The plan starts from what is taken, 20 mg a day, not from what is prescribed, 10 mg q6h"
            " prn"
        ),
    ),
    (
        "interval-off-label",
        "morphine-er",
        "30 mg q6h",
        {},
        "Taken q6h; the label gives q8h or q12h",
    ),
    (
        "interval-off-label",
        "morphine-er",
        "30 mg q6h",
        {"also": ["oxycodone-er 10 mg q8h"]},
        "Taken morphine-er q6h, oxycodone-er q8h; the label gives q8h or q12h, q12h",
    ),
    (
        "interval-off-label",
        "oxycodone-er",
        "10 mg q8h",
        {"also": ["morphine-er 30 mg q12h"]},
        "Taken oxycodone-er q8h; the label gives q12h",
    ),
    (
        "max-units-raised",
        *MORPHINE,
        {"stock": ["15"]},
        "The current dose needs 6 units at one time; the limit was raised to allow it",
    ),
    (
        "new-prescriptions",
        *MORPHINE,
        {"every": "4w", "reduce": "45 mg"},
        (
            "Schedule II prescriptions written together cover at most 90 days: new ones are needed on"
            " 2027-03-01, 2027-05-24"
        ),
    ),
    (  # one opioid of schedule II is enough
        "new-prescriptions",
        "tramadol-ir",
        "100 mg q6h",
        {"also": ["morphine-er 15 mg q12h"], "keep": ["morphine-er"]},
        (
            "Schedule II prescriptions written together cover at most 90 days: new ones are needed on"
            " 2027-03-01"
        ),
    ),
    ("new-prescriptions", "morphine-er", "15 mg q12h", {}, None),  # within 90 days
    ("new-prescriptions", "MST Continus", "60 mg q12h", {**UK, "every": "4w"}, None),
]


@pytest.mark.parametrize(("name", "product", "dose", "fields", "sentence"), [*MEDICINE, *NOTES])
def test_what_a_finding_says_and_when(name, product, dose, fields, sentence):
    assert said(name, product, dose, fields) == sentence


@pytest.mark.parametrize(
    ("name", "product", "dose", "fields", "part"),
    [
        (
            "faster-than-cdc-for-duration",
            *MORPHINE,
            {"on_opioids_for": "3y", "reduce": "10.5%", "every": "4w"},
            "10.5% every 4 weeks",
        ),
        (  # 27 to 20 mg, which is 25.9%, in the first row
            "cut-over-25-percent",
            "methadone-solution",
            "27 mg q24h",
            {"reduce": "7 mg", "every": "4w", "override_rate": "unsafe use"},
            "(steps 1, ",
        ),
        ("high-dose-specialist", "morphine-solution", "301 mg q24h", {}, "301 MME a day"),
        ("large-last-dose", "oxycodone-solution", "12 mg q24h", {}, "20.8% of the original dose"),
    ],
)
def test_just_over_a_threshold(name, product, dose, fields, part):
    assert part in said(name, product, dose, fields)


def test_a_finding_about_the_plan_is_about_no_row():
    plan = taper("levorphanol-ir", "3 mg q8h")
    assert {f.id: (f.steps, f.step) for f in plan.findings}["high-dose-specialist"] == ((), None)


def test_the_order_of_the_findings():
    fields = {
        "also": ["tramadol-er 100 mg q24h"],
        "reduce": "30%",
        "every": "1w",
        "override_rate": "unsafe use",
        "on_opioids_for": "3y",
        "risks": ["age-65", "hepatic", "renal", "pregnancy", "oud"],
        "specialist": "Dr B",
    }
    assert list(findings(taper("methadone-tablet", "20 mg q12h", **fields))) == [
        "pregnancy",
        "oud",
        "renal",
        "hepatic",
        "age",
        "cut-over-25-percent",
        "large-last-dose",
        "rate-overridden",
        "faster-than-cdc-for-duration",
        "faster-than-fda-label",
        "short-interval-for-product",
        "methadone",
        "atypical-withdrawal",
        "naloxone",
        "lost-tolerance",
    ]
