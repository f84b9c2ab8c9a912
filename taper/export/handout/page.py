"""What the patient's hand-out says, in plain language: the same for HTML and for PDF.

:func:`handout` turns a plan into a :class:`Handout` of finished sentences; the templates lay
them out and add no words. Only what the plan and the project's data say is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taper.engine.steps import CHANGE, MAINTAIN, REDUCE, STOP
from taper.export.handout.advice import Advice, Section, advice, important
from taper.export.handout.diary import Diary, diary
from taper.export.handout.glance import Glance, glance
from taper.export.handout.timetable import StepCard, Timetable
from taper.export.language import Language, language
from taper.export.medicine import capital, drug_name, ordered, product_name, products
from taper.export.svg import Look, description, drawing
from taper.planning.window import limited
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
    glance: Glance
    review: tuple[Fact, ...]  # who reviewed the plan, the next check, when to call
    goals: Section  # with lines to write on
    chart_title: str
    chart: str  # SVG; empty if only the next steps are shown
    chart_text: str
    steps_title: str
    steps_lead: str
    steps: tuple[StepCard, ...]
    advice: Advice
    phone: tuple[Fact, ...]
    store: Section
    leaving: tuple[Leaving, ...]
    diary: Diary | None
    compact: bool  # many steps: each is a row of a table in print
    words: dict[str, str]  # headings of tables, and what else stands in a template
    large: bool
    paper: str


def handout(plan: Plan, options: Options, font: str = "") -> Handout:
    """The hand-out of a plan; ``font`` is that of the chart.

    Raises :class:`~taper.InputError` for a language or a paper that there is not.
    """
    words = language(options.language, plan.request.formulary.market)
    paper = _paper(options.paper)
    whole, plan = plan, plan if options.window is None else limited(plan, options.window)
    patches_only = all(product.is_patch for product in products(plan))
    timetable = Timetable(plan, words, large=options.large_print)
    say = words.say
    look = Look(720, 250, 13, ideal=False)
    if options.large_print:
        look = Look(560, 330, 19, ideal=False)
    if font:
        look = Look(look.width, look.height, look.size, font, ideal=False)
    return Handout(
        code=words.code,
        title=say("page.title", drugs=words.listing(_tapered_drugs(whole, words))),
        plan_id=say("page.plan_id", id=plan.id),
        label=str(plan.request.text.get("label") or ""),
        new_version=_new_version(plan, words),
        intro=tuple(_intro(whole, plan, words)),
        facts=tuple(_facts(plan, words)),
        important=important(words, plan),
        glance=glance(plan, words),
        review=tuple(_review(plan, words, options)),
        goals=_goals(words),
        chart_title=say("chart.title"),
        chart=drawing(plan, words, look) if options.window is None else "",
        chart_text=description(plan, words),
        steps_title=say("steps.title"),
        steps_lead=say(_how_to(timetable, patches_only=patches_only)),
        steps=timetable.cards(),
        advice=advice(words, plan),
        phone=tuple(_phone(words, options)),
        store=_store(words),
        leaving=tuple(_leaving(plan, words)),
        diary=diary(words, plan.steps[1].start or plan.start) if options.diary else None,
        compact=timetable.compact,
        words={key: say(key) for key in _IN_TEMPLATES},
        large=options.large_print,
        paper=paper,
    )


_IN_TEMPLATES = (
    "page.name_line",
    "page.label_line",
    "page.contents",
    "call.title",
    "phone.title",
    "steps.take",
    "steps.time",
    "steps.check_ins",
    "steps.step",
    "steps.tick",
    "steps.patch_letter",
    "store.last_days",
    "store.what",
    "store.last_day",
    "store.returned",
)


def _how_to(timetable: Timetable, *, patches_only: bool) -> str:
    if timetable.compact:
        return "steps.how_to_rows"
    return "steps.how_to_patch" if patches_only else "steps.how_to"


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


def _intro(whole: Plan, shown: Plan, words: Language) -> Iterator[str]:
    plan = whole
    yield words.say("intro.made_together")
    if shown is not whole:
        yield words.say("intro.next")
    elif plan.stop_date is None:
        yield words.say("intro.goal")
    if sum(not companion.keep for companion in plan.request.also):
        yield words.say("intro.one_by_one")
    kept = _kept(plan)
    if kept:
        names = words.listing([product_name(words, product) for product in kept])
        yield words.say("intro.kept", names=names)
    yield words.say("intro.pause")


def _review(plan: Plan, words: Language, options: Options) -> Iterator[Fact]:
    """Who went through the plan with the patient, the next check-in, and when to call."""
    yield Fact(words.say("review.by"), "")
    following = [
        check for check in plan.checks if check.date >= (plan.steps[1].start or plan.start)
    ]
    if following:
        how = words.say(f"how.{following[0].how}")
        yield Fact(words.say("review.next"), f"{words.day(following[0].date)}, {how}")
    yield Fact(words.say("review.call"), options.telephone)


def _goals(words: Language) -> Section:
    items = tuple(words.say(f"goals.{key}") for key in ("reasons", "do", "helps"))
    return Section(words.say("goals.title"), words.say("goals.lead"), items)


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
            yield Leaving(medicine, words.year_day(day))
