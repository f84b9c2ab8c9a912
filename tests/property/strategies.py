"""Requests of every kind, by construction such as can be planned.

A request is drawn as its fields, in the words that a person would write. Doses are put together
from units of the product, so that they can be made; everything else is left to chance.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import assume
from hypothesis import strategies as st

from taper.errors import InputError
from taper.formulary.market import formulary
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS, Product
from taper.planning.make import make_plan
from taper.quantities import THOUSAND, plain
from taper.reading import read
from taper.reading.medicine import FAVORED
from taper.request.fields import RISKS, WEEKDAYS
from taper.request.rule import BASES

if TYPE_CHECKING:
    from taper.planning.plan import Plan

US = formulary("us")
PRODUCTS = sorted(US.products.values(), key=lambda product: product.id)
EVERY = ("1w", "1w", "2w", "4w", "1mo", "10d", "5d", "3w")
DAYS_OF = {"1w": 7, "2w": 14, "4w": 28, "1mo": 28, "10d": 10, "5d": 5, "3w": 21}
# what the engine says of a request that is sound but leads nowhere
_NOWHERE = (
    "at this pace the taper never",
    "no day is left on which",
    "makes no dose at or below",
    "and the change is at",
    "cannot make the goal",
    "no reduction every",
    "mg of acetaminophen",
    "no lower dose down to",
    "a day cannot be made",  # a goal: two tablets of a combination are planned in that alone
)


def planned(fields: dict[str, object]) -> Plan:
    """The plan of a drawn request; one that leads nowhere is passed over."""
    try:
        return make_plan(read(fields))
    except InputError as error:
        assume(not any(words in str(error) for words in _NOWHERE))
        raise


@st.composite
def strengths(draw: st.DrawFn, product: Product) -> tuple[list[str], list]:
    """What ``stock`` says (often nothing), and the strengths that are then in use."""
    usual = list(product.usual[:1] if product.is_liquid else product.usual)
    if draw(st.integers(0, 3)):
        return [], usual
    chosen = draw(st.lists(st.sampled_from(product.strengths), min_size=1, unique=True))
    in_use = [strength for strength in product.strengths if strength in chosen]
    return [s.label for s in in_use], in_use[:1] if product.is_liquid else in_use


def unit_amounts(product: Product, in_use: list, halves: bool) -> list[int]:
    """The amounts of single units: tablets, halves, measures."""
    if product.is_liquid:
        return [in_use[0].amount * product.measure // THOUSAND]
    whole = [strength.amount for strength in in_use]
    return whole + [amount // 2 for amount in whole if halves and amount % 2 == 0]


@st.composite
def amounts(
    draw: st.DrawFn, product: Product, units: list[int], most: int, number: int, below: tuple = ()
) -> tuple[int, ...]:
    """What is taken at each administration, none above that of ``below``."""
    caps = below or (10**9,) * number
    alike = not below and draw(st.integers(0, 2)) > 0
    found: list[int] = []
    for cap in caps:
        if alike and found:
            found.append(found[0])
            continue
        if product.is_liquid:
            top = min(40 if number > 2 else 80, cap // units[0])
            amount = draw(st.integers(0, top)) * units[0]
        else:
            taken = draw(st.lists(st.sampled_from(units), min_size=0, max_size=most))
            amount = sum(taken)
        found.append(amount if product.least_dose <= amount <= cap else 0)
    if not any(found):
        smallest = min(unit for unit in _least(product, units) if unit <= max(caps))
        found[caps.index(max(caps))] = smallest
    return tuple(found)


def _least(product: Product, units: list[int]) -> list[int]:
    """Single doses that may be given, the least first."""
    if product.is_liquid:
        return [-(-max(product.least_dose, 1) // units[0]) * units[0]]
    return sorted(unit for unit in units if unit >= product.least_dose)


def dose_text(product: Product, taken: tuple[int, ...], hours: int) -> str:
    """The dose as it is prescribed."""
    often = "q7d" if hours == 168 else f"q{hours}h"
    if len(set(taken)) == 1:
        return f"{plain(taken[0])} {product.unit} {often}"
    return f"{'/'.join(plain(amount) for amount in taken)} {product.unit}"


@st.composite
def medicines(draw: st.DrawFn, products: list[Product] | None = None) -> tuple[dict, tuple]:
    """A product with its dose and strengths; and what is known of it for the other fields."""
    product = draw(st.sampled_from(products or PRODUCTS))
    stock, in_use = draw(strengths(product))
    halves = product.splittable and draw(st.integers(0, 3)) == 0
    units = unit_amounts(product, in_use, halves)
    assume(product.is_liquid or any(unit >= product.least_dose for unit in units))
    hours = draw(
        st.sampled_from(PATCH_INTERVALS if product.is_patch else ORAL_INTERVALS)
        if draw(st.integers(0, 3)) == 0
        else st.sampled_from(
            [h for h in product.intervals_hours if h in (*ORAL_INTERVALS, *PATCH_INTERVALS)]
        )
    )
    number = 1 if product.is_patch else 24 // hours
    raised = draw(st.integers(0, 9)) == 0
    most = product.max_units + 2 if raised else product.max_units
    taken = draw(amounts(product, units, most, number))
    combination = any(strength.other for strength in in_use)
    if combination and len(set(taken)) > 1 and len(taken) == 2 and taken[1] > taken[0]:
        taken = taken[::-1]  # 5/10 mg of a combination would name its second ingredient
    fields: dict[str, object] = {"product": product.id, "dose": dose_text(product, taken, hours)}
    if product.drug == "methadone":
        fields["indication"] = "pain"  # once a day it may be treatment
    if stock:
        fields["stock"] = stock
    if halves:
        fields["split"] = "halves"
    return fields, (product, units, taken)


@st.composite
def rates(draw: st.DrawFn, product: Product, taken: tuple[int, ...]) -> dict[str, object]:
    """A reduction within the band, as a percentage or as an amount."""
    every = draw(st.sampled_from(EVERY))
    most = 250 * DAYS_OF[every] // 7
    tenths = draw(st.integers(20, min(most, 500)) | st.sampled_from([100, min(250, most)]))
    fields: dict[str, object] = {"every": every}
    if draw(st.integers(0, 3)):
        tenths = min(tenths, 250)  # in one step
        fields["reduce"] = f"{tenths // 10}.{tenths % 10}%"
        fields["of"] = draw(st.sampled_from(BASES))
    else:
        amount = max(sum(taken) * tenths // 1000, 1)
        fields["reduce"] = f"{plain(amount)} {product.unit}"
    return fields


@st.composite
def holds(draw: st.DrawFn, product: Product, taken: tuple[int, ...], start: date) -> list[str]:
    """Holds of every kind."""
    lengths = st.sampled_from(["1w", "2w", "10d", "1mo", "3d"])
    shares = st.integers(5, 95)
    kinds = st.one_of(
        st.builds(lambda n, k: f"{n}@every{k}", lengths, st.integers(1, 5)),
        st.builds(lambda n, s: f"{n}@{s}%", lengths, shares),
        st.builds(
            lambda n, s: f"{n}@{plain(sum(taken) * s // 100)} {product.unit}", lengths, shares
        ),
        st.builds(_dated, st.just(start), st.integers(-10, 300), st.integers(0, 40)),
    )
    return draw(st.lists(kinds, min_size=1, max_size=3))


def _dated(start: date, after: int, days: int) -> str:
    first = date.fromordinal(start.toordinal() + after)
    return f"{first.isoformat()}..{date.fromordinal(first.toordinal() + days).isoformat()}"


@st.composite
def calendars(draw: st.DrawFn, product: Product, taken: tuple[int, ...]) -> dict[str, object]:
    """When reductions may begin."""
    start = draw(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    fields: dict[str, object] = {"start": start.isoformat()}
    if draw(st.booleans()):
        fields["holds"] = draw(holds(product, taken, start))
    if draw(st.integers(0, 3)) == 0:
        fields["baseline"] = draw(st.sampled_from(["1w", "3d", "1mo", "4w"]))
    if draw(st.integers(0, 3)) == 0:
        fields["avoid"] = draw(
            st.sampled_from([["weekends"], ["holidays:US"], ["weekends", "holidays:US"]])
        )
    if draw(st.integers(0, 3)) == 0:
        fields["reduce_on"] = draw(
            st.lists(st.sampled_from(WEEKDAYS[:5]), min_size=1, max_size=3, unique=True)
        )
    return fields


@st.composite
def requests(
    draw: st.DrawFn, products: list[Product] | None = None, *, simple: bool = False
) -> dict[str, object]:
    """A whole request; ``simple`` leaves out holds, avoided days, goals and other products."""
    fields, (product, units, taken) = draw(medicines(products))
    fields.update(draw(rates(product, taken)))
    if draw(st.integers(0, 3)) == 0:
        fields["prefer"] = "fewest-strengths"
    if draw(st.integers(0, 3)) == 0:
        fields["favor"] = draw(st.sampled_from(FAVORED))
    if simple:
        return {**fields, "start": "2026-12-07"}
    fields.update(draw(calendars(product, taken)))
    if draw(st.integers(0, 3)) == 0:
        goal = draw(amounts(product, units, product.max_units, len(taken), below=taken))
        if sum(goal) < sum(taken):
            fields["to"] = f"{plain(sum(goal))} {product.unit}"
    if draw(st.integers(0, 3)) == 0:
        fields["last_dose_for"] = draw(st.sampled_from(["1w", "4w", "1d", "2mo"]))
    fields["as_needed"] = draw(st.sampled_from(["fixed", "keep"]))
    fields["fill"] = draw(st.sampled_from(["28d", "7d", "step", "10d", "4w", "90d"]))
    fields["checks"] = draw(st.sampled_from(["standard", "close", "none"]))
    if draw(st.booleans()):
        fields["on_opioids_for"] = draw(st.sampled_from(["8w", "3y", "11mo"]))
    fields["risks"] = draw(st.lists(st.sampled_from(RISKS), unique=True, max_size=3))
    fields["specialist"] = "Dr A. Example"
    if draw(st.integers(0, 2)) == 0:
        fields.update(draw(finishes(product, units, sum(taken))))
    if draw(st.integers(0, 3)) == 0:
        finer = str(fields.get("finish_with", "")).split()[:1]
        fields.update(draw(others(product, finer)))
        fields["indication"] = "pain"
    return fields


@st.composite
def finishes(draw: st.DrawFn, product: Product, units: list[int], daily: int) -> dict[str, object]:
    """A change to another product of the same opioid, where one is finer."""
    finer_ones = [p for p in US.of_drug(product.drug) if _is_finer(p, product, units)]
    if not finer_ones:
        return {}
    finer = draw(st.sampled_from(sorted(finer_ones, key=lambda each: each.id)))
    often = draw(st.sampled_from(["", *(f" q{hours}h" for hours in ORAL_INTERVALS)]))
    fields: dict[str, object] = {"finish_with": finer.id + often}
    where = draw(st.integers(0, 2))
    if where == 1:
        fields["finish_at"] = f"{draw(st.integers(10, 70))}%"
    elif where == 2:
        fields["finish_at"] = f"{plain(daily * draw(st.integers(10, 70)) // 100)} {product.unit}"
    return fields


def _is_finer(other: Product, product: Product, units: list[int]) -> bool:
    """Whether the other product makes a smaller single dose, counted in the same salt."""
    if other is product or other.unit != product.unit or other.is_patch:
        return False
    usual = list(other.usual[:1] if other.is_liquid else other.usual)
    theirs = _least(other, unit_amounts(other, usual, halves=False))[0]
    ours = _least(product, units)[0]
    return theirs * Fraction(*other.basis) < ours * Fraction(*product.basis)


@st.composite
def others(draw: st.DrawFn, product: Product, finer: list[str]) -> dict[str, object]:
    """What else is taken, tapered afterwards or kept; not what the taper changes to."""
    rest = [each for each in PRODUCTS if each is not product and each.id not in finer]
    chosen = draw(st.lists(st.sampled_from(rest), min_size=1, max_size=2, unique=True))
    also, keep = [], []
    for other in chosen:
        units = unit_amounts(
            other, [other.usual[0]] if other.is_liquid else list(other.usual), False
        )
        hours = other.interval
        number = 1 if other.is_patch else 24 // hours
        taken = draw(amounts(other, units, other.max_units, number))
        taken = (max(taken),) * number
        text = f"{other.id} {dose_text(other, taken, hours)}"
        if not other.is_patch and draw(st.integers(0, 3)) == 0:
            text += f" prn taking {plain(taken[0])} {other.unit}"
        also.append(text)
        if draw(st.booleans()):
            keep.append(other.id)
    return {"also": also, "keep": keep}
