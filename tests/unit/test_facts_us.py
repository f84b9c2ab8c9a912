"""What is shipped about US products, as tables that a pharmacist can read.

The figures here are written out a second time on purpose: a slip in the data file shows here.
"""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from taper.data.files import DATA
from taper.formulary.market import formulary

US = formulary("us")
COUNTS = tomllib.loads((DATA / "ndc-counts-us.toml").read_text(encoding="utf-8"))
ROOT = Path(__file__).parents[2]

# the strengths of the FDA's directory in October 2025, product by product
STRENGTHS = {
    "morphine-ir": "15; 30",
    "morphine-solution": "2 mg/mL; 4 mg/mL; 20 mg/mL",
    "morphine-er": "15; 30; 60; 100; 200",
    "morphine-er-capsule": "10; 20; 30; 40; 50; 60; 80; 100",
    "morphine-er-capsule-24h": "30; 45; 60; 75; 90; 120",
    "oxycodone-ir": "5; 7.5; 10; 15; 20; 30",
    "oxycodone-solution": "1 mg/mL; 20 mg/mL",
    "oxycodone-er": "10; 15; 20; 30; 40; 60; 80",
    "oxycodone-er-capsule": "9; 13.5; 18; 27; 36",
    "oxycodone-apap": "2.5/300; 2.5/325; 5/300; 5/325; 7.5/300; 7.5/325; 10/300; 10/325",
    "hydrocodone-apap": "2.5/325; 5/300; 5/325; 7.5/300; 7.5/325; 10/300; 10/325",
    "hydrocodone-er": "20; 30; 40; 60; 80; 100; 120",
    "hydrocodone-er-capsule": "10; 15; 20; 30; 40; 50",
    "hydromorphone-ir": "2; 4; 8",
    "hydromorphone-solution": "1 mg/mL",
    "hydromorphone-er": "8; 12; 16; 32",
    "oxymorphone-ir": "5; 10",
    "oxymorphone-er": "5; 7.5; 10; 15; 20; 30; 40",
    "tapentadol-ir": "50; 75; 100",
    "tapentadol-er": "50; 100; 150; 200; 250",
    "tramadol-ir": "25; 50; 75; 100",
    "tramadol-solution": "5 mg/mL",
    "tramadol-er": "100; 200; 300",
    "tramadol-er-capsule": "100; 200; 300",
    "tramadol-apap": "37.5/325",
    "codeine-ir": "15; 30; 60",
    "codeine-apap": "15/300; 30/300; 60/300",
    "methadone-tablet": "5; 10",
    "methadone-solution": "1 mg/mL; 2 mg/mL",
    "fentanyl-patch": "12; 25; 37.5; 50; 62.5; 75; 87.5; 100",
    "buprenorphine-patch": "5; 7.5; 10; 15; 20",
    "buprenorphine-buccal": "75; 150; 300; 450; 600; 750; 900",
    "levorphanol-ir": "2; 3",
}

SCHEDULES = {
    "CIII": {"codeine-apap", "buprenorphine-patch", "buprenorphine-buccal"},
    "CIV": {
        "tramadol-ir", "tramadol-solution", "tramadol-er", "tramadol-er-capsule", "tramadol-apap",
    },
}  # fmt: skip

SELDOM = {
    "morphine-solution": ["20 mg/mL"],  # concentrates, however common
    "oxycodone-solution": ["20 mg/mL"],
    "oxycodone-ir": ["7.5"],
    "oxycodone-apap": ["2.5/300", "5/300", "7.5/300", "10/300"],
    "hydrocodone-apap": ["2.5/325"],
    "tramadol-ir": ["25", "75", "100"],
}
CONCENTRATES = {("morphine-solution", "20 mg/mL"), ("oxycodone-solution", "20 mg/mL")}

# what the labels limit: product, risk, for whom, at most a day, at once, no more often than
LIMITS = [
    ("tramadol-ir", "age-75", "over 75 years", "300", None, None),
    ("tramadol-ir", "renal", "creatinine clearance under 30 mL/min", "200", None, 12),
    ("tramadol-ir", "hepatic", "severe liver impairment", "100", "50", 12),
    ("tramadol-solution", "age-75", "over 75 years", "300", None, None),
    ("tramadol-solution", "renal", "creatinine clearance under 30 mL/min", "200", "100", 12),
    ("tramadol-solution", "hepatic", "severe liver impairment", "100", "50", 12),
    ("tramadol-apap", "renal", "creatinine clearance under 30 mL/min", None, 2, 12),
    ("tramadol-apap", "hepatic", "liver disease", "avoid", None, None),
    ("tramadol-er", "renal", "creatinine clearance under 30 mL/min", "avoid", None, None),
    ("tramadol-er", "hepatic", "liver impairment", "avoid", None, None),
    ("tapentadol-ir", "renal", "severe kidney impairment", "avoid", None, None),
    ("tapentadol-ir", "hepatic", "severe liver impairment", "avoid", None, None),
]

MAXIMA = {
    "morphine-er-capsule-24h": "1600",
    "oxycodone-er-capsule": "288",
    "tapentadol-ir": "600",
    "tapentadol-er": "500",
    "tramadol-ir": "400",
    "tramadol-solution": "400",
    "tramadol-er": "300",
    "tramadol-er-capsule": "300",
    "codeine-ir": "360",
    "codeine-apap": "360",
    "buprenorphine-patch": "20",
    "buprenorphine-buccal": "1800",
}

LEAST = {
    "morphine": "2", "oxycodone": "2.5", "hydromorphone": "0.5", "methadone": "1", "tramadol": "10",
}  # fmt: skip


def test_the_products_are_those_of_the_contract():
    assert set(US.products) == set(STRENGTHS)


@pytest.mark.parametrize(("product", "strengths"), STRENGTHS.items())
def test_the_strengths_are_those_of_october_2025(product, strengths):
    assert [s.label for s in US.products[product].strengths] == strengths.split("; ")


@pytest.mark.parametrize("product", STRENGTHS)
def test_a_schedule_has_a_source_and_is_no_judgement(product):
    facts = US.products[product].facts
    expected = next((name for name, ids in SCHEDULES.items() if product in ids), "CII")
    assert facts["schedule"] == expected
    assert facts["sources"]["schedule"]
    assert "schedule" not in facts["judgements"]
    if "schedule_rule" in facts:
        assert facts["schedule_rule"].startswith(
            {"CII": "21 CFR 1308.12", "CIII": "21 CFR 1308.13", "CIV": "21 CFR 1308.14"}[expected]
        )


@pytest.mark.parametrize("product", STRENGTHS)
def test_what_is_seldom_stocked(product):
    facts = US.products[product].facts
    assert facts.get("seldom_stocked", []) == SELDOM.get(product, [])
    if product in SELDOM:
        assert facts["judgements"]["seldom_stocked"]


@pytest.fixture(scope="module")
def script():
    where = ROOT / "scripts" / "seldom_stocked.py"
    spec = importlib.util.spec_from_file_location("seldom_stocked_script", where)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("product", STRENGTHS)
def test_seldom_stocked_comes_out_of_the_counts(product, script):
    counts = COUNTS["counts"][product]
    assert list(counts) == [s.label for s in US.products[product].strengths]
    found = script.seldom(counts)
    written = US.products[product].facts.get("seldom_stocked", [])
    assert found == [label for label in written if (product, label) not in CONCENTRATES]


def test_the_script_counts_what_a_directory_lists(script, tmp_path):
    rows = [
        "product,strength,seen_in",
        *["tramadol-ir,50 mg,2025-01+2025-10"] * 11,
        "tramadol-ir,100 mg,2025-10",
        "tramadol-ir,25 mg,2025-01",  # gone since
        "morphine-er-capsule / morphine-er-capsule-24h,30 mg,2025-10",
        "hydrocodone-apap,5/325 mg,2025-10",
        "morphine-solution,2 mg/mL,2025-10",
    ]
    path = tmp_path / "ndc.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    counts = script.counted(path, "2025-10")
    assert counts["tramadol-ir"] == {"25": 0, "50": 11, "75": 0, "100": 1}
    assert script.seldom(counts["tramadol-ir"]) == ["25", "75", "100"]
    assert counts["morphine-er-capsule"]["30"] == counts["morphine-er-capsule-24h"]["30"] == 1
    assert counts["hydrocodone-apap"]["5/325"] == 1
    assert counts["morphine-solution"]["2 mg/mL"] == 1


@pytest.mark.parametrize(("product", "when", "condition", "daily", "once", "hours"), LIMITS)
def test_a_labelled_limit(product, when, condition, daily, once, hours):
    (limit,) = [row for row in US.products[product].facts["limits"] if row["when"] == when]
    assert limit["condition"] == condition
    assert limit.get("max_daily", "avoid" if limit.get("avoid") else None) == daily
    assert limit.get("max_at_once", limit.get("max_units_at_once")) == once
    assert limit.get("least_interval_hours") == hours


def test_there_are_no_other_limits_and_each_rests_on_something():
    found = [(p.id, row) for p in US.products.values() for row in p.facts.get("limits", ())]
    assert sorted((product, row["when"]) for product, row in found) == sorted(
        (product, when) for product, when, *_ in LIMITS
    )
    for product, row in found:
        assert set(row.get("sources", ())) <= set(US.sources), product
        assert row.get("sources") or row.get("judgement"), product


@pytest.mark.parametrize("product", STRENGTHS)
def test_the_labelled_maximum_of_a_day(product):
    assert US.products[product].facts.get("max_daily") == MAXIMA.get(product)


@pytest.mark.parametrize("product", STRENGTHS)
def test_the_least_dose_is_the_projects_and_says_so(product):
    facts = US.products[product].facts
    assert facts.get("least_dose") == LEAST.get(facts["drug"])
    assert ("least_dose" in facts["judgements"]) == ("least_dose" in facts)


@pytest.mark.parametrize(
    ("label", "code"),
    [("15", "891881"), ("30", "891888"), ("60", "891893"), ("100", "891874"), ("200", "892646")],
)
def test_the_morphine_code_that_is_in_the_sets_of_2025_comes_first(label, code):
    assert US.products["morphine-er"].rxcui(label) == code


@pytest.mark.parametrize("product", STRENGTHS)
def test_every_strength_has_a_code(product):
    found = US.products[product]
    assert all(re.fullmatch(r"\d{6,7}", found.rxcui(s.label)) for s in found.strengths)


@pytest.mark.parametrize("product", STRENGTHS)
def test_every_figure_has_a_source_or_a_stated_reason(product):
    facts = US.products[product].facts
    fields = {
        "strengths", "intervals", "handling", "schedule", "mme_factor", "least_dose", "measure_ml",
        "max_daily", "max_units_daily", "seldom_stocked", "note", "rxnorm",
    } & (set(facts) | {"intervals"})  # fmt: skip
    for field in fields:
        assert facts["sources"].get(field) or facts["judgements"].get(field), field
    for keys in facts["sources"].values():
        assert keys
        assert set(keys) <= set(US.sources)


def test_every_source_is_used_and_none_is_memory():
    text = (DATA / "us.toml").read_text(encoding="utf-8")
    head, _, body = text.partition("[[product]]")
    used = set(re.findall(r"\b[SHDP]\d\d\b", body + head.partition("\n[sources]")[0]))
    assert used == set(US.sources)
    assert '"M"' not in text
