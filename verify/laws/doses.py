"""Laws of the doses (SPEC 4.1, 4.2, 4.4, 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verify.laws.law import law
from verify.medicine import THOUSAND
from verify.shelf import tablets
from verify.times import AS_NEEDED, divide, fallen, usual
from verify.view import UP_AND_DOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.shelf import Units
    from verify.view import Plan, Step


@law("4.1")
def units_add_up(plan: Plan) -> Iterator[str]:
    """Units add up to the administration, and administrations to the daily dose."""
    for row in plan.steps:
        for (time, amount), way in zip(row.taken, row.units, strict=True):
            if sum(strength.amount * count for strength, count in way) != amount * THOUSAND:
                yield f"step {row.number}, {time}: the units do not add up to {amount}"
        if sum(amount for _, amount in row.taken) != row.daily:
            yield f"step {row.number}: the administrations do not add up to {row.daily}"
        if any(amount <= 0 for _, amount in row.taken):
            yield f"step {row.number}: an administration of nothing"


@law("4.1")
def doses_can_be_taken(plan: Plan) -> Iterator[str]:
    """Every administration is made of whole units, within the limits of the product."""
    for row in plan.steps:
        if not row.taken:
            continue
        for way in row.units:
            yield from (f"step {row.number}: {text}" for text in _administration(plan, row, way))


def _administration(plan: Plan, row: Step, way: Units) -> Iterator[str]:
    product, mine = row.product, row.product is plan.product
    halves = plan.request.get("split") == "halves" and product.facts.get("splittable")
    grain = product.measure if product.is_liquid else THOUSAND // (2 if halves else 1)
    if not grain or any(count <= 0 or count % grain for _, count in way):
        yield "not whole units"
    amount = sum(strength.amount * count for strength, count in way)
    if amount < product.least * THOUSAND:
        yield "less than the least single dose"
    if not mine or row.number == 0:
        return
    if any(strength not in plan.shelf.strengths for strength, _ in way):
        yield "a strength that is not in use"
    most = plan.shelf.most * (grain if product.is_liquid else THOUSAND)
    if sum(count for _, count in way) > most:
        yield "more units at one administration than allowed"


@law("4.1")
def other_ingredient_never_rises(plan: Plan) -> Iterator[str]:
    """Of a combination: its other ingredient, tablets a day and tablets at once never rise."""
    for before, row in plan.turns:
        if not row.product.is_combination or row.product is not before.product or not row.taken:
            continue
        if row.kind == "step-back":
            continue
        now, then = tablets(row.units), tablets(before.units)
        if any(a > b for a, b in zip(now, then, strict=True)):
            yield f"step {row.number}: {then} rises to {now} (mg, tablets a day, tablets at once)"


@law("4.2")
def no_dose_rises(plan: Plan) -> Iterator[str]:
    """By rank, no administration is larger than the one before; nor the day, nor their number."""
    for before, row in plan.turns:
        if row.kind == "step-back":
            continue
        if row.product is not before.product:
            salt = row.daily * row.product.basis, before.daily * before.product.basis
            if row.kind == "change" and salt[0] > salt[1]:
                yield f"step {row.number}: a change that raises the daily dose"
            continue
        yield from (f"step {row.number}: {text}" for text in _rises(before, row))


def _rises(before: Step, row: Step) -> Iterator[str]:
    if row.daily > before.daily:
        yield f"{before.daily} a day rises to {row.daily}"
    if not row.needed and len(row.amounts) > len(before.amounts):
        yield "more administrations than before"
    pairs = zip(row.amounts, before.amounts, strict=False)
    for now, then in [*pairs][:1] if row.needed else pairs:
        if now > then:
            yield f"{then} rises to {now}"


@law("4.7")
def only_reductions_reduce(plan: Plan) -> Iterator[str]:
    """A reduction and the stop lower the dose; a baseline, a hold and a goal change nothing."""
    for before, row in plan.turns:
        if row.kind in {"reduce", "stop"}:
            if row.product is before.product and row.daily >= before.daily:
                yield f"step {row.number}: a {row.kind} that does not reduce"
        elif row.kind in UP_AND_DOWN or row.product is not before.product:
            continue
        elif row.taken != before.taken:
            yield f"step {row.number}: a {row.kind} that changes what is taken"


@law("4.4")
def zero_follows_the_smallest(plan: Plan) -> Iterator[str]:
    """Zero follows only a single administration of the smallest amount."""
    for before, row in plan.turns:
        if (row.daily == 0) != (row.kind == "stop") or bool(row.taken) != bool(row.daily):
            yield f"step {row.number}: a {row.kind} of {row.daily}"
        if row.kind != "stop" or not _of_the_rule(plan, row):
            continue
        if before.amounts != (plan.shelf.smallest,):
            yield f"step {row.number}: the stop follows {before.amounts}"


def _of_the_rule(plan: Plan, row: Step) -> bool:
    """Whether a row is one of the main product that the rule chose."""
    guided = plan.request.get("guideline") == "cdc-2022-short"
    mine = row.product is plan.product and row.product.id == plan.current.product.id
    return mine and not guided and plan.request.get("split") != "halves"


@law("4.5")
def least_sum_of_squares(plan: Plan) -> Iterator[str]:
    """A daily dose is divided with the least sum of squares of all ways that are allowed."""
    for before, row in plan.cuts:
        if not _of_the_rule(plan, row) or row.needed:
            continue
        shelf = plan.shelf
        limits = tablets(before.units) if shelf.product.is_combination else None
        best = shelf.divided(row.daily, before.amounts, limits)
        if row.amounts != best:
            yield f"step {row.number}: {row.amounts} where {best} is better"


@law("3.2, 4.5")
def given_at_the_times_of_day(plan: Plan) -> Iterator[str]:
    """Times follow from the number; the larger amounts stand where they stood."""
    favor = plan.request.get("favor")
    for before, row in plan.turns:
        if not row.taken or row.needed:
            continue
        if row.kind == "change":
            number, patch = len(row.taken), row.product.is_patch
            at = tuple(time for time, _ in row.taken)
            if at not in {usual(number, patch=patch), fallen(before.taken, number)}:
                yield f"step {row.number}: at {at}"
        elif row.product is before.product and row.kind == "reduce":
            wanted = divide(row.amounts, before.taken, favor)
            if row.taken != wanted:
                yield f"step {row.number}: {row.taken}, not {wanted}"
    times = tuple(time for time, _ in plan.current.taken)
    if AS_NEEDED not in times and plan.current.product.is_patch and times != ("patch",):
        yield f"step 0: a patch at {times}"


@law("4.5")
def fewest_units(plan: Plan) -> Iterator[str]:
    """Fewest units, then fewest strengths in the day, then larger strengths first."""
    if plan.request.get("prefer") == "fewest-strengths":
        return
    for row in plan.rows:
        if not _of_the_rule(plan, row) or not row.taken or row.amounts == plan.current.amounts:
            continue
        if any(amount not in plan.shelf.ways for amount in row.amounts):
            yield f"step {row.number}: {row.amounts} cannot be made of the strengths in use"
            continue
        wanted = dict(zip(row.amounts, plan.shelf.units(row.amounts), strict=True))
        for (time, amount), way in zip(row.taken, row.units, strict=True):
            if wanted.get(amount) != way:
                yield f"step {row.number}, {time}: {amount} has better units"


@law("4.5")
def equal_doses_have_equal_units(plan: Plan) -> Iterator[str]:
    """Rows of one dose after another are made of the same units.

    With the fewest strengths over the plan, what is taken now may be made of others.
    """
    chosen = plan.request.get("prefer") == "fewest-strengths"
    for before, row in plan.turns[1:] if chosen else plan.turns:
        same = row.product is before.product and row.taken == before.taken
        if same and row.units != before.units:
            yield f"step {row.number}: other units for the same dose"
