"""Safety findings: what a plan shows that the person who acts on it must know (SPEC section 8).

Each rule is a small function that looks at a finished plan and says what it found. Levels,
wording and sources stand in ``data/findings.toml``; thresholds that are numbers stand here,
beside the rule that uses them, with their source.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from taper.catalogue import Finding
from taper.equivalents import total_mme
from taper.pace import WEEKLY_LIMIT, as_percent, exceeds, over_text, pace, reduction_text, share_of
from taper.prescription import frequency
from taper.quantities import percent_text, prose, ratio_text
from taper.remedies import remedy
from taper.sig import prescription_in_words
from taper.steps import BASELINE, CHANGE, HOLD, REDUCE, STOP
from taper.supply import new_prescription_dates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from taper.product import Product
    from taper.regimen import Regimen
    from taper.request import Request
    from taper.steps import Step
    from taper.supply import Supply

US = "us"  # the market whose labels and prescribing rules some findings speak of
CDC_MONTHLY = (10, 100)  # of the dose in four weeks, after a year or more: CDC 2022, rec. 5
LABEL_CUT = (25, 100)  # FDA class labels: at most 10-25% ...
LABEL_DAYS = 14  # ... every 2 to 4 weeks
LARGE_CUT = (25, 100)  # of the current dose
LONG_ROW_DAYS = 84
LARGE_LAST_MME = 15
LARGE_LAST_SHARE = (20, 100)
HIGH_MME = 300  # specialist support: NHS Sheffield
NALOXONE_MME = 50  # CDC 2022
NALOXONE_RISKS = ("benzodiazepine", "oud", "sleep-apnea", "previous-overdose")
_RISK_WORDS = {
    "benzodiazepine": "a benzodiazepine",
    "oud": "opioid use disorder",
    "previous-overdose": "a previous overdose",
}


# --- what a finished plan shows ----------------------------------------------------------------


def _rate(request: Request) -> Iterator[Finding]:
    rule = request.rule
    for part in rule.parts:
        asked = pace(part, request.regimen.daily, 7)
        if rule.override and exceeds(asked, WEEKLY_LIMIT):
            values = (
                ("pace", f"{over_text(asked, WEEKLY_LIMIT)} a week"),
                ("reason", rule.override),
            )
            yield Finding("rate-overridden", (), values)
            break
    known = request.on_opioids_for
    if known is None:
        yield Finding("duration-unknown")
    elif known.is_a_year:
        fastest = max(rule.parts, key=lambda part: _as_ratio(pace(part, request.regimen.daily, 28)))
        monthly = pace(fastest, request.regimen.daily, 28)
        if exceeds(monthly, CDC_MONTHLY):
            values = (
                ("pace_month", f"{as_percent(monthly)} every 4 weeks"),
                ("duration", known.words),
            )
            yield Finding("faster-than-cdc-for-duration", (), values)
    for part in rule.parts if request.formulary.market == US else ():
        if (
            exceeds(share_of(part, request.regimen.daily), LABEL_CUT)
            or part.every.days < LABEL_DAYS
        ):
            values = (("reduce", reduction_text(request, part)), ("every", part.every.words))
            yield Finding("faster-than-fda-label", (), values)
            break
    product = request.product
    slow = product.is_patch or product.release == "long-acting"
    for part in rule.parts:
        if slow and part.every.days < LABEL_DAYS:
            values = (("product", product.name), ("every", part.every.words))
            yield Finding("short-interval-for-product", (), values)
            break


def _as_ratio(share: tuple[int, int]) -> Any:
    from fractions import Fraction  # noqa: PLC0415 - for comparing a few phases

    return Fraction(*share)


def _cuts(request: Request, steps: tuple[Step, ...]) -> Iterator[Finding]:
    large, unavoidable = [], []
    for step in steps[1:]:
        if step.kind not in {REDUCE, CHANGE}:
            continue
        if step.cut * LARGE_CUT[1] > step.before * LARGE_CUT[0]:
            large.append(step)
        if step.reason.kind == "unavoidable":
            unavoidable.append(step)
    if large:
        yield Finding(
            "cut-over-25-percent",
            tuple(step.number for step in large),
            (("largest", _largest(large)),),
        )
    if unavoidable:
        better = remedy(request, unavoidable[-1].regimen)
        yield Finding(
            "unavoidable-cut",
            tuple(step.number for step in unavoidable),
            (("largest", _largest(unavoidable)), ("remedy", better)),
        )


def _largest(steps: list[Step]) -> str:
    largest = steps[0]
    for step in steps:
        if step.cut * largest.before > largest.cut * step.before:
            largest = step
    return percent_text(largest.cut, largest.before) + "%"


def _ending(request: Request, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """The last dose of each opioid before its stop."""
    large = []
    for before, stop in pairwise(steps):
        size = _large(before) if stop.kind == STOP else ""
        if size:
            large.append((before, size))
    if large:
        last, size = large[-1]
        better = remedy(request, last.regimen)
        dose = last.regimen.product.text(last.daily)
        about = tuple(step.number for step, _ in large)
        yield Finding(
            "large-last-dose", about, (("dose", dose), ("size", size), ("remedy", better))
        )


def _large(last: Step) -> str:
    """In what way the last dose before stopping is large; empty where it is not."""
    name = last.regimen.product.words["equivalent"]
    mme = last.regimen.product.mme_of(last.daily)
    if mme is None:
        return f"no {name} factor"
    if mme[0] >= LARGE_LAST_MME * mme[1]:
        return f"{ratio_text(*mme)} {name}"
    if last.daily * LARGE_LAST_SHARE[1] > last.original * LARGE_LAST_SHARE[0]:
        return f"{percent_text(last.daily, last.original)}% of the original dose"
    return ""


def _rows(request: Request, steps: tuple[Step, ...]) -> Iterator[Finding]:
    long = [
        step
        for step in steps[1:]
        if step.kind in {REDUCE, BASELINE, CHANGE} and (step.days or 0) > LONG_ROW_DAYS
    ]
    if long:
        days = max(step.days or 0 for step in long)
        yield Finding("long-row", tuple(step.number for step in long), (("days", str(days)),))
    products = _products(steps)
    limited = any(product.is_limited for product in products)
    over = [step for step in steps if _over_maximum(step)] if limited else []
    if over:
        first = over[0]
        regimen = next(r for r in (first.regimen, *first.companions) if r.daily and _is_over(r))
        yield Finding(
            "above-labelled-maximum",
            tuple(step.number for step in over),
            (("dose", regimen.product.text(regimen.daily)), ("maximum", _maximum(regimen))),
        )
    if not any(product.holds_acetaminophen for product in products):
        return
    most = request.formulary.acetaminophen_max
    other = [(step, sum(r.other_daily for r in (step.regimen, *step.companions))) for step in steps]
    too_much = [(step, amount) for step, amount in other if amount > most]
    if too_much:
        values = (
            ("acetaminophen", f"{prose(max(amount for _, amount in too_much))} mg"),
            ("maximum", f"{prose(most)} mg"),
        )
        about = tuple(step.number for step, _ in too_much)
        yield Finding("acetaminophen-over-maximum", about, values)


def _over_maximum(step: Step) -> bool:
    return any(regimen.daily and _is_over(regimen) for regimen in (step.regimen, *step.companions))


def _is_over(regimen: Regimen) -> bool:
    product = regimen.product
    if product.max_daily is not None and regimen.daily > product.max_daily:
        return True
    caps = product.facts.get("max_units_daily")
    if not caps:
        return False
    # of each strength its share of the tablets that its label allows, over a common bottom
    top, bottom = 0, 1
    for strength, count in regimen.per_day:
        if strength.label in caps:
            top, bottom = (
                top * caps[strength.label] * 1000 + count * bottom,
                bottom * caps[strength.label] * 1000,
            )
    return top > bottom


def _maximum(regimen: Regimen) -> str:
    product = regimen.product
    if product.max_daily is not None and regimen.daily > product.max_daily:
        return product.daily_text(product.max_daily)
    caps = product.facts.get("max_units_daily", {})
    shown = [f"{cap} of {label}" for label, cap in caps.items()]
    return " or ".join(shown) + " tablets a day"


def _patient(request: Request) -> Iterator[Finding]:
    for risk in ("pregnancy", "suicide-risk"):
        if risk in request.risks:
            values = (("specialist", request.specialist),)
            yield Finding(risk, (), values, "_with_specialist")
    for risk in ("benzodiazepine", "oud", "sleep-apnea", "previous-overdose", "renal", "hepatic"):
        if risk in request.risks:
            yield Finding(risk)
    if "age-65" in request.risks:
        yield Finding("age")


def _medicine(request: Request, steps: tuple[Step, ...]) -> Iterator[Finding]:
    now = steps[0]
    words = _words(request)
    mme = total_mme(now)
    if mme is None:
        yield Finding("high-dose-specialist", (), words, "_not_assessed")
    elif mme[0] > HIGH_MME * mme[1]:
        yield Finding("high-dose-specialist", (), (("mme", ratio_text(*mme, 1)), *words))
    products = _products(steps)
    if any(product.drug == "methadone" for product in products):
        yield Finding("methadone")
    if any(product.facts["withdrawal"] == "fentanyl-patch" for product in products):
        yield Finding("fentanyl-depot")
    if any(product.facts.get("atypical_withdrawal") for product in products):
        yield Finding("atypical-withdrawal")


def _words(request: Request) -> tuple[tuple[str, str], ...]:
    """What morphine equivalents are called in the market, and whose table they are from."""
    words = request.formulary.words
    return ("equivalent", words["equivalent"]), ("table", words["table"])


def _products(steps: tuple[Step, ...]) -> list[Product]:
    found: dict[Product, None] = {}
    for step in steps:
        found[step.regimen.product] = None
        for regimen in step.companions:
            found[regimen.product] = None
    return list(found)


def _notes(request: Request, steps: tuple[Step, ...], dispensing: Supply) -> Iterator[Finding]:
    mme = total_mme(steps[0])
    words = request.formulary.words
    reasons = ["a taper is itself a reason"]
    if mme is None:
        reasons.append(f"no {words['equivalent']} factor for what is taken")
    elif mme[0] >= NALOXONE_MME * mme[1]:
        reasons.append(f"{ratio_text(*mme, 1)} {words['equivalent']} a day")
    in_words = {**_RISK_WORDS, "sleep-apnea": words["sleep_apnea"]}
    reasons += [in_words[risk] for risk in NALOXONE_RISKS if risk in request.risks]
    yield Finding("naloxone", (), (("because", ", ".join(reasons)),))
    yield Finding("lost-tolerance")
    without = [each.name for each in _products(steps) if each.mme is None]
    if without:
        values = (("product", " and ".join(without)), *_words(request))
        yield Finding("no-mme-factor", (), values)
    product = request.product
    if request.taking is not None:
        values = (
            ("taking", product.text(request.taking)),
            ("prescribed", prescription_in_words(product, request.prescription)),
        )
        yield Finding("prn-as-taken", (), values)
    yield from _off_label(steps)
    if request.raised_units:
        yield Finding("max-units-raised", (), (("units", str(request.raised_units)),))
    products = _products(steps)
    if product.market == US and any(each.schedule == "CII" for each in products):
        dates = new_prescription_dates(dispensing.fills, dispensing.renewed)
        if dates:
            text = ", ".join(day.isoformat() for day in dates)
            yield Finding("new-prescriptions", (), (("dates", text),))


def _off_label(steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Products that are taken more or less often than their labels say."""
    taken = {(r.product, r.interval) for step in steps for r in (step.regimen, *step.companions)}
    off = sorted(
        (product.id, interval, product)
        for product, interval in taken
        if interval not in product.intervals_hours
    )
    if not off:
        return
    several = len(_products(steps)) > 1
    intervals, labels = [], []
    for name, interval, product in off:
        intervals.append(f"{name} {frequency(interval)}" if several else frequency(interval))
        labels.append(" or ".join(frequency(each) for each in product.intervals_hours))
    values = (("interval", ", ".join(intervals)), ("labelled", ", ".join(labels)))
    yield Finding("interval-off-label", (), values)


# about single rows: known as soon as the steps are
_OF_STEPS: tuple[Callable[[Request, tuple[Step, ...]], Iterator[Finding]], ...] = (
    _cuts,
    _ending,
    _rows,
)


def of_steps(request: Request, steps: tuple[Step, ...]) -> tuple[Finding, ...]:
    """The findings that are about single rows."""
    found = tuple(finding for rule in _OF_STEPS for finding in rule(request, steps))
    return _in_market(request, found)


def find(
    request: Request,
    steps: tuple[Step, ...],
    dispensing: Supply,
    known: tuple[Finding, ...] | None = None,
) -> tuple[Finding, ...]:
    """Every finding of a plan: warnings, then notes; one an id.

    ``known`` are those :func:`of_steps`, where they were worked out before.
    """
    found = (
        *_patient(request),
        *(of_steps(request, steps) if known is None else known),
        *_rate(request),
        *_medicine(request, steps),
        *_notes(request, steps, dispensing),
    )
    return _in_market(request, found)


def _in_market(request: Request, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings in the words of the request's market."""
    market = request.formulary.market
    if market == US:
        return found
    return tuple(replace(finding, market=market) for finding in found)


def marked(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> tuple[Step, ...]:
    """The steps with the ids of the findings that are about them."""
    about: dict[int, tuple[str, ...]] = {}
    for finding in findings:
        for number in finding.steps:
            about[number] = (*about.get(number, ()), finding.id)
    for step in steps:
        if step.kind in {HOLD, STOP}:
            about[step.number] = (*about.get(step.number, ()), "lost-tolerance")
    return tuple(
        step.with_findings(about[step.number]) if step.number in about else step for step in steps
    )
