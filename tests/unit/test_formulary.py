"""Products are found by id, brand or common name; a miss names what is close."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from taper.data.files import DATA, data_text
from taper.errors import InputError
from taper.formulary.market import MARKETS, Products, formulary
from taper.quantities import Ratio, thousandths

US = formulary("us")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("morphine-er", "morphine-er"),
        ("MS Contin", "morphine-er"),
        ("ms contin", "morphine-er"),
        ("OxyContin", "oxycodone-er"),
        ("  fentanyl   PATCH ", "fentanyl-patch"),
        ("Belbuca", "buprenorphine-buccal"),
        ("Percocet", "oxycodone-apap"),
        ("Dilaudid tablet", "hydromorphone-ir"),
        ("morphine er", "morphine-er"),
    ],
)
def test_a_product_by_any_of_its_names(name, found):
    assert US.find(name).id == found


def test_every_product_is_found_by_its_own_names():
    for product in US.products.values():
        assert US.find(product.id) is product
        for name in (product.name, *product.brands):
            assert product in US.by_name[name.lower()]


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("morfine-er", "morphine-er"),
        ("oxycontine", "oxycodone-er"),
        ("fentanil patch", "fentanyl-patch"),
    ],
)
def test_a_miss_names_what_is_close(name, close):
    with pytest.raises(InputError) as caught:
        US.find(name)
    assert close in caught.value.problems[0].hint


def test_an_ambiguous_name_lists_all_that_bear_it():
    _, *entries = data_text("us.toml").split("\n[[product]]\n")
    texts = [text for text in entries if text.partition('id = "')[2].startswith("morphine-")]
    branded = [text.replace("brands = []", 'brands = ["Same"]', 1) for text in texts]
    both = replace(US, products=Products(branded, "us", US.words))
    with pytest.raises(InputError) as caught:
        both.find("same")
    assert "more than one product" in str(caught.value)
    assert "morphine-ir, morphine-solution" in str(caught.value)


def test_a_product_by_drug_and_form():
    assert US.find_drug("Morphine", "ER").id == "morphine-er"
    assert US.find_drug("levorphanol", "").id == "levorphanol-ir"


@pytest.mark.parametrize("market", MARKETS)
def test_the_strengths_of_a_market_are_amounts(market):
    for product in formulary(market).products.values():
        assert product.strengths
        for strength in product.strengths:
            assert strength.amount > 0
            number = strength.label.partition("/")[0].partition(" ")[0]
            if not product.is_patch:
                assert thousandths(number) is not None
        assert {s.label for s in product.usual} <= {s.label for s in product.strengths}
        assert product.usual


def test_a_12_mcg_patch_is_counted_as_it_releases_and_printed_as_it_is_labelled():
    patch = US.find("fentanyl-patch")
    assert patch.strengths[0].amount == 12_500
    assert patch.text(12_500) == "12 mcg/h"
    assert patch.text(37_500) == "37.5 mcg/h"


def test_mme_is_a_ratio_and_none_without_a_factor():
    assert US.find("oxycodone-ir").mme_of(40_000) == Ratio(60, 1)
    assert US.find("buprenorphine-patch").mme_of(10_000) is None
    base = US.find("oxycodone-er-capsule").mme_of(9_000)
    assert base[0] == 15 * base[1]  # 9 mg of base is 10 mg of the hydrochloride


def test_an_unknown_market_lists_those_that_are_built_in():
    with pytest.raises(InputError, match="one of us"):
        formulary("fr")


@pytest.mark.parametrize("market", MARKETS)
def test_products_read_one_by_one_are_those_of_the_whole_file(market):
    with (DATA / f"{market}.toml").open("rb") as file:
        entries = tomllib.load(file)["product"]
    products = formulary(market).products
    assert [entry["id"] for entry in entries if "by_brand" not in entry] == [
        name for name in products if "brand" not in products[name].facts
    ]
    for entry in entries:
        if "by_brand" not in entry:
            assert products[entry["id"]].facts == entry
            assert products.drugs[entry["id"]] == entry["drug"]
