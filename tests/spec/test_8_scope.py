"""Contract 1 and 8: who is planned for, what risks can be named, and whose sources count."""

from __future__ import annotations

import re

import pytest
from written import findings, said, taper

from taper.errors import InputError, Refused
from taper.formulary.market import MARKETS
from taper.request.fields import INDICATIONS, RISKS
from taper.safety.catalogue import catalogue, explain, is_raised_in, wording
from taper.safety.findings import RULES

MORPHINE = ("morphine-er", "90 mg q8h")
METHADONE = ("methadone-tablet", "20 mg q24h")
UK = {"market": "uk"}


@pytest.mark.parametrize("indication", [each for each in INDICATIONS if each != "pain"])
def test_what_is_not_pain_is_refused_with_the_reason(indication):
    with pytest.raises(Refused) as refused:
        taper(*MORPHINE, indication=indication)
    (problem,) = refused.value.problems
    assert (problem.id, problem.field, refused.value.exit_status) == (
        "out-of-scope",
        "indication",
        3,
    )
    assert problem.message.startswith("Out of scope: ")


def test_pain_is_planned_and_so_is_what_is_not_said():
    plan = taper(*MORPHINE, indication="pain")
    assert plan.request.text["indication"] == "pain"
    assert plan.steps == taper(*MORPHINE).steps


@pytest.mark.parametrize(
    ("product", "dose", "fields"),
    [(*METHADONE, {}), (*MORPHINE, {"also": ["methadone-tablet 20 mg q24h"]})],
)
def test_methadone_once_a_day_may_be_treatment(product, dose, fields):
    with pytest.raises(Refused) as refused:
        taper(product, dose, **fields)
    (problem,) = refused.value.problems
    assert (problem.id, problem.hint) == ("out-of-scope", "--indication pain")
    assert "opioid use disorder" in problem.message
    assert taper(product, dose, **fields, indication="pain")


@pytest.mark.parametrize(
    ("product", "dose", "fields"),
    [
        ("methadone-tablet", "10 mg q12h", {}),
        (*MORPHINE, {"also": ["methadone-tablet 20 mg q24h"], "keep": ["methadone-tablet"]}),
    ],
)
def test_methadone_that_is_not_tapered_from_once_a_day_is_planned(product, dose, fields):
    assert taper(product, dose, **fields)


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("benzo", "benzodiazepine"),
        ("GABA", "gabapentinoid"),
        ("age-7", "age-75"),
        ("su", "suicide-risk"),
    ],
)
def test_a_beginning_that_only_one_risk_has_stands_for_it(text, risk):
    plan = taper(*MORPHINE, risks=[text], specialist="Dr B")
    assert plan.request.text["risks"] == [risk]
    assert plan.request.risks == {risk}


@pytest.mark.parametrize(
    ("text", "hint"),
    [("age", "one of age-65, age-75"), ("s", "one of suicide-risk, sleep-apnea")],
)
def test_a_beginning_that_several_risks_have_is_an_error(text, hint):
    with pytest.raises(InputError) as wrong:
        taper(*MORPHINE, risks=[text])
    (problem,) = wrong.value.problems
    assert (problem.field, problem.hint) == ("risks", hint)


@pytest.mark.parametrize("risk", RISKS)
def test_every_risk_has_its_warning(risk):
    plan = taper(*MORPHINE, risks=[risk], specialist="Dr B")
    (found,) = [
        each
        for each in plan.findings
        if each.id == risk.replace("age-65", "age").replace("age-75", "age")
    ]
    assert found.level == "warning"


@pytest.mark.parametrize(
    ("risk", "product", "dose", "sentence"),
    [
        (
            "age-75",
            "tramadol-ir",
            "100 mg q6h",
            (
                "Age 75 or over: tramadol immediate-release tablets, over 75 years: at most 300 mg a"
                " day, which the present 400 mg exceeds; watch for sedation, confusion and falls"
            ),
        ),
        (
            "age-75",
            "tramadol-ir",
            "50 mg q6h",
            (
                "Age 75 or over: tramadol immediate-release tablets, over 75 years: at most 300 mg a"
                " day; watch for sedation, confusion and falls"
            ),
        ),
        (
            "age-65",
            "tramadol-ir",
            "100 mg q6h",
            (
                "Age 65 or over: check the label's limits for this opioid; watch for sedation,"
                " confusion and falls"
            ),
        ),
        (
            "renal",
            "tramadol-ir",
            "50 mg q6h",
            (
                "Reduced kidney function: tramadol immediate-release tablets, creatinine clearance"
                " under 30 mL/min: at most 200 mg a day, every 12 hours; watch for sedation"
            ),
        ),
        (
            "hepatic",
            "tramadol-er",
            "200 mg q24h",
            (
                "Reduced liver function: tramadol extended-release tablets, liver impairment: not to be"
                " used; watch for sedation"
            ),
        ),
        (
            "renal",
            "morphine-er",
            "30 mg q12h",
            "Reduced kidney function: check the label's limits for this opioid; watch for sedation",
        ),
    ],
)
def test_the_labels_own_limit(risk, product, dose, sentence):
    name = "age" if risk.startswith("age") else risk
    assert said(name, product, dose, {"risks": [risk]}) == sentence


# --- markets ------------------------------------------------------------------------------------

ELSEWHERE = [market for market in MARKETS if market != "us"]
OF_THE_US = re.compile(r"\b(FDA|DEA|21 CFR|US (opioid|label))")


@pytest.mark.parametrize("market", ELSEWHERE)
@pytest.mark.parametrize("name", [rule.id for rule in RULES] + ["rate-over-band", "out-of-scope"])
def test_no_finding_elsewhere_rests_on_a_source_of_the_united_states(name, market):
    if not is_raised_in(name, market):
        return
    source = wording(name, market)["source"]
    assert not OF_THE_US.search(source), source
    assert market == "ca" or "CDC" not in source


@pytest.mark.parametrize("market", ELSEWHERE)
@pytest.mark.parametrize("name", [rule.id for rule in RULES] + ["rate-over-band", "out-of-scope"])
def test_no_message_elsewhere_names_a_rule_of_the_united_states(name, market):
    if is_raised_in(name, market):
        message = wording(name, market)["message"]
        assert not re.search(r"FDA|US label|Schedule II", message)
        assert market == "ca" or "CDC" not in message


@pytest.mark.parametrize(
    ("name", "markets"),
    [
        ("faster-than-fda-label", {"us"}),
        ("new-prescriptions", {"us"}),
        ("faster-than-cdc-for-duration", {"us", "ca"}),
        ("short-use", {"us", "ca"}),
        ("duration-unknown", {*MARKETS}),
    ],
)
def test_where_a_finding_is_raised(name, markets):
    assert {market for market in MARKETS if is_raised_in(name, market)} == markets


def test_a_finding_that_rests_on_a_rule_of_the_united_states_is_left_out_elsewhere():
    fields = {**UK, "reduce": "20%", "every": "1w", "on_opioids_for": "3y"}
    found = findings(taper("MST Continus", "60 mg q12h", **fields))
    assert not {"faster-than-fda-label", "faster-than-cdc-for-duration", "new-prescriptions"} & set(
        found
    )


def test_warnings_come_before_notes_and_the_worst_first():
    names = [name for name in catalogue() if name in {rule.id for rule in RULES}]
    levels = [catalogue()[name]["level"] for name in names]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    plan = taper(
        *MORPHINE, risks=["renal", "alcohol", "previous-overdose"], reduce="45 mg", every="4w"
    )
    found = [finding.id for finding in plan.findings]
    assert found == [name for name in names if name in found]
    assert found[0] == "previous-overdose"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_warning_says_what_to_do_in_the_same_line(rule):
    entry = catalogue()[rule.id]
    if entry["level"] == "warning":
        said_to_do = entry["message"].partition(": ")[2]
        assert len(said_to_do) > 5, entry["message"]


def test_what_is_explained_is_not_how_the_entry_is_used():
    assert not {"markets", "source_elsewhere", "reasons"} & set(explain("out-of-scope"))
    assert explain("duration-unknown", "uk")["source"].startswith("Faculty of Pain Medicine")
