"""Laws of dispensing: the fills add up to what the steps need, to the tablet."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis.strategies import integers
from strategies import planned, requests

from taper.formulary.working_days import working_days
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
def test_fills_add_up_to_the_steps_and_never_run_out(fields):
    plan = planned(fields)
    need = needed_by_day(plan)
    left = {(item.product, item.strength): item.quantity for item in plan.dispensing.leftover}
    given_out: dict = {}
    for fill in plan.supply:
        for item in fill.items:
            key = (item.product, item.strength)
            given_out[key] = given_out.get(key, 0) + item.quantity
            assert item.quantity > 0
            if not item.product.is_liquid:
                assert item.quantity % THOUSAND == 0
        end = fill.date + timedelta(days=fill.days_supply)
        for key, by_day in need.items():
            used = sum(count for day, count in by_day.items() if day < end)
            spare = given_out.get(key, 0) - used
            assert 0 <= spare < THOUSAND  # at most the other half of a tablet
    for key, by_day in need.items():
        assert given_out[key] == sum(by_day.values()) + left.get(key, 0)
        assert left.get(key, 0) < THOUSAND
    assert set(given_out) == set(need)


@given(requests())
def test_fills_cover_the_plan_one_after_another(fields):
    plan = planned(fields)
    fills = plan.supply
    if not fills:
        assert len(plan.steps) <= 2
        return
    working = working_days(plan.request.formulary.market)
    day = plan.start
    for number, fill in enumerate(fills, 1):
        assert fill.number == number
        assert fill.date == day
        assert fill.not_before == working.on_or_before(day)
        assert fill.days_supply > 0
        day += timedelta(days=fill.days_supply)
    rows = [row for row in plan.steps[1:] if row.end is not None]
    assert day == rows[-1].end + DAY
    product = plan.request.product
    period = plan.request.regimens.interval // 24 if product.is_patch else 1
    asked = plan.request.fill.days if plan.request.fill else 28
    most = max(asked // period, 1) * period
    assert all(fill.days_supply <= most for fill in fills)
    ends = {row.end + DAY for row in rows}
    if fields["fill"] == "step":
        assert {row.start for row in rows} <= {fill.date for fill in fills}
    for fill in fills:
        end = fill.date + timedelta(days=fill.days_supply)
        begun = max(row.start for row in rows if row.start < end)
        if end not in ends and begun > fill.date:
            assert (end - begun).days >= 4  # never fewer than four days of the next row
        if end not in ends:
            assert fill.days_supply == most  # it goes on as long as it may


@given(requests())
def test_what_a_step_takes_is_what_the_document_counts(fields):
    plan = planned(fields)
    for row in plan.to_dict()["steps"]:
        for dose in row["doses"]:
            if dose["units"] and "/" not in dose["units"][0]["strength"]:
                product = next(
                    s.regimen.product for s in plan.steps if s.regimen.product.id == row["product"]
                )
                counted = {s.label: Fraction(s.amount, THOUSAND) for s in product.strengths}
                total = sum(
                    counted[unit["strength"]] * Fraction(unit["count"]) for unit in dose["units"]
                )
                assert total == Fraction(dose["amount"])
        assert sum(Fraction(dose["amount"]) for dose in row["doses"]) == Fraction(row["daily_dose"])


@given(requests(), integers(1, 300))
def test_what_is_on_hand_is_used_first_and_changes_no_dose(fields, count):
    plan = planned(fields)
    strength = next((s for row in plan.steps[1:] for s, _ in row.regimen.per_day), None)
    if strength is None or plan.request.product.is_liquid:
        return
    product = next(
        row.regimen.product
        for row in plan.steps[1:]
        if strength in {each for each, _ in row.regimen.per_day}
    )
    held = planned({**fields, "on_hand": [f"{count} x {strength.label}"]})
    assert [row.regimen.amounts for row in held.steps] == [
        row.regimen.amounts for row in plan.steps
    ]

    def total(made):
        items = [item for fill in made.supply for item in fill.items]
        mine = [i for i in items if i.product is product and i.strength == strength]
        return sum(item.quantity for item in mine)

    if held.request.on_hand[0].product is not product:
        return
    assert total(held) == max(total(plan) - count * THOUSAND, 0)
