"""Requests of every kind in every market, by construction such as can nearly always be planned.

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
from taper.formulary.market import MARKETS, formulary
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS, Product
from taper.planning.make import make_plan
from taper.quantities import THOUSAND, plain
from taper.reading import read
from taper.request.fields import RISKS, WEEKDAYS
from taper.request.rule import BASES

if TYPE_CHECKING:
    from taper.planning.plan import Plan

PRODUCTS = [
    product
    for market in MARKETS
    for product in sorted(formulary(market).products.values(), key=lambda each: each.id)
]
US = formulary("us")
EVERY = ("1w", "1w", "2w", "4w", "1mo", "10d", "5d", "3w")
DAYS_OF = {"1w": 7, "2w": 14, "4w": 28, "1mo": 28, "10d": 10, "5d": 5, "3w": 21}
TIMES = ("morning", "noon", "afternoon", "evening", "bedtime")
# what the contract calls an error although each field for itself is sound
_NOWHERE = (
    "no day is left on which",  # 3.3: no allowed day of a patch change within eight weeks
    "never ends",  # 4.7: by 2100
    "never reaches its goal",
    "no lower dose",  # 4.3: no dose is left within half of the current one
    "cannot make the goal",
    "lowers the dose by",  # 3.3: a change by more than the reduction asked for
    "makes no smaller dose",
    "makes no dose at or below",
    "and the change is at",  # more than the finer product makes, so often as it is taken
    "mg of acetaminophen",
    "mg of paracetamol",
    "of the other ingredient",  # made of tablets with another content
    "do not fit into the waking day",  # 3.2: --as-needed keep
    "is not close to whole units",
    "is not a whole number of doses",
)


def planned(fields: dict[str, object]) -> Plan:
    """The plan of a drawn request; one that leads nowhere is passed over."""
    try:
        return make_plan(read(fields))
    except InputError as error:
        assume(not any(words in str(error) for words in _NOWHERE))
        raise


def oneof(draw: st.DrawFn, number: int) -> bool:
    """Whether something happens that happens once in so many times."""
    return draw(st.integers(1, number)) == 1


# --- the product and its dose --------------------------------------------------------------------


@st.composite
def strengths(draw: st.DrawFn, product: Product) -> tuple[list[str], list]:
    """What ``stock`` says (often nothing), and the strengths that are then in use."""
    usual = list(product.usual[:1] if product.is_liquid else product.usual)
    if not oneof(draw, 4):
        return [], usual
    chosen = draw(st.lists(st.sampled_from(product.strengths), min_size=1, unique=True))
    in_use = [strength for strength in product.strengths if strength in chosen]
    return [s.label for s in in_use], in_use[:1] if product.is_liquid else in_use


def unit_amounts(product: Product, in_use: list, *, halves: bool) -> list[int]:
    """The amounts of single units: tablets, halves, measures."""
    if product.is_liquid:
        return [in_use[0].amount * product.measure // THOUSAND]
    whole = [strength.amount for strength in in_use]
    return whole + [amount // 2 for amount in whole if halves and amount % 2 == 0]


def least(product: Product, units: list[int]) -> list[int]:
    """Single doses that may be given, the least first."""
    if product.is_liquid:
        return [-(-max(product.least_dose, 1) // units[0]) * units[0]]
    return sorted(unit for unit in units if unit >= product.least_dose)


@st.composite
def amounts(
    draw: st.DrawFn, product: Product, units: list[int], most: int, number: int
) -> tuple[int, ...]:
    """What is taken at each administration; often alike."""
    alike = oneof(draw, 2) or oneof(draw, 3) or number > 6
    found: list[int] = []
    for _ in range(number):
        if alike and found:
            found.append(found[0])
            continue
        if product.is_liquid:
            amount = draw(st.integers(0, 40 if number > 2 else 80)) * units[0]
        else:
            amount = sum(draw(st.lists(st.sampled_from(units), min_size=0, max_size=most)))
        found.append(amount if amount >= product.least_dose else 0)
    return tuple(found) if any(found) else (least(product, units)[0],) * number


def dose_text(product: Product, taken: tuple[int, ...], hours: int) -> str:
    """The dose as it is prescribed."""
    if len(set(taken)) == 1:
        return f"{product.number(taken[0])} {product.unit} {often(hours)}"
    if len(taken) == 2:  # in a row they could be the ingredients of a combination
        first, second = (f"{plain(amount)} {product.unit}" for amount in taken)
        return f"{first} in the morning and {second} in the evening"
    return f"{'/'.join(plain(amount) for amount in taken)} {product.unit}"


def often(hours: int) -> str:
    """The frequency as it is written."""
    return "q7d" if hours == 168 else f"q{hours}h"


@st.composite
def frequencies(draw: st.DrawFn, product: Product) -> int:
    """Hours between administrations: mostly those of the label."""
    known = [
        hours
        for hours in (PATCH_INTERVALS if product.is_patch else ORAL_INTERVALS)
        if not product.is_patch or hours <= 2 * max(product.intervals_hours)
    ]
    labelled = [hours for hours in product.intervals_hours if hours in known]
    return draw(st.sampled_from(known if oneof(draw, 4) or not labelled else labelled))


@st.composite
def tablets(draw: st.DrawFn, product: Product, hours: int) -> tuple[dict, tuple]:
    """One tablet or several of a combination, as pharmacies write them."""
    most = product.max_units + (2 if oneof(draw, 9) else 0)
    count = draw(st.sampled_from([1, 1, *range(1, most + 1)]))
    tablet = draw(st.sampled_from(product.usual if count > 1 else product.strengths))
    written = tablet.label if count == 1 else f"{count} x {tablet.label}"
    fields: dict[str, object] = {"dose": f"{written} {product.unit} {often(hours)}"}
    if oneof(draw, 4):
        others = draw(st.lists(st.sampled_from(product.strengths), unique=True))
        fields["stock"] = [s.label for s in product.strengths if s in {tablet, *others}]
    return fields, (product, [tablet.amount], (tablet.amount * count,) * (24 // hours))


@st.composite
def medicines(draw: st.DrawFn, products: list[Product]) -> tuple[dict, tuple]:
    """A product with its dose and strengths; and what is known of it for the other fields."""
    product = draw(st.sampled_from(products))
    hours = draw(frequencies(product))
    fields: dict[str, object] = {"market": product.market, "product": product.id}
    if product.is_combination:
        more, known = draw(tablets(product, hours))
        return {**fields, **more}, known
    stock, in_use = draw(strengths(product))
    halves = product.splittable and oneof(draw, 4)
    units = unit_amounts(product, in_use, halves=halves)
    assume(product.is_liquid or any(unit >= product.least_dose for unit in units))
    number = 1 if product.is_patch else 24 // hours
    most = product.max_units + (2 if oneof(draw, 10) else 0)
    taken = draw(amounts(product, units, most, number))
    fields["dose"] = dose_text(product, taken, hours)
    if stock:
        fields["stock"] = stock
    if halves:
        fields["split"] = "halves"
    return fields, (product, units, taken)


@st.composite
def as_needed(draw: st.DrawFn, fields: dict, product: Product, taken: tuple) -> tuple[dict, tuple]:
    """What is prescribed as needed, and how much of it is taken."""
    at_once = max(taken)
    often_taken = draw(st.integers(1, len(taken)))
    way = draw(st.sampled_from(["fixed", "keep"]))
    dose = str(fields["dose"])
    if len(set(taken)) > 1 and not product.is_combination:
        dose = dose_text(product, (at_once,) * len(taken), 24 // len(taken))
    taking = f"{plain(at_once * often_taken)} {product.unit}"
    more = {"dose": f"{dose} prn", "taking": taking, "as_needed": way}
    return more, (at_once,) * often_taken


# --- the rule and its calendar -------------------------------------------------------------------


@st.composite
def rates(draw: st.DrawFn, product: Product, taken: tuple[int, ...]) -> dict[str, object]:
    """A reduction within the band, as a percentage or as an amount."""
    every = draw(st.sampled_from(EVERY))
    most = min(250 * DAYS_OF[every] // 7, 250)
    tenths = draw(st.integers(20, most) | st.sampled_from([100, most]))
    fields: dict[str, object] = {"every": every}
    if not oneof(draw, 4):
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
    if oneof(draw, 2):
        fields["holds"] = draw(holds(product, taken, start))
    if oneof(draw, 4):
        fields["baseline"] = draw(st.sampled_from(["1w", "3d", "1mo", "4w"]))
    if oneof(draw, 4):
        fields["avoid"] = draw(
            st.sampled_from([["weekends"], ["holidays:US"], ["weekends", "holidays:US"]])
        )
    if oneof(draw, 4):
        fields["reduce_on"] = draw(
            st.lists(st.sampled_from(WEEKDAYS[:5]), min_size=1, max_size=3, unique=True)
        )
    return fields


# --- the whole request ---------------------------------------------------------------------------


@st.composite
def requests(  # noqa: C901 - a line for each field
    draw: st.DrawFn, products: list[Product] | None = None, *, simple: bool = False
) -> dict[str, object]:
    """A whole request; ``simple`` leaves out all but the medicine and the rate."""
    fields, (product, units, taken) = draw(medicines(products or PRODUCTS))
    is_needed = not (simple or product.is_patch) and oneof(draw, 6)
    if is_needed:
        more, taken = draw(as_needed(fields, product, taken))
        fields.update(more)
    fields.update(draw(rates(product, taken)))
    if oneof(draw, 4):
        fields["prefer"] = "fewest-strengths"
    if simple:
        return {**fields, "start": "2026-12-07"}
    fields.update(draw(calendars(product, taken)))
    if oneof(draw, 4) and not is_needed:
        fields["to"] = draw(st.sampled_from(_goals(product, units, taken)))
    if oneof(draw, 4):
        fields["last_dose_for"] = draw(st.sampled_from(["1w", "4w", "1d", "2mo"]))
    if oneof(draw, 4):
        fields["favor"] = draw(st.sampled_from(TIMES))
    fields["fill"] = draw(st.sampled_from(["28d", "7d", "step", "10d", "4w", "90d"]))
    fields["checks"] = draw(st.sampled_from(["standard", "close", "none"]))
    if oneof(draw, 2):
        fields["on_opioids_for"] = draw(st.sampled_from(["8w", "3y", "11mo"]))
    fields["risks"] = draw(st.lists(st.sampled_from(RISKS), unique=True, max_size=3))
    fields["specialist"] = "Dr A. Example"
    if oneof(draw, 3) and not is_needed:
        fields.update(draw(finishes(product, units, sum(taken))))
    if oneof(draw, 4):
        finer = str(fields.get("finish_with", "")).split()[:1]
        fields.update(draw(others(product, finer)))
    if "methadone" in f"{product.drug} {fields.get('also')}":
        fields["indication"] = "pain"  # once a day it may be for opioid use disorder
    if oneof(draw, 6):
        fields["on_hand"] = [draw(on_hand(product))]
    return fields


def _goals(product: Product, units: list[int], taken: tuple[int, ...]) -> list[str]:
    """Goals that can be made: what is taken now, the smallest amount, and as often as now."""
    found = [amount for amount in least(product, units) if amount <= max(taken)][:1]
    doses = sorted({amount * number for amount in found for number in (1, len(taken))})
    return ["current", *(f"{plain(dose)} {product.unit}" for dose in doses if dose < sum(taken))]


@st.composite
def on_hand(draw: st.DrawFn, product: Product) -> str:
    """Tablets of one strength, or a bottle, that the patient holds already."""
    count = draw(st.integers(1, 300))
    if product.is_liquid:
        return f"{count} mL"
    return f"{count} x {draw(st.sampled_from(product.usual)).label}"


@st.composite
def finishes(draw: st.DrawFn, product: Product, units: list[int], daily: int) -> dict[str, object]:
    """A change to another product of the same opioid, if one is finer."""
    drug = formulary(product.market).of_drug(product.drug)
    finer_ones = [other for other in drug if _is_finer(other, product, units)]
    if not finer_ones:
        return {}
    finer = draw(st.sampled_from(sorted(finer_ones, key=lambda each: each.id)))
    intervals = () if finer.is_patch else ORAL_INTERVALS
    hours = draw(st.sampled_from(["", *(f" {often(hours)}" for hours in intervals)]))
    fields: dict[str, object] = {"finish_with": finer.id + hours}
    where = draw(st.integers(0, 2))
    if where == 1:
        fields["finish_at"] = f"{draw(st.integers(10, 70))}%"
    elif where == 2:
        fields["finish_at"] = f"{plain(daily * draw(st.integers(10, 70)) // 100)} {product.unit}"
    return fields


def _is_finer(other: Product, product: Product, units: list[int]) -> bool:
    """Whether the other product makes a smaller single dose, counted in the same salt."""
    if other is product or other.unit != product.unit or other.is_patch != product.is_patch:
        return False
    if other.is_patch and other.intervals_hours != product.intervals_hours:
        return False
    usual = list(other.usual[:1] if other.is_liquid else other.usual)
    theirs = least(other, unit_amounts(other, usual, halves=False))[0]
    ours = least(product, units)[0]
    return theirs * Fraction(*other.basis) < ours * Fraction(*product.basis)


@st.composite
def others(draw: st.DrawFn, product: Product, finer: list[str]) -> dict[str, object]:
    """What else is taken, tapered afterwards or kept; not what the taper changes to."""
    known = formulary(product.market).products.values()
    rest = [each for each in known if each is not product and each.id not in finer]
    rest.sort(key=lambda each: each.id)
    chosen = draw(st.lists(st.sampled_from(rest), min_size=1, max_size=2, unique=True))
    also, keep = [], []
    for other in chosen:
        hours = draw(frequencies(other))
        also.append(draw(_companions(other, hours)))
        if draw(st.booleans()):
            keep.append(other.id)
    return {"also": also, "keep": keep}


@st.composite
def _companions(draw: st.DrawFn, other: Product, hours: int) -> str:
    """Another opioid with its dose, the same at each administration."""
    usual = [other.usual[0]] if other.is_liquid else list(other.usual)
    units = unit_amounts(other, usual, halves=False)
    if other.is_combination:
        tablet = draw(st.sampled_from(other.usual))
        taken, text = tablet.amount, f"{tablet.label} {other.unit} {often(hours)}"
    else:
        taken = draw(amounts(other, units, other.max_units, 1))[0]
        text = dose_text(other, (taken,), hours)
    if not other.is_patch and oneof(draw, 4):
        text += f" prn taking {plain(taken)} {other.unit}"
    return f"{other.id} {text}"
