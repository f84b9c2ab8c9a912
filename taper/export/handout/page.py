"""What the patient's hand-out says, in plain language: the same for HTML and for PDF.

:func:`handout` turns a plan into a :class:`Handout` of finished sentences; the templates lay
them out and add no words. Only what the plan and the project's data say is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.engine.steps import CHANGE, MAINTAIN, REDUCE, STOP
from taper.export.handout.advice import Advice, Section, advice, important
from taper.export.handout.timetable import StepCard, Timetable
from taper.export.language import Language, language
from taper.export.medicine import capital, drug_name, ordered, product_name, products
from taper.export.svg import Look, description, drawing
from taper.regimen.directions import strength_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.export import Options
    from taper.formulary.product import Product, Strength
    from taper.planning.plan import Plan

PAPERS = {"a4": "a4", "letter": "us-letter"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the summary; ``more`` is smaller."""

    label: str
    value: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A strength that the plan stops using on the way, and the last day it is needed."""

    medicine: str
    last_day: str


@dataclass(frozen=True, slots=True)
class Handout:
    """Everything on the hand-out, in the order in which it is read."""

    code: str
    title: str
    plan_id: str
    label: str
    new_version: str
    intro: tuple[str, ...]
    facts: tuple[Fact, ...]
    important: Section
    chart_title: str
    chart: str  # SVG
    chart_text: str
    steps_title: str
    steps_lead: str
    steps: tuple[StepCard, ...]
    advice: Advice
    phone: tuple[Fact, ...]
    store: Section
    leaving: tuple[Leaving, ...]
    words: dict[str, str]  # headings of tables, and what else stands in a template
    large: bool
    paper: str


def handout(plan: Plan, options: Options, font: str = "") -> Handout:
    """The hand-out of a plan; ``font`` is that of the chart.

    Raises :class:`~taper.InputError` for a language or a paper that there is not.
    """
    words = language(options.language)
    paper = _paper(options.paper)
    patches_only = all(product.is_patch for product in products(plan))
    say = words.say
    look = Look(720, 250, 13, ideal=False)
    if options.large_print:
        look = Look(560, 330, 19, ideal=False)
    if font:
        look = Look(look.width, look.height, look.size, font, ideal=False)
    return Handout(
        code=words.code,
        title=say("page.title", drugs=words.listing(_tapered_drugs(plan, words))),
        plan_id=say("page.plan_id", id=plan.id),
        label=str(plan.request.text.get("label") or ""),
        new_version=_new_version(plan, words),
        intro=tuple(_intro(plan, words)),
        facts=tuple(_facts(plan, words)),
        important=important(words, plan),
        chart_title=say("chart.title"),
        chart=drawing(plan, words, look),
        chart_text=description(plan, words),
        steps_title=say("steps.title"),
        steps_lead=say("steps.how_to_patch" if patches_only else "steps.how_to"),
        steps=Timetable(plan, words, large=options.large_print).cards(),
        advice=advice(words, plan),
        phone=tuple(_phone(words, options)),
        store=_store(words),
        leaving=tuple(_leaving(plan, words)),
        words={key: say(key) for key in _IN_TEMPLATES},
        large=options.large_print,
        paper=paper,
    )


_IN_TEMPLATES = (
    "page.name_line",
    "page.label_line",
    "call.title",
    "phone.title",
    "steps.take",
    "steps.time",
    "steps.check_ins",
    "steps.patch_letter",
    "store.last_days",
    "store.what",
    "store.last_day",
    "store.returned",
)


def _paper(name: str) -> str:
    from taper.errors import InputError, Problem  # noqa: PLC0415 - on a miss only

    if name not in PAPERS:
        message = f"'{name}' is not a paper size of the hand-out"
        raise InputError(Problem("paper", message, "one of " + ", ".join(PAPERS), name))
    return name


def _tapered_drugs(plan: Plan, words: Language) -> list[str]:
    """The opioids that go down: those that are kept are not among them."""
    drugs = [step.regimen.product.drug for step in plan.steps]
    return [drug_name(words, drug) for drug in dict.fromkeys(drugs)]


def _kept(plan: Plan) -> list[Product]:
    return [companion.regimen.product for companion in plan.request.also if companion.keep]


def _intro(plan: Plan, words: Language) -> Iterator[str]:
    yield words.say("intro.made_together")
    if plan.stop_date is None:
        yield words.say("intro.goal")
    if sum(not companion.keep for companion in plan.request.also):
        yield words.say("intro.one_by_one")
    kept = _kept(plan)
    if kept:
        names = words.listing([product_name(words, product) for product in kept])
        yield words.say("intro.kept", names=names)
    yield words.say("intro.pause")


def _new_version(plan: Plan, words: Language) -> str:
    """Says that it takes the place of an older plan, and since when."""
    if not plan.revisions:
        return ""
    from datetime import date  # noqa: PLC0415 - of a revised plan only

    since = date.fromisoformat(plan.revisions[-1]["from"])
    return words.say("page.new_version", date=words.day(since))


def _facts(plan: Plan, words: Language) -> Iterator[Fact]:
    say = words.say
    kept = {product.id for product in _kept(plan)}
    when = "facts.then" if plan.revisions else "facts.now"  # a plan under way has gone on since
    for regimen in ordered(plan, (plan.steps[0].regimen, *plan.steps[0].companions)):
        product = regimen.product
        key = f"{when}_patch" if product.is_patch else when
        value = f"{capital(product_name(words, product))}: " + say(
            key, amount=product.text(regimen.daily)
        )
        if product.id in kept:
            value += f" ({say('facts.kept')})"
        yield Fact(say("facts.medicine"), value, say("facts.on_the_label", name=product.name))
    changes = [step for step in plan.steps if step.kind in {REDUCE, CHANGE} and step.start]
    if changes and changes[0].start is not None:
        yield Fact(say("facts.first_step"), words.day(changes[0].start))
    downs = sum(step.kind in {REDUCE, STOP} for step in plan.steps)
    yield Fact(say("facts.dose_changes"), str(downs))
    for step in plan.steps:
        assert step.kind != MAINTAIN or step.start is not None
        drug = drug_name(words, step.regimen.product.drug)
        if step.kind == STOP and step.start is not None:
            yield Fact(say("facts.stop", name=drug), words.day(step.start))
        if step.kind == MAINTAIN and step.start is not None:
            product = step.regimen.product
            key = "facts.goal_value_patch" if product.is_patch else "facts.goal_value"
            value = say(key, amount=product.text(step.daily), date=words.day(step.start))
            yield Fact(say("facts.goal", name=drug), value)


def _phone(words: Language, options: Options) -> Iterator[Fact]:
    """Blank lines to fill in; the clinic's name and telephone if they were given."""
    given = {"clinic": options.clinic, "telephone": options.telephone}
    for key in (
        "clinic",
        "telephone",
        "prescriber",
        "after_hours",
        "pharmacy",
        "support",
        "naloxone_place",
    ):
        yield Fact(words.say(f"phone.{key}"), given.get(key, ""))


def _store(words: Language) -> Section:
    items = tuple(words.say(f"store.{key}") for key in ("lock", "count", "back"))
    return Section(words.say("store.title"), "", items)


def _leaving(plan: Plan, words: Language) -> Iterator[Leaving]:
    """The strengths that are not used to the end and beyond it, in order of their last day."""
    last_days: dict[tuple[Product, Strength], date] = {}
    last = plan.steps[-1]
    still = {
        (regimen.product, strength)
        for regimen in (last.regimen, *last.companions)
        for strength, _ in regimen.per_day
    }
    for step in plan.steps:
        if step.end is None:
            continue
        for regimen in (step.regimen, *step.companions):
            for strength, _ in regimen.per_day:
                last_days[regimen.product, strength] = step.end
    for (product, strength), day in sorted(
        last_days.items(), key=lambda item: (item[1], item[0][0].id, -item[0][1].amount)
    ):
        if (product, strength) not in still:
            name = capital(product_name(words, product))
            label = strength_text(product, strength)
            medicine = words.say("store.item", name=name, strength=label)
            yield Leaving(medicine, words.day(day))
