"""The rows of a plan are those of the second reading of the contract (``verify.planner``)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import PRODUCTS, amounts, calendars, dose_text, frequencies, rates, unit_amounts

from taper.errors import InputError
from taper.planning.make import make_plan
from taper.reading import read
from verify.clock import CannotPlan
from verify.laws import LAWS
from verify.planner import plan
from verify.view import Plan
from verify.words import asked

SAME_ROWS = LAWS["rows-are-those-of-the-second-reading"]
NOTHING_LEFT = ("no lower dose", "never ends", "no day is left on which")
US = [product for product in PRODUCTS if product.market == "us"]


@st.composite
def plain_requests(draw: st.DrawFn) -> dict[str, object]:
    """What the second reading can read: one product, one rule, holds and days to avoid."""
    product = draw(st.sampled_from(US))
    hours = draw(frequencies(product))
    fields: dict[str, object] = {"product": product.id, "indication": "pain"}
    if product.is_combination:
        tablet = draw(st.sampled_from(product.usual))
        count = draw(st.integers(1, product.max_units))
        written = tablet.label if count == 1 else f"{count} x {tablet.label}"
        fields["dose"] = f"{written} {product.unit} q{hours}h"
        taken = (tablet.amount * count,) * (24 // hours)
    else:
        in_use = list(product.usual[:1] if product.is_liquid else product.usual)
        units = unit_amounts(product, in_use, halves=False)
        number = 1 if product.is_patch else 24 // hours
        taken = draw(amounts(product, units, product.max_units, number))
        fields["dose"] = dose_text(product, taken, hours)
    fields |= draw(rates(product, taken)) | draw(calendars(product, taken))
    avoided = [day for day in fields.pop("avoid", []) if day == "weekends"]
    weekdays = fields.pop("reduce_on", [])[:1]
    fields |= {"avoid": avoided} if avoided else {}
    if "holds" in fields:  # a month is 28 days there
        texts = [text.replace("1mo@", "4w@") for text in fields["holds"]]
        fields["holds"] = [text for text in texts if not text.endswith("mcg/h")]  # 12 is 12.5
    return fields | ({"reduce_on": weekdays[0]} if weekdays else {})


@given(plain_requests())
def test_the_rows_are_those_of_the_second_reading(fields):
    try:
        rows = plan(asked(fields))
    except CannotPlan:
        with pytest.raises(InputError, match="|".join(NOTHING_LEFT)):
            make_plan(read(fields))
        return
    assume(rows)
    document = make_plan(read(fields)).to_dict()
    assert list(SAME_ROWS.check(Plan(document, rows))) == []
