"""Contract 8: one example for every finding that a plan can raise."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import findings, taper

from taper.errors import Refused
from taper.safety.catalogue import catalogue
from taper.safety.findings import RULES

MORPHINE = ("morphine-er", "90 mg q8h")
# id: (product, dose, other fields, level, the rows that it is about or None where it is the plan)
OWN = {
    "id": "own-er",
    "drug": "morphine",
    "form": "er",
    "unit": "mg",
    "source": "the pharmacy",
    "strengths": ["7.5", "15", "30"],
    "intervals_hours": [12],
    "handling": "swallow-whole",
}
RAISED = {
    "rate-overridden": (
        *MORPHINE,
        {"reduce": "30%", "override_rate": "unsafe use"},
        "warning",
        False,
    ),
    "cut-over-25-percent": (*MORPHINE, {"reduce": "45 mg", "every": "4w"}, "warning", True),
    "unavoidable-cut": ("oxycodone-er", "10 mg q12h", {}, "warning", True),
    "large-last-dose": ("morphine-er", "30 mg q12h", {}, "warning", True),
    "faster-than-cdc-for-duration": (
        *MORPHINE,
        {"on_opioids_for": "3y", "every": "1w"},
        "warning",
        False,
    ),
    "faster-than-fda-label": (*MORPHINE, {"reduce": "15%", "every": "1w"}, "warning", False),
    "duration-unknown": (*MORPHINE, {}, "warning", False),
    "short-interval-for-product": (
        "methadone-tablet",
        "20 mg q12h",
        {"every": "1w"},
        "warning",
        False,
    ),
    "long-row": (*MORPHINE, {"baseline": "85d"}, "note", True),
    "above-labelled-maximum": ("tramadol-er", "400 mg q24h", {}, "warning", True),
    "acetaminophen-over-maximum": ("oxycodone-apap", "3 x 5/325 mg q4h", {}, "warning", True),
    "benzodiazepine": (*MORPHINE, {"risks": ["benzodiazepine"]}, "warning", False),
    "oud": (*MORPHINE, {"risks": ["oud"], "specialist": "Dr B"}, "warning", False),
    **{
        risk: (*MORPHINE, {"risks": [risk]}, "warning", False)
        for risk in ("gabapentinoid", "alcohol", "lung-disease", "breastfeeding")
    },
    "short-use": (*MORPHINE, {"on_opioids_for": "3w"}, "warning", False),
    "no-smaller-dose": ("morphine-er", "15 mg q24h", {}, "warning", False),
    "acetaminophen-falls": ("hydrocodone-apap", "10/325 mg q6h", {}, "note", False),
    "sleep-apnea": (*MORPHINE, {"risks": ["sleep-apnea"]}, "warning", False),
    "previous-overdose": (*MORPHINE, {"risks": ["previous-overdose"]}, "warning", False),
    "renal": (*MORPHINE, {"risks": ["renal"]}, "warning", False),
    "hepatic": (*MORPHINE, {"risks": ["hepatic"]}, "warning", False),
    "age": (*MORPHINE, {"risks": ["age-65"]}, "warning", False),
    "pregnancy": (*MORPHINE, {"risks": ["pregnancy"], "specialist": "Dr B"}, "warning", False),
    "suicide-risk": (
        *MORPHINE,
        {"risks": ["suicide-risk"], "specialist": "Dr B"},
        "warning",
        False,
    ),
    "high-dose-specialist": ("morphine-er", "105 mg q8h", {}, "warning", False),
    "methadone": ("methadone-solution", "10 mg q8h", {}, "warning", False),
    "fentanyl-depot": ("fentanyl-patch", "25 mcg/h", {}, "warning", False),
    "atypical-withdrawal": ("tramadol-er", "200 mg daily", {}, "warning", False),
    "local-product": ("own-er", "30 mg q12h", {"products": [OWN]}, "note", True),
    "naloxone": (*MORPHINE, {}, "note", False),
    "lost-tolerance": (*MORPHINE, {}, "note", False),
    "no-mme-factor": ("buprenorphine-patch", "10 mcg/h", {}, "note", False),
    "prn-as-taken": ("oxycodone-ir", "10 mg q6h prn", {"taking": "20 mg"}, "note", False),
    "interval-off-label": ("morphine-er", "30 mg q6h", {}, "note", False),
    "max-units-raised": (*MORPHINE, {"stock": ["15"]}, "note", False),
    "new-prescriptions": (*MORPHINE, {"every": "4w"}, "note", False),
}
AS_NEEDED = ("oxycodone-ir", "1-2 x 5 mg q6h prn")
FILLS = ["2026-10-08 120 x 5 for 30d", "2026-11-27 90 x 5 for 30d"]
RAISED |= {
    "taking-from-history": (*AS_NEEDED, {"history": FILLS[1:]}, "warning", False),
    "irregular-fills": (*AS_NEEDED, {"history": FILLS, "taking": "15 mg"}, "warning", False),
}
PACKAGE = Path(__file__).parents[2] / "taper"
# what a request or a file is told, and not a finished plan: id, and the module that raises it
ELSEWHERE = {
    "rate-over-band": "safety/refusals.py",
    "out-of-scope": "safety/refusals.py",
    "dose-not-makeable": "reading/medicine.py",
    "needs-splitting": "reading/medicine.py",
    "dose-rises": "lint/rules.py",
    "gap": "lint/rules.py",
    "overlap": "lint/rules.py",
    "quantity-does-not-fit": "lint/quantities.py",
    "stop-from-high-dose": "lint/findings.py",
    "avoided-day": "lint/rules.py",
    "days-do-not-fit": "lint/rules.py",
    "unreadable": "lint/handwritten.py",
    "not-assessed": "lint/faults.py",
}
REFUSED = {"rate-over-band", "out-of-scope", "pregnancy", "suicide-risk", "oud"}
NOT_YET_RAISED: set[str] = set()
# of a plan under way: tests/spec/test_10_by_hand.py
OF_THE_COURSE = {"ran-out-early"}


def test_there_is_an_example_of_every_finding_that_a_plan_can_raise():
    assert {rule.id for rule in RULES} == set(RAISED) | OF_THE_COURSE
    assert set(RAISED) | REFUSED <= set(catalogue())


def test_every_finding_of_the_data_has_its_function_or_another_place_that_raises_it():
    raised = {rule.id for rule in RULES} | set(ELSEWHERE)
    assert raised | NOT_YET_RAISED == set(catalogue())
    assert not raised & NOT_YET_RAISED
    assert not {rule.id for rule in RULES} & set(ELSEWHERE)
    for name, path in ELSEWHERE.items():
        assert f'"{name}"' in (PACKAGE / path).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("name", RAISED)
def test_the_finding_is_raised_with_its_level_and_a_source(name):
    product, dose, fields, level, about_rows = RAISED[name]
    plan = taper(product, dose, **fields)
    (finding,) = [found for found in plan.findings if found.id == name]
    assert finding.level == level
    assert finding.source
    assert finding.message
    assert "{" not in finding.message
    assert bool(finding.steps) == about_rows
    for number in finding.steps:
        assert name in plan.steps[number].findings


@pytest.mark.parametrize(
    ("risk", "field"),
    [("pregnancy", "specialist"), ("suicide-risk", "specialist"), ("oud", "specialist")],
)
def test_refused_until_a_specialist_was_consulted(risk, field):
    with pytest.raises(Refused) as refused:
        taper(*MORPHINE, risks=[risk])
    (problem,) = refused.value.problems
    assert (problem.id, problem.field, refused.value.exit_status) == (risk, field, 3)
    assert taper(*MORPHINE, risks=[risk], specialist="Dr B")


def test_all_that_is_refused_is_said_at_once():
    with pytest.raises(Refused) as refused:
        taper(*MORPHINE, reduce="30%", indication="palliative", risks=["pregnancy", "suicide-risk"])
    assert [problem.id for problem in refused.value.problems] == [
        "rate-over-band",
        "out-of-scope",
        "pregnancy",
        "suicide-risk",
    ]


@pytest.mark.parametrize(
    ("name", "product", "dose", "fields"),
    [
        ("cut-over-25-percent", "morphine-er", "15 mg q24h", {}),
        ("unavoidable-cut", *MORPHINE, {"reduce": "45 mg", "every": "4w"}),
        ("large-last-dose", "oxycodone-ir", "10 mg q6h", {}),
        ("faster-than-cdc-for-duration", *MORPHINE, {"on_opioids_for": "3y"}),
        ("faster-than-cdc-for-duration", *MORPHINE, {"on_opioids_for": "8w", "every": "1w"}),
        ("faster-than-fda-label", *MORPHINE, {"every": "2w", "reduce": "25%"}),
        ("duration-unknown", *MORPHINE, {"on_opioids_for": "8w"}),
        ("no-smaller-dose", "morphine-er", "15 mg q12h", {}),
        ("no-smaller-dose", "morphine-er", "15 mg q24h", {"finish_with": "morphine-solution"}),
        ("acetaminophen-falls", "oxycodone-ir", "10 mg q6h", {}),
        ("high-dose-specialist", "levorphanol-ir", "3 mg q8h", {}),
        ("short-interval-for-product", "methadone-tablet", "20 mg q12h", {"every": "2w"}),
        ("above-labelled-maximum", "tramadol-er", "300 mg q24h", {}),
        ("acetaminophen-over-maximum", "oxycodone-apap", "2 x 10/325 mg q6h", {}),
        ("high-dose-specialist", "morphine-er", "100 mg q8h", {}),
        ("new-prescriptions", "tramadol-ir", "100 mg q6h", {"every": "4w"}),
        ("max-units-raised", *MORPHINE, {}),
        ("interval-off-label", *MORPHINE, {}),
        ("no-mme-factor", *MORPHINE, {}),
    ],
)
def test_the_finding_is_not_raised_without_its_reason(name, product, dose, fields):
    assert name not in findings(taper(product, dose, **fields))


def test_the_note_on_tolerance_stands_at_every_hold_and_at_the_stop():
    plan = taper(*MORPHINE, holds=["2w@every4"])
    about = [step.kind for step in plan.steps if "lost-tolerance" in step.findings]
    assert set(about) == {"hold", "stop"}


@pytest.mark.parametrize(
    ("product", "dose", "fields", "because"),
    [
        ("oxycodone-ir", "5 mg q6h", {}, "a taper is itself a reason"),
        (*MORPHINE, {}, "270 MME a day"),
        ("buprenorphine-patch", "10 mcg/h", {}, "no MME factor"),
        (
            "oxycodone-ir",
            "5 mg q6h",
            {"risks": ["oud"], "specialist": "Dr B"},
            "opioid use disorder",
        ),
    ],
)
def test_naloxone_says_why(product, dose, fields, because):
    message = {f.id: f.message for f in taper(product, dose, **fields).findings}["naloxone"]
    assert because in message


def test_a_high_dose_without_a_factor_is_not_assessed():
    message = {f.id: f.message for f in taper("levorphanol-ir", "3 mg q8h").findings}
    assert "high-dose-specialist" not in message
    assert "thresholds in MME are not assessed" in message["no-mme-factor"]


def test_one_entry_an_id_naming_its_rows():
    plan = taper(*MORPHINE, reduce="45 mg", every="4w")
    ids = [finding.id for finding in plan.findings]
    assert len(ids) == len(set(ids))
    assert "(steps 4, 5, 6, 7)" in {f.id: f.message for f in plan.findings}["cut-over-25-percent"]


def test_the_stop_is_not_a_cut():
    plan = taper("morphine-er", "15 mg q24h")
    assert "cut-over-25-percent" not in findings(plan)
    assert plan.to_dict()["summary"]["largest_cut_percent_of_current"] == "0.0"
