"""Nothing that is printed for one market holds a word of another one.

No agency, number, rule or trade name of the United States is said in the United Kingdom, Canada
or Australia, and none of theirs in the United States. Ids are the same in every market, and the
list of guidelines names them all; a source may be of another country if it says so.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

import pytest

from taper.cli import run
from taper.course.saved import parse_plan
from taper.export import Options, render
from taper.formulary.market import MARKETS, formulary
from taper.planning.make import make_plan
from taper.reading import read
from taper.regimen.prescription import frequency
from taper.request.fields import RISKS
from taper.safety.catalogue import catalogue, explain

AGENCIES = (
    r"\bDEA\b", r"\bFDA\b", r"\bNDC\b", r"\bschedule II\b", r"\bC-?II\b", r"\bCFR\b",
    r"\bDailyMed\b", r"\bHHS\b", r"\bSAMHSA\b", r"\bMedicaid\b",
)  # fmt: skip
OVERSEAS = (  # in the United Kingdom and Australia, but not in Canada
    r"\b911\b", r"\b988\b", r"\bCDC\b", r"\bacetaminophen\b", r"(?-i:\bMMEs?\b)", r"\bmcg\b",
    r"morphine milligram", r"\bsleep apnea\b", r"\bbehavioral\b", r"\bTylenol\b", r"monitoring program\b",
)  # fmt: skip
AMERICAN = {"uk": (*AGENCIES, *OVERSEAS), "ca": AGENCIES, "au": (*AGENCIES, *OVERSEAS)}
FOREIGN = (  # in the United States
    r"\bparacetamol\b", r"\bBNF\b", r"\b999\b", r"(?<![\d,.])\b000\b", r"\bPBS\b", r"\bMHRA\b",
    r"\bTGA\b", r"\bANZCA\b", r"\bSamaritans\b", r"\bLifeline\b", r"\bmicrograms\b", r"\bOME\b",
    r"\boMEDD\b", r"\bapnoea\b", r"\bco-codamol\b", r"\bco-dydramol\b", r"\bCD2\b", r"\bS8\b",
    r"\b116 123\b", r"\b13 11 14\b", r"modified-release",
)  # fmt: skip
# ids stand for themselves in every market
IDS = re.compile(
    "|".join(sorted((re.escape(name) for name in catalogue()), key=len, reverse=True))
    + r"|\b(?:cdc-2022|va|hhs|fda|vadod|etg|racgp|fpm)-[a-z0-9-]+"
)
DRAWN = re.compile(r"<style.*?</style>|<symbol.*?</symbol>|<[^>]*>", re.DOTALL)
TEXTS = (".csv", ".checks.csv", ".supply.csv", ".daily.csv", ".ics", ".md", ".txt", ".svg", ".html")
# one product of each kind, and the ways in which a request is unusual
PLANS = {
    "us": (
        ("morphine-er", "90 mg q8h", {"risks": list(RISKS)}),
        ("hydrocodone-apap", "10/325 mg q4h", {"every": "1w", "of": "original"}),
        ("fentanyl-patch", "75 mcg/h", {"every": "1w", "risks": ["renal", "hepatic"]}),
        ("methadone-tablet", "10 mg q8h", {"on_opioids_for": None, "avoid": ["weekends"]}),
        ("oxycodone-ir", "5 to 10 mg q4-6h prn", {"taking": "30 mg", "as_needed": "keep"}),
        ("buprenorphine-buccal", "450 mcg q12h", {"on_opioids_for": "3w"}),
        ("tramadol-solution", "50 mg q6h", {"risks": ["age-75"], "holds": ["2w@50%"]}),
    ),
    "uk": (
        ("MST Continus", "60 mg bd", {"risks": list(RISKS)}),
        ("co-codamol", "2 x 30/500 mg qds", {"every": "1w", "of": "original"}),
        ("fentanyl-patch-matrifen", "75 mcg/h", {"every": "1w", "risks": ["renal", "hepatic"]}),
        ("dihydrocodeine-ir", "30 mg qds", {"on_opioids_for": None, "avoid": ["weekends"]}),
        ("oxycodone-ir", "5 to 10 mg q4-6h prn", {"taking": "30 mg", "as_needed": "keep"}),
        ("Butec", "20 mcg/h", {"on_opioids_for": "3w"}),
        ("tramadol-solution", "50 mg q6h", {"risks": ["age-75"], "holds": ["2w@50%"]}),
    ),
    "ca": (
        ("Hydromorph Contin", "18 mg q12h", {"risks": list(RISKS)}),
        ("oxycodone-apap", "2 x 5/325 mg q6h", {"every": "1w", "of": "original"}),
        ("fentanyl-patch", "75 mcg/h", {"every": "1w", "risks": ["renal", "hepatic"]}),
        ("methadone-tablet", "10 mg q8h", {"on_opioids_for": None, "avoid": ["weekends"]}),
        ("oxycodone-ir", "5 to 10 mg q4-6h prn", {"taking": "30 mg", "as_needed": "keep"}),
        ("buprenorphine-patch", "20 mcg/h", {"on_opioids_for": "3w"}),
        ("morphine-solution", "10 mg q4h", {"risks": ["age-75"], "holds": ["2w@50%"]}),
    ),
    "au": (
        ("Targin", "20/10 mg q12h", {"risks": list(RISKS)}),
        ("Panadeine Forte", "2 x 30/500 mg q6h", {"every": "1w", "of": "original"}),
        ("fentanyl-patch", "75 mcg/h", {"every": "1w", "risks": ["renal", "hepatic"]}),
        ("methadone-tablet", "10 mg q8h", {"on_opioids_for": None, "avoid": ["weekends"]}),
        ("oxycodone-ir", "5 to 10 mg q4-6h prn", {"taking": "30 mg", "as_needed": "keep"}),
        ("Norspan", "20 mcg/h", {"on_opioids_for": "3w"}),
        ("oxycodone-solution", "10 mg q6h", {"risks": ["age-75"], "holds": ["2w@50%"]}),
    ),
}  # fmt: skip
CASES = [
    pytest.param(market, place, id=f"{market}-{case[0].lower().replace(' ', '-')}")
    for market, cases in PLANS.items()
    for place, case in enumerate(cases)
]
# what is wrong with each of these is told in the words of the market
MISTAKES = (
    ("nosuch", "5 mg q6h"), ("naloxone", "1 mg"), ("pethidine", "50 mg q6h"), ("codeine", "30 mg"),
    ("fentanyl patch", "75 mcg/h q6h"), ("oxycodone", "10 mg q12h"), ("tramadol", "50 mg daily"),
    ("morphine 7 mg tablets", "1 tab q6h"), ("buprenorphine 8 mg sublingual", "1 daily"),
)  # fmt: skip


def brands(market: str) -> set[str]:
    return {brand for product in formulary(market).products.values() for brand in product.brands}


@lru_cache(maxsize=4)
def unwanted(market: str) -> re.Pattern[str]:
    """The words that do not belong in a market, and the brands that are sold elsewhere only."""
    own = {brand.lower() for brand in brands(market)}
    others = brands("us") if market != "us" else brands("uk") | brands("au") | brands("ca")
    elsewhere = [
        rf"\b{re.escape(brand)}\b"
        for brand in sorted(others)
        if not any(brand.lower() in name or name in brand.lower() for name in own)
    ]
    return re.compile("|".join([*AMERICAN.get(market, FOREIGN), *elsewhere]), re.IGNORECASE)


def found(market: str, text: str) -> set[str]:
    # a source is cited by its own name
    plain = IDS.sub(" ", DRAWN.sub(" ", text))
    # the unit of a table is an interface: mcg/h (contract 11)
    plain = re.sub(r",mcg(?:/h)?,", ",", plain)
    return {match[0] for match in unwanted(market).finditer(plain)}


@lru_cache(maxsize=64)
def plan_of(market: str, place: int):
    product, dose, more = PLANS[market][place]
    fields = {"start": "2026-12-07", "on_opioids_for": "3y", "specialist": "Dr A. Example", **more}
    return make_plan(read({"market": market, "product": product, "dose": dose, **fields}))


def test_the_list_finds_what_it_is_for():
    assert found("uk", "Schedule II; call 911; Percocet; 10 mcg/h") == {
        "Schedule II", "911", "Percocet", "mcg",
    }  # fmt: skip
    assert found("us", "Call 000 or 999; 1,000 mg paracetamol; Zomorph") == {
        "000", "999", "paracetamol", "Zomorph",
    }  # fmt: skip
    assert not found("uk", "[faster-than-fda-label] --guideline cdc-2022-weekly")
    assert "Hysingla ER" in found("ca", "Hysingla ER; the FDA")


@pytest.mark.parametrize(("market", "place"), CASES)
def test_no_file_of_a_plan(market, place):
    plan = plan_of(market, place)
    for suffix in TEXTS:
        assert not found(market, str(render(plan, suffix, Options()))), suffix


@pytest.mark.parametrize("market", MARKETS)
def test_no_large_and_no_spanish_hand_out(market):
    for options in (Options(language="es"), Options(large_print=True)):
        assert not found(market, str(render(plan_of(market, 0), ".html", options)))


def texts_of(value) -> list[str]:
    """Every text of a FHIR document that a person reads."""
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    if not isinstance(value, dict):
        return []
    said = ("text", "display", "description", "title", "patientInstruction", "comment", "note")
    found = [text for key, text in value.items() if key in said and isinstance(text, str)]
    return found + [text for each in value.values() for text in texts_of(each)]


@pytest.mark.parametrize(("market", "place"), CASES)
def test_no_text_of_a_fhir_bundle(market, place):
    bundle = json.loads(render(plan_of(market, place), ".fhir.json", Options()))
    for text in texts_of(bundle):
        assert not found(market, text)


@pytest.mark.parametrize(("market", "place"), CASES)
def test_no_finding_and_no_source_of_it(market, place):
    for finding in parse_plan(plan_of(market, place).to_json()).findings:
        assert not found(market, f"{finding.message}. {finding.source}"), finding.id


@pytest.mark.parametrize(("market", "place"), CASES)
def test_no_screen(market, place, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TAPER_CONFIG", "")
    path = tmp_path / "plan.json"
    path.write_text(plan_of(market, place).to_json(), encoding="utf-8")
    assert run(["plan", str(path), "--full"]) == 0
    assert run(["plan", str(path)]) == 0
    assert run(["revise", str(path), "--from", "2026-12-21", "--hold", "4w"]) == 0
    assert run(["check", str(path), "--market", market]) in {0, 1}
    assert not found(market, "".join(capfd.readouterr()))


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("name", catalogue())
def test_no_explanation(market, name):
    entry = explain(name, market)
    assert not found(market, " ".join(str(entry[key]) for key in ("title", "meaning", "why", "do")))
    if market != "us":
        assert not found(market, entry["source"])


@pytest.mark.parametrize("market", MARKETS)
def test_no_product(market, monkeypatch, capfd):
    monkeypatch.setenv("TAPER_CONFIG", "")
    assert run(["formulary", "list", "--market", market]) == 0
    for product in formulary(market).products.values():
        dose = f"{product.usual[-1].label} {product.unit} {frequency(product.interval)}"
        assert run(["formulary", "show", product.id, "--market", market]) == 0, dose
    said = capfd.readouterr().out
    # the facts of a product cite where they are from, and RxNorm stands beside its codes
    said = "\n".join(line for line in said.splitlines() if not line.startswith("  "))
    if market == "us":
        said = re.sub(r"\b21 CFR\b|\bCI[IV]+\b", "", said)
    said = re.sub(r"\bmcg(?=[ /]|$)", "", said) if market == "ca" else said
    assert not found(market, said)


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize(("product", "dose"), MISTAKES)
def test_no_error(market, product, dose, monkeypatch, capfd):
    monkeypatch.setenv("TAPER_CONFIG", "")
    status = run(["plan", product, dose, "--market", market, "--start", "2026-12-07"])
    said = capfd.readouterr().err.replace(product, "").replace(dose, "")
    assert status in {2, 3}
    assert not found(market, said)


@pytest.mark.parametrize("market", ["uk", "ca", "au"])
def test_what_rests_on_a_rule_of_the_united_states_says_where_it_is_read(market, capfd):
    assert run(["explain", "faster-than-fda-label", "--market", market]) == 0
    said = capfd.readouterr().out
    assert f"Not raised in {market}" in said
    assert "--market us" in said
    assert run(["explain", "--market", market]) == 0
    assert "faster-than-fda-label" not in capfd.readouterr().out
