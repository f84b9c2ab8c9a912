"""Laws of dispensing that compare plans, or look at the whole of the fills."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import assume, given
from hypothesis.strategies import integers
from strategies import planned, requests

from taper.quantities import THOUSAND

DAY = timedelta(days=1)


def needed_by_day(plan) -> dict:
    """Units of each strength on each day (of a patch: on the days on which it is changed)."""
    need: dict = {}
    for row in plan.steps[1:]:
        if row.end is None:
            continue
        for regimen in (row.regimen, *row.companions):
            day = row.start
            while day <= row.end:
                worn = regimen.interval // 24 if regimen.product.is_patch else 1
                if (day - plan.start).days % worn == 0:
                    for units in regimen.units:
                        for strength, count in units:
                            key = (regimen.product, strength)
                            by_day = need.setdefault(key, {})
                            times = regimen.most_often or 1
                            by_day[day] = by_day.get(day, 0) + count * times
                day += DAY
    return need


@given(requests())
def test_a_fill_that_ends_within_a_row_is_as_long_as_it_may_be(fields):
    plan = planned(fields)
    rows = [row for row in plan.steps[1:] if row.end is not None]
    ends = {row.end + DAY for row in rows}
    first = plan.steps[0].regimen
    period = first.interval // 24 if first.product.is_patch else 1
    most = (28 if fields["fill"] == "step" else plan.request.fill.days) // period * period
    for fill in plan.supply:
        if fill.date + timedelta(days=fill.days_supply) not in ends:
            assert fill.days_supply == max(most, period)
    if fields["fill"] == "step":  # each row begins a fill, if it needs anything
        begun = {fill.date for fill in plan.supply}
        days = {day for fill in plan.supply for day in _inside(fill)}
        assert not {row.start for row in rows} & days - begun


def _inside(fill) -> list:
    return [fill.date + number * DAY for number in range(1, fill.days_supply)]


@given(requests(), integers(1, 300))
def test_what_is_on_hand_is_used_first_and_changes_no_dose(fields, count):
    fields = {name: value for name, value in fields.items() if name not in {"on_hand", "split"}}
    plan = planned(fields)
    product = plan.request.product
    assume(not product.is_liquid)
    (strength, _), *_ = plan.steps[0].regimen.per_day
    held = planned({**fields, "on_hand": [f"{count} x {strength.label}"]})
    assert [row.regimen for row in held.steps] == [row.regimen for row in plan.steps]

    def total(made):
        items = [item for fill in made.supply for item in fill.items]
        mine = [i for i in items if i.product is product and i.strength == strength]
        return sum(item.quantity for item in mine)

    assert total(held) == max(total(plan) - count * THOUSAND, 0)
