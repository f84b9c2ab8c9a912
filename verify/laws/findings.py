"""Laws of the findings (SPEC 8): those that hold are there, and no other."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from verify.curve import ORIGINAL, QUARTER
from verify.laws.document import mme
from verify.laws.law import law
from verify.medicine import FOUR_WEEKS, HOURS_OF_DAY, THOUSAND, TWO_WEEKS, WEEK, market_facts
from verify.planner import UNAVOIDABLE
from verify.words import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.view import Plan, Step

LONG, LONG_PATCH = 84, 91
LAST_MME, HIGH_MME = 15, 300
LAST_SHARE = Fraction(20, 100)
MONTHLY, IN_TWO_WEEKS = Fraction(10, 100), Fraction(25, 100)
BAND = Fraction(25, 100)
YEAR, MONTH = 365, 28
PRESCRIBED_DAYS = 90
RISKS = {
    *("benzodiazepine", "gabapentinoid", "alcohol", "oud", "sleep-apnea", "lung-disease"),
    *("previous-overdose", "breastfeeding", "renal", "hepatic", "pregnancy", "suicide-risk"),
}
NOTES = {
    *("naloxone", "lost-tolerance", "long-row", "no-mme-factor", "prn-as-taken"),
    *("interval-off-label", "max-units-raised", "acetaminophen-falls", "local-product"),
    "new-prescriptions",
}
WARNINGS = {
    *("unavoidable-cut", "cut-over-25-percent", "large-last-dose", "faster-than-fda-label"),
    *("faster-than-cdc-for-duration", "short-use", "short-interval-for-product", "methadone"),
    *("no-smaller-dose", "above-labelled-maximum", "acetaminophen-over-maximum"),
    *("high-dose-specialist", "fentanyl-depot", "atypical-withdrawal"),
}  # those that the sweep's requests can draw
US_ONLY = {"faster-than-fda-label", "new-prescriptions"}
CDC = {"faster-than-cdc-for-duration", "short-use", "duration-unknown"}


def expected(plan: Plan) -> dict[str, bool]:
    """Whether each finding that the second reading knows of should be there."""
    found = _pace(plan)
    if not plan.current.entry["companions"]:  # with others, the total counts
        found |= _cuts(plan) | _medicine(plan)
    found["naloxone"] = found["lost-tolerance"] = True
    risks = set(plan.request.get("risks") or ())
    found.update({risk: risk in risks for risk in RISKS})
    found["age"] = bool({"age-65", "age-75"} & risks)
    if plan.market != "us":
        found = {name: holds for name, holds in found.items() if name not in US_ONLY | CDC}
    return found


def _days_of_use(plan: Plan) -> int | None:
    text = plan.request.get("on_opioids_for")
    if not text:
        return None
    if str(text).endswith("y"):
        return int(Fraction(str(text)[:-1]) * YEAR)
    return interval(str(text)).counted


def _pace(plan: Plan) -> dict[str, bool]:
    share, days, used = plan.share[0], plan.every.counted, _days_of_use(plan)
    guided = bool(plan.request.get("guideline"))
    found = {
        "faster-than-fda-label": share * TWO_WEEKS > IN_TWO_WEEKS * days,
        "faster-than-cdc-for-duration": used is not None
        and used >= YEAR
        and share * FOUR_WEEKS > MONTHLY * days,
        "duration-unknown": used is None,
        "short-interval-for-product": plan.product.is_slow and days < TWO_WEEKS,
        "rate-overridden": _over_band(plan) and bool(plan.request.get("override_rate")),
    }
    if not guided:
        found["short-use"] = used is not None and used < MONTH
    return found


def _over_band(plan: Plan) -> bool:
    share, amount = plan.share
    return share * WEEK > BAND * plan.every.counted or (share > BAND and not amount)


def _cuts(plan: Plan) -> dict[str, bool]:
    rows = {row.number for _, row in plan.cuts if UNAVOIDABLE in row.marks}
    asked = _large(plan)
    long = [row.number for row in plan.rows if _is_long(row)]
    smallest = plan.shelf.smallest
    found = {
        "unavoidable-cut": bool(rows),
        "cut-over-25-percent": bool(set(asked) - rows),
        "long-row": bool(long),
    }
    if plan.simple and plan.request.get("split") != "halves":
        found["large-last-dose"] = _large_last(plan)
        found["no-smaller-dose"] = (
            plan.current.amounts == (smallest,)
            and plan.stop is not None
            and not any(row.kind == "change" for row in plan.rows)
        )
    return found


def _is_large(before: Step, row: Step) -> bool:
    return before.daily - row.daily > QUARTER * before.daily


def _large(plan: Plan) -> list[int]:
    """The rows, changes of product among them, that take off more than a quarter."""
    turns = [turn for turn in plan.turns if turn[1].kind in {"reduce", "change"}]
    return [row.number for before, row in turns if _is_large(before, row)]


def _is_long(row: Step) -> bool:
    if row.kind in {"hold", "maintain", "stop"} or row.first is None or row.end is None:
        return False
    return row.end - row.first > (LONG_PATCH if row.product.is_patch else LONG)


def _large_last(plan: Plan) -> bool:
    before, stop = plan.turns[-1]
    if stop.kind != "stop":
        return False
    known = mme(before)
    ratio = before.product.basis / plan.current.product.basis
    share = before.daily * ratio > LAST_SHARE * plan.original
    return known is None or known >= LAST_MME or share


def _medicine(plan: Plan) -> dict[str, bool]:
    product = plan.product
    start = mme(plan.current)
    found = {
        "methadone": product.drug == "methadone",
        "fentanyl-depot": product.drug == "fentanyl" and product.is_patch,
        "no-mme-factor": product.mme is None,
        "high-dose-specialist": start is not None and start > HIGH_MME,
        "max-units-raised": _raised(plan),
    }
    if product.drug != "tapentadol":
        found["atypical-withdrawal"] = product.drug == "tramadol"
    found["acetaminophen-over-maximum"] = any(_acetaminophen(row) for row in plan.steps)
    changes = plan.request.get("finish_with")
    if not product.is_patch and not plan.current.needed and not changes:
        hours = Fraction(HOURS_OF_DAY, len(plan.current.taken))
        found["interval-off-label"] = hours < min(product.intervals)
    if product.facts.get("schedule") == "CII":
        days = sum(fill["days_supply"] for fill in plan.document["supply"])
        if days > PRESCRIBED_DAYS:
            found["new-prescriptions"] = True
    return found


def _raised(plan: Plan) -> bool:
    if plan.product.is_liquid:
        return False
    most = plan.request.get("max_units") or plan.product.most_units
    at_once = max(sum(count for _, count in way) for way in plan.current.units)
    return at_once > int(most) * THOUSAND


def _acetaminophen(row: Step) -> bool:
    other = sum(strength.other * count for way in row.units for strength, count in way)
    most = market_facts("us")["formulary"]["acetaminophen_max_daily_mg"]
    return bool(other > most * THOUSAND * THOUSAND)


@law("8")
def findings_are_those_that_hold(plan: Plan) -> Iterator[str]:
    """Every finding that holds is there, and no other."""
    found = {each["id"] for each in plan.document["findings"]}
    for name, holds in expected(plan).items():
        if holds != (name in found):
            yield f"{name} is {'missing' if holds else 'there'}"


@law("8")
def findings_are_about_their_rows(plan: Plan) -> Iterator[str]:
    """Findings about rows name exactly the rows where they hold."""
    if not plan.simple:
        return
    about = {each["id"]: each["steps"] for each in plan.document["findings"]}
    large = _large(plan)
    forced = [row.number for _, row in plan.cuts if UNAVOIDABLE in row.marks]
    wanted = {
        "unavoidable-cut": forced,
        "cut-over-25-percent": [number for number in large if number not in forced],
        "long-row": [row.number for row in plan.rows if _is_long(row)],
    }
    for name, steps in wanted.items():
        if name in about and about[name] != steps:
            yield f"{name} about {about[name]}, not {steps}"
    asked = plan.of == ORIGINAL or plan.request.get("override_rate")
    if wanted["cut-over-25-percent"] and not asked:
        yield f"steps {large} are cut by more than a quarter, and nobody asked for that"


@law("8")
def findings_have_one_level(plan: Plan) -> Iterator[str]:
    """A note is a note, a warning a warning; a plan has no errors; the worst stand first."""
    levels = [(each["id"], each["level"]) for each in plan.document["findings"]]
    for name, level in levels:
        if level != ("note" if name in NOTES else "warning"):
            yield f"{name} is of level {level}"
    order = [level for _, level in levels]
    if order != sorted(order, reverse=True):
        yield "notes stand before warnings"


@law("3.3")
def the_pace_is_within_the_band(plan: Plan) -> Iterator[str]:
    """Over 25% a week, or in one step, is planned only with a reason."""
    guided = plan.request.get("guideline")
    if _over_band(plan) and not plan.request.get("override_rate") and not guided:
        yield f"{plan.request['reduce']} every {plan.request['every']}"
