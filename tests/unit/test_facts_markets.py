"""What is shipped about Australia, Canada and the United Kingdom, as tables to be read."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import holidays
import pytest

from taper.data.files import DATA
from taper.errors import InputError
from taper.formulary.market import MARKETS, formulary
from taper.planning.make import make_plan
from taper.planning.make import planned as plan
from taper.quantities import plain
from taper.reading import read
from taper.terminal.request_file import read_request

ROOT = Path(__file__).parents[2]

AU = {
    "morphine-ir": "10; 20; 30",
    "morphine-solution": "2 mg/mL; 5 mg/mL; 10 mg/mL",
    "morphine-mr": "5; 10; 15; 30; 60; 100; 200",
    "morphine-mr-capsule": "10; 20; 50; 100",
    "oxycodone-ir": "5",
    "oxycodone-ir-capsule": "5; 10; 20",
    "oxycodone-solution": "1 mg/mL",
    "oxycodone-mr": "5; 10; 15; 20; 30; 40; 60; 80",
    "oxycodone-naloxone-mr": "2.5/1.25; 5/2.5; 10/5; 15/7.5; 20/10; 30/15; 40/20; 60/30; 80/40",
    "hydromorphone-ir": "2; 4; 8",
    "hydromorphone-solution": "1 mg/mL",
    "tapentadol-ir": "50; 75; 100",
    "tapentadol-mr": "50; 100; 150; 200; 250",
    "tramadol-ir": "50",
    "tramadol-mr-tramal-sr": "50; 100; 150; 200",
    "tramadol-mr-durotram-xr": "100; 200; 300",
    "codeine-ir": "30",
    "codeine-paracetamol": "8/500; 15/500; 30/500",
    "methadone-tablet": "10",
    "fentanyl-patch": "12; 25; 50; 75; 100",
    "buprenorphine-patch": "5; 10; 15; 20; 25; 30; 40",
}
# ANZCA Faculty of Pain Medicine, June 2021: oMEDD a mg, or a day for each microgram an hour
ANZCA = {
    ("morphine", "mg"): "1",
    ("oxycodone", "mg"): "1.5",
    ("hydromorphone", "mg"): "5",
    ("tapentadol", "mg"): "0.3",
    ("tramadol", "mg"): "0.2",
    ("codeine", "mg"): "0.13",
    ("fentanyl", "mcg/h"): "3",
    ("buprenorphine", "mcg/h"): "2",
    ("methadone", "mg"): None,
}
CDC = {
    "morphine": "1", "oxycodone": "1.5", "hydromorphone": "5", "hydrocodone": "1",
    "oxymorphone": "3", "tapentadol": "0.4", "tramadol": "0.2", "codeine": "0.15",
    "methadone": "4.7", "fentanyl": "2.4", "buprenorphine": None, "levorphanol": None,
}  # fmt: skip
CA = {  # what the product data of Canada lacked
    "oxycodone-cr": "5; 10; 15; 20; 30; 40; 60; 80",
    "tapentadol-ir": "50; 75; 100",
    "tramadol-ir": "50",
    "tramadol-er-capsule": "100; 200; 300",
    "hydromorphone-er": "4; 8; 16; 32",
    "morphine-ir": "5; 10; 20; 25; 30; 50",
    "oxycodone-ir": "5; 10; 20",
    "oxycodone-apap": "5/325",
    "codeine-apap": "15/300; 30/300; 60/300",
    "tramadol-apap": "37.5/325",
    "codeine-cr": "50; 100; 150; 200",
    "oxycodone-naloxone-cr": "5/2.5; 10/5; 20/10; 40/20",
}


def labels(product) -> str:
    return "; ".join(strength.label for strength in product.strengths)


def test_the_australian_products_and_their_strengths():
    found = {product.id: labels(product) for product in formulary("au").products.values()}
    assert found == AU


@pytest.mark.parametrize("product", AU)
def test_australian_equivalents_are_those_of_anzca(product):
    found = formulary("au").products[product]
    assert found.facts.get("mme_factor") == ANZCA[found.drug, found.unit]


@pytest.mark.parametrize("product", AU)
def test_the_australian_schedule(product):
    is_s4 = product.startswith("tramadol") or product == "codeine-paracetamol"
    assert formulary("au").products[product].schedule == ("S4" if is_s4 else "S8")


@pytest.mark.parametrize(("product", "strengths"), CA.items())
def test_ordinary_products_of_canada(product, strengths):
    assert labels(formulary("ca").products[product]) == strengths


@pytest.mark.parametrize("market", ["us", "ca"])
def test_equivalents_of_cdc_2022(market):
    for product in formulary(market).products.values():
        assert product.facts.get("mme_factor") == CDC[product.drug], product.id


@pytest.mark.parametrize(
    ("market", "product", "seldom"),
    [
        ("au", "oxycodone-mr", ["5", "60"]),
        ("au", "morphine-ir", ["10", "20"]),
        ("uk", "morphine-solution", ["20 mg/mL"]),
        ("uk", "oxycodone-solution", ["10 mg/mL"]),
        ("uk", "dihydrocodeine-ir", ["40"]),
    ],
)
def test_what_is_seldom_stocked_elsewhere(market, product, seldom):
    facts = formulary(market).products[product].facts
    assert facts["seldom_stocked"] == seldom
    assert facts["judgements"]["seldom_stocked"]


@pytest.mark.parametrize(
    ("product", "schedule"),
    [
        ("morphine-mr-zomorph", "CD2"),
        ("morphine-solution", "CD5"),
        ("oxycodone-mr-longtec", "CD2"),
        ("fentanyl-patch-matrifen", "CD2"),
        ("tramadol-ir", "CD3"),
        ("buprenorphine-patch-butec", "CD3"),
        ("co-codamol", "CD5"),
        ("codeine-ir", "CD5"),
        ("co-dydramol", "CD5"),
    ],
)
def test_uk_schedules(product, schedule):
    assert formulary("uk").products[product].schedule == schedule


@pytest.mark.parametrize(("market", "most"), [("us", 1), ("uk", 2), ("ca", 2), ("au", 2)])
def test_buprenorphine_patches_at_once(market, most):
    for product in formulary(market).products.values():
        if product.drug == "buprenorphine" and product.is_patch:
            assert product.max_units == most, product.id


# --- the other ingredient -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("market", "product"),
    [("au", "Targin"), ("ca", "Targin"), ("uk", "Targinact")],
)
@pytest.mark.parametrize("dose", ["20/10 mg q12h", "20 mg q12h", "10/20 mg q12h"])
def test_naloxone_in_a_tablet_is_no_dose_of_its_own_and_no_paracetamol(market, product, dose):
    made = plan(product, dose, market=market, every="4w", start="2026-12-07")
    now = made.steps[0].regimen
    assert [plain(amount) for amount in now.amounts] == ["20", "20"]
    assert not now.product.holds_acetaminophen
    assert "acetaminophen" not in made.to_json()
    in_use = {strength.label for step in made.steps for strength, _ in step.regimen.per_day}
    assert "10/5" in in_use  # naloxone falls with the opioid, and keeps no strength out of use


ETG = [  # a quarter of the first dose a week, or every four weeks (Therapeutic Guidelines)
    ("Tramal SR", "100 mg bd", "1w", ["100/100", "50/100", "50/50", "50", ""]),
    ("OxyContin", "40 mg bd", "4w", ["40/40", "30/30", "20/20", "10/10"]),
]


@pytest.mark.parametrize(("product", "dose", "every", "rows"), ETG)
def test_the_australian_tapers_on_australian_products(product, dose, every, rows):
    made = plan(
        product, dose, market="au", reduce="25%", every=every, of="original", start="2026-12-07"
    )
    found = ["/".join(map(plain, step.regimen.amounts)) for step in made.steps]
    assert found[: len(rows)] == rows


# --- rules of the markets -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("market", "default", "other"),
    [
        ("us", "1w", {"from": "1y", "every": "4w"}),
        ("ca", "1w", {"from": "1y", "every": "4w"}),
        ("uk", "4w", {"under": "3mo", "every": "1w"}),
        ("au", "4w", {"under": "3mo", "every": "1w"}),
    ],
)
def test_the_interval_of_a_market(market, default, other):
    every = formulary(market).facts["every"]
    assert every["default"] == default
    assert every["by_duration"] == [other]


@pytest.mark.parametrize(
    ("market", "where", "fields"),
    [
        ("us", "CII", {"refills": 0, "together_max_days": 90}),
        ("us", "CIII", {"refills": 5, "refills_within_months": 6}),
        ("us", "CIV", {"refills": 5, "refills_within_months": 6}),
        ("uk", "CD2", {"days_advised": 30, "valid_days": 28, "quantity": "in words and figures"}),
        ("uk", "CD3", {"days_advised": 30, "valid_days": 28, "quantity": "in words and figures"}),
        ("ca", "narcotic", {"refills": 0}),
        ("au", "S8", {"approval_after_months": 2}),
    ],
)
def test_the_rules_of_supply(market, where, fields):
    rule = formulary(market).facts["supply"][where]
    assert {key: rule[key] for key in fields} == fields


@pytest.mark.parametrize("market", MARKETS)
def test_who_is_not_planned_for(market):
    scope = formulary(market).facts["scope"]
    assert scope["refused"] == ["cancer", "palliative", "sickle-cell", "oud"]
    assert scope["least_age"] == 18


def rules(market: str):
    facts = formulary(market).facts
    yield from ((name, facts[name]) for name in ("every", "scope", "holidays"))
    for name, rule in facts["supply"].items():
        yield f"supply.{name}", rule


@pytest.mark.parametrize("market", MARKETS)
def test_every_rule_is_dated_and_cited(market):
    for name, rule in rules(market):
        assert isinstance(rule["as_of"], date), name
        assert rule["sources"], name
        assert set(rule["sources"]) <= set(formulary(market).sources), name


@pytest.mark.parametrize(
    ("market", "day", "is_one"),
    [
        ("us", "2027-05-31", True),  # Memorial Day
        ("us", "2027-03-26", False),  # Good Friday
        ("uk", "2027-03-26", True),
        ("uk", "2027-03-29", False),  # Easter Monday: not in Scotland
        ("ca", "2027-07-01", True),
        ("au", "2027-01-26", True),
        ("au", "2027-06-14", False),  # the King's birthday: not in every state
    ],
)
def test_holidays_are_those_that_the_whole_market_keeps(market, day, is_one):
    rule = formulary(market).facts["holidays"]
    kept = holidays.country_holidays(rule["country"], years=2027)
    assert (date.fromisoformat(day) in kept) is is_one
    for part in (*rule.get("states", ()), *rule.get("nations", ())):
        assert part in holidays.list_supported_countries()[rule["country"]]


@pytest.mark.parametrize("market", MARKETS)
def test_a_data_file_says_what_stands_behind_it(market):
    text = (DATA / f"{market}.toml").read_text(encoding="utf-8")
    assert '"M"' not in text
    assert "(memory" not in text
    assert tomllib.loads(text)["formulary"]["version"] == formulary("us").version


# --- what is left out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason", "instead"),
    [
        ("Jurnista 8 mg", "its supply in Australia has ended", "hydromorphone-ir"),
        ("MS Mono 60 mg", "its end in Australia was announced", "morphine-mr"),
        ("Proladone 30 mg", "suppositories are left out", "oxycodone-ir"),
        ("Biodone Forte", "opioid treatment programs", "methadone-tablet"),
        ("tramadol drops 100 mg/mL", "has no such form", "tramadol-ir"),
    ],
)
def test_what_australia_does_not_plan_says_why_and_names_the_same_drug(name, reason, instead):
    with pytest.raises(InputError) as caught:
        formulary("au").find(name)
    (problem,) = caught.value.problems
    assert reason in problem.message
    assert instead in problem.hint


# --- the plans that the changelog tells of --------------------------------------------------------


def test_the_changelog_tells_the_plans_as_they_are():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(examples/\S+)` \|(.*)\|$", text, re.MULTILINE)
    assert len(rows) == 7
    for name, cells in rows:
        made = make_plan(read(read_request(str(ROOT / name), {}, "us")[0]))
        now = [cell.rpartition("now ")[2].strip() for cell in cells.split("|")]
        assert now[0] == str(len(made.steps) - 1), name
        assert now[2] == made.stop_date.isoformat(), name
