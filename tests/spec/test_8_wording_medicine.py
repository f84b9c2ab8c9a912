"""Contract 8: the wording of the findings on the medicine and of the notes; their thresholds."""

from __future__ import annotations

import pytest
from written import said, taper

MORPHINE = ("morphine-er", "90 mg q8h")
UK = {"market": "uk"}

MEDICINE = [
    (
        "above-labelled-maximum",
        "tramadol-er",
        "400 mg q24h",
        {},
        "The daily dose of 400 mg is above the labelled maximum of 300 mg a day: check the dose, and look for signs of toxicity (steps 0, 1)",
    ),
    (
        "above-labelled-maximum",
        "tramadol-er",
        "300 mg q24h",
        {},
        None,
    ),
    (  # of another opioid, with its own dose
        "above-labelled-maximum",
        "morphine-er",
        "30 mg q12h",
        {"also": ["tramadol-er 400 mg q24h"], "keep": ["tramadol-er"]},
        "The daily dose of 400 mg is above the labelled maximum of 300 mg a day: check the dose, and look for signs of toxicity (steps 0, 1, 2, 3, 4, 5)",
    ),
    (
        "above-labelled-maximum",
        "buprenorphine-patch",
        "2 x 20 mcg/h",
        {},
        "The daily dose of 40 mcg/h is above the labelled maximum of 20 mcg/h: check the dose, and look for signs of toxicity (steps 0, 1, 2, 3, 4)",
    ),
    (
        "above-labelled-maximum",
        "hydrocodone-apap",
        "2 x 10/325 mg q6h",
        {},
        "The daily dose of 80 mg is above the labelled maximum of 8 tablets of 5/325, or 6 of 7.5/325 or 10/325 mg a day: check the dose, and look for signs of toxicity (steps 0, 1)",
    ),
    (
        "above-labelled-maximum",
        "oxycodone-apap",
        "10/10/10/10/10/10 mg",
        {},
        None,
    ),
    (
        "above-labelled-maximum",
        "oxycodone-apap",
        "15/10/10/10/5/10 mg",
        {},
        None,
    ),
    (
        "above-labelled-maximum",
        "oxycodone-apap",
        "12.5/10/10/10/10/10 mg",
        {},
        "The daily dose of 62.5 mg is above the labelled maximum of 12 tablets of 2.5/325 or 5/325, or 8 of 7.5/325, or 6 of 10/325 mg a day: check the dose, and look for signs of toxicity (step 0)",
    ),
    (
        "acetaminophen-over-maximum",
        "oxycodone-apap",
        "3 x 5/325 mg q4h",
        {},
        "Acetaminophen comes to 5,850 mg a day, above the maximum of 4,000 mg: bring it down now, not at the pace of the taper (steps 0, 1, 2, 3)",
    ),
    (  # of all products together
        "acetaminophen-over-maximum",
        "oxycodone-apap",
        "2 x 10/325 mg q6h",
        {"also": ["hydrocodone-apap 2 x 5/325 mg q6h"]},
        "Acetaminophen comes to 5,200 mg a day, above the maximum of 4,000 mg: bring it down now, not at the pace of the taper (steps 0, 1, 2, 3)",
    ),
    (
        "acetaminophen-over-maximum",
        "co-codamol",
        "16/16/16/24 mg",
        UK,
        "Paracetamol comes to 4,500 mg a day, above the maximum of 4,000 mg: bring it down now, not at the pace of the taper (step 0)",
    ),
    (
        "acetaminophen-over-maximum",
        "co-codamol",
        "2 x 8/500 mg q6h",
        UK,
        None,
    ),
    (
        "high-dose-specialist",
        "morphine-er",
        "105 mg q8h",
        {},
        "The starting dose is 315 MME a day, over 300 MME: seek a specialist's support, and plan closer contact (--checks close)",
    ),
    (
        "high-dose-specialist",
        *MORPHINE,
        {"also": ["oxycodone-ir 10 mg q6h"]},
        "The starting dose is 330 MME a day, over 300 MME: seek a specialist's support, and plan closer contact (--checks close)",
    ),
    (
        "high-dose-specialist",
        "oxycodone-ir",
        "50/50/50/52.5 mg",
        {"split": "halves"},
        "The starting dose is 303.8 MME a day, over 300 MME: seek a specialist's support, and plan closer contact (--checks close)",
    ),
    (
        "high-dose-specialist",
        "MST Continus",
        "200 mg q12h",
        UK,
        "The starting dose is 400 OME a day, over 300 OME: seek a specialist's support, and plan closer contact (--checks close)",
    ),
    (
        "high-dose-specialist",
        "morphine-er",
        "100 mg q8h",
        {},
        None,
    ),
    (
        "high-dose-specialist",
        "levorphanol-ir",
        "3 mg q8h",
        {},
        None,
    ),
    (
        "methadone",
        "methadone-solution",
        "10 mg q8h",
        {},
        "Methadone: withdrawal comes late and lasts long, so that a quiet first day or two does not show that a cut is tolerated: judge again before the next",
    ),
    (
        "methadone",
        *MORPHINE,
        {"also": ["methadone-tablet 5 mg q12h"], "keep": ["methadone-tablet"]},
        "Methadone: withdrawal comes late and lasts long, so that a quiet first day or two does not show that a cut is tolerated: judge again before the next",
    ),
    (
        "methadone",
        *MORPHINE,
        {},
        None,
    ),
    (
        "fentanyl-depot",
        "fentanyl-patch",
        "25 mcg/h",
        {},
        "Fentanyl patch: the skin goes on delivering after removal, so that withdrawal and sedation both lag: judge a cut after a full patch period",
    ),
    (
        "fentanyl-depot",
        "buprenorphine-patch",
        "10 mcg/h",
        {},
        None,
    ),
    (
        "atypical-withdrawal",
        "tramadol-er",
        "200 mg daily",
        {},
        "Besides opioid withdrawal, tramadol can bring severe anxiety, panic, confusion, tingling or hallucinations: ask about them by name, and hold if they come",
    ),
    (
        "atypical-withdrawal",
        *MORPHINE,
        {},
        None,
    ),
    (
        "atypical-withdrawal",
        "tapentadol-er",
        "50 mg q12h",
        {},
        None,
    ),
]

NOTES = [
    (
        "naloxone",
        "oxycodone-ir",
        "5 mg q6h",
        {},
        "Offer naloxone, and teach the household to use it: a taper is itself a reason",
    ),
    (
        "naloxone",
        *MORPHINE,
        {},
        "Give naloxone before the first step, and teach the household to use it: a taper is itself a reason, 270 MME a day",
    ),
    (
        "naloxone",
        "hydrocodone-er",
        "50 mg q24h",
        {},
        "Give naloxone before the first step, and teach the household to use it: a taper is itself a reason, 50 MME a day",
    ),
    (
        "naloxone",
        "oxycodone-apap",
        "12.5/10/10/10/10/10 mg",
        {},
        "Give naloxone before the first step, and teach the household to use it: a taper is itself a reason, 93.8 MME a day",
    ),
    (  # 49 MME
        "naloxone",
        "morphine-solution",
        "12/12/12/13 mg",
        {},
        "Offer naloxone, and teach the household to use it: a taper is itself a reason",
    ),
    (
        "naloxone",
        "buprenorphine-patch",
        "10 mcg/h",
        {},
        "Give naloxone before the first step, and teach the household to use it: a taper is itself a reason, no MME factor for what is taken",
    ),
    (
        "naloxone",
        "oxycodone-ir",
        "5 mg q6h",
        {
            "risks": ["previous-overdose", "oud", "sleep-apnea", "benzodiazepine", "renal"],
            "specialist": "Dr B",
        },
        "Give naloxone before the first step, and teach the household to use it: a taper is itself a reason, a previous overdose, opioid use disorder, a benzodiazepine, sleep apnea",
    ),
    (
        "naloxone",
        "MST Continus",
        "60 mg q12h",
        {**UK, "risks": ["sleep-apnea"]},
        "Give naloxone before the first step, and teach the household to use it: a taper is itself a reason, 120 OME a day, sleep apnoea",
    ),
    (
        "lost-tolerance",
        *MORPHINE,
        {},
        "Tolerance to an earlier dose can be lost within a week: going back to it, or taking extra, can now kill",
    ),
    (
        "no-mme-factor",
        "buprenorphine-patch",
        "10 mcg/h",
        {"also": ["levorphanol-ir 3 mg q8h"]},
        "No MME for buprenorphine transdermal patches and levorphanol tablets: the CDC 2022 table has no factor for it, so that thresholds in MME are not assessed; judge clinically",
    ),
    (
        "prn-as-taken",
        "oxycodone-ir",
        "10 mg q6h prn",
        {"taking": "20 mg"},
        "The plan starts from what is taken, 20 mg a day, and not from what is prescribed, 10 mg q6h prn: confirm it with the patient",
    ),
    (
        "interval-off-label",
        "morphine-er",
        "30 mg q6h",
        {},
        "Taken q6h; the label gives q8h or q12h: check that it is meant so",
    ),
    (
        "interval-off-label",
        "morphine-er",
        "30 mg q6h",
        {"also": ["oxycodone-er 10 mg q8h"]},
        "Taken morphine-er q6h, oxycodone-er q8h; the label gives q8h or q12h, q12h: check that it is meant so",
    ),
    (
        "interval-off-label",
        "oxycodone-er",
        "10 mg q8h",
        {"also": ["morphine-er 30 mg q12h"]},
        "Taken oxycodone-er q8h; the label gives q12h: check that it is meant so",
    ),
    (
        "max-units-raised",
        *MORPHINE,
        {"stock": ["15"]},
        "The current dose needs 6 units at one time, and the limit was raised to allow it: see whether a larger strength does with fewer",
    ),
    (
        "new-prescriptions",
        *MORPHINE,
        {"every": "4w", "reduce": "45 mg"},
        "Schedule II prescriptions written together cover at most 90 days: write a new set on 2027-03-01, 2027-05-24, and cancel the prescription that the plan replaces",
    ),
    (  # one opioid of schedule II is enough
        "new-prescriptions",
        "tramadol-ir",
        "100 mg q6h",
        {"also": ["morphine-er 15 mg q12h"], "keep": ["morphine-er"], "every": "4w"},
        "Schedule II prescriptions written together cover at most 90 days: write a new set on 2027-03-01, 2027-05-24, and cancel the prescription that the plan replaces",
    ),
    (  # within 90 days
        "new-prescriptions",
        "morphine-er",
        "15 mg q12h",
        {},
        "Schedule II: one set of prescriptions covers the plan; cancel the prescription that it replaces",
    ),
    (
        "new-prescriptions",
        "MST Continus",
        "60 mg q12h",
        {**UK, "every": "4w"},
        None,
    ),
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
            {"reduce": "7 mg", "every": "4w", "indication": "pain", "override_rate": "x"},
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
    assert {f.id: (f.steps, f.step) for f in plan.findings}["no-mme-factor"] == ((), None)
