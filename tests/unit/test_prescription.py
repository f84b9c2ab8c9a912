"""The dose grammar: what is printed is read as the same, and nonsense is never read as a dose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.errors import InputError
from taper.reading.dose import parse_frequency, parse_prescription
from taper.regimen.prescription import Prescription, frequency

amounts = st.integers(1, 10**6)


@given(amounts, st.sampled_from([24, 12, 8, 6, 4]), st.integers(0, 20), st.booleans())
def test_one_amount(amount, hours, count, prn):
    scaled = amount * max(count, 1)
    prescription = Prescription((scaled,), "mg", hours, count, 0, prn)
    assert parse_prescription(str(prescription), "mg") == prescription


@given(st.sampled_from([(2, 12), (3, 8), (4, 6), (6, 4)]), st.data())
def test_one_amount_for_each_administration(slots, data):
    number, hours = slots
    taken = tuple(data.draw(st.lists(amounts, min_size=number, max_size=number)))
    prescription = Prescription(taken, "mg", hours)
    assert parse_prescription(str(prescription), "mg") == prescription


@given(st.text(max_size=30))
def test_any_text_is_a_dose_or_an_input_error(text):
    try:
        prescription = parse_prescription(text, "mg")
    except InputError:
        return
    assert any(prescription.amounts)
    assert parse_prescription(str(prescription), "mg") == prescription


@given(st.from_regex(r"[0-9./x]{1,8} ?(mg|mcg/h)?( q[0-9]{1,2}h| bid| prn){0,2}", fullmatch=True))
def test_the_mark_of_what_is_wrong_lies_within_what_was_written(text):
    problems = problems_of(text)
    for problem in problems:
        if problem.span:
            assert 0 <= problem.span[0] <= problem.span[1] <= len(problem.value)
    if not problems:
        prescription = parse_prescription(text, "mg")
        assert parse_prescription(str(prescription), "mg") == prescription


def problems_of(text):
    """What is wrong with a dose; nothing where it can be read."""
    try:
        parse_prescription(text, "mg")
    except InputError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("hours", [24, 12, 8, 6, 4, 48, 72, 96, 168])
def test_frequencies(hours):
    assert parse_frequency(frequency(hours)) == hours


@pytest.mark.parametrize(
    ("text", "amount", "other"),
    [
        ("7.5/325 mg q6h", 7500, 325_000),
        ("2 x 5/325 mg q6h", 10_000, 650_000),
        ("10 mg q6h", 10_000, 0),
    ],
)
def test_the_second_ingredient_of_a_combination(text, amount, other):
    prescription = parse_prescription(text, "mg", combination=True)
    assert (prescription.amounts, prescription.other) == ((amount,), other)
    assert str(prescription) == text
