"""A clinic's own products: checked, marked, kept in the request, and never in another's place."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from taper import InputError
from taper.course.saved import parse_plan
from taper.errors import FileFault
from taper.export import Options, render
from taper.formulary.local import Local, Unchecked, checked, load
from taper.formulary.market import formulary, home
from taper.planning.make import make_plan
from taper.planning.make import planned as plan
from taper.quantities import Ratio
from taper.reading import read

DROPS = {
    "id": "morphin-tropfen",
    "drug": "morphine",
    "form": "solution",
    "name": "Morphin-Tropfen",
    "brands": ["Stadtapotheke Morphin"],
    "unit": "mg",
    "strengths": ["5 mg/mL"],
    "intervals_hours": [4, 6],
    "handling": "liquid",
    "source": "manufacturing record",
}
TABLET = {
    "id": "oxycodon-mga",
    "drug": "oxycodone",
    "form": "mr",
    "unit": "mg",
    "strengths": ["5", "10", "20", "40"],
    "intervals_hours": [12],
    "handling": "swallow-whole",
    "source": "product information",
}
TOML = """
[sources]
R1 = "Manufacturing record 12"

[[product]]
id = "morphin-tropfen"
drug = "morphine"
form = "solution"
unit = "mg"
strengths = ["5 mg/mL"]
intervals_hours = [6]
handling = "liquid"

[product.sources]
strengths = ["R1"]
intervals = ["R1"]
"""


def made(entry=DROPS, dose="20 mg q6h", **more):
    fields = {"market": "uk", "start": "2026-12-07", "on_opioids_for": "3y", **more}
    return plan(entry["id"], dose, products=[entry], **fields)


def faults(market="us", **changed) -> list[str]:
    entry = {key: value for key, value in {**DROPS, **changed}.items() if value is not None}
    with pytest.raises(InputError) as caught:
        checked([entry], formulary(market))
    return [str(problem) for problem in caught.value.problems]


# --- the file -----------------------------------------------------------------------------------


def test_a_file_in_the_form_of_the_formulary(tmp_path):
    path = tmp_path / "praxis.toml"
    path.write_text(TOML, encoding="utf-8")
    found = plan(
        "morphin-tropfen", "20 mg q6h", products=path, market="uk", start="2026-12-07"
    ).request
    assert found.product.facts["sources"]["strengths"] == ["Manufacturing record 12"]
    assert found.formulary.sources_of(found.product) == ["Manufacturing record 12"]
    assert found.product.facts["file"] == "praxis.toml"


def test_what_an_entry_need_not_say_is_that_of_the_market():
    product = made().request.product
    assert (product.kind, product.release, product.measure) == ("liquid", "ir", 500)
    assert product.least_dose == 2000
    assert product.mme_of(80_000) == Ratio(80_000, 1000)
    assert set(product.facts["judgements"]) >= {"least_dose", "mme_factor"}
    tablet = made(TABLET, "40 mg q12h").request.product
    assert (tablet.kind, tablet.release, tablet.max_units) == ("tablet", "er", 4)
    assert not tablet.splittable


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": "Morphin Tropfen"}, "id 'Morphin Tropfen' is not one"),
        ({"drug": None}, "drug is missing"),
        ({"unit": "ml"}, "unit 'ml' is not known"),
        ({"strengths": []}, "strengths is missing"),
        ({"strengths": ["5"]}, "'5' is not a strength"),
        ({"strengths": ["5 mg/mL", "2 mg/mL"], "kind": "liquid"}, "not in order"),
        ({"strengths": ["0 mg/mL"]}, "'0 mg/mL' is not a strength"),
        ({"intervals_hours": [5]}, "not hours between doses"),
        ({"intervals_hours": []}, "not hours between doses"),
        ({"handling": "swallow-whole"}, "handling 'swallow-whole' is not known"),
        ({"source": None}, "source is missing"),
        ({"source": ""}, "source is missing"),
        ({"mme_factor": "2"}, "mme_factor 2 is not that of the CDC 2022 table"),
        ({"least_dose": "some"}, "least_dose 'some' is not an amount"),
        ({"seldom_stocked": ["5 mg/mL"]}, "not a part of the strengths"),
        ({"strenghts": ["5"]}, "there is no field 'strenghts'"),
        ({"name": "Morphin\x07"}, "name cannot be printed"),
        ({"mme_basis": "1"}, "mme_basis is not two numbers"),
        ({"measure_ml": "-1"}, "measure_ml '-1' is not an amount"),
    ],
)
def test_every_fault_is_told(changed, said):
    found = faults(**changed)
    assert any(said in text for text in found), found


def test_the_release_of_a_tablet_is_never_inferred():
    entry = {**TABLET, "form": "tablet"}
    with pytest.raises(InputError, match="release is missing"):
        checked([entry], formulary("uk"))


def test_a_factor_for_a_drug_that_the_table_does_not_have():
    found = faults("us", drug="tilidine", mme_factor="0.2")
    assert any("it has none" in text for text in found)
    assert made({**DROPS, "drug": "tilidine"}).steps[0].regimen.product.mme is None


@pytest.mark.parametrize(
    "taken",
    [
        {"id": "morphine-solution"},
        {"name": "Morphine oral solution"},
        {"brands": ["ORAMORPH"]},
        {"names": ["Oramorph oral solution"]},  # without its form it is the brand itself
        {"names": ["Zydol"]},
    ],
)
def test_none_takes_the_place_of_one_that_is_built_in(taken):
    assert any("is built in and stays" in text for text in faults("uk", **taken))


def test_an_id_stands_once():
    with pytest.raises(InputError, match="stands twice"):
        checked([DROPS, DROPS], formulary("uk"))


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileFault, match="cannot be read"):
        load(tmp_path / "missing.toml")
    for text, said in [
        ("product = [", "not TOML"),
        ("[formulary]\nmarket = 'de'\n", "no product"),
        ("[[product]]\nid = 'a'\n[stock]\na = 1\n", "'stock' is not read"),
        ("product = [1]", "a product is a table"),
    ]:
        path = tmp_path / "a.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            load(path)


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["morphin-tropfen", "MORPHIN-TROPFEN", "Stadtapotheke Morphin"])
def test_it_is_found_by_its_own_names(name):
    known = home(made().request.product)
    assert known.find(name).is_local


@pytest.mark.parametrize("name", ["morphine oral solution", "Oramorph", "morphine-solution"])
def test_names_of_built_in_products_mean_what_they_meant(name):
    known = home(made().request.product)
    found = known.find(name)
    assert found.id == formulary("uk").find(name).id
    assert not found.is_local


def test_a_name_of_the_drug_alone_never_finds_it():
    known = home(made({**TABLET, "strengths": ["7"]}, "7 mg q12h").request.product)
    with pytest.raises(InputError):
        known.find("oxycodone 7 mg modified-release tablets")


# --- the plan -----------------------------------------------------------------------------------


def test_the_request_is_complete():
    found = made()
    text = found.to_json()
    assert parse_plan(text).to_json() == text
    assert make_plan(read(json.loads(text)["request"])).to_json() == text


def test_only_products_of_the_plan_s_opioids_are_kept():
    fields = {"market": "uk", "start": "2026-12-07", "products": [DROPS, TABLET]}
    own = plan("morphin-tropfen", "20 mg q6h", **fields).to_dict()["request"]["products"]
    assert [entry["id"] for entry in own] == ["morphin-tropfen"]
    other = plan("co-codamol", "30/500 mg qid", **fields)
    assert "products" not in other.to_dict()["request"]


def test_a_plan_without_them_is_the_same_with_the_file():
    fields = {"market": "uk", "start": "2026-12-07", "on_opioids_for": "3y"}
    alone = plan("fentanyl-patch-matrifen", "50 mcg/h", **fields)
    beside = plan("fentanyl-patch-matrifen", "50 mcg/h", **fields, products=[DROPS])
    assert beside.to_json() == alone.to_json()


def test_it_is_marked_in_every_output():
    found = made()
    assert found.request.product.name == "Morphin-Tropfen (local product)"
    (note,) = [each for each in found.findings if each.id == "local-product"]
    assert note.level == "note"
    assert note.message.startswith("Morphin-Tropfen is a product of the clinic's own, from ")
    taken = [step for step in found.steps if step.daily]
    assert all("local-product" in step.findings for step in taken)
    for suffix in (".json", ".csv", ".md", ".html", ".fhir.json", ".xlsx", ".ics", ".txt"):
        data = render(found, suffix, Options())
        if isinstance(data, str):
            assert "local product" in data or "local-product" in data, suffix


def test_a_change_to_it_and_one_beside_it():
    own = {**DROPS, "id": "oxy-liquid", "drug": "oxycodone", "name": "Oxycodon drank"}
    own |= {"brands": [], "strengths": ["1 mg/mL"]}
    fields = {"market": "uk", "start": "2026-12-07", "on_opioids_for": "3y", "products": [own]}
    found = plan("oxycodone-mr-longtec", "20 mg q12h", finish_with="oxy-liquid", **fields)
    assert found.steps[-2].regimen.product.is_local
    assert "local-product" in {each.id for each in found.findings}
    text = found.to_json()
    assert make_plan(read(json.loads(text)["request"])).to_json() == text


def test_a_saved_entry_that_another_hand_made_wrong_is_refused():
    document = copy.deepcopy(made().to_dict())
    document["request"]["products"][0]["strengths"] = ["5"]
    with pytest.raises(InputError, match="is not a strength"):
        read(document["request"])


def test_what_the_workers_of_a_batch_are_given():
    text = Unchecked.of([DROPS])
    again = pickle.loads(pickle.dumps(text))
    assert isinstance(again, Unchecked)
    assert checked(again, formulary("uk")) == checked([DROPS], formulary("uk"))
    assert Local("").entries == []
    with pytest.raises(InputError, match="unit"):
        Unchecked.of([{**DROPS, "unit": "ml"}])
