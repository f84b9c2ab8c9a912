"""What must hold in a saved plan: nothing is printed from rows that nobody could have planned.

A document may have been changed by hand, or damaged. :func:`check_document` looks at what stands
in it, :func:`check_plan` at the plan that was read from it. Both give every fault there is.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from taper.engine.steps import BASELINE, CHANGE, CURRENT, HOLD, MAINTAIN, REDUCE, STOP
from taper.errors import Problem
from taper.quantities import THOUSAND, plain, thousandths
from taper.regimen.table import TIMES
from taper.supply import needed, uses
from taper.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from taper.engine.steps import Step
    from taper.formulary.product import Product, Strength
    from taper.planning.make import Plan
    from taper.regimen.table import Regimen
    from taper.request.model import Request

_DAY = timedelta(days=1)
_SAME_DOSE = (HOLD, BASELINE, MAINTAIN)
# What of a document follows from the rest of it whatever the version, by what it is a part of.
_ROW = (
    *("unit", "doses", "days", "percent_of_original"),
    *("cut_percent_of_original", "cut_percent_of_current"),
)
_SUMMARY = (
    *("start", "stop_date", "days", "reductions", "holds", "start_daily_dose"),
    *("end_daily_dose", "unit", "largest_cut_percent_of_current"),
    "largest_cut_percent_of_original",
)
_PRODUCT = ("id", "drug", "form", "market", "unit", "strengths")
_HINT = "a plan as `taper plan -o plan.json` wrote it, unchanged"


def _fault(where: str, message: str, value: object = "") -> Problem:
    return Problem(where, message, _HINT, str(value))


# --- what stands in the document ---------------------------------------------------------------


def check_document(document: Mapping[str, Any], request: Request) -> list[Problem]:
    """The faults of each entry, and those of the dates."""
    known = _products(request)
    faults: list[Problem] = []
    for place, row in enumerate(document["steps"]):
        where = f"steps.{place}"
        if row["step"] != place:
            faults.append(_fault(f"{where}.step", f"{row['step']} stands where {place} should"))
        faults += _regimen(row, where, known)
        for number, other in enumerate(row["companions"]):
            faults += _regimen(other, f"{where}.companions.{number}", known, empty=False)
        faults += _kind(row, place)
    return [*faults, *_dates(document["steps"]), *_beside(document, known)]


def _beside(document: Mapping[str, Any], known: Mapping[str, Product]) -> Iterator[Problem]:
    """What stands beside the rows: checks and findings of them, and what to dispense."""
    last = len(document["steps"]) - 1
    for name in ("checks", "findings"):
        for place, entry in enumerate(document[name]):
            if entry["step"] is not None and entry["step"] > last:
                yield _fault(f"{name}.{place}.step", f"there is no step {entry['step']}")
    for place, fill in enumerate(document["supply"]):
        if fill["fill"] != place + 1:
            yield _fault(f"supply.{place}.fill", f"{fill['fill']} stands where {place + 1} should")
        for number, item in enumerate(fill["items"]):
            yield from _item(item, f"supply.{place}.items.{number}", known)
    for number, item in enumerate(document["leftover"]):
        yield from _item(item, f"leftover.{number}", known)


def _products(request: Request) -> dict[str, Product]:
    """The products that the rows can be of."""
    finish = [request.finish.regimens.product] if request.finish else []
    others = [companion.regimen.product for companion in request.also]
    return {product.id: product for product in (request.product, *finish, *others)}


def _product(entry: Mapping[str, Any], where: str, known: Mapping[str, Product]) -> Problem | None:
    product = known.get(entry["product"])
    if product is None:
        message = f"'{entry['product']}' is not a product of the request"
        return _fault(f"{where}.product", message, entry["product"])
    return None


def _strength(product: Product, label: str, where: str) -> Strength | Problem:
    """A strength of the product, or that there is none in this version."""
    for strength in product.strengths:
        if strength.label == label:
            return strength
    message = f"{product.id} has no strength '{label}' in this version of the formulary"
    return Problem(f"{where}.strength", message, "plan again with this version", label)


def _regimen(
    entry: Mapping[str, Any], where: str, known: Mapping[str, Product], *, empty: bool = True
) -> Iterator[Problem]:
    """A row or a companion: units make the doses, doses make the day."""
    wrong = _product(entry, where, known)
    if wrong:
        yield wrong
        return
    product = known[entry["product"]]
    times = [dose["time"] for dose in entry["doses"]]
    allowed = [("patch",)] if product.is_patch else TIMES.values()
    if len(set(times)) < len(times) or not any(set(times) <= set(names) for names in allowed):
        yield _fault(f"{where}.doses", f"'{', '.join(times)}' are not the times of a day")
    total = 0
    for place, dose in enumerate(entry["doses"]):
        at = f"{where}.doses.{place}"
        made = 0
        for number, unit in enumerate(dose["units"]):
            strength = _strength(product, unit["strength"], f"{at}.units.{number}")
            if isinstance(strength, Problem):
                yield strength
                return
            count = _thousandths(unit["count"])
            if not count:
                yield _fault(f"{at}.units.{number}.count", "none of a strength")
            made += strength.amount * count
        amount = _thousandths(dose["amount"])
        if not amount or made != amount * THOUSAND:
            given = f"{dose['amount']} {product.unit}"
            message = f"{given} is not what the units make, {plain(made // THOUSAND)}"
            yield _fault(f"{at}.amount", message, given)
        total += amount
    if total != _thousandths(entry["daily_dose"]):
        message = f"{entry['daily_dose']} is not the sum of the doses, {plain(total)}"
        yield _fault(f"{where}.daily_dose", message, entry["daily_dose"])
    elif not total and not empty:
        yield _fault(f"{where}.daily_dose", "nothing is taken")


def _thousandths(text: str) -> int:
    amount = thousandths(text)
    assert amount is not None, text  # the schema allows no finer ones
    return amount


def _item(entry: Mapping[str, Any], where: str, known: Mapping[str, Product]) -> Iterator[Problem]:
    wrong = _product(entry, where, known)
    if wrong:
        yield wrong
        return
    found = _strength(known[entry["product"]], entry["strength"], where)
    if isinstance(found, Problem):
        yield found


def _kind(row: Mapping[str, Any], place: int) -> Iterator[Problem]:
    """A row of each kind has its dates, and a dose unless it is a stop."""
    where, kind = f"steps.{place}", row["kind"]
    if (kind == CURRENT) != (place == 0):
        yield _fault(f"{where}.kind", f"'{kind}' is not what step {place} can be")
        return
    if kind == CURRENT:
        if (row["start"], row["end"]) != (None, None):
            yield _fault(f"{where}.start", "the current regimen has no dates")
    elif row["start"] is None:
        yield _fault(f"{where}.start", "the first day is missing")
    elif row["end"] is None and kind != STOP:
        yield _fault(f"{where}.end", "the last day is missing")
    if bool(_thousandths(row["daily_dose"])) == (kind == STOP):
        message = "a stop has no dose" if kind == STOP else "nothing is taken, and it is no stop"
        yield _fault(f"{where}.daily_dose", message, row["daily_dose"])


def _dates(rows: list[Mapping[str, Any]]) -> Iterator[Problem]:
    """Each row ends before the next begins, and no day is left out."""
    for place, row in enumerate(rows):
        if row["start"] and row["end"] and row["end"] < row["start"]:
            message = f"the row ends on {row['end']}, before it begins on {row['start']}"
            yield _fault(f"steps.{place}.end", message, row["end"])
    for place, (row, following) in enumerate(pairwise(rows[1:]), 1):
        if row["end"] is None and following["start"] is not None:
            yield _fault(f"steps.{place}.end", "the last day is missing: another row follows")
        elif row["end"] and following["start"]:
            expected = (date.fromisoformat(row["end"]) + _DAY).isoformat()
            if following["start"] != expected:
                message = f"{following['start']} is not the day after the row before, {expected}"
                yield _fault(f"steps.{place + 1}.start", message, following["start"])


# --- the plan that was read from it ------------------------------------------------------------


def check_plan(plan: Plan, document: Mapping[str, Any]) -> list[Problem]:
    """What does not follow from the request or the rows; only of a document without faults."""
    faults = [*_begins(plan), *_doses(plan), *_left_out(plan)]
    return faults or [*_figures(plan, document), *_lasting(plan), *_dispensed(plan)]


def _begins(plan: Plan) -> Iterator[Problem]:
    first, request = plan.steps[0], plan.request
    if first.regimen.product is not request.product or first.daily != request.regimen.daily:
        yield _fault("steps.0.daily_dose", "is not the dose of the request")
    now = [(other.product.id, other.daily) for other in first.companions]
    also = [(each.regimen.product.id, each.regimen.daily) for each in request.also]
    if sorted(now) != sorted(also):
        yield _fault("steps.0.companions", "are not what the request says is also taken")
    if plan.steps[1].start != plan.start:
        yield _fault("steps.1.start", f"is not the start of the request, {plan.start}")


def _doses(plan: Plan) -> Iterator[Problem]:
    """No dose rises, but by a step back to what was taken before; each row does what it says."""
    backs = {entry["from"] for entry in plan.revisions if entry["change"].get("step_back")}
    last: dict[Product, Regimen] = {}
    taken: dict[Product, set[tuple[int, ...]]] = {}
    for step in plan.steps:
        where = f"steps.{step.number}"
        back = step.start is not None and step.start.isoformat() in backs
        regimen = step.regimen
        before = last.get(regimen.product)
        if step.number and before is None:
            yield from _change(step, where)
        elif before is not None:
            back = back and regimen.amounts in taken[regimen.product]
            if not back:
                yield from _follows(step, before, where)
        for other in step.companions:
            earlier = last.get(other.product, other if step.number == 0 else None)
            if earlier is None or earlier.amounts != other.amounts:
                message = f"{other.product.id} is not taken as it was, and is not what changes"
                yield _fault(f"{where}.companions", message)
        for each in (regimen, *step.companions):
            last[each.product] = each
            taken.setdefault(each.product, set()).add(each.amounts)


def _left_out(plan: Plan) -> Iterator[Problem]:
    """Each opioid goes on from row to row, until its stop or until a change replaces it."""
    for before, step in pairwise(plan.steps):
        on = {each.product for each in (before.regimen, *before.companions) if each.daily}
        if step.kind == CHANGE:
            on.discard(before.regimen.product)
        for product in on - {step.regimen.product, *(other.product for other in step.companions)}:
            yield _fault(f"steps.{step.number}.companions", f"{product.id} is left out")


def _change(step: Step, where: str) -> Iterator[Problem]:
    """The first row of another product: a change to it, at no more than the dose before."""
    if step.kind != CHANGE:
        yield _fault(f"{where}.product", f"{step.regimen.product.id} was not taken before")
    elif step.daily > step.before:
        yield _rise(where, step.before, step.regimen)


def _follows(step: Step, before: Regimen, where: str) -> Iterator[Problem]:
    """A row of the same product as one before."""
    regimen = step.regimen
    pairs = zip(regimen.amounts, before.amounts, strict=False)
    if len(regimen.amounts) != len(before.amounts) or any(now > then for now, then in pairs):
        yield _rise(where, before.daily, regimen)
    elif step.kind in _SAME_DOSE and regimen.amounts != before.amounts:
        yield _fault(f"{where}.daily_dose", f"is not the dose before, and the row is a {step.kind}")
    elif step.kind in {REDUCE, STOP} and regimen.daily >= before.daily:
        yield _fault(f"{where}.daily_dose", "is no reduction")


def _rise(where: str, before: int, regimen: Regimen) -> Problem:
    product = regimen.product
    now = product.daily_text(regimen.daily)
    message = f"a dose rises, from {product.text(before)} to {now}"
    return _fault(f"{where}.daily_dose", message, plain(regimen.daily))


def _figures(plan: Plan, document: Mapping[str, Any]) -> Iterator[Problem]:
    """What is printed beside the rows, and follows from them."""
    found = plan.to_dict()
    formulary = plan.request.formulary
    made_with = {
        "taper": VERSION,
        "formulary": formulary.version,
        "formulary_date": formulary.date.isoformat(),
    }
    same = document["made_with"] == made_with  # else a factor may have changed
    mme = ("mme",) if same else ()
    for place, (given, row) in enumerate(zip(document["steps"], found["steps"], strict=True)):
        yield from _differ(given, row, (*_ROW, *mme), f"steps.{place}")
        for number, (one, other) in enumerate(
            zip(given["companions"], row["companions"], strict=True)
        ):
            yield from _differ(one, other, ("unit", "doses"), f"steps.{place}.companions.{number}")
    names = (*_SUMMARY, "start_mme") if same else _SUMMARY
    yield from _differ(document["summary"], found["summary"], names, "summary")
    yield from _differ(document["product"], found["product"], _PRODUCT, "product")
    for place, (given, fill) in enumerate(zip(document["supply"], found["supply"], strict=True)):
        yield from _differ(given, fill, ("not_before", "items"), f"supply.{place}")


def _differ(
    given: Mapping[str, Any], found: Mapping[str, Any], names: tuple[str, ...], where: str
) -> Iterator[Problem]:
    for name in names:
        if given[name] != found[name]:
            shown = [
                value if isinstance(value, (str, int)) else "another list" if value else "none"
                for value in (given[name], found[name])
            ]
            message = f"{shown[0]} does not follow from the rows, which give {shown[1]}"
            yield _fault(f"{where}.{name}", message)


def _lasting(plan: Plan) -> Iterator[Problem]:
    """Each fill lasts until the next; after a change they may begin earlier."""
    if plan.revisions:
        return
    last = plan.steps[-1]
    after = last.end + _DAY if last.end else last.start
    begins = [*(fill.date for fill in plan.supply), after]
    for fill, following in zip(plan.supply, begins[1:], strict=True):
        if fill.date + timedelta(days=fill.days_supply) != following:
            message = f"{fill.days_supply} days do not last until {following}"
            yield _fault(f"supply.{fill.number - 1}.days_supply", message)


def _dispensed(plan: Plan) -> Iterator[Problem]:
    """The fills hold what the rows need, and what is left over."""
    balance: dict[tuple[Product, Strength], int] = {}
    for use in uses(plan.steps):
        for strength, count in needed(use.regimen, plan.start, use.start, use.end):
            key = (use.regimen.product, strength)
            balance[key] = balance.get(key, 0) - count
    for fill in plan.supply:
        for item in fill.items:
            key = (item.product, item.strength)
            balance[key] = balance.get(key, 0) + item.quantity
    for item in plan.dispensing.leftover:
        key = (item.product, item.strength)
        balance[key] = balance.get(key, 0) - item.quantity
    for (product, strength), count in balance.items():
        if count:
            message = f"the fills of {product.id} {strength.label} do not add up to the rows"
            yield _fault("supply", f"{message}, by {plain(abs(count))}")
