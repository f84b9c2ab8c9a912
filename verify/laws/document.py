"""Laws of the document (contract 6), checked on one plan of every start."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from taper.errors import InputError
from taper.planning.make import make_plan
from taper.planning.saved import as_written, parse_plan
from taper.quantities import THOUSAND
from taper.reading import read
from verify.case import BEGIN
from verify.laws.findings import factor
from verify.laws.law import law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.case import Case


def exact(amount: int) -> str:
    """Thousandths as they are printed: no trailing zero, no bare point."""
    text = f"{amount // THOUSAND}.{amount % THOUSAND:03d}"
    return text.rstrip("0").rstrip(".")


def percent(part: int, whole: int) -> str:
    """A share in percent with one decimal, half up."""
    tenths = int(Fraction(1000 * part, whole) + Fraction(1, 2)) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


@law("6", sampled=True)
def rows_are_printed_as_they_are(case: Case) -> Iterator[str]:
    """Dates, doses, units, percentages and MME of the document are those of the rows."""
    document = json.loads(case.saved)
    original = case.current.daily
    before, known = case.current, factor(case.product)
    for entry, row in zip(document["steps"], (case.current, *case.rows), strict=True):
        cut = before.daily - row.daily
        step = case.plan.steps[row.number]
        wanted = {
            "step": row.number,
            "kind": row.kind,
            "start": step.start.isoformat() if step.start else None,
            "end": step.end.isoformat() if step.end else None,
            "days": row.end - row.first if row.end is not None else None,
            "product": case.product.id,
            "daily_dose": exact(row.daily),
            "unit": case.product.unit,
            "percent_of_original": percent(row.daily, original),
            "cut_percent_of_original": percent(cut, original),
            "cut_percent_of_current": percent(cut, before.daily),
            "findings": list(row.marks),
            "companions": [],
            "doses": _doses(case, row.regimen),
        }
        wrong = [name for name, value in wanted.items() if entry[name] != value]
        if wrong or not entry["directions"] or not entry["why"]:
            yield f"step {row.number}: {', '.join(wrong) or 'no words'}"
        value = None if known is None else known * row.daily
        if (entry["mme"] is None) != (value is None):
            yield f"step {row.number}: MME {entry['mme']}"
        elif value is not None and abs(Fraction(entry["mme"]) - value) > Fraction(1, 20):
            yield f"step {row.number}: {entry['mme']} MME, not {value}"
        before = row


def _doses(case: Case, regimen: Any) -> list[dict[str, Any]]:
    """The administrations as they are to be printed; those of zero are left out."""
    times = ("patch",) if case.product.is_patch else case.shelf.times
    return [
        {
            "time": time,
            "amount": exact(amount),
            "units": [{"strength": s.label, "count": exact(n)} for s, n in units],
        }
        for time, amount, units in zip(times, regimen.amounts, regimen.units, strict=True)
        if amount
    ]


@law("6", sampled=True)
def summary_sums_up(case: Case) -> Iterator[str]:
    """The summary is that of the rows."""
    cuts = [(a.daily - b.daily, a.daily) for a, b in case.turns if b.kind == "reduce"]
    original = case.current.daily
    stop = case.plan.steps[-1].start
    wanted = {
        "start": BEGIN.isoformat(),
        "stop_date": stop.isoformat() if stop else None,
        "days": case.rows[-1].first - case.begin,
        "reductions": len(cuts),
        "holds": sum(row.kind == "hold" for row in case.rows),
        "start_daily_dose": exact(original),
        "end_daily_dose": "0",
        "largest_cut_percent_of_current": percent(
            *max(cuts, key=lambda each: Fraction(*each), default=(0, 1))
        ),
        "largest_cut_percent_of_original": percent(
            max((cut for cut, _ in cuts), default=0), original
        ),
    }
    summary = json.loads(case.saved)["summary"]
    wrong = [name for name, value in wanted.items() if summary[name] != value]
    if wrong:
        yield f"summary: {', '.join(f'{name} {summary[name]}' for name in wrong)}"


@law("6", sampled=True)
def read_back_byte_for_byte(case: Case) -> Iterator[str]:
    """The saved plan is read back, found without fault, and saved again with the same bytes."""
    saved = case.saved
    try:
        again = {parse_plan(saved).to_json(), as_written(json.loads(saved)).to_json()}
    except InputError as error:
        yield f"not read back: {error.problems[0]}"
        return
    if again != {saved}:
        yield "not the same when it is read back"


@law("6", sampled=True)
def planned_again_the_same(case: Case) -> Iterator[str]:
    """Planning the normalised request of the document gives the same plan, byte for byte."""
    saved = case.saved
    again = make_plan(read(json.loads(saved)["request"]))
    if again.to_json() != saved:
        yield "not the same when it is planned again"
