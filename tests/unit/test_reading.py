"""Reading a request: what is loose, what is forgotten, what cannot be meant."""

from __future__ import annotations

import pytest

from taper import InputError, Refused
from taper.planning.make import planned as plan
from taper.request.fields import FIELDS

START = "2026-12-07"
REQUEST = {"product": "morphine-er", "dose": "30 mg q12h", "start": START}


def faults(**fields) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        plan(**{**REQUEST, **fields})
    return {problem.field: str(problem) for problem in caught.value.problems}


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "start"])
def test_an_empty_text_is_not_a_default(name):
    found = faults(**{name: ""})
    assert found[name].startswith(f"{name}: the text is empty (hint: leave it out")
    assert list(found) == [name]


@pytest.mark.parametrize("name", ["holds", "stock", "risks"])
def test_an_empty_text_in_a_list_is_not_a_default(name):
    assert "the text is empty" in faults(**{name: [" "]})[name]
    assert plan(**REQUEST, **{name: []}).to_json() == plan(**REQUEST).to_json()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reduce_on": ["sunset"]}, "reduce_on"),
        ({"reduce_on": ["tu"]}, "reduce_on"),
        ({"reduce_on": ["s"]}, "reduce_on"),
        ({"holds": ["2w@every\u0664"]}, "holds"),
        ({"on_opioids_for": "99999y"}, "on_opioids_for"),
        ({"on_opioids_for": "121y"}, "on_opioids_for"),
        ({"over": "11y"}, "over"),
    ],
)
def test_what_looks_like_a_value_and_is_none(fields, field):
    assert field in faults(**fields)


@pytest.mark.parametrize("day", ["tue", "Tue", "tues", "Tuesday", "TUESDAYS"])
def test_days_of_the_week(day):
    assert plan(**REQUEST, reduce_on=[day]).request.text["reduce_on"] == ["tue"]


def test_names_are_known_in_any_letter_case():
    made = plan(**REQUEST, guideline="CDC-2022-Weekly")
    assert made.request.text["guideline"] == "cdc-2022-weekly"
    also = ["OxyContin 10 mg q12h"]
    kept = plan(**REQUEST, also=also, keep=["OXYCONTIN"])
    assert kept.request.text["keep"] == ["oxycodone-er"]


def test_a_year_is_a_length_of_a_taper():
    assert plan(**REQUEST, over="1y").stop_date <= plan(**REQUEST, by="2027-12-07").stop_date


def test_a_number_in_the_name_of_what_else_is_taken_is_no_dose():
    made = plan(**REQUEST, also=["hydrocodone 24 hour tablet 20 mg q24h"])
    assert made.request.text["also"] == ["hydrocodone-er 20 mg q24h"]
    assert "has no dose" in faults(also=["oxycodone-ir"])["also"]


@pytest.mark.parametrize("at", ["0 mg", "60 mg", "500 mg", "100%"])
def test_a_change_of_product_comes_below_the_current_dose(at):
    found = faults(finish_with="morphine-solution", finish_at=at)
    assert "not above 0 and below the current dose" in found["finish_at"]


def test_a_reduction_is_at_most_what_is_taken_in_a_day():
    assert "more than what is taken, 60 mg a day" in faults(reduce="999 mg", every="520w")["reduce"]
    phases = ["61 mg/520w until 50%", "5%/2w"]
    assert "61 mg at a time" in faults(phases=phases)["phases"]
    assert "at a time" not in str(faults(reduce="60 mg", every="520w", to="0.1"))


@pytest.mark.parametrize("product", ["morphine-er", "oxycodone-ir", "fentanyl-patch"])
def test_a_missing_dose_is_hinted_at_with_the_smallest_strength(product):
    with pytest.raises(InputError) as caught:
        plan(product, start=START)
    (problem,) = caught.value.problems
    example = problem.hint.removeprefix("what is taken now: ")
    first = plan(product, example, start=START).steps[0]
    assert first.regimen.units[0][0][0] == min(first.regimen.product.usual, key=lambda s: s.amount)


@pytest.mark.parametrize(
    ("written", "kept", "counted"),
    [
        ("12 mcg/h", "12 mcg/h q72h", "12.5"),
        ("12.5 mcg/h", "12 mcg/h q72h", "12.5"),
        ("2 x 12 mcg/h", "2 x 12 mcg/h q72h", "25"),
        ("25 mcg/h q48h", "25 mcg/h q48h", "25"),
    ],
)
def test_a_patch_is_written_by_its_label_and_counted_as_it_releases(written, kept, counted):
    made = plan("fentanyl-patch", written, start=START)
    document = made.to_dict()
    assert document["request"]["dose"] == kept
    assert document["steps"][0]["daily_dose"] == counted
    assert plan(**document["request"]).to_json() == made.to_json()


def test_no_day_left_is_a_fault_of_what_is_avoided():
    fields = {"product": "buprenorphine-patch", "dose": "10 mcg/h", "start": "2026-12-12"}
    with pytest.raises(InputError) as caught:
        plan(**fields, avoid=["weekends"])
    assert [problem.field for problem in caught.value.problems] == ["avoid"]


@pytest.mark.parametrize(
    ("reduce", "said"), [("67.501 mg", "25.0004% a week"), ("80 mg", "29.6% a week")]
)
def test_a_pace_over_the_limit_is_shown_as_one(reduce, said):
    with pytest.raises(Refused, match="over the limit of 25%") as caught:
        plan("morphine-er", "90 mg q8h", reduce=reduce, start=START)
    assert said in str(caught.value)
