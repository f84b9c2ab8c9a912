"""Laws of the readers of directions and names: what is printed is read, and nothing is guessed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taper.errors import InputError
from taper.formulary.market import MARKETS, formulary
from taper.formulary.words import lexicon
from taper.reading.dose import parse_prescription, read_dose
from taper.regimen.prescription import Prescription

PRODUCTS = [product for market in MARKETS for product in formulary(market).products.values()]
ORAL = [product for product in PRODUCTS if not product.is_patch and not product.is_liquid]
thousandths = st.integers(1, 10**6)

NUMBERS = [
    "1",
    "2",
    "one",
    "two",
    "1-2",
    "1 to 2",
    "1/2",
    "1.5",
    "0",
    "5",
    "10",
    "5-10",
    "30/15/30",
]
UNITS = [
    "mg",
    "mcg/h",
    "mL",
    "tab",
    "tablets",
    "capsule",
    "patch",
    "",
    "mg tablets",
    "mg (1 tablet)",
]
OFTEN = [
    "q6h",
    "q4-6h",
    "bid",
    "three times a day",
    "every 12 hours",
    "nightly",
    "daily",
    "a day",
    "weekly",
    "every 72 hours",
    "am and pm",
    "at bedtime",
    "5x/day",
    "up to 4 times a day",
    "",
]
WORDS = [
    "prn",
    "as needed for pain",
    "PO",
    "by mouth",
    "take",
    "for 7 days",
    "max 8 tablets a day",
    "max 40 mg/day",
    "do not crush",
    "with food",
    "#60",
    "then",
    "x",
    "/",
    ",",
    "325",
    "total",
]


@st.composite
def directions(draw) -> str:
    """Clauses of directions in any order, some of which make no sense together."""
    amount = f"{draw(st.sampled_from(NUMBERS))} {draw(st.sampled_from(UNITS))}"
    parts = [
        amount,
        draw(st.sampled_from(OFTEN)),
        *draw(st.lists(st.sampled_from(WORDS), max_size=3)),
    ]
    return " ".join(draw(st.permutations(parts))).strip()


def read(text, product, strength=None):
    """What is read; None if it is refused, with each problem marked within the text."""
    try:
        return read_dose(text, product, strength)
    except InputError as error:
        for problem in error.problems:
            assert problem.message
            assert problem.hint
            if problem.span is not None:
                assert 0 <= problem.span[0] <= problem.span[1] <= len(text)
        return None


@given(directions(), st.sampled_from(PRODUCTS), st.data())
def test_what_is_read_is_printed_and_read_as_the_same(text, product, data):
    strength = data.draw(st.sampled_from([None, *product.strengths]))
    found = read(text, product, strength)
    if found is not None:
        assert any(found.amounts)
        assert read_dose(str(found), product, strength) == found


@given(st.text(max_size=40), st.sampled_from(PRODUCTS))
def test_any_text_is_a_dose_or_an_error(text, product):
    found = read(text, product)
    if found is not None:
        assert read_dose(str(found), product) == found


@given(
    st.tuples(thousandths, thousandths).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([(24, 0), (12, 0), (8, 12), (6, 8), (4, 6), (3, 4)]),
    st.booleans(),
    st.integers(0, 10**6),
    st.sampled_from([(), ("bedtime",), ("evening",)]),
)
def test_every_field_of_a_prescription_is_printed_and_read(
    amounts, hours, prn, most_per_day, times
):
    low, high = amounts
    often, longest = hours
    written = Prescription(
        (low,),
        "mg",
        often,
        prn=prn,
        most=high,
        longest_hours=longest,
        most_per_day=most_per_day,
        times=times if often == 24 else (),
    )
    assert parse_prescription(str(written), "mg") == written


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(1, 8), st.sampled_from([15, 30, 60])),
            min_size=1,
            max_size=3,
            unique_by=lambda part: part[1],
        ),
        min_size=2,
        max_size=4,
    )
)
def test_the_units_of_each_administration_are_printed_and_read(listed):
    parts = tuple(tuple((500 * count, 1000 * each) for count, each in units) for units in listed)
    amounts = tuple(sum(count * each for count, each in units) // 1000 for units in parts)
    alike = len(set(parts)) == 1 and len(parts[0]) == 1 and parts[0][0][0] % 1000 == 0
    count = parts[0][0][0] // 1000 if alike else 0
    hours = {2: 12, 3: 8, 4: 6}[len(amounts)]
    written = Prescription(amounts, "mg", hours, count, parts=() if alike else parts)
    assert parse_prescription(str(written), "mg") == written


@given(
    st.sampled_from(["q6h", "bid", "every 8 hours"]),
    st.permutations(["10 mg", "OFTEN", "by mouth", "prn", "for 7 days"]),
)
def test_the_order_of_the_clauses_does_not_matter(often, clauses):
    text = " ".join(clauses).replace("OFTEN", often)
    assert parse_prescription(text, "mg") == parse_prescription(f"10 mg {often} prn", "mg")


@given(st.sampled_from(ORAL), st.data())
def test_a_number_of_tablets_is_what_the_strength_says(product, data):
    strength = data.draw(st.sampled_from(product.strengths))
    count = data.draw(st.integers(1, 4))
    found = read_dose(f"{count} {product.kind}s q6h", product, strength)
    assert found.amounts == (count * strength.amount,)
    assert found.other == count * strength.other
    assert found.strength == strength.label


NAMES = [
    "oxycodone",
    "morphine",
    "hydrocodone",
    "fentanyl",
    "apap",
    "hcl",
    "er",
    "ir",
    "tablet",
    "capsule",
    "solution",
    "patch",
    "5 mg",
    "10-325",
    "25 mcg/hr",
    "100 mg",
    "12 hr",
    "norco",
    "(percocet)",
    "MS Contin",
    "naloxone",
    "extended release",
    "oral tablet",
    "x 30",
    "zolpidem",
]


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), st.sampled_from(MARKETS))
def test_a_name_is_never_a_product_of_a_drug_that_it_does_not_tell(words, market):
    name = " ".join(words)
    try:
        found = formulary(market).identify(name)
    except InputError:
        return
    opioids = {word for word in words if word in lexicon().data["opioids"]}
    assert opioids <= {found.product.drug}
    assert not {"naloxone", "zolpidem"} & set(words)
    assert found == formulary(market).identify(f" {name.upper()}  ")


@given(
    st.tuples(*[st.sampled_from([5, 10, 15, 30, 200, 300, 325, 500])] * 2),
    st.sampled_from([p for p in ORAL if not p.is_combination and p.unit == "mg"]),
)
def test_two_doses_of_a_day_are_never_printed_as_a_combination(amounts, product):
    taken = tuple(1000 * amount for amount in amounts)
    written = Prescription(taken, "mg", 12, market=product.market)
    assert read_dose(str(written), product).amounts in {taken, taken[:1]}
