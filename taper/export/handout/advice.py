"""The advice of the hand-out: what the plan's products and risks call for, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.export.medicine import acetaminophen_name, drug_name, product_name, products
from taper.quantities import THOUSAND, prose
from taper.safety.withdrawal_checks import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taper.export.language import Language
    from taper.formulary.product import Product
    from taper.planning.plan import Plan

_BY_HANDLING = (
    ("swallow-whole", "take.whole"),
    ("open-and-sprinkle", "take.sprinkle"),
    ("split-if-scored", "take.split"),
    ("liquid", "take.liquid"),
)
# What a product's note in the formulary asks of the patient.
_WITH_FOOD = (
    ("oxycodone-er-capsule", "take.same_food"),
    ("oxymorphone-ir", "take.empty_stomach"),
    ("oxymorphone-er", "take.empty_stomach"),
)
_PATCH = ("one_place", "turn", "heat", "whole", "fold", "missed", "slow")
_ATYPICAL = ("tramadol",)  # of tapentadol no report was found


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a sentence that leads in, and points; ``last`` is a sentence that ends it."""

    title: str
    lead: str
    items: tuple[str, ...]
    last: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """Every section of advice, in the order in which it is read."""

    take: Section
    patch: Section | None
    expect: Section
    now: Section
    crisis: Section
    call: Section
    naloxone: Section


def emergency(words: Language, plan: Plan) -> str:
    """The number to call in the plan's market: ``911``."""
    return words.say(f"emergency.{_market(plan)}")


def _market(plan: Plan) -> str:
    return plan.request.formulary.market


def important(words: Language, plan: Plan) -> Section:
    """What stands on the first page."""
    items = [words.say(f"first.{key}") for key in ("only_this", "tolerance", "naloxone", "share")]
    last = words.say("first.emergency", emergency=emergency(words, plan))
    return Section(words.say("first.title"), "", tuple(items), last)


def advice(words: Language, plan: Plan) -> Advice:
    """The sections that this plan calls for."""
    used = products(plan)
    say = words.say
    number = emergency(words, plan)
    worn = any(product.is_patch for product in used)
    patch = tuple(say(f"patch.{key}") for key in _PATCH)
    now = tuple(say(f"call.{key}") for key in ("now_wake", "now_breath", "now_lips"))
    naloxone = tuple(say(f"naloxone.{key}") for key in ("what", "get", "others"))
    return Advice(
        take=Section(say("take.title"), "", tuple(_taking(words, plan, used))),
        patch=Section(say("patch.title"), "", patch) if worn else None,
        expect=_expect(words, plan),
        now=Section(
            say("call.now_title", emergency=number), say("call.now_lead"), now, say("call.now_do")
        ),
        crisis=Section(
            say("call.crisis_title"),
            say(f"call.crisis_{_market(plan)}"),
            (),
            say("call.crisis_more"),
        ),
        call=Section(say("call.us_title"), "", tuple(_calling(words, plan))),
        naloxone=Section(
            say("naloxone.title"),
            "",
            (*naloxone, say("naloxone.steps", emergency=number), say("naloxone.again")),
        ),
    )


def _named(words: Language, used: Iterable[Product]) -> str:
    return words.listing([product_name(words, product) for product in used])


def _taking(words: Language, plan: Plan, used: list[Product]) -> Iterator[str]:
    """How to take each medicine, then what goes for all of them."""
    oral = [product for product in used if not product.is_patch]
    needed = _as_needed(plan)
    fixed = [product for product in oral if product not in needed]
    if fixed:
        yield words.say("take.on_time")
    if needed:
        yield words.say("take.as_needed", name=_named(words, needed))
    yield from _handling(words, oral)
    if _has_halves(plan):
        yield words.say("take.half")
    yield from _acetaminophen(words, plan, used)
    if fixed:
        yield words.say("take.missed")
        yield words.say("take.missed_day")
    yield words.say("take.alcohol")
    if "benzodiazepine" in plan.request.risks:
        yield words.say("take.sedative")
    yield words.say("take.ask")
    yield words.say("take.driving")
    yield words.say("take.bowels")


def _handling(words: Language, oral: list[Product]) -> Iterator[str]:
    """Whole, opened, halved or measured; and with food or without."""
    for handling, key in _BY_HANDLING:
        alike = [product for product in oral if product.handling == handling]
        if alike:
            yield words.say(key, name=_named(words, alike))
    if any(product.kind == "film" for product in oral):
        yield words.say("take.film")
    for known, key in _WITH_FOOD:
        for product in oral:
            if product.id == known:
                yield words.say(key, name=product_name(words, product))


def _as_needed(plan: Plan) -> list[Product]:
    """What stays as needed."""
    regimens = [r for step in plan.steps for r in (step.regimen, *step.companions)]
    return list(dict.fromkeys(r.product for r in regimens if r.most_often))


def _has_halves(plan: Plan) -> bool:
    return any(
        count % THOUSAND
        for step in plan.steps
        for regimen in (step.regimen, *step.companions)
        if not regimen.product.is_liquid
        for units in regimen.units
        for _, count in units
    )


def _acetaminophen(words: Language, plan: Plan, used: list[Product]) -> Iterator[str]:
    combined = [product for product in used if product.holds_acetaminophen]
    if combined:
        yield words.say(
            "acetaminophen.maximum",
            name=_named(words, combined),
            other=acetaminophen_name(words, combined[0]),
            amount=f"{prose(plan.request.formulary.acetaminophen_max)} mg",
        )


def _expect(words: Language, plan: Plan) -> Section:
    """What withdrawal feels like; when it starts is that of the checks' timing."""
    say = words.say
    used = list(dict.fromkeys(step.regimen.product for step in plan.steps))  # what goes down
    feelings = ("body", "nose", "stomach", "mood", "sleep", "pain")
    closing = list(_when(words, used))
    atypical = [drug for drug in _ATYPICAL if any(product.drug == drug for product in used)]
    if atypical:
        names = words.listing([drug_name(words, drug) for drug in atypical])
        closing.append(say("expect.unlike", drug=names))
    closing += [say("expect.no_fault"), say("expect.help")]
    items = tuple(say(f"expect.{key}") for key in feelings)
    return Section(say("expect.title"), say("expect.lead"), items, " ".join(closing))


def _when(words: Language, used: list[Product]) -> Iterator[str]:
    timing = facts().timing
    groups: dict[str, list[tuple[int, int]]] = {}
    for product in used:
        days = timing[product.facts["withdrawal"]]
        key = {"patch": "when_patch", "long-acting": "when_long"}.get(product.release, "when")
        groups.setdefault(key, []).append(days)
    for key, found in groups.items():
        first, last = min(day for day, _ in found), max(day for _, day in found)
        yield words.say(f"expect.{key}", first=str(first), last=str(last))
    if "when_long" not in groups:
        yield words.say("expect.ease")


def _calling(words: Language, plan: Plan) -> Iterator[str]:
    for key in ("feel", "pain", "extra", "vomit", "sleepy", "mood"):
        yield words.say(f"call.us_{key}")
    if "age-65" not in plan.request.risks:
        yield words.say("call.us_pregnant")
    yield words.say("call.us_new")
