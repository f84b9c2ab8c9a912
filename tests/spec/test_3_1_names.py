"""Contract 3.1: products by the names and codes of records, and what is not guessed."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from taper.data.files import data_text
from taper.errors import InputError
from taper.formulary.market import formulary
from taper.reading import read

DATA = Path(__file__).parent.parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def named(name: str, market: str = "us", release: str = "") -> tuple[str, str]:
    """The product and the strength that a name means; or an empty string and what is wrong."""
    try:
        found = formulary(market).identify(name, release=release)
    except InputError as error:
        (problem,) = error.problems
        return "", str(problem)
    return found.product.id, found.strength


def drug_of(product: str, market: str) -> str:
    return formulary(market).products[product].drug


def products_in(text: str, market: str) -> set[str]:
    """The ids that a message names."""
    words = set(text.replace(",", " ").replace(";", " ").replace(")", " ").split())
    return words & set(formulary(market).products)


@pytest.mark.parametrize("row", rows("drug-names.csv"), ids=lambda row: row["name"])
def test_names_of_public_records(row):
    found, said = named(row["name"], row["market"])
    if not row["note"]:
        assert found == row["product"]
        return
    assert found == ""
    if row["product"] in formulary(row["market"]).products:
        assert row["product"] in said


@pytest.mark.parametrize("row", rows("names-us.csv"), ids=lambda row: row["name"])
def test_names_in_the_styles_of_databases_claims_and_hands(row):
    found, said = named(row["name"], row["market"])
    if row["product"] == "ambiguous":
        assert found == ""
        assert "more than one product" in said
    else:
        assert (found, said) == (row["product"], row["strength"])


@pytest.mark.parametrize("row", rows("names-others.csv"), ids=lambda row: row["name"])
def test_names_of_other_markets_and_of_what_is_left_out(row):
    found, said = named(row["name"], row["market"])
    if row["product"]:
        assert (found, said) == (row["product"], row["strength"])
    else:
        assert found == ""
        assert row["strength"] in said, said  # the reason


def tables():
    """Every code of the tables: market, prefix, code, products, strength, name."""
    for market, prefix, file in (
        ("us", "rxcui", "codes/us-rxnorm.tsv"),
        ("us", "ndc", "codes/us-ndc.tsv"),
        ("uk", "dmd", "codes/uk-dmd.tsv"),
    ):
        for line in data_text(file).splitlines()[1:]:
            yield (market, prefix, *line.split("\t"))


def test_every_code_is_its_product_and_strength_or_is_refused():
    seen = {"right": 0, "several": 0, "refused": 0}
    for market, prefix, code, product, strength, _ in tables():
        found, said = named(f"{prefix}:{code}", market)
        labels = (
            [s.label for s in formulary(market).products[product].strengths]
            if (product in formulary(market).products)
            else []
        )
        if strength in labels:
            assert (found, said) == (product, strength)
            seen["right"] += 1
        elif "|" in product:
            assert found == ""
            assert products_in(said, market) == set(product.split("|"))
            seen["several"] += 1
        elif product != "?":
            assert found == ""
            seen["refused"] += 1
    assert seen["right"] > 1400
    assert seen["several"] == 8


def test_every_name_of_rxnorm_is_what_its_code_is():
    for _, prefix, code, _product, _strength, name in tables():
        if prefix != "rxcui":
            continue
        by_code, by_name = named(code), named(name)
        assert by_code[0] == by_name[0], name
        assert not by_code[0] or by_code == by_name


def test_a_refusal_names_no_other_drug():
    for row in [*rows("drug-names.csv"), *rows("names-others.csv")]:
        found, said = named(row["name"], row["market"])
        if found == "":
            drugs = {drug_of(one, row["market"]) for one in products_in(said, row["market"])}
            assert len(drugs) <= 1, (row["name"], said)


@pytest.mark.parametrize(
    ("code", "market", "product", "strength"),
    [
        ("891893", "us", "morphine-er", "60"),
        ("rxcui:891888", "us", "morphine-er", "30"),
        ("RxNorm 891888", "us", "morphine-er", "30"),
        ("59385-022", "us", "buprenorphine-buccal", "150"),
        ("59385-022-60", "us", "buprenorphine-buccal", "150"),
        ("59385-0022-60", "us", "buprenorphine-buccal", "150"),
        ("59385002260", "us", "buprenorphine-buccal", "150"),
        ("5938502260", "us", "buprenorphine-buccal", "150"),
        ("ndc:59385-022-60", "us", "buprenorphine-buccal", "150"),
        ("38752411000001107", "uk", "oxycodone-ir", "5"),
        ("42017811000001106", "uk", "tramadol-ir", "50"),
        ("42017511000001108", "uk", "tapentadol-ir", "50"),
        ("42009811000001101", "uk", "co-codamol", "30/500"),
        ("dmd:36130211000001108", "uk", "", "more than one product"),
        ("36128311000001101", "uk", "morphine-solution", "2 mg/mL"),
        ("1049502000", "us", "", "no product has the NDC"),
        ("9999999", "us", "", "no product has the RxCUI"),
        ("891893", "uk", "", "--market us"),
        ("1010600", "us", "", "naloxone"),
        ("864978", "us", "", "opioid use disorder"),
        ("1049557", "us", "", "not marketed as 160"),
    ],
)
def test_codes_in_every_way_of_writing_them(code, market, product, strength):
    found, said = named(code, market)
    assert found == product
    assert strength in said


@pytest.mark.parametrize(
    ("name", "release", "product"),
    [
        ("Oxycodone 10mg", "ir", "oxycodone-ir"),
        ("Oxycodone 10mg", "er", "oxycodone-er"),
        ("morphine sulfate 15 mg", "ir", "morphine-ir"),
        ("morphine sulfate 15 mg tablet", "er", "morphine-er"),
        ("TRAMADOL HCL 100 MG TABLET", "er", "tramadol-er"),
        ("hydromorphone 8 mg", "er", "hydromorphone-er"),
        ("oxycodone 5 mg", "er", ""),
        ("morphine 30 mg", "er", ""),
        ("MS Contin 15 mg", "ir", ""),
    ],
)
def test_release_settles_what_a_name_leaves_open(name, release, product):
    assert named(name, "us", release)[0] == product


def test_an_ambiguous_name_says_what_tells_its_products_apart():
    _, said = named("Oxycodone 10mg")
    assert "oxycodone-ir, oxycodone-er" in said
    assert "--release ir, or er" in said
    _, said = named("hydromorphone hcl")
    assert "the form (tablet, solution)" in said
    _, said = named("Morphine 10mg modified-release tablets", "uk")
    assert "the brand" in said


def plan_request(**fields):
    return read({"start": "2026-12-07", "on_opioids_for": "2y", **fields})


def test_the_strength_in_a_name_is_the_unit_of_the_dose():
    request = plan_request(product="OXYCODONE HCL 5 MG TABLET", dose="2 tablets q6h")
    assert request.product.id == "oxycodone-ir"
    assert str(request.prescription) == "2 x 5 mg q6h"
    assert request.text["product"] == "oxycodone-ir"
    request = plan_request(product="Norco 10/325", dose="1 tab q6h prn", taking="30 mg")
    assert str(request.prescription) == "1 x 10/325 mg q6h prn"


def test_a_strength_that_is_seldom_stocked_is_used_if_the_name_tells_it():
    request = plan_request(product="XODOL 10-300", dose="1 tab q6h")
    assert str(request.prescription) == "1 x 10/300 mg q6h"
    assert {s.label.partition("/")[2] for s in request.regimens.strengths} == {"300"}


def test_the_field_release_settles_the_product_of_a_request():
    request = plan_request(product="Oxycodone 10mg", release="ir", dose="1 tab q6h")
    assert request.product.id == "oxycodone-ir"
    with pytest.raises(InputError, match="'xr' is not known"):
        plan_request(product="Oxycodone 10mg", release="xr", dose="1 tab q6h")
