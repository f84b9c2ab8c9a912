"""The data files of the markets: every figure has a source or a stated reason, every plan is made."""

from __future__ import annotations

import io
import re
import tomllib
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from taper import Plan
from taper.course.saved import parse_plan
from taper.data.files import DATA
from taper.export import Options, render
from taper.formulary.market import MARKETS, formulary
from taper.planning.make import make_plan
from taper.reading import read
from taper.regimen.prescription import frequency
from taper.request.fields import RISKS
from taper.terminal.schedule_table import schedule_table
from taper.terminal.show import show

NEW = ("uk", "ca", "au")
ENTRIES = [
    pytest.param(entry, market, id=f"{market}-{place}-{entry['id']}")
    for market in NEW
    for place, entry in enumerate(
        tomllib.loads((DATA / f"{market}.toml").read_text(encoding="utf-8"))["product"]
    )
]
PRODUCTS = [
    pytest.param(product, id=f"{market}-{product.id}")
    for market in NEW
    for product in formulary(market).products.values()
]
UK_PRODUCTS = [param for param in PRODUCTS if param.id.startswith("uk-")]
AU_PRODUCTS = [param for param in PRODUCTS if param.id.startswith("au-")]
# what must rest on a source or on a stated judgement, where an entry has it
FIGURES = (
    "strengths", "handling", "mme_factor", "least_dose", "measure_ml", "max_daily",
    "max_units_daily", "by_brand", "counted", "note", "dmd",
)  # fmt: skip
DOCUMENT = (Path(__file__).parents[2] / "docs" / "markets.md").read_text(encoding="utf-8")


def request_for(product) -> dict[str, object]:
    """Its largest usual strength (of a liquid 20 mg) at its own interval."""
    label = product.usual[-1].label
    dose = f"{label} {product.unit} {frequency(product.interval)}"
    if product.is_liquid:
        dose = f"20 {product.unit} {frequency(product.interval)}"
    return {
        "market": product.market,
        "product": product.id,
        "dose": dose,
        "start": "2026-12-07",
        "reduce": "10%",
        "every": "4w",
        "on_opioids_for": "3y",
        "risks": list(RISKS),
        "specialist": "Dr A. Example",
        "id": "example",
    }


@lru_cache(maxsize=128)
def plan_of(product):
    return make_plan(read(request_for(product)))


# --- the data -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("entry", "market"), ENTRIES)
def test_every_figure_has_a_source_or_a_stated_reason(entry, market):
    sources, judgements = entry["sources"], entry["judgements"]
    known = formulary(market).sources
    for field in (*FIGURES, "intervals"):
        if field in entry or field == "intervals":
            assert sources.get(field) or judgements.get(field), field
    for field, keys in sources.items():
        assert keys, field
        assert set(keys) <= set(known), field
    for field, why in judgements.items():
        assert why.strip(), field
        # a judgement that leans on a source names one that is listed
        assert set(re.findall(r"\b[SHDP]\d\d\b", why)) <= set(known), field


@pytest.mark.parametrize("market", NEW)
def test_every_source_is_used_and_none_is_memory(market):
    text = (DATA / f"{market}.toml").read_text(encoding="utf-8")
    head, _, body = text.partition("[[product]]")
    used = set(re.findall(r"\b[SHDP]\d\d\b", body + head.partition("\n[sources]")[0]))
    assert used == set(formulary(market).sources)
    assert '"M"' not in text


@pytest.mark.parametrize(("entry", "market"), ENTRIES)
def test_an_entry_has_the_fields_of_the_us_entries(entry, market):
    known = set().union(*(product.facts for product in formulary("us").products.values()))
    assert set(entry) <= known | {"by_brand", "also_called", "dmd", "other_ingredient"}
    rows = formulary("us").products.values()
    for field in ("kind", "release", "unit", "handling"):
        assert entry[field] in {product.facts[field] for product in rows}, field
    assert entry["withdrawal"] in {product.facts["withdrawal"] for product in rows}
    assert entry["interval"] == max(entry["intervals_hours"])


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_must_be_whole_is_never_split(product):
    if product.release in {"er", "patch"} or product.kind in {"capsule", "patch", "liquid"}:
        assert not product.splittable
    amounts = [strength.amount for strength in product.strengths]
    assert all(a < b for a, b in pairwise(amounts))
    assert set(product.seldom_stocked) < {strength.label for strength in product.strengths}


# Verhoeff's check digit, the last of every SNOMED CT (and so dm+d) identifier.
_TURN = ((1, 5, 7, 6, 2, 8, 3, 0, 9, 4),)
_MULTIPLY = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip


def is_checked(code: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    turns = [tuple(range(10)), *_TURN]
    while len(turns) < 8:
        turns.append(tuple(turns[-1][digit] for digit in _TURN[0]))
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_MULTIPLY[check][turns[place % 8][int(digit)]])
    return check == 0


def test_the_check_digit_finds_a_slip():
    assert is_checked("60886004")  # morphine sulfate
    assert not is_checked("60886040")
    assert not is_checked("60886005")


@pytest.mark.parametrize("product", UK_PRODUCTS)
def test_every_uk_strength_has_its_dmd_code(product):
    codes = product.facts["dmd"]
    assert set(codes) == {strength.label for strength in product.strengths}
    every = [code for found in codes.values() for code in found]
    assert len(set(every)) == len(every)
    assert all(is_checked(code) for code in every)


@pytest.mark.parametrize("product", UK_PRODUCTS)
def test_modified_release_products_and_patches_have_one_brand(product):
    by_brand = product.release in {"er", "patch"}
    assert bool(product.brand) == by_brand
    if by_brand:
        assert product.brands == (product.brand,)
        assert product.name.startswith(f"{product.brand} ")
        assert formulary("uk").find(product.brand.upper()) is product


def test_brands_of_one_kind_do_not_share_what_differs():
    uk = formulary("uk")
    marol, zydol = uk.find("Marol"), uk.find("Zydol SR")
    assert [s.label for s in marol.strengths] == ["100", "150", "200"]
    assert [s.label for s in zydol.strengths] == ["50", "100", "150", "200"]
    assert "50" not in marol.facts["dmd"]


# --- the plans ----------------------------------------------------------------------------------


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_can_be_planned_to_its_end(product):
    plan = plan_of(product)
    assert plan.stop_date is not None
    assert plan.steps[-2].daily == plan.request.regimens.smallest


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_saved_plan_and_its_own_request_give_the_same_bytes(product):
    made = plan_of(product).to_json()
    assert parse_plan(made).to_json() == made
    assert make_plan(read(plan_of(product).request.text)).to_json() == made


def printed(product, columns: int = 100) -> str:
    """The plan as the terminal shows it."""
    plan = plan_of(product)
    out = io.StringIO()
    Console(file=out, width=columns, color_system=None).print(schedule_table(plan, columns))
    return out.getvalue()


US_WORDS = re.compile(
    r"\bMME\b|\bmcg\b|acetaminophen|apnea|behavioral|CDC 2022 table|monitoring program",
    re.IGNORECASE,
)
IDS = re.compile(r"`[a-z0-9-]+`|\[[a-z0-9-]+\]")  # of findings: the same in every market


@pytest.mark.parametrize("product", UK_PRODUCTS + AU_PRODUCTS)
def test_no_word_of_the_united_states_is_in_a_uk_or_australian_plan(product, monkeypatch, capsys):
    plan = plan_of(product)
    monkeypatch.setenv("COLUMNS", "100")
    show(plan)
    said = [capsys.readouterr().out, render(plan, ".md", Options()), Plan(plan)._repr_html_()]
    said += [step.regimen.directions for step in plan.steps]
    said += [finding.message for finding in plan.findings]
    found = {word for text in said for word in US_WORDS.findall(IDS.sub("", text))}
    assert not found


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("columns", [100, 80, 60])
def test_the_table_fits(product, columns):
    assert max(len(line.rstrip()) for line in printed(product, columns).splitlines()) <= columns


@pytest.mark.parametrize("suffix", [".csv", ".supply.csv", ".ics", ".fhir.json", ".html", ".xlsx"])
@pytest.mark.parametrize("name", ["MST Continus", "co-codamol", "Butec", "Oramorph"])
def test_every_export_takes_a_uk_plan(name, suffix):
    assert render(plan_of(formulary("uk").find(name)), suffix, Options())


def test_the_calendar_names_the_brand():
    text = render(plan_of(formulary("uk").find("Zomorph")), ".ics", Options())
    assert "SUMMARY:Zomorph " in str(text)


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_page_names_every_product(product):
    assert f"`{product.id}`" in DOCUMENT


def test_the_page_names_no_product_that_is_not_there():
    known = {product for market in MARKETS for product in formulary(market).products}
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", DOCUMENT, re.MULTILINE)
    assert len(listed) == sum(len(formulary(market).products) for market in NEW)
    assert set(listed) <= known
