"""The whole taper against its slow twin, and the time it takes against the rule's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st
from slowly import Kitchen, points, taper
from strategies import DAYS_OF, PRODUCTS, dose_text, planned, requests, unit_amounts

from taper.engine.steps import REDUCE, STOP
from taper.quantities import plain, thousandths
from taper.request.rule import BASES

SMALL = 1500  # days' doses to enumerate at one opportunity


@st.composite
def small_tapers(draw):
    """A request small enough to enumerate, with what the slow twin needs."""
    product = draw(st.sampled_from(PRODUCTS))
    hours = draw(st.sampled_from([72, 168] if product.is_patch else [24, 12, 8]))
    number = 1 if product.is_patch else 24 // hours
    fields: dict[str, object] = {"product": product.id, "start": "2026-12-07"}
    if product.drug == "methadone":
        fields["indication"] = "pain"
    if product.is_liquid:
        (measure,) = unit_amounts(product, list(product.usual), halves=False)
        count = st.integers(-(-product.least_dose // measure), {1: 60, 2: 30, 3: 10}[number])
        taken = tuple(draw(count) * measure for _ in range(number))
        kitchen = Kitchen(
            [measure], number, 0, least=product.least_dose, measures=max(taken) // measure
        )
    else:
        kitchen, taken = draw(solid(product, number, fields))
    goal = 0
    if draw(st.integers(0, 3)) == 0 and len(kitchen.best()) ** number < SMALL / 4:
        lower = [total for total in kitchen.divided(taken) if total < sum(taken)]
        goal = draw(st.sampled_from(lower))
        if goal:
            fields["to"] = f"{plain(goal)} {product.unit}"
    fields["dose"] = dose_text(product, taken, hours)
    return fields, kitchen, taken, goal, hours


@st.composite
def solid(draw, product, number, fields):
    """Tablets, capsules, films or patches: a few strengths, few at a time."""
    by_amount = {s.amount: s for s in product.strengths if s.amount}
    chosen = draw(st.lists(st.sampled_from(sorted(by_amount)), min_size=1, max_size=3, unique=True))
    chosen.sort()
    fields["stock"] = [by_amount[amount].label for amount in chosen]
    halves = product.splittable and draw(st.booleans())
    fields["split"] = "halves" if halves else "none"
    fields["max_units"] = most = draw(st.integers(1, 3))
    kitchen = Kitchen(chosen, number, most, halves, product.least_dose)
    amounts = [amount for amount in kitchen.best() if amount]
    assume(amounts and len(kitchen.best()) ** number < SMALL)
    kitchen.other = {
        amount: by_amount[amount].other for amount in chosen if by_amount[amount].other
    }
    taken = tuple(draw(st.sampled_from(amounts)) for _ in range(number))
    combination = any(by_amount[amount].other for amount in chosen)
    if combination:  # never more units than now: the second ingredient must not rise
        kitchen.most = max(len(kitchen.best()[amount]) for amount in taken)
        kitchen = replace(kitchen, _best={}, _divided={})
    return kitchen, tuple(sorted(taken, reverse=True)) if combination else taken


@st.composite
def rules(draw, product, taken):
    """A rule in words, and as (reduction, until when) for the slow twin."""
    every = draw(st.sampled_from(["1w", "2w", "10d"]))
    tenths = st.integers(20, 250 * DAYS_OF[every] // 7)
    of = draw(st.sampled_from(BASES))
    if draw(st.integers(0, 3)) == 0:
        amount = max(sum(taken) * draw(tenths) // 1000, 1)
        fields = {"reduce": f"{plain(amount)} {product.unit}", "every": every, "of": of}
        return fields, [(amount, None)], "original", every
    first, second = (
        min(draw(tenths), 250),
        min(draw(tenths), 250),
    )  # a percentage is limited in one step too
    share = Fraction(first, 1000)
    text = f"{plain(first * 100)}%"
    if draw(st.booleans()):
        return {"reduce": text, "every": every, "of": of}, [(share, None)], of, every
    until = draw(st.integers(20, 90))
    phases = [f"{text}/{every} until {until}%", f"{plain(second * 100)}%/{every}"]
    parts = [(share, Fraction(until, 100)), (Fraction(second, 1000), None)]
    return {"phases": phases, "of": of}, parts, of, every


@given(small_tapers(), st.data())
def test_a_taper_is_that_of_the_rules_applied_by_hand(drawn, data):
    fields, kitchen, taken, goal, hours = drawn
    product = next(each for each in PRODUCTS if each.id == fields["product"])
    rule, parts, of, every = data.draw(rules(product, taken))
    last = data.draw(st.integers(0, 4))
    fields = {**fields, **rule}
    days = DAYS_OF[every]
    if last:
        fields["last_dose_for"] = f"{last * days}d"
    plan = planned(fields)
    period = hours // 24 if product.is_patch else 1
    between = -(-days // period) * period
    kept = -(-(last * days) // period) * period if last else 2 * between
    rows = taper(
        kitchen,
        taken,
        points(parts, of, sum(taken), goal),
        points(parts, "original", sum(taken), goal),
        goal=goal,
        last=Fraction(kept, between) if of != "original" else 0,
    )
    found = [
        ((step.start - plan.start).days, step.regimen.amounts, step.reason.kind == "unavoidable")
        for step in plan.steps[1:]
        if step.kind in {REDUCE, STOP}
    ]
    assert found == [(opportunity * between, now, hard) for opportunity, now, hard in rows]


@given(requests(simple=True))
def test_the_plan_takes_about_as_long_as_its_rule(fields):
    plan = planned(fields)
    made, daily = plan.request.regimens, plan.steps[0].daily
    text = str(fields["reduce"])
    of = fields.get("of", "original")
    share = (
        Fraction(text.rstrip("%")) / 100
        if text.endswith("%")
        else thousandths(text.partition(" ")[0])
    )
    straight = points([(share, None)], "original", daily, 0)
    earliest = next(n for n, asked in enumerate(straight) if 2 * asked.ideal < made.smallest)
    above = min([total for total in made.totals if total > made.smallest], default=daily)
    curve = points([(share, None)], of, daily, 0)
    reached = next(n for n, asked in enumerate(curve) if 2 * asked.ideal < made.smallest + above)
    every = plan.request.rule.parts[0].every
    period = made.interval // 24 if made.product.is_patch else 1
    day, taken = plan.start, 0
    while day < plan.stop_date:
        days = (every.after(day) - day).days
        day += timedelta(days=-(-days // period) * period)
        taken += 1
    assert taken >= earliest
    # two intervals at the smallest dose, and what halving at most each time adds to the end
    lag = 2 + (daily // made.smallest).bit_length() + made.number
    assert taken <= max(earliest, reached) + lag
