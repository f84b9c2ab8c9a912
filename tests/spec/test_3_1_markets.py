"""Contract 3.1, the United Kingdom and Canada: products by brand, doses and words as written.

The two examples are kept as they are printed. After a change that is meant, write them anew and
read the difference: ``TAPER_GOLDEN=write python -m pytest tests/spec/test_3_1_markets.py``.
"""

from __future__ import annotations

import io
import os
import re
from functools import lru_cache
from html import unescape
from pathlib import Path

import pytest
from rich.console import Console
from written import amounts, doses, findings, taper

from taper.cli import run
from taper.errors import InputError, Refused
from taper.export import Options, render
from taper.formulary.market import formulary
from taper.planning.make import make_plan
from taper.quantities import plain, ratio_text
from taper.reading import read
from taper.reading.dose import read_dose
from taper.regimen.directions import prescription_in_words
from taper.regimen.prescription import frequency
from taper.terminal.request_file import read_request
from taper.terminal.schedule_table import schedule_table

EXAMPLES = Path(__file__).parents[2] / "examples"
REQUESTS = sorted(EXAMPLES.glob("[a-z][a-z]/*.toml"))


def uk(product: str, dose: str, **fields: object):
    return taper(product, dose, market="uk", checks="none", **fields)


def ca(product: str, dose: str, **fields: object):
    return taper(product, dose, market="ca", checks="none", **fields)


# --- products by brand --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("brand", "product", "hours"),
    [
        ("MST Continus", "morphine-mr-mst-continus", 12),
        ("mst", "morphine-mr-mst-continus", 12),
        ("Zomorph", "morphine-mr-zomorph", 12),
        ("MXL", "morphine-mr-mxl", 24),
        ("Zydol SR", "tramadol-mr-zydol-sr", 12),
        ("Zydol XL", "tramadol-mr-zydol-xl", 24),
        ("Longtec", "oxycodone-mr-longtec", 12),
        ("DHC Continus", "dihydrocodeine-mr-dhc-continus", 12),
        ("Matrifen", "fentanyl-patch-matrifen", 72),
        ("BuTrans", "buprenorphine-patch-butrans", 168),
        ("Butec patches", "buprenorphine-patch-butec", 168),
        ("Transtec", "buprenorphine-patch-transtec", 96),
        ("Hapoctasin", "buprenorphine-patch-hapoctasin", 72),
        ("Oramorph", "morphine-solution", 4),
        ("co-codamol", "co-codamol", 6),
    ],
)
def test_a_uk_product_is_found_by_its_brand_and_taken_as_the_brand_is(brand, product, hours):
    found = formulary("uk").find(brand)
    assert (found.id, found.interval) == (product, hours)


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("morphine modified release", ["morphine-mr-mst-continus", "morphine-mr-mxl"]),
        ("tramadol modified release", ["tramadol-mr-zydol-sr", "tramadol-mr-zydol-xl"]),
        ("fentanyl patch", ["fentanyl-patch-durogesic-dtrans", "fentanyl-patch-matrifen"]),
        ("buprenorphine patch", ["buprenorphine-patch-butrans", "buprenorphine-patch-transtec"]),
    ],
)
def test_without_the_brand_the_brands_are_listed(name, among):
    with pytest.raises(InputError) as caught:
        formulary("uk").find(name)
    (problem,) = caught.value.problems
    assert "more than one product" in problem.message
    assert all(product in problem.hint for product in among)


def test_a_drug_and_mr_list_the_brands_too():
    with pytest.raises(InputError, match="more than one form") as caught:
        formulary("uk").find_drug("morphine", "mr")
    assert "mr-mst-continus, mr-morphgesic-sr, mr-zomorph, mr-mxl" in str(caught.value)
    assert formulary("uk").find_drug("tapentadol", "mr").id == "tapentadol-mr-palexia-sr"


def test_a_us_brand_is_not_a_uk_product():
    with pytest.raises(InputError, match="not a product of the uk formulary"):
        uk("MS Contin", "60 mg q12h")


@pytest.mark.parametrize(
    ("brand", "product"),
    [
        ("Hydromorph Contin", "hydromorphone-cr"),
        ("Dilaudid tablets", "hydromorphone-ir"),
        ("MS Contin", "morphine-er"),
        ("M-Eslon", "morphine-er-capsule-12h"),
        ("OxyNEO", "oxycodone-er"),
        ("BuTrans", "buprenorphine-patch"),
        ("Duragesic", "fentanyl-patch"),
    ],
)
def test_a_canadian_product_is_found_by_its_brand(brand, product):
    assert formulary("ca").find(brand).id == product


# --- what a label stands for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("market", "product", "label", "counted", "printed"),
    [
        ("uk", "Durogesic", "12 micrograms/hour", "12.5", "12 micrograms/hour"),
        ("uk", "Mezolar", "37.5 micrograms/hour", "37.5", "37.5 micrograms/hour"),
        ("ca", "fentanyl patch", "12 mcg/h", "12.5", "12 mcg/h"),
        ("ca", "fentanyl patch", "37 mcg/h", "37.5", "37 mcg/h"),
        ("ca", "fentanyl patch", "37.5 mcg/h", "37.5", "37 mcg/h"),
    ],
)
def test_a_patch_is_counted_as_it_releases_and_printed_as_it_is_labelled(
    market, product, label, counted, printed
):
    now = taper(product, label, market=market, every="4w").steps[0].regimen
    assert (plain(now.daily), now.product.text(now.daily)) == (counted, printed)


def test_two_canadian_patches_of_12_make_less_than_the_37():
    plan = ca("fentanyl patch", "50 mcg/h", reduce="12 mcg/h", every="4w")
    assert doses(plan) == ["37.5", "25", "12.5", ""]
    assert plan.steps[1].regimen.directions == (
        "Apply one 37 mcg/h patch to the skin; change every 72 hours."
    )


# --- directions as the BNF writes them ----------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "dose", "directions"),
    [
        ("MST Continus", "60 mg bd", "Take one 60 mg tablet by mouth every 12 hours."),
        ("MXL", "60 mg od", "Take one 60 mg capsule by mouth once a day, in the morning."),
        ("codeine-ir", "30 mg qds", "Take one 30 mg tablet by mouth four times a day."),
        ("codeine-ir", "30 mg tds", "Take one 30 mg tablet by mouth three times a day."),
        ("codeine-ir", "30 mg bd", "Take one 30 mg tablet by mouth twice a day."),
        ("Sevredol", "10 mg q4h", "Take one 10 mg tablet by mouth every 4 hours."),
        (
            "co-codamol",
            "2 x 30/500 mg qds",
            "Take two 30/500 mg tablets (60 mg) by mouth four times a day.",
        ),
        (
            "Oramorph",
            "5 mg q4h",
            "Take 5 mg (2.5 mL of the 2 mg/mL liquid) by mouth every 4 hours.",
        ),
        (
            "Matrifen",
            "25 micrograms/hour",
            "Apply one 25 micrograms/hour patch to the skin; change every 72 hours.",
        ),
        (
            "Butec",
            "10 micrograms/hour",
            "Apply one 10 micrograms/hour patch to the skin; change every 7 days.",
        ),
        (
            "Transtec",
            "52.5 micrograms/hour",
            "Apply one 52.5 micrograms/hour patch to the skin; change every 4 days.",
        ),
    ],
)
def test_uk_directions(product, dose, directions):
    assert uk(product, dose, every="4w").steps[0].regimen.directions == directions


@pytest.mark.parametrize(
    ("product", "dose"),
    [
        ("MST Continus", "60 mg every 12 hours"),
        ("codeine-ir", "30 mg four times a day"),
        ("Sevredol", "10 mg every 4 hours"),
        ("Durogesic", "75 micrograms/hour every 72 hours"),
        ("Transtec", "35 micrograms/hour every 4 days"),
        ("Butec", "10 micrograms/hour every 7 days"),
        ("co-codamol", "2 x 30/500 mg four times a day"),
    ],
)
def test_a_dose_is_printed_as_it_may_be_written(product, dose):
    request = uk(product, dose, every="4w").request
    assert prescription_in_words(request.product, request.prescription) == dose


def test_as_required_in_words():
    plan = uk("codeine-ir", "30 mg qds when required", taking="60 mg", every="2w")
    said = {finding.id: finding.message for finding in plan.findings}
    assert (
        "not from what is prescribed, 30 mg four times a day when required:" in said["prn-as-taken"]
    )


def test_the_united_states_and_canada_go_by_the_hour():
    assert taper("codeine-ir", "30 mg q6h").steps[0].regimen.directions.endswith("every 6 hours.")
    assert ca("Dilaudid tablets", "4 mg q6h").steps[0].regimen.directions.endswith("every 6 hours.")


# --- morphine equivalents -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "dose", "daily"),
    [
        ("MST Continus", "60 mg q12h", "120"),
        ("OxyContin", "40 mg q12h", "120"),
        ("Palladone SR", "4 mg q12h", "40"),
        ("Palexia SR", "100 mg q12h", "80"),
        ("Zydol SR", "100 mg q12h", "20"),
        ("codeine-ir", "60 mg q6h", "24"),
        ("DHC Continus", "60 mg q12h", "12"),
        # the UK table has one equivalent for each patch
        ("Durogesic", "12 mcg/h", "30"),
        ("Durogesic", "25 mcg/h", "60"),
        ("Durogesic", "50 mcg/h", "120"),
        ("Durogesic", "75 mcg/h", "180"),
        ("Durogesic", "100 mcg/h", "240"),
        ("BuTrans", "5 mcg/h", "12"),
        ("BuTrans", "10 mcg/h", "24"),
        ("BuTrans", "15 mcg/h", "36"),
        ("BuTrans", "20 mcg/h", "48"),
        ("Transtec", "35 mcg/h", "84"),
        ("Transtec", "52.5 mcg/h", "126"),
        ("Transtec", "70 mcg/h", "168"),
    ],
)
def test_oral_morphine_equivalents_by_the_uk_table(product, dose, daily):
    plan = uk(product, dose, every="4w")
    assert plan.to_dict()["summary"]["start_mme"] == daily


@pytest.mark.parametrize(
    ("product", "dose", "daily"),
    [
        ("Hydromorph Contin", "18 mg q12h", "180"),
        ("MS Contin", "60 mg q12h", "120"),
        ("OxyNEO", "20 mg q12h", "60"),
        ("Ralivia", "200 mg daily", "40"),
        ("Metadol tablets", "10 mg q8h", "141"),
        ("fentanyl patch", "50 mcg/h", "120"),
        ("Nucynta CR", "100 mg q12h", "80"),
        ("BuTrans", "10 mcg/h", None),  # a partial agonist: none in the table
    ],
)
def test_canadian_equivalents_are_those_of_cdc_2022(product, dose, daily):
    plan = ca(product, dose, every="4w")
    assert plan.to_dict()["summary"]["start_mme"] == daily
    noted = [f.message for f in plan.findings if f.id == "no-mme-factor"]
    assert bool(noted) == (daily is None)
    assert all("the CDC 2022 table has no factor" in text for text in noted)


def test_the_same_dose_weighs_by_the_table_of_its_market():
    def mme(product, market):
        return ratio_text(*formulary(market).find(product).mme_of(100_000))

    assert (mme("tramadol-ir", "us"), mme("tramadol-ir", "uk")) == ("20", "10")


# --- what findings say --------------------------------------------------------------------------


def test_rules_of_the_united_states_are_for_the_united_states():
    for_us = findings(taper("morphine-er", "60 mg q12h", reduce="15%", every="1w"))
    assert {"faster-than-fda-label", "new-prescriptions"} <= set(for_us)
    for plan in (
        uk("MST Continus", "60 mg q12h", reduce="15%", every="1w"),
        ca("MS Contin", "60 mg q12h", reduce="15%", every="1w"),
    ):
        assert not {"faster-than-fda-label", "new-prescriptions"} & set(findings(plan))


def test_the_pace_of_cdc_2022_is_shown_where_its_table_is_used():
    fields = {"reduce": "10%", "every": "2w", "on_opioids_for": "3y"}
    assert "faster-than-cdc-for-duration" in findings(ca("MS Contin", "60 mg q12h", **fields))
    british = uk("MST Continus", "60 mg q12h", **fields)
    assert "faster-than-cdc-for-duration" not in findings(british)


def test_a_pace_over_25_percent_a_week_is_refused_everywhere():
    with pytest.raises(Refused, match="rate-over-band"):
        uk("MST Continus", "60 mg q12h", reduce="30%", every="1w")


def test_paracetamol_has_its_name_and_its_maximum():
    plan = uk("co-codamol", "2 x 30/500 mg q6h", also=["co-dydramol 2 x 10/500 mg q6h"], every="2w")
    said = {finding.id: finding.message for finding in plan.findings}
    assert said["acetaminophen-over-maximum"].startswith(
        "Paracetamol comes to 8,000 mg a day, above the maximum of 4,000 mg"
    )
    alone = uk("co-codamol", "2 x 30/500 mg q6h", every="2w")
    assert "acetaminophen-over-maximum" not in findings(alone)


def test_never_more_than_two_tablets_with_paracetamol_at_once():
    plan = uk("co-codamol", "2 x 30/500 mg q6h", every="2w")
    for step in plan.steps:
        for units in step.regimen.units:
            assert sum(count for _, count in units) <= 2000


def test_refusals_are_in_british_spelling():
    with pytest.raises(Refused, match="mental-health professional"):
        uk("MST Continus", "60 mg q12h", risks=["suicide-risk"])
    with pytest.raises(Refused, match="behavioral-health professional"):
        taper("morphine-er", "60 mg q12h", risks=["suicide-risk"])


def test_the_shared_record_is_looked_at_where_there_is_no_monitoring_programme():
    plan = taper("MST Continus", "60 mg q12h", market="uk")
    items = {item for check in plan.checks for item in check.items}
    assert "check the shared care record for what else has been prescribed and dispensed" in items
    assert not any("monitoring" in item for item in items)


# --- published and kept -------------------------------------------------------------------------


def test_the_australian_weekly_example_on_a_uk_tramadol(published):
    """Its strengths and its interval are those of Zydol SR."""
    taper_ = published["etg-weekly"]
    plan = uk(
        "Zydol SR", **{k: v for k, v in taper_["request"].items() if k not in {"product", "start"}}
    )
    assert doses(plan, "reduce") == [
        "/".join(amount for amount in row if amount != "0") for row in taper_["doses"]
    ]
    assert plan.stop_date is not None
    assert amounts(plan.steps[-1].regimen) == ""


def test_the_commands_of_a_uk_pharmacist_make_the_example():
    asked = uk("MST Continus", "60 mg twice a day", reduce="10%", every="2w", fill="28d")
    kept = make_plan(read(read_request(str(EXAMPLES / "uk" / "mst-continus.toml"), {}, "uk")[0]))
    assert doses(asked) == doses(kept)
    assert [f.days_supply for f in kept.supply[:-1]] == [28] * (len(kept.supply) - 1)


def test_each_market_has_examples():
    assert {request.parent.name for request in REQUESTS} == {"uk", "ca", "au"}
    assert all(
        f"Plan it: taper plan examples/{r.parent.name}/{r.name}" in r.read_text("utf-8")
        for r in REQUESTS
    )


@pytest.mark.parametrize(
    "example", REQUESTS, ids=lambda request: f"{request.parent.name}-{request.stem}"
)
def test_an_example_runs(example, monkeypatch, capsys):
    monkeypatch.setenv("TAPER_CONFIG", "")
    assert run(["plan", str(example)]) == 0
    assert "first day without it" in capsys.readouterr().out


@pytest.mark.parametrize(
    "example", REQUESTS, ids=lambda request: f"{request.parent.name}-{request.stem}"
)
def test_an_example_is_planned_as_it_was(example):
    request = example
    plan = make_plan(read(read_request(str(request), {}, "uk")[0]))
    out = io.StringIO()
    Console(file=out, width=100, color_system=None).print(schedule_table(plan, 100))
    made = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
    kept = request.with_suffix(".txt")
    if os.environ.get("TAPER_GOLDEN") == "write":
        kept.write_text(made, encoding="utf-8")
    assert made.splitlines() == kept.read_text(encoding="utf-8").splitlines()


# --- brands --------------------------------------------------------------------------------------

BRANDED = [p for p in formulary("uk").products.values() if p.brand]


@lru_cache(maxsize=64)
def branded_plan(product):
    label, often = product.usual[-1].label, frequency(product.interval)
    request = {"product": product.id, "dose": f"{label} {product.unit} {often}", "market": "uk"}
    return make_plan(read({**request, "start": "2026-12-07", "on_opioids_for": "3y"}))


@pytest.mark.parametrize("product", BRANDED, ids=lambda product: product.id)
def test_a_brand_is_kept_to_the_end_and_named(product):
    """The plan, each label and the hand-out name it, and no tablet of another brand is in it."""
    made = branded_plan(product)
    taken = {each.product for step in made.steps for each in (step.regimen, *step.companions)}
    assert taken == {product}
    used = {strength.label for step in made.steps for strength, _ in step.regimen.per_day}
    assert used <= {strength.label for strength in product.strengths}
    for fill in made.supply:
        assert all(product.brand in item.directions for item in fill.items)
    hand_out = unescape(str(render(made, ".html", Options())))
    others = {each.brand for each in BRANDED if each.brand.split()[0] != product.brand.split()[0]}
    assert product.brand in hand_out
    for text in (hand_out, render(made, ".csv", Options()), render(made, ".md", Options())):
        assert not {brand for brand in others if re.search(rf"\b{re.escape(brand)}\b", str(text))}
    assert product.name in str(render(made, ".md", Options()))
    assert product.brand in str(render(made, ".fhir.json", Options()))


@pytest.mark.parametrize("product", BRANDED, ids=lambda product: product.id)
def test_no_other_brand_is_proposed_as_a_remedy(product):
    others = {each.id for each in BRANDED if each is not product}
    for finding in branded_plan(product).findings:
        assert not others & set(finding.message.replace(":", " ").split()), finding.message


def test_a_label_with_the_brand_is_read_as_the_dose():
    product = formulary("uk").products["morphine-mr-zomorph"]
    label = branded_plan(product).supply[-1].items[0].directions
    assert label == "Take one 10 mg Zomorph capsule by mouth once a day, in the evening."
    assert read_dose(label, product) == read_dose("one 10 mg capsule once a day, evening", product)
