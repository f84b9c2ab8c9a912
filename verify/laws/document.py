"""Laws of the document (SPEC 6): what its figures say of its rows."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from verify.laws.law import law
from verify.medicine import THOUSAND
from verify.medicine import exact as as_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.view import Plan, Step

SCHEMA = "taper-plan/2"
HALF = Fraction(1, 2)


def exact(amount: int) -> str:
    """Thousandths as they are printed: no trailing zero, no bare point."""
    text = f"{amount // THOUSAND}.{amount % THOUSAND:03d}"
    return text.rstrip("0").rstrip(".")


def percent(part: Fraction | int, whole: Fraction | int) -> str:
    """A share in percent with one decimal, half up."""
    tenths = int(Fraction(1000 * part) / whole + HALF) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def mme(row: Step) -> Fraction | None:
    """MME a day of a row's product, exactly; None without a factor."""
    factor = row.product.mme
    return None if factor is None else row.daily * factor / THOUSAND


@law("6")
def the_schema_is_named(plan: Plan) -> Iterator[str]:
    """The document names the version of its schema."""
    if plan.document["schema"] != SCHEMA:
        yield f"schema {plan.document['schema']}"


@law("6")
def rows_are_printed_as_they_are(plan: Plan) -> Iterator[str]:
    """Doses are exact decimals, percentages have one, and each is that of its row."""
    first = {step.product.id: step.daily for step in reversed(plan.steps) if step.kind != "change"}
    first |= {
        each["product"]: as_read(each["daily_dose"]) for each in plan.current.entry["companions"]
    }
    for before, row in zip([plan.current, *plan.steps], plan.steps, strict=False):
        if row.product is not before.product or row.kind in {"change", "step-back"}:
            continue
        cut = before.daily - row.daily
        original = first[row.product.id]
        wanted = {
            "daily_dose": exact(row.daily),
            "unit": row.product.unit,
            "cut_percent_of_current": percent(cut, before.daily),
        }
        if not any(step.kind == "change" for step in plan.steps):
            wanted["percent_of_original"] = percent(row.daily, original)
            wanted["cut_percent_of_original"] = percent(cut, original)
        wrong = [f"{name} {row.entry[name]}" for name in wanted if row.entry[name] != wanted[name]]
        if wrong:
            yield f"step {row.number}: {', '.join(wrong)}"
        if not row.entry["why"] or not (row.entry["directions"] or row.kind == "stop"):
            yield f"step {row.number}: no words"


@law("6")
def milligrams_of_morphine(plan: Plan) -> Iterator[str]:
    """MME are the dose times the factor, of all opioids; null where a factor is missing."""
    for row in plan.steps:
        said, known = row.entry["mme"], mme(row)
        if row.entry["companions"]:
            continue
        if (said is None) != (known is None):
            yield f"step {row.number}: {said} MME"
        elif known is not None and abs(Fraction(said) - known) > Fraction(1, 20):
            yield f"step {row.number}: {said} MME, not {float(known)}"


@law("6")
def summary_sums_up(plan: Plan) -> Iterator[str]:
    """The summary is that of the rows; the stop is not one of its cuts."""
    summary = plan.document["summary"]
    cuts = [(a.daily - b.daily, a.daily) for a, b in plan.cuts]
    stop = plan.rows[-1].entry["start"] if plan.rows[-1].kind == "stop" else None
    wanted = {
        "start": plan.rows[0].entry["start"],
        "stop_date": stop,
        "days": sum(row.entry["days"] or 0 for row in plan.rows),
        "reductions": sum(row.kind == "reduce" for row in plan.rows),
        "holds": sum(row.kind == "hold" for row in plan.rows),
        "start_daily_dose": exact(plan.original),
        "end_daily_dose": exact(plan.rows[-1].daily),
        "start_mme": plan.current.entry["mme"],
    }
    if not any(step.kind in {"change", "step-back"} for step in plan.steps):
        largest = max(cuts, key=lambda each: Fraction(*each), default=(0, 1))
        wanted["largest_cut_percent_of_current"] = percent(*largest)
        if not plan.current.entry["companions"]:
            most = max((cut for cut, _ in cuts), default=0)
            wanted["largest_cut_percent_of_original"] = percent(most, plan.original)
    wrong = [f"{name} {summary[name]}" for name in wanted if summary[name] != wanted[name]]
    if wrong:
        yield f"{', '.join(wrong)}; wanted {[wanted[each.split()[0]] for each in wrong]}"


@law("6")
def rows_name_their_findings(plan: Plan) -> Iterator[str]:
    """Each row bears the ids of the findings about it, and no finding stands twice."""
    findings = plan.document["findings"]
    if len(findings) != len({each["id"] for each in findings}):
        yield "a finding stands twice"
    for each in findings:
        for number in each["steps"]:
            if each["id"] not in plan.steps[number].marks:
                yield f"step {number} does not name {each['id']}"
        if not each["message"] or not each["source"]:
            yield f"{each['id']} without words or source"
    known = {each["id"]: each["steps"] for each in findings}
    for row in plan.steps:
        for mark in row.marks:
            if mark not in known or (known[mark] and row.number not in known[mark]):
                yield f"step {row.number} names {mark}, which is not about it"
