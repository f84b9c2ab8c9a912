"""Laws of the findings (contract 8): all that hold are said, and nothing else."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from taper.quantities import THOUSAND
from verify.laws.law import law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.formulary.product import Product
    from verify.case import Case, Seen

WARNINGS = (
    *("cut-over-25-percent", "unavoidable-cut", "large-last-dose", "faster-than-fda-label"),
    *("duration-unknown", "short-interval-for-product", "long-row", "above-labelled-maximum"),
    *("acetaminophen-over-maximum", "high-dose-specialist", "methadone", "fentanyl-depot"),
    "atypical-withdrawal",
)
NOTES = ("naloxone", "lost-tolerance", "no-mme-factor", "max-units-raised", "new-prescriptions")
LABEL_WEEKS = 2  # faster than the label: steps less than two weeks apart
LONG_DAYS = 84  # 12 weeks
LAST_MME, HIGH_MME = 15, 300
LAST_SHARE, LARGE_CUT = 20, 25  # percent
ACETAMINOPHEN = 4000 * THOUSAND  # labelled maximum in a day
PRESCRIBED_DAYS = 90  # together, 21 CFR 1306.12


@lru_cache(maxsize=64)
def factor(product: Product) -> Fraction | None:
    """MME of a thousandth of the unit, by the formulary's factor."""
    known = product.facts.get("mme_factor")
    if known is None:
        return None
    return Fraction(known) * Fraction(product.facts.get("mme_basis", "1/1")) / THOUSAND


def at_least(case: Case, daily: int, most: int, *, more: bool = False) -> bool:
    """Whether a daily dose is ``most`` MME or more (or only ``more``), or has no factor."""
    known = factor(case.product)
    if known is None:
        return True
    found, limit = daily * known.numerator, most * known.denominator
    return found > limit if more else found >= limit


def expected(case: Case) -> dict[str, tuple[int, ...]]:
    """Every finding that holds, with its rows; of rows none where it is about the plan."""
    product, rows = case.product, (case.current, *case.rows)
    found: dict[str, tuple[int, ...]] = {
        "naloxone": (),
        "lost-tolerance": (),
        "duration-unknown": (),
    }
    limited = "max_daily" in product.facts or "max_units_daily" in product.facts
    about = {
        "cut-over-25-percent": _large_cuts(case),
        "unavoidable-cut": _unavoidable(case),
        "large-last-dose": _large_last(case),
        "long-row": [row.number for row in case.rows if _is_long(row)],
        "above-labelled-maximum": [
            row.number for row in rows if limited and _over_maximum(case, row)
        ],
        "acetaminophen-over-maximum": [
            row.number for row in rows if product.is_combination and _acetaminophen(row)
        ],
    }
    found.update({name: tuple(steps) for name, steps in about.items() if steps})
    slow = product.is_patch or product.drug in {"methadone", "levorphanol"}
    fast = case.asked.weeks < LABEL_WEEKS
    plain = {
        "faster-than-fda-label": fast,  # 25% at a time is not over 25%
        "short-interval-for-product": fast and slow,
        "high-dose-specialist": at_least(case, case.current.daily, HIGH_MME, more=True),
        "methadone": product.drug == "methadone",
        "fentanyl-depot": product.drug == "fentanyl" and product.is_patch,
        "atypical-withdrawal": product.drug == "tramadol",
        "no-mme-factor": factor(product) is None,
        "max-units-raised": case.start.raised,
        "new-prescriptions": bool(new_prescriptions(case)),
    }
    found.update({name: () for name, holds in plain.items() if holds})
    return found


def _large_cuts(case: Case) -> list[int]:
    return [
        row.number
        for before, row in case.turns
        if row.kind == "reduce" and 100 * (before.daily - row.daily) > LARGE_CUT * before.daily
    ]


def _unavoidable(case: Case) -> list[int]:
    """The reductions that the rule's second reading finds unavoidable."""
    rows = [row.number for row in case.rows if row.kind == "reduce"]
    cuts = [unavoidable for _, _, unavoidable in case.taper.reductions]
    return [number for number, marked in zip(rows, cuts, strict=False) if marked]


def _large_last(case: Case) -> list[int]:
    """The row before the stop, where its dose is large."""
    before, stop = case.turns[-1]
    if stop.kind != "stop":
        return []
    share = 100 * before.daily > LAST_SHARE * case.current.daily
    return [before.number] if share or at_least(case, before.daily, LAST_MME) else []


def _is_long(row: Seen) -> bool:
    return row.kind != "hold" and row.end is not None and row.end - row.first > LONG_DAYS


def _over_maximum(case: Case, row: Seen) -> bool:
    known = case.group.over.get(id(row.regimen))
    if known is None:
        known = case.group.over[id(row.regimen)] = _is_over(case, row)
        case.group.regimens[id(row.regimen)] = row.regimen
    return known


def _is_over(case: Case, row: Seen) -> bool:
    """More than a label's daily maximum, of the opioid or of its strengths' shares."""
    facts = case.product.facts
    most = facts.get("max_daily")
    if most is not None and row.daily > Fraction(most) * THOUSAND:
        return True
    caps = facts.get("max_units_daily")
    if not caps:
        return False
    shares = [Fraction(n, caps[s] * THOUSAND) for s, n in case.counts(row.regimen) if s in caps]
    return sum(shares) > 1


def _acetaminophen(row: Seen) -> bool:
    units = (each for units in row.regimen.units for each in units)
    return sum(strength.other * count for strength, count in units) > ACETAMINOPHEN * THOUSAND


def new_prescriptions(case: Case) -> list[str]:
    """The days on which a new set of schedule II prescriptions is needed."""
    if case.product.schedule != "CII":
        return []
    days, covered = [], 0
    for fill in case.plan.supply:
        if covered + fill.days_supply > PRESCRIBED_DAYS and covered:
            days.append(fill.date.isoformat())
            covered = 0
        covered += fill.days_supply
    return days


@law("8")
def findings_are_those_that_hold(case: Case) -> Iterator[str]:
    """Every finding that holds is said, about the rows where it holds, and no other is."""
    found = {finding.id: finding.steps for finding in case.plan.findings}
    wanted = expected(case)
    if found != wanted:
        wrong = {n for n in {*found, *wanted} if found.get(n) != wanted.get(n)}
        yield ", ".join(f"{n}: {found.get(n)}, not {wanted.get(n)}" for n in sorted(wrong))


@law("8")
def findings_are_said_once_at_their_level(case: Case) -> Iterator[str]:
    """Each id stands once, warnings before notes, at its one level."""
    levels = [(finding.id, finding.level) for finding in case.plan.findings]
    if len(levels) != len(dict(levels)):
        yield "a finding stands twice"
    for name, level in levels:
        if (name in WARNINGS, name in NOTES) != (level == "warning", level == "note"):
            yield f"{name} is a {level}"
    if [level for _, level in levels] != sorted((each for _, each in levels), reverse=True):
        yield "notes stand before warnings"


@law("8")
def rows_are_marked_with_their_findings(case: Case) -> Iterator[str]:
    """Each row bears the ids of the findings about it; holds and the stop, lost tolerance."""
    about: dict[int, set[str]] = {}
    for finding in case.plan.findings:
        for number in finding.steps:
            about.setdefault(number, set()).add(finding.id)
    for row in (case.current, *case.rows):
        wanted = about.get(row.number, set())
        if row.kind in {"hold", "stop"}:
            wanted = wanted | {"lost-tolerance"}
        if len(row.marks) != len(wanted) or set(row.marks) != wanted:
            yield f"step {row.number}: marked {row.marks}, not {sorted(wanted)}"


@law("9")
def new_prescriptions_are_dated(case: Case) -> Iterator[str]:
    """The days for new schedule II prescriptions are such that none covers over 90 days."""
    for finding in case.plan.findings:
        if finding.id == "new-prescriptions":
            said = dict(finding.values).get("dates", "").split(", ")
            if said != new_prescriptions(case):
                yield f"on {said}, not {new_prescriptions(case)}"
